namespace Call112.Station.Tests;

/// <summary>One contact: synthetic bounce (F12). Real bounce is in <see cref="RecordedBounceTests"/>.</summary>
public class DebouncerTests
{
    private static readonly StationTiming s_timing = new();

    [Fact]
    public void A_level_counts_once_it_has_been_the_same_for_the_settling_time()
    {
        Assert.Equal("20 FoundReleased, 120 Pressed, 300 Released", Edges(t => t is >= 100 and < 200));
    }

    [Fact]
    public void Bounce_at_press_and_release_is_one_press()
    {
        // 40 ms of chatter at each end, other at every sample.
        var edges = Edges(t => t is >= 140 and < 300 || (t is >= 100 and < 140 or >= 300 and < 340 && t / 10 % 2 == 0));
        Assert.Equal(["FoundReleased", "Pressed", "Released"], edges.Split(", ").Select(edge => edge.Split(' ')[1]));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(15)]
    [InlineData(19)]
    public void A_spike_shorter_than_the_settling_time_is_no_press(int milliseconds)
    {
        for (var phase = 0; phase < 10; phase++)
            Assert.Equal("20 FoundReleased", Edges(t => t >= 100 + phase && t < 100 + phase + milliseconds));
    }

    [Theory]
    [InlineData(30)]
    [InlineData(40)]
    [InlineData(50)]
    [InlineData(80)]
    public void A_press_longer_than_the_settling_time_and_a_sample_is_never_lost(int milliseconds)
    {
        for (var phase = 0; phase < 10; phase++)
            Assert.Contains("Pressed", Edges(t => t >= 100 + phase && t < 100 + phase + milliseconds), StringComparison.Ordinal);
    }

    /// <summary>The recorded switch 104: opens for 82 ms, closes for 3 and 17 ms, opens for good.</summary>
    [Fact]
    public void A_slow_release_that_closes_once_more_is_one_release()
    {
        var edges = Edges(t => t is >= 100 and < 200 or (>= 282 and < 305), until: 600);
        Assert.Equal("20 FoundReleased, 120 Pressed, 410 Released", edges);
    }

    [Fact]
    public void Pressed_at_boot_is_found_active_and_the_next_press_is_a_press() =>
        Assert.Equal("20 FoundActive, 200 Released, 320 Pressed", Edges(t => t is < 100 or >= 300));

    [Fact]
    public void Held_is_one_press_however_long() =>
        Assert.Equal("20 FoundReleased, 120 Pressed", Edges(t => t >= 100, until: 3_600_000));

    [Fact]
    public void A_contact_that_never_settles_never_counts() =>
        Assert.Equal("", Edges(t => t / 10 % 2 == 0, until: 60_000));

    [Fact]
    public void Lost_samples_cost_a_delay_and_not_a_press()
    {
        // The loop stalls for 60 ms in the middle of a press of 120 ms.
        var edges = Edges(t => t is >= 100 and < 220, lost: t => t is > 110 and < 170);
        Assert.Equal("20 FoundReleased, 170 Pressed, 320 Released", edges);
    }

    /// <summary>Edges of a level that is a function of milliseconds, sampled every 10 ms: "time edge, ...".</summary>
    private static string Edges(Func<int, bool> level, int until = 500, Func<int, bool>? lost = null)
    {
        var edges = new List<string>();
        var debouncer = default(Debouncer);
        for (var t = 0; t < until; t += 10)
        {
            if (lost?.Invoke(t) == true)
                continue;
            (debouncer, var edge) = debouncer.Sample(level(t), TimeSpan.FromMilliseconds(t), s_timing.Settle, s_timing.Release);
            if (edge != Edge.None)
                edges.Add($"{t} {edge}");
        }

        return string.Join(", ", edges);
    }
}
