using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Call112.Messages;

namespace Call112.Gateway.Options;

/// <summary>
/// Certificates and key that stand in station.json itself, as PEM (decision 0019): for every uplink with TLS that names no files of its own. Not a
/// record: nothing may print the key by printing its holder.
/// </summary>
/// <param name="authorities">Whom to trust, one after the other; the system's when null.</param>
/// <param name="certificate">The station's certificate, or null.</param>
/// <param name="key">Its key; null exactly when the certificate is.</param>
public sealed class StationIdentity(string? authorities, string? certificate, string? key)
{
    /// <summary>What check-config shows in place of a secret.</summary>
    internal const string Hidden = "(secret)";

    public X509Certificate2Collection? Authorities()
    {
        if (authorities is null)
            return null;
        X509Certificate2Collection read = [];
        read.ImportFromPem(authorities);
        return read;
    }

    /// <summary>The station's certificate with its key, or null.</summary>
    public X509Certificate2? Own() => certificate is null || key is null ? null : X509Certificate2.CreateFromPem(certificate, key);

    /// <param name="stationId">Whom the certificate must name: by that name the broker's access list knows the station. Not judged when null.</param>
    internal static StationIdentity? Build(
        StationFile.IdentityPart? part, string? stationId, IReadOnlyList<UplinkOptions> uplinks, List<FieldError> errors)
    {
        if (part is null)
            return null;
        if (uplinks.Count > 0 && !uplinks.Any(uplink => uplink.Tls))
            errors.Add(new FieldError("identity", "certificates need an uplink with mqtts://"));
        if (part is { Authorities: null, Certificate: null, Key: null })
            errors.Add(new FieldError("identity", "is empty: authorities, or certificate and key, or all of them"));
        if (part is { Certificate: not null, Key: null })
            errors.Add(new FieldError("identity.key", "missing: certificate and key go together"));
        if (part is { Certificate: null, Key: not null })
            errors.Add(new FieldError("identity.certificate", "missing: certificate and key go together"));
        var identity = new StationIdentity(part.Authorities, part.Certificate, part.Key);
        if (Problem(() => identity.Authorities() is { Count: 0 }) is { } problem)
            errors.Add(new FieldError("identity.authorities", problem));
        CheckOwn(part, stationId, identity, errors);
        return identity;
    }

    internal static StationFile.IdentityPart? ToFile(StationIdentity? identity) => identity?.ToFile();

    private static void CheckOwn(StationFile.IdentityPart part, string? stationId, StationIdentity identity, List<FieldError> errors)
    {
        if (part.Certificate is not { } pem)
            return;
        string? subject = null;
        if (Problem(() =>
            {
                using var read = X509Certificate2.CreateFromPem(pem);
                subject = read.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
                return false;
            }) is { } problem)
            errors.Add(new FieldError("identity.certificate", problem));
        else if (stationId is not null && subject != stationId)
            errors.Add(new FieldError(
                "identity.certificate", $"is for '{subject}', and station.id is '{stationId}': the broker would refuse every message"));
        else if (part.Key is not null && Problem(() => identity.Own() is null) is { } mismatch)
            errors.Add(new FieldError("identity.key", $"is not the key of identity.certificate: {mismatch}"));
    }

    /// <param name="isEmpty">Reads, and says whether nothing was found.</param>
    private static string? Problem(Func<bool> isEmpty)
    {
        try
        {
            return isEmpty() ? "no certificate in it" : null;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return e.Message;
        }
    }

    private StationFile.IdentityPart ToFile() => new(authorities, certificate, key is null ? null : Hidden);
}
