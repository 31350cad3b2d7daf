namespace Call112.Gateway.Tests.World;

public sealed class TestClockTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Both_clocks_move_together_when_time_passes()
    {
        var clock = new TestClock();
        var (wall, stamp) = (clock.GetUtcNow(), clock.GetTimestamp());
        clock.Advance(s_second);
        Assert.Equal(wall + s_second, clock.GetUtcNow());
        Assert.Equal(s_second, clock.GetElapsedTime(stamp));
    }

    [Fact]
    public void The_wall_clock_steps_alone_also_back_and_no_timer_notices()
    {
        var clock = new TestClock();
        var fired = 0;
        using var timer = clock.CreateTimer(_ => fired++, null, s_second, Timeout.InfiniteTimeSpan);
        var (wall, stamp) = (clock.GetUtcNow(), clock.GetTimestamp());
        clock.StepWall(TimeSpan.FromDays(-3650));
        Assert.Equal(wall.AddDays(-3650), clock.GetUtcNow());
        clock.StepWall(TimeSpan.FromDays(7300));
        Assert.Equal(TimeSpan.Zero, clock.GetElapsedTime(stamp));
        Assert.Equal(0, fired);
    }

    [Fact]
    public void The_monotonic_clock_moves_alone_and_fires_timers()
    {
        var clock = new TestClock();
        var fired = 0;
        using var timer = clock.CreateTimer(_ => fired++, null, s_second, Timeout.InfiniteTimeSpan);
        var wall = clock.GetUtcNow();
        clock.AdvanceMonotonic(s_second);
        Assert.Equal(1, fired);
        Assert.Equal(wall, clock.GetUtcNow());
    }

    [Fact]
    public void Timers_fire_in_the_order_of_their_due_times_and_see_the_time_at_which_they_were_due()
    {
        var clock = new TestClock(monotonic: TimeSpan.Zero);
        var seen = new List<(string Name, TimeSpan At)>();
        using var late = clock.CreateTimer(_ => seen.Add(("late", clock.Monotonic)), null, 3 * s_second, Timeout.InfiniteTimeSpan);
        using var periodic = clock.CreateTimer(_ => seen.Add(("periodic", clock.Monotonic)), null, s_second, 2 * s_second);
        using var stopped = clock.CreateTimer(_ => seen.Add(("stopped", clock.Monotonic)), null, s_second, s_second);
        stopped.Change(Timeout.InfiniteTimeSpan, s_second);
        clock.Advance(5 * s_second);
        Assert.Equal([("periodic", s_second), ("late", 3 * s_second), ("periodic", 3 * s_second), ("periodic", 5 * s_second)], seen);
        Assert.Equal(5 * s_second, clock.Monotonic);
    }

    [Fact]
    public async Task Delays_and_periodic_timers_of_the_framework_follow_it()
    {
        var clock = new TestClock();
        var delay = Task.Delay(TimeSpan.FromHours(1), clock, TestContext.Current.CancellationToken);
        using var timer = new PeriodicTimer(s_second, clock);
        var tick = timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        clock.Advance(s_second);
        Assert.True(await tick);
        Assert.False(delay.IsCompleted);
        clock.Advance(TimeSpan.FromHours(1));
        await delay;
    }
}
