namespace Call112.Campaign.Tests;

/// <summary>The page tells what broke, what did not run and what nobody covers; it never looks better than what lies in the folder.</summary>
public sealed class PageTests : IDisposable
{
    private static readonly Machine s_machine = new("P", 2, 4, "S", "K", "R");

    private readonly string _folder = Directory.CreateTempSubdirectory("call112-page-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void An_empty_folder_is_a_campaign_that_was_not_run()
    {
        var text = Text(Page("sim\t\t\t\t\t\t\tsimulation\tdotnet run -- sim"));
        Assert.Contains("**Nothing broke in what ran; the campaign is not whole.**", text, StringComparison.Ordinal);
        Assert.Contains("0 ran, 1 not run: simulation", text, StringComparison.Ordinal);
        Assert.Contains("**simulation: not run** (`dotnet run -- sim`)", text, StringComparison.Ordinal);
        Assert.Contains("No seed of the simulated city was run.", text, StringComparison.Ordinal);
        Assert.Contains("No test project was run.", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_whole_campaign_says_so_and_shows_seeds_kills_times_and_missed_goals()
    {
        Write(new CampaignPart("simulation", "The city") { Figures = [new Figure("seeds", 2000), new Figure("steps", 5)], Covers = ["F15"] });
        Write(new CampaignPart("kill-gateway", "Kills")
        {
            Figures = [new Figure("survived", 500, "kills"), new Figure("kills a minute", 9, "1/min"), new Figure("slowest", 3, "s", AtMost: 2)],
            Tables = [new FigureTable("Transmission times, ms", ["what", "p50"], [["a|b", "1.5"]])],
        });

        var page = Page(Ran("sim", "simulation"), Ran("kill", "kill-gateway"));
        var text = Text(page);

        Assert.Empty(page.Broken);
        Assert.Contains("**Nothing broke, and all parts ran.**", text, StringComparison.Ordinal);
        Assert.Equal([("simulation", 2000.0)], page.Seeds.Select(each => (each.Part, each.Figure.Value)));
        Assert.Equal([("kill-gateway", 500.0)], page.Kills.Select(each => (each.Part, each.Figure.Value)));
        Assert.Contains("| a\\|b | 1.5 |", text, StringComparison.Ordinal);
        Assert.Contains("- missed: slowest (kill-gateway): 3 s, goal ≤ 2", text, StringComparison.Ordinal);
        Assert.Contains("| commit | abc |", text, StringComparison.Ordinal);
        Assert.False(page.Failures.Single(failure => failure.Id == "F15").IsUncovered);
    }

    [Fact]
    public void Whatever_broke_comes_first()
    {
        Write(new CampaignPart("kill-gateway", "Kills") { Failures = ["a dispatch was lost"] });
        var page = Page(Ran("kill", "kill-gateway"), Ran("fuzz", "fuzz"), "soak\t7\t2026-11-24T13:00:00Z\t1\tabc\t1\tfull\t\tsoak");
        Assert.Equal(["kill-gateway: a dispatch was lost", "step soak ended with 7", "step fuzz ran and wrote no result fuzz"], page.Broken);
        Assert.StartsWith("# The campaign: what was shown, and what was not\n\n**BROKEN: 3 findings.**", Text(page), StringComparison.Ordinal);
        Assert.Equal(["abc", "abc with changes"], page.Commits);
    }

    [Fact]
    public void A_part_that_cannot_be_read_is_a_finding_and_costs_no_other_part()
    {
        Write(new CampaignPart("kill-gateway", "Kills"));
        File.WriteAllText(Path.Combine(_folder, "fuzz.json"), "{\"name\":\"fuzz\",");
        File.WriteAllText(Path.Combine(_folder, "soak.json"), "{}");
        File.WriteAllText(Path.Combine(_folder, "rest.json"), """{"name":"rest","title":"Written at rest"}""");
        var page = Page(Ran("kill", "kill-gateway", "rest"));
        Assert.Equal(["kill-gateway", "rest"], page.Parts.Select(part => part.Name));
        Assert.Collection(
            page.Broken,
            finding => Assert.StartsWith("fuzz.json is no part of a campaign: ", finding, StringComparison.Ordinal),
            finding => Assert.Equal("soak.json is no part of a campaign: no name or no title", finding));
        Assert.Contains("### rest: Written at rest", Text(page), StringComparison.Ordinal);
    }

    [Fact]
    public void A_part_that_nobody_expected_is_shown_all_the_same()
    {
        Write(new CampaignPart("links", "Two uplinks") { Notes = ["seed 7"] });
        Assert.Contains("### links: Two uplinks", Text(Page(Ran("kill"))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_failure_counts_the_cases_of_the_tests_that_cite_it_and_no_others()
    {
        CitedTest[] tests =
        [
            new("N", "C", "One", "A/C.cs", new HashSet<int> { 6 }), new("N", "C", "Two", "A/C.cs", new HashSet<int> { 6, 7 }),
            new("N", "C", "Three", "A/C.cs", new HashSet<int>()),
        ];
        TestResult[] ran =
        [
            new("P", "N.C.One", "N.C.One(1)", TestOutcome.Passed, null), new("P", "N.C.One", "N.C.One(2)", TestOutcome.Passed, null),
            new("P", "N.C.Two", "N.C.Two", TestOutcome.Skipped, null), new("P", "N.C.Three", "N.C.Three", TestOutcome.Failed, "no"),
        ];
        var covered = CampaignPage.Cover(tests, ran, [new CampaignPart("p", "t") { Covers = ["F7"] }]).ToDictionary(failure => failure.Id);
        Assert.Equal(new TestCounts(2, 0, 1), covered["F6"].Counts);
        Assert.Equal(["One", "Two"], covered["F6"].Tests.Select(test => test.Method));
        Assert.Equal((new TestCounts(0, 0, 1), "p"), (covered["F7"].Counts, Assert.Single(covered["F7"].Parts)));
        // Cited only by a test that was skipped, or by none: nothing was shown.
        Assert.True(CampaignPage.Cover(tests, ran, []).Single(failure => failure.Id == "F7").IsUncovered);
        Assert.True(covered["F15"].IsUncovered);
    }

    [Fact]
    public void The_list_of_failures_is_whole_and_every_gap_names_who_owes_it()
    {
        Assert.Equal(Enumerable.Range(1, FieldFailures.Count), FieldFailures.All.Select(failure => failure.Number));
        Assert.All(FieldFailures.All, failure => Assert.Matches("issue|Pi", failure.Missing ?? "Pi"));
    }

    /// <summary>A failure that no test cites must say what is missing; the page would otherwise show a bare hole.</summary>
    [Fact]
    public void Every_failure_of_the_list_is_cited_by_a_test_or_says_what_is_missing()
    {
        var cited = CitedTests.Below(Tests.Folder).Where(test => !test.Path.StartsWith("Call112.Campaign.Tests/", StringComparison.Ordinal))
            .SelectMany(test => test.Failures).ToHashSet();
        Assert.Empty(FieldFailures.All.Where(failure => failure.Missing is null && !cited.Contains(failure.Number)).Select(failure => failure.Id));
    }

    [Fact]
    public void The_page_as_json_holds_what_the_text_holds()
    {
        Write(new CampaignPart("kill-gateway", "Kills") { Figures = [new Figure("survived", 500, "kills")] });
        var json = Page(Ran("kill", "kill-gateway", "fuzz")).ToJson();
        string[] words = ["\"F21\"", "\"kills\"", "\"partsNotRun\"", "\"commits\"", "\"broken\"", "step kill ran and wrote no result fuzz"];
        foreach (var expected in words)
            Assert.Contains(expected, json, StringComparison.Ordinal);
    }

    private static string Ran(string step, params string[] parts) =>
        $"{step}\t0\t2026-11-24T13:00:00Z\t60\tabc\t0\tfull\t{string.Join(',', parts)}\tdotnet {step}";

    private static string Text(CampaignPage page) => PageText.Of(page, "- relay pins");

    private CampaignPage Page(params string[] steps)
    {
        File.WriteAllLines(Path.Combine(_folder, "steps.tsv"), steps);
        return CampaignPage.From(_folder, Tests.Folder, s_machine);
    }

    private void Write(CampaignPart part) => part.WriteInto(_folder);
}
