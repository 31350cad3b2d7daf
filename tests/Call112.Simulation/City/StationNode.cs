using Call112.Gateway;
using Call112.Gateway.Board;
using Call112.Gateway.Cellular;
using Call112.Gateway.Journal;
using Call112.Gateway.Messaging;
using Call112.Gateway.Options;
using Call112.Gateway.Position;
using Call112.Gateway.Time;
using Call112.Messages;
using Call112.Simulation.Cellular;
using Call112.Simulation.Disk;
using Call112.Simulation.Gnss;
using Call112.Simulation.Net;
using Call112.Simulation.Plan;
using Call112.Simulation.Time;
using Call112.Station;
using Microsoft.Extensions.Logging.Abstractions;

namespace Call112.Simulation.City;

/// <summary>
/// One post: a machine with its disk, clock, lines and cabinet, and on it, run after run, the real loop, journal and uplinks of the gateway.
/// Invariant: between <see cref="Die"/> and <see cref="Start"/> nothing of the process happens.
/// </summary>
internal sealed class StationNode : IDisposable
{
    /// <summary>RestartSec of the unit.</summary>
    private static readonly TimeSpan s_restartsAfter = TimeSpan.FromSeconds(2);

    private static readonly UplinkOptions s_lan = new() { Name = "lan", Host = "broker", Port = 1883, Interface = "eth0" };
    private static readonly UplinkOptions s_lte = new() { Name = "lte", Host = "broker", Port = 1883, Interface = "wwan0", Metered = true };

    private static readonly GpsdOptions s_gpsd = new("gpsd", 2947, GpsdOptions.UsualSilence);
    private static readonly GeoPoint s_surveyed = new(0.7301, 124.3053);

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
    private Uplinks? _uplinks;
    private ModemHat? _hat;

    public StationNode(string id, Post post, IReadOnlyList<string> groups, Schedule schedule, SimulatedBroker broker, Random dice, string diskName)
    {
        (Id, _schedule, _broker, _dice) = (id, schedule, broker, dice);
        Wall = new WallClock(schedule);
        Cabinet = new Cabinet(schedule, dice);
        Disk = new SimulatedDisk(diskName, dice.Next(), DiskImage.EmptyJournal);
        _options = new GatewayOptions
        {
            Station = new StationOptions { Id = id, Name = id, Kind = post.Kind, Groups = groups, Position = PositionOf(post.Receiver) },
            Uplink = post.HasLan ? s_lan : s_lte,
            SecondUplink = post is { HasLan: true, HasLte: true } ? s_lte : null,
            Board = post.Modem is { HasHat: true } ? new BoardOptions { Cabinet = ModemHat.Profile } : new BoardOptions(),
            Cellular = post.Modem is { } fit ? CellularOf(fit) : null,
            Sms = post.Modem is { HasSms: true }
                ? new SmsOptions { Key = SmsNet.KeyOf(id), KeyPath = "sms.key", ReplyTo = SmsNet.CenterNumber }
                : null,
            JournalPath = Disk.JournalPath,
            Panel = null,
        };
        Ways = [.. _options.Uplinks.Select(uplink => new StationWay(uplink, _options.ClientIdOf(uplink), new Line(schedule, dice)))];
        if (post.Modem is not null)
            Modem = new SimulatedModem(schedule, new Random(dice.Next()), Ways[^1].Line);
        if (post.Receiver is not null)
            Gpsd = new SimulatedGpsd(schedule, new Random(dice.Next()), s_surveyed);
        _machineBootedAt = schedule.Now - TimeSpan.FromSeconds(30);
        Cabinet.InputsChanged = () => _ticks?.Hasten();
        // A process that died in the midst of a write does not even send what it had in hand.
        Disk.Died = () => Life?.End();
    }

    public string Id { get; }

    public WallClock Wall { get; }

    /// <summary>Its ways to the centre: one or two, each with a line of its own.</summary>
    public IReadOnlyList<StationWay> Ways { get; }

    public Cabinet Cabinet { get; }

    /// <summary>The LTE modem, where the service looks after one.</summary>
    public SimulatedModem? Modem { get; }

    /// <summary>The GNSS receiver and its gpsd, where there is one.</summary>
    public SimulatedGpsd? Gpsd { get; }

    public CellularOptions? Cellular => _options.Cellular;

    /// <summary>Power key and supply of the modem are lines of its board.</summary>
    public bool HasHat => _options.Board.Cabinet is not null;

    public bool HasSms => _options.Sms is not null;

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

    /// <summary>The modem sends a text: to which number, and what.</summary>
    public Action<string, string>? SmsSent { get; set; }

    /// <summary>The service asks for a reboot of the computer.</summary>
    public Action? RebootAsked { get; set; }

    public TimeSpan Monotonic => _schedule.Now - _machineBootedAt;

    /// <summary>The connection of one way that the broker believes in, if it is this box's own.</summary>
    public Connection? ConnectionOf(StationWay way) =>
        _broker.ConnectionOf(way.ClientId) is { } connection && connection.Life == Life ? connection : null;

    /// <summary>An interface has come up, and the kernel says so.</summary>
    public void InterfaceCameUp(string name) => Life?.Run(() => _uplinks?.InterfaceCameUp(name));

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
    /// <param name="reboots">The computer starts anew as well, with its disk written.</param>
    public void Die(bool powerCut, bool reboots = false)
    {
        Life?.End();
        foreach (var way in Ways)
            ConnectionOf(way)?.Reset();
        Cabinet.FallOff();
        _hat?.Release();
        _ticks = null;
        if (powerCut || reboots)
        {
            _machineBoots++;
            _machineBootedAt = _schedule.Now;
        }

        if (powerCut)
            Disk.CutPower(_dice);
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
        foreach (var way in Ways)
            way.Begin(_schedule.Now);
        var vitals = new Vitals(_options, loop, clock);
        _uplinks = new Uplinks(_options, loop, BrokerOf, clock, vitals, new Random(_dice.Next()), NullLogger<Uplinks>.Instance);
        var loopTask = loop.RunAsync(_stop.Token);
        List<Task> parts = [loopTask, _uplinks.RunAsync(_stop.Token)];
        if (Modem is not null)
            parts.Add(LookAfter(Modem, loop, clock, vitals));
        if (Gpsd is { } gpsd)
        {
            var jitter = new Random(_dice.Next());
            var client = new GnssClient(s_gpsd, loop.PostAsync, time, jitter, NullLogger<GnssClient>.Instance, _ => gpsd.ConnectAsync(life));
            parts.Add(client.RunAsync(_stop.Token));
        }

        Running = Task.WhenAny(parts).Unwrap();

        IBroker BrokerOf(UplinkOptions uplink) => new StationBroker(_broker, Ways.First(way => way.Name == uplink.Name), life, time);
    }

    private Task LookAfter(SimulatedModem modem, StationLoop loop, StationClock clock, Vitals vitals)
    {
        var hat = _hat = new ModemHat(modem);
        var tools = new ModemTools(
            modem, clock.Time, new Random(_dice.Next()), (number, text) => SmsSent?.Invoke(number, text), () => RebootAsked?.Invoke());
        var seat = new BoardSeat { OpenChip = _ => hat.Open(), Time = clock.Time };
        var watch = new ModemWatch(_options, loop, clock, NullLogger.Instance, seat, tools, bus: new SimulatedBus(modem));
        vitals.Modem = () => watch.Vitals;
        return watch.RunAsync(_stop.Token);
    }

    private static PositionOptions PositionOf(ReceiverFit? receiver) => new()
    {
        Surveyed = receiver is { IsSurveyed: true } ? s_surveyed : null,
        MovedAfter = TimeSpan.FromSeconds(receiver is { IsBrisk: true } ? 30 : 300),
    };

    private static CellularOptions CellularOf(ModemFit fit) => new()
    {
        Uplink = s_lte.Name,
        Imei = SimulatedModem.Imei,
        Connection = fit.HasConnection ? "lte" : null,
        Mmcli = ModemTools.Mmcli,
        Nmcli = ModemTools.Nmcli,
        RebootCommand = [ModemTools.Reboot],
        Gnss = false,
        Ladder = fit.Ladder,
    };

    private void Store(Life life, StationJournal journal)
    {
        if (!_journals.Contains(journal))
            _journals.Add(journal);
        life.After(DiskTakes, journal.StoreWaiting);
    }
}
