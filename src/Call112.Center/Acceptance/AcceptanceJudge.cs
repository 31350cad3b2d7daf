using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Call112.Center.Book;
using Call112.Messages;

namespace Call112.Center.Acceptance;

/// <summary>
/// Judges what a station says of its acceptance: the record, the signature against its certificate, the certificate against the city's authorities,
/// and its name against the topic. Never throws for any bytes. Stateless: the authorities are read anew each time, for they change (decision 0019),
/// and births are rare.
/// </summary>
/// <param name="identities">The folder of the city's identities, or null.</param>
/// <param name="brokerAuthorities">
/// The authorities of the outside broker, in place of the folder: in a city that enrols they are the same (decision 0019), elsewhere they may have
/// nothing to do with stations. So they can vouch for a certificate, and not speak against one.
/// </param>
internal sealed class AcceptanceJudge(string? identities, string? brokerAuthorities = null)
{
    /// <summary>
    /// As in <see cref="Enrolment.IdentityFolder.Broker"/>, which everybody may read; the authorities' own folder holds their keys.
    /// </summary>
    private string? AuthoritiesFile => identities is null ? brokerAuthorities : Path.Combine(identities, "broker", "authorities.pem");

    /// <summary>What the book is told, or why it is told nothing.</summary>
    /// <param name="stationId">Of the topic.</param>
    public (AcceptanceReceived? Input, string Reason) Read(string stationId, ReadOnlyMemory<byte> payload, DateTimeOffset now)
    {
        var envelope = MessageReader.ReadAcceptance(payload);
        if (envelope.Value is null)
            return (null, envelope.Reason);
        var opened = AcceptanceSeal.Open(envelope.Value);
        if (opened.Value is not { Record: var record } found)
            return (null, opened.Reason);
        using var signer = found.Signer;
        // A station speaks only for itself: the broker's access list covers the topic, not the text inside.
        if (record.StationId != stationId)
            return (null, $"the topic is of {stationId}, the record of {record.StationId}");
        var (signature, problem) = found.Seal switch
        {
            SealState.Unsigned => (AcceptanceSignature.Unsigned, null),
            SealState.Broken => (AcceptanceSignature.Invalid, found.Problem),
            _ => Judge(signer!, record),
        };
        var view = new AcceptanceView(
            record.Technician,
            record.At,
            record.Clock,
            record.Verdict,
            signature,
            problem,
            [
                .. record.Steps.Where(step => step.Result == AcceptanceResult.Failed)
                    .Select(step => step.Subject is null ? step.Test : $"{step.Test} {step.Subject}"),
            ],
            record.BoardSerial,
            record.Profile,
            record.Version,
            now);
        var row = new AcceptanceRow(stationId, view, Convert.ToHexStringLower(SHA256.HashData(payload.Span)));
        return (new AcceptanceReceived(row, payload.ToArray()), "");
    }

    private (AcceptanceSignature Signature, string? Problem) Judge(X509Certificate2 signer, AcceptanceRecord record)
    {
        var name = signer.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        if (name != record.StationId)
            return (AcceptanceSignature.Invalid, $"signed by the certificate of '{name}'");
        if (AuthoritiesFile is not { } file)
            return (AcceptanceSignature.AuthorityUnknown, null);
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(file);
            if (Vouches(authorities, signer, record) is not { } problem)
                return (AcceptanceSignature.Valid, null);
            return identities is null ? (AcceptanceSignature.AuthorityUnknown, null) : (AcceptanceSignature.Invalid, problem);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            // The centre's own trouble is not the station's fault.
            return (AcceptanceSignature.AuthorityUnknown, $"{file}: {e.Message}");
        }
        finally
        {
            foreach (var authority in authorities)
                authority.Dispose();
        }
    }

    /// <summary>
    /// Null when one of the authorities has issued the certificate, and it was good at the time of the record. That it has ended since, or that a
    /// newer one is in use, takes nothing from what was signed; and where the clock was not set (F4) there is no time to judge by.
    /// </summary>
    private static string? Vouches(X509Certificate2Collection authorities, X509Certificate2 signer, AcceptanceRecord record)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        // The city publishes no address of its list of the revoked, and a box that was lost since was accepted all the same.
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = record.At.LocalDateTime;
        if (record.Clock != ClockState.Synchronized)
            chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        try
        {
            if (chain.Build(signer))
                return null;
            var why = chain.ChainStatus.Select(status => status.Status).Distinct();
            return $"no authority of the city vouches for its certificate: {string.Join(", ", why)}";
        }
        finally
        {
            foreach (var element in chain.ChainElements)
                element.Certificate.Dispose();
        }
    }
}
