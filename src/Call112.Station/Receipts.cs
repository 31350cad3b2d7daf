using Call112.Messages;

namespace Call112.Station;

/// <summary>The centre's receipts: only they end a report's stay in the box (contract, "Report").</summary>
internal static class Receipts
{
    /// <summary>Numbers that a receipt may skip once the numbering is agreed; more than a box reports in the life of its card.</summary>
    public const long JumpMax = 1_000_000;

    public static void Arrive(Decision decision, long upTo, long sentUpTo)
    {
        var state = decision.State;
        var isOurs = upTo <= state.LastSequence && (state.NumberingAgreed || upTo <= sentUpTo);
        if (isOurs)
        {
            if (upTo > state.ReceiptedUpTo || (!state.NumberingAgreed && upTo >= state.FirstOfRun))
                decision.Record(new JournalEntry.ReceiptStored(decision.Now, upTo));
            return;
        }

        // A receipt for what was never sent: this journal began anew or lost its end (card, file set aside, WAL gone, a disk that failed before the
        // power did), or there is another box of this name. Go on behind the number the centre knows, and report again what it took for copies.
        if (upTo > Report.SequenceMax - StationState.ProvisionalMax || (state.NumberingAgreed && upTo - state.LastSequence > JumpMax))
            return;
        decision.Record(new JournalEntry.NumberingAdopted(decision.Now, Math.Max(upTo, state.LastSequence)));
        foreach (var report in state.Provisional)
            decision.Record(new JournalEntry.Renumbered(decision.Now, report with { Sequence = decision.State.LastSequence + 1 }));
    }
}
