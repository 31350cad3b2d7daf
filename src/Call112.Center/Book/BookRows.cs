using Call112.Center.Acceptance;
using Call112.Messages;

namespace Call112.Center.Book;

/// <summary>A dispatch as it is stored.</summary>
/// <param name="Alert">The alert with its present content and revision.</param>
/// <param name="Update">The newest update, if any.</param>
/// <param name="Cancel">The cancel, if any.</param>
/// <param name="GroupsUnsent">Messages that the broker has not yet taken for a group, as "group MessageType".</param>
public sealed record DispatchRow(
    Dispatch Alert,
    TimeSpan TimeToLive,
    IReadOnlyList<string> Groups,
    Dispatch? Update,
    Dispatch? Cancel,
    IReadOnlyList<string> GroupsUnsent);

/// <summary>One station's part in a dispatch as it is stored. Its ladder is the fold of the reports.</summary>
/// <param name="ConfirmedRevision">Highest revision that the station has confirmed.</param>
/// <param name="SmsSends">Texts that were handed to the SMS gateway.</param>
/// <param name="SmsCounter">Counter of the newest of them.</param>
/// <param name="SmsStep">Step that the station has told by SMS.</param>
public sealed record TargetRow(
    Guid DispatchId,
    string StationId,
    string? Group,
    DateTimeOffset SentAt,
    int ConfirmedRevision,
    bool CancelConfirmed,
    int SmsSends = 0,
    DateTimeOffset? SmsSentAt = null,
    long SmsCounter = 0,
    ReportEvent? SmsStep = null);

/// <summary>A report as it is stored.</summary>
/// <param name="Conflict">0; counts up when the station used a sequence number again with another content.</param>
/// <param name="Position">Place in the order of the station's reports: the sequence, or for a conflict the highest one at its arrival.</param>
public sealed record ReportRow(Report Report, int Conflict, long Position, DateTimeOffset ReceivedAt);

/// <summary>A station as it is stored.</summary>
/// <param name="Baseline">First report number that counts; null when no report was ever seen.</param>
/// <param name="Highest">Highest report number stored.</param>
/// <param name="Missing">Report numbers between them that have not come, as ranges.</param>
/// <param name="Lost">Report numbers that the station proved not to have any more.</param>
public sealed record StationRow(
    string StationId,
    StationStatus? Status,
    string? BootId,
    DateTimeOffset? LastSeenAt,
    long? Baseline,
    long Highest,
    IReadOnlyList<MissingRange> Missing,
    IReadOnlyList<SequenceRange> Lost,
    int ReportGaps,
    long LostReports,
    int Conflicts);

/// <summary>A station's newest acceptance as it is stored, without the envelope that lies beside it.</summary>
/// <param name="EnvelopeSha256">Tells the same one, which comes again at each birth, hex.</param>
public sealed record AcceptanceRow(string StationId, AcceptanceView Shown, string EnvelopeSha256);

/// <summary>Numbers from <paramref name="From"/> to <paramref name="To"/>, both included.</summary>
public readonly record struct SequenceRange(long From, long To);

/// <summary>Numbers that have not come.</summary>
/// <param name="Counted">They have been missing for so long that they were counted as a gap.</param>
public readonly record struct MissingRange(long From, long To, bool Counted);

/// <summary>The report numbers, without conflicts, that one run of a station's service has used.</summary>
public sealed record BootRow(string StationId, string BootId, SequenceRange Used);

/// <summary>All that the store knows, as the book needs it at start.</summary>
public sealed record BookSnapshot(
    IReadOnlyList<DispatchRow> Dispatches,
    IReadOnlyList<TargetRow> Targets,
    IReadOnlyList<ReportRow> Reports,
    IReadOnlyList<StationRow> Stations,
    IReadOnlyList<BootRow> Boots,
    IReadOnlyList<AcceptanceRow> Acceptances)
{
    public static BookSnapshot Empty { get; } = new([], [], [], [], [], []);
}

/// <summary>The store's meaning without a disk: the same fold of row effects as the SQLite store, for simulations and tests.</summary>
public sealed class MemoryRows
{
    private readonly Dictionary<Guid, DispatchRow> _dispatches = [];
    private readonly Dictionary<(Guid, string), TargetRow> _targets = [];
    private readonly Dictionary<(string, long, int), ReportRow> _reports = [];
    private readonly Dictionary<string, StationRow> _stations = [];
    private readonly Dictionary<string, AcceptanceRow> _acceptances = [];

    /// <summary>Keeps the effect if it is a row; true when it was one.</summary>
    public bool Apply(BookEffect effect)
    {
        switch (effect)
        {
            case StoreDispatch store:
                _dispatches[store.Row.Alert.DispatchId] = store.Row;
                return true;
            case StoreTarget store:
                _targets[(store.Row.DispatchId, store.Row.StationId)] = store.Row;
                return true;
            case StoreReport store:
                _reports.TryAdd((store.Row.Report.StationId, store.Row.Report.Sequence, store.Row.Conflict), store.Row);
                return true;
            case StoreStation store:
                _stations[store.Row.StationId] = store.Row;
                return true;
            case StoreAcceptance store:
                _acceptances[store.Row.StationId] = store.Row;
                return true;
            default:
                return false;
        }
    }

    /// <summary>True when this very report is kept.</summary>
    public bool Holds(string stationId, long sequence) => _reports.ContainsKey((stationId, sequence, 0));

    public BookSnapshot Snapshot() => new(
        [.. _dispatches.Values],
        [.. _targets.Values],
        [.. _reports.Values.OrderBy(row => row.Report.StationId, StringComparer.Ordinal).ThenBy(row => row.Position).ThenBy(row => row.Conflict)],
        [.. _stations.Values],
        [.. _reports.Values.Where(row => row.Conflict == 0)
            .GroupBy(row => (row.Report.StationId, row.Report.BootId), row => row.Report.Sequence)
            .Select(used => new BootRow(used.Key.StationId, used.Key.BootId, new SequenceRange(used.Min(), used.Max())))],
        [.. _acceptances.Values]);
}
