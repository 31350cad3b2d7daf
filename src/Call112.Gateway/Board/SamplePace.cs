namespace Call112.Gateway.Board;

/// <summary>
/// How evenly the inputs are looked at: what a short press lives on (F12). A busy machine, a collection of memory, a relay card that does not
/// answer all show here, and nowhere else.
/// Invariants: noted by the station loop alone; any thread may ask. Times are monotonic.
/// </summary>
public sealed class SamplePace
{
    private long _longestTicks;

    /// <summary>When the loop last looked; zero before the first time.</summary>
    public TimeSpan LastAt { get; private set; }

    internal void Note(TimeSpan now)
    {
        var gap = (now - LastAt).Ticks;
        // A reader that takes the longest one between these two lines costs one figure, and no press.
        if (LastAt != default && gap > Interlocked.Read(ref _longestTicks))
            Interlocked.Exchange(ref _longestTicks, gap);
        LastAt = now;
    }

    /// <summary>The longest time between two looks since this was last asked.</summary>
    public TimeSpan TakeLongestGap() => new(Interlocked.Exchange(ref _longestTicks, 0));
}
