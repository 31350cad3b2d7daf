using System.Text.Json;
using System.Text.Json.Serialization;
using Call112.Messages.Sms;

namespace Call112.Center.Sms;

/// <summary>A station's telephone.</summary>
/// <param name="Number">Number of the station's SIM, <c>+62…</c>.</param>
/// <param name="Key">The key that the centre shares with it.</param>
public sealed record SmsStation(string Number, SmsKey Key);

/// <summary>The way to the city's SMS gateway (decision 0018): a command, or an HTTP hook. Immutable; read from a file by
/// <see cref="Read"/>.</summary>
public sealed record SmsGatewayOptions
{
    /// <summary>Largest file that is read, bytes.</summary>
    public const int FileBytesMax = 1024 * 1024;

    /// <summary>How long the command or the hook may take to take a text over.</summary>
    public static readonly TimeSpan HandOverWithin = TimeSpan.FromSeconds(15);

    /// <summary>Program and first arguments; number and text follow as two more. Null with <see cref="Hook"/>.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    /// <summary>Gets <c>POST {"to","text"}</c>; any 2xx means taken. Null with <see cref="Command"/>.</summary>
    public Uri? Hook { get; init; }

    /// <summary>Value of the header Authorization for the hook, or null.</summary>
    public string? HookAuthorization { get; init; }

    /// <summary>Stations that have a telephone, by id.</summary>
    public required IReadOnlyDictionary<string, SmsStation> Stations { get; init; }

    /// <summary>Reads <c>{"command":[…] | "hook":"https://…","hookAuthorizationFile":…,"stations":[{"id","number","keyPath"}]}</c>; relative paths
    /// begin at the file.</summary>
    /// <exception cref="CenterStartException">The first thing that is wrong; the message names the field.</exception>
    public static SmsGatewayOptions Read(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";
        try
        {
            if (new FileInfo(path).Length > FileBytesMax)
                throw new CenterStartException($"--sms {path}: larger than {FileBytesMax} bytes");
            var file = JsonSerializer.Deserialize(File.ReadAllText(path), SmsFileJsonContext.Default.SmsFile) ?? throw new CenterStartException($"--sms {path}: empty");
            if (file.Command is { Count: > 0 } == file.Hook is not null)
                throw new CenterStartException($"--sms {path}: command or hook: exactly one of the two");
            if (file.Command?.Any(string.IsNullOrEmpty) == true)
                throw new CenterStartException($"--sms {path}: command: holds an empty word");
            Uri? hook = null;
            if (file.Hook is { } address && (!Uri.TryCreate(address, UriKind.Absolute, out hook) || hook.Scheme is not ("http" or "https")))
                throw new CenterStartException($"--sms {path}: hook: '{address}' must be http:// or https://");
            var secret = file.HookAuthorizationFile is { } secretPath ? File.ReadAllText(Path.GetFullPath(secretPath, folder)).Trim() : null;
            return new SmsGatewayOptions { Command = file.Command, Hook = hook, HookAuthorization = secret, Stations = ReadStations(path, folder, file.Stations ?? []) };
        }
        catch (JsonException e)
        {
            throw new CenterStartException($"--sms {path}: {(e.Path ?? "$").TrimStart('$').TrimStart('.')}: {e.Message.Split(" Path:")[0]}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CenterStartException($"--sms {path}: {e.Message}", e);
        }
    }

    /// <summary>True for <c>+</c> and 6 to 15 digits (E.164).</summary>
    internal static bool IsNumber(string number) =>
        number.Length is >= 7 and <= 16 && number[0] == '+' && !number.AsSpan(1).ContainsAnyExceptInRange('0', '9');

    private static Dictionary<string, SmsStation> ReadStations(string path, string folder, IReadOnlyList<SmsFile.StationPart?> parts)
    {
        var stations = new Dictionary<string, SmsStation>(StringComparer.Ordinal);
        foreach (var (i, part) in parts.Index())
        {
            var at = $"--sms {path}: stations[{i}]";
            if (!Messages.Topics.IsValidName(part?.Id))
                throw new CenterStartException($"{at}.id: '{part?.Id}' is no station id");
            if (part.Number is not { } number || !IsNumber(number))
                throw new CenterStartException($"{at}.number: '{part.Number}' must be a number such as +6281234567890");
            if (part.KeyPath is not { Length: > 0 } keyPath)
                throw new CenterStartException($"{at}.keyPath: missing");
            if (!SmsKey.TryReadFile(part.Id, Path.GetFullPath(keyPath, folder), out var key, out var problem))
                throw new CenterStartException($"{at}.keyPath: {problem}");
            if (!stations.TryAdd(part.Id, new SmsStation(number, key)))
                throw new CenterStartException($"{at}.id: '{part.Id}' is named twice");
        }

        return stations;
    }
}

/// <summary>The file as an operator writes it.</summary>
internal sealed record SmsFile(
    IReadOnlyList<string>? Command = null,
    string? Hook = null,
    string? HookAuthorizationFile = null,
    IReadOnlyList<SmsFile.StationPart?>? Stations = null)
{
    internal sealed record StationPart(string? Id = null, string? Number = null, string? KeyPath = null);
}

/// <summary>What the hook gets.</summary>
internal sealed record SmsHandOver(string To, string Text);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true)]
[JsonSerializable(typeof(SmsFile))]
[JsonSerializable(typeof(SmsHandOver))]
internal sealed partial class SmsFileJsonContext : JsonSerializerContext;
