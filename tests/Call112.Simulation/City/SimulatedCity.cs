using System.Globalization;
using Call112.Center.Book;
using Call112.Simulation.Cellular;
using Call112.Simulation.Invariants;
using Call112.Simulation.Net;
using Call112.Simulation.Plan;
using Call112.Simulation.Time;
using Call112.Station;

namespace Call112.Simulation.City;

/// <summary>How a plan ended.</summary>
/// <param name="Breach">The promise that was broken, or null.</param>
/// <param name="Lasted">Simulated time.</param>
internal sealed record CityEnd(Breach? Breach, TimeSpan Lasted, int Dispatches, long Reports, long Steps);

/// <summary>
/// A whole city in one thread on virtual time: broker, centre and stations, and everything that a plan does to them. Everything random comes
/// from the plan's seed, so a plan ends the same way every time.
/// </summary>
internal sealed partial class SimulatedCity : IDisposable
{
    /// <summary>After the last fault has ended: the longest pause between two repeats of a report is 15 min (contract, "Report").</summary>
    private static readonly TimeSpan s_restWithin = TimeSpan.FromMinutes(40);

    private static readonly TimeSpan s_lookEvery = TimeSpan.FromSeconds(5);
    private static int s_cities;

    private readonly CityPlan _plan;
    private readonly Dictionary<string, StationMarks> _marks = [];
    private readonly List<Invariant> _invariants;
    private readonly Action<string>? _trace;
    private readonly string _name = $"city{Interlocked.Increment(ref s_cities).ToString(CultureInfo.InvariantCulture)}";
    private Breach? _breach;
    private long _steps;

    /// <param name="trace">Gets a line for everything that happens; null: nobody looks.</param>
    public SimulatedCity(CityPlan plan, Action<string>? trace = null)
    {
        (_plan, _trace) = (plan, trace);
        var dice = new Random(plan.Seed ^ 0x5117);
        Broker = new SimulatedBroker(Schedule, new Random(dice.Next()));
        SmsNet = new SmsNet(Schedule, new Random(dice.Next()));
        var withSms = Enumerable.Range(0, plan.Posts.Count).Where(i => plan.Posts[i].Modem is { HasSms: true }).Select(NameOf).ToHashSet();
        Center = new CenterNode(Schedule, Broker, new Random(dice.Next()), new BookRules { SmsStations = withSms });
        for (var i = 0; i < plan.Posts.Count; i++)
            Stations.Add(NewStation(NameOf(i), i, new Random(dice.Next()), $"{_name}-{i}"));
        foreach (var station in Stations)
            _marks[station.Id] = new StationMarks();
        _invariants =
        [
            new HeardInTime(this), new SilentAfterEnd(this), new CommitBeforePubAck(this), new ReceiptsCoverStored(this), new ConnectsInMeasure(this),
            new OutputsFollowState(this), new SirenLimited(this), new PressesCount(this), new ServiceLives(this), new RestAgrees(this),
            new OutputsReadBack(this), new LoopsAreTold(this), new SoundsOnce(this),
            new ReportsInOrder(this), new ReportsArrive(this), new VerdictsHaveEvidence(this), new InterfaceWakes(this),
            new ModemIsMended(this), new SmsIsHeard(this), new OnlyTrueSounds(this), new SmsCountsOnce(this), new PositionsAreTrue(this),
            new TakenIdentityIsNamed(this),
        ];
        ConnectSms();
        Center.Happened += effect => Truth.Take(effect, Schedule.Now);
        foreach (var invariant in _invariants)
            invariant.Watch();
        if (trace is not null)
            TraceAll();
    }

    public Schedule Schedule { get; } = new();

    public SimulatedBroker Broker { get; }

    public CenterNode Center { get; }

    public SmsNet SmsNet { get; }

    public List<StationNode> Stations { get; } = [];

    public Truth Truth { get; } = new();

    /// <summary>The interface of one of a station's ways has come up.</summary>
    public event Action<StationNode, StationWay>? CameUp;

    /// <summary>A finger comes down on TERIMA, and for how long.</summary>
    public event Action<StationNode, TimeSpan>? Pressed;

    public StationNode? Find(string id) => Stations.Find(station => station.Id == id);

    public StationMarks MarksOf(StationNode station) => _marks[station.Id];

    /// <summary>Nothing stands between the centre and this station's relays.</summary>
    public bool IsReachable(StationNode station) =>
        station.IsUp && !station.Cabinet.IsSilent && station.Cabinet is { StuckOff: Outputs.None, StuckOn: Outputs.None, IsCardGone: false }
        && Broker is { IsUp: true, Noise.IsQuiet: true } && Broker.QueueLimit > 10 && Center.IsConnected
        && station.Ways.Any(way => IsOpen(station, way));

    /// <summary>Nothing stands between the broker and one uplink of a station.</summary>
    public bool IsOpen(StationNode station, StationWay way) =>
        way.Line.IsWhole && station.ConnectionOf(way) is { IsWhole: true } && Broker.IsBridged(way.ClientId) && Broker.WaitingFor(way.ClientId) < 10;

    public void Broken(Breach breach) => _breach ??= breach;

    public CityEnd Run()
    {
        Center.Start();
        foreach (var station in Stations)
            Schedule.After(TimeSpan.FromMilliseconds(100), station.Start);
        // Everybody is up before the first thing happens.
        foreach (var happening in _plan.Happenings)
            Schedule.At(happening.At + TimeSpan.FromSeconds(5), () => Happen(happening));
        var calm = TimeSpan.FromSeconds(10) + _plan.Length;
        foreach (var happening in _plan.Happenings)
            if (happening.At + happening.For + TimeSpan.FromSeconds(10) > calm)
                calm = happening.At + happening.For + TimeSpan.FromSeconds(10);
        RunUntil(calm);
        if (_breach is null)
            Rest();
        return new CityEnd(_breach, Schedule.Now, Truth.Order.Count, Truth.ReportsStored, _steps);
    }

    public void Dispose()
    {
        foreach (var station in Stations)
            station.Dispose();
        foreach (var clone in _clones)
            clone.Dispose();
    }

    private void RunUntil(TimeSpan end)
    {
        while (_breach is null && Schedule.Step(end))
            _steps++;
    }

    private void Rest()
    {
        Calm();
        var end = Schedule.Now + s_restWithin;
        while (_breach is null)
        {
            RunUntil(Schedule.Now + s_lookEvery);
            if (_breach is not null)
                return;
            var unrest = _invariants.Select(invariant => (invariant, What: invariant.Unrest())).FirstOrDefault(found => found.What is not null);
            if (unrest.What is null)
                return;
            if (Schedule.Now >= end)
                Broken(new Breach(unrest.invariant.Name, Schedule.Now, $"{s_restWithin.TotalMinutes:0} min after the last fault: {unrest.What}"));
        }
    }

    private StationNode NewStation(string id, int index, Random dice, string disk)
    {
        string[] groups = index % 2 == 0 ? ["genap"] : ["ganjil"];
        var station = new StationNode(id, _plan.Posts[index], groups, Schedule, Broker, dice, disk);
        ConnectModem(station);
        return station;
    }

    private static string NameOf(int index) => string.Create(CultureInfo.InvariantCulture, $"pos-{index}");

    private void TraceAll()
    {
        foreach (var station in Stations)
        {
            var outputs = Outputs.None;
            station.Started += () => Say($"{station.Id} starts, {station.Loop?.State.Alerts.Length} open, {station.Loop?.State.LastSequence} reports, {station.Loop?.JournalFinding}");
            station.Cabinet.Written += () =>
            {
                if (station.Cabinet.Asked != outputs)
                    Say($"{station.Id} outputs {outputs = station.Cabinet.Asked}");
            };
            var read = 0L;
            station.ReportsReady += () =>
            {
                foreach (var report in station.Loop!.ReadReports(read, 1_000))
                    Say($"{station.Id} #{read = report.Sequence} {report.Event} {report.DispatchId} {report.Reason} {report.Detail}");
            };
            station.Started += () => read = Math.Min(read, station.Loop?.State.LastSequence ?? 0);
        }

        foreach (var station in Stations)
        {
            foreach (var way in station.Ways)
                way.Attempted += () => Say($"{station.Id} tries {way.Name}");
            station.Modem?.Used += rung => Say($"{station.Id} modem: {rung}, {station.Modem.Trouble}");
        }

        SmsNet.Answered += (id, text) => Say($"{id} sends {text}");
        Center.Happened += effect => Say($"centre {effect}");
        Broker.Confirmed += (client, message) => Say($"PUBACK of {client} for {message.Topic}");
    }

    private void Say(string what) => _trace?.Invoke(string.Create(CultureInfo.InvariantCulture, $"{Schedule.Now.TotalSeconds,9:0.000} s  {what}"));
}
