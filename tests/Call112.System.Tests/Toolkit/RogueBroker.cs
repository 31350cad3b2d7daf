using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Call112.Messages;

namespace Call112.System.Tests.Toolkit;

/// <summary>
/// A broker that the test writes: raw TCP, MQTT 5 in bytes. Behaves (<see cref="BehaveAsync"/>) until a test gives it an attack, which is run on
/// each connection instead. While it behaves it is centre as well: heartbeats, receipts, and a record of the reports.
/// </summary>
public sealed class RogueBroker : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<long, Report> _reports = new();
    private readonly string _stationId;
    private readonly Task _accepting;
    private readonly List<Task> _links = [];
    private volatile Func<RogueLink, Task>? _attack;
    private volatile RogueLink? _current;
    private volatile RogueLink? _wellLink;
    private int _connections;
    private int _nextId;

    public RogueBroker(string stationId)
    {
        _stationId = stationId;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Address => $"mqtt://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>A topic that nobody may subscribe to here; the others are granted.</summary>
    public string? Forbidden { get; init; }

    /// <summary>How often the station has come.</summary>
    public int Connections => Volatile.Read(ref _connections);

    public IReadOnlyDictionary<long, Report> Reports => _reports;

    /// <summary>A connection on which the broker behaves is subscribed.</summary>
    public bool IsWell => _wellLink is not null;

    /// <summary>From now on each connection is answered by this; the present one is ended.</summary>
    public void Attack(Func<RogueLink, Task>? attack)
    {
        _attack = attack;
        _wellLink = null;
        _current?.Dispose();
    }

    /// <summary>Publishes on the connection that behaves.</summary>
    public Task PublishAsync(string topic, byte[] payload) =>
        (_wellLink ?? throw new InvalidOperationException("the station is not subscribed")).SendAsync(RogueLink.Publish(topic, payload, 1, NextId()));

    public ushort NextId() => (ushort)(1 + (Interlocked.Increment(ref _nextId) & 0x7FFF));

    /// <summary>Answers CONNECT and SUBSCRIBE as a broker should. False when the station went before that.</summary>
    /// <param name="forbidden">A topic that is answered by "not authorized".</param>
    public static async Task<bool> GreetAsync(RogueLink link, string? forbidden = null)
    {
        const byte granted = 1, notAuthorized = 0x87;
        if (await link.ReadAsync() is not { Kind: StationPacket.Connect })
            return false;
        await link.SendAsync(RogueLink.ConnAck());
        if (await link.ReadAsync() is not { Kind: StationPacket.Subscribe } subscribe)
            return false;
        await link.SendAsync(RogueLink.SubAck(subscribe.PacketId, [.. subscribe.Topics.Select(topic => topic == forbidden ? notAuthorized : granted)]));
        return true;
    }

    /// <summary>Answers what the station says, until it goes: PUBACK for PUBLISH, PINGRESP for PINGREQ; keeps its reports.</summary>
    public async Task ServeAsync(RogueLink link)
    {
        while (await link.ReadAsync() is { } packet)
        {
            if (packet.Kind == StationPacket.PingRequest)
                await link.SendAsync(new byte[] { 0xD0, 0 });
            if (packet.Kind != StationPacket.Publish)
                continue;
            var (topic, id, payload) = packet.Message;
            if (id != 0)
                await link.SendAsync(RogueLink.PubAck(id));
            if (topic != Topics.Report(_stationId) || MessageReader.ReadReport(payload).Value is not { } report)
                continue;
            _reports[report.Sequence] = report;
            // Only what is there without a gap, as a centre does.
            if (Enumerable.Range(1, (int)report.Sequence).All(sequence => _reports.ContainsKey(sequence)))
                await link.SendAsync(RogueLink.Publish(Topics.Receipt(_stationId), MessageWriter.Write(new Receipt(report.Sequence)), 1, NextId()));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        Task[] links;
        lock (_links)
            links = [.. _links];
        await Task.WhenAll(links);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                client.NoDelay = true;
                Interlocked.Increment(ref _connections);
                lock (_links)
                    _links.Add(RunAsync(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test ends.
        }
    }

    private async Task RunAsync(TcpClient client)
    {
        using var link = new RogueLink(client, _stop.Token);
        _current = link;
        try
        {
            await (_attack is { } attack ? attack(link) : BehaveAsync(link));
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // The station, or the test, closed the connection.
        }
        finally
        {
            if (_wellLink == link)
                _wellLink = null;
        }
    }

    private async Task BehaveAsync(RogueLink link)
    {
        if (!await GreetAsync(link, Forbidden))
            return;
        _wellLink = link;
        var beating = BeatAsync(link);
        await ServeAsync(link);
        link.Dispose();
        await beating;
    }

    private static async Task BeatAsync(RogueLink link)
    {
        try
        {
            for (var number = 1L; ; number++)
            {
                await link.SendAsync(RogueLink.Publish(Topics.CenterHeartbeat, MessageWriter.Write(new CenterHeartbeat(Wait.Time.GetUtcNow(), "rogue", number)), 0));
                await Task.Delay(TimeSpan.FromSeconds(2), Wait.Time, link.Stop);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // That connection has gone.
        }
    }
}
