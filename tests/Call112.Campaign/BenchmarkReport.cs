using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Call112.Campaign;

/// <summary>The file that <c>Call112.Benchmarks --json</c> writes, as far as it is shown here.</summary>
internal sealed record BenchmarkReport(
    int RoundsPerSubject,
    int MessagesPerRound,
    int WarmUpPerRound,
    IReadOnlyList<BenchmarkSubject> Subjects,
    IReadOnlyList<BenchmarkGoal> Goals)
{
    public const string PartName = "benchmarks";

    public static BenchmarkReport Read(string path) =>
        JsonSerializer.Deserialize(File.ReadAllText(path), BenchmarkJson.Default.BenchmarkReport) ?? throw new InvalidDataException($"{path}: empty");

    public CampaignPart ToPart(double seconds, string command) => new(PartName, "Speed and size beside mosquitto_sub and Node-RED")
    {
        Figures = [.. Goals.Select(FigureOf)],
        Tables =
        [
            new FigureTable("Publish to relay output, µs", ["subject", "p50", "p99", "p99.9", "max"],
                [.. Subjects.Select(RowOf)]),
        ],
        Notes =
        [
            string.Create(
                CultureInfo.InvariantCulture,
                $"Medians of {RoundsPerSubject} rounds of {MessagesPerRound:N0} alerts after {WarmUpPerRound:N0} for warm-up; QoS 1, loopback."),
            .. Subjects.Count is 1 or 2 ? new[] { "Node-RED was not installed and is not measured (tests/install --bench)." } : [],
        ],
        Seconds = seconds,
        Command = command,
    };

    private static IReadOnlyList<string> RowOf(BenchmarkSubject subject) =>
        [subject.Name, Micro(subject.Median.P50), Micro(subject.Median.P99), Micro(subject.Median.P999), Micro(subject.Median.Max)];

    /// <summary>Goals are written for a reader, "≤ 50 ms"; here they are numbers again.</summary>
    private static Figure FigureOf(BenchmarkGoal goal)
    {
        var (most, _) = Parse(goal.Goal.TrimStart('≤', ' '));
        var (value, unit) = Parse(goal.Measured);
        return new Figure(goal.Name, value, unit, AtMost: most);
    }

    private static (double Value, string Unit) Parse(string text)
    {
        var length = text.TakeWhile(letter => char.IsAsciiDigit(letter) || letter is '.' or '-').Count();
        return (double.Parse(text.AsSpan(0, length), CultureInfo.InvariantCulture), text[length..].Trim());
    }

    private static string Micro(double value) => value.ToString("N0", CultureInfo.InvariantCulture);
}

internal sealed record BenchmarkSubject(string Name, BenchmarkQuantiles Median);

internal sealed record BenchmarkQuantiles(double P50, double P99, double P999, double Max);

internal sealed record BenchmarkGoal(string Name, string Goal, string Measured, bool Met);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(BenchmarkReport))]
internal sealed partial class BenchmarkJson : JsonSerializerContext;
