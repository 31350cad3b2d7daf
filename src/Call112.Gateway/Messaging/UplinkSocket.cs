using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;
using MQTTnet.Channel;

namespace Call112.Gateway.Messaging;

/// <summary>
/// Makes the TCP connection of one uplink, bound to its network interface: by SO_BINDTODEVICE, so that the kernel uses no route of another interface;
/// where that is not permitted, by the interface's own address. Addresses of the broker's name are remembered, so that a dead DNS costs no
/// connection.
/// </summary>
/// <param name="device">Name of the interface, or null for the one that the routes choose.</param>
/// <param name="boundByAddress">Called with the reason when SO_BINDTODEVICE is not permitted.</param>
internal sealed class UplinkSocket(string? device, Action<string> boundByAddress) : IMqttClientStreamProvider
{
    /// <summary>SOL_SOCKET and SO_BINDTODEVICE of Linux, x64 and arm64.</summary>
    private const int SolSocket = 1, SoBindToDevice = 25;

    /// <summary>How long a name may take to be resolved before the remembered addresses are used.</summary>
    private static readonly TimeSpan s_resolveWithin = TimeSpan.FromSeconds(4);

    /// <summary>How long one of several addresses may take.</summary>
    private static readonly TimeSpan s_eachWithin = TimeSpan.FromSeconds(4);

    private IPAddress[] _known = [];

    /// <summary>A connection was made since the last <see cref="Forget"/>: what fails after it is TLS or the broker, not the line.</summary>
    public bool HasReached { get; private set; }

    public void Forget() => HasReached = false;

    /// <exception cref="IOException">The interface is not there or has no address; the message names it.</exception>
    /// <exception cref="SocketException">The broker cannot be reached through it.</exception>
    public async Task<Stream> ConnectAsync(EndPoint brokerEndPoint, CancellationToken cancellationToken)
    {
        var (addresses, port) = brokerEndPoint switch
        {
            IPEndPoint ip => ([ip.Address], ip.Port),
            DnsEndPoint dns => (await ResolveAsync(dns.Host, cancellationToken), dns.Port),
            _ => throw new ArgumentException($"no way to {brokerEndPoint}", nameof(brokerEndPoint)),
        };
        Exception? last = null;
        foreach (var address in addresses)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
            {
                NoDelay = true,
                LingerState = new LingerOption(true, 0),
            };
            try
            {
                Bind(socket, address.AddressFamily);
                using var late = new CancellationTokenSource(addresses.Length > 1 ? s_eachWithin : Timeout.InfiniteTimeSpan, TimeProvider.System);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
                await socket.ConnectAsync(new IPEndPoint(address, port), either.Token);
                HasReached = true;
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (Exception e) when (e is SocketException or IOException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                socket.Dispose();
                last = e is OperationCanceledException ? new SocketException((int)SocketError.TimedOut) : e;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        throw last ?? new SocketException((int)SocketError.HostNotFound);
    }

    private async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancel)
    {
        if (IPAddress.TryParse(host.Trim('[', ']'), out var literal))
            return [literal];
        try
        {
            // A resolver may hang for longer than the whole connect may take.
            _known = await Dns.GetHostAddressesAsync(host, cancel).WaitAsync(s_resolveWithin, TimeProvider.System, cancel);
        }
        catch (Exception e) when (e is SocketException or TimeoutException)
        {
            if (_known.Length == 0)
                throw e is TimeoutException ? new IOException($"the name {host} is not resolved within {s_resolveWithin.TotalSeconds} s") : e;
        }

        return _known;
    }

    private void Bind(Socket socket, AddressFamily family)
    {
        if (device is null)
            return;
        var found = NetworkInterface.GetAllNetworkInterfaces().FirstOrDefault(one => one.Name == device)
            ?? throw new IOException($"the interface {device} is not there");
        try
        {
            socket.SetRawSocketOption(SolSocket, SoBindToDevice, Encoding.UTF8.GetBytes(device + '\0'));
            return;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AccessDenied)
        {
            boundByAddress(e.Message);
        }
        catch (SocketException e)
        {
            throw new IOException($"the interface {device} cannot be used: {e.Message}", e);
        }

        var own = found.GetIPProperties().UnicastAddresses.Select(each => each.Address)
            .FirstOrDefault(each => each.AddressFamily == family && !each.IsIPv6LinkLocal)
            ?? throw new IOException($"the interface {device} has no address");
        socket.Bind(new IPEndPoint(own, 0));
    }
}
