using Call112.Center.Acceptance;
using Call112.Messages;

namespace Call112.Center.Book;

/// <content>What stations say, and what time does to them: reports and receipts, births and heartbeats, verdicts, gaps.</content>
public sealed partial class DispatchBook
{
    private void Take(Report report, CenterTime now)
    {
        if (Station(report.StationId) is not { } station)
            return;
        var returned = station.SignOfLife(now);
        var (verdict, conflict) = station.Log.Accept(report, station.OldestKept, now.Monotonic);
        if (verdict == ReportVerdict.SecondCopy)
        {
            // It came again, so the station has not seen the receipt for it.
            station.ReceiptMissed |= report.Sequence <= station.Log.UpTo;
        }
        else
        {
            if (verdict == ReportVerdict.Conflict)
                Emit(new Noted(true, $"{report.StationId} used report number {report.Sequence} again, for {report.Event}: stored as conflict {conflict}"));
            var row = new ReportRow(report, conflict, conflict == 0 ? report.Sequence : station.Log.Highest, now.Wall);
            Emit(new StoreReport(row));
            station.Dirty = true;
            station.ReportsSinceReceipt++;
            station.ReceiptMissed |= verdict == ReportVerdict.Conflict;
            if (report.DispatchId is { } dispatchId)
                TakeStep(station, dispatchId, row, now);
            else
                station.Take(report, now.Wall);
        }

        if (returned)
            Wake(station, now.Monotonic);
        EmitReceipt(station, now.Monotonic);
        Changed(station);
    }

    /// <summary>
    /// Only the station itself says what it does not have any more, by what its heartbeat counts. What comes in which order proves nothing: a
    /// broker loses and delays (F1, F14), and a receipt over a report that was only late would let the station throw it away.
    /// </summary>
    private void WriteOff(StationEntry station, long to, long beyond)
    {
        // What lies beyond the newest number that the station has ever given, it has lost with its journal.
        var lost = station.Log.WriteOff(to) + station.Log.WriteOffBeyond(beyond);
        if (lost == 0)
            return;
        station.Dirty = true;
        Emit(new Noted(true, $"{station.StationId} does not have {lost} report(s) up to {to} or beyond {beyond} any more: given up as lost"));
    }

    private void TakeStep(StationEntry station, Guid dispatchId, ReportRow row, CenterTime now)
    {
        if (!_dispatches.TryGetValue(dispatchId, out var entry))
        {
            ReportsWithoutDispatch++;
            Emit(new Noted(true, $"{row.Report.StationId} reports {row.Report.Event} of dispatch {dispatchId}, which is not in the book: stored"));
            return;
        }

        // A station that nobody knew to be in the group heard the group's message.
        var isNew = !entry.Targets.ContainsKey(station.StationId);
        var target = AddTarget(entry, station.StationId, isNew && entry.Groups.Count > 0 ? entry.Groups[0] : null, now);
        target.Ladder.Add(row);
        if (Confirm(entry, target, row.Report) || isNew)
            Emit(new StoreTarget(target.Row(entry.Id)));
        Visit(entry, target, now.Monotonic);
        JudgeOpen(entry, now.Monotonic);
        Emit(new DispatchChanged(entry.Id));
    }

    /// <summary>Takes a report as the answer to an update or cancel, if it is one. True when something was confirmed.</summary>
    private static bool Confirm(DispatchEntry entry, Target target, Report report)
    {
        // "Duplicate" of a late copy of the alert, while the alert still stands, is no answer to a cancel: the siren may be on.
        if (entry.Cancel is not null)
            return !target.CancelConfirmed && (target.CancelConfirmed = report.Event == ReportEvent.Cancelled
                || (report.Event == ReportEvent.Duplicate && !(Enum.TryParse<ReportEvent>(report.Detail, out var step) && Ladder.IsStanding(step))));
        if (entry.Update is not { } update || target.ConfirmedRevision >= update.Revision || !target.UpdateSent
            || report.Event is not (ReportEvent.Updated or ReportEvent.Duplicate))
            return false;
        if (--target.UpdateAnswersDue > 0)
            return false;
        target.ConfirmedRevision = update.Revision;
        return true;
    }

    private void Take(StatusReceived received, CenterTime now)
    {
        var status = received.Status;
        if (Station(status.StationId) is not { } station)
            return;
        var isNew = station.Status is null;
        var returned = !received.Retained && status.Online && station.SignOfLife(now);
        var reborn = station.Take(status, received.Retained, now);
        if (status.Online && (reborn || isNew))
            Born(station, now);
        else if (returned)
            Wake(station, now.Monotonic);
        AnswerLostJournal(station, status.LastSequence, now.Monotonic);
        Changed(station);
    }

    private void Take(Heartbeat beat, CenterTime now)
    {
        if (Station(beat.StationId) is not { } station)
            return;
        var before = Shown(station);
        var returned = station.SignOfLife(now);
        var wasCloned = station.ClonedIdentity;
        var reborn = station.Take(beat, now);
        if (station.ClonedIdentity && !wasCloned)
            Emit(new Noted(true, $"{beat.StationId}: two boxes speak under this identity, boots {beat.BootId} and another: a copied card"));
        if (reborn)
            Born(station, now);
        else if (returned)
            Wake(station, now.Monotonic);
        if (station.OldestKept is { } oldest)
        {
            WriteOff(station, oldest - 1, beat.LastSequence);
            // What the station still keeps is stored here: it has missed a receipt.
            if (beat.Unreceipted > 0 && station.Log.UpTo >= oldest && now.Monotonic >= station.LastReceipt + _rules.ReceiptRepeat)
                station.ReceiptMissed = true;
        }

        AnswerLostJournal(station, beat.LastSequence, now.Monotonic);
        if (station.Dirty || before != Shown(station))
            Changed(station);
    }

    private void Take(Telemetry telemetry, CenterTime now)
    {
        if (Station(telemetry.StationId) is not { } station)
            return;
        var returned = station.SignOfLife(now);
        station.Take(telemetry);
        if (returned)
            Wake(station, now.Monotonic);
        Changed(station);
    }

    /// <summary>
    /// The newest one counts, and the same one, which comes at each birth, changes nothing. Only one that nobody can stand for does not replace one
    /// that the city's authority vouches for.
    /// </summary>
    private void Take(AcceptanceReceived received)
    {
        var (row, shown) = (received.Row, received.Row.Shown);
        if (Station(row.StationId) is not { } station)
            return;
        var present = station.Acceptance;
        if (present?.EnvelopeSha256 == row.EnvelopeSha256 && present.Shown.Signature == shown.Signature)
            return;
        if (shown.Problem is { } problem)
            Emit(new Noted(true, $"{row.StationId}: the signature of its acceptance by {shown.Technician}: {problem}"));
        if (shown.Signature == AcceptanceSignature.Invalid && present?.Shown.Signature == AcceptanceSignature.Valid)
            return;
        station.Acceptance = row;
        Emit(new StoreAcceptance(row, received.Envelope));
        Changed(station);
    }

    /// <summary>A station whose numbering is behind ours has lost its journal: the receipt tells it where to go on.</summary>
    private void AnswerLostJournal(StationEntry station, long? lastSequence, TimeSpan now)
    {
        if (lastSequence < station.Log.UpTo && now >= station.LastReceipt + _rules.ReceiptRepeat)
            station.ReceiptMissed = true;
        EmitReceipt(station, now);
    }

    /// <summary>A new run of a station's service: it may have lost everything, so it gets every live dispatch again.</summary>
    private void Born(StationEntry station, CenterTime now)
    {
        foreach (var entry in _open.Where(entry => entry.Groups.Count > 0 && !entry.Targets.ContainsKey(station.StationId)).ToList())
            if (entry.Groups.FirstOrDefault(station.IsMember) is { } group && entry.Cancel is null && now.Monotonic < entry.AlertEnd)
                Emit(new StoreTarget(AddTarget(entry, station.StationId, group, now).Row(entry.Id)));
        foreach (var entry in station.Open.ToList())
        {
            if (!entry.Targets.TryGetValue(station.StationId, out var target))
                continue;
            if (target.Outstanding(entry, now.Monotonic) is { MessageType: not MessageType.Update } waiting)
                Send(entry, target, waiting, now.Monotonic);
            else if (entry.Cancel is null && !target.AlertEnded && now.Monotonic < entry.AlertEnd)
                Send(entry, target, entry.Alert, now.Monotonic);
            Visit(entry, target, now.Monotonic);
            JudgeOpen(entry, now.Monotonic);
            Emit(new DispatchChanged(entry.Id));
        }
    }

    /// <summary>A station that was away speaks again: what waits for it is looked at now.</summary>
    private void Wake(StationEntry station, TimeSpan now)
    {
        foreach (var entry in station.Open.ToList())
            if (entry.Targets.TryGetValue(station.StationId, out var target))
                Visit(entry, target, now);
    }

    private void Take(BrokerLink link, CenterTime now)
    {
        _connected = link.Connected;
        if (!_connected)
            return;
        foreach (var entry in _open.ToList())
        {
            if (entry.GroupsUnsent.Count > 0)
                SendGroups(entry, now.Monotonic);
            foreach (var target in entry.Targets.Values)
            {
                // Whatever was on its way may have died with the old connection.
                target.LastSend = TimeSpan.MinValue;
                Visit(entry, target, now.Monotonic);
            }
        }
    }

    private void Command(RequestCommand request, CenterTime now)
    {
        if (!_stations.ContainsKey(request.StationId))
            Emit(new Answered(BookAnswer.NotFound($"no station '{request.StationId}'")));
        else if (request.Command == CommandKind.RenewCertificate && _rules.RenewBefore is null)
            Emit(new Answered(new BookAnswer(
                AnswerKind.Refused, Errors: [new FieldError("command", "the centre issues no certificates: it was started without --identities")])));
        else if (!_connected)
            Emit(new Answered(new BookAnswer(AnswerKind.Unavailable, Errors: [new FieldError("", "the broker cannot be reached")])));
        else
        {
            var command = new StationCommand(request.Command, request.CommandId, now.Wall, request.Update);
            Emit(new PublishCommand(request.StationId, command, _rules.CommandTimeToLive));
            Emit(new Answered(new BookAnswer(AnswerKind.Done)));
        }
    }

    private void Pass(Tick tick, CenterTime now)
    {
        while (_due.TryPeek(out var due, out var at) && at <= now.Monotonic)
        {
            _due.Dequeue();
            if (due.Target is null ? due.Entry.GroupsDue != at : due.Target.NextVisit != at)
                continue;
            if (due.Target is not null)
                Visit(due.Entry, due.Target, now.Monotonic);
            else if (due.Entry.GroupsUnsent.Count > 0 && now.Monotonic < due.Entry.AlertEnd)
                SendGroups(due.Entry, now.Monotonic);
            JudgeOpen(due.Entry, now.Monotonic);
        }

        foreach (var station in _stations.Values)
            Watch(station, tick, now);
        if (_connected && now.Monotonic >= _lastHeartbeat + _rules.HeartbeatEvery)
        {
            _lastHeartbeat = now.Monotonic;
            Emit(new PublishHeartbeat(now.Wall, ++_heartbeats));
        }
    }

    private void Watch(StationEntry station, Tick tick, CenterTime now)
    {
        var changed = station.Judge(now.Monotonic);
        if (station.Log.CountGaps(_rules.GapCountedAfter, now.Monotonic))
        {
            changed = station.Dirty = true;
            Emit(new Noted(true, $"{station.StationId}: {station.Log.MissingCount} report(s) are missing for {_rules.GapCountedAfter.TotalSeconds:0} s"));
        }

        EmitReceipt(station, now.Monotonic);
        var asks = station.Log.HasHoles || (station.TailMissing && now.Monotonic >= station.Log.NamedAt + _rules.TailGrace);
        if (asks && _connected && station.Verdict == StationVerdict.Up && now.Monotonic >= station.LastReportNow + _rules.ReportNowSpacing)
        {
            station.LastReportNow = now.Monotonic;
            Emit(new PublishCommand(station.StationId, new StationCommand(CommandKind.ReportNow, tick.CommandId, now.Wall), _rules.CommandTimeToLive));
        }

        else if (IsRenewalDue(station, now))
        {
            station.LastRenewal = _lastRenewal = now.Monotonic;
            var command = new StationCommand(CommandKind.RenewCertificate, tick.CommandId, now.Wall);
            Emit(new Noted(false, $"{station.StationId}: certificate until {station.Status?.CertificateUntil:yyyy-MM-dd}: asked to renew it"));
            Emit(new PublishCommand(station.StationId, command, _rules.CommandTimeToLive));
        }

        if (changed)
            Changed(station);
    }

    private bool IsRenewalDue(StationEntry station, CenterTime now) =>
        _rules.RenewBefore is { } before && _connected && station.Verdict == StationVerdict.Up
        && station.Status?.CertificateUntil is { } until && until - now.Wall < before
        && now.Monotonic >= station.LastRenewal + _rules.RenewalSpacing && now.Monotonic >= _lastRenewal + _rules.RenewalsApart;

    /// <summary>Sends the receipt that is due: at once if the last one is old enough or a batch is full, otherwise the next tick looks again.</summary>
    private void EmitReceipt(StationEntry station, TimeSpan now)
    {
        if (!_connected || station.Log.UpTo is not { } upTo || (upTo <= station.LastReceiptUpTo && !station.ReceiptMissed))
            return;
        if (station.ReportsSinceReceipt < _rules.ReceiptBatch && now < station.LastReceipt + _rules.ReceiptSpacing)
            return;
        (station.LastReceipt, station.LastReceiptUpTo, station.ReceiptMissed, station.ReportsSinceReceipt) = (now, upTo, false, 0);
        Emit(new PublishReceipt(station.StationId, new Receipt(upTo)));
    }

    private static (StationVerdict, string?, int, long, bool, bool, string) Shown(StationEntry station) =>
        (station.Verdict, station.BootId, station.Unreceipted, station.Log.Named, station.Metered, station.ClonedIdentity, station.Uplinks.Shown);
}
