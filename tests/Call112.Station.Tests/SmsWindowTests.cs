namespace Call112.Station.Tests;

/// <summary>F6, F7: which counters of the SMS path are taken, one by one at the limits of the window (decision 0018).</summary>
public class SmsWindowTests
{
    private static readonly Guid s_some = new(112, 0, 0, new byte[8]);

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public void A_counter_is_a_time_after_1970(long counter, bool taken) => Assert.Equal(taken, new SmsWindow().Takes(counter));

    [Fact]
    public void A_window_that_is_not_full_takes_what_is_older_than_all_and_a_full_one_does_not()
    {
        var window = Of(SmsWindow.Kept - 1);
        Assert.True(window.Takes(1));
        window = Of(SmsWindow.Kept);
        Assert.False(window.Takes(1), "older than all that are kept");
        Assert.False(window.Takes(10), "the oldest that is kept");
        Assert.True(window.Takes(11), "between two that are kept");
        Assert.True(window.Takes(10 * SmsWindow.Kept + 1), "newer than all");
    }

    [Fact]
    public void The_oldest_leaves_a_full_window_and_the_rest_stays_in_order()
    {
        var window = Of(SmsWindow.Kept).With(15, s_some);
        Assert.Equal([15, 20, 30], window.Accepted.Take(3));
        Assert.Equal(SmsWindow.Kept, window.Accepted.Length);
        Assert.Equal(window.Accepted.Order(), window.Accepted);
    }

    [Fact]
    public void A_counter_that_is_already_kept_changes_only_whose_steps_are_answered()
    {
        var (window, other) = (Of(3), new Guid(113, 0, 0, new byte[8]));
        var after = window.With(20, other);
        Assert.Equal(window.Accepted, after.Accepted);
        Assert.Equal([s_some, other], after.Dispatches);
    }

    [Fact]
    public void The_steps_of_sixteen_dispatches_are_answered_and_one_that_comes_again_is_the_newest()
    {
        var window = new SmsWindow();
        for (var i = 1; i <= SmsWindow.DispatchesMax; i++)
            window = window.With(i, Dispatch(i));
        Assert.Equal(Enumerable.Range(1, SmsWindow.DispatchesMax).Select(Dispatch), window.Dispatches);
        window = window.With(100, Dispatch(1));
        Assert.Equal((SmsWindow.DispatchesMax, Dispatch(2), Dispatch(1)), (window.Dispatches.Length, window.Dispatches[0], window.Dispatches[^1]));
        window = window.With(101, Dispatch(99));
        Assert.Equal((SmsWindow.DispatchesMax, Dispatch(3), Dispatch(99)), (window.Dispatches.Length, window.Dispatches[0], window.Dispatches[^1]));
    }

    /// <summary>Counters 10, 20, 30 and so on.</summary>
    private static SmsWindow Of(int count) => Enumerable.Range(1, count).Aggregate(new SmsWindow(), (window, i) => window.With(10 * i, s_some));

    private static Guid Dispatch(int number) => new(number, 1, 2, new byte[8]);
}
