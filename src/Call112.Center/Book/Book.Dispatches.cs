using System.Globalization;
using Call112.Messages;

namespace Call112.Center.Book;

/// <content>The life of a dispatch: created, changed, cancelled, sent again until answered, judged.</content>
public sealed partial class DispatchBook
{
    /// <summary>Most incident ids that are given in a day: more digits would not fit into 13 characters.</summary>
    private const int IncidentsPerDayMax = 99_999;

    private void Create(CreateDispatch input, CenterTime now)
    {
        var draft = input.Draft;
        var errors = draft.TargetErrors();
        var incidentId = draft.Incident.IncidentId ?? NextIncidentId(now.Wall);
        if (incidentId is null)
            errors.Add(new FieldError("incident.incidentId", $"more than {IncidentsPerDayMax} incidents today: name the incident yourself"));
        if (_dispatches.ContainsKey(input.DispatchId))
            errors.Add(new FieldError("dispatchId", "was used before"));
        var timeToLive = draft.TtlSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : _rules.DefaultTimeToLive;
        var alert = new Dispatch(
            input.DispatchId, MessageType.Alert, draft.Status, now.Wall, now.Wall + timeToLive, 0, draft.Zones, draft.Discreet, draft.Incident.WithId(incidentId ?? "none"));
        errors.AddRange(ContractErrors(alert));
        if (errors.Count > 0)
        {
            Emit(new Answered(new BookAnswer(AnswerKind.Refused, Errors: errors)));
            return;
        }

        NoteIncidentId(incidentId!);
        var entry = new DispatchEntry(alert, timeToLive, [.. (draft.Groups ?? []).Distinct(StringComparer.Ordinal)], now.Monotonic)
        {
            AlertEnd = now.Monotonic + timeToLive,
        };
        Add(entry);
        var warnings = AddTargets(entry, draft, now);
        if (!_connected)
            warnings.Add("the broker cannot be reached: the dispatch is stored and goes out as soon as it can");
        Emit(new StoreDispatch(entry.Row()));
        foreach (var target in entry.Targets.Values)
            Emit(new StoreTarget(target.Row(entry.Id)));
        SendFirst(entry, MessageType.Alert, now.Monotonic);
        JudgeOpen(entry, now.Monotonic);
        Emit(new DispatchChanged(entry.Id));
        Emit(new Answered(new BookAnswer(AnswerKind.Done, entry.Id, incidentId, 0, Warnings: warnings)));
    }

    private void Update(UpdateDispatch input, CenterTime now)
    {
        if (!_dispatches.TryGetValue(input.DispatchId, out var entry))
        {
            Emit(new Answered(BookAnswer.NotFound($"no dispatch {input.DispatchId}")));
            return;
        }

        if (entry.Cancel is not null || (input.ExpectedRevision is { } expected && expected != entry.Alert.Revision))
        {
            Emit(new Answered(BookAnswer.Conflict(entry.Cancel is null ? "the dispatch was changed meanwhile" : "the dispatch is cancelled")));
            return;
        }

        var update = new Dispatch(
            entry.Id, MessageType.Update, entry.Alert.Status, now.Wall, now.Wall + entry.TimeToLive, entry.Alert.Revision + 1, entry.Alert.Zones, entry.Alert.Discreet, input.Incident);
        var errors = ContractErrors(update);
        if (input.Incident.IncidentId != entry.Alert.Incident!.IncidentId)
            errors.Add(new FieldError("incidentId", "an update cannot change it"));
        if (errors.Count > 0)
        {
            Emit(new Answered(new BookAnswer(AnswerKind.Refused, Errors: errors)));
            return;
        }

        var hadUpdate = entry.Update is not null;
        foreach (var target in entry.Targets.Values)
            target.UpdateAnswersDue = hadUpdate && target.ConfirmedRevision < entry.Update!.Revision ? target.UpdateAnswersDue + 1 : 1;
        entry.Alert = entry.Alert with { Revision = update.Revision, Incident = update.Incident };
        (entry.Update, entry.UpdateEnd) = (update, now.Monotonic + entry.TimeToLive);
        Emit(new StoreDispatch(entry.Row()));
        SendFirst(entry, MessageType.Update, now.Monotonic);
        JudgeOpen(entry, now.Monotonic);
        Emit(new DispatchChanged(entry.Id));
        Emit(new Answered(new BookAnswer(AnswerKind.Done, entry.Id, update.Incident!.IncidentId, update.Revision)));
    }

    private void Cancel(CancelDispatch input, CenterTime now)
    {
        if (!_dispatches.TryGetValue(input.DispatchId, out var entry))
        {
            Emit(new Answered(BookAnswer.NotFound($"no dispatch {input.DispatchId}")));
            return;
        }

        if (entry.Cancel is null)
        {
            // With the incident: a station that never had the alert can show what was called off, and a discreet one stays discreet.
            entry.Cancel = new Dispatch(
                entry.Id, MessageType.Cancel, entry.Alert.Status, now.Wall, now.Wall + entry.TimeToLive, entry.Alert.Revision, entry.Alert.Zones, entry.Alert.Discreet, entry.Alert.Incident);
            entry.CancelEnd = now.Monotonic + entry.TimeToLive;
            entry.GroupsUnsent.Clear();
            SendFirst(entry, MessageType.Cancel, now.Monotonic);
            Emit(new StoreDispatch(entry.Row()));
            JudgeOpen(entry, now.Monotonic);
            Emit(new DispatchChanged(entry.Id));
        }

        Emit(new Answered(new BookAnswer(AnswerKind.Done, entry.Id, entry.Alert.Incident!.IncidentId, entry.Alert.Revision)));
    }

    private void Take(GroupPublished published)
    {
        if (!_dispatches.TryGetValue(published.DispatchId, out var entry) || !entry.GroupsUnsent.Remove((published.Group, published.MessageType)))
            return;
        Emit(new StoreDispatch(entry.Row()));
    }

    /// <summary>A message of the book for the first time: once to each group, and to each station that no group brings it to.</summary>
    private void SendFirst(DispatchEntry entry, MessageType type, TimeSpan now)
    {
        // An update is only for stations that have the alert; the others get the new content with the alert itself.
        var byGroup = type is not MessageType.Update;
        if (byGroup)
        {
            foreach (var group in entry.Groups)
                entry.GroupsUnsent.Add((group, type));
            SendGroups(entry, now);
        }

        foreach (var target in entry.Targets.Values)
        {
            if (byGroup && target.Group is not null)
                (target.Sends, target.LastSend, target.LastSent) = (_connected ? 1 : 0, _connected ? now : TimeSpan.MinValue, type);
            else if (target.Outstanding(entry, now) is { } message)
            {
                target.Sends = 0;
                Send(entry, target, message, now);
            }

            Visit(entry, target, now);
        }
    }

    private void SendGroups(DispatchEntry entry, TimeSpan now)
    {
        foreach (var (group, type) in entry.GroupsUnsent)
            if (_connected && entry.MessageOf(type) is { } message && now < entry.EndOf(type))
                Emit(new PublishDispatch(Topics.GroupDispatch(group), message, entry.EndOf(type) - now, group));
        // Looked at again until the broker has taken it; at the end of its life a dispatch without any known station closes.
        ScheduleGroups(entry, entry.GroupsUnsent.Count > 0 && now + _rules.ResendAfter < entry.AlertEnd ? now + _rules.ResendAfter : entry.AlertEnd);
    }

    private void Send(DispatchEntry entry, Target target, Dispatch message, TimeSpan now)
    {
        if (!_connected)
            return;
        Emit(new PublishDispatch(Topics.Dispatch(target.StationId), message, entry.EndOf(message.MessageType) - now));
        (target.LastSend, target.LastSent) = (now, message.MessageType);
        target.Sends++;
        if (message.MessageType == MessageType.Update)
            target.UpdateSent = true;
    }

    /// <summary>Does what is due for one station of a dispatch, and plans the next look.</summary>
    private void Visit(DispatchEntry entry, Target target, TimeSpan now)
    {
        var changed = Judge(entry, target, now);
        var station = Station(target.StationId);
        var outstanding = target.Outstanding(entry, now);
        var held = !_connected || station is { IsAway: true };
        if (outstanding is not null && !held && (outstanding.MessageType != target.LastSent || now >= target.LastSend + _rules.ResendAfter))
        {
            Send(entry, target, outstanding, now);
            changed = true;
        }

        changed |= SendSmsIfDue(entry, target, now);
        Note(entry, target, station, now);
        if (changed)
            Emit(new DispatchChanged(entry.Id));
        if (NextVisit(entry, target, outstanding, held, now) is { } next)
            Schedule(entry, target, next);
        else
            target.NextVisit = TimeSpan.MinValue;
    }

    /// <summary>Keeps what is still expected, on both sides. Whatever can end a target is a report or a moment at which it is visited.</summary>
    private static void Note(DispatchEntry entry, Target target, StationEntry? station, TimeSpan now)
    {
        if (target.IsDone(entry, now))
        {
            station?.Open.Remove(entry);
            entry.Waiting.Remove(target);
        }
        else
        {
            station?.Open.Add(entry);
            entry.Waiting.Add(target);
        }
    }

    private TimeSpan? NextVisit(DispatchEntry entry, Target target, Dispatch? outstanding, bool held, TimeSpan now)
    {
        TimeSpan? next = null;
        void Consider(TimeSpan at)
        {
            if (at > now && (next is null || at < next))
                next = at;
        }

        if (outstanding is not null)
        {
            Consider(entry.EndOf(outstanding.MessageType));
            // While the station is away its broker queue holds the first copy, and its first word brings the next look.
            if (!held)
                Consider(target.LastSend + _rules.ResendAfter);
        }

        if (entry.Cancel is null && !target.AlertEnded)
        {
            Consider(target.SentAt + _rules.NotReceivedAfter);
            if (SmsDue(entry, target, now) is { } sms)
                Consider(sms);
            Consider(AcknowledgedBy(entry, target));
            Consider(entry.SentAt + _rules.OpenLimit);
        }

        return next;
    }

    /// <summary>Judges one station against the clock. True when that changed what a dispatcher sees.</summary>
    private bool Judge(DispatchEntry entry, Target target, TimeSpan now)
    {
        var before = (target.NotReceived, target.NotAcknowledged, target.TimedOut);
        var answered = target.Answered;
        target.TimedOut = !answered && now >= entry.AlertEnd;
        if (entry.Cancel is null)
        {
            target.NotReceived = !answered && now >= target.SentAt + _rules.NotReceivedAfter;
            // A test asks for no press.
            target.NotAcknowledged = entry.Alert.Status != DispatchStatus.Test && !target.Acknowledged && !target.Ladder.Ended
                && now >= AcknowledgedBy(entry, target);
        }

        return before != (target.NotReceived, target.NotAcknowledged, target.TimedOut);
    }

    private void JudgeOpen(DispatchEntry entry, TimeSpan now)
    {
        var over = now >= entry.SentAt + _rules.OpenLimit && now >= entry.CancelEnd;
        var done = entry.Waiting.Count == 0 && (entry.Targets.Count > 0 || now >= entry.AlertEnd);
        entry.Closed = over || done;
        if (entry.Closed)
            _open.Remove(entry);
        else
            _open.Add(entry);
        if (over)
            foreach (var target in entry.Targets.Values)
                Station(target.StationId)?.Open.Remove(entry);
    }

    /// <summary>Until when somebody should have pressed: the time runs anew when an update sounds again.</summary>
    private TimeSpan AcknowledgedBy(DispatchEntry entry, Target target) =>
        (target.Ladder.SoundsAgain && entry.Update is not null ? entry.UpdateEnd - entry.TimeToLive : target.SentAt) + NotAcknowledgedAfter(entry);

    private TimeSpan NotAcknowledgedAfter(DispatchEntry entry) =>
        entry.Alert.Incident!.Category == Category.Fire ? _rules.NotAcknowledgedFireAfter : _rules.NotAcknowledgedAfter;

    private void Add(DispatchEntry entry)
    {
        _dispatches[entry.Id] = entry;
        _open.Add(entry);
        _age.Enqueue(entry.Id);
        while (_age.Count > _rules.DispatchesKept && _dispatches.TryGetValue(_age.Peek(), out var oldest) && oldest.Closed)
            _dispatches.Remove(_age.Dequeue());
    }

    private List<string> AddTargets(DispatchEntry entry, DispatchDraft draft, CenterTime now)
    {
        var warnings = new List<string>();
        foreach (var group in entry.Groups)
        {
            var members = _stations.Values.Where(station => station.IsMember(group)).ToList();
            if (members.Count == 0)
                warnings.Add($"group '{group}' has no station that was ever seen");
            foreach (var member in members)
                AddTarget(entry, member.StationId, group, now);
        }

        foreach (var stationId in draft.StationIds ?? [])
        {
            if (Station(stationId) is { Status: null, Registration: null, LastSeenAt: null })
                warnings.Add($"station '{stationId}' was never seen");
            AddTarget(entry, stationId, null, now);
        }

        return warnings;
    }

    private Target AddTarget(DispatchEntry entry, string stationId, string? group, CenterTime now)
    {
        if (entry.Targets.TryGetValue(stationId, out var known))
            return known;
        var target = new Target(stationId, group, now.Monotonic, now.Wall, new Ladder(_rules.StepsKept)) { UpdateAnswersDue = 1, LastSend = TimeSpan.MinValue };
        Station(stationId)?.Open.Add(entry);
        entry.Waiting.Add(target);
        return entry.Targets[stationId] = target;
    }

    /// <summary>The contract's own reader judges what the book is about to send: what it would refuse is never sent.</summary>
    private static List<FieldError> ContractErrors(Dispatch message) => [.. MessageReader.ReadDispatch(MessageWriter.Write(message)).Errors];

    private string? NextIncidentId(DateTimeOffset now)
    {
        var day = (now + _rules.DayOffset).UtcDateTime.ToString("yyMMdd", CultureInfo.InvariantCulture);
        if (day != _day)
            (_day, _dayCount) = (day, 0);
        return _dayCount < IncidentsPerDayMax ? string.Create(CultureInfo.InvariantCulture, $"K{day}-{_dayCount + 1:000}") : null;
    }

    /// <summary>An id of our own pattern is not given again, whoever chose it.</summary>
    private void NoteIncidentId(string id)
    {
        if (id.Length < 11 || id[0] != 'K' || id[7] != '-' || !int.TryParse(id.AsSpan(8), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            return;
        var day = id[1..7];
        if (string.CompareOrdinal(day, _day) > 0 && _day.Length == 0)
            (_day, _dayCount) = (day, count);
        else if (day == _day)
            _dayCount = Math.Max(_dayCount, count);
    }
}
