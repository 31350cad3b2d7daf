namespace Call112.Center.Messaging;

/// <summary>How long to wait before the next connect: full jitter over a doubling bound, at most 30 s (F8).</summary>
internal static class BackOff
{
    public static TimeSpan Base => TimeSpan.FromMilliseconds(500);

    public static TimeSpan Cap => TimeSpan.FromSeconds(30);

    /// <param name="failures">Connections in a row that ended before they were stable; 1 after the first.</param>
    /// <param name="dice">Uniform in [0, 1).</param>
    public static TimeSpan Wait(int failures, double dice)
    {
        // 2^6 × 0.5 s is beyond the cap: no need to compute further, and no overflow.
        var bound = Math.Min(Base.TotalMilliseconds * Math.Pow(2, Math.Clamp(failures, 0, 7)), Cap.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(bound * dice);
    }
}
