using Call112.Rig.Scenarios;
using Call112.Rig.Stations;
using Call112.System.Tests.Toolkit;

namespace Call112.Rig;

/// <summary>A scenario and what it found.</summary>
internal sealed record ScenarioResult(Scenario Scenario, Findings Findings, double Seconds);

/// <summary>
/// Runs the scenarios: first, one after another, those that depend on milliseconds; then the others all at once, for most of their time is
/// waiting. Each has a chip and a station of its own.
/// </summary>
internal sealed class RigRun(Bench bench, IReadOnlyList<string> only)
{
    /// <summary>A scenario that takes longer hangs.</summary>
    private static readonly TimeSpan s_hangs = TimeSpan.FromMinutes(15);

    public List<ScenarioResult> Results { get; } = [];

    public Bench Bench => bench;

    public async Task RunAsync()
    {
        var wanted = Scenario.All.Where(scenario => only.Count == 0 || only.Contains(scenario.Name)).ToList();
        foreach (var scenario in wanted.Where(scenario => scenario.Alone))
            Results.Add(await RunAsync(scenario));
        Results.AddRange(await Task.WhenAll(wanted.Where(scenario => !scenario.Alone).Select(RunAsync)));
    }

    private async Task<ScenarioResult> RunAsync(Scenario scenario)
    {
        var begin = Wait.Time.GetTimestamp();
        if (scenario.Name == "presses" && bench.BouncePath is null)
            return new ScenarioResult(scenario, Findings.NotRun($"recorded bounce is not here: ../shared/data/bounce/{Bounce.FileName}"), 0);
        var findings = new Findings();
        try
        {
            await scenario.Run(bench, findings).WaitAsync(s_hangs, Wait.Time);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            findings.Check(false, e is TimeoutException ? e.Message : e.ToString());
        }

        var seconds = Wait.Time.GetElapsedTime(begin).TotalSeconds;
        Console.WriteLine($"  {scenario.Name}: {(findings.Failed == 0 ? "passed" : "FAILED")} after {seconds:0.0} s");
        return new ScenarioResult(scenario, findings, seconds);
    }
}
