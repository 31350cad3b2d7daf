using System.Diagnostics;

namespace Call112.Benchmarks;

/// <summary>
/// A process that the benchmark started and ends. Its output goes straight into a file: a reader thread here would wake up beside the measurement.
/// </summary>
internal sealed class Daemon : IDisposable
{
    private const int StopTimeoutMilliseconds = 10_000;

    private readonly Process process;
    private readonly bool wholeTree;

    private Daemon(Process process, string log, bool wholeTree)
    {
        this.process = process;
        this.wholeTree = wholeTree;
        Log = log;
    }

    public string Log { get; }

    public int Id => process.Id;

    public bool HasExited => process.HasExited;

    /// <summary>Starts a program; the shell only opens the log and then becomes the program, so <see cref="Id"/> is the program's.</summary>
    public static Daemon Start(string log, string program, params string[] arguments) =>
        Start(log, "exec \"$0\" \"$@\" >>\"$BENCHMARK_LOG\" 2>&1", [program, .. arguments], wholeTree: false);

    /// <summary>Starts a pipeline written for sh; it is ended as a tree.</summary>
    public static Daemon StartPipeline(string log, string script, params string[] arguments) =>
        Start(log, "exec 2>>\"$BENCHMARK_LOG\"; " + script, ["pipeline", .. arguments], wholeTree: true);

    public void Dispose()
    {
        if (!process.HasExited)
        {
            if (wholeTree)
                process.Kill(entireProcessTree: true);
            else
                Posix.Signal(process.Id, Posix.Terminate);
            if (!process.WaitForExit(StopTimeoutMilliseconds))
                process.Kill(entireProcessTree: true);
        }

        process.Dispose();
    }

    /// <summary>The end of the log, for an error message.</summary>
    public string LogTail()
    {
        const int linesShown = 15;
        return File.Exists(Log) ? string.Join('\n', File.ReadLines(Log).TakeLast(linesShown)) : "(no log)";
    }

    private static Daemon Start(string log, string script, string[] arguments, bool wholeTree)
    {
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(script);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        // The gateway takes options from variables too; those of the person at the terminal must not colour the figures.
        foreach (var name in start.Environment.Keys.Where(key => key.StartsWith("CALL112_", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        start.Environment["BENCHMARK_LOG"] = log;
        return new Daemon(Process.Start(start) ?? throw new BenchmarkException("cannot start " + arguments[0]), log, wholeTree);
    }
}
