using System.Diagnostics;
using Call112.Benchmarks.Footprint;
using Call112.Benchmarks.Latency;
using Call112.Benchmarks.Subjects;
using Spectre.Console;

namespace Call112.Benchmarks;

/// <summary>The parts that can be measured by themselves with <c>--only</c>.</summary>
internal enum Part
{
    Latency,
    Start,
    Idle,
    Journal,
}

/// <summary>One run of the chosen parts, with a progress bar for each.</summary>
internal sealed class BenchmarkRun(Workspace workspace, BenchmarkOptions options, string binary, TimeProvider time)
{
    public RunFigures Run(IReadOnlyCollection<Part> parts)
    {
        IReadOnlyList<SubjectFigures> subjects = [];
        StartFigures? start = null;
        IdleFigures? idle = null;
        JournalFigures? journal = null;
        // Redrawn by hand, in the pauses: a timer would wake up in the middle of a measurement.
        AnsiConsole.Progress().AutoRefresh(false).AutoClear(false).Columns(
            new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                if (parts.Contains(Part.Start))
                    start = MeasureStart(context);
                if (parts.Contains(Part.Idle))
                    idle = MeasureIdle(context);
                if (parts.Contains(Part.Journal))
                    journal = MeasureJournal(context);
                if (parts.Contains(Part.Latency))
                    subjects = MeasureLatency(context);
            });

        var rounds = subjects.Select(subject => subject.Rounds).ToArray();
        var ratioToMosquittoSub = rounds.Length > 1 ? Ratio.OfPairedRounds(rounds[0], rounds[1]) : null;
        var ratioToNodeRed = rounds.Length > 2 ? Ratio.OfPairedRounds(rounds[0], rounds[2]) : null;
        return new RunFigures(
            time.GetUtcNow(), DescribeMachine(), options.Rounds, options.Messages, options.WarmUp, ratioToMosquittoSub, ratioToNodeRed,
            subjects, start, idle, journal, Goals.Judge(ratioToMosquittoSub, ratioToNodeRed, start, idle, journal));
    }

    private StartFigures MeasureStart(ProgressContext context)
    {
        var bar = context.AddTask("start to subscribed", maxValue: options.Starts + 1);
        using var broker = Broker.Start(workspace, time);
        var starts = new StartBenchmark(workspace, binary, time).Run(broker.Port, options.Starts, () => Advance(context, bar, 1));
        return new StartFigures(Math.Round(Median.Of(starts), 1), Math.Round(starts.Min(), 1), Math.Round(starts.Max(), 1), starts.Count);
    }

    private IdleFigures MeasureIdle(ProgressContext context)
    {
        var bar = context.AddTask("idle memory and processor", maxValue: (options.IdleSettle + options.IdleMeasure).TotalSeconds);
        using var broker = Broker.Start(workspace, time);
        return new IdleBenchmark(workspace, binary, time).Run(
            broker.Port, options.IdleSettle, options.IdleMeasure, step => Advance(context, bar, step.TotalSeconds));
    }

    private JournalFigures MeasureJournal(ProgressContext context)
    {
        var bar = context.AddTask("start over a long journal", maxValue: options.JournalEntries);
        using var broker = Broker.Start(workspace, time);
        return new JournalBenchmark(workspace, binary, time).Run(
            broker.Port, options.JournalEntries, options.Starts, written => Advance(context, bar, written));
    }

    private IReadOnlyList<SubjectFigures> MeasureLatency(ProgressContext context)
    {
        List<Subject> subjects = [new GatewaySubject(binary, time), new MosquittoSubSubject(workspace)];
        if (NodeRedSubject.IsInstalled(workspace))
            subjects.Add(new NodeRedSubject(workspace));
        else
            AnsiConsole.MarkupLine("[yellow]Node-RED is left out: it is not installed (tests/install --bench)[/]");
        var total = options.Rounds * (options.WarmUp + options.Messages);
        var bars = subjects.ToDictionary(subject => subject, subject => context.AddTask(Markup.Escape(subject.Name), maxValue: total));
        return new LatencyBenchmark(workspace, options, time).Run(subjects, (subject, done) => Advance(context, bars[subject], done));
    }

    private static void Advance(ProgressContext context, ProgressTask bar, double step)
    {
        bar.Increment(step);
        context.Refresh();
    }

    private static Machine DescribeMachine()
    {
        var processor = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim();
        var system = File.ReadLines("/etc/os-release").FirstOrDefault(line => line.StartsWith("PRETTY_NAME=", StringComparison.Ordinal))?.Split('=', 2)[1].Trim('"');
        using var mosquitto = Process.Start(new ProcessStartInfo(Broker.Program("mosquitto"), ["-h"]) { RedirectStandardOutput = true })!;
        var version = mosquitto.StandardOutput.ReadToEnd().Split('\n')[0].Trim();
        mosquitto.WaitForExit();
        return new Machine(
            processor ?? "unknown processor", Environment.ProcessorCount, $"{system ?? "unknown system"}, Linux {Environment.OSVersion.Version}", version);
    }
}
