using Call112.Gateway.Tests.World;
using Call112.Messages;
using Call112.Station;

namespace Call112.Gateway.Tests.Messaging;

/// <summary>A line and a modem, both live (decision 0015), and what an uplink says of its connection (F9, F10).</summary>
public sealed class TwoUplinksTests
{
    private const string Lan = $"call112-{StationWorld.Id}-lan", Lte = $"call112-{StationWorld.Id}-lte";

    private static readonly string s_state = Topics.State(StationWorld.Id);

    [Fact]
    public async Task Both_are_subscribed_and_the_second_copy_of_a_dispatch_does_not_sound_again()
    {
        // F6: each copy is acknowledged on the connection that brought it.
        await using var world = await StartAsync();
        world.Dispatch(Samples.Dispatch());
        await world.RunUntilAsync(() => world.State.Alerts.Length == 1, 1, "the alert");
        await world.RunUntilAsync(
            () => world.Broker.SessionOf(Lan) is { UnderWay: 0, Waiting: 0 } && world.Broker.SessionOf(Lte) is { UnderWay: 0, Waiting: 0 }, 2, "both are acknowledged");
        await world.JournaledAsync();
        Assert.Single(world.Journaled(), report => report.Event == ReportEvent.Received);
        Assert.Single(world.Journaled(), report => report.Event == ReportEvent.Duplicate);
        Assert.Single(world.Journaled(), report => report.Event == ReportEvent.Sounding);
    }

    [Fact]
    public async Task With_one_uplink_cut_a_dispatch_sounds_by_the_other_at_once()
    {
        await using var world = await StartAsync();
        world.Broker.Cut(Lan);
        world.Dispatch(Samples.Dispatch());
        await world.RunUntilAsync(() => world.State.Alerts.Length == 1, 0.1, "the alert");
    }

    [Fact]
    public async Task Reports_leave_by_the_line_and_move_to_the_modem_when_an_answer_is_overdue()
    {
        await using var world = await StartAsync();
        await world.RunAsync(seconds: 1);
        world.Receipt(world.State.LastSequence);
        Assert.All(Reports(world), report => Assert.Equal(Lan, report.ClientId));
        world.Broker.Cut(Lan);
        world.Board.Inputs = Inputs.MainsFail;
        await world.RunUntilAsync(() => Events(world, Lte).Contains(ReportEvent.MainsLost), 2.5, "MainsLost by the modem");
        // And back, once the line is proved; from the last receipt, in order.
        await world.RunAsync(seconds: 12, stepSeconds: 0.05);
        Assert.True(world.State.Stands(ReportEvent.UplinkLost, "lan"));
        world.Broker.Mend(Lan);
        await world.RunUntilAsync(() => !world.State.Stands(ReportEvent.UplinkLost, "lan"), 60, "the line is back", stepSeconds: 0.05);
        await world.RunUntilAsync(() => Events(world, Lan).Contains(ReportEvent.UplinkRestored), 2, "reports by the line again");
        var again = Reports(world).SkipWhile(report => report.ClientId == Lan).Where(report => report.ClientId == Lan)
            .Select(report => MessageReader.ReadReport(report.Payload).Value!.Sequence).ToList();
        Assert.Equal(again.Order(), again);
        Assert.Equal(world.State.ReceiptedUpTo + 1, again[0]);
    }

    [Fact]
    public async Task A_publish_that_fails_moves_the_reports_without_waiting()
    {
        await using var world = await StartAsync();
        await world.RunAsync(seconds: 1);
        world.Broker.Kick(Lan);
        world.Board.Inputs = Inputs.MainsFail;
        await world.RunUntilAsync(() => world.ReportsSent.Any(report => report.Event == ReportEvent.MainsLost), 0.5, "MainsLost at once");
    }

    [Fact]
    public async Task The_will_of_one_session_is_corrected_at_once_by_the_other()
    {
        await using var world = await StartAsync();
        await world.RunAsync(seconds: 1);
        world.Broker.Cut(Lan);
        await world.RunAsync(seconds: 1);
        world.Broker.Kick(Lan);
        var will = MessageReader.ReadStatus(Assert.Single(world.Sent(s_state), message => message.IsWill).Payload).Value!;
        Assert.Equal((false, "lan"), (will.Online, will.Uplink));
        await world.RunUntilAsync(() => MessageReader.ReadStatus(world.Broker.RetainedOn(s_state)!).Value!.Online, 0.2, "the other says that it lives");
        Assert.Equal(Lte, world.Sent(s_state)[^1].ClientId);
    }

    [Fact]
    public async Task An_orderly_stop_leaves_the_station_offline_whichever_uplink_is_last()
    {
        var world = await StartAsync();
        await using (world)
            await world.RunAsync(seconds: 1);
        Assert.False(MessageReader.ReadStatus(world.Broker.RetainedOn(s_state)!).Value!.Online);
        Assert.DoesNotContain(world.Sent(s_state), message => message.IsWill);
    }

    [Fact]
    public async Task The_modem_beats_faster_while_the_line_is_in_trouble_and_says_so()
    {
        await using var world = await StartAsync();
        await world.RunAsync(seconds: 12, stepSeconds: 0.05);
        Assert.Equal((3, 1), (Beats(world, Lan).Count, Beats(world, Lte).Count));
        world.Broker.Cut(Lan);
        var cutAt = world.Clock.Monotonic;
        await world.RunUntilAsync(() => Beats(world, Lte).Count == 2, 6.5, "the modem speeds up", stepSeconds: 0.05);
        await world.RunAsync(seconds: 20, stepSeconds: 0.05);
        Assert.InRange(Beats(world, Lte).Count, 5, 7);
        Assert.All(Beats(world, Lte).Skip(1), beat => Assert.Equal(5_000, beat.EveryMs));
        Assert.All(Beats(world, Lte), beat => Assert.Equal("lte", beat.Uplink));
        world.Broker.Mend(Lan);
        await world.RunUntilAsync(() => Beats(world, Lte)[^1].EveryMs == 30_000, 60, "and slows down", stepSeconds: 0.05);
        Assert.True(world.Clock.Monotonic > cutAt);
    }

    [Fact]
    public async Task A_broker_that_answers_pings_and_drops_publishes_is_a_lost_uplink_that_does_not_flap()
    {
        // F9, F10: the connection stands, and every connect succeeds.
        await using var world = await StationWorld.StartAsync();
        await world.RunAsync(seconds: 6);
        world.Broker.DropsPublishes = true;
        await world.RunUntilAsync(() => world.State.Stands(ReportEvent.UplinkLost, "lan"), 10.2, "UplinkLost within ten seconds");
        await world.RunAsync(seconds: 300, stepSeconds: 0.1);
        Assert.True(world.State.Stands(ReportEvent.UplinkLost, "lan"));
        Assert.InRange(world.Broker.Attempts.Count, 5, 60);
        await world.JournaledAsync();
        Assert.Single(world.Journaled(), report => report.Event == ReportEvent.UplinkLost);
        world.Broker.DropsPublishes = false;
        await world.RunUntilAsync(() => !world.State.Stands(ReportEvent.UplinkLost, "lan"), 40, "and back", stepSeconds: 0.1);
    }

    [Fact]
    public async Task A_connection_that_does_not_drain_is_given_up_while_the_centre_is_heard()
    {
        // F10: the broker takes every report, and no receipt ever comes.
        await using var world = await StationWorld.StartAsync();
        await RunHeardAsync(world, 58);
        Assert.Single(world.Broker.Attempts);
        await RunHeardAsync(world, 8);
        Assert.Equal(2, world.Broker.Attempts.Count);
        // Patience doubles, whatever the number of connections: nobody is helped by one a minute.
        await RunHeardAsync(world, 100);
        Assert.Equal(2, world.Broker.Attempts.Count);
        await RunHeardAsync(world, 30);
        Assert.Equal(3, world.Broker.Attempts.Count);
        world.Receipt(world.State.LastSequence);
        await RunHeardAsync(world, 300);
        Assert.Equal(3, world.Broker.Attempts.Count);
    }

    [Fact]
    public async Task A_centre_that_is_away_is_no_reason_to_give_up_a_connection()
    {
        await using var world = await StationWorld.StartAsync();
        await world.RunAsync(seconds: 600, stepSeconds: 0.5);
        Assert.True(world.State.Stands(ReportEvent.CenterLost));
        Assert.Single(world.Broker.Attempts);
    }

    [Fact]
    public async Task An_uplink_that_answers_and_delivers_nothing_is_renewed()
    {
        // F14: the broker has lost a subscription of a session that it still knows.
        await using var world = await StartAsync();
        await RunHeardAsync(world, 10);
        world.Broker.Unsubscribe(Lan, Topics.CenterHeartbeat);
        var attempts = world.Broker.Attempts.Count;
        await RunHeardAsync(world, 25);
        Assert.True(world.Broker.Attempts.Count > attempts);
        await RunHeardAsync(world, 8);
        Assert.Contains(Topics.CenterHeartbeat, world.Broker.SessionOf(Lan)!.Subscriptions);
        Assert.False(world.State.Stands(ReportEvent.UplinkLost, "lan"));
        await world.JournaledAsync();
        Assert.Single(world.Journaled(), report => report.Event == ReportEvent.UplinkLost && report.Detail == "lan");
    }

    [Fact]
    public async Task Telemetry_waits_behind_reports_and_only_the_newest_is_kept()
    {
        // F21: what waits longest may be lost; a report never.
        await using var world = await StationWorld.StartAsync();
        await world.RunAsync(seconds: 1);
        var before = world.Sent(Topics.Telemetry(StationWorld.Id)).Count;
        world.Broker.SwallowsPubacks = true;
        world.Board.Inputs = Inputs.MainsFail;
        for (var i = 0; i < 3; i++)
        {
            world.Command(CommandKind.ReportNow);
            await world.RunAsync(seconds: 1);
        }

        Assert.Equal(before, world.Sent(Topics.Telemetry(StationWorld.Id)).Count);
        world.Broker.SwallowsPubacks = false;
        await world.RunUntilAsync(() => world.Sent(Topics.Telemetry(StationWorld.Id)).Count > before, 20, "telemetry again", stepSeconds: 0.05);
        await world.RunAsync(seconds: 2);
        Assert.Equal(before + 1, world.Sent(Topics.Telemetry(StationWorld.Id)).Count);
        Assert.Contains(world.ReportsSent, report => report.Event == ReportEvent.MainsLost);
    }

    private static async Task<StationWorld> StartAsync()
    {
        var world = await StationWorld.StartAsync(new StationWorld.Setup(Change: StationWorld.WithTwoUplinks));
        await world.RunUntilAsync(() => world.Broker.SessionOf(Lan)?.Connection is not null && world.Broker.SessionOf(Lte)?.Connection is not null, 2, "both are connected");
        return world;
    }

    /// <summary>Time passes while the centre's heartbeat comes every five seconds.</summary>
    private static async Task RunHeardAsync(StationWorld world, int seconds)
    {
        for (var left = seconds; left > 0; left -= 2)
        {
            world.CenterBeats();
            await world.RunAsync(Math.Min(left, 2), stepSeconds: 0.1);
        }
    }

    private static IReadOnlyList<Publication> Reports(StationWorld world) => world.Sent(Topics.Report(StationWorld.Id));

    private static IEnumerable<ReportEvent> Events(StationWorld world, string clientId) =>
        Reports(world).Where(report => report.ClientId == clientId).Select(report => MessageReader.ReadReport(report.Payload).Value!.Event);

    private static List<Heartbeat> Beats(StationWorld world, string clientId) =>
        [.. world.Sent(Topics.Heartbeat(StationWorld.Id)).Where(beat => beat.ClientId == clientId).Select(beat => MessageReader.ReadHeartbeat(beat.Payload).Value!)];
}
