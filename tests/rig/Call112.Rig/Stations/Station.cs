using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Call112.Messages;
using Call112.System.Tests.Toolkit;

namespace Call112.Rig.Stations;

/// <summary>
/// The published gateway on a cabinet of the rig, with a centre that records what it reports. Started, killed and started again as often as
/// a scenario likes; journal and centre stay.
/// </summary>
internal sealed partial class Station : IAsyncDisposable
{
    private readonly Bench _bench;
    private readonly string _folder;
    private OwnProcess? _process;

    private Station(Bench bench, string id, Cabinet cabinet)
    {
        (_bench, Id, Cabinet) = (bench, id, cabinet);
        _folder = Path.Combine(bench.Folder, id);
        Directory.CreateDirectory(_folder);
        ProfilePath = Path.Combine(_folder, "board.json");
        File.WriteAllText(ProfilePath, cabinet.Profile().ToJsonString());
        Json = new JsonObject
        {
            ["station"] = new JsonObject { ["id"] = id, ["name"] = $"Pos {id}", ["kind"] = "Puskesmas" },
            ["uplinks"] = new JsonArray(new JsonObject { ["name"] = "lan", ["broker"] = $"mqtt://127.0.0.1:{Broker.Port}" }),
            ["board"] = new JsonObject { ["profile"] = ProfilePath },
            ["journal"] = new JsonObject { ["path"] = Path.Combine(_folder, "journal.db") },
            ["panel"] = new JsonObject { ["listen"] = "off" },
        };
        Centre = new RecordingCentre(id, Broker.Port);
    }

    public string Id { get; }

    public Cabinet Cabinet { get; }

    public string ProfilePath { get; }

    public RecordingCentre Centre { get; }

    /// <summary>station.json; written at each start.</summary>
    public JsonObject Json { get; }

    public int Pid => _process!.Id;

    public bool HasExited => _process?.HasExited ?? true;

    private string ReadyFile => Path.Combine(_folder, "ready.json");

    /// <summary>A station on a chip of its own, not started yet.</summary>
    /// <param name="name">Of scenario and chip.</param>
    public static async Task<Station> BuildAsync(Bench bench, string name, bool feedback = false)
    {
        var station = new Station(bench, $"rig-{name}", new Cabinet(name, feedback));
        await station.Centre.ConnectAsync();
        return station;
    }

    /// <summary>The same, subscribed and armed.</summary>
    public static async Task<Station> StartedAsync(Bench bench, string name, bool feedback = false)
    {
        var station = await BuildAsync(bench, name, feedback);
        await station.StartReadyAsync();
        return station;
    }

    public void Start(IReadOnlyDictionary<string, string>? environment = null)
    {
        var config = Path.Combine(_folder, "station.json");
        File.WriteAllText(config, Json.ToJsonString());
        File.Delete(ReadyFile);
        _process = OwnProcess.Start(_bench.Gateway, ["run", "--config", config, "--ready-file", ReadyFile], environment);
    }

    public async Task StartReadyAsync(IReadOnlyDictionary<string, string>? environment = null)
    {
        Start(environment);
        await Wait.UntilAsync(() => File.Exists(ReadyFile) || (HasExited ? throw new InvalidOperationException($"the gateway ended with {_process!.ExitCode}:\n{Said()}") : false),
            $"{Id} is subscribed and armed");
    }

    /// <summary>What the process has said so far.</summary>
    public string Said() => string.Join('\n', _process?.Lines() ?? []);

    /// <summary>The end of it, for a failure's text.</summary>
    public string LastWords()
    {
        const int lines = 8;
        return $"{Id} said:\n    {string.Join("\n    ", (_process?.Lines() ?? []).TakeLast(lines))}";
    }

    public void Freeze() => _process!.Freeze();

    public void Thaw() => _process!.Thaw();

    /// <summary>Any signal, for example SIGCHLD, which nobody expects.</summary>
    public void Signal(int signal)
    {
        if (kill(Pid, signal) != 0)
            throw new InvalidOperationException($"no signal {signal}: errno {Marshal.GetLastPInvokeError()}");
    }

    /// <summary>kill -9; gives the moment of the signal, monotonic clock, ns.</summary>
    public long Kill()
    {
        const int sigKill = 9;
        var at = Wait.MonotonicNs;
        Signal(sigKill);
        _process!.Dispose();
        _process = null;
        return at;
    }

    /// <summary>What <c>systemctl stop</c> does; gives the moment of SIGTERM and the exit code.</summary>
    public async Task<(long AtNs, int ExitCode)> StopAsync()
    {
        var at = Wait.MonotonicNs;
        var code = await _process!.TerminateAsync();
        _process.Dispose();
        _process = null;
        return (at, code);
    }

    /// <summary>Waits for an end that nobody asked for.</summary>
    public async Task<(int ExitCode, string Said)> EndAsync()
    {
        await _process!.WaitForExitAsync();
        var ended = (_process.ExitCode, Said());
        _process.Dispose();
        _process = null;
        return ended;
    }

    /// <summary><c>call112-gateway board safe</c> on this cabinet, as ExecStopPost runs it.</summary>
    public Task<(int ExitCode, string Output)> BoardSafeAsync() => OwnProcess.RunAsync(_bench.Gateway, ["board", "safe", "--profile", ProfilePath]);

    /// <summary>A fire: its cadence has no pauses, so that the siren's line says exactly whether it sounds.</summary>
    public async Task<Guid> AlertAsync(Category category = Category.Fire)
    {
        var dispatch = NewAlert(category);
        await Centre.SendAsync(dispatch);
        return dispatch.DispatchId;
    }

    public static Dispatch NewAlert(Category category = Category.Fire)
    {
        var now = Wait.Time.GetUtcNow();
        return new Dispatch(Guid.CreateVersion7(now), MessageType.Alert, DispatchStatus.Actual, now, now.AddHours(1), Incident: new Incident("RIG-1", category));
    }

    public Task CancelAsync(Guid id)
    {
        var now = Wait.Time.GetUtcNow();
        return Centre.SendAsync(new Dispatch(id, MessageType.Cancel, DispatchStatus.Actual, now, now.AddHours(1)));
    }

    /// <summary>Holds a button down for a time, and lets the release settle: a press counts only after that (decision 0005).</summary>
    public async Task PressAsync(InputWire button, TimeSpan held)
    {
        Cabinet.Set(button, active: true);
        await Wait.Pause(held);
        Cabinet.Set(button, active: false);
        await Wait.Pause(TimeSpan.FromMilliseconds(150));
    }

    /// <summary>Waits until the centre hears a report.</summary>
    /// <exception cref="TimeoutException">It did not; the message ends with what the gateway said last.</exception>
    public async Task HearsAsync(ReportEvent @event, Guid? dispatchId = null, TimeSpan? within = null)
    {
        try
        {
            await Centre.HearsAsync(@event, dispatchId, within);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}; {LastWords()}", e);
        }
    }

    public int Count(ReportEvent @event) => Centre.Reports().Count(report => report.Event == @event);

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            if (!HasExited)
                Thaw();
            _process.Dispose();
        }

        await Centre.DisposeAsync();
        Cabinet.Dispose();
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);
}
