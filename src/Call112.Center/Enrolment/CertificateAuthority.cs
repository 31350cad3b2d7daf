using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Call112.Center.Enrolment;

/// <summary>What a certificate is for; it decides its extended key usage.</summary>
internal enum CertificateUse
{
    Station,
    Center,
    Broker,
}

/// <summary>A new certificate and its key, as PEM.</summary>
internal sealed record IssuedPair(string Certificate, string Key, IssuedCertificate Record);

/// <summary>
/// One authority of the city: signs certificates and the list of those that are revoked. ECDSA P-256 throughout, so that a station.json with two
/// authorities still goes into a QR code.
/// </summary>
internal sealed class CertificateAuthority : IDisposable
{
    /// <summary>Life of an authority: longer than that of any box.</summary>
    public const int YearsMax = 20;

    /// <summary>
    /// Everything is valid from here on: a box without a battery for its clock wakes up in 1970 and must not find the broker's certificate "not yet
    /// valid" (F4).
    /// </summary>
    private static readonly DateTimeOffset s_from = DateTimeOffset.UnixEpoch;

    /// <summary>The broker's clock may be so far behind ours and still take the list of the revoked.</summary>
    private static readonly TimeSpan s_clockMargin = TimeSpan.FromDays(1);

    private readonly X509Certificate2 _certificate;

    private CertificateAuthority(X509Certificate2 certificate) => _certificate = certificate;

    /// <summary>Tells authorities apart: the key's identifier, hex.</summary>
    public string Id => _certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().Single().SubjectKeyIdentifier!;

    public string Name => _certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);

    public DateTimeOffset NotAfter => Utc(_certificate.NotAfter);

    public string CertificatePem => _certificate.ExportCertificatePem() + "\n";

    /// <summary>Makes a new one, and writes it to one file, certificate and key: it is there whole or not at all.</summary>
    public static CertificateAuthority Create(string path, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        // A name of its own: the list of the revoked is found by the issuer's name.
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName($"Call112 {Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}");
        var request = new CertificateRequest(name.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var certificate = request.CreateSelfSigned(s_from, now.AddYears(YearsMax));
        IdentityFolder.WriteSecret(path, $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n");
        return new CertificateAuthority(certificate);
    }

    /// <exception cref="EnrolmentException">The file cannot be read, or holds no certificate, or not its key.</exception>
    public static CertificateAuthority Load(string path)
    {
        const string remedy = "bring the file back from its copy; under a new authority every station would have to be enrolled anew";
        try
        {
            var text = File.ReadAllText(path);
            if (!text.Contains("-----BEGIN CERTIFICATE-----", StringComparison.Ordinal))
                throw new EnrolmentException($"{path}: holds no certificate: {remedy}");
            if (!text.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
                throw new EnrolmentException($"{path}: holds no key beside the certificate: {remedy}");
            return new CertificateAuthority(X509Certificate2.CreateFromPem(text, text));
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw new EnrolmentException($"{path}: {e.Message}: {remedy}", e);
        }
    }

    /// <summary>Issues a certificate over a new key.</summary>
    /// <inheritdoc cref="Sign"/>
    public IssuedPair Issue(string subject, CertificateUse use, SubjectAlternativeNameBuilder names, int days, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (certificate, record) = Sign(subject, use, names, new PublicKey(key), days, now);
        return new IssuedPair(certificate, key.ExportPkcs8PrivateKeyPem() + "\n", record);
    }

    /// <summary>Issues a certificate over somebody's key, which is with him.</summary>
    /// <param name="subject">The name at the broker.</param>
    /// <param name="names">Host names and addresses, or the subject itself.</param>
    /// <exception cref="EnrolmentException">It would outlive the authority.</exception>
    public (string Certificate, IssuedCertificate Record) Sign(
        string subject, CertificateUse use, SubjectAlternativeNameBuilder names, PublicKey key, int days, DateTimeOffset now)
    {
        var until = now.AddDays(days);
        if (until > NotAfter)
            throw new EnrolmentException(
                $"--days {days}: the authority itself ends on {NotAfter:yyyy-MM-dd}; fewer days, or a new one (call112-center authority rotate)");
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName(subject);
        var request = new CertificateRequest(name.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        // serverAuth and clientAuth (RFC 5280, 4.2.1.12): a station's certificate must not pass for the broker's.
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            [new Oid(use == CertificateUse.Broker ? "1.3.6.1.5.5.7.3.1" : "1.3.6.1.5.5.7.3.2")], critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_certificate, true, false));
        var serial = RandomNumberGenerator.GetBytes(16);
        // Positive, and no leading zero: the same bytes in the certificate, in the ledger and in the list of the revoked.
        serial[0] = (byte)((serial[0] & 0x3F) | 0x40);
        using var certificate = request.Create(_certificate, s_from, until, serial);
        return (
            certificate.ExportCertificatePem() + "\n",
            new IssuedCertificate(subject, use, Convert.ToHexStringLower(serial), Id, Utc(certificate.NotAfter)));
    }

    /// <summary>The list of this authority's revoked certificates, as PEM.</summary>
    /// <remarks>It ends with the authority: a broker takes nobody any more once its list is out of date, and that must not silence a city.</remarks>
    public string RevocationList(IEnumerable<IssuedCertificate> issued, DateTimeOffset now)
    {
        var builder = new CertificateRevocationListBuilder();
        foreach (var certificate in issued)
            if (certificate.RevokedAt is { } at && certificate.Authority == Id && certificate.NotAfter > now)
                builder.AddEntry(Convert.FromHexString(certificate.Serial), at, X509RevocationReason.CessationOfOperation);
        var list = builder.Build(
            _certificate, new BigInteger(now.ToUnixTimeMilliseconds()), NotAfter, HashAlgorithmName.SHA256, thisUpdate: now - s_clockMargin);
        return PemEncoding.WriteString("X509 CRL", list) + "\n";
    }

    public void Dispose() => _certificate.Dispose();

    private static DateTimeOffset Utc(DateTime local) => new(local.ToUniversalTime(), TimeSpan.Zero);
}
