using System.Globalization;
using System.Xml.Linq;

namespace Call112.Campaign;

/// <summary>One case of a test as it ran: a theory has one for each row of its data.</summary>
public sealed record TestResult(string Project, string Test, string Case, TestOutcome Outcome, string? Message);

public enum TestOutcome
{
    Passed,
    Failed,
    Skipped,
}

/// <summary>How many cases of some tests passed, failed and were skipped.</summary>
public readonly record struct TestCounts(int Passed, int Failed, int Skipped)
{
    public static TestCounts Of(IEnumerable<TestResult> results)
    {
        var counts = new int[3];
        foreach (var result in results)
            counts[(int)result.Outcome]++;
        return new TestCounts(counts[0], counts[1], counts[2]);
    }

    public static TestCounts operator +(TestCounts one, TestCounts other) =>
        new(one.Passed + other.Passed, one.Failed + other.Failed, one.Skipped + other.Skipped);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Passed} passed, {Failed} failed, {Skipped} skipped");
}

/// <summary>Reads what <c>dotnet test --logger trx</c> wrote.</summary>
public static class TestResults
{
    private static readonly XNamespace s_ns = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";

    /// <summary>The results of all <c>*.trx</c> files of a folder; the file's name is the project's.</summary>
    public static IReadOnlyList<TestResult> In(string folder) => !Directory.Exists(folder)
        ? []
        : [.. Directory.EnumerateFiles(folder, "*.trx").Order(StringComparer.Ordinal)
            .SelectMany(file => Read(XDocument.Load(file), Path.GetFileNameWithoutExtension(file)))];

    public static IEnumerable<TestResult> Read(XDocument trx, string project)
    {
        var names = trx.Descendants(s_ns + "UnitTest")
            .Where(test => test.Element(s_ns + "TestMethod") is not null)
            .ToDictionary(test => (string)test.Attribute("id")!, test => NameOf(test.Element(s_ns + "TestMethod")!));
        foreach (var result in trx.Descendants(s_ns + "UnitTestResult"))
        {
            var name = (string)result.Attribute("testName")!;
            var test = names.GetValueOrDefault((string)result.Attribute("testId")!, name);
            yield return new TestResult(project, test, name, OutcomeOf((string?)result.Attribute("outcome")), MessageOf(result));
        }
    }

    /// <summary>Class and method, without the arguments of a theory's row.</summary>
    private static string NameOf(XElement method)
    {
        var name = (string)method.Attribute("name")!;
        var arguments = name.IndexOf('(', StringComparison.Ordinal);
        name = arguments < 0 ? name : name[..arguments];
        var type = (string)method.Attribute("className")!;
        return name.StartsWith(type + ".", StringComparison.Ordinal) ? name : $"{type}.{name}";
    }

    /// <summary>Whatever neither passed nor was left out has failed: an aborted test is no proof.</summary>
    private static TestOutcome OutcomeOf(string? outcome) => outcome switch
    {
        "Passed" => TestOutcome.Passed,
        "NotExecuted" => TestOutcome.Skipped,
        _ => TestOutcome.Failed,
    };

    private static string? MessageOf(XElement result) =>
        result.Element(s_ns + "Output")?.Element(s_ns + "ErrorInfo")?.Element(s_ns + "Message")?.Value.Split('\n')[0].Trim();
}
