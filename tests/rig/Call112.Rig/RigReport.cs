using System.Globalization;
using System.Text;
using Call112.Campaign;

namespace Call112.Rig;

/// <summary>The table for people, and the part of the campaign.</summary>
internal sealed class RigReport(RigRun run, RigArguments arguments, string kernel, TimeSpan took)
{
    private string Title => $"libgpiod {arguments.Libgpiod}, {kernel}, {arguments.Sizes.Name} run, seed {arguments.Seed}";

    public string Table()
    {
        var text = new StringBuilder().AppendLine(CultureInfo.InvariantCulture, $"\n{Title}").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"{"scenario",-14} {"count",6} {"result",-8} worst figures");
        foreach (var (scenario, findings, _) in run.Results)
        {
            var figures = findings.Figures.Select(Words).DefaultIfEmpty(findings.Skipped ?? "").ToList();
            text.AppendLine(CultureInfo.InvariantCulture, $"{scenario.Name,-14} {findings.Count,6} {Verdict(findings),-8} {figures[0]}");
            foreach (var figure in figures.Skip(1))
                text.AppendLine(CultureInfo.InvariantCulture, $"{"",-14} {"",6} {"",-8} {figure}");
        }

        foreach (var (scenario, findings, _) in run.Results.Where(result => result.Findings.Failed > 0))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"\n{scenario.Name}: {findings.Failed} of its checks failed");
            foreach (var failure in findings.Failures)
                text.AppendLine(CultureInfo.InvariantCulture, $"  {failure}");
        }

        var (passed, failed, skipped) = Counts();
        return text.AppendLine(CultureInfo.InvariantCulture, $"\n{passed} passed, {failed} failed, {skipped} skipped, {took.TotalSeconds:0} s").ToString();
    }

    public void Write() => new CampaignPart($"rig-{arguments.Libgpiod}", $"A real GPIO character device, libgpiod {arguments.Libgpiod}")
    {
        Failures = [.. run.Results.SelectMany(result => result.Findings.Failures.Select(failure => $"{result.Scenario.Name}: {failure}"))],
        Covers = [.. run.Results.Where(result => result.Findings.Skipped is null).SelectMany(result => result.Scenario.Covers).Distinct().Order()],
        Figures = [.. run.Results.SelectMany(result => result.Findings.Figures.Select(figure => figure with { Name = $"{result.Scenario.Name}: {figure.Name}" }))],
        Tables =
        [
            new FigureTable("Scenarios", ["scenario", "what", "count", "result"], [.. run.Results.Select(result => (IReadOnlyList<string>)
                [result.Scenario.Name, result.Scenario.Title, result.Findings.Count.ToString(CultureInfo.InvariantCulture), Verdict(result.Findings)])]),
        ],
        Notes =
        [
            Title + ": the published gateway on gpio-sim chips under User-Mode Linux, one processor, clock ticks of 100 Hz.",
            "What is driven comes from the kernel's own trace of every line, without gaps; the levels that lines fall to are sampled.",
            .. run.Results.Where(result => result.Findings.Skipped is not null).Select(result => $"{result.Scenario.Name} did not run: {result.Findings.Skipped}"),
        ],
        Seconds = Math.Round(took.TotalSeconds, 1),
        Command = arguments.Command,
    }.Write();

    private (int Passed, int Failed, int Skipped) Counts() => (
        run.Results.Count(result => result.Findings is { Failed: 0, Skipped: null }),
        run.Results.Count(result => result.Findings.Failed > 0),
        run.Results.Count(result => result.Findings.Skipped is not null));

    private static string Verdict(Scenarios.Findings findings) => findings.Skipped is not null ? "skipped" : findings.Failed == 0 ? "passed" : "FAILED";

    private static string Words(Figure figure) => string.Create(CultureInfo.InvariantCulture,
        $"{figure.Name}: {figure.Value:0.##}{(figure.Unit.Length == 0 ? "" : " " + figure.Unit)}{(figure.AtMost is { } limit ? $" (at most {limit:0.#})" : "")}");
}
