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
        List<Survivor> survivors =
        [
            .. Files.SelectMany(file => file.Value.Mutants.Where(mutant => mutant.Status is "Survived" or "NoCoverage")
                    .Select(mutant => new Survivor(Path.GetFileName(file.Key), mutant.ChangeIn(file.Value.Source), mutant.Status)))
                .OrderBy(each => each.File, StringComparer.Ordinal).ThenBy(each => each.Change, StringComparer.Ordinal),
        ];
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
                new FigureTable(
                    "Mutants by file", ["file", "killed", "timeout", "survived", "no coverage", "score, %"],
                    [.. Files.OrderBy(file => file.Key, StringComparer.Ordinal).Select(RowOf).OfType<IReadOnlyList<string>>()]),
                new FigureTable(
                    "Survivors", ["file", "change", "status"],
                    [.. survivors.Select(each => (IReadOnlyList<string>)[each.File, each.Change, each.Status])]),
            ],
            Failures = [.. unexplained.Select(each => $"a mutant survives without a reason: {each.File}: {each.Change}")],
            Notes =
            [
                "Score = (killed + timeout) / (killed + timeout + survived + no coverage). Equivalent mutants count as survivors.",
                "The reason of each survivor is in tests/stryker/survivors.md.",
                string.Create(CultureInfo.InvariantCulture, $"Not in the score: {Count("CompileError")} mutants that the compiler refuses."),
                string.Create(CultureInfo.InvariantCulture, $"Nor {Count("Ignored")} blocks whose statements are mutated one by one."),
                "StationProperties and AllocationTests take no part: random stories and counted bytes would make the score another at each run.",
            ],
            Seconds = seconds,
            Command = command,
        };

        int Count(string status) => Files.Values.Sum(file => file.Mutants.Count(mutant => mutant.Status == status));
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
        return
        [
            Path.GetFileName(file.Key), Count("Killed"), Count("Timeout"), Count("Survived"), Count("NoCoverage"),
            score.ToString("0.0", CultureInfo.InvariantCulture),
        ];

        string Count(string status) => file.Value.Mutants.Count(mutant => mutant.Status == status).ToString(CultureInfo.InvariantCulture);
    }
}

/// <summary>A mutant that no test noticed.</summary>
internal sealed record Survivor(string File, string Change, string Status);

internal sealed record MutatedFile(string Source, IReadOnlyList<Mutant> Mutants);

internal sealed record Mutant(string MutatorName, string? Replacement, MutantLocation Location, string Status)
{
    private const int ShownMax = 110;

    /// <summary>What was and what became of it, in one line of a Markdown table: how a survivor is named in the list of reasons.</summary>
    public string ChangeIn(string source) => $"`{OneLine(OriginalIn(source))}` → `{OneLine(Replacement ?? "")}`";

    private string OriginalIn(string source)
    {
        var lines = source.Split('\n');
        var (start, end) = (Location.Start, Location.End);
        if (start.Line == end.Line)
            return lines[start.Line - 1][(start.Column - 1)..(end.Column - 1)];
        var (first, last) = (lines[start.Line - 1][(start.Column - 1)..], lines[end.Line - 1][..(end.Column - 1)]);
        return string.Join('\n', [first, .. lines[start.Line..(end.Line - 1)], last]);
    }

    private static string OneLine(string code)
    {
        var words = string.Join(' ', code.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        words = words.Replace("|", "\\|", StringComparison.Ordinal).Replace('`', '\'');
        return words.Length <= ShownMax ? words : words[..(ShownMax - 3)] + "...";
    }
}

internal sealed record MutantLocation(MutantPosition Start, MutantPosition End);

/// <summary>Both count from 1.</summary>
internal sealed record MutantPosition(int Line, int Column);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(MutationReport))]
internal sealed partial class MutationJson : JsonSerializerContext;
