using Call112.Fuzz;

namespace Call112.Gateway.Tests;

/// <summary>
/// Every input that fuzzing has ever needed, through every parser's contract (F2, F7, F18; contract, "Rules for every message"). New inputs are found by
/// <c>dotnet run -c Release --project tests/Call112.Fuzz</c>; a finding becomes a file of the corpus, and fails here until it is fixed.
/// </summary>
public sealed class CorpusTests
{
    public static TheoryData<string> Targets => [.. FuzzTargets.All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Targets))]
    public void Every_committed_input_keeps_the_contract_of_its_parser(string name)
    {
        var target = FuzzTargets.All.Single(target => target.Name == name);
        var corpus = Corpus.Of(name);
        Assert.NotEmpty(corpus);
        var outcomes = new HashSet<string>();
        foreach (var (file, content) in corpus)
            try
            {
                outcomes.Add(target.Check(content));
            }
            catch (FindingException e)
            {
                Assert.Fail($"tests/Call112.Fuzz/corpus/{name}/{file}: {e.Message}");
            }

        // A corpus that is all refused, or all read, tests half of a parser.
        Assert.True(outcomes.Count > 1, $"all {corpus.Count} inputs ended alike");
    }
}
