using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Call112.Endurance.Soak;

/// <summary>The wire between the gateway and the broker, which can be cut.</summary>
internal sealed class Relay : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Socket, bool> _open = new();
    private readonly int _broker;
    private volatile bool _closed;

    public Relay(int broker)
    {
        _broker = broker;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>While it is cut, a connection is accepted and closed at once.</summary>
    public bool IsCut { get; private set; }

    public void Cut()
    {
        IsCut = true;
        foreach (var socket in _open.Keys)
            socket.Dispose();
    }

    public void Mend() => IsCut = false;

    public void Dispose()
    {
        _closed = true;
        _listener.Dispose();
        Cut();
    }

    private async Task AcceptAsync()
    {
        while (!_closed)
            try
            {
                var socket = await _listener.AcceptSocketAsync();
                if (IsCut)
                    socket.Dispose();
                else
                    _ = JoinAsync(socket);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The gateway gave up in the same moment, or the run ends.
            }
    }

    private async Task JoinAsync(Socket station)
    {
        using var broker = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        station.NoDelay = true;
        (_open[station], _open[broker]) = (true, true);
        try
        {
            await broker.ConnectAsync(IPAddress.Loopback, _broker);
            await Task.WhenAny(PumpAsync(station, broker), PumpAsync(broker, station));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Cut, or no broker.
        }
        finally
        {
            station.Dispose();
            broker.Dispose();
            _open.TryRemove(station, out _);
            _open.TryRemove(broker, out _);
        }
    }

    private static async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            int count;
            while ((count = await from.ReceiveAsync(buffer)) > 0)
                await to.SendAsync(buffer.AsMemory(0, count));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The other end has gone.
        }
    }
}
