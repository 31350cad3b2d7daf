using System.Text.Json;
using Call112.Messages;

namespace Call112.Gateway.Board.Profiles;

/// <summary>Reads a board profile. Every error names its field.</summary>
public static class ProfileReader
{
    /// <summary>Longest profile, bytes.</summary>
    public const int SizeMax = 256 * 1024;

    public static ProfileResult Read(string path)
    {
        try
        {
            var bytes = File.ReadAllBytes(path);
            if (bytes.Length > SizeMax)
                return new ProfileResult(null, [new FieldError("", $"{path} is longer than {SizeMax} bytes")]);
            var profile = JsonSerializer.Deserialize(bytes, BoardProfileJsonContext.Default.BoardProfile);
            return profile is null ? new ProfileResult(null, [new FieldError("", $"{path} is empty")]) : new ProfileResult(profile, []);
        }
        catch (JsonException e)
        {
            return new ProfileResult(null, [new FieldError(e.Path ?? "", e.Message)]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new ProfileResult(null, [new FieldError("", e.Message)]);
        }
    }
}

/// <summary>A profile, or why there is none.</summary>
public sealed record ProfileResult(BoardProfile? Profile, IReadOnlyList<FieldError> Errors);
