using System.Globalization;
using System.Text;

namespace Call112.Campaign;

/// <summary>The page as Markdown: the verdict first, then what a doubter asks for, in that order.</summary>
public sealed class PageText(CampaignPage page, string withoutAPi)
{
    private readonly StringBuilder _text = new();

    public static string Of(CampaignPage page, string withoutAPi)
    {
        var text = new PageText(page, withoutAPi);
        text.Write();
        return text._text.ToString();
    }

    private void Write()
    {
        Line("# The campaign: what was shown, and what was not").Line();
        Verdict();
        Origin();
        FieldFailureTable();
        Times("Transmission times", "From the centre's publish to the relay, and on to the centre's `Received`.");
        Times("Detection times", "From the moment at which something broke to the moment at which somebody was told.");
        Counts("Seeds run", page.Seeds, "No seed of the simulated city was run.");
        Counts("Kills survived", page.Kills, "No real process was killed.");
        Parts();
        TestTable();
        Line("## What cannot be shown without a real Pi").Line().Line(withoutAPi.Trim()).Line();
        HowTo();
        Names();
    }

    private void Verdict()
    {
        var broken = page.Broken;
        var tests = page.Tests.Aggregate(default(TestCounts), (sum, project) => sum + project.Counts);
        var missed = page.Goals.Where(goal => goal.Figure.IsMet == false).ToList();
        var whole = page.PartsNotRun.Count == 0 && page.Steps.All(step => step.ExitCode is not null);
        if (broken.Count > 0)
            Line($"**BROKEN: {Plural(broken.Count, "finding")}.**").Line();
        else
            Line(whole ? "**Nothing broke, and all parts ran.**" : "**Nothing broke in what ran; the campaign is not whole.**").Line();
        foreach (var finding in broken)
            Line($"- {Cell(finding)}");
        Line($"- tests: {tests}");
        Line($"- parts: {page.Parts.Count} ran, {page.PartsNotRun.Count} not run{After(": ", page.PartsNotRun)}");
        var idle = page.Steps.Where(step => step.ExitCode is null).Select(step => step.Name).ToList();
        if (idle.Count > 0)
            Line($"- steps not run: {string.Join(", ", idle)}");
        Line($"- goals: {page.Goals.Count - missed.Count} met, {missed.Count} missed");
        foreach (var goal in missed)
            Line($"  - missed: {Cell(goal.Figure.Name)} ({goal.Part}): {Number(goal.Figure)}, goal {GoalOf(goal.Figure)}");
        var uncovered = page.Failures.Where(failure => failure.IsUncovered).Select(failure => failure.Id).ToList();
        Line($"- field failures: {page.Failures.Count - uncovered.Count} of {page.Failures.Count} exercised{After("; not: ", uncovered)}").Line();
    }

    private void Origin()
    {
        Table(["", ""],
        [
            ["commit", string.Join("; ", page.Commits)],
            ["profile", string.Join(", ", page.Profiles)],
            ["begun", page.Started?.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture) ?? "-"],
            ["duration", Duration(page.Seconds)],
            ["machine", page.Machine.ToString()],
        ]);
    }

    private void FieldFailureTable()
    {
        Line("## The field failures F1 to F21").Line();
        Line("Each is a way in which gateways, brokers or Pi controllers of others broke in the field.");
        Line("Tests are those that cite the number; their counts are of this run.").Line();
        string[] columns = ["", "what broke there", "tests", "passed", "failed", "skipped", "parts", "still to be shown"];
        Table(columns, page.Failures.Select(failure => (IReadOnlyList<string>)
        [
            failure.Id, failure.What,
            FilesOf(failure),
            Whole(failure.Counts.Passed), Whole(failure.Counts.Failed), Whole(failure.Counts.Skipped),
            failure.Parts.Count == 0 ? "-" : string.Join(", ", failure.Parts),
            failure.Missing ?? "-",
        ]), escape: false);
        Line("The number behind a file is that of its tests; their names are at the end of this page.").Line();
    }

    private void Times(string title, string explanation)
    {
        Line($"## {title}").Line().Line(explanation).Line();
        var any = false;
        foreach (var part in page.Parts)
            foreach (var table in part.Tables.Where(table => table.Title.StartsWith(title, StringComparison.OrdinalIgnoreCase)))
            {
                any = true;
                var more = table.Title[title.Length..].Trim(' ', ',', ':', '(', ')');
                Line($"From part {part.Name}{(more.Length > 0 ? $" ({more})" : "")}:").Line();
                Table(table.Columns, table.Rows);
            }

        if (!any)
            Line("Not measured in this run.").Line();
    }

    private void Counts(string title, IReadOnlyList<PartFigure> figures, string none)
    {
        Line($"## {title}").Line();
        if (figures.Count == 0)
            Line(none).Line();
        else
            Table(["part", "", "count"], figures.Select(each => (IReadOnlyList<string>)[each.Part, each.Figure.Name, Number(each.Figure)]));
    }

    private void Parts()
    {
        Line("## The parts").Line();
        foreach (var step in page.Steps)
            foreach (var name in step.Parts.Where(page.PartsNotRun.Contains))
                Line($"- **{name}: {(step.ExitCode is null ? "not run" : "no result")}** (`{step.Command}`)");
        Line();
        foreach (var part in page.Parts)
        {
            Line($"### {part.Name}: {part.Title}").Line();
            var verdict = part.Failures.Count == 0 ? "Passed" : "**FAILED**";
            Line($"{verdict}, {Duration(part.Seconds)}{After("; ", part.Covers)}. `{part.Command}`").Line();
            foreach (var failure in part.Failures)
                Line($"- FAILED: {Cell(failure)}");
            if (part.Failures.Count > 0)
                Line();
            if (part.Figures.Count > 0)
                Table(["figure", "measured", "goal", ""], part.Figures.Select(figure => (IReadOnlyList<string>)
                    [figure.Name, Number(figure), GoalOf(figure), figure.IsMet switch { true => "met", false => "**missed**", null => "" }]));
            foreach (var table in part.Tables)
            {
                Line($"{table.Title}:").Line();
                Table(table.Columns, table.Rows);
            }

            foreach (var note in part.Notes)
                Line($"- {note}");
            if (part.Notes.Count > 0)
                Line();
        }
    }

    private void TestTable()
    {
        Line("## The tests").Line();
        if (page.Tests.Count == 0)
        {
            Line("No test project was run.").Line();
            return;
        }

        Table(["project", "passed", "failed", "skipped"], page.Tests.Select(project => (IReadOnlyList<string>)
            [project.Project, Whole(project.Counts.Passed), Whole(project.Counts.Failed), Whole(project.Counts.Skipped)]));
        foreach (var project in page.Tests)
        {
            foreach (var test in project.Failed)
                Line($"- FAILED: {Cell(test)}");
            foreach (var test in project.Skipped)
                Line($"- skipped: {Cell(test)}");
        }

        Line();
    }

    private void HowTo()
    {
        Line("## How to run it again").Line();
        Line("`tests/campaign --short` (about an hour) or `tests/campaign --full` (most of a day) on a quiet machine;");
        Line("one step alone: `tests/campaign --full --only NAME`. The page is then made anew of all that lies in the results folder.");
        Line("[README](README.md) says what each step needs.").Line();
        Table(["step", "ended", "took", "command"], page.Steps.Select(step => (IReadOnlyList<string>)
        [
            step.Name,
            step.ExitCode switch { null => "not run", 0 => "well", { } code => $"with {code}" },
            step.ExitCode is null ? "-" : Duration(step.Seconds),
            $"`{step.Command}`",
        ]));
    }

    private void Names()
    {
        Line("## The tests of each field failure").Line();
        foreach (var failure in page.Failures)
        {
            Line($"**{failure.Id}** {failure.What}").Line();
            if (failure.Tests.Count == 0)
                Line("- no test cites it");
            foreach (var test in failure.Tests)
                Line($"- [{test.Class}]({test.Path}): {test.Method.Replace('_', ' ')}{OutcomeOf(test.Counts)}");
            Line();
        }
    }

    private PageText Line(string text = "")
    {
        _text.Append(text).Append('\n');
        return this;
    }

    private void Table(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows, bool escape = true)
    {
        Line($"| {string.Join(" | ", columns.Select(Cell))} |");
        Line($"|{string.Concat(columns.Select(_ => "---|"))}");
        foreach (var row in rows)
            Line($"| {string.Join(" | ", escape ? row.Select(Cell) : row)} |");
        Line();
    }

    private static string FilesOf(FailureCoverage failure) => failure.Tests.Count == 0
        ? "**none**"
        : string.Join(", ", failure.Tests.GroupBy(test => test.Path).Select(file => $"[{file.First().Class}]({file.Key}) {file.Count()}"));

    private static string OutcomeOf(TestCounts counts) => counts switch
    {
        { Failed: > 0 } => " **FAILED**",
        { Passed: > 0 } => "",
        { Skipped: > 0 } => " (skipped)",
        _ => " (not run)",
    };

    private static string After(string words, IReadOnlyList<string> list) => list.Count == 0 ? "" : words + string.Join(", ", list);

    /// <summary>A bar ends a cell, and one that is escaped already stays so.</summary>
    private static string Cell(string text) =>
        text.ReplaceLineEndings(" ").Replace("\\|", "|", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal);

    private static string Number(Figure figure) => string.Create(CultureInfo.InvariantCulture, $"{figure.Value:#,0.###} {figure.Unit}").TrimEnd();

    private static string GoalOf(Figure figure) => (figure.AtLeast, figure.AtMost) switch
    {
        ({ } least, { } most) => string.Create(CultureInfo.InvariantCulture, $"{least:#,0.###} to {most:#,0.###}"),
        ({ } least, null) => string.Create(CultureInfo.InvariantCulture, $"≥ {least:#,0.###}"),
        (null, { } most) => string.Create(CultureInfo.InvariantCulture, $"≤ {most:#,0.###}"),
        _ => "",
    };

    private static string Whole(int count) => count.ToString(CultureInfo.InvariantCulture);

    private static string Plural(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");

    private static string Duration(double seconds) => TimeSpan.FromSeconds(seconds) is var time && time >= TimeSpan.FromHours(1)
        ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes} min")
        : time >= TimeSpan.FromMinutes(1) ? string.Create(CultureInfo.InvariantCulture, $"{time.Minutes} min {time.Seconds} s")
        : string.Create(CultureInfo.InvariantCulture, $"{seconds:0.#} s");
}
