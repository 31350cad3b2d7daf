namespace Call112.Gateway.Provisioning;

/// <summary>
/// The number that the board itself carries: on a Pi 16 hex digits that the firmware hands to the kernel, with a NUL at their end
/// (<c>/sys/firmware/devicetree/base/serial-number</c>). It is what a copied card cannot bring along (F20).
/// </summary>
internal static class BoardSerial
{
    /// <summary>Where a Pi's kernel tells it.</summary>
    public const string UsualFile = "/sys/firmware/devicetree/base/serial-number";

    /// <summary>Longest number that is taken, characters.</summary>
    public const int LengthMax = 64;

    /// <summary>
    /// Null when the board tells none: no file, an empty one, one that is no short text. No reason to leave a post without its siren.
    /// </summary>
    public static string? Read(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            var bytes = new byte[LengthMax + 1];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            var text = System.Text.Encoding.ASCII.GetString(bytes, 0, length).Trim('\0', ' ', '\t', '\r', '\n');
            return text.Length is > 0 and <= LengthMax && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') ? text : null;
        }
        catch (Exception e) when (DurableFiles.IsDisk(e))
        {
            return null;
        }
    }
}
