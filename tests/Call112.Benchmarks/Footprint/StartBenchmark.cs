using Call112.Benchmarks.Subjects;

namespace Call112.Benchmarks.Footprint;

/// <summary>From the start of the process to the ready file: subscribed at the broker and armed. Same journal each time, files in the page cache.</summary>
internal sealed class StartBenchmark(Workspace workspace, string binary, TimeProvider time)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    /// <summary>One start that does not count, then <paramref name="starts"/> that do. <paramref name="files"/> brings a journal of its own.</summary>
    public IReadOnlyList<double> Run(int brokerPort, int starts, Action progress, GatewayFiles? files = null)
    {
        files ??= GatewayFiles.Write(workspace.NewFolder("start"), "bench-start", brokerPort);
        var milliseconds = new List<double>(starts);
        for (var number = 0; number <= starts; number++)
        {
            var started = time.GetTimestamp();
            using var daemon = files.Start(binary);
            if (!files.WaitUntilReady(daemon, Deadline, time))
                throw new BenchmarkException($"the gateway did not write its ready file:\n{daemon.LogTail()}");
            if (number > 0)
                milliseconds.Add(time.GetElapsedTime(started).TotalMilliseconds);
            progress();
        }

        return milliseconds;
    }
}
