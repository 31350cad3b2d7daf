using System.Collections.Immutable;
using System.Globalization;
using Call112.Messages;
using Call112.Station.Tests.Language;

namespace Call112.Station.Tests;

/// <summary>F3, decision 0010: the windows in which repeats are counted, at their edges, and which counts are kept.</summary>
public class RepeatsWindowTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Of_many_kinds_of_refusal_fifty_are_told_together()
    {
        var station = new StationDriver();
        for (var i = 0; i < 60; i++)
            station.Send(new StationInput.MessageRefused($"kind {i % 6}: x", null));
        Assert.Equal(Repeats.AllMax, Rejected(station));
    }

    /// <summary>A count that is never forgotten would hide the next flood, one that is forgotten for good would let it through whole.</summary>
    [Fact]
    public void A_window_ends_ten_minutes_after_its_first_report_and_the_next_one_has_the_same_limit()
    {
        var station = new StationDriver();
        var first = station.Now;
        Flood(station, Repeats.SameMax);
        station.Now = first.After(Repeats.Window - TimeSpan.FromTicks(1));
        Flood(station, 1);
        Assert.Equal(Repeats.SameMax, Rejected(station));
        station.Now = first.After(Repeats.Window);
        Flood(station, 1);
        Assert.Equal(Repeats.SameMax + 1, Rejected(station));
        Flood(station, 100);
        Assert.Equal(2 * Repeats.SameMax, Rejected(station));
    }

    /// <summary>One event's counts are its own: the oldest of the same event is pushed out, and never the count of all of it together.</summary>
    [Theory]
    [InlineData(0, true)]
    [InlineData(0, false)]
    [InlineData(5, true)]
    [InlineData(5, false)]
    [InlineData(31, true)]
    [InlineData(31, false)]
    public void A_thirty_third_kind_of_refusal_pushes_out_the_kind_whose_window_began_first(int oldest, bool behindOthers)
    {
        // The last kind is as old as the oldest: of two the first gives way.
        var kinds = Enumerable.Range(0, 32).Select(i => Rejecting($"kind {i}", i == oldest || i == 31 ? s_second : 2 * s_second)).ToImmutableArray();
        ImmutableArray<Telling> others = [Copies(null), Copies("a dispatch"), Rejecting(null, TimeSpan.Zero)];
        var station = new StationDriver();
        station.Send(new StationInput.MessageRefused("kind 32: x", null));

        var counted = Repeats.Counted(behindOthers ? [.. others, .. kinds] : [.. kinds, .. others], station.Last, now: 3 * s_second);

        ImmutableArray<Telling> left = [Copies(null), Copies("a dispatch"), Rejecting(null, TimeSpan.Zero) with { Count = 2 }];
        kinds = kinds.RemoveAt(oldest);
        ImmutableArray<Telling> expected = behindOthers ? [.. left, .. kinds] : [.. kinds, .. left];
        Assert.Equal([.. expected, Rejecting("kind 32", 3 * s_second)], counted);

        static Telling Copies(string? about) => new(ReportEvent.Duplicate, about, TimeSpan.Zero, 1);

        static Telling Rejecting(string? about, TimeSpan since) => new(ReportEvent.Rejected, about, since, 1);
    }

    /// <summary>F12: the fifth time within ten minutes a contact chatters; until then its trouble ends with it.</summary>
    [Fact]
    public void The_fourth_trouble_of_a_contact_ends_with_its_release_and_the_fifth_sixty_seconds_after_its_first_released_sample()
    {
        var station = StationDriver.Rested();
        for (var raise = 1; raise < Repeats.RaisesMax; raise++)
        {
            Open();
            station.Pass(0.15);
            Assert.False(station.State.Stands(ReportEvent.TamperOpened), $"trouble {raise} stands on");
        }

        Open();
        station.Pass(StationDriver.Step);
        station.Pass(Repeats.ChatterRest - StationDriver.Step);
        Assert.True(station.State.Stands(ReportEvent.TamperOpened));
        station.Pass(StationDriver.Step);
        Assert.False(station.State.Stands(ReportEvent.TamperOpened));

        void Open()
        {
            station.Held = Inputs.Tamper;
            station.Pass(0.15);
            Assert.True(station.State.Stands(ReportEvent.TamperOpened));
            station.Held = Inputs.None;
        }
    }

    /// <summary>Contract, "Report": a Duplicate carries the present step, and counts from the arrival of its dispatch.</summary>
    [Theory]
    [InlineData(false, "Sounding")]
    [InlineData(true, "Cancelled")]
    public void A_flood_of_copies_is_told_with_the_step_and_the_time_that_it_is_by_then(bool cancelled, string step)
    {
        var station = new StationDriver();
        var fire = Call.Fire();
        station.Send(fire);
        station.Pass(5);
        for (var i = 0; i < Repeats.SameMax + 10; i++)
            station.Send(fire);
        if (cancelled)
            station.Send(fire.Cancel());
        station.Pass(Repeats.SummaryAfter, s_second);
        var summary = station.Reports.Last(report => report.Event == ReportEvent.Duplicate);
        Assert.Equal(("repeated: 10 more", step, 65_000), (summary.Reason, summary.Detail, summary.ElapsedMs));
    }

    private static void Flood(StationDriver station, int count)
    {
        for (var i = 0; i < count; i++)
            station.Send(new StationInput.MessageRefused(string.Create(CultureInfo.InvariantCulture, $"not JSON: byte {i}"), null));
    }

    private static int Rejected(StationDriver station) => station.Reports.Count(report => report.Event == ReportEvent.Rejected);
}
