using Call112.Messages;

namespace Call112.Center.Book;

/// <summary>
/// The dispatch book: what was sent to whom, what each station answered, and what has to be sent, asked or shown next.
/// Pure logic: no I/O, no clock, no randomness; the same inputs at the same times give the same effects. One owner, no locks.
/// Invariants: nothing is published before the rows of the same batch are stored (the caller commits first); a receipt never covers a
/// report that is neither stored nor proved lost; work for one message never grows with the number of dispatches.
/// </summary>
/// <remarks>
/// The state is this object; <see cref="Apply"/> returns the effects. A simulation that wants to crash the centre keeps the row effects in
/// <see cref="MemoryRows"/> and makes a new book from the snapshot.
/// </remarks>
public sealed partial class DispatchBook
{
    private readonly BookRules _rules;
    private readonly Dictionary<Guid, DispatchEntry> _dispatches = [];
    private readonly Queue<Guid> _age = new();
    private readonly HashSet<DispatchEntry> _open = [];
    private readonly SortedDictionary<string, StationEntry> _stations = new(StringComparer.Ordinal);
    private readonly PriorityQueue<(DispatchEntry Entry, Target? Target), TimeSpan> _due = new();
    private List<BookEffect> _effects = [];
    private bool _connected;
    private TimeSpan _lastHeartbeat = TimeSpan.MinValue, _lastRenewal = TimeSpan.MinValue;
    private long _heartbeats;
    private string _day = "";
    private int _dayCount;

    /// <summary>A book with everything that the store knows.</summary>
    /// <param name="registry">Stations that the centre knows before it hears them.</param>
    public DispatchBook(BookRules rules, BookSnapshot snapshot, IReadOnlyList<StationRegistration> registry, CenterTime now)
    {
        _rules = rules;
        foreach (var registration in registry)
            Station(registration.Id)?.Registration = registration;
        Restore(snapshot, now);
    }

    /// <summary>Reports about dispatches that the book does not have in memory: stored, but in no ladder.</summary>
    public long ReportsWithoutDispatch { get; private set; }

    /// <summary>What follows from one input at one moment. Effects are in the order in which they must happen.</summary>
    public IReadOnlyList<BookEffect> Apply(BookInput input, CenterTime now)
    {
        _effects = [];
        _wall = now.Wall;
        switch (input)
        {
            case CreateDispatch create:
                Create(create, now);
                break;
            case UpdateDispatch update:
                Update(update, now);
                break;
            case CancelDispatch cancel:
                Cancel(cancel, now);
                break;
            case RequestCommand request:
                Command(request, now);
                break;
            case ReportReceived received:
                Take(received.Report, now);
                break;
            case SmsAnswered answer:
                Take(answer, now);
                break;
            case StatusReceived received:
                Take(received, now);
                break;
            case HeartbeatReceived received:
                Take(received.Heartbeat, now);
                break;
            case TelemetryReceived received:
                Take(received.Telemetry, now);
                break;
            case AcceptanceReceived received:
                Take(received);
                break;
            case BrokerLink link:
                Take(link, now);
                break;
            case GroupPublished published:
                Take(published);
                break;
            case Tick tick:
                Pass(tick, now);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(input), input, "no rule for this input");
        }

        return _effects;
    }

    /// <summary>The dispatch with its ladders, or null when it is not in memory.</summary>
    public DispatchView? Find(Guid dispatchId) => _dispatches.TryGetValue(dispatchId, out var entry) ? entry.View(NameOf) : null;

    /// <summary>The open dispatches, or all that are in memory; oldest first.</summary>
    public IReadOnlyList<DispatchView> Dispatches(bool all) =>
        [.. (all ? _dispatches.Values : (IEnumerable<DispatchEntry>)_open).OrderBy(entry => entry.Alert.SentAt).ThenBy(entry => entry.Id).Select(entry => entry.View(NameOf))];

    public int OpenCount => _open.Count;

    /// <summary>How many stations a dispatch has: what a picture of it costs.</summary>
    public int StationsOf(Guid dispatchId) => _dispatches.TryGetValue(dispatchId, out var entry) ? entry.Targets.Count : 0;

    /// <summary>The station, or null when it was never seen and is not in the registry.</summary>
    public StationView? FindStation(string stationId) => _stations.TryGetValue(stationId, out var station) ? station.View() : null;

    public IReadOnlyList<StationView> Stations() => [.. _stations.Values.Select(station => station.View())];

    private string? NameOf(string stationId) => _stations.TryGetValue(stationId, out var station) ? station.Name : null;

    /// <summary>The station's entry, made when it is new; null when there are too many.</summary>
    private StationEntry? Station(string stationId)
    {
        if (_stations.TryGetValue(stationId, out var station))
            return station;
        if (_stations.Count >= BookRules.StationsMax)
        {
            Emit(new Noted(true, $"more than {BookRules.StationsMax} stations: {stationId} is ignored"));
            return null;
        }

        return _stations[stationId] = new StationEntry(stationId, _rules);
    }

    private void Emit(BookEffect effect) => _effects.Add(effect);

    private void Changed(StationEntry station)
    {
        if (station.Dirty)
            Emit(new StoreStation(station.Row()));
        station.Dirty = false;
        Emit(new StationChanged(station.StationId));
    }

    private void Schedule(DispatchEntry entry, Target target, TimeSpan due)
    {
        target.NextVisit = due;
        _due.Enqueue((entry, target), due);
    }

    private void ScheduleGroups(DispatchEntry entry, TimeSpan due)
    {
        entry.GroupsDue = due;
        _due.Enqueue((entry, null), due);
    }

    private void Restore(BookSnapshot snapshot, CenterTime now)
    {
        foreach (var row in snapshot.Stations)
            Station(row.StationId)?.Restore(row, now.Monotonic);
        foreach (var row in snapshot.Acceptances)
            Station(row.StationId)?.Acceptance = row;
        foreach (var boot in snapshot.Boots)
            Station(boot.StationId)?.Log.Widen(boot.BootId, boot.Used.From, boot.Used.To);
        foreach (var row in snapshot.Dispatches.OrderBy(row => row.Alert.SentAt).ThenBy(row => row.Alert.DispatchId))
            RestoreDispatch(row, now);
        foreach (var row in snapshot.Targets)
            if (_dispatches.TryGetValue(row.DispatchId, out var entry))
            {
                var age = now.Wall - row.SentAt;
                var target = new Target(row.StationId, row.Group, now.Monotonic - (age > TimeSpan.Zero ? age : TimeSpan.Zero), row.SentAt, new Ladder(_rules.StepsKept))
                {
                    ConfirmedRevision = row.ConfirmedRevision,
                    CancelConfirmed = row.CancelConfirmed,
                    UpdateAnswersDue = 1,
                    Sends = 1,
                    LastSend = TimeSpan.MinValue,
                    SmsSends = row.SmsSends,
                    SmsCounter = row.SmsCounter,
                    LastSmsWall = row.SmsSentAt,
                    // A clock that was set back must not hold up the repeat.
                    LastSms = now.Monotonic - (row.SmsSentAt is { } sms && now.Wall > sms ? now.Wall - sms : TimeSpan.Zero),
                    SmsStep = row.SmsStep,
                };
                _smsCounter = Math.Max(_smsCounter, row.SmsCounter);
                entry.Targets[row.StationId] = target;
            }

        foreach (var row in snapshot.Reports)
        {
            if (Station(row.Report.StationId) is not { } station)
                continue;
            station.Log.RestoreContent(row.Report);
            if (row.Report.DispatchId is not { } id)
                station.Take(row.Report, row.ReceivedAt);
            else if (_dispatches.TryGetValue(id, out var entry) && entry.Targets.TryGetValue(row.Report.StationId, out var target))
                target.Ladder.Add(row);
        }

        foreach (var entry in _dispatches.Values)
        {
            foreach (var target in entry.Targets.Values)
            {
                // The update went out at once to every station that had answered the alert and has a use for it.
                target.UpdateSent = entry.Update is not null && target.Ladder.Answered && !target.AlertRefused;
                Judge(entry, target, now.Monotonic);
                Schedule(entry, target, now.Monotonic);
                Note(entry, target, Station(target.StationId), now.Monotonic);
            }

            if (entry.GroupsUnsent.Count > 0)
                ScheduleGroups(entry, now.Monotonic);
            JudgeOpen(entry, now.Monotonic);
        }
    }

    private void RestoreDispatch(DispatchRow row, CenterTime now)
    {
        TimeSpan EndOf(Dispatch? message) => message is null ? default : now.Monotonic + (message.ExpiresAt - now.Wall);
        var age = now.Wall - row.Alert.SentAt;
        var entry = new DispatchEntry(row.Alert, row.TimeToLive, row.Groups, now.Monotonic - (age > TimeSpan.Zero ? age : TimeSpan.Zero))
        {
            Update = row.Update,
            Cancel = row.Cancel,
            AlertEnd = EndOf(row.Alert),
            UpdateEnd = EndOf(row.Update),
            CancelEnd = EndOf(row.Cancel),
        };
        foreach (var unsent in row.GroupsUnsent)
            if (unsent.Split(' ') is [var group, var type] && Enum.TryParse<MessageType>(type, out var parsed))
                entry.GroupsUnsent.Add((group, parsed));
        Add(entry);
        NoteIncidentId(row.Alert.Incident!.IncidentId);
    }
}
