using System.Globalization;
using System.Text.Json;
using Call112.Center.Book;
using Call112.Demo.City;
using Call112.Demo.Measure;
using Call112.Demo.Scenario;
using Call112.Demo.Terminal;
using Call112.Station;

namespace Call112.Demo.Replay;

/// <summary>What to replay and how.</summary>
/// <param name="Speed">Real seconds in one second of the replay.</param>
/// <param name="RatePerSecond">Alerts per second instead of the scaled real times; null: scaled.</param>
/// <param name="Count">Only the first so many alerts; null: all.</param>
internal sealed record ReplayOptions(string File, double Speed = ReplayOptions.DefaultSpeed, double? RatePerSecond = null, int? Count = null, Uri? Broker = null, string? Report = null)
{
    /// <summary>Fourteen days in three minutes.</summary>
    public const double DefaultSpeed = 14 * 24 * 60 / 3.0;
}

/// <summary>Replays a dispatch file: a station for each station area, an alert for each alert of the file, staff that press as the real crews did.</summary>
internal sealed class ReplayRun(ReplayOptions options, Screen screen, TimeProvider time)
{
    /// <summary>Requests to the centre under way at once.</summary>
    private const int RequestsMax = 64;

    /// <summary>So long without any progress after the last alert, and the run ends with what it has.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan s_lookEvery = TimeSpan.FromMilliseconds(100);

    private int _sent;

    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(CancellationToken cancel)
    {
        var file = DispatchFile.Read(options.File);
        var alerts = options.Count is { } count ? [.. file.Alerts.Take(count)] : file.Alerts;
        var plans = alerts.Select(alert => (alert.StationId, alert.StationArea)).Distinct().OrderBy(station => station.StationId, StringComparer.Ordinal)
            .Select(station => new StationPlan(station.StationId, $"Station {station.StationArea}", StationKind.Damkar, [])).ToList();
        var real = alerts.Count(alert => alert.TurnoutIsReal);
        screen.Say(string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(options.File)}: {file.Rows} rows ({file.RowsLeftOut} left out), {file.Alerts.Count} alerts; replaying {alerts.Count} to {plans.Count} stations, {real} with a real turnout (median {file.MedianTurnout.TotalSeconds:0} s)."));
        if (options.Broker is { } broker)
            await OutsideBroker.CheckAloneAsync(broker, time, cancel);
        int exit;
        await using (var city = await DemoCity.StartAsync(new CitySettings(plans, options.Broker), time, cancel))
        {
            screen.Say($"Broker {city.Center.MqttAddress.GetLeftPart(UriPartial.Authority)} ({(options.Broker is null ? "embedded" : "outside")}), {plans.Count} stations armed and subscribed.");
            exit = await PlayAsync(city, alerts, cancel);
        }

        if (options.Broker is not null)
            await OutsideBroker.LeaveNoTraceAsync(options.Broker, [.. plans.Select(plan => plan.Id)], time);
        return exit;
    }

    private async Task<int> PlayAsync(DemoCity city, IReadOnlyList<ReplayAlert> alerts, CancellationToken cancel)
    {
        var crews = city.Posts.ToDictionary(post => post.Plan.Id, post => new Crew(post, options.Speed, time));
        using var shift = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var working = crews.Values.Select(crew => crew.WorkAsync(shift.Token)).ToList();
        var began = time.GetTimestamp();
        var run = DispatchAndDrainAsync(city, crews, alerts, cancel);
        await screen.ProgressAsync(alerts.Count, () => (_sent, city.Tally.Received, city.Tally.Ended), run, time);
        await ScenarioRun.SettleAsync(city, time, cancel);
        var duration = time.GetElapsedTime(began);
        await shift.CancelAsync();
        await Task.WhenAll(working);
        // An observer may have lost changes; the book has not.
        foreach (var view in await city.Center.DispatchesAsync(all: true, cancel))
            city.Tally.Recount(view);
        var settings = RunEnvironment.Describe(
            "replay", city, options.Broker, Path.GetFileName(options.File), options.Speed, options.RatePerSecond, options.Count);
        var report = RunReport.Of(city, settings, duration, time);
        screen.Counts(report);
        screen.Say(string.Create(CultureInfo.InvariantCulture, $"{report.DurationSeconds:0.0} s, {crews.Values.Sum(crew => crew.Presses)} presses, {report.HeardWhileSounding} alerts came while another sounded, {report.SentAgain} were sent again."));
        if (options.Report is { } path)
            await File.WriteAllTextAsync(path, JsonSerializer.Serialize(report, RunReportJsonContext.Default.RunReport) + "\n", cancel);
        foreach (var crew in crews.Values)
            crew.Dispose();
        return report.IsClean ? ExitCodes.Done : ExitCodes.Wrong;
    }

    private async Task DispatchAndDrainAsync(DemoCity city, Dictionary<string, Crew> crews, IReadOnlyList<ReplayAlert> alerts, CancellationToken cancel)
    {
        using var room = new SemaphoreSlim(RequestsMax);
        var began = time.GetTimestamp();
        var requests = new List<Task>(alerts.Count);
        for (var i = 0; i < alerts.Count; i++)
        {
            var due = options.RatePerSecond is { } rate ? TimeSpan.FromSeconds(i / rate) : (alerts[i].DispatchedAt - alerts[0].DispatchedAt) / options.Speed;
            if (due - time.GetElapsedTime(began) is { } wait && wait > TimeSpan.Zero)
                await Task.Delay(wait, time, cancel);
            await room.WaitAsync(cancel);
            requests.Add(SendAsync(city, crews[alerts[i].StationId], alerts[i], room, cancel));
        }

        await Task.WhenAll(requests);
        var (ended, since) = (-1, time.GetTimestamp());
        while (city.Tally.Ended + city.Tally.Refused < alerts.Count && time.GetElapsedTime(since) < s_patience)
        {
            if (city.Tally.Ended != ended)
                (ended, since) = (city.Tally.Ended, time.GetTimestamp());
            await Task.Delay(s_lookEvery, time, cancel);
        }
    }

    private async Task SendAsync(DemoCity city, Crew crew, ReplayAlert alert, SemaphoreSlim room, CancellationToken cancel)
    {
        try
        {
            var dispatchedAt = time.GetTimestamp();
            string[] stations = [alert.StationId];
            var answer = await city.Center.CreateDispatchAsync(new DispatchDraft(alert.Incident, stations), cancel);
            city.Tally.Answered(answer, stations);
            Interlocked.Increment(ref _sent);
            if (answer is { Kind: AnswerKind.Done, DispatchId: { } id })
                crew.Expect(id, alert, dispatchedAt);
        }
        finally
        {
            room.Release();
        }
    }
}
