using Call112.Messages;
using Call112.Station.Tests.Language;

namespace Call112.Station.Tests;

/// <summary>Contract, "Report": sequence numbers without a gap, receipts, and a journal that was lost.</summary>
public class NumberingTests
{
    /// <summary>F1: a gap or a repetition would hide a loss.</summary>
    [Fact]
    public void Numbers_grow_by_one_across_restarts()
    {
        var station = new StationDriver();
        station.Send(Call.Fire());
        station.Restart(TimeSpan.FromSeconds(1));
        station.Send(Call.Medical());
        station.Reboot(TimeSpan.FromSeconds(1), known: null);
        Assert.Equal(Enumerable.Range(1, station.Reports.Count).Select(number => (long)number), station.Reports.Select(report => report.Sequence));
        Assert.Equal(["boot-1", "boot-2", "boot-3"], station.Reports.Select(report => report.BootId).Distinct());
    }

    [Fact]
    public void A_receipt_counts_once_and_never_backwards()
    {
        var station = new StationDriver();
        station.Send(Call.Fire());
        station.Send(Call.Medical());
        Assert.Single(station.Send(new StationInput.ReceiptArrived(2)));
        Assert.Empty(station.Send(new StationInput.ReceiptArrived(2)));
        Assert.Empty(station.Send(new StationInput.ReceiptArrived(1)));
        Assert.Equal(2, station.State.ReceiptedUpTo);
    }

    [Fact]
    public void A_receipt_far_beyond_what_was_sent_changes_nothing_once_the_numbering_is_agreed()
    {
        var station = new StationDriver();
        station.Send(new StationInput.ReceiptArrived(1));
        Assert.Empty(station.Send(new StationInput.ReceiptArrived(1_000_002)));
        Assert.Equal((1, 1), (station.State.LastSequence, station.State.ReceiptedUpTo));
        Assert.IsType<JournalEntry.NumberingAdopted>(station.Send(new StationInput.ReceiptArrived(1_000_001))[0]);
    }

    /// <summary>Nothing waits to be sent again under a new number; what is said next has one all the same.</summary>
    [Fact]
    public void What_is_said_after_a_receipt_that_ran_ahead_is_numbered_behind_it()
    {
        var station = new StationDriver();
        station.Send(new StationInput.ReceiptArrived(1));
        station.Send(new StationInput.ReceiptArrived(85));
        station.Send(Call.Fire());
        Assert.Equal((ReportEvent.Received, 86), (station.Last.Event, station.Last.Sequence));
    }

    [Fact]
    public void A_numbering_that_was_adopted_is_agreed()
    {
        var station = new StationDriver();
        station.Send(new StationInput.ReceiptArrived(4_211));
        Assert.True(station.State.NumberingAgreed);
        Assert.Empty(station.Send(new StationInput.ReceiptArrived(station.State.LastSequence + 1_000_001)));
    }

    /// <summary>F2: the numbering is not agreed yet, and the receipt names exactly what has left the box.</summary>
    [Fact]
    public void A_receipt_for_the_last_report_that_was_sent_is_about_this_journal()
    {
        var station = new StationDriver();
        station.Send(Call.Fire());
        Assert.IsType<JournalEntry.ReceiptStored>(Assert.Single(station.Send(new StationInput.ReceiptArrived(2, SentUpTo: 2))));
    }

    /// <summary>
    /// F3, F1: reports left the box from memory while its disk failed, then the power went; receipts for them wait in the broker's session, and the
    /// first of them fits the numbers that the new run gives (found by the simulated city, seed 12094).
    /// </summary>
    [Fact]
    public void Receipts_of_a_run_that_was_never_stored_move_the_numbering_also_after_one_that_fits()
    {
        var station = new StationDriver();
        station.Send(Call.Fire());
        station.Restart(TimeSpan.FromSeconds(1));
        var last = station.State.LastSequence;
        station.Send(new StationInput.ReceiptArrived(last));
        station.Send(Call.Medical());
        var unreceipted = station.Reports.Where(report => report.Sequence > last).ToList();

        var entries = station.Send(new StationInput.ReceiptArrived(last + 100));

        Assert.IsType<JournalEntry.NumberingAdopted>(entries[0]);
        Assert.Equal(
            unreceipted.Select((report, i) => report with { Sequence = last + 101 + i }),
            entries.Skip(1).Select(entry => Assert.IsType<JournalEntry.Renumbered>(entry).Report));
    }

    /// <summary>F2: the card was replaced, or its file set aside.</summary>
    [Fact]
    public void After_a_lost_journal_numbering_goes_on_behind_the_number_the_centre_knows_and_no_report_is_lost()
    {
        var station = new StationDriver();
        var fire = Call.Fire();
        station.Send(fire);
        var before = station.Reports.ToList();

        var entries = station.Send(new StationInput.ReceiptArrived(4_211));

        Assert.IsType<JournalEntry.NumberingAdopted>(entries[0]);
        var again = entries.Skip(1).Select(entry => Assert.IsType<JournalEntry.Renumbered>(entry).Report).ToList();
        Assert.Equal(before.Select((report, i) => report with { Sequence = 4_212 + i }), again);
        Assert.Equal((4_213, 4_211), (station.State.LastSequence, station.State.ReceiptedUpTo));

        station.Pass(1);
        Assert.Equal((4_214, ReportEvent.Sounding), (station.Last.Sequence, station.Last.Event));
        station.Restart(TimeSpan.FromSeconds(1));
        Assert.Equal(4_215, station.Last.Sequence);
        // Renumbering is no step: the alert is where it was.
        Assert.Equal(ReportEvent.Sounding, station.Open(fire)!.Step);
    }

    [Fact]
    public void An_absurd_receipt_does_not_move_the_numbering()
    {
        var station = new StationDriver();
        Assert.Empty(station.Send(new StationInput.ReceiptArrived(Report.SequenceMax)));
        Assert.Empty(station.Send(new StationInput.ReceiptArrived(long.MaxValue)));
        // Behind the number that is adopted there must be room for what is told again.
        Assert.Empty(station.Send(new StationInput.ReceiptArrived(Report.SequenceMax - StationState.ProvisionalMax + 1)));
        Assert.Equal(1, station.State.LastSequence);
        Assert.NotEmpty(station.Send(new StationInput.ReceiptArrived(Report.SequenceMax - StationState.ProvisionalMax)));
    }

    /// <summary>F18: what is kept has a limit.</summary>
    [Fact]
    public void Reports_kept_for_renumbering_have_a_limit()
    {
        var station = new StationDriver();
        for (var i = 0; i < StationState.ProvisionalMax + 50; i++)
            station.Send(Call.Fire().Cancel());
        Assert.Equal(StationState.ProvisionalMax, station.State.Provisional.Count);
        station.Send(new StationInput.ReceiptArrived(station.State.LastSequence));
        Assert.Empty(station.State.Provisional);
    }

    [Fact]
    public void A_receipt_that_is_older_than_this_journal_takes_no_report_away()
    {
        // The broker's session still held receipt 2 of the journal that was lost; of this one only report 1 has left the box (F2).
        var station = new StationDriver();
        station.Send(new StationInput.MessageRefused("retained", null));
        station.Send(new StationInput.MessageRefused("retained", null));
        var last = station.State.LastSequence;
        var entries = station.Send(new StationInput.ReceiptArrived(2, SentUpTo: 1));
        Assert.IsType<JournalEntry.NumberingAdopted>(entries[0]);
        var again = entries.OfType<JournalEntry.Renumbered>().Select(entry => entry.Report.Sequence).ToList();
        Assert.Equal(Enumerable.Range(1, (int)last).Select(n => last + n), again);
    }

    /// <summary>F2: the WAL was deleted, and the journal is a valid older one that has seen receipts (found by the simulated city, seed 1028).</summary>
    [Fact]
    public void A_journal_that_has_lost_its_end_goes_on_behind_the_number_the_centre_knows()
    {
        var station = new StationDriver();
        station.Send(Call.Fire());
        station.Send(new StationInput.ReceiptArrived(2));
        // Reports 3 to 5 were written, sent and receipted, and are gone: the next run gives their numbers again.
        station.Restart(TimeSpan.FromSeconds(1));
        Assert.Equal((3, ReportEvent.Started), (station.Last.Sequence, station.Last.Event));

        station.Send(new StationInput.ReceiptArrived(5));

        Assert.Equal((6, 5), (station.State.LastSequence, station.State.ReceiptedUpTo));
        Assert.Single(station.Send(new StationInput.ReceiptArrived(6)));
        Assert.True(station.State.NumberingAgreed);
    }

    [Fact]
    public void A_receipt_for_an_earlier_run_does_not_agree_the_numbers_of_this_one()
    {
        var station = new StationDriver();
        station.Send(Call.Fire());
        station.Restart(TimeSpan.FromSeconds(1));
        station.Send(new StationInput.ReceiptArrived(2));
        Assert.Equal((2, false), (station.State.ReceiptedUpTo, station.State.NumberingAgreed));
        Assert.Empty(station.Send(new StationInput.ReceiptArrived(2)));
        station.Send(new StationInput.ReceiptArrived(3));
        Assert.True(station.State.NumberingAgreed);
    }
}
