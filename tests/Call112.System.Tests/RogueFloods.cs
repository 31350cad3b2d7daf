using System.Text;
using Call112.Messages;
using Call112.System.Tests.Toolkit;

namespace Call112.System.Tests;

/// <summary>
/// A flood at a rate: what is sent over and over, and how much of it the station took, by its PUBACKs. A real dispatch goes into the same
/// stream of bytes, behind whatever the station has not read yet.
/// </summary>
internal sealed class RogueFlood(string name, RogueBroker broker, string stationId, Func<int, byte[]> next)
{
    /// <summary>How many kinds <see cref="Of"/> gives.</summary>
    public const int Kinds = 5;

    private const int BurstEveryMs = 10;

    private long _sent, _acknowledged;
    private volatile byte[]? _real;
    private TaskCompletionSource<long>? _realSent;

    public string Name => name;

    public long Sent => Interlocked.Read(ref _sent);

    public long Acknowledged => Interlocked.Read(ref _acknowledged);

    /// <summary>Sends until the connection ends.</summary>
    /// <param name="perSecond">Messages each second, in bursts of 10 ms; behind that when the station is.</param>
    public async Task ActAsync(RogueLink link, int perSecond, bool reads = true)
    {
        await RogueBroker.GreetAsync(link);
        var reading = reads ? CountAsync(link) : Task.CompletedTask;
        var began = Wait.MonotonicNs;
        var batch = new List<byte>(64 * 1024);
        for (var due = 0L; !link.Stop.IsCancellationRequested; due = (Wait.MonotonicNs - began) * perSecond / 1_000_000_000)
        {
            batch.Clear();
            var from = Sent;
            for (var i = from; i < Math.Min(due, from + perSecond / 20); i++)
                batch.AddRange(next((int)i));
            Interlocked.Add(ref _sent, Math.Max(0, Math.Min(due, from + perSecond / 20) - from));
            if (_real is { } real)
            {
                _real = null;
                batch.AddRange(real);
                // Before the write: what the station has not read yet may hold it up, and that counts.
                _realSent!.TrySetResult(Wait.MonotonicNs);
            }

            await link.SendAsync(batch.ToArray());
            await Task.Delay(TimeSpan.FromMilliseconds(BurstEveryMs), Wait.Time, link.Stop);
        }

        await reading;
    }

    /// <summary>Puts a real dispatch into the flood; gives when its turn to be written came.</summary>
    public Task<long> SendRealAsync(Dispatch dispatch)
    {
        _realSent = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        _real = RogueLink.Publish(Topics.Dispatch(stationId), MessageWriter.Write(dispatch), 1, broker.NextId());
        return _realSent.Task;
    }

    /// <summary>The floods of the campaign. The copies are of a Test dispatch, which never sounds, so that any siren is a wrong one.</summary>
    public static IReadOnlyList<RogueFlood> Of(RogueBroker broker, string stationId)
    {
        var topic = Topics.Dispatch(stationId);
        var copied = MessageWriter.Write(Written.Alert() with { Status = DispatchStatus.Test });
        var real = MessageWriter.Write(Written.Alert());
        byte[] Copy(int qos) => RogueLink.Publish(topic, copied, qos, broker.NextId());
        byte[] Invalid(int i) => RogueLink.Publish(topic, Encoding.UTF8.GetBytes($"{{\"dispatchId\":\"{i}\",\"messageType\":7"), 1, broker.NextId());
        byte[] Misled(int i) => RogueLink.Publish($"call112/v1/stations/{stationId}/nothing-{i}", "{}"u8, 1, broker.NextId());
        byte[] Retained() => RogueLink.Publish(topic, real, 1, broker.NextId(), retain: true);
        byte[] Silence() => RogueLink.Publish(Topics.Command(stationId), "{\"command\":\"Silence\"}"u8, 1, broker.NextId());
        return
        [
            new("copies of one dispatch", broker, stationId, _ => Copy(1)),
            new("copies of one dispatch, QoS 0", broker, stationId, _ => Copy(0)),
            new("malformed messages", broker, stationId, Invalid),
            new("retained dispatches", broker, stationId, _ => Retained()),
            new("all of it, and foreign topics and commands", broker, stationId, i => (i % 5) switch
            {
                0 => Copy(1),
                1 => Invalid(i),
                2 => Retained(),
                3 => Misled(i),
                _ => Silence(),
            }),
        ];
    }

    private async Task CountAsync(RogueLink link)
    {
        const int pubAck = 4;
        while (await link.ReadAsync() is { } packet)
        {
            if (packet.Kind == pubAck)
                Interlocked.Increment(ref _acknowledged);
            if (packet.Kind == StationPacket.PingRequest)
                await link.SendAsync(new byte[] { 0xD0, 0 });
            if (packet.Kind == StationPacket.Publish && packet.Message.PacketId is not 0 and var id)
                await link.SendAsync(RogueLink.PubAck(id));
        }
    }
}
