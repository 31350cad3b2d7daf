using Call112.Gateway.Messaging;
using Call112.Gateway.Tests.World;
using Call112.Messages;
using Call112.Station;
using Microsoft.Extensions.Logging;

namespace Call112.Gateway.Tests.Messaging;

public sealed class UplinkTests
{
    private static readonly string s_state = Topics.State(StationWorld.Id);

    [Fact]
    public async Task It_subscribes_to_its_own_topics_its_groups_and_all()
    {
        await using var world = await StationWorld.StartAsync();
        Assert.Equal("call112-pkm-gogagoman", StationWorld.ClientId);
        var session = Assert.IsType<MemorySession>(world.Broker.SessionOf(StationWorld.ClientId));
        string[] expected =
        [
            "call112/v1/stations/pkm-gogagoman/dispatch",
            "call112/v1/stations/pkm-gogagoman/command",
            "call112/v1/stations/pkm-gogagoman/receipt",
            // Not to act on: a copied card shows there (F20).
            "call112/v1/stations/pkm-gogagoman/state",
            "call112/v1/center/heartbeat",
            "call112/v1/groups/puskesmas/dispatch",
            "call112/v1/groups/kota-utara/dispatch",
            "call112/v1/groups/all/dispatch",
        ];
        Assert.Equal(expected.Order(), session.Subscriptions.Order());
    }

    [Fact]
    public async Task A_dispatch_to_a_group_or_to_all_sounds()
    {
        await using var world = await StationWorld.StartAsync();
        world.Broker.Publish(Topics.GroupDispatch("kota-utara"), MessageWriter.Write(Samples.Dispatch(1)));
        world.Broker.Publish(Topics.GroupDispatch("all"), MessageWriter.Write(Samples.Dispatch(2)));
        world.Broker.Publish(Topics.GroupDispatch("damkar"), MessageWriter.Write(Samples.Dispatch(3)));
        await Wait.UntilAsync(() => world.State.Alerts.Length == 2, "two alerts");
        Assert.Null(world.State.Find(Samples.Id(3)));
    }

    [Fact]
    public async Task It_is_born_retained_and_dies_by_its_will()
    {
        await using var world = await StationWorld.StartAsync();
        await world.RunUntilAsync(() => world.StatusSent.Count > 0, 1, "the birth");
        var birth = world.StatusSent[0];
        Assert.True(birth.Online);
        Assert.Equal((StationWorld.Id, world.Station.BootId, "ok"), (birth.StationId, birth.BootId, birth.JournalHealth));
        Assert.Equal(["puskesmas", "kota-utara"], birth.Groups);
        Assert.True(world.Sent(s_state)[0].Retain);
        world.Broker.Kick(StationWorld.ClientId);
        var will = Assert.Single(world.Sent(s_state), message => message.IsWill);
        Assert.True(will is { IsWill: true, Retain: true, AtLeastOnce: true });
        Assert.False(MessageReader.ReadStatus(will.Payload).Value!.Online);
        await world.RunUntilAsync(() => world.StatusSent[^1].Online, 10, "it is back and says so");
        Assert.True(MessageReader.ReadStatus(world.Broker.RetainedOn(s_state)!).Value!.Online);
    }

    [Theory]
    [InlineData(false, 5)]
    [InlineData(true, 30)]
    public async Task It_beats_every_five_seconds_or_thirty_on_a_metered_line(bool metered, int seconds)
    {
        await using var world = await StationWorld.StartAsync(new StationWorld.Setup(Change: options => options with { Uplink = options.Uplink with { Metered = metered } }));
        await world.RunAsync(seconds: (seconds * 4) + 1, stepSeconds: 0.1);
        var beats = world.Sent(Topics.Heartbeat(StationWorld.Id));
        Assert.Equal(5, beats.Count);
        Assert.Equal([1L, 2, 3, 4, 5], beats.Select(beat => MessageReader.ReadHeartbeat(beat.Payload).Value!.Number));
        for (var i = 1; i < beats.Count; i++)
            Assert.Equal(seconds, (beats[i].At - beats[i - 1].At).TotalSeconds, 1.0);
        Assert.All(beats, beat => Assert.True(beat.AtLeastOnce && !beat.Retain));
    }

    [Fact]
    public async Task The_state_is_told_again_when_an_alarm_begins_and_when_it_ends()
    {
        await using var world = await StationWorld.StartAsync();
        world.CenterBeats();
        await world.RunUntilAsync(() => world.StatusSent.Count > 0, 1, "the birth");
        world.Board.Inputs = Inputs.MainsFail;
        await world.RunUntilAsync(() => world.StatusSent[^1].Alarms!.Contains("MainsLost"), 1, "MainsLost in the state");
        world.Board.Inputs = Inputs.None;
        await world.RunUntilAsync(() => !world.StatusSent[^1].Alarms!.Contains("MainsLost"), 1, "and gone from it");
        world.Dispatch(Samples.Dispatch());
        await world.RunUntilAsync(() => world.StatusSent[^1].OpenDispatches == 1, 1, "the open dispatch in the state");
    }

    [Fact]
    public async Task A_late_puback_ends_the_connection_and_it_comes_back()
    {
        // F9: whatever the library thinks of the line.
        await using var world = await StationWorld.StartAsync();
        await world.RunAsync(seconds: 6);
        world.Broker.SwallowsPubacks = true;
        await world.RunUntilAsync(() => world.Broker.Attempts.Count > 1, 15, "a new connection");
        Assert.InRange((world.Broker.Attempts[1] - world.Broker.Attempts[0]).TotalSeconds, 6, 22);
        world.Broker.SwallowsPubacks = false;
        var births = world.StatusSent.Count(status => status.Online);
        await world.RunUntilAsync(() => world.StatusSent.Count(status => status.Online) > births, 30, "a new birth");
    }

    [Fact]
    public async Task Who_gives_up_a_line_that_carries_only_one_way_is_missed_by_its_will_within_ten_seconds()
    {
        // F9: heartbeats arrive, PUBACKs do not. An orderly farewell would discard the will, and the centre would believe the last heartbeat.
        await using var world = await StationWorld.StartAsync();
        await world.RunAsync(seconds: 6);
        world.Broker.SwallowsPubacks = true;
        await world.RunUntilAsync(() => world.Sent(s_state).Any(message => message.IsWill), 10, "the will");
        Assert.False(MessageReader.ReadStatus(world.Broker.RetainedOn(s_state)!).Value!.Online);
    }

    [Fact]
    public async Task A_half_open_line_is_noticed_reported_and_left()
    {
        await using var world = await StationWorld.StartAsync();
        await world.RunAsync(seconds: 6);
        world.Broker.IsHalfOpen = true;
        var began = world.Clock.Monotonic;
        await world.RunUntilAsync(() => world.State.Stands(ReportEvent.UplinkLost, "lan"), 16, "UplinkLost");
        await world.RunUntilAsync(() => (world.Board.Outputs & Outputs.LampLink) != 0, 1, "the amber lamp");
        await world.RunAsync(seconds: 60, stepSeconds: 0.1);
        world.Broker.IsHalfOpen = false;
        await world.RunUntilAsync(() => !world.State.Stands(ReportEvent.UplinkLost, "lan"), 60, "UplinkRestored", stepSeconds: 0.1);
        await world.JournaledAsync();
        await world.RunUntilAsync(() => world.ReportsSent.Any(report => report.Event == ReportEvent.UplinkRestored), 10, "both are reported later");
        Assert.Contains(world.ReportsSent, report => report.Event == ReportEvent.UplinkLost && report.OccurredAt < world.Clock.GetUtcNow());
        Assert.True(world.Clock.Monotonic > began);
    }

    [Fact]
    public async Task A_broker_that_accepts_and_kicks_is_not_hammered()
    {
        // F8: the back-off must not reset on the mere success of connecting.
        await using var world = await StationWorld.StartAsync();
        await world.RunAsync(seconds: 1);
        world.Broker.Kicks = true;
        world.Broker.Kick(StationWorld.ClientId);
        await world.RunUntilAsync(() => world.Broker.Attempts.Count > 100, 3600, "a hundred kicks", stepSeconds: 0.1);
        var attempts = world.Broker.Attempts;
        // The first minute begins with short waits; from then on the ceiling of 30 s rules.
        var busiest = attempts.Max(from => attempts.Count(at => at >= from && at < from + TimeSpan.FromMinutes(1)));
        Assert.InRange(busiest, 2, 20);
        var late = attempts.Skip(20).ToList();
        Assert.True((late[^1] - late[0]).TotalSeconds / (late.Count - 1) > 8, "on average less than 8 s between two attempts");
        Assert.All(attempts.Zip(attempts.Skip(1)), pair => Assert.InRange((pair.Second - pair.First).TotalSeconds, 0.05, 31));
        world.Broker.Kicks = false;
        var births = world.StatusSent.Count;
        await world.RunUntilAsync(() => world.StatusSent.Count > births && world.StatusSent[^1].Online, 40, "it comes back", stepSeconds: 0.1);
    }

    [Fact]
    public async Task Refused_for_long_it_is_back_within_half_a_minute_and_drains_in_order()
    {
        // F10: the broker is away from the start.
        var clock = new TestClock();
        var broker = new MemoryBroker(clock) { Refuses = "ServerUnavailable" };
        await using var world = await StationWorld.StartAsync(new StationWorld.Setup(Clock: clock, Broker: broker));
        await world.RunAsync(seconds: 900, stepSeconds: 1);
        Assert.False(world.Uplinks.Subscribed.IsCompleted);
        world.Board.Inputs = Inputs.MainsFail;
        await world.RunAsync(seconds: 1);
        broker.Refuses = null;
        await world.RunUntilAsync(() => world.Uplinks.Subscribed.IsCompleted, 31, "subscribed", stepSeconds: 0.1);
        await world.RunUntilAsync(() => world.ReportsSent.Count >= world.State.LastSequence, 30, "everything is sent");
        Assert.Equal(Enumerable.Range(1, world.ReportsSent.Count).Select(i => (long)i), world.ReportsSent.Select(report => report.Sequence));
    }

    [Fact]
    public async Task A_lost_session_is_begun_anew_with_subscriptions_and_birth()
    {
        // F14: the broker has forgotten everything.
        await using var world = await StationWorld.StartAsync();
        await world.RunAsync(seconds: 1);
        world.Broker.Forget();
        await world.RunUntilAsync(() => world.Broker.RetainedOn(s_state) is not null, 10, "the birth");
        Assert.Equal(8, world.Broker.SessionOf(StationWorld.ClientId)!.Subscriptions.Count);
        world.Dispatch(Samples.Dispatch());
        await world.RunUntilAsync(() => world.State.Alerts.Length == 1, 1, "it hears again");
    }

    [Fact]
    public async Task A_dispatch_delivered_again_on_a_new_connection_does_not_sound_again_and_is_acknowledged_there()
    {
        // F6: the acknowledgement of the old connection is held by the failing disk, and must not count on the new one.
        await using var world = await StationWorld.StartAsync();
        await world.JournaledAsync();
        world.Disk.Break(DiskFault.Full);
        world.Dispatch(Samples.Dispatch());
        await world.RunUntilAsync(() => world.State.Alerts.Length == 1, 1, "the alert");
        var acknowledged = 0;
        world.Broker.Acknowledged += topic => Interlocked.Add(ref acknowledged, topic == s_state ? 0 : 1);
        world.Broker.Kick(StationWorld.ClientId);
        await world.RunUntilAsync(() => world.Broker.Attempts.Count > 1 && world.Broker.SessionOf(StationWorld.ClientId)!.UnderWay == 1, 10, "delivered again");
        world.Disk.Repair();
        await world.RunUntilAsync(() => world.Broker.SessionOf(StationWorld.ClientId)!.UnderWay == 0, 5, "the PUBACK of the new connection");
        Assert.Equal(1, acknowledged);
        await world.JournaledAsync();
        Assert.Single(world.Journaled(), report => report.Event == ReportEvent.Received);
        Assert.Single(world.Journaled(), report => report.Event == ReportEvent.Duplicate);
        Assert.Single(world.Journaled(), report => report.Event == ReportEvent.Sounding);
    }

    /// <summary>F9: it may be hours old.</summary>
    [Fact]
    public async Task A_retained_heartbeat_of_the_centre_proves_nothing()
    {
        await using var world = await StationWorld.StartAsync();
        for (var i = 0; i < 3; i++)
        {
            await world.RunAsync(seconds: 4);
            world.CenterBeats(retain: true);
        }

        Assert.True(world.State.Stands(ReportEvent.CenterLost));
        world.CenterBeats();
        await world.RunUntilAsync(() => !world.State.Stands(ReportEvent.CenterLost), 1, "a live one does");
    }

    [Fact]
    public async Task Whatever_a_connection_throws_the_uplink_comes_back()
    {
        var clock = new TestClock();
        var broken = new BrokenBroker(new MemoryBroker(clock));
        await using var world = await StationWorld.StartAsync(new StationWorld.Setup(Clock: clock));
        using var uplink = new Uplinks(world.Options, world.Station, _ => broken, world.StationClock, world.Vitals, new Random(1), new RecordingLogs().CreateLogger<Uplinks>());
        await uplink.StartAsync(CancellationToken.None);
        await world.RunUntilAsync(() => broken.Connects >= 4, 60, "attempts after exceptions", stepSeconds: 0.1);
        Assert.False(uplink.ExecuteTask!.IsCompleted);
        await uplink.StopAsync(CancellationToken.None);
    }

    /// <summary>Throws what no broker is expected to throw: on connecting at first, then on every publish.</summary>
    private sealed class BrokenBroker(MemoryBroker broker) : IBroker
    {
        public int Connects { get; private set; }

        public async Task<IBrokerConnection> ConnectAsync(SessionRequest request, Func<InboundMessage, ValueTask> receive, CancellationToken cancel)
        {
            if (++Connects == 1)
                throw new ArgumentException("no such thing");
            return new Broken(await broker.ConnectAsync(request, receive, cancel));
        }

        private sealed class Broken(IBrokerConnection connection) : IBrokerConnection
        {
            public bool SessionPresent => connection.SessionPresent;

            public Task<string> Closed => connection.Closed;

            public Task PublishAsync(OutboundMessage message, TimeSpan deadline, CancellationToken cancel) => throw new NotSupportedException("never seen before");

            public ValueTask DisposeAsync() => connection.DisposeAsync();
        }
    }
}
