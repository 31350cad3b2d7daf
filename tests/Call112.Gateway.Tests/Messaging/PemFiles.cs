using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Call112.Gateway.Options;

namespace Call112.Gateway.Tests.Messaging;

/// <summary>An authority of the test's own, and the files that a station and a broker have of it.</summary>
internal sealed class PemFiles : IDisposable
{
    private static readonly DateTimeOffset s_from = TimeProvider.System.GetUtcNow().AddDays(-1);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("call112-pem-");
    private readonly X509Certificate2 _authority = Authority("Call112 Test");
    private readonly X509Certificate2 _stranger = Authority("Somebody Else");
    private int _changes;

    public PemFiles()
    {
        File.WriteAllText(In("ca.pem"), _authority.ExportCertificatePem());
        Write("broker", _authority, TimeSpan.FromDays(365));
        Renew(TimeSpan.FromDays(100));
    }

    public string Folder => _folder.FullName;

    public UplinkOptions Uplink(int port) => new()
    {
        Host = "localhost",
        Port = port,
        Tls = true,
        CaFile = In("ca.pem"),
        CertificateFile = In("station.crt"),
        KeyFile = In("station.key"),
    };

    public string In(string name) => Path.Combine(Folder, name);

    /// <summary>A new certificate for the station.</summary>
    /// <param name="stranger">By an authority that the broker does not know.</param>
    /// <returns>When it expires.</returns>
    public DateTimeOffset Renew(TimeSpan validFor, bool stranger = false)
    {
        var until = Write("station", stranger ? _stranger : _authority, validFor);
        Touch();
        return until;
    }

    /// <summary>Half a file: what a copy that was cut off leaves behind.</summary>
    public void Tear()
    {
        File.WriteAllText(In("station.crt"), File.ReadAllText(In("station.crt"))[..100]);
        Touch();
    }

    public void Dispose()
    {
        _authority.Dispose();
        _stranger.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>Two changes within one tick of the file system's clock must differ.</summary>
    private void Touch() => File.SetLastWriteTimeUtc(In("station.crt"), s_from.UtcDateTime.AddMinutes(++_changes));

    private DateTimeOffset Write(string name, X509Certificate2 issuer, TimeSpan validFor)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(issuer, s_from, s_from + validFor, RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(In($"{name}.crt"), certificate.ExportCertificatePem());
        File.WriteAllText(In($"{name}.key"), key.ExportPkcs8PrivateKeyPem());
        return new DateTimeOffset(certificate.NotAfter.ToUniversalTime(), TimeSpan.Zero);
    }

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        return request.CreateSelfSigned(s_from.AddDays(-1), s_from.AddDays(3650));
    }
}
