using System.Xml.Linq;

namespace Call112.Campaign.Tests;

/// <summary>What is read from trx files, from the list of steps and from the reports of other tools.</summary>
public class ResultsTests
{
    private const string Trx = """
        <?xml version="1.0" encoding="utf-8"?>
        <TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010">
          <Results>
            <UnitTestResult testId="1" testName="N.C.Sounds" outcome="Passed" />
            <UnitTestResult testId="2" testName="N.C.Steps(by: 1)" outcome="Passed" />
            <UnitTestResult testId="3" testName="N.C.Steps(by: 2)" outcome="Failed">
              <Output><ErrorInfo><Message>Expected: 1
              Actual: 2</Message></ErrorInfo></Output>
            </UnitTestResult>
            <UnitTestResult testId="4" testName="N.C.Needs_a_daemon" outcome="NotExecuted" />
            <UnitTestResult testId="5" testName="N.C.Hangs" outcome="Aborted" />
          </Results>
          <TestDefinitions>
            <UnitTest id="1"><TestMethod className="N.C" name="Sounds" /></UnitTest>
            <UnitTest id="2"><TestMethod className="N.C" name="Steps(by: 1)" /></UnitTest>
            <UnitTest id="3"><TestMethod className="N.C" name="N.C.Steps" /></UnitTest>
            <UnitTest id="4"><TestMethod className="N.C" name="Needs_a_daemon" /></UnitTest>
            <UnitTest id="5"><TestMethod className="N.C" name="Hangs" /></UnitTest>
          </TestDefinitions>
        </TestRun>
        """;

    [Fact]
    public void A_trx_gives_each_case_its_test_and_its_outcome()
    {
        var results = TestResults.Read(XDocument.Parse(Trx), "P").ToList();
        Assert.Equal(["N.C.Sounds", "N.C.Steps", "N.C.Steps", "N.C.Needs_a_daemon", "N.C.Hangs"], results.Select(result => result.Test));
        Assert.Equal(
            [TestOutcome.Passed, TestOutcome.Passed, TestOutcome.Failed, TestOutcome.Skipped, TestOutcome.Failed],
            results.Select(result => result.Outcome));
        Assert.Equal("Expected: 1", results[2].Message);
        Assert.Equal("2 passed, 2 failed, 1 skipped", TestCounts.Of(results).ToString());
    }

    [Fact]
    public void A_step_that_ran_and_one_that_did_not_are_told_apart()
    {
        var ran = CampaignStep.Parse("simulation\t3\t2026-11-24T13:00:00Z\t12.5\tabc\t1\tfull\tsimulation,extra\tdotnet run");
        Assert.Equal((3, 12.5, "abc", true), (ran.ExitCode, ran.Seconds, ran.Commit, ran.Dirty));
        Assert.Equal(["simulation", "extra"], ran.Parts);
        var idle = CampaignStep.Parse("fuzz\t\t\t\t\t\t\tfuzz\tdotnet run");
        Assert.Null(idle.ExitCode);
        Assert.Null(idle.Started);
        Assert.Throws<InvalidDataException>(() => CampaignStep.Parse("fuzz\t0"));
    }

    [Fact]
    public void The_mutation_score_counts_what_no_test_reaches_and_wants_a_reason_for_each_survivor()
    {
        var source = "if (a &&\n    b)\n    Go();\n";
        MutationReport report = new(new Dictionary<string, MutatedFile>
        {
            ["/x/src/A.cs"] = new(source,
            [
                At("Killed", 3, 5, 3, 10, ";"), At("Timeout", 3, 5, 3, 10, "x"),
                At("Survived", 1, 5, 2, 6, "a || b"), At("NoCoverage", 3, 5, 3, 10, ";"),
                At("CompileError", 1, 1, 1, 2, ""), At("Ignored", 1, 1, 1, 2, ""),
            ]),
            ["/x/src/B.cs"] = new("", [At("Ignored", 1, 1, 1, 1, "")]),
        });

        var part = report.ToPart("| A.cs | `a && b` → `a \\|\\| b` | because |", 1, "c");

        Assert.Equal(50, part.Figures.Single(figure => figure.Name == "mutation score").Value);
        Assert.Equal(1, part.Figures.Single(figure => figure.Name == "survivors without a reason").Value);
        Assert.Equal("a mutant survives without a reason: A.cs: `Go();` → `;`", Assert.Single(part.Failures));
        Assert.Equal(["A.cs", "1", "1", "1", "1", "50.0"], Assert.Single(part.Tables[0].Rows));

        static Mutant At(string status, int line, int column, int endLine, int endColumn, string replacement) =>
            new("any", replacement, new MutantLocation(new MutantPosition(line, column), new MutantPosition(endLine, endColumn)), status);
    }

    [Fact]
    public void Goals_of_the_benchmarks_are_numbers_again()
    {
        var part = new BenchmarkReport(5, 1000, 500, [new BenchmarkSubject("gateway", new BenchmarkQuantiles(235, 877, 1828, 4070))],
        [
            new BenchmarkGoal("start", "≤ 50 ms", "117.4 ms", false), new BenchmarkGoal("p50", "≤ 1.2×", "0.62×", true),
            new BenchmarkGoal("processor, idle", "≤ 0.5 % of a core", "0.93 % of a core", false),
        ]).ToPart(1, "c");
        Assert.Equal(
            [(117.4, "ms", 50.0), (0.62, "×", 1.2), (0.93, "% of a core", 0.5)],
            part.Figures.Select(figure => (figure.Value, figure.Unit, figure.AtMost!.Value)));
        Assert.Equal([false, true, false], part.Figures.Select(figure => figure.IsMet!.Value));
        Assert.Contains(part.Notes, note => note.Contains("Node-RED was not installed", StringComparison.Ordinal));
    }
}
