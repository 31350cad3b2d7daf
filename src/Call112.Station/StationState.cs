using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Call112.Messages;

namespace Call112.Station;

/// <summary>
/// All that a station knows. The durable part changes only by <see cref="With"/>, so it is the fold of the journal by construction:
/// replaying the entries gives the same state. <see cref="Senses"/> is what the station perceives in this run; it is not journaled.
/// Immutable: whoever holds a state can read it from any thread.
/// </summary>
public sealed record StationState
{
    /// <summary>Most alerts and tasks that are open at once; the oldest task lapses before one more is taken.</summary>
    public const int OpenMax = 256;

    /// <summary>How many ended dispatches are remembered, to know their copies again.</summary>
    public const int EndedMax = 2_048;

    /// <summary>How many reports of this run are kept, until their receipt, to be numbered anew (see <see cref="JournalEntry.NumberingAdopted"/>).</summary>
    public const int ProvisionalMax = 1_000;

    /// <summary>How many earlier runs are remembered by their boot ids: what a broker still holds of them is this box's own word.</summary>
    public const int EarlierBootsMax = 32;

    public static StationState Empty { get; } = new();

    public string BootId { get; init; } = "";

    /// <summary>Boot ids of the runs before this one, oldest first.</summary>
    public ImmutableQueue<string> EarlierBoots { get; init; } = [];

    /// <summary>When the newest entry was made, on the monotonic clock of the run that made it.</summary>
    public TimeSpan LastEntryAt { get; init; }

    /// <summary>Sequence of the newest report; 0 before the first.</summary>
    public long LastSequence { get; init; }

    /// <summary>The centre has stored the reports up to and with this one.</summary>
    public long ReceiptedUpTo { get; init; }

    /// <summary>Sequence of the first report of this run of the service.</summary>
    public long FirstOfRun { get; init; }

    /// <summary>A receipt has covered a report of this run: the numbering is agreed with the centre, as far as anybody can tell (ADR 0010).</summary>
    public bool NumberingAgreed { get; init; }

    /// <summary>Reports of this run without a receipt, which may have to be numbered anew.</summary>
    public ImmutableList<Report> Provisional { get; init; } = [];

    /// <summary>Open alerts and tasks, in order of arrival.</summary>
    public ImmutableArray<Alert> Alerts { get; init; } = [];

    /// <summary>Dispatches that ended, by id.</summary>
    public ImmutableDictionary<Guid, EndedAlert> Ended { get; init; } = ImmutableDictionary<Guid, EndedAlert>.Empty;

    /// <summary>Ids of <see cref="Ended"/>, oldest first.</summary>
    public ImmutableQueue<Guid> EndedOrder { get; init; } = [];

    /// <summary>Troubles that stand.</summary>
    public ImmutableArray<Alarm> Alarms { get; init; } = [];

    /// <summary>How often what may repeat was reported lately; see <see cref="Repeats"/>.</summary>
    public ImmutableArray<Telling> Tellings { get; init; } = [];

    /// <summary>When the newest Actual alert began to sound: a drill that began before it stays silent for good.</summary>
    public TimeSpan? LastActualAt { get; init; }

    public TimeSpan? ChimeSince { get; init; }

    public TimeSpan ChimeFor { get; init; }

    /// <summary>Counters of the SMS path that were accepted.</summary>
    public SmsWindow Sms { get; init; } = new();

    /// <summary>When the recovery ladder last rebooted the Pi; null for never.</summary>
    public TimeSpan? ModemRebootAt { get; init; }

    /// <summary>What the station perceives in this run.</summary>
    [JsonIgnore]
    public Senses Senses { get; init; } = Senses.None;

    /// <summary>True for this run and for an earlier one that this journal knows (F20; see <see cref="Links.IsAnotherBox"/>).</summary>
    public bool IsOwnBoot(string bootId) => bootId == BootId || EarlierBoots.Contains(bootId);

    /// <summary>The open alert with this id, or null.</summary>
    public Alert? Find(Guid id)
    {
        foreach (var alert in Alerts)
            if (alert.Id == id)
                return alert;
        return null;
    }

    /// <summary>True when an alert waits for somebody to acknowledge it.</summary>
    [JsonIgnore]
    public bool AnyWaits
    {
        get
        {
            foreach (var alert in Alerts)
                if (alert.Waits)
                    return true;
            return false;
        }
    }

    /// <summary>
    /// True when every contact's first level has settled: from then on a press is a press, and not "found active at start". A contact behind a
    /// broken loop is known to be unusable; a cut wire must not keep the service from being ready.
    /// </summary>
    [JsonIgnore]
    public bool ContactsAreKnown
    {
        get
        {
            for (var i = 0; i < Senses.Contacts.Length; i++)
                if (!Senses.Contacts[i].Known && !Senses.Loops[i].IsBroken)
                    return false;
            return true;
        }
    }

    /// <summary>True when nothing runs that a fine clock matters to: no alert, alarm or chime, no contact that is active or bounces, no loop that is broken, no test.</summary>
    public bool IsQuietAt(TimeSpan now)
    {
        var chimes = ChimeSince is { } since && now - since < ChimeFor;
        if (Alerts.Length > 0 || Alarms.Length > 0 || chimes || Senses.SelfTest is not null || Senses.IdentifySince is not null)
            return false;
        foreach (var contact in Senses.Contacts)
            if (!contact.Known || contact.Active || contact.Candidate)
                return false;
        foreach (var loop in Senses.Loops)
            if (!loop.IsQuiet)
                return false;
        return true;
    }

    public bool Stands(ReportEvent alarm, string? detail = null)
    {
        foreach (var standing in Alarms)
            if (standing.Event == alarm && standing.Detail == detail)
                return true;
        return false;
    }

    /// <summary>True when every uplink has been found down by its evidence: the hour of the last path.</summary>
    [JsonIgnore]
    public bool IsCutOff
    {
        get
        {
            foreach (var uplink in Senses.Uplinks)
                if (!Stands(ReportEvent.UplinkLost, uplink.Name))
                    return false;
            return Senses.Uplinks.Length > 0;
        }
    }

    /// <summary>The verdict on one uplink; null when the station has none of that name.</summary>
    public LinkVerdict? VerdictOn(string uplink, StationTiming timing, TimeSpan now)
    {
        foreach (var sense in Senses.Uplinks)
            if (sense.Name == uplink)
                return Links.VerdictOf(sense, timing, now);
        return null;
    }

    /// <summary>The state after one more journal entry.</summary>
    public StationState With(JournalEntry entry)
    {
        var next = entry switch
        {
            JournalEntry.Started e => Restarted(e),
            JournalEntry.DispatchStored e => Stored(e),
            JournalEntry.Reported e => Reported(e),
            JournalEntry.Renumbered e => this with { LastSequence = e.Report.Sequence, Provisional = Provisional.Add(e.Report) },
            JournalEntry.AmendedAfterEnd e => Ended.TryGetValue(e.DispatchId, out var ended)
                ? this with { Ended = Ended.SetItem(e.DispatchId, ended with { Revision = e.Revision }) }
                : this,
            JournalEntry.ReceiptStored e => Receipted(e.UpTo),
            JournalEntry.NumberingAdopted e => this with { LastSequence = e.UpTo, ReceiptedUpTo = e.UpTo, NumberingAgreed = true, Provisional = [] },
            JournalEntry.Silenced => this with { Alerts = [.. Alerts.Select(alert => alert.Waits ? alert with { Silenced = true } : alert)] },
            JournalEntry.Chimed e => this with { ChimeSince = e.At.Monotonic, ChimeFor = e.Duration },
            JournalEntry.Lapsed e => Find(e.DispatchId) is { } alert ? WithEnded(alert, alert.Step, e.At, null, lapsed: true) : this,
            JournalEntry.SmsAccepted e => this with { Sms = Sms.With(e.Counter, e.DispatchId) },
            JournalEntry.TimeMarked => this,
            _ => throw new ArgumentOutOfRangeException(nameof(entry), entry, "an entry without a rule"),
        };
        return next with { LastEntryAt = entry.At.Monotonic };
    }

    /// <summary>Moves every anchor so that time that ran before the restart, and during it as far as known, counts (design: time limits go on).</summary>
    private StationState Restarted(JournalEntry.Started entry)
    {
        var shift = entry.At.Monotonic - entry.Gap - LastEntryAt;
        return this with
        {
            BootId = entry.BootId,
            EarlierBoots = BootId.Length == 0 ? EarlierBoots : Remembered(EarlierBoots, BootId),
            FirstOfRun = LastSequence + 1,
            NumberingAgreed = false,
            Provisional = [],
            Alerts = [.. Alerts.Select(alert => alert.Shifted(shift))],
            Ended = Ended.SetItems(Ended.Select(pair => KeyValuePair.Create(pair.Key, pair.Value with
            {
                ReceivedAt = pair.Value.ReceivedAt + shift,
                EndedAt = pair.Value.EndedAt + shift,
            }))),
            Alarms = [.. Alarms.Select(alarm => alarm with { Since = alarm.Since + shift })],
            Tellings = [.. Tellings.Select(telling => telling with { Since = telling.Since + shift })],
            LastActualAt = LastActualAt + shift,
            ChimeSince = ChimeSince + shift,
            ModemRebootAt = ModemRebootAt + shift,
        };
    }

    private static ImmutableQueue<string> Remembered(ImmutableQueue<string> earlier, string bootId) =>
        (earlier.Count() >= EarlierBootsMax ? earlier.Dequeue() : earlier).Enqueue(bootId);

    /// <summary>A receipt for reports of earlier runs only says nothing about the numbers that this run has given.</summary>
    private StationState Receipted(long upTo)
    {
        var next = this with { ReceiptedUpTo = Math.Max(ReceiptedUpTo, upTo) };
        return upTo < FirstOfRun ? next : next with { NumberingAgreed = true, Provisional = Provisional.RemoveAll(report => report.Sequence <= upTo) };
    }

    private StationState Stored(JournalEntry.DispatchStored entry)
    {
        var dispatch = entry.Dispatch;
        var now = entry.At.Monotonic;
        var lastActual = entry.Sounds && dispatch.Status == DispatchStatus.Actual && !dispatch.IsDiscreet ? now : LastActualAt;
        if (Find(dispatch.DispatchId) is { } known)
        {
            // A change that comes after its own time to live changes the content only: it must not end what still sounds.
            var changed = known with { Dispatch = dispatch, LapsesAt = entry.LapsesAfter > TimeSpan.Zero ? now + entry.LapsesAfter : known.LapsesAt };
            if (entry.Sounds)
                changed = changed with { Step = ReportEvent.Received, SoundsSince = now, SoundingConfirmed = false, Reminded = false, Unacknowledged = false, Silenced = false, RespondedAt = null, AcknowledgedAt = null };
            return this with { Alerts = Alerts.Replace(known, changed), LastActualAt = lastActual };
        }

        var receivedAt = Ended.TryGetValue(dispatch.DispatchId, out var ended) ? ended.ReceivedAt : now;
        var alert = new Alert(dispatch, receivedAt, entry.At.Wall, SoundsSince: now, now + entry.LapsesAfter, ReportEvent.Received);
        return WithoutEnded(dispatch.DispatchId) with { Alerts = Alerts.Add(alert), LastActualAt = lastActual };
    }

    private StationState Reported(JournalEntry.Reported entry)
    {
        var report = entry.Report;
        var next = this with
        {
            LastSequence = report.Sequence,
            Tellings = Repeats.Counted(Tellings, report, entry.At.Monotonic),
            Provisional = Provisional.Count >= ProvisionalMax ? Provisional : Provisional.Add(report),
        };
        if (report.Event == ReportEvent.ModemReset && report.Detail?.StartsWith(nameof(ModemRung.PiReboot), StringComparison.Ordinal) == true)
            next = next with { ModemRebootAt = entry.At.Monotonic };
        if (Troubles.ClearedBy(report.Event) is { } cleared)
            return next with { Alarms = next.Alarms.RemoveAll(alarm => alarm.Event == cleared && alarm.Detail == report.Detail) };
        if (Troubles.IsRaise(report.Event) && !next.Stands(report.Event, report.Detail))
            return next with { Alarms = next.Alarms.Add(new Alarm(report.Event, report.Detail, entry.At.Monotonic)) };
        if (report.DispatchId is not { } id)
            return next;
        if (next.Find(id) is { } alert)
            return next.Stepped(alert, report, entry.At);
        return report.Event == ReportEvent.Cancelled && Ended.TryGetValue(id, out var ended)
            ? next with { Ended = Ended.SetItem(id, ended with { Step = ReportEvent.Cancelled, EndedAt = entry.At.Monotonic, Lapsed = false }) }
            : next;
    }

    private StationState Stepped(Alert alert, Report report, StationTime at) => report.Event switch
    {
        ReportEvent.Received => this,
        ReportEvent.Sounding => WithAlert(alert, alert with { Step = ReportEvent.Sounding, SoundingConfirmed = true }),
        ReportEvent.Reminded => WithAlert(alert, alert with { Reminded = true }),
        ReportEvent.Unacknowledged => WithAlert(alert, alert with { Unacknowledged = true }),
        ReportEvent.Acknowledged => WithAlert(alert, alert with { Step = ReportEvent.Acknowledged, AcknowledgedAt = at.Monotonic }),
        ReportEvent.OnScene or ReportEvent.Transporting or ReportEvent.AtHospital =>
            WithAlert(alert, alert with { Step = report.Event }),
        ReportEvent.Responding => WithAlert(alert, alert with { Step = ReportEvent.Responding, RespondedAt = at.Monotonic }),
        ReportEvent.Completed or ReportEvent.Declined or ReportEvent.Cancelled or ReportEvent.Expired =>
            WithEnded(alert, report.Event, at, report, lapsed: false),
        // Updated, Duplicate, Rejected tell the centre something; they are no step.
        _ => this,
    };

    private StationState WithAlert(Alert old, Alert changed) => this with { Alerts = Alerts.Replace(old, changed) };

    private StationState WithEnded(Alert alert, ReportEvent step, StationTime at, Report? report, bool lapsed)
    {
        var incident = alert.Dispatch.Incident;
        var ended = new EndedAlert(
            alert.Id, step, alert.Dispatch.Revision, alert.Priority, alert.Dispatch.Status, incident?.IncidentId, alert.Category,
            incident?.Location?.Village, alert.Dispatch.IsDiscreet, report?.Reason, report?.Outcome, alert.ReceivedAt, at.Monotonic, lapsed);
        var next = this with
        {
            Alerts = Alerts.Remove(alert),
            Ended = Ended.SetItem(alert.Id, ended),
            EndedOrder = EndedOrder.Enqueue(alert.Id),
        };
        while (next.Ended.Count > EndedMax)
            next = next with { Ended = next.Ended.Remove(next.EndedOrder.Peek()), EndedOrder = next.EndedOrder.Dequeue() };
        return next;
    }

    private StationState WithoutEnded(Guid id) => !Ended.ContainsKey(id) ? this : this with
    {
        Ended = Ended.Remove(id),
        EndedOrder = [.. EndedOrder.Where(other => other != id)],
    };
}
