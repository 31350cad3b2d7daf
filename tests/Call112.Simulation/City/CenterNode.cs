using Call112.Center.Book;
using Call112.Messages;
using Call112.Simulation.Net;
using Call112.Simulation.Time;

namespace Call112.Simulation.City;

/// <summary>Where in its work the centre dies.</summary>
internal enum CenterBreak
{
    None,

    /// <summary>The book has decided, nothing is stored.</summary>
    BeforeCommit,

    /// <summary>Stored, nothing sent, nothing acknowledged.</summary>
    AfterCommit,

    /// <summary>Some of it sent.</summary>
    WhileSending,

    /// <summary>All sent, nothing acknowledged.</summary>
    BeforeAcknowledging,
}

/// <summary>
/// The centre: the real dispatch book over rows in memory, with one persistent session at the broker. As the real one it commits before anything
/// leaves it, and it can die between any two of these steps; what is committed survives.
/// </summary>
internal sealed class CenterNode
{
    private const string ClientId = "call112-center";
    private const int ReceiveMaximum = 64;
    private static readonly TimeSpan s_tickEvery = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_reconnectAfter = TimeSpan.FromSeconds(1);

    private static readonly TopicKind[] s_kinds = [TopicKind.State, TopicKind.Report, TopicKind.Heartbeat, TopicKind.Telemetry];

    private readonly Schedule _schedule;
    private readonly SimulatedBroker _broker;
    private readonly Random _dice;
    private readonly Line _line;
    private readonly WallClock _wall;
    private readonly BookRules _rules;
    private readonly string _bootId = "center";
    private Life? _life;
    private Connection? _connection;
    private Dictionary<int, Action> _taken = [];
    private DispatchBook? _book;

    public CenterNode(Schedule schedule, SimulatedBroker broker, Random dice, BookRules rules)
    {
        (_schedule, _broker, _dice, _rules) = (schedule, broker, dice, rules);
        _line = new Line(schedule, dice);
        _wall = new WallClock(schedule);
    }

    /// <summary>What is on the centre's disk.</summary>
    public MemoryRows Rows { get; } = new();

    public DispatchBook Book => _book ?? throw new InvalidOperationException("the centre is not there");

    public bool IsUp => _life is { IsOver: false };

    public bool IsConnected => IsUp && _connection is { IsWhole: true };

    public bool IsDeaf => _line is not { IsWhole: true };

    /// <summary>The next work on which it dies, and where.</summary>
    public CenterBreak Break { get; set; }

    /// <summary>An effect that has happened: rows committed, messages handed to the broker.</summary>
    public event Action<BookEffect>? Happened;

    /// <summary>Takes a text over, as the city's SMS gateway does.</summary>
    public Action<SendSms>? SmsGiven { get; set; }

    /// <summary>A heartbeat that the book has taken.</summary>
    public event Action<Heartbeat>? HeartbeatTaken;

    /// <summary>Measurements that the book has taken.</summary>
    public event Action<Telemetry>? TelemetryTaken;

    /// <summary>Raised when it died of <see cref="Break"/>.</summary>
    public Action? Broke { get; set; }

    public void Start()
    {
        if (IsUp)
            return;
        _life = new Life(_schedule);
        _book = new DispatchBook(_rules, Rows.Snapshot(), [], Now());
        Connect(_life);
        Tick(_life);
    }

    public void Die()
    {
        _life?.End();
        _connection?.Reset();
        _connection = null;
        _book = null;
    }

    /// <summary>Asks something of the book, as the HTTP interface does; null when the centre is not there to answer.</summary>
    public BookAnswer? Ask(BookInput input)
    {
        BookAnswer? answer = null;
        if (IsUp && _life is { } life)
            life.Run(() => Process(life, input, null, given => answer = given));
        return answer;
    }

    private CenterTime Now() => new(_schedule.Now, _wall.Now);

    private void Tick(Life life)
    {
        if (life.IsOver)
            return;
        Process(life, new Tick(NewId()), null, null);
        life.After(s_tickEvery, () => Tick(life));
    }

    private void Connect(Life life)
    {
        if (life.IsOver || _connection is { ClientIsOpen: true })
            return;
        if (!_broker.IsUp)
        {
            life.After(s_reconnectAfter, () => Connect(life));
            return;
        }

        _taken = [];
        var ear = new ClientEar(
            (message, acknowledge) => Heard(life, message, acknowledge),
            id =>
            {
                if (_taken.Remove(id, out var taken))
                    taken();
            },
            _ => Lost(life));
        var wishes = new Wishes(ClientId, [.. s_kinds.Select(Topics.OfAllStations)], Will: null, ReceiveMaximum, RetainAsPublished: false);
        (_connection, _) = _broker.Accept(wishes, _line, life, ear);
        Process(life, new BrokerLink(true), null, null);
    }

    private void Lost(Life life)
    {
        Process(life, new BrokerLink(false), null, null);
        life.After(s_reconnectAfter, () => Connect(life));
    }

    private void Heard(Life life, Publication message, Action? acknowledge)
    {
        if (!Topics.TryParse(message.Topic, out var topic) || Read(topic, message) is not { } input)
            acknowledge?.Invoke();
        else
        {
            Process(life, input, acknowledge, null);
            if (input is HeartbeatReceived { Heartbeat: var beat })
                HeartbeatTaken?.Invoke(beat);
            else if (input is TelemetryReceived { Telemetry: var telemetry })
                TelemetryTaken?.Invoke(telemetry);
        }
    }

    /// <summary>One input, one transaction: decide, commit, send, acknowledge, answer. After each of them the centre may be dead.</summary>
    private void Process(Life life, BookInput input, Action? acknowledge, Action<BookAnswer>? answer)
    {
        if (life.IsOver)
            return;
        var effects = Book.Apply(input, Now());
        var breaks = input is Tick && effects.Count == 0 ? CenterBreak.None : Break;
        if (breaks == CenterBreak.BeforeCommit)
        {
            DieBroken();
            return;
        }

        foreach (var effect in effects)
            if (Rows.Apply(effect))
                Happened?.Invoke(effect);
        var sends = breaks switch
        {
            CenterBreak.AfterCommit => 0,
            CenterBreak.WhileSending => _dice.Next(effects.Count + 1),
            _ => effects.Count,
        };
        foreach (var effect in effects.Take(sends))
            Act(life, effect);
        if (breaks != CenterBreak.None)
        {
            DieBroken();
            return;
        }

        acknowledge?.Invoke();
        if (answer is not null && effects.OfType<Answered>().FirstOrDefault() is { } answered)
            answer(answered.Answer);
    }

    private void DieBroken()
    {
        Break = CenterBreak.None;
        Die();
        Broke?.Invoke();
    }

    private void Act(Life life, BookEffect effect)
    {
        switch (effect)
        {
            case PublishDispatch { Message: var message } publish:
                Action? taken = publish.Group is { } group
                    ? () => life.Run(() => Process(life, new GroupPublished(message.DispatchId, group, message.MessageType, message.Revision), null, null))
                    : null;
                Send(new Publication(publish.Topic, MessageWriter.Write(message), true, ExpiresAt: _schedule.Now + publish.Expiry), taken);
                break;
            case PublishCommand publish:
                Send(new Publication(Topics.Command(publish.StationId), MessageWriter.Write(publish.Command), true, ExpiresAt: _schedule.Now + publish.Expiry), null);
                break;
            case PublishReceipt publish:
                Send(new Publication(Topics.Receipt(publish.StationId), MessageWriter.Write(publish.Receipt), true), null);
                break;
            case PublishHeartbeat publish:
                Send(new Publication(Topics.CenterHeartbeat, MessageWriter.Write(new CenterHeartbeat(publish.SentAt, _bootId, publish.Number)), false), null);
                break;
            case SendSms send:
                SmsGiven?.Invoke(send);
                break;
            default:
                return;
        }

        Happened?.Invoke(effect);
    }

    private void Send(Publication message, Action? taken)
    {
        if (_connection is not { ClientIsOpen: true } connection)
            return;
        var id = connection.Publish(message);
        if (taken is not null)
            _taken[id] = taken;
    }

    private Guid NewId()
    {
        Span<byte> bytes = stackalloc byte[16];
        _dice.NextBytes(bytes);
        return new Guid(bytes);
    }

    private static BookInput? Read(Topic topic, Publication message)
    {
        BookInput? Own<T>(Parsed<T> parsed, Func<T, string> stationOf, Func<T, BookInput> input)
            where T : class => parsed.Value is { } value && stationOf(value) == topic.Name ? input(value) : null;

        return topic.Kind switch
        {
            TopicKind.Report when !message.Retain => Own(MessageReader.ReadReport(message.Payload), r => r.StationId, r => new ReportReceived(r)),
            TopicKind.State => Own(MessageReader.ReadStatus(message.Payload), s => s.StationId, s => new StatusReceived(s, message.Retain)),
            TopicKind.Heartbeat when !message.Retain => Own(MessageReader.ReadHeartbeat(message.Payload), h => h.StationId, h => new HeartbeatReceived(h)),
            TopicKind.Telemetry => Own(MessageReader.ReadTelemetry(message.Payload), t => t.StationId, t => new TelemetryReceived(t)),
            _ => null,
        };
    }
}
