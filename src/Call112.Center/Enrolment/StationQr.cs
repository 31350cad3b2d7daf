using QRCoder;
using QRCoder.Exceptions;

namespace Call112.Center.Enrolment;

/// <summary>A station.json as a QR code, for the camera of a phone.</summary>
/// <param name="Png">The picture.</param>
/// <param name="ContentBytes">Bytes in it.</param>
/// <param name="Level">Error correction, <c>M</c> or <c>L</c>.</param>
internal sealed record StationQr(byte[] Png, int ContentBytes, string Level)
{
    /// <summary>Most bytes in a QR code: version 40, error correction L and M (ISO/IEC 18004, table 7).</summary>
    public const int BytesMax = 2_953, BytesMaxAtM = 2_331;

    /// <summary>Width of a module, pixels: 185 of them with the quiet zone are 1,110.</summary>
    private const int PixelsPerModule = 6;

    /// <summary>The stronger correction that the content fits into; null when it fits into none.</summary>
    public static StationQr? Of(byte[] content)
    {
        if (content.Length > BytesMax)
            return null;
        var level = content.Length <= BytesMaxAtM ? QRCodeGenerator.ECCLevel.M : QRCodeGenerator.ECCLevel.L;
        try
        {
            using var code = QRCodeGenerator.GenerateQrCode(content, level);
            using var picture = new PngByteQRCode(code);
            return new StationQr(picture.GetGraphic(PixelsPerModule), content.Length, level.ToString());
        }
        catch (DataTooLongException)
        {
            return null;
        }
    }
}
