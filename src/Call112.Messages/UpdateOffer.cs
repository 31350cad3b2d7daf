namespace Call112.Messages;

/// <summary>A bundle for the box's whole system that the centre offers (contract, topic <c>command</c>, <see cref="CommandKind.Update"/>).</summary>
/// <param name="Version">As the image's builder takes it: a digit, then letters, digits, '.', '+', '~'.</param>
/// <param name="Url">Where it lies: absolute, http or https, without user or password.</param>
/// <param name="Bytes">Its exact size, bytes.</param>
/// <param name="Sha256">Of the whole file, 64 lower-case hexadecimal digits. It names the bundle, whatever the address.</param>
/// <param name="Metered">It may be fetched over a line that is paid by the byte.</param>
public sealed record UpdateOffer(string Version, string Url, long Bytes, string Sha256, bool Metered = false)
{
    /// <summary>Longest version and longest address, characters.</summary>
    public const int VersionMaxLength = 64, UrlMaxLength = 512;

    /// <summary>Largest bundle: 2 GiB, the two halves of a card that it is for.</summary>
    public const long BytesMax = 2L << 30;

    public const int Sha256Length = 64;

    public static bool IsValidVersion(string version) =>
        version.Length is > 0 and <= VersionMaxLength && char.IsAsciiDigit(version[0])
        && version.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '+' or '~');

    /// <summary>True for what a box can ask for, and a log may show: an address with a password in it would be in both.</summary>
    public static bool IsValidUrl(string url) =>
        url.Length <= UrlMaxLength && Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
        && address.Host.Length > 0 && address.UserInfo.Length == 0;

    public static bool IsValidSha256(string sha256) => sha256.Length == Sha256Length && sha256.All(char.IsAsciiHexDigitLower);

    internal static UpdateOffer Of(JsonFields fields)
    {
        var offer = new UpdateOffer(
            fields.RequiredString("version"),
            fields.RequiredString("url"),
            fields.Integer("bytes", 1, BytesMax, required: true) ?? 0,
            fields.RequiredString("sha256"),
            fields.Boolean("metered") ?? false);
        // What is missing or empty has its reason already.
        if (offer.Version.Length > 0 && !IsValidVersion(offer.Version))
            fields.Fail("version", $"must be a digit, then letters, digits, '.', '+', '~', at most {VersionMaxLength} characters");
        if (offer.Url.Length > 0 && !IsValidUrl(offer.Url))
            fields.Fail("url", $"must be an absolute http or https address without user, at most {UrlMaxLength} characters");
        if (offer.Sha256.Length > 0 && !IsValidSha256(offer.Sha256))
            fields.Fail("sha256", $"must be {Sha256Length} lower-case hexadecimal digits");
        return offer;
    }
}
