using System.Globalization;
using Spectre.Console;

namespace Call112.Benchmarks;

/// <summary>Prints a run for the person at the terminal.</summary>
internal static class ReportTables
{
    public static void Print(RunFigures run)
    {
        AnsiConsole.WriteLine();
        AnsiConsole.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{run.Machine.Processor}, {run.Machine.Cores} cores, {run.Machine.System}, {run.Machine.Mosquitto}"));
        if (run.Subjects.Count > 0)
            PrintLatency(run);
        PrintGoals(run.Goals);
    }

    private static void PrintLatency(RunFigures run)
    {
        AnsiConsole.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Publish → relay output, µs: QoS 1, loopback, medians of {run.RoundsPerSubject} rounds of {run.MessagesPerRound} alerts after {run.WarmUpPerRound} for warm-up"));
        var table = new Table().Border(TableBorder.Rounded).AddColumn("subject");
        foreach (var name in new[] { "p50", "p99", "p99.9", "max", "p50 by round" })
            table.AddColumn(new TableColumn(name).RightAligned());
        foreach (var subject in run.Subjects)
            table.AddRow(
                subject.Name, Micro(subject.Median.P50), Micro(subject.Median.P99), Micro(subject.Median.P999), Micro(subject.Median.Max),
                string.Join(' ', subject.Rounds.Select(round => Micro(round.P50))));
        AddRatio("gateway ÷ mosquitto_sub | C", run.RatioToMosquittoSub);
        AddRatio("gateway ÷ Node-RED", run.RatioToNodeRed);
        AnsiConsole.Write(table);

        void AddRatio(string name, Ratio? ratio)
        {
            if (ratio is not null)
                table.AddRow(name, Times(ratio.P50), Times(ratio.P99), Times(ratio.P999), "", "");
        }
    }

    private static void PrintGoals(IReadOnlyList<Verdict> goals)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("goal", "at most", "measured", "verdict");
        foreach (var goal in goals)
            table.AddRow(Markup.Escape(goal.Name), Markup.Escape(goal.Goal), Markup.Escape(goal.Measured), goal.Met ? "[green]met[/]" : "[red]missed[/]");
        AnsiConsole.Write(table);
    }

    private static string Micro(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Times(double value) => value.ToString("0.00", CultureInfo.InvariantCulture) + "×";
}
