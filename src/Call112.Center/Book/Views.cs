using Call112.Center.Acceptance;
using Call112.Messages;

namespace Call112.Center.Book;

/// <summary>How a dispatch stands as a whole.</summary>
public enum DispatchState
{
    /// <summary>Something is still expected of at least one station.</summary>
    Open,

    /// <summary>Every station has ended its part, or its time is over.</summary>
    Closed,

    /// <summary>Cancelled by the centre; stations may still have to confirm.</summary>
    Cancelled,
}

/// <summary>One station's ladder in a dispatch.</summary>
/// <param name="Step">The present step; null while nothing has come.</param>
/// <param name="Group">The group that brought the station in; null when it was named itself.</param>
/// <param name="Sends">How often the present message was sent to the station's own topic or its group's.</param>
/// <param name="NeedsAnotherStation">Declined, refused, expired, not received or not acknowledged in time: the dispatcher must act.</param>
/// <param name="UpdateConfirmed">False while the newest update has no answer.</param>
/// <param name="SmsSends">How often the alert went out by SMS, the last path.</param>
/// <param name="SmsStep">What the station has answered by SMS; its reports come when a line is back.</param>
/// <param name="CancelConfirmed">False while a cancel has no answer; null without a cancel.</param>
public sealed record StationLadderView(
    string StationId,
    string? Name,
    string? Group,
    ReportEvent? Step,
    DateTimeOffset SentAt,
    int Sends,
    bool NotReceived,
    bool NotAcknowledged,
    bool NeedsAnotherStation,
    bool UpdateConfirmed,
    bool? CancelConfirmed,
    IReadOnlyList<LadderStep> Steps,
    int SmsSends = 0,
    ReportEvent? SmsStep = null);

/// <summary>A dispatch with the ladder of each of its stations.</summary>
public sealed record DispatchView(
    Guid DispatchId,
    string IncidentId,
    DispatchState State,
    bool NeedsAnotherStation,
    DispatchStatus Status,
    DateTimeOffset SentAt,
    DateTimeOffset ExpiresAt,
    DateTimeOffset? UpdatedAt,
    DateTimeOffset? CancelledAt,
    int Revision,
    bool Discreet,
    IReadOnlyList<string>? Zones,
    IReadOnlyList<string> Groups,
    Incident Incident,
    IReadOnlyList<StationLadderView> Stations);

/// <summary>Whether a station lives, by its heartbeats on the centre's monotonic clock.</summary>
public enum StationVerdict
{
    /// <summary>Nothing was heard since the centre started.</summary>
    Unknown,
    Up,
    Suspect,
    Down,
}

/// <summary>An alarm that a station raised or ended.</summary>
public sealed record AlarmView(ReportEvent Event, DateTimeOffset OccurredAt, DateTimeOffset ReceivedAt, ClockState Clock, string? Detail, string? Reason);

/// <summary>One way to a station, judged by the heartbeats that came by it.</summary>
/// <param name="LastSeenAt">When one last came.</param>
/// <param name="Metered">Its heartbeats come in the metered profile's pace now.</param>
public sealed record UplinkView(string Name, StationVerdict Verdict, bool Metered, DateTimeOffset LastSeenAt);

/// <summary>A station as the centre sees it.</summary>
/// <param name="Online">What its last birth or death said, unless it went on beating after a death; null before the first.</param>
/// <param name="Metered">Its heartbeats come 30 s apart: a metered uplink with longer limits.</param>
/// <param name="Uplinks">Each way by which this run of the station was heard; empty while its heartbeats name none.</param>
/// <param name="CertificateUntil">When the first of its own certificates expires; null without one.</param>
/// <param name="Alarms">Names of the alarms that stand.</param>
/// <param name="Unreceipted">Reports that wait for a receipt, by its last heartbeat.</param>
/// <param name="ReceiptedUpTo">Report number up to which everything is stored; null before the first report.</param>
/// <param name="MissingReports">Report numbers that have not come and are still awaited.</param>
/// <param name="ReportGaps">Holes in the report numbers that stayed open for more than 30 s.</param>
/// <param name="LostReports">Report numbers that the station proved not to have any more.</param>
/// <param name="ReportConflicts">Reports with a number that the station had used before (stored all the same).</param>
/// <param name="Service">Whether the box says that it has been accepted; null from one that says nothing of it.</param>
/// <param name="Acceptance">Its newest acceptance; null when it never told of one.</param>
/// <param name="System">Version of the card's image that runs; null where there is none.</param>
/// <param name="Update">What became of the newest update that was offered to it, in its own words.</param>
/// <param name="ClonedIdentity">Two runs of the service take turns under one id: two boxes with the same identity (F20).</param>
public sealed record StationView(
    string StationId,
    string? Name,
    string? Kind,
    IReadOnlyList<string> Groups,
    bool? Online,
    StationVerdict Verdict,
    bool Metered,
    DateTimeOffset? LastSeenAt,
    IReadOnlyList<UplinkView> Uplinks,
    DateTimeOffset? CertificateUntil,
    string? BootId,
    ClockState? Clock,
    string? Version,
    IReadOnlyList<string> Alarms,
    int? Unreceipted,
    long? LastSequence,
    long? ReceiptedUpTo,
    long MissingReports,
    int ReportGaps,
    long LostReports,
    int ReportConflicts,
    bool ClonedIdentity,
    string? JournalHealth,
    Telemetry? Telemetry,
    IReadOnlyList<AlarmView> RecentAlarms,
    ServiceState? Service = null,
    AcceptanceView? Acceptance = null,
    string? System = null,
    string? Update = null);
