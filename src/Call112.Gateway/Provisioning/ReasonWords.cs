using System.Globalization;

namespace Call112.Gateway.Provisioning;

/// <summary>
/// The option reader says in English what is wrong with a field. What a technician can meet has Indonesian words here, found by how the reason is
/// worded; for all else the reason is given as it is. A test holds both together.
/// </summary>
internal static class ReasonWords
{
    private const string RangeBegins = "must be from ";

    /// <summary>A piece of the reason and the text for it; the first that fits.</summary>
    private static readonly (string Piece, string Key)[] s_words =
    [
        ("certificate and key go together", "reason.pair"),
        ("missing", "reason.missing"),
        ("no such option", "reason.unknown"),
        ("is for '", "reason.foreign"),
        ("is not the key of", "reason.key"),
        ("need an uplink with mqtts", "reason.tls"),
        ("certificates need mqtts", "reason.tls"),
        ("must be mqtt://", "reason.broker"),
        ("must be one of", "reason.oneOf"),
        ("no file '", "reason.noFile"),
        ("must match [a-z0-9]", "reason.id"),
        ("larger than ", "reason.large"),
        ("is a folder", "reason.folder"),
        ("is empty: no byte", "reason.empty"),
        ("could not be converted", "reason.type"),
        ("not JSON", "reason.json"),
        ("not a JSON object", "reason.json"),
        ("no certificate in it", "reason.certificate"),
        ("PEM", "reason.certificate"),
    ];

    private static readonly string[] s_notInALine = ["could not be converted", "Expected depth", "reached end of data", "end of the JSON"];

    public static string Of(string reason, ProvisioningTexts texts)
    {
        if (reason.StartsWith(RangeBegins, StringComparison.Ordinal))
            return texts["reason.range"].Replace("{range}", Range(reason, texts), StringComparison.Ordinal);
        if (LineOf(reason) is { } line)
            return texts["reason.line"].Replace("{line}", line, StringComparison.Ordinal);
        foreach (var (piece, key) in s_words)
            if (reason.Contains(piece, StringComparison.Ordinal))
                return Filled(texts[key], reason);
        return texts["reason.other"].Replace("{reason}", reason, StringComparison.Ordinal);
    }

    private static string Filled(string text, string reason)
    {
        // What stood in the file stands between single quotes.
        var quoted = reason.Split('\'');
        for (var i = 0; 2 * i + 1 < quoted.Length; i++)
            text = text.Replace($"{{{i}}}", quoted[2 * i + 1], StringComparison.Ordinal);
        var digits = new string([.. reason.SkipWhile(c => !char.IsAsciiDigit(c)).TakeWhile(char.IsAsciiDigit)]);
        var rest = reason[(reason.IndexOf(" of ", StringComparison.Ordinal) is var at and >= 0 ? at + " of ".Length : reason.Length)..];
        return text.Replace("{number}", digits, StringComparison.Ordinal).Replace("{rest}", rest, StringComparison.Ordinal);
    }

    /// <summary>"must be from 1 to 600 s, is 900": numbers, units and places are the same in both languages.</summary>
    private static string Range(string reason, ProvisioningTexts texts) => (texts["reason.range.from"] + " " + reason[RangeBegins.Length..])
        .Replace(" to ", $" {texts["reason.range.to"]} ", StringComparison.Ordinal)
        .Replace(", is ", $", {texts["reason.range.is"]} ", StringComparison.Ordinal);

    /// <summary>Which line of the file, as people count; System.Text.Json counts from 0.</summary>
    private static string? LineOf(string reason)
    {
        const string Begins = "LineNumber: ";
        var at = reason.IndexOf(Begins, StringComparison.Ordinal);
        // A file that was cut off is wrong at its last line only to a parser.
        if (at < 0 || s_notInALine.Any(piece => reason.Contains(piece, StringComparison.Ordinal)))
            return null;
        var digits = reason[(at + Begins.Length)..].TakeWhile(char.IsAsciiDigit);
        return long.TryParse([.. digits], NumberStyles.None, CultureInfo.InvariantCulture, out var line)
            ? (line + 1).ToString(CultureInfo.InvariantCulture)
            : null;
    }
}
