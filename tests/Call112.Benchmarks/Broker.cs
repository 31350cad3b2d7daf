using Call112.Tests;

namespace Call112.Benchmarks;

/// <summary>A mosquitto of the benchmark's own: loopback, a free port, nothing on disk.</summary>
internal sealed class Broker : IDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(10), AskAgainAfter = TimeSpan.FromMilliseconds(10);

    private readonly Daemon daemon;

    private Broker(Daemon daemon, int port)
    {
        this.daemon = daemon;
        Port = port;
    }

    public int Port { get; }

    public static Broker Start(Workspace workspace, TimeProvider time)
    {
        var folder = workspace.NewFolder("mosquitto");
        var port = LoopbackPorts.Free();
        var configuration = Path.Combine(folder, "mosquitto.conf");
        // set_tcp_nodelay: without it Nagle and delayed acknowledgements of TCP would be measured. The same for every subject.
        File.WriteAllText(configuration, $"""
            listener {port} 127.0.0.1
            allow_anonymous true
            persistence false
            set_tcp_nodelay true
            log_type error
            log_type warning

            """);
        var daemon = Daemon.Start(Path.Combine(folder, "log"), Program("mosquitto"), "-c", configuration);
        var started = time.GetTimestamp();
        while (!LoopbackPorts.Listens(port))
        {
            if (daemon.HasExited || time.GetElapsedTime(started) > StartDeadline)
            {
                daemon.Dispose();
                throw new BenchmarkException("mosquitto did not start:\n" + daemon.LogTail());
            }

            Task.Delay(AskAgainAfter, time).Wait();
        }

        return new Broker(daemon, port);
    }

    public void Dispose() => daemon.Dispose();

    /// <summary>Full path of an installed program; Debian puts mosquitto into /usr/sbin, which is not on every user's path.</summary>
    public static string Program(string name) =>
        new[] { "/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin" }.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
        ?? throw new BenchmarkException($"{name} is not installed: run tests/install");
}
