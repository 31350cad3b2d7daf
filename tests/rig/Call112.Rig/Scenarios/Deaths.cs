using Call112.Campaign;
using Call112.Messages;
using Call112.Rig.Chips;
using Call112.Rig.Stations;
using Call112.System.Tests.Toolkit;

namespace Call112.Rig.Scenarios;

/// <summary>
/// F11, F17: whatever ends the service, every output is at its safe level within two seconds. A simulated line falls to its pull when it is
/// given back, which is what <c>dtparam=strict_gpiod</c> makes of a Pi; the pull is the profile's business, and here it is on the safe side.
/// </summary>
internal static class Deaths
{
    private const double SafeWithinMs = 2_000;

    /// <summary>What the rig's watchdog waits for a sign of life, as WatchdogSec of a unit does.</summary>
    private static readonly TimeSpan s_watchdog = TimeSpan.FromSeconds(5);

    public static async Task StartStopAsync(Bench bench, Findings findings)
    {
        await using var station = await Station.BuildAsync(bench, "start-stop");
        var chip = station.Cabinet.Chip;
        var rates = new List<double>();
        var gaps = new List<double>();
        for (var i = 0; i < bench.Sizes.Starts; i++)
        {
            var began = Wait.MonotonicNs;
            // lampLink may be lit while the centre is not heard yet.
            var watch = new LevelWatch(chip, [.. Cabinet.Outputs.Where(output => output != Cabinet.LampLink).Select(output => (output.Line, !output.OnLevel))]);
            try
            {
                await station.StartReadyAsync();
                var (_, code) = await station.StopAsync();
                findings.Check(code == 0, $"a stop ended with exit code {code}");
            }
            finally
            {
                watch.Dispose();
            }

            findings.Check(watch.UnsafeSamples == 0, $"start {i}: {watch.UnsafeSamples} samples with an output on");
            rates.Add(watch.Rate);
            gaps.Add(watch.LongestGapMs);
            foreach (var output in Cabinet.Outputs.Where(output => output != Cabinet.LampLink))
            {
                var events = bench.Trace.Of(chip, output.Line, began);
                findings.Check(events.Any(happened => happened.High == !output.OnLevel), $"start {i}: {output.Function} was never driven to its safe level");
                findings.Check(events.All(happened => happened.High != output.OnLevel), $"start {i}: {output.Function} was driven on");
            }

            findings.Done();
        }

        findings.Figure(new Figure("levels sampled, all lines", Math.Round(rates.Min()), "1/s"));
        findings.Figure(new Figure("longest time between two samples", Math.Round(gaps.Max(), 2), "ms"));
    }

    public static Task StopAsync(Bench bench, Findings findings) => EndsSafeAsync(bench, findings, "stop", async station =>
    {
        var (at, code) = await station.StopAsync();
        findings.Check(code == 0, $"exit code {code}");
        return at;
    });

    public static Task KillAsync(Bench bench, Findings findings) => EndsSafeAsync(bench, findings, "kill", station => Task.FromResult(station.Kill()));

    /// <summary>A stopped process drives its relays as it did; only a watchdog ends that. This one does what systemd does with WatchdogSignal=SIGKILL.</summary>
    public static async Task WatchdogAsync(Bench bench, Findings findings)
    {
        await using var station = await Station.BuildAsync(bench, "watchdog");
        using var systemd = new NotifySocket(Path.Combine(bench.Folder, "notify"));
        var environment = new Dictionary<string, string> { ["NOTIFY_SOCKET"] = systemd.Path };
        var afterStop = new List<double>();
        var afterKill = new List<double>();
        for (var i = 0; i < Math.Max(2, bench.Sizes.Kills / 5); i++)
        {
            await station.StartReadyAsync(environment);
            var id = await station.AlertAsync();
            await station.HearsAsync(ReportEvent.Sounding, id);
            await Wait.UntilAsync(() => systemd.SilenceSince(Wait.MonotonicNs) < TimeSpan.FromSeconds(3), "the service pets its watchdog", TimeSpan.FromSeconds(10));
            var stoppedAt = Wait.MonotonicNs;
            station.Freeze();
            await Wait.UntilAsync(() => systemd.SilenceSince(Wait.MonotonicNs) > s_watchdog, "the watchdog misses its sign of life", TimeSpan.FromSeconds(20));
            findings.Check(station.Cabinet.IsOn(Cabinet.Siren), "the siren of a stopped process was off before its watchdog bit");
            var killedAt = station.Kill();
            var safeAt = await SafeAtAsync(station.Cabinet);
            afterKill.Add((safeAt - killedAt) / 1e6);
            afterStop.Add((safeAt - stoppedAt) / 1e6);
            var (code, said) = await station.BoardSafeAsync();
            findings.Check(code == 0, $"board safe ended with {code}: {said}");
            foreach (var output in Cabinet.Outputs)
                findings.Check(bench.Trace.Of(station.Cabinet.Chip, output.Line, killedAt).Any(happened => happened.High == !output.OnLevel),
                    $"board safe did not drive {output.Function} to its safe level");
            await station.StartReadyAsync(environment);
            await Wait.UntilAsync(() => station.Cabinet.IsOn(Cabinet.Siren), "the alert sounds on after the restart");
            await station.CancelAsync(id);
            await station.HearsAsync(ReportEvent.Cancelled, id);
            await station.StopAsync();
            findings.Done();
        }

        findings.Worst("watchdog's kill to safe levels, worst", afterKill, "ms", SafeWithinMs);
        findings.Worst($"SIGSTOP to safe levels with a watchdog of {s_watchdog.TotalSeconds} s, worst", afterStop, "ms", s_watchdog.TotalMilliseconds + SafeWithinMs);
    }

    private static async Task EndsSafeAsync(Bench bench, Findings findings, string name, Func<Station, Task<long>> end)
    {
        await using var station = await Station.BuildAsync(bench, name);
        await station.StartReadyAsync();
        var safe = new List<double>();
        var again = new List<double>();
        for (var i = 0; i < bench.Sizes.Kills; i++)
        {
            var id = await station.AlertAsync();
            await station.HearsAsync(ReportEvent.Sounding, id);
            findings.Check(station.Cabinet.IsOn(Cabinet.Siren), "the siren does not sound");
            var ended = await end(station);
            safe.Add((await SafeAtAsync(station.Cabinet) - ended) / 1e6);

            var began = Wait.MonotonicNs;
            await station.StartReadyAsync();
            await Wait.UntilAsync(() => station.Cabinet.IsOn(Cabinet.Siren), "the alert sounds on after the restart");
            again.Add((Wait.MonotonicNs - began) / 1e6);
            await station.CancelAsync(id);
            await station.HearsAsync(ReportEvent.Cancelled, id);
            findings.Done();
        }

        findings.Worst("to safe levels, worst", safe, "ms", SafeWithinMs);
        findings.Figure(new Figure("restart until the siren sounds on, worst", Math.Round(again.Max()), "ms"));
    }

    /// <summary>When every output was at its safe level, and stayed there for a while.</summary>
    private static async Task<long> SafeAtAsync(Cabinet cabinet)
    {
        await Wait.UntilAsync(() => cabinet.FirstUnsafe() is null, "every output is at its safe level", TimeSpan.FromSeconds(10));
        var safeAt = Wait.MonotonicNs;
        using var watch = new LevelWatch(cabinet.Chip, Cabinet.SafeLevels);
        await Wait.Pause(TimeSpan.FromMilliseconds(100));
        return watch.UnsafeSamples == 0 ? safeAt : throw new InvalidOperationException("an output came on again after all were safe");
    }
}
