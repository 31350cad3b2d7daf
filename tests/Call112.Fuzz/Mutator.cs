using System.Text;

namespace Call112.Fuzz;

/// <summary>Makes a new input of one or two that exist: a few random changes of bytes, of words that stand in the corpus, of JSON values.</summary>
internal sealed class Mutator(Random dice, int maxBytes)
{
    /// <summary>What breaks readers of JSON, of numbers, of times and of text.</summary>
    private static readonly byte[][] s_words = [.. new[]
    {
        "null", "true", "false", "[]", "{}", "[", "{", "\"", "\\", ",", ":", "0", "-0", "-1", "1e400", "1e-400", "9007199254740991", "9007199254740992", "9223372036854775808",
        "0.5", "1E1", "2147483648", "NaN", "\"\\ud800\"", "\"\\u0000\"", "\"\\uD83D\\uDE00\"", "\uFEFF", "/*", "//", "2026-11-23T06:05:07.120Z", "9999-12-31T23:59:59.9999999Z",
        "0001-01-01T00:00:00+14:00", "2016-12-31T23:59:60Z", "2026-02-30T00:00:00Z", "00000000-0000-0000-0000-000000000000", "019ab3c4-7d1e-7c11-9a3b-2f6d4c8e0a11", "\"3\"", "Fire,Rescue",
    }.Select(Encoding.UTF8.GetBytes)];

    public byte[] Mutate(IReadOnlyList<byte[]> corpus)
    {
        var bytes = new List<byte>(corpus[dice.Next(corpus.Count)]);
        for (var changes = 1 << dice.Next(4); changes > 0; changes--)
            Change(bytes, corpus);
        if (bytes.Count > maxBytes)
            bytes.RemoveRange(maxBytes, bytes.Count - maxBytes);
        return [.. bytes];
    }

    private void Change(List<byte> bytes, IReadOnlyList<byte[]> corpus)
    {
        var at = dice.Next(bytes.Count + 1);
        switch (dice.Next(9))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << dice.Next(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = (byte)dice.Next(256);
                break;
            case 2:
                bytes.RemoveRange(at, Math.Min(bytes.Count - at, 1 << dice.Next(8)));
                break;
            case 3:
                bytes.InsertRange(at, s_words[dice.Next(s_words.Length)]);
                break;
            case 4:
                // Over what stands there: the length of a field is what most limits are about.
                bytes.InsertRange(at, Enumerable.Repeat((byte)dice.Next(32, 127), 1 << dice.Next(14)));
                break;
            case 5:
                bytes.InsertRange(at, Part(corpus[dice.Next(corpus.Count)]));
                break;
            case 6:
                bytes.InsertRange(at, Part([.. bytes]));
                break;
            default:
                Replace(bytes, dice.Next(2) == 0 ? s_words[dice.Next(s_words.Length)] : Value([.. corpus[dice.Next(corpus.Count)]]));
                break;
        }
    }

    /// <summary>Puts something in the place of a JSON value.</summary>
    private void Replace(List<byte> bytes, byte[] with)
    {
        var (from, length) = Find([.. bytes]);
        bytes.RemoveRange(from, length);
        bytes.InsertRange(from, with);
    }

    private byte[] Value(byte[] bytes)
    {
        var (from, length) = Find(bytes);
        return bytes[from..(from + length)];
    }

    /// <summary>A stretch between two of the signs that part JSON: mostly a name or a value.</summary>
    private (int From, int Length) Find(byte[] bytes)
    {
        if (bytes.Length == 0)
            return (0, 0);
        var start = bytes.AsSpan(dice.Next(bytes.Length)).IndexOfAny(":,[{"u8);
        var from = start < 0 ? 0 : Math.Min(bytes.Length, bytes.Length - (bytes.Length - start) + 1);
        var length = bytes.AsSpan(from).IndexOfAny(",:]}"u8);
        return (from, length < 0 ? bytes.Length - from : length);
    }

    private byte[] Part(byte[] bytes)
    {
        if (bytes.Length == 0)
            return [];
        var from = dice.Next(bytes.Length);
        return bytes[from..Math.Min(bytes.Length, from + (1 << dice.Next(9)))];
    }
}
