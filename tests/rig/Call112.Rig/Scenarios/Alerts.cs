using System.Text.Json.Nodes;
using Call112.Messages;
using Call112.Rig.Stations;
using Call112.System.Tests.Toolkit;

namespace Call112.Rig.Scenarios;

/// <summary>From the message to the relay, and from the button to silence.</summary>
internal static class Alerts
{
    /// <summary>Two ticks of the station's loop, ms.</summary>
    private const double TwoTicksMs = 20;

    /// <summary>How long a contact must be stable before it counts, ms (design, "settle").</summary>
    private const double SettleMs = 20;

    public static async Task DispatchAsync(Bench bench, Findings findings)
    {
        await using var station = await Station.StartedAsync(bench, "dispatch");
        var cabinet = station.Cabinet;
        var on = new List<double>();
        var off = new List<double>();
        for (var i = 0; i < bench.Sizes.Dispatches; i++)
        {
            var sent = Wait.MonotonicNs;
            var id = await station.AlertAsync();
            await Wait.UntilAsync(() => cabinet.IsOn(Cabinet.Siren), "the siren sounds");
            on.Add(MsUntilDriven(bench, cabinet, on: true, sent));
            await station.HearsAsync(ReportEvent.Sounding, id);

            var pressed = Wait.MonotonicNs;
            cabinet.Set(Cabinet.Acknowledge, active: true);
            await Wait.UntilAsync(() => !cabinet.IsOn(Cabinet.Siren), "TERIMA silences the siren");
            off.Add(MsUntilDriven(bench, cabinet, on: false, pressed));
            await station.HearsAsync(ReportEvent.Acknowledged, id);
            cabinet.Set(Cabinet.Acknowledge, active: false);
            // A press counts only after a settled release (decision 0005).
            await Wait.Pause(TimeSpan.FromMilliseconds(150));
            await station.CancelAsync(id);
            await station.HearsAsync(ReportEvent.Cancelled, id);
            findings.Done();
        }

        findings.Usual("publish to siren line", on, TwoTicksMs);
        findings.Usual("TERIMA pressed to siren line off, settling time of 20 ms included", off, SettleMs + TwoTicksMs);
        findings.Check(station.Count(ReportEvent.OutputFault) == 0, "an output fault was reported");
    }

    public static async Task SecondAlertAsync(Bench bench, Findings findings)
    {
        await using var station = await Station.StartedAsync(bench, "second");
        var cabinet = station.Cabinet;
        var first = await station.AlertAsync();
        await station.HearsAsync(ReportEvent.Sounding, first);
        await station.PressAsync(Cabinet.Acknowledge, TimeSpan.FromMilliseconds(120));
        await station.HearsAsync(ReportEvent.Acknowledged, first);
        await Wait.UntilAsync(() => !cabinet.IsOn(Cabinet.Siren), "the siren is silent");

        var second = await station.AlertAsync();
        await station.HearsAsync(ReportEvent.Sounding, second);
        findings.Check(cabinet.IsOn(Cabinet.Siren), "a second alert after the first was acknowledged does not sound");
        var third = await station.AlertAsync();
        await station.HearsAsync(ReportEvent.Sounding, third);
        await station.PressAsync(Cabinet.Acknowledge, TimeSpan.FromMilliseconds(120));
        foreach (var id in new[] { second, third })
            await station.HearsAsync(ReportEvent.Acknowledged, id);
        await Wait.UntilAsync(() => !cabinet.IsOn(Cabinet.Siren), "one press silences both");
        findings.Check(cabinet.IsOn(Cabinet.Strobe), "the strobe is not steady while tasks are open");
        foreach (var id in new[] { first, second, third })
        {
            findings.Done();
            findings.Check(station.Centre.ReportsOf(id).Count(report => report.Event == ReportEvent.Acknowledged) == 1, $"{id} was not acknowledged exactly once");
        }
    }

    /// <summary>60 s, then 10 s of every 30 s, then silence at 10 min: the same rule with 4 s, 1 s of 3 s and 13 s, watched on the line.</summary>
    public static async Task SirenLimitsAsync(Bench bench, Findings findings)
    {
        const double first = 4, burst = 1, period = 3, limit = 13, toleranceMs = 60;
        await using var station = await Station.BuildAsync(bench, "limits");
        station.Json["timing"] = new JsonObject
        {
            ["sirenFirstSeconds"] = first,
            ["sirenBurstSeconds"] = burst,
            ["sirenBurstPeriodSeconds"] = period,
            ["sirenLimitSeconds"] = limit,
        };
        await station.StartReadyAsync();
        var began = Wait.MonotonicNs;
        await station.AlertAsync();
        await Wait.Pause(TimeSpan.FromSeconds(limit + 5));

        var edges = bench.Trace.Of(station.Cabinet.Chip, Cabinet.Siren.Line, began).Where(happened => happened.High is not null)
            .Select(happened => (happened.AtNs, On: happened.High == Cabinet.Siren.OnLevel)).ToList();
        // The same level written again is no edge.
        var changes = edges.Where((edge, i) => edge.On != (i > 0 && edges[i - 1].On)).ToList();
        double[] expected = [0, first, first + period - burst, first + period, first + 2 * period - burst, first + 2 * period, first + 3 * period - burst, limit];
        findings.Check(changes.Count == expected.Length, $"the siren changed {changes.Count} times instead of {expected.Length}");
        var late = changes.Zip(expected, (change, at) => Math.Abs((change.AtNs - changes[0].AtNs) / 1e6 - at * 1000)).ToList();
        findings.Usual("siren edge beside its time", late, toleranceMs);
        findings.Check(!station.Cabinet.IsOn(Cabinet.Siren), "the siren sounds past its limit");
        // Lit or dark, the strobe goes on: it must be driven again and again after the siren has ended.
        var afterLimit = began + (long)((limit + 1) * 1e9);
        findings.Check(bench.Trace.FirstDriven(station.Cabinet.Chip, Cabinet.Strobe.Line, Cabinet.Strobe.OnLevel, afterLimit) is not null, "the strobe ended with the siren");
        findings.Done();
    }

    private static double MsUntilDriven(Bench bench, Cabinet cabinet, bool on, long fromNs)
    {
        var level = on == Cabinet.Siren.OnLevel;
        long? at = null;
        // The level is there at once; the record of it comes through a pipe.
        var patience = Wait.MonotonicNs + 2_000_000_000;
        while (at is null && Wait.MonotonicNs < patience)
            at = bench.Trace.FirstDriven(cabinet.Chip, Cabinet.Siren.Line, level, fromNs);
        return at is { } ns ? (ns - fromNs) / 1e6 : throw new InvalidOperationException("the siren's line changed, and the kernel's trace does not show by whom");
    }
}
