using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Call112.Campaign;

/// <summary>The JSON report of dotnet-stryker, as far as it is read here (schema of the mutation testing elements, version 2).</summary>
internal sealed record MutationReport(IReadOnlyDictionary<string, MutatedFile> Files)
{
    public const string PartName = "mutation";

    private const double ScoreMin = 90;

    public static MutationReport Read(string path) =>
        JsonSerializer.Deserialize(File.ReadAllText(path), MutationJson.Default.MutationReport) ?? throw new InvalidDataException($"{path}: empty");

    /// <summary>The part of the campaign.</summary>
    /// <param name="reasons">The page that gives each survivor a reason, as text; a survivor that it does not name is a failure.</param>
    public CampaignPart ToPart(string reasons, double seconds, string command)
    {
        var mutants = Files.SelectMany(file => file.Value.Mutants.Select(mutant => (File: Path.GetFileName(file.Key), Source: file.Value.Source, Mutant: mutant))).ToList();
        var survivors = mutants.Where(each => each.Mutant.Status is "Survived" or "NoCoverage")
            .Select(each => (each.File, each.Mutant.Status, Change: $"`{OneLine(each.Mutant.OriginalIn(each.Source))}` → `{OneLine(each.Mutant.Replacement ?? "")}`"))
            .OrderBy(each => each.File, StringComparer.Ordinal).ThenBy(each => each.Change, StringComparer.Ordinal).ToList();
        var unexplained = survivors.Where(each => !reasons.Contains($"| {each.File} | {each.Change} |", StringComparison.Ordinal)).ToList();
        return new CampaignPart(PartName, "Mutants of the pure core")
        {
            Figures =
            [
                new Figure("mutation score", Math.Round(Score, 2), "%", AtLeast: ScoreMin),
                new Figure("killed", Count("Killed")),
                new Figure("ended by timeout", Count("Timeout")),
                new Figure("survived", Count("Survived")),
                new Figure("reached by no test", Count("NoCoverage")),
                new Figure("survivors without a reason", unexplained.Count, AtMost: 0),
            ],
            Tables =
            [
                new FigureTable("Mutants by file", ["file", "killed", "timeout", "survived", "no coverage", "score, %"], [.. Files.OrderBy(file => file.Key, StringComparer.Ordinal).Select(RowOf).OfType<IReadOnlyList<string>>()]),
                new FigureTable("Survivors", ["file", "change", "status"], [.. survivors.Select(each => (IReadOnlyList<string>)[each.File, each.Change, each.Status])]),
            ],
            Failures = [.. unexplained.Select(each => $"a mutant survives without a reason: {each.File}: {each.Change}")],
            Notes =
            [
                "Score = (killed + timeout) / (killed + timeout + survived + no coverage). Equivalent mutants count as survivors; their reasons are in tests/stryker/survivors.md.",
                string.Create(CultureInfo.InvariantCulture, $"Not in the score: {Count("CompileError")} mutants that the compiler refuses, {Count("Ignored")} that Stryker leaves out (a block whose statements are mutated already)."),
                "StationProperties and AllocationTests do not take part: random stories and counted bytes would make the score another one at each run.",
            ],
            Seconds = seconds,
            Command = command,
        };

        int Count(string status) => mutants.Count(each => each.Mutant.Status == status);
    }

    private double Score => ScoreOf(Files.Values.SelectMany(file => file.Mutants)) ?? 0;

    private static double? ScoreOf(IEnumerable<Mutant> mutants)
    {
        var (found, all) = (0, 0);
        foreach (var mutant in mutants)
        {
            if (mutant.Status is "Killed" or "Timeout")
                found++;
            if (mutant.Status is "Killed" or "Timeout" or "Survived" or "NoCoverage")
                all++;
        }

        return all == 0 ? null : 100.0 * found / all;
    }

    private static IReadOnlyList<string>? RowOf(KeyValuePair<string, MutatedFile> file)
    {
        if (ScoreOf(file.Value.Mutants) is not { } score)
            return null;
        return [Path.GetFileName(file.Key), Count("Killed"), Count("Timeout"), Count("Survived"), Count("NoCoverage"), score.ToString("0.0", CultureInfo.InvariantCulture)];

        string Count(string status) => file.Value.Mutants.Count(mutant => mutant.Status == status).ToString(CultureInfo.InvariantCulture);
    }

    private static string OneLine(string code)
    {
        var words = string.Join(' ', code.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Replace("|", "\\|", StringComparison.Ordinal).Replace('`', '\'');
        return words.Length <= 110 ? words : words[..107] + "...";
    }
}

internal sealed record MutatedFile(string Source, IReadOnlyList<Mutant> Mutants);

internal sealed record Mutant(string MutatorName, string? Replacement, MutantLocation Location, string Status)
{
    /// <summary>The code that was changed.</summary>
    public string OriginalIn(string source)
    {
        var lines = source.Split('\n');
        var (start, end) = (Location.Start, Location.End);
        if (start.Line == end.Line)
            return lines[start.Line - 1][(start.Column - 1)..(end.Column - 1)];
        return string.Join('\n', [lines[start.Line - 1][(start.Column - 1)..], .. lines[start.Line..(end.Line - 1)], lines[end.Line - 1][..(end.Column - 1)]]);
    }
}

internal sealed record MutantLocation(MutantPosition Start, MutantPosition End);

/// <summary>Both count from 1.</summary>
internal sealed record MutantPosition(int Line, int Column);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(MutationReport))]
internal sealed partial class MutationJson : JsonSerializerContext;
