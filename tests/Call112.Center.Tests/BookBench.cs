using Call112.Center.Book;
using Call112.Messages;

namespace Call112.Center.Tests;

/// <summary>The real book on virtual time, with rows in memory: what a test says happens, in the order it says it.</summary>
internal sealed class BookBench
{
    public const string Station = "pkm-gogagoman", Other = "pkm-upai";

    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(100);
    private int _id;

    public BookBench(BookRules? rules = null, bool connected = true, params StationRegistration[] registry)
    {
        Rules = rules ?? new BookRules();
        Registry = registry;
        Book = new DispatchBook(Rules, BookSnapshot.Empty, registry, Now);
        if (connected)
            Do(new BrokerLink(true));
    }

    public BookRules Rules { get; }

    public IReadOnlyList<StationRegistration> Registry { get; }

    public DispatchBook Book { get; private set; }

    public MemoryRows Rows { get; private set; } = new();

    public CenterTime Now { get; private set; } = new(TimeSpan.FromHours(3), new DateTimeOffset(2026, 11, 24, 6, 0, 0, TimeSpan.Zero));

    /// <summary>Everything that was published, oldest first.</summary>
    public List<BookEffect> Published { get; } = [];

    public IEnumerable<PublishDispatch> Dispatches => Published.OfType<PublishDispatch>();

    public IEnumerable<PublishReceipt> Receipts => Published.OfType<PublishReceipt>();

    public IEnumerable<PublishCommand> Commands => Published.OfType<PublishCommand>();


    public IReadOnlyList<BookEffect> Do(BookInput input)
    {
        var effects = Book.Apply(input, Now);
        foreach (var effect in effects)
            Rows.Apply(effect);
        foreach (var effect in effects)
            if (effect is PublishDispatch or PublishReceipt or PublishCommand or PublishHeartbeat or SendSms)
                Published.Add(effect);
        return effects;
    }

    /// <summary>Lets time pass in ticks.</summary>
    public void Pass(TimeSpan duration)
    {
        for (var passed = TimeSpan.Zero; passed < duration; passed += s_tick)
        {
            Now = new CenterTime(Now.Monotonic + s_tick, Now.Wall + s_tick);
            Do(new Tick(Id()));
        }
    }

    public void PassSeconds(double seconds) => Pass(TimeSpan.FromSeconds(seconds));

    /// <summary>The wall clock steps; the monotonic one does not (F5).</summary>
    public void StepWall(TimeSpan step) => Now = Now with { Wall = Now.Wall + step };

    /// <summary>The centre dies and starts again on what the rows hold; the monotonic clock has a new origin.</summary>
    public void Restart()
    {
        Now = Now with { Monotonic = TimeSpan.FromMinutes(1) };
        Book = new DispatchBook(Rules, Rows.Snapshot(), Registry, Now);
        Published.Clear();
        Do(new BrokerLink(true));
    }

    public BookAnswer Answer(BookInput input) => Do(input).OfType<Answered>().Single().Answer;

    public Guid Create(string[]? stations = null, string[]? groups = null, Category category = Category.Medical, DispatchStatus status = DispatchStatus.Actual, int? ttl = null)
    {
        var draft = new DispatchDraft(new IncidentDraft(category), stations ?? (groups is null ? [Station] : null), groups, status, TtlSeconds: ttl);
        var answer = Answer(new CreateDispatch(Id(), draft));
        Assert.Equal(AnswerKind.Done, answer.Kind);
        return answer.DispatchId!.Value;
    }

    public DispatchView View(Guid id) => Book.Find(id)!;

    public StationLadderView Ladder(Guid id, string station = Station) => View(id).Stations.Single(s => s.StationId == station);

    public StationView StationView(string station = Station) => Book.FindStation(station)!;

    public IReadOnlyList<BookEffect> Report(Report report) => Do(new ReportReceived(report));

    public void Birth(string bootId = "boot-1", string station = Station, long? lastSequence = null, bool online = true, bool retained = false, params string[] groups) =>
        Do(new StatusReceived(
            new StationStatus(online, station, bootId, Now.Wall, ClockState.Synchronized, LastSequence: lastSequence, Groups: groups), retained));

    public void Beat(long number, string bootId = "boot-1", long lastSequence = 0, int unreceipted = 0, double every = 5, string station = Station) =>
        Do(new HeartbeatReceived(
            new Heartbeat(station, bootId, number, Now.Wall, ClockState.Synchronized, (long)(number * every * 1000), lastSequence, unreceipted)));

    public Report Step(
        Guid? dispatch, long sequence, ReportEvent @event, string bootId = "boot-1", string station = Station, string? detail = null, string? reason = null, Outcome? outcome = null) =>
        new(station, sequence, bootId, @event, Now.Wall, Now.Wall, ClockState.Synchronized, ReportSource.Automatic, dispatch, null, 10, reason, outcome, detail);

    public Guid Id() => new(++_id, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
}
