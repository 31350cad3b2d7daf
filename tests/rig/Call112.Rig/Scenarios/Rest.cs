using System.Globalization;
using Call112.Campaign;
using Call112.Rig.Stations;
using Call112.System.Tests.Toolkit;

namespace Call112.Rig.Scenarios;

/// <summary>What the 10 ms sampling of real lines costs while nothing happens.</summary>
internal static class Rest
{
    private static readonly TimeSpan s_settled = TimeSpan.FromSeconds(3), s_watched = TimeSpan.FromSeconds(10);

    public static async Task IdleAsync(Bench bench, Findings findings)
    {
        await using var station = await Station.StartedAsync(bench, "idle");
        await Wait.Pause(s_settled);
        var before = Of(station.Pid);
        await Wait.Pause(s_watched);
        var after = Of(station.Pid);
        var seconds = (after.AtNs - before.AtNs) / 1e9;
        // The kernel of the rig charges whole ticks of 10 ms, so the first figure is rough.
        findings.Figure(new Figure("processor time", Math.Round((after.Ticks - before.Ticks) * 10 / seconds, 1), "ms/s"));
        findings.Figure(new Figure("wake-ups", Math.Round((after.Switches - before.Switches) / seconds), "1/s"));
        findings.Check(after.Switches > before.Switches, "the station never woke");
        findings.Check(!station.HasExited, "the station ended");
        findings.Done();
    }

    /// <summary>Ticks of 10 ms of all threads, and how often they gave the processor away.</summary>
    private static (long AtNs, long Ticks, long Switches) Of(int pid)
    {
        const string voluntary = "voluntary_ctxt_switches:";
        var switches = 0L;
        foreach (var task in Directory.GetDirectories($"/proc/{pid}/task"))
            foreach (var line in File.ReadLines(Path.Combine(task, "status")))
                if (line.StartsWith(voluntary, StringComparison.Ordinal))
                    switches += long.Parse(line.AsSpan(voluntary.Length).Trim(), CultureInfo.InvariantCulture);
        // proc(5): the fields after the name in parentheses; utime and stime are the 14th and 15th of the line.
        var text = File.ReadAllText($"/proc/{pid}/stat");
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return (Wait.MonotonicNs, long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture), switches);
    }
}
