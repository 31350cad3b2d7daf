using Call112.Messages;
using Call112.System.Tests.Toolkit;

namespace Call112.System.Tests;

/// <summary>
/// <c>kill -9</c> of the broker and of the centre (F1, F14). The real centre re-sends what has no answer, the station what has no
/// receipt; at rest the centre's ladders are the station's journal.
/// </summary>
public sealed class BrokerKilledTests : SystemTest
{
    /// <summary>Both ends wait up to 30 s between attempts, and the station re-sends after 60 s without a receipt.</summary>
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(150);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_broker_killed_at_random_moments_loses_nothing(bool keepsItsFile)
    {
        const int kills = 6;
        await StormAsync(kills, persistence: true, (broker, _, dice) => HitBrokerAsync(broker, dice, keepsItsFile), dispatchEveryMs: 700);
    }

    [Fact]
    public async Task A_broker_without_persistence_loses_nothing()
    {
        const int kills = 4;
        await StormAsync(kills, persistence: false, (broker, _, dice) => HitBrokerAsync(broker, dice, keepsItsFile: true), dispatchEveryMs: 700);
    }

    [Fact]
    public async Task A_centre_killed_at_random_moments_loses_nothing()
    {
        const int kills = 8;
        await StormAsync(kills, persistence: true, HitCenterAsync, dispatchEveryMs: 400);
    }

    [Fact]
    public async Task A_broker_that_lost_its_sessions_gets_a_new_subscription_and_a_new_birth()
    {
        var broker = await BrokerAsync(persistence: true);
        var station = Station(broker.Address);
        var centre = await RecordingCentreAsync(station, broker);
        await station.StartReadyAsync();
        await Wait.UntilAsync(() => centre.States.Any(state => state.Online), "the first birth");
        var boot = station.ReadyBootId();
        broker.Kill();
        broker.Forget();
        var before = centre.States.Count;
        await broker.StartAsync();
        await Wait.UntilAsync(() => centre.States.Skip(before).Any(state => state.Online && state.BootId == boot), "a second birth of the same run");
        Assert.True(station.Says("session new"), "the station did not notice that its session was lost");
        await WholeWayTests.TravelAsync(station, centre);
        var group = Written.Alert();
        await centre.PublishAsync(Topics.GroupDispatch("all"), MessageWriter.Write(group));
        await centre.HearsAsync(ReportEvent.Sounding, group.DispatchId);
    }

    private async Task StormAsync(int kills, bool persistence, Func<BrokerProcess, CenterProcess, Random, Task> hit, int dispatchEveryMs)
    {
        var dice = Dice();
        var broker = await BrokerAsync(persistence);
        var center = await CenterAsync(broker);
        var station = Station(broker.Address);
        await station.StartReadyAsync();
        var page = await station.PageAsync();
        using var over = new CancellationTokenSource();
        var accepted = new List<Guid>();
        var dispatching = DispatchAsync(center, station.StationId, accepted, dispatchEveryMs, over.Token);
        for (var kill = 0; kill < kills; kill++)
        {
            await Wait.Pause(TimeSpan.FromMilliseconds(dice.Next(100, 2500)));
            await hit(broker, center, dice);
            await page.PressAsync("acknowledge");
        }

        await over.CancelAsync();
        await dispatching;
        await center.ReadyAsync();
        // A storm in which nothing came through proves nothing; how much does depends on the machine.
        Assert.True(accepted.Count >= kills / 2, $"only {accepted.Count} dispatches were accepted between {kills} kills");
        await RestAsync(center, station, accepted);
        await AssertAgreesAsync(center, station, accepted);
        Say($"{kills} kills, {accepted.Count} dispatches");
    }

    private static async Task HitBrokerAsync(BrokerProcess broker, Random dice, bool keepsItsFile)
    {
        broker.Kill();
        if (!keepsItsFile)
            broker.Forget();
        await Wait.Pause(TimeSpan.FromMilliseconds(dice.Next(0, 600)));
        await broker.StartAsync();
    }

    private static async Task HitCenterAsync(BrokerProcess broker, CenterProcess center, Random dice)
    {
        center.Kill();
        await Wait.Pause(TimeSpan.FromMilliseconds(dice.Next(0, 400)));
        center.Start();
        // Half of them are killed again before they are ready.
        if (dice.Next(2) == 0)
            await center.ReadyAsync();
    }

    private static async Task DispatchAsync(CenterProcess center, string stationId, List<Guid> accepted, int everyMs, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            if (await center.TryDispatchAsync(stationId) is { } id)
                accepted.Add(id);
            await Wait.Pause(TimeSpan.FromMilliseconds(everyMs));
        }
    }

    /// <summary>No more kills: everything is acknowledged, receipted, and the centre misses nothing.</summary>
    private static async Task RestAsync(CenterProcess center, GatewayProcess station, List<Guid> accepted)
    {
        var page = await station.PageAsync();
        foreach (var id in accepted)
            await center.ShowsAsync(id, station.StationId, ReportEvent.Received, s_rest);
        await page.PressAsync("acknowledge");
        foreach (var id in accepted)
            await center.ShowsAsync(id, station.StationId, ReportEvent.Acknowledged, s_rest);
        await Wait.UntilAsync(
            async () => (await page.StationAsync()).GetProperty("unreceipted").GetInt64() == 0 && await center.StationAsync(station.StationId) is { } view && view.GetProperty("missingReports").GetInt64() == 0,
            "the station waits for no receipt and the centre for no report",
            s_rest);
    }

    private static async Task AssertAgreesAsync(CenterProcess center, GatewayProcess station, List<Guid> accepted)
    {
        var journal = JournalBooks.ReportsIn(station.JournalPath);
        foreach (var id in accepted)
        {
            var ours = journal.Where(report => report.DispatchId == id).Select(report => (report.Sequence, report.Event)).ToList();
            Assert.Equal(ours, await center.LadderAsync(id, station.StationId));
            Assert.Equal([ReportEvent.Received, ReportEvent.Sounding, ReportEvent.Acknowledged], ours.Select(step => step.Event).Where(step => step != ReportEvent.Duplicate));
        }

        var view = (await center.StationAsync(station.StationId))!.Value;
        Assert.Equal(0, view.GetProperty("lostReports").GetInt64());
        Assert.Equal(0, view.GetProperty("reportConflicts").GetInt32());
        Assert.False(view.GetProperty("clonedIdentity").GetBoolean());
        Assert.Equal(Enumerable.Range(1, journal.Count).Select(n => (long)n), journal.Select(report => report.Sequence));
    }
}
