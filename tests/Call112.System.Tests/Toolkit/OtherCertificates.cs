using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;

namespace Call112.System.Tests.Toolkit;

/// <summary>Identities that the city's broker must not take: what no <c>enroll</c> would make.</summary>
public static class OtherCertificates
{
    /// <summary>By the city's own authority, and over since yesterday.</summary>
    public static JsonObject Expired(CityIdentities city, JsonNode enrolled, DateTimeOffset now)
    {
        var pem = File.ReadAllText(Path.Combine(city.Identities, "authority", "ca.pem"));
        using var authority = X509Certificate2.CreateFromPem(pem, pem);
        return With(enrolled, authority, now.AddDays(-400), now.AddDays(-1));
    }

    /// <summary>By an authority of somebody else's that gives itself the name of the city's; under the station's own id.</summary>
    public static JsonObject Foreign(JsonNode enrolled, DateTimeOffset now)
    {
        using var city = X509Certificate2.CreateFromPem((string)enrolled["identity"]!["authorities"]!);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(city.SubjectName, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        using var authority = request.CreateSelfSigned(now.AddDays(-400), now.AddDays(400));
        return With(enrolled, authority, now.AddDays(-1), now.AddDays(100));
    }

    /// <summary>Trusts the city, and has no certificate.</summary>
    public static JsonObject None(JsonNode enrolled)
    {
        var copy = (JsonObject)enrolled.DeepClone();
        copy["identity"] = new JsonObject { ["authorities"] = (string)enrolled["identity"]!["authorities"]! };
        return copy;
    }

    private static JsonObject With(JsonNode enrolled, X509Certificate2 authority, DateTimeOffset from, DateTimeOffset until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={(string)enrolled["station"]!["id"]!}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], critical: false));
        using var certificate = request.Create(authority, from, until, RandomNumberGenerator.GetBytes(8));
        var copy = (JsonObject)enrolled.DeepClone();
        copy["identity"]!["certificate"] = certificate.ExportCertificatePem();
        copy["identity"]!["key"] = key.ExportPkcs8PrivateKeyPem();
        return copy;
    }
}
