using Call112.Campaign;
using Call112.Messages;
using Call112.Rig.Stations;
using Call112.System.Tests.Toolkit;

namespace Call112.Rig.Scenarios;

/// <summary>Presses that count exactly once, spikes that count never, and buttons that work under storms of signals (F12).</summary>
internal static class Buttons
{
    private const long MsNs = 1_000_000;

    private const int SpikesARound = 50;

    /// <summary>
    /// A spike that the machine drew out to more, because it gave its processor away between two writes, is none: two samples may see it. Its
    /// round is void and is played again.
    /// </summary>
    private const double SpikeAtMostMs = 10;

    private const int SpikeVoidsMax = 12;

    /// <summary>
    /// One station, as on a Pi: several on the rig's one processor take it from each other's samplers, and that is no property of the gateway.
    /// </summary>
    public static async Task PressesAsync(Bench bench, Findings findings)
    {
        var bounce = Bounce.Read(bench.BouncePath!);
        var random = new Random(bench.Seed);
        await using var station = await Station.StartedAsync(bench, "presses");
        var stock = new AlertStock(bench, station, findings);
        await stock.FillAsync();
        var longestMs = 0d;
        for (var i = 0; i < bench.Sizes.Presses; i++)
        {
            // 40 ms to 2 s, evenly over their inverse: most presses are short, and short ones are missed.
            var heldMs = 40 / (1 - 0.98 * random.NextDouble());
            var press = bounce.Presses[random.Next(bounce.Presses.Count)];
            var release = bounce.Releases[random.Next(bounce.Releases.Count)];
            await stock.PressAsync($"press {i}, {heldMs:0} ms (seed {bench.Seed})", () => Task.Run(() =>
            {
                var began = Wait.MonotonicNs;
                PlayBounce(station.Cabinet, press);
                Wait.Run(TimeSpan.FromMilliseconds(heldMs));
                PlayBounce(station.Cabinet, release);
                longestMs = Math.Max(longestMs, bench.Trace.LongestReadGapMs(station.Cabinet.Chip, Cabinet.Responding.Line, began, Wait.MonotonicNs));
            }));
        }

        await stock.BalanceAsync();
        findings.Figure(new Figure("longest time between two samples while a button is down", Math.Round(longestMs, 1), "ms"));
    }

    /// <summary>5 ms on each input in turn while an alert waits: none may do anything.</summary>
    public static async Task SpikesAsync(Bench bench, Findings findings)
    {
        var random = new Random(bench.Seed);
        var (played, voids, longestMs) = (0, 0, 0d);
        while (played < bench.Sizes.Spikes && voids < SpikeVoidsMax)
        {
            var round = Math.Min(SpikesARound, bench.Sizes.Spikes - played);
            var (worstMs, wrong) = await SpikeRoundAsync(bench, $"spikes-{played / SpikesARound}-{voids}", round, random);
            if (worstMs > SpikeAtMostMs)
            {
                voids++;
                continue;
            }

            foreach (var what in wrong)
                findings.Check(false, what);
            played += round;
            findings.Done(round);
            longestMs = Math.Max(longestMs, worstMs);
        }

        findings.Check(played == bench.Sizes.Spikes, $"this machine is too busy to play spikes of 5 ms: {voids} rounds held one of more than {SpikeAtMostMs} ms");
        findings.Figure(new Figure("longest spike as played", Math.Round(longestMs, 2), "ms"));
        findings.Figure(new Figure("rounds void for a spike that the machine drew out", voids));
    }

    /// <summary>Spikes on each input in turn; what they set off, and how long the longest was as played, ms.</summary>
    private static async Task<(double WorstMs, IReadOnlyList<string> Wrong)> SpikeRoundAsync(Bench bench, string name, int spikes, Random random)
    {
        await using var station = await Station.StartedAsync(bench, name);
        var id = await station.AlertAsync(Category.Medical);
        await station.HearsAsync(ReportEvent.Received, id);
        var longestMs = await Task.Run(() =>
        {
            using var urgent = new Urgency();
            var longestNs = 0L;
            for (var i = 0; i < spikes; i++)
            {
                var input = Cabinet.Inputs[i % Cabinet.Inputs.Count];
                var began = Wait.MonotonicNs;
                station.Cabinet.Set(input, active: true);
                Wait.Until(began + 5 * MsNs);
                station.Cabinet.Set(input, active: false);
                longestNs = Math.Max(longestNs, Wait.MonotonicNs - began);
                if (longestNs > SpikeAtMostMs * MsNs)
                    break;
                Wait.Until(Wait.MonotonicNs + 5 * MsNs + random.Next((int)(20 * MsNs)));
            }

            return longestNs / 1e6;
        });
        if (longestMs > SpikeAtMostMs)
            return (longestMs, []);
        // Whatever a spike set off is reported by now: the report of this press comes after it.
        await station.PressAsync(Cabinet.Acknowledge, TimeSpan.FromMilliseconds(200));
        await station.HearsAsync(ReportEvent.Acknowledged, id);
        return (longestMs, [.. station.Centre.Reports()
            .Where(report => report.Source is ReportSource.Button || report.Event is ReportEvent.TamperOpened or ReportEvent.MainsLost or ReportEvent.BatteryLow)
            .Where(report => !IsLastPress(report, id))
            .Select(report => $"a spike made {report.Event} {report.Detail}")]);
    }

    /// <summary>TERIMA is held while the box starts with an alert that waits: the alert sounds on until somebody presses anew.</summary>
    public static async Task HeldAtBootAsync(Bench bench, Findings findings)
    {
        await using var station = await Station.StartedAsync(bench, "held-at-boot");
        for (var round = 0; round < 3; round++)
        {
            var id = await station.AlertAsync();
            await station.HearsAsync(ReportEvent.Sounding, id);
            station.Kill();
            station.Cabinet.Set(Cabinet.Acknowledge, active: true);
            await station.StartReadyAsync();
            await Wait.UntilAsync(() => station.Cabinet.IsOn(Cabinet.Siren), "the alert sounds on after the restart");
            await Wait.Pause(TimeSpan.FromSeconds(1));
            findings.Check(!station.Centre.Has(ReportEvent.Acknowledged, id), "a button held at boot acknowledged");
            findings.Check(station.Cabinet.IsOn(Cabinet.Siren), "a button held at boot silenced the siren");
            station.Cabinet.Set(Cabinet.Acknowledge, active: false);
            await Wait.Pause(TimeSpan.FromMilliseconds(200));
            findings.Check(!station.Centre.Has(ReportEvent.Acknowledged, id), "the release of a button held at boot acknowledged");
            await station.PressAsync(Cabinet.Acknowledge, TimeSpan.FromMilliseconds(200));
            await station.HearsAsync(ReportEvent.Acknowledged, id);
            await station.CancelAsync(id);
            findings.Done();
        }
    }

    /// <summary>F12: a stopped and continued process had interrupted calls, and an event thread died of it. Here nothing waits for events.</summary>
    public static async Task StopStormAsync(Bench bench, Findings findings)
    {
        await using var station = await Station.StartedAsync(bench, "stop-storm");
        var stops = await UnderStormAsync(bench, findings, station, async stop =>
        {
            var count = 0;
            for (; !stop.IsCancellationRequested; count++)
            {
                station.Freeze();
                await Wait.Pause(TimeSpan.FromMilliseconds(4));
                station.Thaw();
                await Wait.Pause(TimeSpan.FromMilliseconds(15));
            }

            return count;
        });
        findings.Figure(new Figure("SIGSTOP and SIGCONT", stops));
    }

    /// <summary>F12: processes come and go beside the service, and SIGCHLD interrupts its calls.</summary>
    public static async Task ChildStormAsync(Bench bench, Findings findings)
    {
        const int sigChild = 17;
        await using var station = await Station.StartedAsync(bench, "child-storm");
        var children = await UnderStormAsync(bench, findings, station, async stop =>
        {
            var count = 0;
            for (; !stop.IsCancellationRequested; count++)
            {
                await OwnProcess.RunAsync("/bin/true", []);
                for (var i = 0; i < 5; i++)
                    station.Signal(sigChild);
            }

            return count;
        });
        findings.Figure(new Figure("processes started", children));
    }

    private static async Task<int> UnderStormAsync(Bench bench, Findings findings, Station station, Func<CancellationToken, Task<int>> storm)
    {
        var stock = new AlertStock(bench, station, findings);
        await stock.FillAsync();
        using var stop = new CancellationTokenSource();
        var storming = Task.Run(() => storm(stop.Token));
        for (var i = 0; i < bench.Sizes.StormPresses; i++)
            await stock.PressAsync($"press {i} in the storm", () => station.PressAsync(Cabinet.Responding, TimeSpan.FromMilliseconds(150)));
        await stop.CancelAsync();
        var count = await storming;
        await stock.BalanceAsync();
        return count;
    }

    /// <summary>Opens and closes the contact as recorded, as closely as writes to the simulated line allow (some microseconds each).</summary>
    private static void PlayBounce(Cabinet cabinet, IReadOnlyList<(long Ns, bool Closed)> changes)
    {
        const long spinBelowNs = 200_000;
        using var urgent = new Urgency();
        var began = Wait.MonotonicNs;
        foreach (var (ns, closed) in changes)
        {
            if (began + ns - Wait.MonotonicNs > spinBelowNs)
                Wait.Until(began + ns - spinBelowNs / 2);
            while (Wait.MonotonicNs < began + ns)
            {
            }

            cabinet.Set(Cabinet.Responding, closed);
        }
    }

    private static bool IsLastPress(Report report, Guid id) => report.Event == ReportEvent.Acknowledged && report.DispatchId == id;
}
