using System.Text.Json.Serialization;
using Call112.Messages;

namespace Call112.Station;

/// <summary>
/// What the journal keeps, in order. The durable state is the fold of these and of nothing else: <see cref="StationState.With"/>.
/// Entries of one input are stored in one transaction.
/// </summary>
/// <param name="At">When the input was applied.</param>
public abstract record JournalEntry(StationTime At)
{
    /// <summary>The report that this entry puts into the outbox, or null.</summary>
    [JsonIgnore]
    public Report? ReportOrNull => this switch
    {
        Reported entry => entry.Report,
        Renumbered entry => entry.Report,
        _ => null,
    };

    /// <summary>A run of the service begins. Anchors of running time limits are moved to the new monotonic clock.</summary>
    /// <param name="Gap">Time since the previous entry, as far as known.</param>
    public sealed record Started(StationTime At, string BootId, TimeSpan Gap) : JournalEntry(At);

    /// <summary>New or changed content of a dispatch.</summary>
    /// <param name="LapsesAfter">Time until the dispatch expires, from <see cref="JournalEntry.At"/>, on the monotonic clock.</param>
    /// <param name="Sounds">The alert begins to sound, for the first time or again.</param>
    public sealed record DispatchStored(StationTime At, Dispatch Dispatch, TimeSpan LapsesAfter, bool Sounds) : JournalEntry(At);

    /// <summary>A report: at the same time a step of a dispatch or an alarm, and a row of the outbox until its receipt.</summary>
    public sealed record Reported(StationTime At, Report Report) : JournalEntry(At);

    /// <summary>A report that was journaled before, under a new number: a row of the outbox, and no step.</summary>
    public sealed record Renumbered(StationTime At, Report Report) : JournalEntry(At);

    /// <summary>A change of a dispatch that had ended here and stays so: only its revision is remembered.</summary>
    public sealed record AmendedAfterEnd(StationTime At, Guid DispatchId, int Revision) : JournalEntry(At);

    /// <summary>The centre has stored the reports up to and with this one.</summary>
    public sealed record ReceiptStored(StationTime At, long UpTo) : JournalEntry(At);

    /// <summary>This journal began anew or has lost its end, and the centre knows higher numbers: numbering goes on behind them.</summary>
    public sealed record NumberingAdopted(StationTime At, long UpTo) : JournalEntry(At);

    /// <summary>The centre silenced the siren of every alert that waits.</summary>
    public sealed record Silenced(StationTime At) : JournalEntry(At);

    /// <summary>The buzzer chimes for this long.</summary>
    public sealed record Chimed(StationTime At, TimeSpan Duration) : JournalEntry(At);

    /// <summary>An alert left the station without a report: expired while it waited, or an old task.</summary>
    public sealed record Lapsed(StationTime At, Guid DispatchId) : JournalEntry(At);

    /// <summary>A text of the SMS path was accepted: its counter never again, and the steps of its dispatch are answered by SMS.</summary>
    public sealed record SmsAccepted(StationTime At, long Counter, Guid DispatchId) : JournalEntry(At);

    /// <summary>Nothing happened but time, while a siren's limit runs: a power cut must not give the siren its time back.</summary>
    public sealed record TimeMarked(StationTime At) : JournalEntry(At);
}
