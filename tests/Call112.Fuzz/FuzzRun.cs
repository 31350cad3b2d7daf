using System.Globalization;
using System.Security.Cryptography;
using Call112.Campaign;

namespace Call112.Fuzz;

/// <summary>
/// Fuzzes one target after another: takes an input of the corpus, changes it, runs it, keeps it when it reached something new. The committed
/// corpus comes first. A finding is written to disk, shortened, and the run goes on. The same seed and number of inputs give the same run.
/// </summary>
internal sealed class FuzzRun(IReadOnlyList<FuzzTarget> targets, TimeSpan each, int seed, string? keep)
{
    private const int FindingsMax = 20;

    private readonly List<Result> _results = [];

    /// <summary>Gives the exit code: 0, or 1 with findings.</summary>
    public int Run()
    {
        var began = TimeProvider.System.GetTimestamp();
        Console.WriteLine($"seed {seed}, {each.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s for each target");
        foreach (var target in targets)
        {
            var result = Fuzz(target);
            _results.Add(result);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{target.Name,-18} {result.Executions,10} executions {result.PerSecond,8:0}/s {result.Edges,6} edges {result.Outcomes,5} outcomes  corpus {result.Seeds} + {result.Kept}  findings {result.Findings.Count}"));
            foreach (var finding in result.Findings)
                Console.WriteLine($"  FINDING {finding}");
        }

        Write(TimeProvider.System.GetElapsedTime(began).TotalSeconds);
        var findings = _results.Sum(result => result.Findings.Count);
        Console.WriteLine($"{_results.Sum(result => result.Executions)} executions, {_results.Sum(result => result.Edges)} edges, {_results.Sum(result => result.Seeds + result.Kept)} inputs in the corpus, {findings} findings");
        return findings == 0 ? 0 : 1;
    }

    private Result Fuzz(FuzzTarget target)
    {
        var (map, outcomes, findings) = (new EdgeMap(), new HashSet<string>(), new Dictionary<string, string>());
        var corpus = Corpus.Of(target.Name).Select(file => file.Content).ToList();
        var (seeds, executions) = (corpus.Count, 0L);
        var mutator = new Mutator(new Random(seed), target.MaxBytes);
        var began = TimeProvider.System.GetTimestamp();
        foreach (var known in corpus)
            Try(known);
        while (TimeProvider.System.GetElapsedTime(began) < each && findings.Count < FindingsMax)
        {
            var input = mutator.Mutate(corpus);
            if (!Try(input))
                continue;
            corpus.Add(input);
            Keep(target, input);
        }

        return new Result(target.Name, executions, executions / TimeProvider.System.GetElapsedTime(began).TotalSeconds, map.Edges, outcomes.Count, seeds, corpus.Count - seeds, [.. findings.Values]);

        bool Try(byte[] input)
        {
            executions++;
            try
            {
                string? outcome = null;
                EdgeMap.Run(() => outcome = target.Check(input));
                return map.Fold() | outcomes.Add(outcome!);
            }
            catch (FindingException e)
            {
                var kind = string.Concat(e.Message.Where(c => !char.IsAsciiDigit(c)).Take(60));
                if (findings.TryAdd(kind, ""))
                    findings[kind] = $"{e.Message.ReplaceLineEndings(" ")}: {Finding(target, input, kind)}";
                return false;
            }
        }
    }

    /// <summary>Shortens the input as long as it breaks the same, writes it, and gives the path.</summary>
    private static string Finding(FuzzTarget target, byte[] input, string kind)
    {
        for (var chunk = Math.Max(1, input.Length / 2); chunk > 0; chunk /= 2)
            for (var at = 0; at + chunk <= input.Length;)
            {
                byte[] shorter = [.. input.AsSpan(0, at), .. input.AsSpan(at + chunk)];
                if (Breaks(target, shorter, kind))
                    input = shorter;
                else
                    at += chunk;
            }

        var path = Path.Combine(AppContext.BaseDirectory, $"finding-{target.Name}-{Convert.ToHexStringLower(SHA256.HashData(input))[..12]}");
        File.WriteAllBytes(path, input);
        return path;
    }

    private static bool Breaks(FuzzTarget target, byte[] input, string kind)
    {
        try
        {
            target.Check(input);
            return false;
        }
        catch (FindingException e)
        {
            return string.Concat(e.Message.Where(c => !char.IsAsciiDigit(c)).Take(60)) == kind;
        }
    }

    private void Keep(FuzzTarget target, byte[] input)
    {
        if (keep is null)
            return;
        var folder = Directory.CreateDirectory(Path.Combine(keep, target.Name));
        File.WriteAllBytes(Path.Combine(folder.FullName, $"found-{Convert.ToHexStringLower(SHA256.HashData(input))[..12]}"), input);
    }

    private void Write(double seconds) => new CampaignPart("fuzz", "Coverage-guided fuzzing of every parser")
    {
        Failures = [.. _results.SelectMany(result => result.Findings.Select(finding => $"{result.Target}: {finding}"))],
        Covers = ["F2", "F7", "F18"],
        Figures =
        [
            new Figure("executions", _results.Sum(result => result.Executions)),
            new Figure("edges reached", _results.Sum(result => result.Edges)),
            new Figure("findings", _results.Sum(result => result.Findings.Count), AtMost: 0),
        ],
        Tables =
        [
            new FigureTable("Parser by parser", ["parser", "executions", "a second", "edges", "outcomes", "seeds", "kept", "findings"], [.. _results.Select(result => (IReadOnlyList<string>)
            [
                result.Target, Text(result.Executions), Text(Math.Round(result.PerSecond)), Text(result.Edges), Text(result.Outcomes), Text(result.Seeds), Text(result.Kept), Text(result.Findings.Count),
            ])]),
        ],
        Notes =
        [
            $"seed {seed}, {each.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s for each parser; counters by SharpFuzz in Call112.Messages and in the reader of station.json, not in System.Text.Json",
            "beyond no exception: what is read is written and read the same; a refusal names its field; memory, time and output of each input are bounded",
        ],
        Seconds = seconds,
        Command = $"dotnet run -c Release --project tests/Call112.Fuzz -- --target all --seconds {each.TotalSeconds.ToString(CultureInfo.InvariantCulture)} --seed {seed}",
    }.Write();

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);

    private sealed record Result(string Target, long Executions, double PerSecond, int Edges, int Outcomes, int Seeds, int Kept, IReadOnlyList<string> Findings);
}
