using Call112.Gateway.Tests.World;
using Call112.Messages;
using Call112.Station;

namespace Call112.Gateway.Tests.Messaging;

/// <summary>Reports stay until the centre's receipt, whatever the broker says (contract, "Report"; F1).</summary>
public sealed class ReportsTests
{
    [Fact]
    public async Task Reports_leave_in_order_and_once_while_all_is_well()
    {
        await using var world = await StationWorld.StartAsync();
        world.Dispatch(Samples.Dispatch());
        await SentAsync(world, 3);
        world.Receipt(3);
        await world.RunAsync(seconds: 50, stepSeconds: 0.1);
        Assert.Equal([1L, 2, 3], world.ReportsSent.Take(3).Select(report => report.Sequence));
        Assert.Equal(world.ReportsSent.Count, world.ReportsSent.DistinctBy(report => report.Sequence).Count());
        Assert.Equal(3, world.State.ReceiptedUpTo);
    }

    [Fact]
    public async Task After_a_reconnect_they_are_sent_again_from_the_last_receipt()
    {
        await using var world = await StationWorld.StartAsync();
        for (var i = 1; i <= 3; i++)
            world.Dispatch(Samples.Dispatch(i));
        await SentAsync(world, 5);
        world.Receipt(2);
        await world.RunUntilAsync(() => world.State.ReceiptedUpTo == 2, 1, "the receipt");
        var before = world.ReportsSent.Count;
        var last = world.State.LastSequence;
        world.Broker.Kick(StationWorld.ClientId);
        await world.RunUntilAsync(() => world.ReportsSent.Skip(before).Any(report => report.Sequence == last), 10, "all without a receipt again");
        Assert.Equal(Enumerable.Range(3, (int)last - 2).Select(i => (long)i), world.ReportsSent.Skip(before).Select(report => report.Sequence).Take((int)last - 2));
    }

    [Theory]
    [InlineData(ushort.MaxValue, 8)]
    [InlineData(5, 2)]
    [InlineData(1, 1)]
    public async Task A_backlog_leaves_in_order_eight_at_once_or_as_many_as_the_broker_takes(int takesAtOnce, int underWay)
    {
        // F21: over a modem's line a report for each round trip held up the newest alert's Received for a minute.
        await using var world = await StationWorld.StartAsync();
        await SentAsync(world, 1);
        world.Broker.TakesAtOnce = takesAtOnce;
        world.Broker.Refuses = "away";
        for (var i = 1; i <= 12; i++)
            world.Dispatch(Samples.Dispatch(i));
        await world.RunUntilAsync(() => world.State.Alerts.Length == 12, 1, "the alerts");
        world.Broker.Kick(StationWorld.ClientId);
        await world.RunAsync(seconds: 1);
        await world.JournaledAsync();
        var before = world.ReportsSent.Count;
        world.Broker.SwallowsPubacks = true;
        world.Broker.Refuses = null;
        await world.RunUntilAsync(() => world.ReportsSent.Count >= before + underWay, 10, "the backlog begins to leave");
        await world.RunAsync(seconds: 2);
        Assert.Equal(Enumerable.Range(1, underWay).Select(number => (long)number), world.ReportsSent.Skip(before).Select(report => report.Sequence));
    }

    [Fact]
    public async Task Without_a_receipt_they_are_sent_again_after_a_minute_then_more_and_more_rarely()
    {
        await using var world = await StationWorld.StartAsync();
        await SentAsync(world, 1);
        int Sent() => world.ReportsSent.Count(report => report.Sequence == 1);
        foreach (var (wait, sent) in new[] { (60, 2), (120, 3), (240, 4) })
        {
            await world.RunAsync(seconds: wait - 10, stepSeconds: 0.5);
            Assert.Equal(sent - 1, Sent());
            await world.RunUntilAsync(() => Sent() == sent, 20, $"sent for the {sent}. time", stepSeconds: 0.5);
        }

        world.Receipt(world.State.LastSequence);
        await world.RunAsync(seconds: 900, stepSeconds: 1);
        Assert.Equal(4, world.ReportsSent.Count(report => report.Sequence == 1));
    }

    [Fact]
    public async Task A_station_that_always_has_news_repeats_what_the_centre_never_got_all_the_same()
    {
        await using var world = await StationWorld.StartAsync();
        for (var i = 0; i < 8; i++)
        {
            world.Board.Inputs ^= Inputs.MainsFail;
            await world.RunAsync(seconds: 20, stepSeconds: 0.1);
        }

        Assert.InRange(world.ReportsSent.Count(report => report.Sequence == 1), 2, 4);
    }

    [Fact]
    public async Task ReportNow_brings_reports_state_and_telemetry_again_at_once()
    {
        await using var world = await StationWorld.StartAsync();
        await SentAsync(world, 1);
        await world.RunUntilAsync(() => world.StatusSent.Count > 0 && Telemetry(world) > 0, 1, "birth and first telemetry");
        var (reports, states, telemetry) = (world.ReportsSent.Count, world.StatusSent.Count, Telemetry(world));
        world.Command(CommandKind.ReportNow);
        await world.RunUntilAsync(
            () => world.ReportsSent.Count > reports && world.StatusSent.Count > states && Telemetry(world) > telemetry, 1, "all three again");
        Assert.Equal(1, world.ReportsSent[reports].Sequence);
    }

    [Fact]
    public async Task A_journal_that_began_anew_goes_on_behind_the_number_the_centre_knows()
    {
        await using var world = await StationWorld.StartAsync();
        await SentAsync(world, 1);
        world.Receipt(4_200);
        await world.RunUntilAsync(() => world.ReportsSent.Any(report => report.Sequence == 4_201), 2, "the first report under its new number");
        Assert.Equal(ReportEvent.Started, world.ReportsSent.First(report => report.Sequence == 4_201).Event);
        Assert.Equal(4_200, world.State.ReceiptedUpTo);
    }

    [Fact]
    public async Task The_heartbeat_tells_the_newest_number_and_how_many_wait_for_a_receipt()
    {
        await using var world = await StationWorld.StartAsync();
        await SentAsync(world, 1);
        world.Receipt(1);
        world.Board.Inputs = Inputs.Tamper;
        await world.RunAsync(seconds: 6);
        var beat = MessageReader.ReadHeartbeat(world.Sent(Topics.Heartbeat(StationWorld.Id))[^1].Payload).Value!;
        Assert.Equal((2L, 1), (beat.LastSequence, beat.Unreceipted));
        Assert.InRange(beat.UptimeMs, 4_900, 6_100);
    }

    private static int Telemetry(StationWorld world) => world.Sent(Topics.Telemetry(StationWorld.Id)).Count;

    private static Task SentAsync(StationWorld world, int count) => world.RunUntilAsync(() => world.ReportsSent.Count >= count, 5, $"{count} reports");
}
