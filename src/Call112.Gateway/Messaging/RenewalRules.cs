using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Call112.Gateway.Messaging;

/// <summary>
/// What a certificate that comes over the wire must be, before a station so much as tries it (decision 0022). Pure; any text ends as a certificate
/// or as a reason.
/// </summary>
internal static class RenewalRules
{
    /// <summary>clientAuth (RFC 5280, 4.2.1.12).</summary>
    private const string ForClients = "1.3.6.1.5.5.7.3.2";

    /// <summary>Reads the certificate, if it may be tried.</summary>
    /// <param name="key">The pending request's own key, PEM.</param>
    /// <param name="trusted">Whom station.json trusts. Nobody else is ever believed, whoever else the message may name.</param>
    /// <param name="presentUntil">End of what the station has.</param>
    /// <param name="now">Null while the clock is not synchronised: an end in the past is then not judged (F4).</param>
    /// <param name="problem">Why it may not.</param>
    public static X509Certificate2? Read(
        string pem,
        string key,
        string stationId,
        X509Certificate2Collection trusted,
        DateTimeOffset presentUntil,
        DateTimeOffset? now,
        out string problem)
    {
        X509Certificate2Collection read = [];
        try
        {
            read.ImportFromPem(pem);
            if (read.Count != 1)
            {
                problem = $"holds {read.Count} certificates, not one";
                return null;
            }

            problem = ProblemOf(read[0], stationId, trusted, presentUntil, now) ?? "";
            // Throws for a certificate over another key than ours.
            return problem.Length == 0 ? X509Certificate2.CreateFromPem(pem, key) : null;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            problem = $"is none, or not over this station's key: {e.Message}";
            return null;
        }
        finally
        {
            foreach (var certificate in read)
                certificate.Dispose();
        }
    }

    /// <summary>True when one of these authorities has signed it, for a client. Whether it is over is not asked.</summary>
    public static bool IsBy(X509Certificate2Collection trusted, X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(trusted);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        // An address in the certificate must not make the box ask somebody's server.
        chain.ChainPolicy.DisableCertificateDownloads = true;
        // Ends are judged by themselves, and a box whose clock is wrong judges none (F4).
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ForClients));
        var isBy = chain.Build(certificate);
        foreach (var element in chain.ChainElements)
            if (!ReferenceEquals(element.Certificate, certificate))
                element.Certificate.Dispose();
        return isBy;
    }

    private static string? ProblemOf(
        X509Certificate2 certificate, string stationId, X509Certificate2Collection trusted, DateTimeOffset presentUntil, DateTimeOffset? now)
    {
        var until = new DateTimeOffset(certificate.NotAfter.ToUniversalTime(), TimeSpan.Zero);
        if (certificate.Subject != $"CN={stationId}")
            return $"is for '{certificate.Subject}'";
        if (!IsBy(trusted, certificate))
            return $"is by '{certificate.Issuer}', which is none of the authorities in station.json, or not for clients";
        if (until <= now)
            return $"has been over since {until:yyyy-MM-dd}";
        return until <= presentUntil ? $"ends on {until:yyyy-MM-dd}, no later than the present one" : null;
    }
}
