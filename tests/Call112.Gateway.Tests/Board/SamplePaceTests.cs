using Call112.Gateway.Board;

namespace Call112.Gateway.Tests.Board;

/// <summary>F12: a press that fell between two looks is lost, and somebody must be able to see why.</summary>
public sealed class SamplePaceTests
{
    [Fact]
    public void The_longest_time_between_two_looks_is_told_once()
    {
        var pace = new SamplePace();
        foreach (var ms in new[] { 5_000, 5_010, 5_184, 5_194 })
            pace.Note(TimeSpan.FromMilliseconds(ms));
        Assert.Equal((TimeSpan.FromMilliseconds(5_194), TimeSpan.FromMilliseconds(174)), (pace.LastAt, pace.TakeLongestGap()));
        pace.Note(TimeSpan.FromMilliseconds(5_204));
        Assert.Equal(TimeSpan.FromMilliseconds(10), pace.TakeLongestGap());
        Assert.Equal(TimeSpan.Zero, pace.TakeLongestGap());
    }
}
