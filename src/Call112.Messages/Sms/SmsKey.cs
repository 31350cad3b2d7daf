using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Call112.Messages.Sms;

/// <summary>
/// The secret that a station and the centre share for the SMS path: each station has its own. Makes and checks the seal of a text, an HMAC-SHA256 cut
/// to 80 bits (decision 0018), bound to the station and to the direction, so that no text can be turned against another post or sent back.
/// </summary>
public sealed class SmsKey
{
    /// <summary>Shortest and longest key, bytes.</summary>
    public const int BytesMin = 32, BytesMax = 256;

    /// <summary>Largest key file that is read, bytes.</summary>
    public const int FileBytesMax = 4_096;

    /// <summary>Length of a seal, bytes: 80 bits.</summary>
    internal const int SealBytes = 10;

    /// <summary>Length of a seal and of a station's tag in a text, characters.</summary>
    internal const int SealLength = 16, TagLength = 4;

    private const int TagBits = 5 * TagLength;

    private readonly byte[] _key;

    /// <param name="key">At least <see cref="BytesMin"/> bytes; copied.</param>
    /// <exception cref="ArgumentException">The key is too short or too long, or the station id is none.</exception>
    public SmsKey(string stationId, ReadOnlySpan<byte> key)
    {
        if (!Topics.IsValidName(stationId))
            throw new ArgumentException($"'{stationId}' is no station id", nameof(stationId));
        if (key.Length is < BytesMin or > BytesMax)
            throw new ArgumentException($"the key has {key.Length} bytes, not {BytesMin} to {BytesMax}", nameof(key));
        (StationId, _key) = (stationId, key.ToArray());
        var hash = SHA256.HashData(Encoding.ASCII.GetBytes(stationId));
        Tag = Base32.Write(((hash[0] << 16) | (hash[1] << 8) | hash[2]) >> (24 - TagBits), TagLength);
    }

    public string StationId { get; }

    /// <summary>Tells in four characters for which station a text is; no secret, and no proof.</summary>
    internal string Tag { get; }

    /// <summary>Reads a key file: one line of at least 64 hex digits, or of base64, of <see cref="BytesMin"/> to <see cref="BytesMax"/>
    /// bytes.</summary>
    /// <param name="problem">What is wrong with the file, in words that do not hold the key; null when the key was read.</param>
    public static bool TryReadFile(string stationId, string path, [NotNullWhen(true)] out SmsKey? key, [NotNullWhen(false)] out string? problem)
    {
        key = null;
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            var buffer = new byte[FileBytesMax + 1];
            // Read to the limit, not to the length that the file claims: a device has none.
            var length = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            if (length > FileBytesMax)
            {
                problem = $"'{path}' is larger than {FileBytesMax} bytes";
                return false;
            }

            if (TryRead(stationId, Encoding.ASCII.GetString(buffer, 0, length), out key, out problem))
                return true;
            problem = $"'{path}' {problem}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            problem = $"'{path}' cannot be read: {e.Message}";
        }

        return false;
    }

    /// <summary>Reads a key from a text, as a key file holds it.</summary>
    /// <param name="problem">What is wrong with it, in words that do not hold the key and follow a subject; null when the key was read.</param>
    public static bool TryRead(string stationId, string text, [NotNullWhen(true)] out SmsKey? key, [NotNullWhen(false)] out string? problem)
    {
        key = null;
        if (Bytes(text.Trim()) is not { } bytes)
            problem = "holds neither hex nor base64";
        else if (bytes.Length is < BytesMin or > BytesMax)
            problem = $"holds a key of {bytes.Length} bytes, must be {BytesMin} to {BytesMax}";
        else
        {
            (key, problem) = (new SmsKey(stationId, bytes), null);
            return true;
        }

        return false;
    }

    /// <summary>The seal of a text, <see cref="SealLength"/> characters.</summary>
    /// <param name="kind">First word of the text: <c>D1</c> to a station, <c>R1</c> from it.</param>
    internal string Seal(string kind, string text) => Base32.Write(Mac(kind, text).AsSpan(0, SealBytes));

    /// <summary>Compares in constant time.</summary>
    internal bool IsSealed(string kind, string text, ReadOnlySpan<char> seal) =>
        Base32.TryRead(seal, SealBytes, out var given) && CryptographicOperations.FixedTimeEquals(given, Mac(kind, text).AsSpan(0, SealBytes));

    private byte[] Mac(string kind, string text) => HMACSHA256.HashData(_key, Encoding.ASCII.GetBytes($"call112 sms {kind}|{StationId}|{text}"));

    private static byte[]? Bytes(string text)
    {
        try
        {
            if (text.Length % 2 == 0 && text.Length > 0 && text.All(char.IsAsciiHexDigit))
                return Convert.FromHexString(text);
            return text.Length > 0 ? Convert.FromBase64String(text) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
