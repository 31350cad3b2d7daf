using System.Globalization;
using Call112.Campaign;

const string Usage = """
    usage: Call112.Campaign page RESULTS [--tests FOLDER] [--markdown FILE] [--json FILE]   the page of what a run left
           Call112.Campaign mutation REPORT.json REASONS.md SECONDS COMMAND                 part "mutation" of a report of dotnet-stryker
           Call112.Campaign benchmarks FIGURES.json SECONDS COMMAND                         part "benchmarks" of the figures of Call112.Benchmarks

    Parts are written into the folder that CALL112_RESULTS names. "page" ends with 0 if nothing broke, 1 if something did.
    """;

switch (args)
{
    case ["page", var results, .. var options]:
        return Page(results, options);
    case ["mutation", var report, var reasons, var seconds, var command]:
        return Part(MutationReport.Read(report).ToPart(File.ReadAllText(reasons), double.Parse(seconds, CultureInfo.InvariantCulture), command));
    case ["benchmarks", var figures, var seconds, var command]:
        return Part(BenchmarkReport.Read(figures).ToPart(double.Parse(seconds, CultureInfo.InvariantCulture), command));
    default:
        Console.Error.WriteLine(Usage);
        return 2;
}

static int Part(CampaignPart part)
{
    part.Write();
    foreach (var figure in part.Figures)
    {
        var missed = figure.IsMet == false ? "MISSED" : "";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{figure.Name}: {figure.Value} {figure.Unit} {missed}").TrimEnd());
    }

    foreach (var failure in part.Failures)
        Console.WriteLine($"FAILED: {failure}");
    return part.Failures.Count == 0 ? 0 : 1;
}

static int Page(string results, string[] options)
{
    string? tests = null, markdown = null, json = null;
    for (var i = 0; i < options.Length; i += 2)
    {
        var value = i + 1 < options.Length ? options[i + 1] : null;
        switch (options[i])
        {
            case "--tests" when value is not null:
                tests = value;
                break;
            case "--markdown" when value is not null:
                markdown = value;
                break;
            case "--json" when value is not null:
                json = value;
                break;
            default:
                Console.Error.WriteLine($"unknown option, or one without a value: {options[i]}\n{Usage}");
                return 2;
        }
    }

    var page = CampaignPage.From(results, tests ?? "tests", Machine.Here());
    using var resource = new StreamReader(typeof(CampaignPage).Assembly.GetManifestResourceStream("without-a-pi.md")!);
    var text = PageText.Of(page, resource.ReadToEnd());
    if (markdown is not null)
        File.WriteAllText(markdown, text);
    if (json is not null)
        File.WriteAllText(json, page.ToJson());
    foreach (var part in page.Parts)
        Console.WriteLine($"{part.Name,-24} {(part.Failures.Count == 0 ? "passed" : "FAILED")}  {part.Title}");
    foreach (var name in page.PartsNotRun)
        Console.WriteLine($"{name,-24} not run");
    foreach (var finding in page.Broken)
        Console.WriteLine($"BROKEN: {finding}");
    return page.Broken.Count == 0 ? 0 : 1;
}
