using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Call112.Endurance.Lines;

/// <summary>An authority of this run's own, and two certificates of its broker: one that is good, one that expired an hour ago.</summary>
internal sealed class CityCertificates
{
    private readonly string _folder;

    /// <param name="name">The broker's name.</param>
    public CityCertificates(string folder, string name, DateTimeOffset now)
    {
        _folder = folder;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Call112 paths", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        using var authority = request.CreateSelfSigned(now.AddDays(-30), now.AddDays(30));
        File.WriteAllText(Authority, authority.ExportCertificatePem());
        Issue(authority, "good", name, now.AddDays(-1), now.AddDays(10));
        Issue(authority, "expired", name, now.AddDays(-10), now.AddHours(-1));
    }

    public string Authority => In("authority.pem");

    /// <summary>A TLS listener of mosquitto.</summary>
    /// <param name="certificate"><c>good</c> or <c>expired</c>.</param>
    public IEnumerable<string> Listener(int port, string certificate) =>
        [$"listener {port} 127.0.0.1", $"certfile {In(certificate + ".crt")}", $"keyfile {In(certificate + ".key")}"];

    private string In(string file) => Path.Combine(_folder, file);

    private void Issue(X509Certificate2 authority, string file, string name, DateTimeOffset from, DateTimeOffset until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        using var certificate = request.Create(authority, from, until, RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(In(file + ".crt"), certificate.ExportCertificatePem());
        File.WriteAllText(In(file + ".key"), key.ExportPkcs8PrivateKeyPem());
    }
}
