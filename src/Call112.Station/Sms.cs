using Call112.Messages;

namespace Call112.Station;

/// <summary>The last path: a dispatch that came by SMS, whose seal the gateway has found true (decision 0018). From here on it is one as any
/// other.</summary>
internal static class Sms
{
    /// <summary>The reason of a text that was accepted before, or is older than the window.</summary>
    public const string ReplayedReason = "sms: replayed";

    public static void Arrive(Decision decision, StationInput.SmsArrived sms)
    {
        if (!decision.State.Sms.Takes(sms.Counter))
        {
            Repeats.Tell(decision, ReportEvent.Rejected, new Telltale(ReportSource.Automatic, sms.Dispatch.DispatchId, Reason: ReplayedReason));
            return;
        }

        // The counter is journaled with what it brought: a crash keeps both or neither.
        decision.Record(new JournalEntry.SmsAccepted(decision.Now, sms.Counter, sms.Dispatch.DispatchId));
        Dispatches.Arrive(decision, sms.Dispatch);
    }
}
