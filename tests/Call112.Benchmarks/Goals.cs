using System.Globalization;

namespace Call112.Benchmarks;

/// <summary>What was promised, and whether this run shows it.</summary>
internal static class Goals
{
    private const double PeerRatioMax = 1.2, NodeRedP99RatioMax = 0.5;
    private const double StartMsMax = 50, ResidentMiBMax = 30, CpuPercentMax = 0.5, JournalOpenMsMax = 1_000;

    public static IReadOnlyList<Verdict> Judge(Ratio? toMosquittoSub, Ratio? toNodeRed, StartFigures? start, IdleFigures? idle, JournalFigures? journal)
    {
        var verdicts = new List<Verdict>();
        if (toMosquittoSub is not null)
        {
            Add("p50 against mosquitto_sub + C", toMosquittoSub.P50, PeerRatioMax, "×", "0.00");
            Add("p99 against mosquitto_sub + C", toMosquittoSub.P99, PeerRatioMax, "×", "0.00");
        }

        if (toNodeRed is not null)
            Add("p99 against Node-RED", toNodeRed.P99, NodeRedP99RatioMax, "×", "0.00");
        if (start is not null)
            Add("start to subscribed and armed", start.MedianMs, StartMsMax, " ms", "0.0");
        if (idle is not null)
        {
            Add("memory, idle, with panel", idle.ResidentMiB, ResidentMiBMax, " MiB", "0.0");
            Add("processor, idle", idle.CpuPercentOfACore, CpuPercentMax, " % of a core", "0.00");
        }

        if (journal is not null)
            Add(string.Create(CultureInfo.InvariantCulture, $"start over a journal of {journal.Entries:N0} entries"), journal.MedianMs, JournalOpenMsMax, " ms", "0");
        return verdicts;

        void Add(string name, double value, double most, string unit, string format) => verdicts.Add(new Verdict(
            name,
            "≤ " + most.ToString(CultureInfo.InvariantCulture) + unit,
            value.ToString(format, CultureInfo.InvariantCulture) + unit,
            value <= most));
    }
}
