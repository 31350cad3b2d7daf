using System.Text;

namespace Call112.Messages.Sms;

/// <summary>
/// Brings any text into the part of the GSM-7 basic alphabet (3GPP TS 23.038 §6.2.1) that no modem, gateway or operator changes: ASCII letters,
/// digits and plain punctuation, each of one septet. Never throws, whatever the text.
/// </summary>
public static class GsmText
{
    /// <summary>Most characters of a short message that is not split (140 octets of 7 bits).</summary>
    public const int MessageMax = 160;

    /// <summary>Stands for what has no likeness in the alphabet.</summary>
    public const char Unknown = '?';

    /// <summary>Punctuation that stays. Not <c>*</c>, which parts fields; not <c>@ $ _ # "</c>, which some gateways change; no extension
    /// characters.</summary>
    private const string Punctuation = " .,-'()/:+&;=!%?";

    /// <summary>Latin letters with marks, and typographic signs, with their plain likeness: names in Indonesian need few of them.</summary>
    private static readonly Dictionary<char, string> s_plain = Table(
        ("ÀÁÂÃÄÅĀĂĄǍ", "A"), ("àáâãäåāăąǎ", "a"), ("ÇĆĈĊČ", "C"), ("çćĉċč", "c"), ("ĎĐÐ", "D"), ("ďđð", "d"),
        ("ÈÉÊËĒĔĖĘĚ", "E"), ("èéêëēĕėęě", "e"), ("ĜĞĠĢ", "G"), ("ĝğġģ", "g"), ("ĤĦ", "H"), ("ĥħ", "h"), ("ÌÍÎÏĨĪĬĮİ", "I"), ("ìíîïĩīĭįı", "i"),
        ("Ĵ", "J"), ("ĵ", "j"), ("Ķ", "K"), ("ķ", "k"), ("ĹĻĽŁ", "L"), ("ĺļľł", "l"), ("ÑŃŅŇ", "N"), ("ñńņň", "n"),
        ("ÒÓÔÕÖØŌŎŐ", "O"), ("òóôõöøōŏő", "o"), ("ŔŖŘ", "R"), ("ŕŗř", "r"), ("ŚŜŞŠ", "S"), ("śŝşš", "s"), ("ŢŤŦ", "T"), ("ţťŧ", "t"),
        ("ÙÚÛÜŨŪŬŮŰŲ", "U"), ("ùúûüũūŭůűų", "u"), ("Ŵ", "W"), ("ŵ", "w"), ("ÝŶŸ", "Y"), ("ýŷÿ", "y"), ("ŹŻŽ", "Z"), ("źżž", "z"),
        ("Æ", "AE"), ("æ", "ae"), ("Œ", "OE"), ("œ", "oe"), ("ß", "ss"), ("Þ", "Th"), ("þ", "th"),
        ("‘’‚‛′`´ʼ\"“”„″«»", "'"), ("‐‑‒–—―−_~", "-"), ("[{<", "("), ("]}>", ")"), ("|\\", "/"), ("…", "..."), ("•·*#@", "."), ("°º", "o"), ("ª", "a"), ("×", "x"), ("½", "1/2"));

    /// <summary>True for a character that <see cref="Plain"/> may produce.</summary>
    public static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || Punctuation.Contains(c, StringComparison.Ordinal);

    /// <summary>The text in plain characters, runs of white space as one blank, cut to <paramref name="max"/> characters; empty for null.</summary>
    public static string Plain(string? text, int max)
    {
        var plain = new StringBuilder();
        foreach (var c in text ?? "")
        {
            if (plain.Length >= max)
                break;
            if (char.IsWhiteSpace(c) || char.IsControl(c))
                AppendBlank(plain);
            // Marks that combine with the letter before them, and the second half of a pair whose first half has its sign already.
            else if (c is (>= '\u0300' and <= '\u036F') or (>= '\uFE00' and <= '\uFE0F') or '\u200B' or '\u200C' or '\u200D' or '\uFEFF' || char.IsLowSurrogate(c))
                continue;
            else if (IsPlain(c))
                plain.Append(c);
            else
                plain.Append(s_plain.TryGetValue(c, out var likeness) ? likeness : Unknown.ToString());
        }

        return (plain.Length > max ? plain.ToString(0, Math.Max(0, max)) : plain.ToString()).Trim(' ');
    }

    private static void AppendBlank(StringBuilder plain)
    {
        if (plain.Length > 0 && plain[^1] != ' ')
            plain.Append(' ');
    }

    private static Dictionary<char, string> Table(params (string From, string To)[] rows)
    {
        var table = new Dictionary<char, string>();
        foreach (var (from, to) in rows)
            foreach (var c in from)
                table.TryAdd(c, to);
        return table;
    }
}
