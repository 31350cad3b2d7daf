using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Call112.Gateway.Messaging;
using Call112.Gateway.Options;
using Call112.Gateway.Tests.World;
using Call112.Gateway.Time;
using Call112.Messages;
using Call112.Station;

namespace Call112.Gateway.Tests.Messaging;

/// <summary>
/// A station that was enrolled by an authority of the test's own, its folder, and the centre that answers it: the same request gets the same
/// certificate again. Everything is valid from 1970, as the real centre's (decision 0019).
/// </summary>
internal sealed class RenewalDesk : IDisposable
{
    public const string Id = StationWorld.Id, ForClients = "1.3.6.1.5.5.7.3.2", ForServers = "1.3.6.1.5.5.7.3.1";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("call112-renewal-");
    private readonly Dictionary<Guid, string> _answered = [];

    public RenewalDesk()
    {
        Enrolled = Enrol(days: 20);
        Options = With(Enrolled);
    }

    public TestClock Clock { get; } = new();

    public RecordingLogs Logs { get; } = new();

    public X509Certificate2 Authority { get; } = NewAuthority("Call112 Test");

    /// <summary>Gives itself the city's name.</summary>
    public X509Certificate2 Stranger { get; } = NewAuthority("Call112 Test");

    /// <summary>What stands in station.json: until in 20 days.</summary>
    public X509Certificate2 Enrolled { get; }

    public GatewayOptions Options { get; }

    public string Folder => _folder.FullName;

    public string PendingFile => Path.Combine(Folder, RenewalFiles.PendingName);

    public string InForceFile => Path.Combine(Folder, RenewalFiles.InForceName);

    /// <summary>The service after a start.</summary>
    /// <param name="afterStep">Called after each file operation.</param>
    public CertificateRenewal Start(GatewayOptions? options = null, Action<string>? afterStep = null) =>
        new(options ?? Options, new StationClock(Clock, trusted: true), Logs, afterStep);

    /// <summary>A certificate and key as enroll makes them.</summary>
    public X509Certificate2 Enrol(int days, string name = Id)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return X509Certificate2.CreateFromPem(Issue(new PublicKey(key), days, name), key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>A station.json with this identity.</summary>
    public GatewayOptions With(X509Certificate2 own) => new()
    {
        Station = new StationOptions { Id = Id, Name = "Puskesmas Gogagoman", Groups = ["puskesmas"] },
        Uplink = new UplinkOptions
        {
            Host = "127.0.0.1",
            Port = 8883,
            Tls = true,
            Identity = new StationIdentity(
                Authority.ExportCertificatePem(), own.ExportCertificatePem(), own.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()),
        },
        JournalPath = Path.Combine(Folder, "journal.db"),
        TrustClock = true,
    };

    /// <summary>What the station has asked.</summary>
    public static StationCertificateRequest RequestOf(OutboundMessage message) => MessageReader.ReadCertificateRequest(message.Payload).Value!;

    /// <summary>The centre's answer: over the request's key, for two years.</summary>
    public StationCertificate Answer(StationCertificateRequest request)
    {
        if (!_answered.TryGetValue(request.RequestId, out var certificate))
            _answered[request.RequestId] = certificate = Issue(KeyOf(request), days: 730);
        return new StationCertificate(request.RequestId, Clock.GetUtcNow(), certificate);
    }

    public static PublicKey KeyOf(StationCertificateRequest request) =>
        CertificateRequest.LoadSigningRequestPem(request.Request, HashAlgorithmName.SHA256).PublicKey;

    /// <summary>A renewal from its request to the disk, beside the journal in this folder, as if a connection had been made with it.</summary>
    public X509Certificate2 Renew(string folder)
    {
        var renewal = Start(Options with { JournalPath = Path.Combine(folder, "journal.db") });
        renewal.Prepare();
        renewal.Take(Answer(RequestOf(renewal.ToSend!.Value)));
        var own = renewal.Own[0];
        renewal.Settle(own);
        return own;
    }

    /// <returns>PEM.</returns>
    public string Issue(PublicKey key, int days, string name = Id, X509Certificate2? by = null, string use = ForClients)
    {
        var request = new CertificateRequest(new X500DistinguishedName($"CN={name}"), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], critical: false));
        using var certificate = request.Create(
            by ?? Authority, DateTimeOffset.UnixEpoch, Clock.GetUtcNow().AddDays(days), RandomNumberGenerator.GetBytes(8));
        return certificate.ExportCertificatePem();
    }

    public void Dispose()
    {
        Authority.Dispose();
        Stranger.Dispose();
        _folder.Delete(recursive: true);
    }

    private static X509Certificate2 NewAuthority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch, new DateTimeOffset(2046, 1, 1, 0, 0, 0, TimeSpan.Zero));
    }
}
