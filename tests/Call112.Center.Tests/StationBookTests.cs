using Call112.Center.Book;
using Call112.Messages;

namespace Call112.Center.Tests;

/// <summary>Reports and their receipts, births and heartbeats, verdicts and faults, as sentences.</summary>
public class StationBookTests
{
    private readonly BookBench _bench = new();

    [Fact]
    public void The_first_report_is_receipted_at_once_and_the_next_ones_in_batches()
    {
        _bench.Report(_bench.Step(null, 1, ReportEvent.Started));
        Assert.Equal(1, Assert.Single(_bench.Receipts).Receipt.UpTo);
        for (var n = 2; n <= 10; n++)
            _bench.Report(_bench.Step(null, n, ReportEvent.MainsLost));
        Assert.Single(_bench.Receipts);
        _bench.PassSeconds(0.2);
        Assert.Equal([1L, 10], _bench.Receipts.Select(r => r.Receipt.UpTo));
    }

    [Fact]
    public void Fifty_reports_are_receipted_without_waiting()
    {
        for (var n = 1; n <= 101; n++)
            _bench.Report(_bench.Step(null, n, ReportEvent.MainsLost));
        Assert.Equal([1L, 51, 101], _bench.Receipts.Select(r => r.Receipt.UpTo));
    }

    [Fact]
    public void The_first_report_ever_seen_is_the_baseline()
    {
        _bench.Report(_bench.Step(null, 4211, ReportEvent.MainsLost));
        Assert.Equal(4211, Assert.Single(_bench.Receipts).Receipt.UpTo);
        Assert.Equal(0, _bench.StationView().MissingReports);
    }

    [Fact]
    public void Reports_that_the_station_still_keeps_below_the_first_one_seen_are_not_receipted_away()
    {
        // The broker's queue overflowed (F14): the station still keeps 8, 9 and 10, but 10 comes first.
        _bench.Beat(1, lastSequence: 10, unreceipted: 3);
        _bench.Report(_bench.Step(null, 10, ReportEvent.MainsLost));
        Assert.All(_bench.Receipts, r => Assert.True(r.Receipt.UpTo < 8));
        Assert.Equal(2, _bench.StationView().MissingReports);
        _bench.Report(_bench.Step(null, 8, ReportEvent.MainsLost));
        _bench.Report(_bench.Step(null, 9, ReportEvent.MainsLost));
        _bench.PassSeconds(0.3);
        Assert.Equal(10, _bench.Receipts.Last().Receipt.UpTo);
    }

    [Fact]
    public void A_gap_holds_the_receipt_is_asked_for_and_late_filling_closes_it()
    {
        _bench.Report(_bench.Step(null, 1, ReportEvent.Started));
        _bench.Report(_bench.Step(null, 4, ReportEvent.MainsLost));
        _bench.PassSeconds(1);
        Assert.Equal(1, _bench.Receipts.Last().Receipt.UpTo);
        Assert.Equal(2, _bench.StationView().MissingReports);
        Assert.Equal(CommandKind.ReportNow, Assert.Single(_bench.Commands).Command.Command);
        Assert.Equal(TimeSpan.FromSeconds(60), _bench.Commands.Single().Expiry);

        _bench.Report(_bench.Step(null, 3, ReportEvent.MainsLost));
        _bench.Report(_bench.Step(null, 2, ReportEvent.MainsLost));
        _bench.PassSeconds(60);
        Assert.Equal(4, _bench.Receipts.Last().Receipt.UpTo);
        Assert.Equal((0, 0), (_bench.StationView().MissingReports, _bench.StationView().ReportGaps));
    }

    [Fact]
    public void A_station_is_asked_for_its_reports_at_most_every_ten_seconds_and_only_while_it_is_up()
    {
        _bench.Report(_bench.Step(null, 1, ReportEvent.Started));
        _bench.Report(_bench.Step(null, 3, ReportEvent.MainsLost));
        for (var n = 1; n <= 6; n++)
        {
            _bench.PassSeconds(5);
            _bench.Beat(n, lastSequence: 3, unreceipted: 2);
        }

        Assert.Equal(3, _bench.Commands.Count());
        _bench.PassSeconds(60);
        Assert.Equal(4, _bench.Commands.Count());
    }

    [Fact]
    public void A_gap_counts_after_thirty_seconds_and_only_once_also_over_a_restart()
    {
        _bench.Report(_bench.Step(null, 1, ReportEvent.Started));
        _bench.Report(_bench.Step(null, 3, ReportEvent.MainsLost));
        _bench.PassSeconds(29);
        Assert.Equal(0, _bench.StationView().ReportGaps);
        _bench.PassSeconds(2);
        Assert.Equal(1, _bench.StationView().ReportGaps);
        _bench.Restart();
        _bench.PassSeconds(60);
        Assert.Equal(1, _bench.StationView().ReportGaps);
    }

    /// <summary>
    /// F1, F14: with 10,000 stations behind an overloaded link, and with a broker that loses single messages (the simulated city, seed 31506),
    /// reports were given up that came a second later: a copy of the next number had looked like the answer to a question for all of them.
    /// </summary>
    [Fact]
    public void Copies_of_later_reports_prove_no_loss()
    {
        var (second, third) = (_bench.Step(null, 2, ReportEvent.MainsLost), _bench.Step(null, 3, ReportEvent.MainsRestored));
        _bench.Report(_bench.Step(null, 1, ReportEvent.Started));
        _bench.Report(third);
        for (var n = 1; n <= 40; n++)
        {
            _bench.PassSeconds(5);
            _bench.Beat(n, lastSequence: 3, unreceipted: 2);
            _bench.Report(third);
        }

        Assert.Equal((1L, 0L, 1), (_bench.StationView().MissingReports, _bench.StationView().LostReports, _bench.StationView().ReportGaps));
        Assert.DoesNotContain(_bench.Receipts, receipt => receipt.Receipt.UpTo > 1);

        _bench.Report(second);
        _bench.PassSeconds(0.5);
        Assert.Equal(3, _bench.Receipts.Last().Receipt.UpTo);
    }

    [Fact]
    public void A_station_that_keeps_nothing_below_a_number_proves_the_loss_with_its_heartbeat()
    {
        _bench.Report(_bench.Step(null, 1, ReportEvent.Started));
        _bench.Report(_bench.Step(null, 3, ReportEvent.MainsLost));
        _bench.PassSeconds(20);
        _bench.Beat(1, lastSequence: 3, unreceipted: 0);
        Assert.Equal(1, _bench.Receipts.Last().Receipt.UpTo);
        _bench.PassSeconds(11);
        _bench.Beat(2, lastSequence: 3, unreceipted: 0);
        Assert.Equal(3, _bench.Receipts.Last().Receipt.UpTo);
        Assert.Equal(1, _bench.StationView().LostReports);

        // It comes all the same, much later: stored, and no longer lost.
        _bench.Report(_bench.Step(null, 2, ReportEvent.MainsRestored));
        Assert.True(_bench.Rows.Holds(BookBench.Station, 2));
        Assert.Equal(0, _bench.StationView().LostReports);
    }

    /// <summary>F2: a journal lost twice (the simulated city, seed 2382): the hole lies beyond every number that the station still knows.</summary>
    [Fact]
    public void A_hole_beyond_the_newest_number_of_the_station_is_lost_and_the_station_is_told_where_to_go_on()
    {
        _bench.Report(_bench.Step(null, 3, ReportEvent.Started));
        _bench.Report(_bench.Step(null, 20, ReportEvent.MainsLost));
        _bench.PassSeconds(31);
        _bench.Beat(1, lastSequence: 5, unreceipted: 2);
        _bench.PassSeconds(0.5);
        // 4 and 5 may still come.
        Assert.Equal((2L, 14L), (_bench.StationView().MissingReports, _bench.StationView().LostReports));
        _bench.Report(_bench.Step(null, 4, ReportEvent.MainsRestored));
        _bench.Report(_bench.Step(null, 5, ReportEvent.MainsLost));
        _bench.PassSeconds(0.5);
        Assert.Equal(20, _bench.Receipts.Last().Receipt.UpTo);
    }

    [Fact]
    public void A_loss_at_the_end_is_seen_from_the_heartbeat()
    {
        _bench.Report(_bench.Step(null, 1, ReportEvent.Started));
        _bench.Beat(1, lastSequence: 3, unreceipted: 2);
        _bench.PassSeconds(1.5);
        Assert.Empty(_bench.Commands);
        _bench.PassSeconds(1);
        Assert.Equal(CommandKind.ReportNow, Assert.Single(_bench.Commands).Command.Command);
        Assert.Equal(2, _bench.StationView().MissingReports);
    }

    [Fact]
    public void A_second_copy_is_receipted_again_and_stored_once()
    {
        var report = _bench.Step(null, 1, ReportEvent.Started);
        _bench.Report(report);
        _bench.PassSeconds(1);
        Assert.DoesNotContain(_bench.Report(report), effect => effect is StoreReport);
        Assert.Equal([1L, 1], _bench.Receipts.Select(r => r.Receipt.UpTo));
    }

    [Fact]
    public void A_receipt_that_got_lost_is_sent_again_with_the_next_heartbeat()
    {
        _bench.Report(_bench.Step(null, 1, ReportEvent.Started));
        _bench.PassSeconds(6);
        _bench.Beat(1, lastSequence: 1, unreceipted: 1);
        Assert.Equal(2, _bench.Receipts.Count());
        _bench.PassSeconds(5);
        _bench.Beat(2, lastSequence: 1, unreceipted: 0);
        Assert.Equal(2, _bench.Receipts.Count());
    }

    [Fact]
    public void Receipts_are_repeated_after_a_restart_of_the_centre()
    {
        // F1: it died between the commit and the receipt.
        _bench.Report(_bench.Step(null, 7, ReportEvent.Started));
        _bench.Restart();
        _bench.PassSeconds(0.2);
        Assert.Equal(7, Assert.Single(_bench.Receipts).Receipt.UpTo);
    }

    [Fact]
    public void A_station_that_lost_its_journal_is_told_where_to_go_on()
    {
        for (var n = 1; n <= 20; n++)
            _bench.Report(_bench.Step(null, n, ReportEvent.MainsLost));
        _bench.PassSeconds(10);
        _bench.Published.Clear();
        _bench.Birth("boot-2", lastSequence: 0);
        Assert.Equal(20, Assert.Single(_bench.Receipts).Receipt.UpTo);
    }

    [Fact]
    public void A_number_used_again_for_something_else_is_kept_as_a_conflict()
    {
        var id = _bench.Create();
        _bench.Report(_bench.Step(id, 1, ReportEvent.Received));
        _bench.Report(_bench.Step(null, 2, ReportEvent.MainsLost));
        var again = _bench.Step(id, 1, ReportEvent.Acknowledged, bootId: "boot-2");
        Assert.Equal(1, _bench.Report(again).OfType<StoreReport>().Single().Row.Conflict);
        Assert.Equal(1, _bench.StationView().ReportConflicts);
        Assert.Equal(ReportEvent.Acknowledged, _bench.Ladder(id).Step);
        Assert.True(_bench.Ladder(id).Steps[^1].Conflict);

        // Its second copy is one, also after a restart.
        _bench.Restart();
        Assert.DoesNotContain(_bench.Report(again), effect => effect is StoreReport);
        Assert.Equal(ReportEvent.Acknowledged, _bench.Ladder(id).Step);
        Assert.Equal(1, _bench.StationView().ReportConflicts);
    }

    [Fact]
    public void A_conflict_is_seen_even_when_the_first_content_is_no_longer_remembered()
    {
        var bench = new BookBench(new BookRules { ReportsRemembered = 5 });
        var first = bench.Step(null, 1, ReportEvent.Started);
        bench.Report(first);
        for (var n = 2; n <= 20; n++)
            bench.Report(bench.Step(null, n, ReportEvent.MainsLost));
        Assert.DoesNotContain(bench.Report(first), effect => effect is StoreReport);
        Assert.Contains(bench.Report(bench.Step(null, 1, ReportEvent.Started, bootId: "boot-2")), effect => effect is StoreReport { Row.Conflict: 1 });
    }

    [Fact]
    public void Standing_alarms_follow_their_reports()
    {
        _bench.Report(_bench.Step(null, 1, ReportEvent.MainsLost));
        _bench.Report(_bench.Step(null, 2, ReportEvent.PanicPressed));
        Assert.Equal(["MainsLost", "PanicPressed"], _bench.StationView().Alarms);
        _bench.Report(_bench.Step(null, 3, ReportEvent.MainsRestored));
        Assert.Equal(["PanicPressed"], _bench.StationView().Alarms);
        _bench.Restart();
        Assert.Equal(["PanicPressed"], _bench.StationView().Alarms);
        Assert.Equal(3, _bench.StationView().RecentAlarms.Count);
    }

    [Fact]
    public void A_command_lives_sixty_seconds_and_needs_a_known_station_and_the_broker()
    {
        _bench.Birth();
        Assert.Equal(AnswerKind.Done, _bench.Answer(new RequestCommand(_bench.Id(), BookBench.Station, CommandKind.SelfTest)).Kind);
        Assert.Equal(TimeSpan.FromSeconds(60), Assert.Single(_bench.Commands).Expiry);
        Assert.Equal(AnswerKind.NotFound, _bench.Answer(new RequestCommand(_bench.Id(), "nobody", CommandKind.SelfTest)).Kind);
        _bench.Do(new BrokerLink(false));
        Assert.Equal(AnswerKind.Unavailable, _bench.Answer(new RequestCommand(_bench.Id(), BookBench.Station, CommandKind.SelfTest)).Kind);
    }
}
