using Call112.Station.Tests.Language;
using CsCheck;

namespace Call112.Station.Tests;

/// <summary>Which fixes of a receiver are believed (issue 5; hardware.md §2; F5, F15).</summary>
public class FixFilterTests
{
    private static readonly FixRules s_rules = new() { FirstYear = 2026 };
    private static readonly DateTimeOffset s_noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private FixFilter _filter = FixFilter.Empty;
    private TimeSpan _now = TimeSpan.FromHours(1);

    public static TheoryData<FixRefusal, Fix> Bad => new()
    {
        { FixRefusal.NoFix, Good(3) with { Mode = 0 } },
        { FixRefusal.NoFix, Good(3) with { Mode = 1 } },
        { FixRefusal.NoFix, Good(3) with { Mode = 4 } },
        { FixRefusal.NoNumber, Good(3) with { Latitude = double.NaN } },
        { FixRefusal.NoNumber, Good(3) with { Longitude = double.PositiveInfinity } },
        { FixRefusal.NoNumber, Good(3) with { HorizontalErrorM = double.NaN } },
        { FixRefusal.NoNumber, Good(3) with { HorizontalErrorM = -1 } },
        { FixRefusal.NoNumber, Good(3) with { SpeedMps = double.NaN } },
        { FixRefusal.OutOfRange, Good(3) with { Latitude = 90.001 } },
        { FixRefusal.OutOfRange, Good(3) with { Longitude = -180.001 } },
        { FixRefusal.NullIsland, Good(3) with { Latitude = 0, Longitude = 0 } },
        { FixRefusal.WrongYear, Good(3) with { Time = s_noon.AddYears(-1) } },
        { FixRefusal.WrongYear, Good(3) with { Time = s_noon.AddYears(20) } },
        { FixRefusal.WrongYear, Good(3) with { Time = s_noon.AddDays(-7 * 1024) } },
        { FixRefusal.TooInexact, Good(3) with { HorizontalErrorM = 50.01 } },
        { FixRefusal.TooFast, Good(3) with { SpeedMps = 60.01 } },
        { FixRefusal.NoPosition, Good(3) with { Latitude = null } },
        { FixRefusal.NoPosition, Good(3) with { Longitude = null } },
        { FixRefusal.NoTime, Good(3) with { Time = null } },
        { FixRefusal.NoError, Good(3) with { HorizontalErrorM = null } },
        { FixRefusal.SameMoment, Good(2) },
        { FixRefusal.TimeWentBack, Good(1.5) },
        { FixRefusal.Jump, Good(3, Receiver.Post.North(60 + 16 + 2)) },
    };

    [Fact]
    public void The_third_good_fix_in_a_row_is_the_first_that_is_believed()
    {
        Assert.False(Offer(Good(1)).Believed);
        Assert.False(Offer(Good(2)).Believed);
        Assert.True(Offer(Good(3)).Believed);
        Assert.Equal((3, 1, 2), (_filter.Offered, _filter.Believed, _filter.Confirming));
        Assert.Equal(Receiver.Post, _filter.LastBelieved!.Value.Point);
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public void A_bad_fix_is_refused_by_the_name_of_its_fault_and_counted(FixRefusal reason, Fix bad)
    {
        Offer(Good(1));
        Offer(Good(2));
        Assert.Equal(new FixVerdict(false, reason), Offer(bad));
        Assert.Equal(1, _filter.Refused[(int)reason]);
        Assert.Null(_filter.LastBelieved);
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public void A_contradiction_breaks_the_row_and_a_want_of_words_does_not(FixRefusal reason, Fix bad)
    {
        Offer(Good(1));
        Offer(Good(2));
        Offer(bad);
        var isSilence = reason is FixRefusal.NoPosition or FixRefusal.NoTime or FixRefusal.NoError or FixRefusal.SameMoment;
        Assert.Equal(isSilence, Offer(Good(4)).Believed);
        Assert.Equal(isSilence, Offer(Good(5)).Believed);
        Assert.True(Offer(Good(6)).Believed);
    }

    [Fact]
    public void The_limits_themselves_are_good()
    {
        var lastDay = new DateTimeOffset(2045, 12, 31, 23, 59, 50, TimeSpan.Zero);
        for (var second = 1; second <= 3; second++)
        {
            _now += TimeSpan.FromSeconds(1);
            var at = Receiver.Post.North(second * (60 + 100 - 1));
            Assert.Null(Offer(Good(1, at) with { HorizontalErrorM = 50, SpeedMps = 60, Mode = 2, Time = lastDay.AddSeconds(second) }).Refusal);
        }

        Assert.Equal(1, _filter.Believed);
    }

    /// <summary>`quectel-eg25-g` and the like tell one moment in several reports, the first of them without speed or error.</summary>
    [Fact]
    public void Several_reports_of_one_moment_count_once_and_a_speed_may_be_absent()
    {
        for (var second = 1; second <= 3; second++)
        {
            Assert.Equal(FixRefusal.NoError, Offer(Good(second) with { HorizontalErrorM = null, SpeedMps = null }).Refusal);
            Assert.Equal(second == 3, Offer(Good(second) with { SpeedMps = null }).Believed);
            Assert.Equal(FixRefusal.SameMoment, Offer(Good(second)).Refusal);
        }
    }

    [Fact]
    public void Mode_flapping_between_2_and_3_is_no_fault_and_between_1_and_3_is()
    {
        for (var second = 1; second <= 4; second++)
            Offer(Good(second) with { Mode = 2 + second % 2 });
        Assert.Equal(2, _filter.Believed);
        for (var second = 5; second <= 12; second++)
            Offer(Good(second) with { Mode = second % 2 == 0 ? 3 : 1 });
        Assert.Equal(2, _filter.Believed);
    }

    [Fact]
    public void Two_receivers_that_contradict_each_other_cannot_make_a_row_together()
    {
        for (var second = 1; second <= 10; second++)
        {
            Offer(Good(second) with { Device = "/dev/a" });
            Offer(Good(second, Receiver.Post.North(50_000)) with { Device = "/dev/b" });
        }

        Assert.Equal((8, Receiver.Post), (_filter.Believed, _filter.LastBelieved!.Value.Point));
        Assert.Equal(8, _filter.Refused[(int)FixRefusal.Jump]);
    }

    [Fact]
    public void No_more_than_four_receivers_are_told_apart()
    {
        for (var device = 0; device < 100; device++)
            Offer(Good(1 + device) with { Device = $"/dev/{device}" });
        Assert.Equal(FixRules.DevicesMax, _filter.Runs.Length);
        Assert.Equal(0, _filter.Believed);
    }

    [Fact]
    public void Two_places_in_turn_are_never_believed()
    {
        for (var second = 1; second <= 20; second++)
            Offer(Good(second, Receiver.Post.North(second % 2 * 1000)));
        Assert.Null(_filter.LastBelieved);
    }

    /// <summary>A wrong belief heals by time alone: the farther it is, the longer it takes.</summary>
    [Fact]
    public void After_time_enough_to_drive_there_another_place_is_believed()
    {
        for (var second = 1; second <= 3; second++)
            Offer(Good(second));
        var there = Receiver.Post.North(6_000);
        Assert.Equal(FixRefusal.Jump, Offer(Good(90, there)).Refusal);
        Assert.Null(Offer(Good(103, there)).Refusal);
        Offer(Good(104, there));
        Assert.True(Offer(Good(105, there)).Believed);
    }

    [Theory]
    [InlineData(0.7346, 124.3162, 0.7346, 124.3162, 0, 0.001)]
    [InlineData(0, 0, 0, 1, 111_195, 1)]
    [InlineData(0, 179.9995, 0, -179.9995, 111.2, 0.1)]
    [InlineData(90, 0, -90, 0, 20_015_115, 10)]
    public void Distances_are_those_of_a_sphere(double latitude, double longitude, double toLatitude, double toLongitude, double metres, double tolerance) =>
        Assert.Equal(metres, new GeoPoint(latitude, longitude).DistanceTo(new GeoPoint(toLatitude, toLongitude)), tolerance);

    [Fact]
    public void No_fix_that_violates_a_rule_is_ever_believed_and_every_fix_is_counted_once() => s_fixes.Sample(story =>
    {
        var (filter, now) = (FixFilter.Empty, TimeSpan.FromHours(1));
        var row = new Dictionary<string, int>();
        foreach (var (fix, milliseconds) in story)
        {
            now += TimeSpan.FromMilliseconds(milliseconds);
            var before = filter;
            (filter, var verdict) = filter.Offer(fix, now, s_rules);
            Assert.Equal(before.Offered + 1, filter.Offered);
            Assert.Equal(filter.Offered, filter.Believed + filter.Confirming + filter.Refused.Sum());
            row[fix.Device] = verdict.Refusal is null ? row.GetValueOrDefault(fix.Device) + 1
                : verdict.Refusal is FixRefusal.NoPosition or FixRefusal.NoTime or FixRefusal.NoError or FixRefusal.SameMoment ? row.GetValueOrDefault(fix.Device) : 0;
            if (!verdict.Believed)
            {
                Assert.Equal(before.LastBelieved, filter.LastBelieved);
                continue;
            }

            Assert.True(row[fix.Device] >= 3);
            Assert.True(fix is { Mode: 2 or 3, HorizontalErrorM: >= 0 and <= 50, SpeedMps: null or (>= 0 and <= 60), Time: not null });
            Assert.InRange(fix.Time!.Value.UtcDateTime.Year, 2026, 2045);
            Assert.InRange(fix.Latitude!.Value, -90, 90);
            Assert.InRange(fix.Longitude!.Value, -180, 180);
            Assert.False(fix is { Latitude: 0, Longitude: 0 });
            if (before.LastBelieved is { } last)
                Assert.True(last.Point.DistanceTo(filter.LastBelieved!.Value.Point) <= 60 * (now - last.At).TotalSeconds + last.ErrorM + fix.HorizontalErrorM!.Value);
        }
    }, iter: 2_000);

    /// <summary>F5: a receiver whose week counter came round before the build tells a year of the past, also at the best reception.</summary>
    [Fact]
    public void A_year_of_before_the_build_or_of_twenty_years_after_it_is_never_believed() =>
        Gen.Select(Gen.Int[2026, 2100], Gen.Int[1970, 2120], Gen.Int[1, 30]).Sample((build, told, count) =>
        {
            var (filter, rules) = (FixFilter.Empty, new FixRules { FirstYear = build });
            for (var second = 1; second <= count; second++)
                (filter, _) = filter.Offer(Good(second) with { Time = new DateTimeOffset(told, 6, 1, 0, 0, second, TimeSpan.Zero) }, TimeSpan.FromSeconds(second), rules);
            var isWithin = told >= build && told <= build + FixRules.YearSpan;
            Assert.Equal(isWithin ? Math.Max(0, count - 2) : 0, filter.Believed);
        }, iter: 2_000);

    /// <summary>F5: gpsd makes 2034 of 2015, which is within the window; a clock that is synchronised knows better.</summary>
    [Theory]
    [InlineData(2034, 2026, 0)]
    [InlineData(2028, 2026, 0)]
    [InlineData(2027, 2026, 3)]
    [InlineData(2034, null, 3)]
    public void A_year_that_came_round_into_the_window_is_believed_only_while_no_clock_is_synchronised(int told, int? clock, int believed)
    {
        var filter = FixFilter.Empty;
        DateTimeOffset? wall = clock is { } year ? new DateTimeOffset(year, 12, 31, 0, 0, 0, TimeSpan.Zero) : null;
        for (var second = 1; second <= 5; second++)
            (filter, _) = filter.Offer(Good(second) with { Time = new DateTimeOffset(told, 6, 1, 0, 0, second, TimeSpan.Zero) }, TimeSpan.FromSeconds(second), s_rules, wall);
        Assert.Equal(believed, filter.Believed);
    }

    /// <summary>Mostly good fixes of two receivers near each other, each with a chance to be wrong in one respect.</summary>
    private static readonly Gen<(Fix Fix, int Milliseconds)[]> s_fixes = Gen.Select(
        Gen.Int[0, 1],
        Gen.OneOf(Gen.Const(3), Gen.Const(3), Gen.Int[0, 4]),
        Gen.Frequency((8, Gen.Int[0, 60].Select(second => (DateTimeOffset?)s_noon.AddSeconds(second))), (1, Gen.Const((DateTimeOffset?)null)), (1, Gen.Int[-8000, 8000].Select(days => (DateTimeOffset?)s_noon.AddDays(days)))),
        Gen.Frequency((8, Gen.Double[-200, 200].Select(metres => (double?)Receiver.Post.North(metres).Latitude)), (1, Gen.Const((double?)null)), (1, Gen.OneOf(Gen.Double[-100, 100], Gen.Double, Gen.Const(0.0)).Select(degrees => (double?)degrees))),
        Gen.Frequency((8, Gen.Const((double?)Receiver.Post.Longitude)), (1, Gen.OneOf(Gen.Const(0.0), Gen.Double).Select(degrees => (double?)degrees))),
        Gen.Frequency((8, Gen.Double[0, 60].Select(metres => (double?)metres)), (1, Gen.Const((double?)null)), (1, Gen.Double.Select(metres => (double?)metres))),
        Gen.Frequency((8, Gen.Double[0, 70].Select(speed => (double?)speed)), (2, Gen.Const((double?)null)), (1, Gen.Double.Select(speed => (double?)speed))),
        Gen.Int[0, 3000],
        (device, mode, time, latitude, longitude, error, speed, milliseconds) =>
            (new Fix($"/dev/{device}", mode, time, latitude, longitude, error, speed), milliseconds)).Array[1, 60];

    /// <summary>A good fix of so many seconds after noon.</summary>
    private static Fix Good(double second, GeoPoint? at = null) =>
        Receiver.Fix(new StationTime(default, s_noon.AddSeconds(second), default), at);

    /// <summary>Offers a fix a second after the one before it, or at the time that it tells if that is sane.</summary>
    private FixVerdict Offer(Fix fix)
    {
        var told = fix.Time - s_noon;
        if (told is { } after && after > TimeSpan.Zero && after < TimeSpan.FromHours(1) && TimeSpan.FromHours(1) + after > _now)
            _now = TimeSpan.FromHours(1) + after;
        (_filter, var verdict) = _filter.Offer(fix, _now, s_rules);
        return verdict;
    }
}
