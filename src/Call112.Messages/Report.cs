namespace Call112.Messages;

/// <summary>Every step and alarm that a station reports (contract, "Report").</summary>
public enum ReportEvent
{
    // Steps of a dispatch, in the order of the ladder.
    Received,
    Sounding,
    Acknowledged,
    Responding,
    OnScene,
    Transporting,
    AtHospital,
    Completed,

    // Beside the ladder.
    Declined,
    Reminded,
    Unacknowledged,
    Updated,
    Cancelled,
    Expired,
    Duplicate,
    Rejected,

    // Alarms that the station raises by itself.
    PanicPressed,
    PanicCleared,
    TamperOpened,
    TamperClosed,
    MainsLost,
    MainsRestored,
    BatteryLow,
    BatteryNormal,
    OutputFault,
    OutputRestored,
    InputStuck,
    InputRestored,
    UplinkLost,
    UplinkRestored,
    CenterLost,
    CenterRestored,
    StorageFault,
    StorageRestored,
    ClockSet,
    ModemReset,
    PositionMoved,
    SelfTestPassed,
    SelfTestFailed,
    Started,
    Stopping,
}

/// <summary>What the wall time of a message is worth.</summary>
public enum ClockState
{
    Unsynchronized,
    Synchronized,
}

/// <summary>Who or what caused a report.</summary>
public enum ReportSource
{
    Automatic,
    Button,
    Panel,
    Center,
}

/// <summary>How a completed dispatch ended.</summary>
public enum Outcome
{
    Done,
    NothingFound,
    FalseReport,
    HandedOn,
}

/// <summary>Why a post cannot serve. Names are those of <see cref="Report.Reason"/> on <see cref="ReportEvent.Declined"/>.</summary>
public enum DeclineReason
{
    AmbulanceOut,
    CrewOut,
    OutOfHours,
    Other,
}

/// <summary>One step or alarm of a station (contract, "Report").</summary>
/// <param name="Sequence">Grows by one for each report of a station, for ever, across restarts; starts at 1.</param>
/// <param name="BootId">Names one run of the station's service.</param>
/// <param name="OccurredAt">Wall time of the event, worth what <paramref name="Clock"/> says.</param>
/// <param name="RecordedAt">Wall time at which the station took note of it.</param>
/// <param name="ElapsedMs">Milliseconds on the monotonic clock since the box received the dispatch; null for alarms.</param>
/// <param name="Reason">Of <see cref="ReportEvent.Declined"/> a <see cref="DeclineReason"/>; of <see cref="ReportEvent.Rejected"/> what was wrong with which field, or <c>retained</c>.</param>
/// <param name="Outcome">Of <see cref="ReportEvent.Completed"/>.</param>
/// <param name="Detail">Of <see cref="ReportEvent.Duplicate"/> the present step; of an alarm the input, output or uplink it is about.</param>
public sealed record Report(
    string StationId,
    long Sequence,
    string BootId,
    ReportEvent Event,
    DateTimeOffset OccurredAt,
    DateTimeOffset RecordedAt,
    ClockState Clock,
    ReportSource Source,
    Guid? DispatchId = null,
    string? IncidentId = null,
    long? ElapsedMs = null,
    string? Reason = null,
    Outcome? Outcome = null,
    string? Detail = null)
{
    /// <summary>Highest sequence number: the largest integer that every JSON reader keeps exact (2^53 − 1).</summary>
    public const long SequenceMax = 9_007_199_254_740_991;

    /// <summary>Longest <see cref="Reason"/> and <see cref="Detail"/>, in characters; what is longer is cut.</summary>
    public const int TextMaxLength = 1_000;
}

/// <summary>The centre has stored the station's reports up to and with this sequence number (contract, topic <c>receipt</c>).</summary>
public sealed record Receipt(long UpTo);
