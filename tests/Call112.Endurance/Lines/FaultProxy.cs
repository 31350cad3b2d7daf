using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Call112.Endurance.Lines;

/// <summary>What one direction of a line does with the bytes that come in.</summary>
internal enum Carriage
{
    Pass,

    /// <summary>They are taken and go nowhere, while both ends see a connection that stands (F9).</summary>
    Swallow,

    /// <summary>One bit in each piece is turned.</summary>
    Corrupt,

    /// <summary>MQTT goes through, and PUBLISH does not: a broker that greets and answers pings and does nothing else.</summary>
    DropPublishes,
}

/// <summary>How the line receives a new connection.</summary>
internal enum Reception
{
    Take,

    /// <summary>Closed at once, in an orderly way.</summary>
    Close,

    /// <summary>Reset at once.</summary>
    Reset,
}

/// <summary>
/// The line between a gateway and its broker, byte by byte, with a fault of its own in each direction. Invariant: a connection of which bytes
/// were swallowed or turned never goes on as if nothing had been; it is reset when the line is mended, as by a NAT that has forgotten it.
/// </summary>
internal sealed class FaultProxy : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly ConcurrentDictionary<Line, bool> _lines = new();
    private readonly ConcurrentQueue<long> _arrivals = new();
    private readonly TimeProvider _time;
    private readonly Random _dice;
    private readonly Lock _rolling = new();
    private volatile int _broker;
    private volatile bool _ended;

    /// <param name="address">Where the gateway connects to; a port is chosen.</param>
    /// <param name="broker">Port of the broker on loopback.</param>
    /// <param name="dice">Which bits are turned.</param>
    public FaultProxy(IPAddress address, int broker, TimeProvider time, Random dice)
    {
        (_broker, _time, _dice) = (broker, time, dice);
        _listener.Bind(new IPEndPoint(address, 0));
        _listener.Listen(64);
        _ = AcceptAsync();
    }

    public IPEndPoint Address => (IPEndPoint)_listener.LocalEndPoint!;

    /// <summary>When each connection arrived, taken or not: timestamps of the clock that it was given.</summary>
    public IReadOnlyCollection<long> Arrivals => _arrivals;

    public Carriage ToBroker { get; set; }

    public Carriage ToStation { get; set; }

    public Reception Reception { get; set; }

    /// <summary>How long each piece is on its way, in each direction; the line's own slowness.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Connections that are made from now on end at another port: the same broker behind another door.</summary>
    public void LeadTo(int broker) => _broker = broker;

    /// <summary>Both ends of every connection are told that it is over.</summary>
    public void Close() => End(reset: false);

    /// <summary>Both ends of every connection get a reset.</summary>
    public void Reset() => End(reset: true);

    /// <summary>The line carries again what comes from now on.</summary>
    public void Mend()
    {
        (ToBroker, ToStation, Reception) = (Carriage.Pass, Carriage.Pass, Reception.Take);
        foreach (var line in _lines.Keys)
            if (line.IsTorn)
                line.End(reset: true);
    }

    public void Dispose()
    {
        _ended = true;
        _listener.Dispose();
        End(reset: true);
    }

    private void End(bool reset)
    {
        foreach (var line in _lines.Keys)
            line.End(reset);
    }

    private async Task AcceptAsync()
    {
        while (!_ended)
            try
            {
                var station = await _listener.AcceptAsync();
                _arrivals.Enqueue(_time.GetTimestamp());
                if (Reception == Reception.Take)
                {
                    _ = CarryAsync(station);
                    continue;
                }

                if (Reception == Reception.Reset)
                    station.LingerState = new LingerOption(true, 0);
                station.Dispose();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The gateway gave up in the same moment, or the run ends.
            }
    }

    private async Task CarryAsync(Socket station)
    {
        var broker = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        station.NoDelay = true;
        var line = new Line(station, broker);
        _lines[line] = true;
        try
        {
            await broker.ConnectAsync(IPAddress.Loopback, _broker);
            await Task.WhenAll(
                PumpAsync(line, station, broker, () => ToBroker, new PublishSieve()),
                PumpAsync(line, broker, station, () => ToStation, new PublishSieve()));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Ended by one side, by the fault, or there is no broker.
        }
        finally
        {
            line.End(reset: true);
            _lines.TryRemove(line, out _);
        }
    }

    /// <summary>
    /// One direction, until its sender ends it. The end itself is passed on only while the direction carries: a line that swallows bytes swallows
    /// a goodbye too, and the connection stands until the line is mended.
    /// </summary>
    private async Task PumpAsync(Line line, Socket from, Socket to, Func<Carriage> carriage, PublishSieve sieve)
    {
        var buffer = new byte[16 * 1024];
        var under = Task.CompletedTask;
        while (true)
        {
            var count = await ReceiveAsync(from, buffer);
            if (carriage() == Carriage.Swallow)
            {
                line.IsTorn = true;
                if (count <= 0)
                    return;
                continue;
            }

            if (count <= 0)
            {
                await under;
                line.End(reset: count < 0);
                return;
            }

            var piece = Treated(line, buffer.AsSpan(0, count), carriage(), sieve);
            if (piece.Length > 0)
                under = SendAsync(under, to, piece, Delay, carriage, line);
        }
    }

    private byte[] Treated(Line line, ReadOnlySpan<byte> bytes, Carriage carriage, PublishSieve sieve)
    {
        var piece = sieve.Take(bytes, drops: carriage == Carriage.DropPublishes);
        if (carriage != Carriage.Corrupt || piece.Length == 0)
            return piece;
        line.IsTorn = true;
        lock (_rolling)
            piece[_dice.Next(piece.Length)] ^= (byte)(1 << _dice.Next(8));
        return piece;
    }

    private async Task SendAsync(Task before, Socket to, byte[] piece, TimeSpan delay, Func<Carriage> carriage, Line line)
    {
        var passes = delay > TimeSpan.Zero ? Task.Delay(delay, _time, CancellationToken.None) : Task.CompletedTask;
        await before;
        await passes;
        if (carriage() == Carriage.Swallow)
        {
            line.IsTorn = true;
            return;
        }

        try
        {
            for (var sent = 0; sent < piece.Length;)
                sent += await to.SendAsync(piece.AsMemory(sent));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            line.End(reset: true);
        }
    }

    /// <returns>Bytes that came; 0 at an orderly end, -1 at any other.</returns>
    private static async Task<int> ReceiveAsync(Socket from, byte[] buffer)
    {
        try
        {
            return await from.ReceiveAsync(buffer);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return -1;
        }
    }

    /// <summary>One connection: its end at the gateway and its end at the broker.</summary>
    private sealed class Line(Socket station, Socket broker)
    {
        private int _ended;

        /// <summary>Bytes of it have been lost.</summary>
        public volatile bool IsTorn;

        public void End(bool reset)
        {
            if (Interlocked.Exchange(ref _ended, 1) != 0)
                return;
            foreach (var socket in (ReadOnlySpan<Socket>)[station, broker])
            {
                if (reset)
                    socket.LingerState = new LingerOption(true, 0);
                socket.Dispose();
            }
        }
    }
}
