using Call112.Messages;
using Call112.System.Tests.Toolkit;

namespace Call112.System.Tests;

/// <summary>
/// <c>kill -9</c> of the gateway at any moment, while dispatches and presses flow (F1, F6, F7). No dispatch is sent a second time by
/// the centre here, so that one lost by an acknowledgement before its commit shows. Every second site has two lines: there each dispatch
/// comes twice, and both copies may lie on both sides of a kill.
/// </summary>
public sealed class GatewayKilledTests : SystemTest
{
    /// <summary>What the continuous build does; the variable CALL112_KILLS asks for more, and then several stations are killed at once.</summary>
    private const int Kills = 60, KillsOfASite = 60, SitesAtLeast = 2, SitesAtOnce = 6;

    /// <summary>How far the wall clock of a report may be from the trace's monotonic one, and a press from its effect.</summary>
    private const long ToleranceNs = 120_000_000;

    [Fact]
    public async Task Killed_at_random_moments_it_loses_nothing_and_repeats_nothing()
    {
        var began = Wait.Time.GetTimestamp();
        var dice = Dice(out var seed);
        var kills = KillTally.Wanted(Kills);
        var sites = KillTally.Shares(kills, Math.Clamp((kills + KillsOfASite - 1) / KillsOfASite, SitesAtLeast, SitesAtOnce))
            .Select((share, site) => (Share: share, Lines: 1 + site % 2, Dice: new Random(dice.Next()))).ToList();
        var all = await KillTally.OfAsync(sites.Select((site, number) =>
            ($"site {number + 1}, lines {site.Lines}", (Func<KillTally, Task>)(tally => StormAsync(site.Share, site.Lines, site.Dice, tally)))));
        Say($"{all}");
        all.Part("kill-gateway", "kill -9 of the gateway", "gateway", seed, Wait.Time.GetElapsedTime(began).TotalSeconds,
            ["F1", "F6", "F7", "F11"]).Write();
        Assert.True(all.Failures.Count == 0, string.Join('\n', all.Failures));
        Assert.Equal(kills, all.Kills);
    }

    private async Task StormAsync(int kills, int lines, Random dice, KillTally tally)
    {
        var broker = await BrokerAsync();
        var station = Station(broker.Address, [Installed.NativeGateway]);
        if (lines > 1)
            station.AddSecondLine();
        var centre = await RecordingCentreAsync(station, broker);
        // The session must stand before the first kill: what is sent to nobody is no loss of the station.
        await station.StartReadyAsync();
        var offset = WallMinusMonotonicNs();
        using var over = new CancellationTokenSource();
        var sent = new List<Dispatch>();
        var presses = new List<long>();
        var sending = SendAsync(centre, sent, new Random(dice.Next()), over.Token);
        var pressing = PressAsync(station, presses, new Random(dice.Next()), over.Token);
        for (; tally.Kills < kills; tally.Kills++)
        {
            if (dice.Next(3) > 0)
            {
                await station.ReadyAsync();
                tally.StartToReadyMs.Add((Wait.MonotonicNs - station.Runs[^1].StartedNs) / 1e6);
            }

            // From the first instruction of a start to half a second of work.
            await Wait.Pause(TimeSpan.FromMilliseconds(dice.Next(0, dice.Next(50, 600))));
            station.Kill();
            station.Start();
        }

        tally.KillsWithTwoLines = lines > 1 ? tally.Kills : 0;
        await over.CancelAsync();
        await Task.WhenAll(sending, pressing);
        await SettleAsync(station, centre, sent);
        Count(centre, sent, presses, offset, tally);
        AssertAccount(centre, sent);
        AssertSiren(station, centre, sent, offset);
    }

    private static void Count(RecordingCentre centre, List<Dispatch> sent, List<long> presses, long offset, KillTally tally)
    {
        var steps = centre.Reports().Where(report => report.DispatchId is not null).ToLookup(report => report.DispatchId);
        foreach (var alert in sent)
            tally.Count(alert.SentAt, steps[alert.DispatchId].ToList());
        tally.Reports = centre.Account(account => account.Highest);
        tally.Repeated = centre.Account(account => account.Repeated);
        tally.Gaps = centre.Account(account => account.Missing.Count);
        foreach (var report in centre.Reports().Where(report => report is { Event: ReportEvent.Acknowledged, Source: ReportSource.Button }))
        {
            // The press that did it is the last one that began before.
            var at = report.OccurredAt.ToUnixTimeMilliseconds() * 1_000_000 - offset;
            if (presses.FindLast(press => press <= at) is > 0 and var pressed && at - pressed < 1_000_000_000)
                tally.PressToCentreMs.Add((centre.ArrivedAtNs(report.Sequence) - pressed) / 1e6);
        }
    }

    [Fact]
    public async Task An_unacknowledged_alert_sounds_again_after_the_kill_and_an_acknowledged_one_does_not()
    {
        var broker = await BrokerAsync();
        var station = Station(broker.Address);
        var centre = await RecordingCentreAsync(station, broker);
        await station.StartReadyAsync();
        var alert = Written.Alert();
        await centre.SendAsync(alert);
        await centre.HearsAsync(ReportEvent.Sounding, alert.DispatchId);
        station.Kill();
        await station.StartReadyAsync();
        await SirenAsync(station, on: true);
        await (await station.PageAsync()).PressAsync("acknowledge");
        await centre.HearsAsync(ReportEvent.Acknowledged, alert.DispatchId);
        station.Kill();
        await station.StartReadyAsync();
        // A second dispatch is the proof that the board's outputs were evaluated in this run, and which alert they were for.
        Assert.Equal("Acknowledged", await (await station.PageAsync()).StepOfAsync(alert.DispatchId));
        Assert.DoesNotContain(station.Runs[^1].Edges(), edge => edge is { Output: "siren", On: true });
        Assert.Contains(station.Runs[^1].Edges(), edge => edge is { Output: "strobe", On: true });
        Assert.Single(centre.ReportsOf(alert.DispatchId), report => report.Event == ReportEvent.Received);
    }

    private static async Task SendAsync(RecordingCentre centre, List<Dispatch> sent, Random dice, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            var alert = Written.Alert();
            await centre.SendAsync(alert);
            sent.Add(alert);
            await Wait.Pause(TimeSpan.FromMilliseconds(dice.Next(20, 700)));
        }
    }

    private static async Task PressAsync(GatewayProcess station, List<long> presses, Random dice, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            await Wait.Pause(TimeSpan.FromMilliseconds(dice.Next(50, 1200)));
            presses.Add(Wait.MonotonicNs);
            await TryPressAsync(station);
        }
    }

    private static async Task TryPressAsync(GatewayProcess station)
    {
        try
        {
            if (station.PageOrNull() is { } page)
                await page.PressAsync("acknowledge");
        }
        catch (Exception e) when (e is HttpRequestException or ObjectDisposedException or OperationCanceledException)
        {
            // Killed under the finger.
        }
    }

    /// <summary>No more kills: the crew presses until nothing waits, and the centre has everything.</summary>
    private static async Task SettleAsync(GatewayProcess station, RecordingCentre centre, List<Dispatch> sent)
    {
        await station.ReadyAsync();
        await Wait.UntilAsync(
            async () =>
            {
                await TryPressAsync(station);
                var acknowledged = centre.Reports().Where(report => report.Event == ReportEvent.Acknowledged).Select(report => report.DispatchId).ToHashSet();
                return sent.TrueForAll(alert => acknowledged.Contains(alert.DispatchId));
            },
            "every dispatch is acknowledged");
        var page = await station.PageAsync();
        await Wait.UntilAsync(async () => (await page.StationAsync()).GetProperty("unreceipted").GetInt64() == 0, "every report has its receipt");
        await SirenAsync(station, on: false);
    }

    private static void AssertAccount(RecordingCentre centre, List<Dispatch> sent)
    {
        Assert.Empty(centre.Unreadable);
        Assert.Empty(centre.Account(account => account.Missing));
        Assert.Empty(centre.Account(account => account.Contradictions));
        var steps = centre.Reports().Where(report => report.DispatchId is not null).ToLookup(report => report.DispatchId);
        Assert.Equal(sent.Count, steps.Count);
        foreach (var alert in sent)
        {
            // A machine that is too busy to be pressed within half a minute makes the station remind: that is no fault of its own.
            var ladder = steps[alert.DispatchId].Select(report => report.Event)
                .Where(step => step is not (ReportEvent.Duplicate or ReportEvent.Reminded or ReportEvent.Unacknowledged)).ToList();
            Assert.True(ladder is [ReportEvent.Received, ReportEvent.Sounding, ReportEvent.Acknowledged] or [ReportEvent.Received, ReportEvent.Acknowledged],
                $"{alert.DispatchId}: {string.Join(' ', ladder)}");
        }
    }

    /// <summary>
    /// The siren comes on only for an alert that was sent and has no stored acknowledgement (it may sound before it is stored: sound, then
    /// store), and it comes on in every run that is armed while a stored alert waits. Reports stamp wall time, the trace monotonic time; the
    /// distance of the two is taken once.
    /// </summary>
    private static void AssertSiren(GatewayProcess station, RecordingCentre centre, List<Dispatch> sent, long offset)
    {
        var steps = centre.Reports().ToLookup(report => report.DispatchId);
        var spans = sent.ConvertAll(alert => (
            Sent: Ns(alert.SentAt),
            From: Ns(steps[alert.DispatchId].First(report => report.Event == ReportEvent.Received).OccurredAt),
            To: Ns(steps[alert.DispatchId].First(report => report.Event == ReportEvent.Acknowledged).OccurredAt)));
        foreach (var edge in station.EdgesOf("siren").Where(edge => edge.On))
            Assert.True(spans.Exists(span => span.Sent - ToleranceNs <= edge.AtNs && edge.AtNs <= span.To + ToleranceNs), $"the siren came on at {edge.AtNs} ns, and no alert waited");
        foreach (var run in station.Runs)
        {
            var edges = run.Edges();
            // The first edge of any output says that this run drives its board.
            if (edges.Count == 0 || run.EndedNs is not { } ended)
                continue;
            var armed = edges[0].AtNs;
            if (ended - armed > 2 * ToleranceNs && spans.Exists(span => span.From < run.StartedNs && span.To > armed + 2 * ToleranceNs && armed - span.From < 50_000_000_000))
                Assert.True(edges.Any(edge => edge is { Output: "siren", On: true }), $"run {run.Number}: an alert waited, and the siren stayed off");
        }

        long Ns(DateTimeOffset wall) => wall.ToUnixTimeMilliseconds() * 1_000_000 - offset;
    }

    private static long WallMinusMonotonicNs() => (Wait.Time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100 - Wait.MonotonicNs;
}
