using System.Diagnostics;

namespace Call112.Benchmarks.Subjects;

/// <summary>The usual shell way: <c>mosquitto_sub | program</c>, with a program of a few lines of C that does nothing but stamp.</summary>
internal sealed class MosquittoSubSubject : Subject
{
    private readonly string reader;

    public MosquittoSubSubject(Workspace workspace)
        : base("mosquitto_sub | C", "bench-mosquitto-sub")
    {
        reader = Path.Combine(workspace.NewFolder("arrivals"), "arrivals");
        var source = Path.Combine(AppContext.BaseDirectory, "Subjects", "arrivals.c");
        using var gcc = Process.Start(new ProcessStartInfo(Broker.Program("gcc"), ["-std=c11", "-O2", "-Wall", "-Werror", "-o", reader, source]))!;
        gcc.WaitForExit();
        if (gcc.ExitCode != 0)
            throw new BenchmarkException("gcc could not compile arrivals.c");
    }

    public override string Description => "mosquitto_sub -V 5 -q 1 piped into a C program that stamps each line; no journal, no decision";

    public override Daemon Start(int brokerPort, string arrivals, string folder) => Daemon.StartPipeline(
        Path.Combine(folder, "log"),
        "\"$1\" -V 5 -h 127.0.0.1 -p \"$2\" -q 1 -t \"$3\" | \"$4\" \"$5\"",
        Broker.Program("mosquitto_sub"), brokerPort.ToString(System.Globalization.CultureInfo.InvariantCulture), Messages.Topics.Dispatch(StationId), reader, arrivals);
}
