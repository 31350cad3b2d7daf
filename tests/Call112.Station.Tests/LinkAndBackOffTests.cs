using CsCheck;

namespace Call112.Station.Tests;

/// <summary>Verdict of a link by the age of its proof, and the wait before the next attempt.</summary>
public class LinkAndBackOffTests
{
    private static readonly LinkDeadlines s_link = new StationTiming().Link;

    /// <summary>F9: nothing else counts, no library's flag either.</summary>
    [Theory]
    [InlineData(0, LinkVerdict.Up)]
    [InlineData(6.999, LinkVerdict.Up)]
    [InlineData(7, LinkVerdict.Suspect)]
    [InlineData(9.999, LinkVerdict.Suspect)]
    [InlineData(10, LinkVerdict.Down)]
    [InlineData(1e6, LinkVerdict.Down)]
    public void A_link_is_judged_by_the_age_of_its_proof_alone(double seconds, LinkVerdict verdict) =>
        Assert.Equal(verdict, s_link.Judge(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(20 + seconds)));

    /// <summary>F9.</summary>
    [Fact]
    public void A_verdict_only_gets_worse_with_age() => Gen.Int[0, 30_000].Array[2].Sample(ages =>
    {
        Array.Sort(ages);
        Assert.True(s_link.Judge(default, TimeSpan.FromMilliseconds(ages[0])) <= s_link.Judge(default, TimeSpan.FromMilliseconds(ages[1])));
    });

    /// <summary>F8: full jitter below a ceiling.</summary>
    [Fact]
    public void A_wait_lies_between_the_floor_and_a_ceiling_that_doubles_up_to_30_s()
    {
        double[] ceilings = [1, 2, 4, 8, 16, 30, 30, 30];
        var (shortest, longest) = (new BackOff(), new BackOff());
        foreach (var ceiling in ceilings)
        {
            (var wait, shortest) = shortest.Fail(0);
            Assert.Equal(BackOff.Floor, wait);
            (wait, longest) = longest.Fail(1 - 1e-12);
            Assert.Equal(ceiling, wait.TotalSeconds, 6);
        }
    }

    /// <summary>F8: whatever the counter, no wait is endless or none.</summary>
    [Fact]
    public void No_number_of_failures_and_no_jitter_leaves_the_bounds() => Gen.Select(Gen.Int[0, int.MaxValue], Gen.Double[-1, 2]).Sample((failures, jitter) =>
    {
        var (wait, next) = new BackOff(failures).Fail(jitter);
        Assert.InRange(wait, BackOff.Floor, BackOff.Cap);
        Assert.InRange(next.Failures, 1, 6);
    });

    /// <summary>F20: two boxes with one identity must not push each other out at every turn.</summary>
    [Fact]
    public void After_a_take_over_the_wait_is_at_least_the_cap_and_at_most_twice_it() => Gen.Double[-1, 2].Sample(jitter =>
        Assert.InRange(BackOff.AfterTakeOver(jitter), BackOff.Cap, BackOff.Cap * 2));

    /// <summary>F20: full jitter above the cap; a jitter out of its range counts as the nearest in it.</summary>
    [Theory]
    [InlineData(-1, 30)]
    [InlineData(0, 30)]
    [InlineData(0.25, 37.5)]
    [InlineData(1, 60)]
    [InlineData(2, 60)]
    public void After_a_take_over_the_jitter_is_added_to_the_cap(double jitter, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), BackOff.AfterTakeOver(jitter));

    /// <summary>F8: the counter stops where the ceiling does.</summary>
    [Theory]
    [InlineData(0, -1, 0.1, 1)]
    [InlineData(0, 0.5, 0.55, 1)]
    [InlineData(1, 0.5, 1.05, 2)]
    [InlineData(4, 0.5, 8.05, 5)]
    [InlineData(5, 0.5, 15.05, 6)]
    [InlineData(6, 2, 30, 6)]
    public void A_wait_is_its_share_of_the_ceiling_above_the_floor(int failures, double jitter, double seconds, int next)
    {
        var (wait, after) = new BackOff(failures).Fail(jitter);
        Assert.Equal((TimeSpan.FromSeconds(seconds), next), (wait, after.Failures));
    }

    [Fact]
    public void A_broker_that_accepts_and_kicks_100_times_is_not_hammered_F8()
    {
        var random = new Random(112);
        var (backOff, total) = (new BackOff(), TimeSpan.Zero);
        for (var i = 0; i < 100; i++)
        {
            (var wait, backOff) = backOff.Fail(random.NextDouble());
            total += wait;
        }

        // Half of 31 s and of 95 times 30 s, on average.
        Assert.InRange(total, TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(35));
    }

    /// <summary>F8: too long a wait delays recovery.</summary>
    [Fact]
    public void After_proof_of_use_the_first_wait_is_short_again()
    {
        var backOff = new BackOff();
        for (var i = 0; i < 10; i++)
            (_, backOff) = backOff.Fail(0.5);
        backOff = new BackOff();
        Assert.InRange(backOff.Fail(0.999).Wait, BackOff.Floor, BackOff.First);
    }

    [Fact]
    public void A_herd_of_200_stations_spreads_over_the_whole_ceiling_F8()
    {
        foreach (var failures in new[] { 0, 5 })
        {
            var random = new Random(200 + failures);
            var waits = Enumerable.Range(0, 200).Select(_ => new BackOff(failures).Fail(random.NextDouble()).Wait).Order().ToList();
            var ceiling = failures == 0 ? BackOff.First : BackOff.Cap;
            Assert.True(waits[^1] - waits[0] > ceiling * 0.85);
            // No tenth of the time has more than a fifth of the herd.
            for (var i = 0; i < 10; i++)
                Assert.InRange(waits.Count(wait => wait >= ceiling * i / 10 && wait < ceiling * (i + 1) / 10), 0, 40);
        }
    }
}
