using Call112.Messages;

namespace Call112.Center.Book;

/// <summary>
/// A station in the book's memory: whether it lives (monotonic clock only), which run of its service speaks, its report numbers,
/// its alarms, and the dispatches that still expect something of it.
/// </summary>
internal sealed class StationEntry(string stationId, BookRules rules)
{
    private readonly List<AlarmView> _alarms = [];
    private readonly SortedSet<string> _standing = new(StringComparer.Ordinal);
    private string? _previousBootId;
    private TimeSpan? _returnedAt;
    private TimeSpan? _clonedAt;
    private Heartbeat? _heartbeat;
    private int _beatsSinceDeath;

    public string StationId { get; } = stationId;

    public ReportLog Log { get; } = new(rules.ReportsRemembered);

    /// <summary>Dispatches that still expect something of this station.</summary>
    public HashSet<DispatchEntry> Open { get; } = [];

    /// <summary>The last birth or death. A death after which the station goes on beating came late, behind the birth that answers it: it is taken back.</summary>
    public StationStatus? Status { get; private set; }

    /// <summary>From the registry: the centre's own name and kind of the station, and groups besides those that it names itself.</summary>
    public StationRegistration? Registration { get; set; }

    public string? BootId { get; private set; }

    public TimeSpan? LastSeen { get; private set; }

    public DateTimeOffset? LastSeenAt { get; private set; }

    public StationVerdict Verdict { get; private set; }

    public bool Metered { get; private set; }

    /// <summary>The ways by which it is heard.</summary>
    public StationUplinks Uplinks { get; } = new(rules);

    public bool ClonedIdentity { get; private set; }

    public Telemetry? Telemetry { get; private set; }

    /// <summary>Its newest acceptance; null when it never told of one.</summary>
    public AcceptanceRow? Acceptance { get; set; }

    public string? Name => Registration?.Name ?? Status?.Name;

    /// <summary>Oldest report number that the station still keeps, by its last heartbeat.</summary>
    public long? OldestKept => _heartbeat is { } beat ? beat.LastSequence - beat.Unreceipted + 1 : null;

    public int Unreceipted => _heartbeat?.Unreceipted ?? 0;

    // Receipts and the question for reports.
    public int ReportsSinceReceipt { get; set; }

    /// <summary>The station seems to have missed a receipt: it is sent even if nothing new is stored.</summary>
    public bool ReceiptMissed { get; set; }

    public long LastReceiptUpTo { get; set; }

    public TimeSpan LastReceipt { get; set; } = TimeSpan.MinValue;

    public TimeSpan LastReportNow { get; set; } = TimeSpan.MinValue;

    public TimeSpan LastRenewal { get; set; } = TimeSpan.MinValue;

    /// <summary>Set when the row has to be stored once the present input is done.</summary>
    public bool Dirty { get; set; }

    /// <summary>Known to be cut off: it said goodbye (or its will did) and nothing came since. The broker keeps its queue.</summary>
    public bool IsAway => Status is { Online: false } && Verdict is not (StationVerdict.Up or StationVerdict.Suspect);

    /// <summary>Reports that the station has named and still keeps, but that have not come.</summary>
    public bool TailMissing => Log.TailMissing && Unreceipted > 0;

    public bool IsMember(string group) => group == AllGroup
        || (Registration?.Groups?.Contains(group) ?? false) || (Status?.Groups?.Contains(group) ?? false);

    /// <summary>The group that every station is in (contract, "Topics").</summary>
    public const string AllGroup = "all";

    public IReadOnlyList<string> Groups => [.. (Registration?.Groups ?? []).Concat(Status?.Groups ?? []).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Any message that is not out of the broker's memory is a sign of life. True when the station had not been up.</summary>
    public bool SignOfLife(CenterTime now)
    {
        (LastSeen, LastSeenAt) = (now.Monotonic, now.Wall);
        var returned = Verdict is not StationVerdict.Up;
        Verdict = StationVerdict.Up;
        return returned;
    }

    /// <summary>Looks at the clock. True when the verdict or the fault of a cloned identity changed.</summary>
    public bool Judge(TimeSpan now)
    {
        var (verdict, cloned) = (Verdict, ClonedIdentity);
        if (_clonedAt is { } at && now - at >= rules.CloneWindow)
            (ClonedIdentity, _clonedAt) = (false, null);
        if (LastSeen is { } seen)
            Verdict = rules.Judge(now - seen, Metered);

        return Uplinks.Judge(now) || verdict != Verdict || cloned != ClonedIdentity;
    }

    /// <summary>A birth, death or health message. True when it shows a new run of the service.</summary>
    public bool Take(StationStatus status, bool retained, CenterTime now)
    {
        // The will of an old run may come after the birth of the new one; it says nothing about the new one.
        if (!status.Online && BootId is not null && status.BootId != BootId)
            return false;
        // One session of two has died: the other proves that the station lives, and it will say so itself.
        if (!status.Online && Uplinks.OtherLives(status.Uplink))
            return false;
        var reborn = status.Online && NoteBoot(status.BootId, now.Monotonic);
        (Status, _beatsSinceDeath) = (status, 0);
        Dirty = true;
        if (!retained || LastSeen is null)
            Log.Name(status.LastSequence ?? Log.Named, now.Monotonic);
        _standing.Clear();
        _standing.UnionWith(status.Alarms ?? []);
        // A station that is believed to be online has to prove it from now on.
        if (retained && status.Online)
            LastSeen ??= now.Monotonic;
        return reborn;
    }

    /// <summary>A heartbeat. True when it shows a new run of the service.</summary>
    public bool Take(Heartbeat beat, CenterTime now)
    {
        var reborn = NoteBoot(beat.BootId, now.Monotonic);
        OutliveDeath(beat, reborn);
        var metered = IsMetered(beat);
        _heartbeat = beat;
        Uplinks.Take(beat, metered ?? false, now);
        Metered = Uplinks.AllMetered ?? metered ?? Metered;
        Log.Name(beat.LastSequence, now.Monotonic);
        return reborn;
    }

    public void Take(Telemetry telemetry) => Telemetry = telemetry;

    /// <summary>An alarm of the station itself.</summary>
    public void Take(Report alarm, DateTimeOffset receivedAt)
    {
        _alarms.Add(new AlarmView(alarm.Event, alarm.OccurredAt, receivedAt, alarm.Clock, alarm.Detail, alarm.Reason));
        if (_alarms.Count > rules.AlarmsShown)
            _alarms.RemoveAt(0);
        if (EndedBy(alarm.Event) is { } ended)
            _standing.Remove(ended.ToString());
        else if (IsStandingAlarm(alarm.Event))
            _standing.Add(alarm.Event.ToString());
    }

    public StationRow Row() => new(
        StationId, Status, BootId, LastSeenAt, Log.Baseline, Log.Highest, Log.Missing, [.. Log.LostRanges], Log.Gaps, Log.Lost, Log.Conflicts);

    public void Restore(StationRow row, TimeSpan now)
    {
        (Status, BootId, LastSeenAt) = (row.Status, row.BootId, row.LastSeenAt);
        Log.Restore(row, now);
        _standing.UnionWith(row.Status?.Alarms ?? []);
        // What was stored may not have been receipted before the centre stopped.
        ReceiptMissed = row.Baseline is not null;
    }

    public StationView View() => new(
        StationId,
        Name,
        Registration?.Kind ?? Status?.Kind,
        Groups,
        Status?.Online,
        Verdict,
        Metered,
        LastSeenAt,
        Uplinks.Views,
        Status?.CertificateUntil,
        BootId,
        _heartbeat?.Clock ?? Status?.Clock,
        Status?.Version,
        [.. _standing],
        _heartbeat?.Unreceipted,
        Log.Named > 0 ? Log.Named : Status?.LastSequence,
        Log.UpTo,
        Log.MissingCount + (TailMissing && Log.Baseline is not null ? Log.Named - Log.Highest : 0),
        Log.Gaps,
        Log.Lost,
        Log.Conflicts,
        ClonedIdentity,
        Status?.JournalHealth,
        Telemetry,
        [.. _alarms],
        Status?.Service,
        Acceptance?.Shown,
        Status?.System,
        Status?.Update);

    /// <summary>
    /// The first heartbeat behind a death may have been under way when the station died; the second was not. Brokers with a bridge between them keep
    /// no order between two senders, and a station that has answered a will by a birth says no more (the seeded city, seed 56171).
    /// </summary>
    private void OutliveDeath(Heartbeat beat, bool reborn)
    {
        if (Status is not { Online: false } || (!reborn && beat.Number <= _heartbeat?.Number) || ++_beatsSinceDeath < 2)
            return;
        Status = Status with { Online = true };
        Dirty = true;
    }

    private bool NoteBoot(string bootId, TimeSpan now)
    {
        if (bootId == BootId)
            return false;
        // A run that was replaced cannot come back: two boxes speak under one identity (F20).
        if (bootId == _previousBootId)
        {
            if (_returnedAt is { } last && now - last <= rules.CloneWindow)
                (ClonedIdentity, _clonedAt) = (true, now);
            _returnedAt = now;
        }

        Uplinks.Clear();
        (_previousBootId, BootId) = (BootId, bootId);
        Dirty = true;
        return true;
    }

    /// <summary>By the pace that it announces, else by its distance from the one before.</summary>
    private bool? IsMetered(Heartbeat beat)
    {
        if (beat.EveryMs is { } every)
            return every >= rules.MeteredInterval.TotalMilliseconds;
        if (_heartbeat is { } last && last.BootId == beat.BootId && beat.Number > last.Number)
            return (beat.UptimeMs - last.UptimeMs) / (double)(beat.Number - last.Number) >= rules.MeteredInterval.TotalMilliseconds;
        // The first one that is heard: the average of this run, if it is long enough to mean something.
        return beat.Number >= 3 ? beat.UptimeMs / (double)beat.Number >= rules.MeteredInterval.TotalMilliseconds : null;
    }

    private static ReportEvent? EndedBy(ReportEvent @event) => @event switch
    {
        ReportEvent.PanicCleared => ReportEvent.PanicPressed,
        ReportEvent.TamperClosed => ReportEvent.TamperOpened,
        ReportEvent.MainsRestored => ReportEvent.MainsLost,
        ReportEvent.BatteryNormal => ReportEvent.BatteryLow,
        ReportEvent.OutputRestored => ReportEvent.OutputFault,
        ReportEvent.InputRestored => ReportEvent.InputStuck,
        ReportEvent.UplinkRestored => ReportEvent.UplinkLost,
        ReportEvent.CenterRestored => ReportEvent.CenterLost,
        ReportEvent.StorageRestored => ReportEvent.StorageFault,
        ReportEvent.SelfTestPassed => ReportEvent.SelfTestFailed,
        _ => null,
    };

    private static bool IsStandingAlarm(ReportEvent @event) => @event is ReportEvent.PanicPressed or ReportEvent.TamperOpened or ReportEvent.MainsLost
        or ReportEvent.BatteryLow or ReportEvent.OutputFault or ReportEvent.InputStuck or ReportEvent.UplinkLost or ReportEvent.CenterLost
        or ReportEvent.StorageFault or ReportEvent.SelfTestFailed;
}

/// <summary>A station in the centre's registry file.</summary>
/// <param name="Groups">Groups besides those that the station names in its birth.</param>
public sealed record StationRegistration(string Id, string? Name = null, string? Kind = null, IReadOnlyList<string>? Groups = null);
