using System.Text.Json.Serialization;

namespace Call112.Benchmarks;

/// <summary>Quantiles of one sample, in microseconds, by nearest rank: each is a value that was really measured.</summary>
internal sealed record Quantiles(double P50, double P99, double P999, double Max)
{
    public static Quantiles Of(IReadOnlyCollection<long> nanoseconds)
    {
        var sorted = nanoseconds.Order().ToArray();
        return new Quantiles(At(0.50), At(0.99), At(0.999), At(1.0));

        double At(double share) => sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)] / 1000.0;
    }

    /// <summary>The median of the rounds, quantile by quantile.</summary>
    public static Quantiles MedianOf(IReadOnlyCollection<Quantiles> rounds) => new(
        Median.Of(rounds.Select(round => round.P50)),
        Median.Of(rounds.Select(round => round.P99)),
        Median.Of(rounds.Select(round => round.P999)),
        Median.Of(rounds.Select(round => round.Max)));
}

internal static class Median
{
    public static double Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }
}

/// <summary>Ours divided by theirs: below 1 the gateway is faster.</summary>
internal sealed record Ratio(double P50, double P99, double P999)
{
    /// <summary>The median of the ratios of rounds that ran beside each other, so that a slow spell of the machine weighs on both sides.</summary>
    public static Ratio OfPairedRounds(IReadOnlyList<Quantiles> ours, IReadOnlyList<Quantiles> theirs)
    {
        return new Ratio(Of(round => round.P50), Of(round => round.P99), Of(round => round.P999));

        double Of(Func<Quantiles, double> value) => Math.Round(Median.Of(ours.Zip(theirs, (our, their) => value(our) / value(their))), 3);
    }
}

/// <summary>Publish to relay output of one subject, microseconds.</summary>
internal sealed record SubjectFigures(string Name, string Description, Quantiles Median, IReadOnlyList<Quantiles> Rounds);

/// <summary>Start to subscribed and armed, milliseconds.</summary>
internal sealed record StartFigures(double MedianMs, double MinMs, double MaxMs, int Starts);

/// <summary>An idle gateway, connected, panel on, with a living centre.</summary>
internal sealed record IdleFigures(double ResidentMiB, double CpuPercentOfACore, double MeasuredSeconds);

/// <summary>A start over a long journal.</summary>
internal sealed record JournalFigures(int Entries, double SizeMiB, double MedianMs, int Starts);

/// <summary>A goal and whether this run met it. Goals are reported, never enforced: a noisy machine is not a defect.</summary>
internal sealed record Verdict(string Name, string Goal, string Measured, bool Met);

/// <summary>On what it was measured.</summary>
internal sealed record Machine(string Processor, int Cores, string System, string Mosquitto);

/// <summary>Everything of one run; <c>--json</c> writes it.</summary>
internal sealed record RunFigures(
    DateTimeOffset MeasuredAt,
    Machine Machine,
    int RoundsPerSubject,
    int MessagesPerRound,
    int WarmUpPerRound,
    Ratio? RatioToMosquittoSub,
    Ratio? RatioToNodeRed,
    IReadOnlyList<SubjectFigures> Subjects,
    StartFigures? Start,
    IdleFigures? Idle,
    JournalFigures? Journal,
    IReadOnlyList<Verdict> Goals);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(RunFigures))]
internal sealed partial class FiguresContext : JsonSerializerContext;
