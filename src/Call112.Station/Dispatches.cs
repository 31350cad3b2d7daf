using Call112.Messages;

namespace Call112.Station;

/// <summary>Alert, Update, Cancel, and what time does to an alert (design, behaviour table).</summary>
internal static class Dispatches
{
    /// <summary>Longest time to live that is believed, whatever the message says.</summary>
    private static readonly TimeSpan s_longestLife = TimeSpan.FromDays(7);

    public static void Arrive(Decision decision, Dispatch dispatch)
    {
        var id = dispatch.DispatchId;
        if (dispatch.MessageType == MessageType.Cancel)
            Cancel(decision, dispatch);
        else if (decision.State.Find(id) is { } open)
            Amend(decision, dispatch, open);
        else if (decision.State.Ended.TryGetValue(id, out var ended))
            Revive(decision, dispatch, ended);
        else
            // An Update whose Alert never came is the first the crew hears of it: it sounds.
            Begin(decision, dispatch);
    }

    public static void PassTime(Decision decision)
    {
        var now = decision.Now.Monotonic;
        foreach (var alert in decision.State.Alerts)
        {
            if (alert.Waits && now >= alert.LapsesAt)
                decision.Record(new JournalEntry.Lapsed(decision.Now, alert.Id));
            else if (alert.Waits)
                Remind(decision, alert);
            // A drill or a test that somebody has acknowledged is over when it expires; a real task stays for its crew.
            else if (now - (alert.AcknowledgedAt ?? alert.SoundsSince) >= decision.Timing.TaskLimit || (alert.Dispatch.Status != DispatchStatus.Actual && now >= alert.LapsesAt))
                decision.Record(new JournalEntry.Lapsed(decision.Now, alert.Id));
        }
    }

    private static void Remind(Decision decision, Alert alert)
    {
        if (alert.Dispatch.Status == DispatchStatus.Test)
            return;
        var waited = decision.Now.Monotonic - alert.SoundsSince;
        if (!alert.Reminded && waited >= decision.Timing.RemindAfter)
            decision.Report(ReportEvent.Reminded, alert: alert);
        if (!alert.Unacknowledged && waited >= decision.Timing.UnacknowledgedAfterOf(alert.Category))
            decision.Report(ReportEvent.Unacknowledged, alert: alert);
    }

    private static void Begin(Decision decision, Dispatch dispatch)
    {
        if (HasExpired(dispatch, decision.Now))
        {
            var expired = Store(decision, dispatch, sounds: false);
            decision.Report(ReportEvent.Expired, alert: expired);
            return;
        }

        var onDuty = decision.Options.IsOnDuty(decision.Now);
        if (onDuty)
            MakeRoom(decision);
        var alert = Store(decision, dispatch, sounds: onDuty);
        decision.Report(ReportEvent.Received, alert: alert);
        if (!onDuty)
            DeclineOutOfHours(decision, alert);
    }

    /// <summary>The same dispatch again, while it is open.</summary>
    private static void Amend(Decision decision, Dispatch dispatch, Alert open)
    {
        if (dispatch.Revision <= open.Dispatch.Revision)
        {
            Duplicate(decision, open.Id, open.Dispatch.Incident?.IncidentId, open.ReceivedAt, open.Step);
            return;
        }

        dispatch = Discreetly(dispatch, open.Dispatch.IsDiscreet);
        var sounds = Rises(dispatch, open.Priority, open.Dispatch.Status)
            && !HasExpired(dispatch, decision.Now)
            && decision.Options.IsOnDuty(decision.Now);
        var alert = Store(decision, dispatch, sounds);
        decision.Report(ReportEvent.Updated, alert: alert, detail: alert.Step.ToString());
        Chime(decision, dispatch);
    }

    /// <summary>The same dispatch again, after it ended at this station.</summary>
    private static void Revive(Decision decision, Dispatch dispatch, EndedAlert ended)
    {
        var elapsed = decision.Now.Monotonic - ended.ReceivedAt;
        var isNew = dispatch.Revision > ended.Revision;
        // A cancelled dispatch stays cancelled, and no copy sounds: what decides is the state, never the arrival of a message (F6).
        if (!isNew || ended.Step == ReportEvent.Cancelled || HasExpired(dispatch, decision.Now))
        {
            Duplicate(decision, ended);
            return;
        }

        dispatch = Discreetly(dispatch, ended.Discreet);
        // What left while nobody had acknowledged it is as new as what never sounded.
        var unheard = ended.Step is ReportEvent.Expired or ReportEvent.Received or ReportEvent.Sounding;
        var sounds = unheard || ended.Step == ReportEvent.Completed || Rises(dispatch, ended.Priority, ended.Status);
        if (!sounds)
        {
            // Declined, or left long ago: the crew need not hear of it again, the centre must know that the change has arrived.
            decision.Record(new JournalEntry.AmendedAfterEnd(decision.Now, ended.Id, dispatch.Revision));
            decision.Report(ReportEvent.Updated, ReportSource.Automatic, ended.Id, ended.IncidentId, elapsed, detail: ended.Step.ToString());
            return;
        }

        var onDuty = decision.Options.IsOnDuty(decision.Now);
        if (onDuty)
            MakeRoom(decision);
        var alert = Store(decision, dispatch, sounds: onDuty);
        decision.Report(ReportEvent.Updated, alert: alert, detail: alert.Step.ToString());
        if (onDuty)
            Chime(decision, dispatch);
        else
            DeclineOutOfHours(decision, alert);
    }

    private static void Cancel(Decision decision, Dispatch cancel)
    {
        var id = cancel.DispatchId;
        if (decision.State.Find(id) is { } open)
        {
            decision.Report(ReportEvent.Cancelled, alert: open);
            Chime(decision, open.Dispatch);
            return;
        }

        if (decision.State.Ended.TryGetValue(id, out var ended))
        {
            var isOver = ended.Step is ReportEvent.Cancelled or ReportEvent.Completed;
            // Completed stays what it was, but no Update that was overtaken by this Cancel may sound any more.
            if (ended.Step == ReportEvent.Completed && ended.Revision < Dispatch.RevisionMax)
                decision.Record(new JournalEntry.AmendedAfterEnd(decision.Now, id, Dispatch.RevisionMax));
            // Declined, expired or lapsed: becomes cancelled without a sound.
            if (isOver)
                Duplicate(decision, ended);
            else
                decision.Report(ReportEvent.Cancelled, ReportSource.Automatic, id, ended.IncidentId, decision.Now.Monotonic - ended.ReceivedAt);
            return;
        }

        // Unknown: remembered, so that a late Alert never sounds.
        var remembered = Store(decision, cancel, sounds: false);
        decision.Report(ReportEvent.Cancelled, alert: remembered);
    }

    private static Alert Store(Decision decision, Dispatch dispatch, bool sounds)
    {
        decision.Record(new JournalEntry.DispatchStored(decision.Now, dispatch, LifeOf(dispatch, decision.Now, decision.Timing.SirenLimit), sounds));
        return decision.State.Find(dispatch.DispatchId)!;
    }

    private static void DeclineOutOfHours(Decision decision, Alert alert)
    {
        decision.Report(ReportEvent.Declined, alert: alert, reason: nameof(DeclineReason.OutOfHours));
        if (Annunciation.IsAudible(alert, decision.Options))
            decision.Record(new JournalEntry.Chimed(decision.Now, decision.Timing.OutOfHoursChime));
    }

    private static void Chime(Decision decision, Dispatch about)
    {
        if (about.Status != DispatchStatus.Test && !about.IsDiscreet && decision.Options.Style != AnnunciationStyle.Light)
            decision.Record(new JournalEntry.Chimed(decision.Now, decision.Timing.Chime));
    }

    /// <summary>Keeps the open list within its limit: the oldest task goes first, a waiting alert only when nothing else is left.</summary>
    private static void MakeRoom(Decision decision)
    {
        var alerts = decision.State.Alerts;
        if (alerts.Length < StationState.OpenMax)
            return;
        var oldest = alerts.FirstOrDefault(alert => !alert.Waits) ?? alerts[0];
        decision.Record(new JournalEntry.Lapsed(decision.Now, oldest.Id));
    }

    /// <summary>More urgent than before: a higher priority, or no longer only a drill or a test.</summary>
    private static bool Rises(Dispatch dispatch, int priority, DispatchStatus status) =>
        dispatch.Status < status || (dispatch.Status == status && (dispatch.Incident?.Priority ?? Incident.DefaultPriority) < priority);

    /// <summary>Nothing counts as expired while nobody knows the time (F4); the broker's message expiry still protects.</summary>
    private static bool HasExpired(Dispatch dispatch, StationTime now) => now.Clock == ClockState.Synchronized && now.Wall >= dispatch.ExpiresAt;

    private static TimeSpan LifeOf(Dispatch dispatch, StationTime now, TimeSpan lifeWithoutClock)
    {
        var life = dispatch.ExpiresAt - (now.Clock == ClockState.Synchronized ? now.Wall : dispatch.SentAt);
        if (life > s_longestLife)
            return s_longestLife;
        if (life > TimeSpan.Zero)
            return life;
        // Expired by a clock that is right: no life is left. By the message alone, whose times contradict each other: nothing counts as expired.
        return now.Clock == ClockState.Synchronized ? TimeSpan.Zero : lifeWithoutClock;
    }

    /// <summary>Once discreet, always discreet: a change that forgets the word must not betray whom it protected, nor start a siren.</summary>
    private static Dispatch Discreetly(Dispatch dispatch, bool wasDiscreet) => wasDiscreet && !dispatch.IsDiscreet ? dispatch with { Discreet = true } : dispatch;

    private static void Duplicate(Decision decision, EndedAlert ended) =>
        Duplicate(decision, ended.Id, ended.IncidentId, ended.ReceivedAt, ended.Step);

    private static void Duplicate(Decision decision, Guid id, string? incidentId, TimeSpan receivedAt, ReportEvent step) => Repeats.Tell(
        decision,
        ReportEvent.Duplicate,
        new Telltale(ReportSource.Automatic, id, incidentId, decision.Now.Monotonic - receivedAt, Detail: step.ToString()));
}
