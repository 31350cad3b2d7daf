using Call112.Campaign;
using Call112.Messages;
using Call112.Rig.Stations;
using Call112.System.Tests.Toolkit;

namespace Call112.Rig.Scenarios;

/// <summary>
/// Presses that count exactly once. They are counted by BERANGKAT: each press takes exactly one acknowledged alert one step further, so a
/// press that is missed takes none, and one that is doubled takes two.
/// </summary>
internal static class Buttons
{
    /// <summary>Acknowledged alerts that wait for a press: enough that a doubled press finds another one.</summary>
    private const int Stock = 4;

    private const long MsNs = 1_000_000;

    private const int SpikesARound = 50;

    /// <summary>
    /// A spike that the machine drew out to more, because it gave its processor away between two writes, is none: two samples may see it. Its
    /// round is void and is played again.
    /// </summary>
    private const double SpikeAtMostMs = 10;

    private const int SpikeVoidsMax = 12;

    /// <summary>How long a release must be seen before the next press, ms: its settling time, two samples, and some.</summary>
    private const double RestMs = 150;

    private static readonly TimeSpan s_heardWithin = TimeSpan.FromSeconds(10);

    public static async Task PressesAsync(Bench bench, Findings findings)
    {
        var bounce = Bounce.Read(bench.BouncePath!);
        var stations = bench.Sizes.PressStations;
        var each = bench.Sizes.Presses / stations;
        var started = new List<Station>();
        try
        {
            // All are up before the first press: one that starts takes the processor from the others' samplers.
            for (var n = 0; n < stations; n++)
            {
                started.Add(await Station.StartedAsync(bench, $"presses-{n}"));
                await FillStockAsync(bench, started[n]);
            }

            var firstPress = Wait.MonotonicNs;
            await Task.WhenAll(started.Select(PressAsync));
            // What a press of 40 ms lives on: the machine's part, the collector's and the sampler's together.
            findings.Figure(new Figure("longest time between two samples",
                Math.Round(started.Max(station => bench.Trace.LongestReadGapMs(station.Cabinet.Chip, Cabinet.Responding.Line, firstPress)), 1), "ms"));
        }
        finally
        {
            foreach (var station in started)
                await station.DisposeAsync();
        }

        async Task PressAsync(Station station, int n)
        {
            var random = new Random(bench.Seed + n);
            for (var i = 0; i < each; i++)
            {
                // 40 ms to 2 s, evenly over the orders of magnitude: most presses are short, and short ones are missed.
                var heldMs = 40 * Math.Pow(50, random.NextDouble());
                var press = bounce.Presses[random.Next(bounce.Presses.Count)];
                var release = bounce.Releases[random.Next(bounce.Releases.Count)];
                await PressOnceAsync(bench, station, findings, $"press {i} of station {n}, {heldMs:0} ms (seed {bench.Seed})", async () =>
                {
                    await Task.Run(() => PlayBounce(station.Cabinet, press));
                    await Task.Run(() => Wait.Run(TimeSpan.FromMilliseconds(heldMs)));
                    await Task.Run(() => PlayBounce(station.Cabinet, release));
                });
            }

            await BalanceAsync(station, findings, each);
        }
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
        await FillStockAsync(bench, station);
        using var stop = new CancellationTokenSource();
        var storming = Task.Run(() => storm(stop.Token));
        for (var i = 0; i < bench.Sizes.StormPresses; i++)
        {
            await PressOnceAsync(bench, station, findings, $"press {i} in the storm", () => station.PressAsync(Cabinet.Responding, TimeSpan.FromMilliseconds(150)));
        }

        await stop.CancelAsync();
        var count = await storming;
        await BalanceAsync(station, findings, bench.Sizes.StormPresses);
        findings.Check(!station.HasExited, $"the gateway ended in the storm:\n{station.Said()}");
        return count;
    }

    private static async Task FillStockAsync(Bench bench, Station station)
    {
        bench.Trace.WatchReads(station.Cabinet.Chip, Cabinet.Responding.Line);
        for (var i = 0; i < Stock; i++)
            await station.AlertAsync();
        await Wait.UntilAsync(() => station.Count(ReportEvent.Received) == Stock, "the alerts are there");
        await station.PressAsync(Cabinet.Acknowledge, TimeSpan.FromMilliseconds(200));
        await Wait.UntilAsync(() => station.Count(ReportEvent.Acknowledged) == Stock, "the alerts are acknowledged");
    }

    /// <summary>One press and its rest; then exactly one alert more must be responding. It is cancelled, and another takes its place.</summary>
    private static async Task PressOnceAsync(Bench bench, Station station, Findings findings, string name, Func<Task> press)
    {
        var began = Wait.MonotonicNs;
        var before = station.Count(ReportEvent.Responding);
        await press();
        await Task.Run(() => Wait.Run(TimeSpan.FromMilliseconds(RestMs)));
        try
        {
            await Wait.UntilAsync(() => station.Count(ReportEvent.Responding) > before, name, s_heardWithin);
        }
        catch (TimeoutException)
        {
            var unseenMs = bench.Trace.LongestReadGapMs(station.Cabinet.Chip, Cabinet.Responding.Line, began);
            findings.Check(false, $"{name} was missed, nobody looked at the button for up to {unseenMs:0} ms; {station.LastWords()}");
            findings.Done();
            return;
        }

        findings.Done();
        var counted = station.Count(ReportEvent.Responding) - before;
        findings.Check(counted == 1, $"{name} counted {counted} times");
        var responding = station.Centre.Reports().Where(report => report.Event == ReportEvent.Responding).Skip(before).Select(report => report.DispatchId!.Value).ToList();
        foreach (var id in responding)
        {
            await station.CancelAsync(id);
            var fresh = await station.AlertAsync(Category.Medical);
            await station.HearsAsync(ReportEvent.Received, fresh);
        }

        // The work that an alert brings is over: on this one slow processor it delays the sampler.
        await Task.Run(() => Wait.Run(TimeSpan.FromMilliseconds(RestMs)));
    }

    /// <summary>A press that counted twice, the second time late, is in the sum.</summary>
    private static async Task BalanceAsync(Station station, Findings findings, int presses)
    {
        await Wait.Pause(TimeSpan.FromMilliseconds(500));
        var counted = station.Count(ReportEvent.Responding);
        findings.Check(counted == presses, $"{station.Id}: {presses} presses counted {counted} times");
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
