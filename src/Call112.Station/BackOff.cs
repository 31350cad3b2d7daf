namespace Call112.Station;

/// <summary>
/// How long to wait before the next attempt to connect: full jitter below a doubling ceiling, so that stations that lost the same broker
/// do not come back in the same moment, and come ever more thinly while it stays away (F8). It resets on proof of use, never on the mere success of connecting: a broker that accepts and then kicks must not
/// be hammered.
/// </summary>
/// <param name="Failures">Attempts since the last proof of use.</param>
public readonly record struct BackOff(int Failures)
{
    /// <summary>Shortest wait.</summary>
    public static readonly TimeSpan Floor = TimeSpan.FromMilliseconds(100);

    /// <summary>Ceiling of the first wait; doubles with each failure.</summary>
    public static readonly TimeSpan First = TimeSpan.FromSeconds(1);

    /// <summary>Highest ceiling.</summary>
    public static readonly TimeSpan Cap = TimeSpan.FromSeconds(30);

    private const int DoublingsMax = 5;

    /// <summary>
    /// The wait after another box has taken over the session (F20): at least <see cref="Cap"/>, so that two boxes with one identity do not push each
    /// other out at every turn; at most twice that.
    /// </summary>
    /// <param name="jitter">A random number from 0 (inclusive) to 1 (exclusive).</param>
    public static TimeSpan AfterTakeOver(double jitter) => Cap + (Cap * Math.Clamp(jitter, 0, 1));

    /// <summary>The wait before the next attempt, and the state after it.</summary>
    /// <param name="jitter">A random number from 0 (inclusive) to 1 (exclusive).</param>
    public (TimeSpan Wait, BackOff Next) Fail(double jitter)
    {
        var ceiling = TimeSpan.FromTicks(Math.Min(Cap.Ticks, First.Ticks << Math.Min(Failures, DoublingsMax)));
        var wait = Floor + (ceiling - Floor) * Math.Clamp(jitter, 0, 1);
        return (wait, new BackOff(Math.Min(Failures + 1, DoublingsMax + 1)));
    }
}
