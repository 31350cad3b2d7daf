using Call112.Messages;

namespace Call112.Station;

/// <summary>The centre's receipts: only they end a report's stay in the box (contract, "Report").</summary>
internal static class Receipts
{
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

        // A receipt for what was never sent. Once numbering is agreed that is nonsense and changes nothing. Before, it means that this journal
        // began anew or lost its end (card, file set aside, WAL gone): go on behind the number the centre knows, and report again what it
        // took for copies.
        if (state.NumberingAgreed || upTo > Report.SequenceMax - StationState.ProvisionalMax)
            return;
        decision.Record(new JournalEntry.NumberingAdopted(decision.Now, Math.Max(upTo, state.LastSequence)));
        foreach (var report in state.Provisional)
            decision.Record(new JournalEntry.Renumbered(decision.Now, report with { Sequence = decision.State.LastSequence + 1 }));
    }
}
