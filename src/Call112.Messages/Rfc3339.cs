using System.Globalization;

namespace Call112.Messages;

/// <summary>RFC 3339 date-times with an explicit offset. Stricter than the framework's own parser, which also takes local forms.</summary>
public static class Rfc3339
{
    /// <summary>Digits of the second's fraction that are kept (100 ns); further ones are cut.</summary>
    private const int FractionDigitsMax = 7;

    /// <summary>Longest text that is looked at, in characters.</summary>
    private const int TextMaxLength = 64;

    private static readonly string[] s_formats =
    [
        "yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz",
    ];

    /// <summary>Parses a time and normalises it to UTC. False for any other form, a missing offset or an impossible date.</summary>
    public static bool TryParse(string? text, out DateTimeOffset value)
    {
        value = default;
        if (text is not { Length: >= 20 and <= TextMaxLength })
            return false;
        if (!HasRfcForm(text))
            return false;
        return DateTimeOffset.TryParseExact(
            WithShortFraction(text.ToUpperInvariant()),
            s_formats,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out value);
    }

    /// <summary>What the framework's formats let through and RFC 3339 does not: a point without digits, an offset without a colon.</summary>
    private static bool HasRfcForm(string text)
    {
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        return (dot < 0 || (dot + 1 < text.Length && char.IsAsciiDigit(text[dot + 1]))) && (text[^1] is 'Z' or 'z' || text[^3] == ':');
    }

    private static string WithShortFraction(string text)
    {
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0)
            return text;
        var end = dot + 1;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
            end++;
        return end - dot - 1 <= FractionDigitsMax ? text : string.Concat(text.AsSpan(0, dot + 1 + FractionDigitsMax), text.AsSpan(end));
    }
}
