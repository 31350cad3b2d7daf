using System.Text.Json.Serialization;
using Call112.Messages;

namespace Call112.Station;

/// <summary>One dispatch as the station knows it, while it matters to relays or panel. Times are on the monotonic clock of this run.</summary>
/// <param name="ReceivedAt">When the box had it: the zero of <c>elapsedMs</c>.</param>
/// <param name="SoundsSince">Zero of the siren's pattern and of the ladder's deadlines; moves when an Update sounds again.</param>
/// <param name="LapsesAt">When it expires. Fixed at arrival, so that a clock step cannot end a siren (F5).</param>
/// <param name="Step">The newest step of the ladder.</param>
/// <param name="AcknowledgedAt">When a person took the task: the zero of its stay on the panel.</param>
/// <param name="SoundingConfirmed">The outputs have read back as driven for the present sounding.</param>
public sealed record Alert(
    Dispatch Dispatch,
    TimeSpan ReceivedAt,
    DateTimeOffset ReceivedWall,
    TimeSpan SoundsSince,
    TimeSpan LapsesAt,
    ReportEvent Step,
    bool SoundingConfirmed = false,
    bool Reminded = false,
    bool Unacknowledged = false,
    bool Silenced = false,
    TimeSpan? RespondedAt = null,
    TimeSpan? AcknowledgedAt = null)
{
    [JsonIgnore]
    public Guid Id => Dispatch.DispatchId;

    /// <summary>Nobody has acknowledged it yet.</summary>
    [JsonIgnore]
    public bool Waits => Step is ReportEvent.Received or ReportEvent.Sounding;

    [JsonIgnore]
    public Category Category => Dispatch.Incident?.Category ?? Category.Other;

    [JsonIgnore]
    public int Priority => Dispatch.Incident?.Priority ?? Incident.DefaultPriority;

    internal Alert Shifted(TimeSpan by) => this with
    {
        ReceivedAt = ReceivedAt + by,
        SoundsSince = SoundsSince + by,
        LapsesAt = LapsesAt + by,
        RespondedAt = RespondedAt + by,
        AcknowledgedAt = AcknowledgedAt + by,
    };
}

/// <summary>What is remembered of a dispatch that ended, so that its copies and late updates are known (F6).</summary>
/// <param name="Step">How it ended: Completed, Declined, Cancelled, Expired, or the step at which it lapsed.</param>
/// <param name="ReceivedAt">Zero of <c>elapsedMs</c>, monotonic clock of this run.</param>
public sealed record EndedAlert(
    Guid Id,
    ReportEvent Step,
    int Revision,
    int Priority,
    DispatchStatus Status,
    string? IncidentId,
    Category Category,
    string? Village,
    bool Discreet,
    string? Reason,
    Outcome? Outcome,
    TimeSpan ReceivedAt,
    TimeSpan EndedAt,
    bool Lapsed);

/// <summary>A trouble that stands: the report that raised it, what it is about, since when.</summary>
public readonly record struct Alarm(ReportEvent Event, string? Detail, TimeSpan Since);
