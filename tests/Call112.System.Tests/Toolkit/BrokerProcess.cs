using System.Text.RegularExpressions;
using Call112.Tests;

namespace Call112.System.Tests.Toolkit;

/// <summary>
/// A mosquitto of the test's own: loopback, one port for all its lives, a folder of its own. Its log names every packet, so that a test can
/// see from outside what a station has acknowledged.
/// </summary>
public sealed partial class BrokerProcess : IDisposable
{
    private readonly string _program;
    private readonly string _folder;
    private readonly List<string> _earlier = [];
    private OwnProcess? _process;

    /// <param name="persistence">Write sessions and queues to disk at each change, as far as mosquitto does (F1).</param>
    /// <param name="addresses">Where it listens beside the loopback.</param>
    public BrokerProcess(string folder, bool persistence, IReadOnlyList<string>? addresses = null)
        : this(folder, port => $"""
            {string.Join('\n', (addresses ?? []).Prepend("127.0.0.1").Select(address => $"listener {port} {address}"))}
            allow_anonymous true
            user root
            persistence {(persistence ? "true" : "false")}
            persistence_location {folder}/
            persistence_file broker.db
            autosave_on_changes true
            autosave_interval 1
            max_queued_messages 100000
            set_tcp_nodelay true
            log_dest stderr
            log_type all
            connection_messages true

            """)
    {
    }

    /// <param name="configuration">The text of its configuration, by the port that it has.</param>
    public BrokerProcess(string folder, Func<int, string> configuration)
    {
        _program = Installed.Need("mosquitto");
        _folder = folder;
        Directory.CreateDirectory(folder);
        File.WriteAllText(Configuration, configuration(Port));
    }

    public int Port { get; } = LoopbackPorts.Free();

    public string Address => $"mqtt://127.0.0.1:{Port}";

    private string Configuration => Path.Combine(_folder, "mosquitto.conf");

    public async Task StartAsync()
    {
        _process = OwnProcess.Start(_program, ["-c", Configuration]);
        await Wait.UntilAsync(
            () => LoopbackPorts.Listens(Port) || (_process.HasExited ? throw new InvalidOperationException($"mosquitto ended: {string.Join('\n', _process.Lines())}") : false),
            "mosquitto listens");
    }

    /// <summary>SIGHUP: what <c>systemctl reload mosquitto</c> sends.</summary>
    public async Task ReloadAsync()
    {
        const string said = "Reloading config.";
        var before = Lines().Count(line => line.Contains(said, StringComparison.Ordinal));
        _process!.HangUp();
        await Wait.UntilAsync(() => Lines().Count(line => line.Contains(said, StringComparison.Ordinal)) > before, "mosquitto reloads");
    }

    /// <summary>SIGTERM: it writes its sessions, as a restart by the service manager lets it.</summary>
    public async Task TerminateAsync()
    {
        await _process!.TerminateAsync();
        Kill();
    }

    public void Kill()
    {
        if (_process is null)
            return;
        _process.Kill();
        lock (_earlier)
            _earlier.AddRange(_process.Lines());
        _process.Dispose();
        _process = null;
    }

    /// <summary>Deletes what the broker had on disk: the next life knows no session (F14).</summary>
    public void Forget() => File.Delete(Path.Combine(_folder, "broker.db"));

    public IReadOnlyList<string> Lines()
    {
        lock (_earlier)
            return [.. _earlier, .. _process?.Lines() ?? []];
    }

    /// <summary>Dispatches that this client has been sent and has acknowledged (PUBACK), by the broker's own log.</summary>
    public (int Sent, int Acknowledged) DispatchesOf(string clientId)
    {
        var underWay = new HashSet<int>();
        int sent = 0, acknowledged = 0;
        foreach (var line in Lines())
        {
            if (SentLine().Match(line) is { Success: true } publish && publish.Groups["client"].Value == clientId && publish.Groups["topic"].Value.EndsWith("/dispatch", StringComparison.Ordinal))
            {
                sent++;
                underWay.Add(int.Parse(publish.Groups["mid"].ValueSpan, provider: null));
            }
            else if (AcknowledgedLine().Match(line) is { Success: true } ack && ack.Groups["client"].Value == clientId && underWay.Remove(int.Parse(ack.Groups["mid"].ValueSpan, provider: null)))
                acknowledged++;
        }

        return (sent, acknowledged);
    }

    /// <summary>
    /// Every PUBACK of this client in the order of its log: the packet's id, and the how-manieth dispatch it was for, from 0; null for another
    /// message.
    /// </summary>
    public IReadOnlyList<(int PacketId, int? Dispatch)> AcknowledgementsOf(string clientId)
    {
        var underWay = new Dictionary<int, int?>();
        var acknowledgements = new List<(int, int?)>();
        var dispatches = 0;
        foreach (var line in Lines())
        {
            if (SentLine().Match(line) is { Success: true } publish && publish.Groups["client"].Value == clientId)
            {
                var id = int.Parse(publish.Groups["mid"].ValueSpan, provider: null);
                // Sent once more before its acknowledgement, it is still the same.
                if (!underWay.ContainsKey(id))
                    underWay[id] = publish.Groups["topic"].Value.EndsWith("/dispatch", StringComparison.Ordinal) ? dispatches++ : null;
            }
            else if (AcknowledgedLine().Match(line) is { Success: true } ack && ack.Groups["client"].Value == clientId
                && underWay.Remove(int.Parse(ack.Groups["mid"].ValueSpan, provider: null), out var dispatch))
                acknowledgements.Add((int.Parse(ack.Groups["mid"].ValueSpan, provider: null), dispatch));
        }

        return acknowledgements;
    }

    public void Dispose() => Kill();

    [GeneratedRegex(@"Sending PUBLISH to (?<client>\S+) \(d\d, q1, r\d, m(?<mid>\d+), '(?<topic>[^']+)'")]
    private static partial Regex SentLine();

    [GeneratedRegex(@"Received PUBACK from (?<client>\S+) \(Mid: (?<mid>\d+)")]
    private static partial Regex AcknowledgedLine();
}
