using Call112.Messages;

namespace Call112.Center.Book;

/// <summary>One step of one station in one dispatch, as the station reported it.</summary>
/// <param name="ReceivedAt">Wall time at which the centre had it.</param>
/// <param name="Conflict">True when the station used this sequence number for something else before.</param>
public sealed record LadderStep(
    ReportEvent Event,
    long Sequence,
    DateTimeOffset OccurredAt,
    DateTimeOffset RecordedAt,
    DateTimeOffset ReceivedAt,
    ClockState Clock,
    ReportSource Source,
    long? ElapsedMs,
    string? Reason,
    Outcome? Outcome,
    string? Detail,
    bool Conflict);

/// <summary>
/// The steps of one station in one dispatch. Kept in the order of the station's own numbers, so that lateness, reordering and
/// second copies on the way change nothing; the present step is a fold over that order.
/// </summary>
internal sealed class Ladder(int stepsKept)
{
    private readonly List<(long Position, int Conflict, LadderStep Step)> _steps = [];

    public IReadOnlyList<LadderStep> Steps => [.. _steps.Select(step => step.Step)];

    /// <summary>The present step; null before the first report.</summary>
    public ReportEvent? Current { get; private set; }

    /// <summary>A person has pressed, or a later step shows it, and it has not sounded again since.</summary>
    public bool Acknowledged => Current is { } current && Rank(current) >= Rank(ReportEvent.Acknowledged);

    /// <summary>An update made it sound again after somebody had pressed: the press is wanted once more.</summary>
    public bool SoundsAgain => Current is { } current && Rank(current) is 1 or 2 && Has(ReportEvent.Acknowledged);

    /// <summary>The station has said anything that shows that it has (or refuses) the alert.</summary>
    public bool Answered => _steps.Exists(step => IsAnswer(step.Step.Event));

    /// <summary>Nothing more is expected of this station.</summary>
    public bool Ended => Current is ReportEvent.Completed or ReportEvent.Declined or ReportEvent.Cancelled or ReportEvent.Expired or ReportEvent.Rejected;

    public bool Has(ReportEvent @event) => _steps.Exists(step => step.Step.Event == @event);

    public void Add(ReportRow row)
    {
        // A station that reports without end must not fill the memory; what counts comes early, the store has the rest.
        if (_steps.Count >= stepsKept)
            return;
        var r = row.Report;
        var step = new LadderStep(
            r.Event, r.Sequence, r.OccurredAt, r.RecordedAt, row.ReceivedAt, r.Clock, r.Source, r.ElapsedMs, r.Reason, r.Outcome, r.Detail, row.Conflict > 0);
        var key = (row.Position, row.Conflict, r.Sequence);
        var at = _steps.FindLastIndex(s => (s.Position, s.Conflict, s.Step.Sequence).CompareTo(key) < 0) + 1;
        _steps.Insert(at, (row.Position, row.Conflict, step));
        Current = Fold();
    }

    internal static bool IsAnswer(ReportEvent @event) => Rank(@event) > 0 || @event is ReportEvent.Declined or ReportEvent.Reminded
        or ReportEvent.Unacknowledged or ReportEvent.Updated or ReportEvent.Cancelled or ReportEvent.Expired or ReportEvent.Duplicate or ReportEvent.Rejected;

    /// <summary>True while an alert in this step still stands on the station.</summary>
    internal static bool IsStanding(ReportEvent @event) => Rank(@event) is > 0 and < 8;

    private ReportEvent? Fold()
    {
        ReportEvent? current = null;
        foreach (var (_, _, step) in _steps)
            current = Next(current, step);
        return current;
    }

    private static ReportEvent? Next(ReportEvent? current, LadderStep step) => step.Event switch
    {
        ReportEvent.Declined or ReportEvent.Cancelled or ReportEvent.Expired or ReportEvent.Completed => step.Event,
        // A rejected copy takes nothing from an alert that stands.
        ReportEvent.Rejected => current ?? step.Event,
        // The station's own word for where it is; of a copy needed only when the reports before it are lost. An update may have made the alert
        // sound again: then nobody has acknowledged what it now says.
        ReportEvent.Duplicate => current ?? PresentStep(step),
        ReportEvent.Updated => PresentStep(step) ?? current,
        _ when Rank(step.Event) == 0 => current,
        // After an end the alert may sound again (an Update, a second try); otherwise the ladder is only climbed.
        _ when current is null || Rank(current.Value) is 0 or 8 || Rank(step.Event) > Rank(current.Value) => step.Event,
        _ => current,
    };

    private static ReportEvent? PresentStep(LadderStep step) =>
        Enum.TryParse<ReportEvent>(step.Detail, out var present) && IsAnswer(present) ? present : null;

    private static int Rank(ReportEvent @event) => @event switch
    {
        ReportEvent.Received => 1,
        ReportEvent.Sounding => 2,
        ReportEvent.Acknowledged => 3,
        ReportEvent.Responding => 4,
        ReportEvent.OnScene => 5,
        ReportEvent.Transporting => 6,
        ReportEvent.AtHospital => 7,
        ReportEvent.Completed => 8,
        _ => 0,
    };
}
