using System.Net;
using System.Net.NetworkInformation;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Call112.Gateway.Messaging;
using Call112.Gateway.Options;

namespace Call112.Gateway.Updates;

/// <summary>
/// One uplink as a way to a web server: bound to the uplink's interface as its MQTT session is. A connection that the routes of a box lead over a
/// metered interface, though its uplink is not metered, is none.
/// </summary>
/// <param name="options">All uplinks; which interfaces are metered is known from them.</param>
internal sealed class UpdateLine(UplinkOptions uplink, GatewayOptions options) : IDisposable
{
    /// <summary>Hops that a server may send a box on.</summary>
    private const int RedirectionsMax = 3;

    /// <summary>Extended key usage of a server's certificate (RFC 5280, 4.2.1.12).</summary>
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private HttpClient? _http;

    public string Name => uplink.Name;

    public bool Metered => uplink.Metered;

    /// <summary>A connection was made since <see cref="Http"/> was last asked for: what fails after it is the server, not the line.</summary>
    public bool HasReached { get; private set; }

    /// <summary>
    /// The lines that an offer may take, in the order of station.json, unmetered ones first. An uplink without an interface goes where the routes
    /// lead; beside a metered one that names none either nobody can know where that is.
    /// </summary>
    public static IReadOnlyList<UpdateLine> Of(GatewayOptions options, bool metered)
    {
        var isKnown = options.Uplinks.All(uplink => !uplink.Metered || uplink.Interface is not null);
        return [.. options.Uplinks
            .Where(uplink => metered || (!uplink.Metered && (uplink.Interface is not null || isKnown)))
            .OrderBy(uplink => uplink.Metered)
            .Select(uplink => new UpdateLine(uplink, options))];
    }

    /// <summary>For a new attempt: nothing is kept from the one before.</summary>
    public HttpClient Http()
    {
        _http?.Dispose();
        HasReached = false;
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancel) => await ConnectAsync(context.DnsEndPoint, cancel),
            UseProxy = false,
            UseCookies = false,
            MaxAutomaticRedirections = RedirectionsMax,
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = IsTrusted },
        };
        // Its own deadline would count the whole bundle; the download has one for every byte.
        return _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public void Dispose() => _http?.Dispose();

    private async Task<Stream> ConnectAsync(DnsEndPoint server, CancellationToken cancel)
    {
        // Bound by its address instead is as good here: what that means for a modem's route the service has logged (207).
        var stream = await new UplinkSocket(uplink.Interface, _ => { }).ConnectAsync(server, cancel);
        if (!uplink.Metered && uplink.Interface is null && InterfaceOf(stream) is { } device && IsMetered(device))
        {
            await stream.DisposeAsync();
            throw new IOException($"the routes lead over the metered interface {device}");
        }

        HasReached = true;
        return stream;
    }

    private bool IsMetered(string device) => options.Uplinks.Any(other => other.Metered && other.Interface == device);

    /// <summary>The interface that has the connection's own address.</summary>
    private static string? InterfaceOf(Stream stream) => stream is NetworkStream { Socket.LocalEndPoint: IPEndPoint own }
        ? NetworkInterface.GetAllNetworkInterfaces()
            .FirstOrDefault(one => one.GetIPProperties().UnicastAddresses.Any(each => each.Address.Equals(own.Address)))?.Name
        : null;

    /// <summary>Whom the system trusts, or a server of the city's own authority (decision 0019). The bundle has a signature besides.</summary>
    private bool IsTrusted(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None)
            return true;
        // A certificate for another name is refused whoever has signed it.
        if (errors != SslPolicyErrors.RemoteCertificateChainErrors
            || certificate is not X509Certificate2 server || Authorities() is not { } authorities)
            return false;
        using var ofTheCity = new X509Chain();
        ofTheCity.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        ofTheCity.ChainPolicy.CustomTrustStore.AddRange(authorities);
        ofTheCity.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        ofTheCity.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        return ofTheCity.Build(server);
    }

    private X509Certificate2Collection? Authorities()
    {
        if (uplink.CaFile is not { } file)
            return uplink.Identity?.Authorities();
        X509Certificate2Collection read = [];
        read.ImportFromPemFile(file);
        return read;
    }
}
