using Call112.Messages;

namespace Call112.Station;

/// <summary>What an input led to: the next state and the entries for the journal, in order. Reports are among the entries.</summary>
public readonly record struct Applied(StationState State, IReadOnlyList<JournalEntry> Entries)
{
    /// <summary>The reports among the entries.</summary>
    public IEnumerable<Report> Reports => Entries.Select(entry => entry.ReportOrNull).OfType<Report>();
}

/// <summary>
/// Collects the entries of one input. Each entry is folded into the state at once, so that a rule always sees the effect of the rule
/// before it, and the result is the fold of what is journaled: by construction, not by care.
/// </summary>
internal sealed class Decision(StationState state, StationOptions options, StationTime now)
{
    private List<JournalEntry>? _entries;

    public StationState State { get; private set; } = state;

    public StationOptions Options { get; } = options;

    public StationTiming Timing => Options.Timing;

    public StationTime Now { get; } = now;

    public Applied Applied => new(State, _entries ?? (IReadOnlyList<JournalEntry>)[]);

    public void Sense(Senses senses) => State = State with { Senses = senses };

    public void Record(JournalEntry entry)
    {
        (_entries ??= []).Add(entry);
        State = State.With(entry);
    }

    public void Report(
        ReportEvent what,
        ReportSource source = ReportSource.Automatic,
        Alert? alert = null,
        string? reason = null,
        Outcome? outcome = null,
        string? detail = null) =>
        Report(what, source, alert?.Id, alert?.Dispatch.Incident?.IncidentId, alert is null ? null : Now.Monotonic - alert.ReceivedAt, reason, outcome, detail);

    public void Report(
        ReportEvent what,
        ReportSource source,
        Guid? dispatchId,
        string? incidentId,
        TimeSpan? elapsed,
        string? reason = null,
        Outcome? outcome = null,
        string? detail = null) => Record(new JournalEntry.Reported(Now, new Report(
            Options.Id,
            State.LastSequence + 1,
            State.BootId,
            what,
            OccurredAt: Now.Wall,
            RecordedAt: Now.Wall,
            Now.Clock,
            source,
            dispatchId,
            incidentId,
            elapsed is { } e ? Math.Max(0, (long)e.TotalMilliseconds) : null,
            Cut(reason),
            outcome,
            Cut(detail))));

    /// <summary>Raises a trouble once; a trouble that already stands is not reported again.</summary>
    public void Raise(ReportEvent alarm, string? detail = null, ReportSource source = ReportSource.Automatic)
    {
        if (!State.Stands(alarm, detail))
            Report(alarm, source, detail: detail);
    }

    /// <summary>Clears a trouble that stands.</summary>
    public void Clear(ReportEvent alarm, string? detail = null, ReportSource source = ReportSource.Automatic)
    {
        if (State.Stands(alarm, detail))
            Report(Troubles.ClearOf(alarm), source, detail: detail);
    }

    private static string? Cut(string? text)
    {
        const int Max = Messages.Report.TextMaxLength;
        if (text is not { Length: > Max })
            return text;
        // Half a surrogate pair is no text: a writer of JSON may refuse it.
        return text[..(char.IsHighSurrogate(text[Max - 1]) ? Max - 1 : Max)];
    }
}
