namespace Call112.Benchmarks;

/// <summary>What to measure and how often.</summary>
/// <param name="Rounds">Rounds of each subject, taken in turn.</param>
/// <param name="Messages">Alerts that count, in each round.</param>
/// <param name="WarmUp">Alerts before them that do not count, in each round, because a round is a fresh process.</param>
/// <param name="Pause">Rest after each message, so that the next one meets an idle machine.</param>
/// <param name="Starts">Starts of which the median is taken.</param>
/// <param name="IdleSettle">How long the gateway has been connected when its memory is read.</param>
/// <param name="IdleMeasure">How long its processor time is counted after that.</param>
internal sealed record BenchmarkOptions(
    int Rounds, int Messages, int WarmUp, TimeSpan Pause, int Starts, TimeSpan IdleSettle, TimeSpan IdleMeasure, int JournalEntries)
{
    public static BenchmarkOptions Full { get; } =
        new(5, 1_000, 500, TimeSpan.FromMilliseconds(4), 20, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30), 1_000_000);

    /// <summary>Shows that everything runs; too short to be believed.</summary>
    public static BenchmarkOptions Quick { get; } =
        new(2, 200, 50, TimeSpan.FromMilliseconds(4), 5, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(5), 50_000);
}
