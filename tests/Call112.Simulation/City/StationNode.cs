using Call112.Gateway;
using Call112.Gateway.Journal;
using Call112.Gateway.Messaging;
using Call112.Gateway.Options;
using Call112.Gateway.Time;
using Call112.Messages;
using Call112.Simulation.Disk;
using Call112.Simulation.Net;
using Call112.Simulation.Time;
using Call112.Station;
using Microsoft.Extensions.Logging.Abstractions;

namespace Call112.Simulation.City;

/// <summary>
/// One post: a machine with its disk, clock, line and cabinet, and on it, run after run, the real loop, journal and uplink of the gateway.
/// Invariant: between <see cref="Die"/> and <see cref="Start"/> nothing of the process happens.
/// </summary>
internal sealed class StationNode : IDisposable
{
    /// <summary>RestartSec of the unit.</summary>
    private static readonly TimeSpan s_restartsAfter = TimeSpan.FromSeconds(2);

    private readonly Schedule _schedule;
    private readonly SimulatedBroker _broker;
    private readonly Random _dice;
    private readonly GatewayOptions _options;
    private TimeSpan _machineBootedAt;
    private int _machineBoots = 1;
    private int _runs;
    private bool _startsAgain;
    private CancellationTokenSource _stop = new();
    private StationTicks? _ticks;
    private List<StationJournal> _journals = [];

    public StationNode(string id, StationKind kind, IReadOnlyList<string> groups, Schedule schedule, SimulatedBroker broker, Random dice, string diskName)
    {
        (Id, _schedule, _broker, _dice) = (id, schedule, broker, dice);
        Wall = new WallClock(schedule);
        Line = new Line(schedule, dice);
        Cabinet = new Cabinet(schedule, dice);
        Disk = new SimulatedDisk(diskName, dice.Next(), DiskImage.EmptyJournal);
        _options = new GatewayOptions
        {
            Station = new StationOptions { Id = id, Name = id, Kind = kind, Groups = groups },
            Uplink = new UplinkOptions { Host = "broker", Port = 1883 },
            JournalPath = Disk.JournalPath,
            Panel = null,
        };
        _machineBootedAt = schedule.Now - TimeSpan.FromSeconds(30);
        Cabinet.InputsChanged = () => _ticks?.Hasten();
        // A process that died in the midst of a write does not even send what it had in hand.
        Disk.Died = () => Life?.End();
    }

    public string Id { get; }

    public string ClientId => $"call112-{Id}";

    public WallClock Wall { get; }

    public Line Line { get; }

    public Cabinet Cabinet { get; }

    public SimulatedDisk Disk { get; }

    public StationOptions Options => _options.Station;

    public Life? Life { get; private set; }

    public StationLoop? Loop { get; private set; }

    public Task Running { get; private set; } = Task.CompletedTask;

    public bool IsUp => Life is { IsOver: false } && Loop is { Armed.IsCompletedSuccessfully: true };

    public TimeSpan StartedAt { get; private set; }

    /// <summary>How long storing takes: a card, and one that stalls.</summary>
    public TimeSpan DiskTakes { get; set; } = TimeSpan.FromMilliseconds(4);

    /// <summary>A new run of the process has begun.</summary>
    public event Action? Started;

    /// <summary>A step of the loop that changed something.</summary>
    public event Action? Stepped;

    /// <summary>A tick is done: outputs and state agree, or never.</summary>
    public event Action? Ticked;

    /// <summary>Reports were stored, or kept because the disk fails.</summary>
    public event Action? ReportsReady;

    public event Action? Attempted;

    public TimeSpan Monotonic => _schedule.Now - _machineBootedAt;

    /// <summary>The connection that the broker believes in, if it is this box's own.</summary>
    public Connection? Connection => _broker.ConnectionOf(ClientId) is { } connection && connection.Life == Life ? connection : null;

    /// <summary>A start without its lines ends with an error before anything else is touched, and systemd tries again (F11, F16).</summary>
    public void Start()
    {
        if (Life is { IsOver: false })
            return;
        if (Cabinet.IsLineHeld)
        {
            if (!_startsAgain)
                _schedule.After(s_restartsAfter, StartAgain);
            _startsAgain = true;
            return;
        }

        _runs++;
        StartedAt = _schedule.Now;
        _stop = new CancellationTokenSource();
        Disk.Restart();
        var life = Life = new Life(_schedule);
        life.Run(() => Compose(life));
        Started?.Invoke();
    }

    /// <summary>The process ends where it stands: kill -9, or the power with it.</summary>
    public void Die(bool powerCut)
    {
        Life?.End();
        Connection?.Reset();
        Cabinet.FallOff();
        _ticks = null;
        if (powerCut)
        {
            Disk.CutPower(_dice);
            _machineBoots++;
            _machineBootedAt = _schedule.Now;
        }
        else
            Disk.Crash();
        // Closes SQLite's handles, which lead nowhere any more.
        foreach (var journal in _journals)
            journal.Dispose();
        _journals = [];
    }

    public void Dispose()
    {
        Life?.End();
        Disk.Crash();
        foreach (var journal in _journals)
            journal.Dispose();
        Disk.Dispose();
        _stop.Dispose();
    }

    private void StartAgain()
    {
        _startsAgain = false;
        Start();
    }

    private void Compose(Life life)
    {
        var time = new LifeClock(life, Wall, _machineBootedAt);
        var clock = new StationClock(time, () => Wall.IsRight ? ClockState.Synchronized : ClockState.Unsynchronized, $"{Id}-boot-{_machineBoots}");
        StationLoop? loop = null;
        loop = new StationLoop(_options, Cabinet, clock, NullLogger<StationLoop>.Instance, new LoopSeat
        {
            BootId = $"{Id}-run-{_runs}-{_dice.Next():x8}",
            Disk = Disk,
            Ticks = tick => _ticks = new StationTicks(life, Cabinet, () => loop!.State.IsQuietAt(Monotonic), () =>
            {
                tick();
                // After the step that the tick causes.
                life.After(TimeSpan.Zero, () => Ticked?.Invoke());
            }),
            JournalWaits = journal => Store(life, journal),
        });
        Loop = loop;
        loop.Changed += () =>
        {
            _ticks?.Hasten();
            Stepped?.Invoke();
        };
        loop.ReportsArrived += () => ReportsReady?.Invoke();
        var broker = new StationBroker(_broker, Line, life, time) { Attempted = () => Attempted?.Invoke() };
        var vitals = new Vitals(_options, loop, clock);
        var uplinks = new Uplinks(_options, loop, _ => broker, clock, vitals, new Random(_dice.Next()), NullLogger<Uplinks>.Instance);
        var loopTask = loop.RunAsync(_stop.Token);
        Running = Task.WhenAny(loopTask, uplinks.RunAsync(_stop.Token)).Unwrap();
    }

    private void Store(Life life, StationJournal journal)
    {
        if (!_journals.Contains(journal))
            _journals.Add(journal);
        life.After(DiskTakes, journal.StoreWaiting);
    }
}
