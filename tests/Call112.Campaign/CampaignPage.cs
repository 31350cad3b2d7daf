using System.Text.Json;
using System.Text.Json.Serialization;

namespace Call112.Campaign;

/// <summary>One failure of the field with everything that looks at it.</summary>
/// <param name="Tests">The tests that cite it, with the outcome of their cases in this run.</param>
/// <param name="Parts">The parts of the campaign that exercise it and have run.</param>
/// <param name="Missing">What nothing here shows yet.</param>
public sealed record FailureCoverage(
    string Id, string What, IReadOnlyList<CoveringTest> Tests, TestCounts Counts, IReadOnlyList<string> Parts, string? Missing)
{
    [JsonIgnore]
    public bool IsUncovered => Counts.Passed + Counts.Failed == 0 && Parts.Count == 0;
}

public sealed record CoveringTest(string Class, string Method, string Path, TestCounts Counts);

/// <summary>The tests of one project in this run.</summary>
public sealed record ProjectTests(string Project, TestCounts Counts, IReadOnlyList<string> Failed, IReadOnlyList<string> Skipped);

/// <summary>A figure and the part that measured it.</summary>
public sealed record PartFigure(string Part, Figure Figure);

/// <summary>
/// Everything that the page shows, gathered from what the run left behind: <c>steps.tsv</c>, a part file each, the trx files, and the
/// sources that say which test covers what. It measures nothing itself, and what is not there is shown as not run.
/// </summary>
public sealed record CampaignPage(
    Machine Machine,
    IReadOnlyList<CampaignStep> Steps,
    IReadOnlyList<CampaignPart> Parts,
    IReadOnlyList<string> PartsNotRun,
    IReadOnlyList<string> UnreadableParts,
    IReadOnlyList<ProjectTests> Tests,
    IReadOnlyList<FailureCoverage> Failures)
{
    /// <summary>Commits from which steps ran; one, unless a part was repeated later.</summary>
    public IReadOnlyList<string> Commits =>
        [.. Steps.Where(step => step.ExitCode is not null).Select(step => step.Dirty ? step.Commit + " with changes" : step.Commit).Distinct()];

    public IReadOnlyList<string> Profiles => [.. Steps.Where(step => step.ExitCode is not null).Select(step => step.Profile).Distinct()];

    public DateTimeOffset? Started => Steps.Min(step => step.Started);

    public double Seconds => Steps.Sum(step => step.Seconds);

    /// <summary>What broke, one line each: failed tests, failures of parts, steps that ended badly, parts that were not written.</summary>
    public IReadOnlyList<string> Broken =>
    [
        .. Tests.SelectMany(project => project.Failed.Select(test => $"test: {test}")),
        .. Parts.SelectMany(part => part.Failures.Select(failure => $"{part.Name}: {failure}")),
        .. UnreadableParts,
        .. Steps.Where(step => step.ExitCode is not (null or 0)).Select(step => $"step {step.Name} ended with {step.ExitCode}"),
        .. Steps.Where(step => step.ExitCode is not null)
            .SelectMany(step => step.Parts.Where(PartsNotRun.Contains).Select(part => $"step {step.Name} ran and wrote no result {part}")),
    ];

    /// <summary>Figures with a goal.</summary>
    [JsonIgnore]
    public IReadOnlyList<PartFigure> Goals => FiguresWhere(figure => figure.IsMet is not null);

    /// <summary>Seeds of the simulated city that were run.</summary>
    public IReadOnlyList<PartFigure> Seeds => FiguresWhere(figure => IsCountOf(figure, "seeds"));

    /// <summary>Kills of real processes that were survived.</summary>
    public IReadOnlyList<PartFigure> Kills => FiguresWhere(figure => IsCountOf(figure, "kills"));

    /// <param name="sources">The folder <c>tests</c>.</param>
    public static CampaignPage From(string results, string sources, Machine machine)
    {
        var steps = CampaignStep.Read(Path.Combine(results, "steps.tsv"));
        var (found, unreadable) = (new Dictionary<string, CampaignPart>(), new List<string>());
        foreach (var file in Directory.EnumerateFiles(results, "*.json").Order(StringComparer.Ordinal))
            try
            {
                var part = CampaignPart.Read(file);
                found[part.Name] = part;
            }
            catch (InvalidDataException e)
            {
                unreadable.Add(e.Message);
            }

        var expected = steps.SelectMany(step => step.Parts).Distinct().ToList();
        List<CampaignPart> parts =
        [
            .. expected.Where(found.ContainsKey).Select(name => found[name]),
            .. found.Values.Where(part => !expected.Contains(part.Name)).OrderBy(part => part.Name, StringComparer.Ordinal),
        ];
        var ran = TestResults.In(Path.Combine(results, "trx"));
        return new CampaignPage(
            machine, steps, parts, [.. expected.Where(name => !found.ContainsKey(name))], unreadable, ProjectsOf(ran),
            Cover(CitedTests.Below(sources), ran, parts));
    }

    public static IReadOnlyList<FailureCoverage> Cover(
        IReadOnlyList<CitedTest> tests, IReadOnlyList<TestResult> ran, IReadOnlyList<CampaignPart> parts)
    {
        var results = ran.ToLookup(result => result.Test);
        return [.. FieldFailures.All.Select(CoverageOf)];

        FailureCoverage CoverageOf(FieldFailure failure)
        {
            var citing = tests.Where(test => test.Failures.Contains(failure.Number)).ToList();
            return new FailureCoverage(
                failure.Id,
                failure.What,
                [.. citing.Select(test => new CoveringTest(test.Class, test.Method, test.Path, TestCounts.Of(results[test.FullName])))],
                TestCounts.Of(citing.SelectMany(test => results[test.FullName])),
                [.. parts.Where(part => part.Covers.Contains(failure.Id)).Select(part => part.Name)],
                failure.Missing);
        }
    }

    public string ToJson() => JsonSerializer.Serialize(this, PageJson.Default.CampaignPage) + "\n";

    private IReadOnlyList<PartFigure> FiguresWhere(Func<Figure, bool> wanted) =>
        [.. Parts.SelectMany(part => part.Figures.Where(wanted).Select(figure => new PartFigure(part.Name, figure)))];

    /// <summary>By its unit, or by its name if it has none: "kills", "kills survived", but not "kills a minute".</summary>
    private static bool IsCountOf(Figure figure, string what) =>
        figure.Unit == what || (figure.Unit.Length == 0 && $"{figure.Name} ".StartsWith(what + " ", StringComparison.OrdinalIgnoreCase));

    private static IReadOnlyList<ProjectTests> ProjectsOf(IReadOnlyList<TestResult> ran) =>
    [
        .. ran.GroupBy(result => result.Project).Select(project => new ProjectTests(
            project.Key,
            TestCounts.Of(project),
            [.. project.Where(result => result.Outcome == TestOutcome.Failed).Select(Told)],
            [.. project.Where(result => result.Outcome == TestOutcome.Skipped).Select(Told)])),
    ];

    private static string Told(TestResult result) => result.Message is { Length: > 0 } message ? $"{result.Case}: {message}" : result.Case;
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CampaignPage))]
internal sealed partial class PageJson : JsonSerializerContext;
