using Call112.Center.Book;
using Call112.Messages;
using CsCheck;

namespace Call112.Center.Tests;

/// <summary>What must hold for every order, every loss and every second copy on the way. CsCheck prints the seed of a failure.</summary>
public class BookPropertyTests
{
    private static readonly ReportEvent[] s_events =
    [
        ReportEvent.Received, ReportEvent.Sounding, ReportEvent.Reminded, ReportEvent.Unacknowledged, ReportEvent.Acknowledged, ReportEvent.Responding,
        ReportEvent.OnScene, ReportEvent.Completed, ReportEvent.Declined, ReportEvent.Updated, ReportEvent.Cancelled, ReportEvent.Duplicate, ReportEvent.MainsLost,
    ];

    /// <summary>Reports 1..n of a station with any events, and any arrival of them with any second copies.</summary>
    private static readonly Gen<(ReportEvent[] Events, int[] Arrival)> s_arrivals =
        from events in Gen.Int[0, s_events.Length - 1].Select(i => s_events[i]).Array[1, 12]
        from copies in Gen.Int[0, events.Length - 1].Array[0, 12]
        from arrival in Gen.Shuffle(Enumerable.Range(0, events.Length).Concat(copies).ToArray())
        select (events, arrival);

    [Fact]
    public void Any_order_and_any_second_copy_of_the_reports_gives_the_same_ladder()
    {
        s_arrivals.Sample(run =>
        {
            var (inOrder, id) = Feed(run.Events, Enumerable.Range(0, run.Events.Length));
            var (shuffled, _) = Feed(run.Events, run.Arrival);
            var (expected, actual) = (inOrder.Ladder(id), shuffled.Ladder(id));
            Assert.Equal(expected.Step, actual.Step);
            Assert.Equal(expected.Steps.Select(step => (step.Event, step.Sequence)), actual.Steps.Select(step => (step.Event, step.Sequence)));
            Assert.Equal(0, actual.Steps.Count(step => step.Conflict));
        });
    }

    [Fact]
    public void Any_arrival_of_all_reports_ends_with_everything_receipted_and_nothing_missing()
    {
        s_arrivals.Sample(run =>
        {
            var (bench, _) = Feed(run.Events, run.Arrival);
            bench.PassSeconds(1);
            Assert.Equal(run.Events.Length, bench.Receipts.Last().Receipt.UpTo);
            Assert.Equal((0L, 0), (bench.StationView().MissingReports, bench.StationView().ReportGaps));
        });
    }

    [Fact]
    public void A_receipt_never_covers_what_is_not_stored()
    {
        var steps = from arrival in Gen.Int[1, 30].Array[1, 60] from restarts in Gen.Int[0, 59].Array[0, 3] select (arrival, restarts);
        steps.Sample(run =>
        {
            var bench = new BookBench();
            var seen = new HashSet<long>();
            long? baseline = null;
            for (var i = 0; i < run.arrival.Length; i++)
            {
                if (run.restarts.Contains(i))
                    bench.Restart();
                baseline ??= run.arrival[i];
                seen.Add(run.arrival[i]);
                bench.Report(bench.Step(null, run.arrival[i], ReportEvent.MainsLost) with { OccurredAt = DateTimeOffset.UnixEpoch });
                bench.PassSeconds(0.3);
                foreach (var receipt in bench.Receipts)
                    for (var n = baseline.Value; n <= receipt.Receipt.UpTo; n++)
                        Assert.True(bench.Rows.Holds(BookBench.Station, n), $"receipt {receipt.Receipt.UpTo} covers {n}, which never came");
            }
        });
    }

    [Fact]
    public void A_restart_at_any_moment_changes_nothing_that_a_dispatcher_sees()
    {
        var runs = from run in s_arrivals from at in Gen.Int[0, run.Arrival.Length] from update in Gen.Bool from cancel in Gen.Bool select (run, at, update, cancel);
        runs.Sample(input =>
        {
            var (run, at, update, cancel) = input;
            DispatchView Play(bool restarts)
            {
                var bench = new BookBench();
                var id = bench.Create();
                for (var i = 0; i < run.Arrival.Length; i++)
                {
                    if (i == at && update)
                        bench.Do(new UpdateDispatch(id, bench.View(id).Incident with { Priority = 1 }));
                    if (i == at && cancel)
                        bench.Do(new CancelDispatch(id));
                    if (i == at && restarts)
                        bench.Restart();
                    bench.Report(ReportOf(bench, id, run.Events, run.Arrival[i]));
                }

                return bench.View(id);
            }

            var (straight, restarted) = (Play(false), Play(true));
            // How often something was sent is the only thing that a crash may change.
            static object Seen(DispatchView view) => System.Text.Json.JsonSerializer.Serialize(
                view with { Stations = [.. view.Stations.Select(station => station with { Sends = 0 })] }, Api.ApiJsonContext.Default.DispatchView);
            Assert.Equal(Seen(straight), Seen(restarted));
        });
    }

    [Fact]
    public void Whatever_a_station_says_nothing_is_sent_for_ever()
    {
        s_arrivals.Sample(
            run =>
            {
                var (bench, _) = Feed(run.Events, run.Arrival);
                bench.Pass(TimeSpan.FromMinutes(16));
                bench.Published.Clear();
                bench.Pass(TimeSpan.FromMinutes(1));
                Assert.Empty(bench.Dispatches);
            },
            iter: 30);
    }

    private static (BookBench Bench, Guid Dispatch) Feed(ReportEvent[] events, IEnumerable<int> arrival)
    {
        var bench = new BookBench();
        var id = bench.Create();
        foreach (var i in arrival)
            bench.Report(ReportOf(bench, id, events, i));
        return (bench, id);
    }

    /// <summary>The i-th report of the station, always with the same content; below the first one that arrives lie no others.</summary>
    private static Report ReportOf(BookBench bench, Guid id, ReportEvent[] events, int i) =>
        bench.Step(events[i] == ReportEvent.MainsLost ? null : id, i + 1, events[i], detail: events[i] == ReportEvent.Duplicate ? "Sounding" : null)
            with
        { OccurredAt = DateTimeOffset.UnixEpoch.AddSeconds(i), RecordedAt = DateTimeOffset.UnixEpoch.AddSeconds(i) };
}
