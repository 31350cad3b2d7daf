using System.Text;
using Call112.Messages;

namespace Call112.Gateway.Provisioning;

/// <summary>What the card brings: one of the four, or none of them.</summary>
/// <param name="Content">Its station.json, byte by byte.</param>
/// <param name="Error">Why its station.json is not taken, without having been read.</param>
/// <param name="Unreadable">Why the card itself cannot be read.</param>
/// <param name="LooksLike">Without a station.json: names of files that somebody may have meant for it.</param>
internal sealed record CardContent(
    byte[]? Content = null, FieldError? Error = null, string? Unreadable = null, IReadOnlyList<string>? LooksLike = null);

/// <summary>
/// The FAT partition that a technician sees in a computer or telephone: station.json goes in, one text for people comes out. What cannot be written
/// there is not written: a card that is locked or worn out costs the text, never the station (F3).
/// </summary>
internal sealed class CardFolder(string folder, DurableFiles files)
{
    /// <summary>Largest station.json that is taken from a card, bytes: an enrolled one has 3 to 6 thousand.</summary>
    public const int MaxBytes = 64 * 1024;

    public const string StationFile = "station.json", ErrorFile = "call112-error.txt", OkFile = "call112-ok.txt";

    /// <summary>Names of that kind which are told at most.</summary>
    private const int LooksLikeMax = 5;

    private readonly string _folder = Path.GetFullPath(folder);

    private string StationPath => Path.Combine(_folder, StationFile);

    /// <summary>Never throws.</summary>
    public CardContent Read()
    {
        try
        {
            if (Directory.Exists(StationPath))
                return new CardContent(Error: new FieldError("", "is a folder, not a file"));
            if (Directory.Exists(_folder) && !File.Exists(StationPath))
                return new CardContent(LooksLike: LooksLike());
            using var file = new FileStream(StationPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            var bytes = new byte[MaxBytes + 1];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return length > MaxBytes
                ? new CardContent(Error: new FieldError("", $"larger than {MaxBytes} bytes"))
                : new CardContent(Content: bytes[..length]);
        }
        catch (Exception e) when (DurableFiles.IsDisk(e))
        {
            return new CardContent(Unreadable: e.Message);
        }
    }

    /// <summary>Leaves exactly one of the two texts on the card, and writes nothing when it says so already.</summary>
    /// <param name="name"><see cref="ErrorFile"/> or <see cref="OkFile"/>.</param>
    /// <returns>Null, or why it could not be written.</returns>
    public string? Tell(string name, string text) => Try(() =>
    {
        files.Delete(Path.Combine(_folder, name == ErrorFile ? OkFile : ErrorFile));
        var path = Path.Combine(_folder, name);
        byte[] content = [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n"))];
        if (!File.Exists(path) || !File.ReadAllBytes(path).AsSpan().SequenceEqual(content))
            files.Write(path, content);
    });

    /// <summary>Takes back an error that is one no longer.</summary>
    public void ForgetError() => Try(() => files.Delete(Path.Combine(_folder, ErrorFile)));

    /// <summary>Overwrites station.json with zeros. The file stays, as the sign that there is something left to do.</summary>
    public string? Zero() => Try(() => files.Zero(StationPath));

    /// <summary>The last step: from now on the card brings nothing.</summary>
    public string? Delete() => Try(() => files.Delete(StationPath));

    private static string? Try(Action act)
    {
        try
        {
            act();
            return null;
        }
        catch (Exception e) when (DurableFiles.IsDisk(e))
        {
            return e.Message;
        }
    }

    /// <summary><c>station (1).json</c> of a browser, <c>station.json.txt</c> of Notepad.</summary>
    private List<string> LooksLike() =>
    [
        .. Directory.EnumerateFiles(_folder)
            .Select(path => Path.GetFileName(path))
            .Where(name => name.Contains("station", StringComparison.OrdinalIgnoreCase) && name.Contains("json", StringComparison.OrdinalIgnoreCase)
                && !name.StartsWith('.'))
            .Order(StringComparer.Ordinal)
            .Take(LooksLikeMax),
    ];
}
