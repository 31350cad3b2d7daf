using System.Globalization;
using Call112.Benchmarks.Latency;
using Call112.Benchmarks.Subjects;

namespace Call112.Benchmarks.Footprint;

/// <summary>Memory and processor time of a gateway that has nothing to do: connected, panel listening, centre alive.</summary>
internal sealed class IdleBenchmark(Workspace workspace, string binary, TimeProvider time)
{
    private const string StationId = "bench-idle";

    /// <summary>Linux reports processor time to user space in hundredths of a second (USER_HZ).</summary>
    private const double TicksPerSecond = 100;

    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    public IdleFigures Run(int brokerPort, TimeSpan settle, TimeSpan measure, Action<TimeSpan> progress)
    {
        var files = GatewayFiles.Write(workspace.NewFolder("idle"), StationId, brokerPort);
        using var publisher = new Publisher(brokerPort, time);
        publisher.ListenToReports(StationId);
        publisher.BeACentre(StationId);
        using var daemon = files.Start(binary);
        if (!files.WaitUntilReady(daemon, StartDeadline, time))
            throw new BenchmarkException($"the gateway did not write its ready file:\n{daemon.LogTail()}");
        Live(settle);
        var residentMiB = ResidentKiB(daemon.Id) / 1024.0;
        var before = ProcessorTicks(daemon.Id);
        var started = time.GetTimestamp();
        Live(measure);
        var seconds = time.GetElapsedTime(started).TotalSeconds;
        var busySeconds = (ProcessorTicks(daemon.Id) - before) / TicksPerSecond;
        return new IdleFigures(Math.Round(residentMiB, 1), Math.Round(100 * busySeconds / seconds, 2), Math.Round(seconds, 1));

        void Live(TimeSpan duration)
        {
            var since = time.GetTimestamp();
            while (time.GetElapsedTime(since) < duration)
            {
                publisher.BeACentre(StationId);
                publisher.Pause(Step);
                progress(Step);
            }
        }
    }

    private static long ResidentKiB(int processId)
    {
        var line = File.ReadLines($"/proc/{processId}/status").First(entry => entry.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line["VmRSS:".Length..].Replace("kB", "", StringComparison.Ordinal), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);
    }

    /// <summary>utime + stime of the whole process: fields 14 and 15 of proc(5) stat, counted after the name, which may hold spaces.</summary>
    private static long ProcessorTicks(int processId)
    {
        var stat = File.ReadAllText($"/proc/{processId}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
    }
}
