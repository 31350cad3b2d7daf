using Call112.Tests;
namespace Call112.Endurance.Machine;

/// <summary>
/// A mosquitto of this run's own, on loopback, with the settings that a city needs: by default <c>max_queued_messages</c> is 1,000, and
/// what a city answers while the centre is busy is more (F14).
/// </summary>
internal sealed class Mosquitto : IDisposable
{
    private readonly Site _site;
    private readonly string _folder;
    private Child? _process;

    /// <param name="more">Lines of mosquitto.conf beside the usual ones: further listeners, a bridge.</param>
    public Mosquitto(Site site, params IEnumerable<string> more)
    {
        (_site, _folder, Port) = (site, site.NewFolder("mosquitto"), LoopbackPorts.Free());
        File.WriteAllText(Configuration, $"""
            listener {Port} 127.0.0.1
            allow_anonymous true
            user root
            persistence true
            persistence_location {_folder}/
            autosave_interval 1800
            max_connections -1
            max_queued_messages 100000
            set_tcp_nodelay true
            log_dest stderr
            log_type error
            log_type warning
            {string.Join('\n', more)}

            """);
    }

    public int Port { get; }

    public int Id => _process!.Id;

    private string Configuration => Path.Combine(_folder, "mosquitto.conf");

    public static bool IsInstalled => Site.Installed("mosquitto") is not null;

    public async Task StartAsync()
    {
        var program = Site.Installed("mosquitto") ?? throw new EnduranceException("mosquitto is not installed: run tests/install");
        _process = Child.Start(Path.Combine(_folder, "log"), program, "-c", Configuration);
        await _site.UntilAsync(
            () => _process.HasExited ? throw new EnduranceException($"mosquitto ended:\n{_process.LogTail()}") : LoopbackPorts.Listens(Port),
            "mosquitto listens",
            TimeSpan.FromSeconds(15));
    }

    /// <summary>SIGSTOP: the kernel goes on answering for its sockets, and nobody reads them (F9).</summary>
    public void Freeze() => _process!.Freeze();

    /// <summary>SIGCONT.</summary>
    public void Thaw() => _process!.Thaw();

    public void Stop()
    {
        _process?.Dispose();
        _process = null;
    }

    public void Dispose() => Stop();
}
