using System.Diagnostics.CodeAnalysis;

namespace Call112.Messages.Sms;

/// <summary>RFC 4648 base 32 without padding: capital letters and the digits 2 to 7, which every network carries unchanged. Reading is strict: one
/// text for one value.</summary>
internal static class Base32
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    public static string Write(ReadOnlySpan<byte> bytes)
    {
        var text = new char[(bytes.Length * 8 + 4) / 5];
        var (buffer, bits, at) = (0, 0, 0);
        foreach (var b in bytes)
        {
            (buffer, bits) = ((buffer << 8) | b, bits + 8);
            while (bits >= 5)
            {
                bits -= 5;
                text[at++] = Alphabet[(buffer >> bits) & 31];
            }

            buffer &= (1 << bits) - 1;
        }

        if (bits > 0)
            text[at] = Alphabet[(buffer << (5 - bits)) & 31];
        return new string(text);
    }

    /// <summary>A number of 5 · <paramref name="digits"/> bits.</summary>
    public static string Write(long number, int digits)
    {
        var text = new char[digits];
        for (var i = digits - 1; i >= 0; i--, number >>= 5)
            text[i] = Alphabet[(int)(number & 31)];
        return new string(text);
    }

    /// <summary>False for a foreign character, another length, or bits that no <see cref="Write(ReadOnlySpan{byte})"/> would have set.</summary>
    public static bool TryRead(ReadOnlySpan<char> text, int length, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (text.Length != (length * 8 + 4) / 5)
            return false;
        var read = new byte[length];
        var (buffer, bits, at) = (0, 0, 0);
        foreach (var c in text)
        {
            var digit = Alphabet.IndexOf(c, StringComparison.Ordinal);
            if (digit < 0)
                return false;
            (buffer, bits) = ((buffer << 5) | digit, bits + 5);
            if (bits >= 8)
            {
                bits -= 8;
                read[at++] = (byte)(buffer >> bits);
                buffer &= (1 << bits) - 1;
            }
        }

        if (buffer != 0)
            return false;
        bytes = read;
        return true;
    }

    public static bool TryReadNumber(ReadOnlySpan<char> text, out long number)
    {
        number = 0;
        foreach (var c in text)
        {
            var digit = Alphabet.IndexOf(c, StringComparison.Ordinal);
            if (digit < 0)
                return false;
            number = (number << 5) | (uint)digit;
        }

        return true;
    }
}
