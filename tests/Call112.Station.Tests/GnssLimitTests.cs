using Call112.Messages;
using Call112.Station.Tests.Language;

namespace Call112.Station.Tests;

/// <summary>The rules of belief and the reading for the telemetry, at their limits (issue 5; hardware.md §2; F5, F15).</summary>
public class GnssLimitTests
{
    private static readonly DateTimeOffset s_noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private static readonly FixRules s_rules = new();

    [Theory]
    [InlineData(2025, null, false)]
    [InlineData(2026, null, true)]
    [InlineData(2045, null, true)]
    [InlineData(2046, null, false)]
    [InlineData(2029, 2030, true)]
    [InlineData(2031, 2030, true)]
    [InlineData(2028, 2030, false)]
    [InlineData(2032, 2030, false)]
    public void A_year_is_believed_within_the_window_and_beside_the_year_of_a_clock_that_is_right(int year, int? clock, bool believed) =>
        Assert.Equal(believed, s_rules.IsYear(year, clock));

    [Theory]
    [InlineData(-90, -180, true)]
    [InlineData(90, 180, true)]
    [InlineData(-90.001, 0, false)]
    [InlineData(90.001, 0, false)]
    [InlineData(0, -180.001, false)]
    [InlineData(0, 180.001, false)]
    [InlineData(double.NaN, 0, false)]
    [InlineData(0, double.NaN, false)]
    public void A_place_is_on_the_earth_up_to_the_poles_and_the_date_line(double latitude, double longitude, bool isOnEarth) =>
        Assert.Equal(isOnEarth, new GeoPoint(latitude, longitude).IsOnEarth);

    /// <summary>60 m/s for ten seconds, and both errors: 600 + 8 + 5 m. A clock that ran backwards gives no way at all.</summary>
    [Theory]
    [InlineData(10, 612.9, true)]
    [InlineData(10, 613.1, false)]
    [InlineData(0, 12.9, true)]
    [InlineData(0, 13.1, false)]
    [InlineData(-10, 12.9, true)]
    [InlineData(-10, 13.1, false)]
    public void A_vehicle_reaches_as_far_as_its_speed_and_both_errors_allow(double seconds, double metres, bool reaches)
    {
        var from = new BelievedFix(Receiver.Post, 8, 3, s_noon, null, TimeSpan.FromHours(1));
        Assert.Equal(reaches, s_rules.CanReach(from, Receiver.Post.North(metres), 5, TimeSpan.FromHours(1) + TimeSpan.FromSeconds(seconds)));
    }

    [Fact]
    public void A_fifth_receiver_takes_the_place_of_the_one_that_was_quiet_longest()
    {
        var (filter, now) = (FixFilter.Empty, TimeSpan.Zero);
        foreach (var device in new[] { "a", "b", "c", "d", "a", "c", "e" })
        {
            now += TimeSpan.FromSeconds(1);
            (filter, _) = filter.Offer(Good(device, now), now, s_rules);
        }

        Assert.Equal(["a", "e", "c", "d"], filter.Runs.Select(run => run.Device));
        Assert.Equal([2, 1, 2, 1], filter.Runs.Select(run => run.Good));
        (filter, _) = filter.Offer(Good("f", now), now + TimeSpan.FromSeconds(1), s_rules);
        Assert.Equal(["a", "e", "c", "f"], filter.Runs.Select(run => run.Device));
    }

    [Fact]
    public void A_row_is_counted_up_to_three_and_all_that_is_known_of_the_fix_is_kept()
    {
        var (filter, now) = (FixFilter.Empty, TimeSpan.Zero);
        for (var i = 0; i < 5; i++)
        {
            now += TimeSpan.FromSeconds(1);
            (filter, _) = filter.Offer(Good("a", now), now, s_rules);
        }

        var believed = new BelievedFix(Receiver.Post, 8, 3, s_noon + now, 9, now);
        Assert.Equal(new FixRun("a", FixRules.FixesNeeded, believed, now), Assert.Single(filter.Runs));
        Assert.Equal(believed, filter.LastBelieved);
        Assert.Equal((new FixVerdict(true, null), now), filter.Newest);
    }

    [Fact]
    public void A_bad_fix_ends_the_row_of_its_own_receiver_only_and_is_heard_all_the_same()
    {
        var (filter, now) = (FixFilter.Empty, TimeSpan.FromSeconds(1));
        (filter, _) = filter.Offer(Good("a", now), now, s_rules);
        (filter, _) = filter.Offer(Good("b", now), now, s_rules);
        now += TimeSpan.FromSeconds(1);
        (filter, _) = filter.Offer(Good("a", now) with { SpeedMps = 61 }, now, s_rules);
        Assert.Equal(new FixRun("a", 0, null, now), filter.Runs[0]);
        Assert.Equal(1, filter.Runs[1].Good);
        Assert.Equal((new FixVerdict(false, FixRefusal.TooFast), now), filter.Newest);
        (filter, _) = filter.Offer(Good("a", now) with { Mode = 1 }, now, s_rules);
        Assert.Equal((4, 0, 2), (filter.Offered, filter.Believed, filter.Confirming));
    }

    [Fact]
    public void Of_receivers_that_are_quiet_for_equally_long_the_first_gives_way()
    {
        var (filter, now) = (FixFilter.Empty, TimeSpan.FromSeconds(1));
        foreach (var device in new[] { "a", "b", "c", "d", "e" })
            (filter, _) = filter.Offer(Good(device, now), now, s_rules);
        Assert.Equal(["e", "b", "c", "d"], filter.Runs.Select(run => run.Device));
    }

    [Fact]
    public void An_error_and_a_speed_of_nothing_are_amounts_and_who_stands_still_is_reached()
    {
        var now = TimeSpan.FromSeconds(1);
        Assert.Null(FixFilter.Empty.Offer(Good("a", now) with { HorizontalErrorM = 0, SpeedMps = 0 }, now, s_rules).Verdict.Refusal);
        Assert.True(s_rules.CanReach(new BelievedFix(Receiver.Post, 0, 3, s_noon, null, now), Receiver.Post, 0, now));
    }

    [Fact]
    public void A_distance_over_latitudes_and_longitudes_is_that_of_a_sphere() =>
        Assert.Equal(7_154_413, new GeoPoint(60, 0).DistanceTo(new GeoPoint(30, 90)), 1d);

    /// <summary>Numbers are told no finer than they are worth: a tenth of a metre.</summary>
    [Fact]
    public void A_reading_is_rounded_and_tells_the_way_to_the_surveyed_place()
    {
        var fix = new BelievedFix(new GeoPoint(0.73460049, 124.31620051), 8.149, 2, s_noon, 7, TimeSpan.FromSeconds(60));
        var sense = new GnssSense { Link = GnssLink.Listening, Filter = FixFilter.Empty with { LastBelieved = fix } };
        var reading = sense.ReadingAt(TimeSpan.FromSeconds(62.5), Receiver.Post)!;
        Assert.Equal(new GnssReading(GnssState.Fixed, 0.7346, 124.316201, 8.1, 2, 7, 2_500, 0.1), reading);
        Assert.Equal(0, sense.ReadingAt(TimeSpan.FromSeconds(59), null)!.FixAgeMs);
        Assert.Null(sense.ReadingAt(TimeSpan.FromSeconds(62), null)!.OffSurveyedM);
    }

    [Fact]
    public void A_receiver_is_unproven_for_ten_seconds_after_a_fix_that_was_not_believed_and_then_has_none()
    {
        var now = TimeSpan.FromSeconds(100);
        var sense = new GnssSense { Link = GnssLink.Listening, Filter = FixFilter.Empty with { Newest = (new FixVerdict(false, FixRefusal.Jump), now) } };
        Assert.Equal(GnssState.Unproven, sense.StateAt(now + GnssSense.FreshFor));
        Assert.Equal(GnssState.NoFix, sense.StateAt(now + GnssSense.FreshFor + TimeSpan.FromTicks(1)));
        sense = sense with { Filter = FixFilter.Empty with { Newest = (new FixVerdict(false, FixRefusal.NoFix), now) } };
        Assert.Equal(GnssState.NoFix, sense.StateAt(now));
        Assert.Null((sense with { Link = GnssLink.Off }).ReadingAt(now, Receiver.Post));
    }

    private static Fix Good(string device, TimeSpan now) => Receiver.Fix(new StationTime(now, s_noon + now, default)) with { Device = device };
}
