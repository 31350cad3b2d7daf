using System.Globalization;

namespace Call112.System.Tests.Toolkit;

/// <summary>
/// SMS as a modem hands them to its computer (3GPP TS 23.040 §9.2): only single texts in the 7-bit alphabet, of characters whose code there is
/// their ASCII code.
/// </summary>
internal static class SmsPdu
{
    private const int International = 0x91;

    /// <summary>A text that arrives, SMS-DELIVER, as hex digits, and its length in octets without the service centre's address.</summary>
    public static (string Hex, int Length) Deliver(string from, string text, DateTimeOffset at)
    {
        var digits = from.TrimStart('+');
        byte[] pdu =
        [
            0x04, (byte)digits.Length, International, .. Swapped(digits.Length % 2 == 0 ? digits : digits + "F"), 0, 0,
            .. Swapped(at.UtcDateTime.ToString("yyMMddHHmmss", CultureInfo.InvariantCulture) + "00"), (byte)text.Length, .. Packed(text),
        ];
        // No service centre: its address has the length 0.
        return ("00" + Convert.ToHexString(pdu), pdu.Length);
    }

    /// <summary>Number and text of one that is sent, SMS-SUBMIT.</summary>
    public static (string To, string Text) Submit(string hex)
    {
        var pdu = Convert.FromHexString(hex).AsSpan();
        pdu = pdu[(1 + pdu[0])..];
        var hasValidity = (pdu[0] & 0x18) != 0;
        var digits = pdu[2];
        var number = Swapped(Convert.ToHexString(pdu.Slice(4, (digits + 1) / 2)));
        var rest = pdu[(4 + (digits + 1) / 2)..];
        if (rest[1] != 0)
            throw new FormatException($"data coding {rest[1]:x2}: not the 7-bit alphabet");
        var user = rest[(hasValidity ? 3 : 2)..];
        return ("+" + Convert.ToHexString(number)[..digits], Unpacked(user[1..], user[0]));
    }

    /// <summary>Two digits of an octet change places (§9.1.2.3).</summary>
    private static byte[] Swapped(string digits)
    {
        var bytes = Convert.FromHexString(digits);
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)((bytes[i] << 4) | (bytes[i] >> 4));
        return bytes;
    }

    /// <summary>Eight characters in seven octets (3GPP TS 23.038 §6.1.2.1).</summary>
    private static byte[] Packed(string text)
    {
        var bytes = new byte[(text.Length * 7 + 7) / 8];
        for (var i = 0; i < text.Length * 7; i++)
            if ((text[i / 7] >> (i % 7) & 1) != 0)
                bytes[i / 8] |= (byte)(1 << (i % 8));
        return bytes;
    }

    private static string Unpacked(ReadOnlySpan<byte> bytes, int length)
    {
        var text = new char[length];
        for (var i = 0; i < length * 7; i++)
            if ((bytes[i / 8] >> (i % 8) & 1) != 0)
                text[i / 7] |= (char)(1 << (i % 7));
        return new string(text);
    }
}
