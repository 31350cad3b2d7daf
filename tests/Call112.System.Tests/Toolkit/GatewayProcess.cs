using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Call112.System.Tests.Toolkit;

/// <summary>A change of an output, from the trace that the simulated board writes.</summary>
/// <param name="AtNs">Monotonic clock, nanoseconds.</param>
public readonly record struct Edge(long AtNs, string Output, bool On);

/// <summary>One run of the service: when it was started and when it was gone.</summary>
/// <param name="Trace">The board's trace of this run only.</param>
public sealed record GatewayRun(int Number, long StartedNs, string Trace)
{
    public long? EndedNs { get; set; }

    /// <summary>What the board did. A line that the kill tore in half says nothing.</summary>
    public IReadOnlyList<Edge> Edges()
    {
        if (!File.Exists(Trace))
            return [];
        using var reader = new StreamReader(new FileStream(Trace, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        var whole = reader.ReadToEnd().Split('\n')[..^1];
        return [.. whole.Select(line => line.Split(' ')).Where(parts => parts.Length == 3)
            .Select(parts => new Edge(long.Parse(parts[0], CultureInfo.InvariantCulture), parts[1], parts[2] == "1"))];
    }
}

/// <summary>
/// A station as a real process: own station.json, journal, ready file, and a board trace for each run. Started, killed and started
/// again as often as a test likes; everything but the trace stays.
/// </summary>
public sealed class GatewayProcess : IDisposable
{
    private readonly string _folder;
    private readonly string[] _command;
    private readonly List<string> _earlier = [];
    private readonly List<GatewayRun> _runs = [];
    private OwnProcess? _process;
    private StationPage? _page;
    private int _linesOfEarlierRuns;

    /// <param name="command">The program and what stands before its arguments; the gateway under test by default.</param>
    public GatewayProcess(string folder, string stationId, string broker, IReadOnlyList<string>? command = null)
    {
        (_folder, StationId, _command) = (folder, stationId, [.. command ?? [Installed.Gateway]]);
        Directory.CreateDirectory(folder);
        JournalPath = Path.Combine(folder, "journal.db");
        StationJson = new JsonObject
        {
            ["station"] = new JsonObject { ["id"] = stationId, ["name"] = $"Pos {stationId}", ["groups"] = new JsonArray("puskesmas") },
            ["uplinks"] = new JsonArray(new JsonObject { ["name"] = "lan", ["broker"] = broker }),
            ["journal"] = new JsonObject { ["path"] = JournalPath },
            ["panel"] = new JsonObject { ["listen"] = "127.0.0.1:0" },
        };
    }

    public string StationId { get; }

    public string JournalPath { get; private set; }

    public string ReadyFile => Path.Combine(_folder, "ready.json");

    public string ClientId => $"call112-{StationId}";

    /// <summary>station.json; written at each start.</summary>
    public JsonObject StationJson { get; }

    /// <summary>What its next runs are started with beside the tests' own.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; set; } = new Dictionary<string, string>();

    public IReadOnlyList<GatewayRun> Runs => _runs;

    public bool HasExited => _process?.HasExited ?? true;

    public int ExitCode => _process!.ExitCode;

    public int Pid => _process!.Id;

    public void KeepJournalIn(string folder)
    {
        JournalPath = Path.Combine(folder, "journal.db");
        StationJson["journal"]!["path"] = JournalPath;
    }

    /// <summary>A second line to the same broker, as a post with LAN and LTE has: two sessions, every dispatch twice (decision 0015).</summary>
    public void AddSecondLine()
    {
        var uplinks = (JsonArray)StationJson["uplinks"]!;
        uplinks.Add((JsonNode)new JsonObject { ["name"] = "lte", ["broker"] = uplinks[0]!["broker"]!.DeepClone(), ["metered"] = true });
    }

    public void Start()
    {
        if (_process is not null)
            throw new InvalidOperationException("it runs already");
        var config = WriteConfig();
        // Each run writes a trace of its own: the board opens its trace at the beginning.
        var run = new GatewayRun(_runs.Count + 1, Wait.MonotonicNs, Path.Combine(_folder, $"trace-{_runs.Count + 1}"));
        _process = OwnProcess.Start(
            _command[0],
            [.. _command[1..], "run", "--config", config, "--ready-file", ReadyFile],
            new Dictionary<string, string>(Environment) { ["CALL112_BOARD__TRACE"] = run.Trace });
        _runs.Add(run);
    }

    /// <summary>Runs another verb on the same station.json.</summary>
    public Task<(int ExitCode, string Output)> VerbAsync(params string[] arguments) =>
        OwnProcess.RunAsync(_command[0], [.. _command[1..], .. arguments, "--config", WriteConfig()], Environment);

    public async Task StartReadyAsync()
    {
        Start();
        await ReadyAsync();
    }

    /// <summary>Waits until the station is subscribed and armed.</summary>
    public Task ReadyAsync() => WaitAsync(() => ReadyBootId() is not null, "the station is subscribed and armed");

    /// <summary>Waits until the panel answers, with or without a broker. Known for the rest of the run: its line of the log may be pushed out.</summary>
    public async Task<StationPage> PageAsync()
    {
        if (_page is not null)
            return _page;
        string? address = null;
        await WaitAsync(() => (address = PanelAddress()) is not null, "the panel listens");
        return _page = new StationPage(address!);
    }

    /// <summary>The panel of this run if it is there already.</summary>
    public StationPage? PageOrNull() => _page ??= PanelAddress() is { } address ? new StationPage(address) : null;

    public Task WaitAsync(Func<bool> condition, string what, TimeSpan? within = null) => Wait.UntilAsync(
        () => condition() || (HasExited ? throw new InvalidOperationException($"the gateway ended with {_process?.ExitCode} while a test waited until {what}") : false), what, within);

    /// <summary>The boot id in the ready file, or null while there is none.</summary>
    public string? ReadyBootId() => File.Exists(ReadyFile) ? JsonDocument.Parse(File.ReadAllText(ReadyFile)).RootElement.GetProperty("bootId").GetString() : null;

    public void Freeze() => _process!.Freeze();

    public void Thaw() => _process!.Thaw();

    /// <summary>Resident memory, bytes, as the kernel counts it.</summary>
    public long ResidentBytes()
    {
        const string field = "VmRSS:";
        var line = File.ReadLines($"/proc/{Pid}/status").First(line => line.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line.AsSpan(field.Length).Trim().TrimEnd("kB").Trim(), CultureInfo.InvariantCulture) * 1024;
    }

    public void Kill()
    {
        if (_process is null)
            return;
        _process.Kill();
        Ended();
    }

    public async Task<int> TerminateAsync()
    {
        var code = await _process!.TerminateAsync();
        Ended();
        return code;
    }

    /// <summary>Waits for an end that the test did not ask for.</summary>
    public async Task<int> EndAsync()
    {
        await _process!.WaitForExitAsync();
        var code = _process.ExitCode;
        Ended();
        return code;
    }

    public bool Says(string text) => Lines().Skip(_linesOfEarlierRuns).Any(line => line.Contains(text, StringComparison.Ordinal));

    public IReadOnlyList<string> Lines() => [.. _earlier, .. _process?.Lines() ?? []];

    /// <summary>Every edge of one output over all runs, in time order; a run that is killed leaves the relay to the hardware, and counts as off.</summary>
    public IReadOnlyList<Edge> EdgesOf(string output)
    {
        var edges = new List<Edge>();
        foreach (var run in _runs)
        {
            edges.AddRange(run.Edges().Where(edge => edge.Output == output));
            if (run.EndedNs is { } ended && edges.Count > 0 && edges[^1].On)
                edges.Add(new Edge(ended, output, On: false));
        }

        return edges;
    }

    public void Dispose() => Kill();

    private string WriteConfig()
    {
        var config = Path.Combine(_folder, "station.json");
        File.WriteAllText(config, StationJson.ToJsonString());
        return config;
    }

    private void Ended()
    {
        _runs[^1].EndedNs = Wait.MonotonicNs;
        _earlier.AddRange(_process!.Lines());
        _linesOfEarlierRuns = _earlier.Count;
        _process.Dispose();
        _process = null;
        _page?.Dispose();
        _page = null;
        File.Delete(ReadyFile);
    }

    private string? PanelAddress()
    {
        const string mark = "Panel on ";
        var line = _process?.Lines().FirstOrDefault(line => line.Contains(mark, StringComparison.Ordinal));
        return line?[(line.IndexOf(mark, StringComparison.Ordinal) + mark.Length)..].Trim();
    }
}
