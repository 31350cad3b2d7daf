using Call112.Demo.City;
using Call112.Demo.Measure;
using Call112.Demo.Terminal;

namespace Call112.Demo.Scenario;

/// <summary>The demo without arguments: the 14 stations, the scenario, the summary.</summary>
internal static class ScenarioRun
{
    /// <summary>How long the last reports may take to be stored.</summary>
    private static readonly TimeSpan s_settleWithin = TimeSpan.FromSeconds(10);

    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(bool keep, Screen screen, TimeProvider time, CancellationToken cancel)
    {
        screen.Say("Starting broker, centre and 14 stations ...");
        await using var city = await DemoCity.StartAsync(new CitySettings(StationPlan.Kotamobagu(), BehindRelay: [CityScenario.Cut], PanelFirst: "damkar"), time, cancel);
        var story = new Story(time);
        screen.Welcome(city);
        Narrator.Follow(city, story);
        var stage = new Stage(city, story, time, cancel);
        using var http = new HttpClient();
        var began = time.GetTimestamp();
        await screen.ShowAsync(city, story, CityScenario.PlayAsync(stage, http), time);
        await SettleAsync(city, time, cancel);
        var report = RunReport.Of(city, Environment(city), time.GetElapsedTime(began), time);
        screen.Summarise(stage.Expectations, report);
        var right = report.IsClean && stage.Expectations.All(expectation => expectation.Seen);
        if (keep)
            await KeepAsync(city, story, screen, time, cancel);
        return right ? ExitCodes.Done : ExitCodes.Wrong;
    }

    /// <summary>Waits until the centre has every report, or gives up.</summary>
    public static async Task SettleAsync(DemoCity city, TimeProvider time, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        while (!city.Posts.All(post => RunReport.HasAll(city, post)) && time.GetElapsedTime(began) < s_settleWithin)
            await Task.Delay(TimeSpan.FromMilliseconds(50), time, cancel);
    }

    private static RunSettings Environment(DemoCity city) => RunEnvironment.Describe("scenario", city, broker: null);

    private static async Task KeepAsync(DemoCity city, Story story, Screen screen, TimeProvider time, CancellationToken cancel)
    {
        screen.Panels(city);
        screen.Say("The city keeps running. Ctrl+C ends it.");
        try
        {
            await screen.ShowAsync(city, story, Task.Delay(Timeout.InfiniteTimeSpan, time, cancel), time);
        }
        catch (OperationCanceledException)
        {
            // Asked to end.
        }
    }
}
