using Call112.Messages;
using Call112.System.Tests.Toolkit;

namespace Call112.System.Tests;

/// <summary>
/// <c>kill -9</c> of the broker and of the centre (F1, F14). The real centre re-sends what has no answer, the station what has no
/// receipt; at rest the centre's ladders are the station's journal. Every second site has two lines.
/// </summary>
public sealed class BrokerKilledTests : SystemTest
{
    /// <summary>Both ends wait up to 30 s between attempts, and the station re-sends after 60 s without a receipt.</summary>
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(150);

    /// <summary>What the continuous build does; the variable CALL112_KILLS asks for more, at more sites at once.</summary>
    private const int BrokerKills = 16, CentreKills = 8, KillsOfASite = 20, SitesAtOnce = 6;

    /// <summary>How a broker dies: with its file kept, with its file lost, without ever having had one.</summary>
    private static readonly (string Name, bool Persistence, bool KeepsItsFile)[] s_brokers =
        [("a broker with its file", true, true), ("a broker that loses its file", true, false), ("a broker without persistence", false, true)];

    /// <summary>F1, F14: at each site one of the three kinds of broker.</summary>
    [Fact]
    public Task A_broker_killed_at_random_moments_loses_nothing_with_or_without_its_file() => CampaignAsync(
        "kill-broker",
        "kill -9 of the broker",
        "broker",
        KillTally.Wanted(BrokerKills),
        sitesAtLeast: s_brokers.Length,
        site => new Victim(s_brokers[site % s_brokers.Length].Name, s_brokers[site % s_brokers.Length].Persistence, 700,
            (broker, _, tally, dice) => HitBrokerAsync(broker, tally, dice, s_brokers[site % s_brokers.Length].KeepsItsFile)));

    /// <summary>F1: the centre's book and its re-sending.</summary>
    [Fact]
    public Task A_centre_killed_at_random_moments_loses_nothing() => CampaignAsync(
        "kill-center", "kill -9 of the centre", "centre", KillTally.Wanted(CentreKills), sitesAtLeast: 2,
        _ => new Victim("a centre", Persistence: true, 400, HitCenterAsync));

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

    private async Task CampaignAsync(string name, string title, string victim, int kills, int sitesAtLeast, Func<int, Victim> victimOf)
    {
        var began = Wait.Time.GetTimestamp();
        var dice = Dice(out var seed);
        var shares = KillTally.Shares(kills, Math.Clamp((kills + KillsOfASite - 1) / KillsOfASite, sitesAtLeast, SitesAtOnce));
        var sites = shares.Select((share, site) => (Victim: victimOf(site), Share: share, Lines: 1 + site % 2, Dice: new Random(dice.Next()))).ToList();
        var all = await KillTally.OfAsync(sites.Select((site, number) =>
            ($"site {number + 1}, {site.Victim.Name}, lines {site.Lines}",
            (Func<KillTally, Task>)(tally => StormAsync(site.Victim, site.Share, site.Lines, site.Dice, tally)))));
        Say($"{all}");
        all.Part(name, title, victim, seed, Wait.Time.GetElapsedTime(began).TotalSeconds, ["F1", "F6", "F10", "F14"]).Write();
        Assert.True(all.Failures.Count == 0, string.Join('\n', all.Failures));
        Assert.Equal(kills, all.Kills);
    }

    private async Task StormAsync(Victim victim, int kills, int lines, Random dice, KillTally tally)
    {
        var broker = await BrokerAsync(victim.Persistence);
        var center = await CenterAsync(broker);
        var station = Station(broker.Address, [Installed.NativeGateway]);
        if (lines > 1)
            station.AddSecondLine();
        await station.StartReadyAsync();
        var page = await station.PageAsync();
        using var over = new CancellationTokenSource();
        var accepted = new List<(Guid Id, DateTimeOffset At)>();
        var dispatching = DispatchAsync(center, station.StationId, accepted, victim.DispatchEveryMs, over.Token);
        for (; tally.Kills < kills; tally.Kills++)
        {
            var before = accepted.Count;
            await Wait.Pause(TimeSpan.FromMilliseconds(dice.Next(100, 2500)));
            // However slow the machine is: a storm in which nothing comes through proves nothing.
            if (tally.Kills % 2 == 1)
                await Wait.UntilAsync(() => accepted.Count > before, "a dispatch is accepted between two kills");
            await victim.HitAsync(broker, center, tally, dice);
            await page.PressAsync("acknowledge");
        }

        tally.KillsWithTwoLines = lines > 1 ? tally.Kills : 0;
        await over.CancelAsync();
        await dispatching;
        await center.ReadyAsync();
        Assert.True(accepted.Count >= kills / 2, $"only {accepted.Count} dispatches were accepted between {kills} kills");
        await RestAsync(center, station, accepted);
        await AssertAgreesAsync(center, station, accepted, tally);
    }

    private static async Task HitBrokerAsync(BrokerProcess broker, KillTally tally, Random dice, bool keepsItsFile)
    {
        broker.Kill();
        if (!keepsItsFile)
            broker.Forget();
        await Wait.Pause(TimeSpan.FromMilliseconds(dice.Next(0, 600)));
        var started = Wait.MonotonicNs;
        await broker.StartAsync();
        tally.StartToReadyMs.Add((Wait.MonotonicNs - started) / 1e6);
    }

    private static async Task HitCenterAsync(BrokerProcess broker, CenterProcess center, KillTally tally, Random dice)
    {
        center.Kill();
        await Wait.Pause(TimeSpan.FromMilliseconds(dice.Next(0, 400)));
        var started = Wait.MonotonicNs;
        center.Start();
        // Half of them are killed again before they are ready.
        if (dice.Next(2) != 0)
            return;
        await center.ReadyAsync();
        tally.StartToReadyMs.Add((Wait.MonotonicNs - started) / 1e6);
    }

    private static async Task DispatchAsync(CenterProcess center, string stationId, List<(Guid Id, DateTimeOffset At)> accepted, int everyMs,
        CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            var at = Wait.Time.GetUtcNow();
            if (await center.TryDispatchAsync(stationId) is { } id)
                accepted.Add((id, at));
            await Wait.Pause(TimeSpan.FromMilliseconds(everyMs));
        }
    }

    /// <summary>No more kills: everything is acknowledged, receipted, and the centre misses nothing.</summary>
    private static async Task RestAsync(CenterProcess center, GatewayProcess station, List<(Guid Id, DateTimeOffset At)> accepted)
    {
        var page = await station.PageAsync();
        foreach (var (id, _) in accepted)
            await center.ShowsAsync(id, station.StationId, ReportEvent.Received, s_rest);
        // Again, until nothing waits: on a machine that is too busy to look at its inputs for the length of a press, one goes by unseen.
        await Wait.UntilAsync(
            async () =>
            {
                await page.PressAsync("acknowledge");
                return !await page.IsOnAsync("siren");
            },
            "the siren is off");
        foreach (var (id, _) in accepted)
            await center.ShowsAsync(id, station.StationId, ReportEvent.Acknowledged, s_rest);
        await Wait.UntilAsync(
            async () => (await page.StationAsync()).GetProperty("unreceipted").GetInt64() == 0 && await center.StationAsync(station.StationId) is { } view && view.GetProperty("missingReports").GetInt64() == 0,
            "the station waits for no receipt and the centre for no report",
            s_rest);
    }

    private static async Task AssertAgreesAsync(CenterProcess center, GatewayProcess station, List<(Guid Id, DateTimeOffset At)> accepted,
        KillTally tally)
    {
        var journal = JournalBooks.ReportsIn(station.JournalPath);
        tally.Reports = journal.Count;
        foreach (var (id, at) in accepted)
        {
            var ladder = journal.Where(report => report.DispatchId == id).ToList();
            tally.Count(at, ladder);
            tally.Repeated += ladder.Count(report => report.Event == ReportEvent.Duplicate);
            var ours = ladder.ConvertAll(report => (report.Sequence, report.Event));
            Assert.Equal(ours, await center.LadderAsync(id, station.StationId));
            // A station that no press reaches for half a minute reminds: that is no fault of its own.
            Assert.Equal(
                [ReportEvent.Received, ReportEvent.Sounding, ReportEvent.Acknowledged],
                ours.Select(step => step.Event).Where(step => step is not (ReportEvent.Duplicate or ReportEvent.Reminded or ReportEvent.Unacknowledged)));
        }

        var view = (await center.StationAsync(station.StationId))!.Value;
        tally.Gaps = view.GetProperty("lostReports").GetInt64();
        Assert.Equal(0, view.GetProperty("lostReports").GetInt64());
        Assert.Equal(0, view.GetProperty("reportConflicts").GetInt32());
        Assert.False(view.GetProperty("clonedIdentity").GetBoolean());
        Assert.Equal(Enumerable.Range(1, journal.Count).Select(n => (long)n), journal.Select(report => report.Sequence));
    }

    /// <param name="HitAsync">Kills it and starts it again.</param>
    private sealed record Victim(string Name, bool Persistence, int DispatchEveryMs,
        Func<BrokerProcess, CenterProcess, KillTally, Random, Task> HitAsync);
}
