using Call112.Messages;

namespace Call112.Center.Book;

/// <content>The last path (decision 0018): when no line brings an answer, the alert goes out by SMS, and the answer comes back the same
/// way.</content>
public sealed partial class DispatchBook
{
    private DateTimeOffset _wall;
    private long _smsCounter;

    /// <summary>When the alert is due by SMS for this station; null when it is not, or not any more.</summary>
    private TimeSpan? SmsDue(DispatchEntry entry, Target target, TimeSpan now)
    {
        if (entry.Cancel is not null || target.Answered || now >= entry.AlertEnd || target.SmsSends >= BookRules.SmsMax || !_rules.SmsStations.Contains(target.StationId))
            return null;
        return target.SmsSends == 0 ? target.SentAt + _rules.SmsAfter : target.LastSms + _rules.SmsRepeatAfter;
    }

    private bool SendSmsIfDue(DispatchEntry entry, Target target, TimeSpan now)
    {
        if (SmsDue(entry, target, now) is not { } due || now < due)
            return false;
        // At least the time in seconds, so that a text tells when it was sent; never twice, also not when the clock was set back.
        _smsCounter = Math.Max(_smsCounter + 1, _wall.ToUnixTimeSeconds());
        (target.SmsSends, target.SmsCounter, target.LastSms, target.LastSmsWall) = (target.SmsSends + 1, _smsCounter, now, _wall);
        Emit(new StoreTarget(target.Row(entry.Id)));
        Emit(new SendSms(target.StationId, entry.Alert, _smsCounter));
        return true;
    }

    private void Take(SmsAnswered answer, CenterTime now)
    {
        if (!_dispatches.TryGetValue(answer.DispatchId, out var entry) || !entry.Targets.TryGetValue(answer.StationId, out var target))
        {
            Emit(new Answered(BookAnswer.NotFound($"no dispatch {answer.DispatchId} to {answer.StationId}")));
            return;
        }

        // Received after Acknowledged was only slower on its way; a copy changes nothing.
        if (target.SmsStep is null || answer.Step == ReportEvent.Acknowledged)
            target.SmsStep = answer.Step;
        Emit(new StoreTarget(target.Row(entry.Id)));
        Visit(entry, target, now.Monotonic);
        JudgeOpen(entry, now.Monotonic);
        Emit(new DispatchChanged(entry.Id));
        Emit(new Answered(new BookAnswer(AnswerKind.Done, entry.Id, entry.Alert.Incident!.IncidentId, entry.Alert.Revision)));
    }
}
