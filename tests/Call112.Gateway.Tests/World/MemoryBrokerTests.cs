using Call112.Gateway.Messaging;

namespace Call112.Gateway.Tests.World;

/// <summary>The broker in memory behaves as MQTT 5 asks, where a station depends on it.</summary>
public sealed class MemoryBrokerTests
{
    private const string Topic = "call112/v1/groups/all/dispatch";

    private readonly TestClock _clock = new();
    private readonly MemoryBroker _broker;
    private readonly List<InboundMessage> _received = [];

    public MemoryBrokerTests() => _broker = new MemoryBroker(_clock);

    [Fact]
    public async Task No_more_than_the_receive_maximum_is_under_way_and_a_puback_makes_room()
    {
        await ConnectAsync();
        for (var i = 0; i < 20; i++)
            _broker.Publish(Topic, [(byte)i]);
        Assert.Equal(MemoryBroker.ReceiveMaximum, Count());
        Acknowledge(0);
        await Wait.UntilAsync(() => Count() == 17, "the seventeenth message");
        Assert.Equal(Enumerable.Range(0, 17), Payloads());
    }

    [Fact]
    public async Task What_was_not_acknowledged_is_delivered_again_first_and_in_order()
    {
        await ConnectAsync();
        for (var i = 0; i < 3; i++)
            _broker.Publish(Topic, [(byte)i]);
        Acknowledge(1);
        _broker.Kick("station");
        _broker.Publish(Topic, [3]);
        lock (_received)
            _received.Clear();
        var second = await ConnectAsync();
        Assert.True(second.SessionPresent);
        Assert.Equal([0, 2, 3], Payloads());
    }

    [Fact]
    public async Task An_acknowledgement_of_an_old_connection_does_nothing_on_a_new_one()
    {
        await ConnectAsync();
        _broker.Publish(Topic, [7]);
        var old = _received[0];
        _broker.Kick("station");
        await ConnectAsync();
        old.Acknowledge!();
        Assert.Equal(1, _broker.SessionOf("station")!.UnderWay);
    }

    [Fact]
    public async Task A_kick_publishes_the_will_and_so_does_giving_up_but_an_orderly_leave_does_not()
    {
        var orderly = await ConnectAsync();
        orderly.EndInOrder();
        await orderly.DisposeAsync();
        Assert.Empty(_broker.Publications);
        await (await ConnectAsync()).DisposeAsync();
        Assert.True(Assert.Single(_broker.Publications).IsWill);
        var connection = await ConnectAsync();
        _broker.Kick("station", "no reason");
        Assert.Equal("no reason", await connection.Closed);
        Assert.Equal([true, true], _broker.Publications.Select(publication => publication.IsWill));
        await Assert.ThrowsAsync<BrokerException>(() => connection.PublishAsync(new OutboundMessage("t", [], true), TimeSpan.FromSeconds(1), CancellationToken.None));
    }

    [Fact]
    public async Task A_half_open_line_carries_nothing_and_says_nothing()
    {
        var connection = await ConnectAsync();
        _broker.IsHalfOpen = true;
        _broker.Publish(Topic, [1]);
        var publish = connection.PublishAsync(new OutboundMessage("t", [1], true), TimeSpan.FromSeconds(5), CancellationToken.None);
        Assert.False(publish.IsCompleted);
        Assert.False(connection.Closed.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(5));
        await Assert.ThrowsAsync<BrokerException>(() => publish);
        Assert.Empty(_received);
        Assert.Empty(_broker.Publications);
        _broker.IsHalfOpen = false;
        _broker.TellsTakeOver = true;
        await ConnectAsync();
        Assert.Equal([1], Payloads());
        // The broker believed in the old connection until the new one took over.
        Assert.True(Assert.Single(_broker.Publications).IsWill);
    }

    [Fact]
    public async Task A_taken_session_ends_without_a_word_unless_the_broker_is_of_the_kind_that_tells()
    {
        // Mosquitto 2.0.11: no DISCONNECT 0x8E, no will.
        var first = await ConnectAsync();
        var second = await ConnectAsync();
        Assert.True(first.Closed.IsCompleted);
        Assert.False(first.WasTakenOver);
        Assert.Empty(_broker.Publications);
        _broker.TellsTakeOver = true;
        await ConnectAsync();
        Assert.True(second.WasTakenOver);
        Assert.True(Assert.Single(_broker.Publications).IsWill);
    }

    [Fact]
    public async Task Retained_messages_come_once_with_their_flag_and_expired_ones_never()
    {
        _broker.Publish(Topic, [9], retain: true);
        await (await ConnectAsync()).DisposeAsync();
        Assert.True(Assert.Single(_received).Retained);
        Acknowledge(0);
        _broker.Publish(Topic, [10], expiresAfter: TimeSpan.FromSeconds(60));
        _clock.Advance(TimeSpan.FromSeconds(61));
        _broker.Forget();
        Assert.False((await ConnectAsync()).SessionPresent);
        Assert.Single(_received);
    }

    private Task<IBrokerConnection> ConnectAsync() => _broker.ConnectAsync(
        new SessionRequest("station", new OutboundMessage("will", [0], true), [Topic]),
        message =>
        {
            lock (_received)
                _received.Add(message);
            return ValueTask.CompletedTask;
        },
        CancellationToken.None);

    private void Acknowledge(int index)
    {
        lock (_received)
            _received[index].Acknowledge!();
    }

    private int Count()
    {
        lock (_received)
            return _received.Count;
    }

    private IEnumerable<int> Payloads()
    {
        lock (_received)
            return [.. _received.Select(message => (int)message.Payload.Span[0])];
    }
}
