using System.Globalization;
using Call112.Center.Book;
using Call112.Messages;

namespace Call112.Center.Tests;

/// <summary>Many dispatches at once, each with five reports, over the embedded broker and a real store.</summary>
public sealed class ThroughputTests(ITestOutputHelper output) : IDisposable
{
    private const int Stations = 14, AtOnce = 64;

    private static readonly ReportEvent[] s_reflex =
        [ReportEvent.Received, ReportEvent.Sounding, ReportEvent.Acknowledged, ReportEvent.Responding, ReportEvent.Completed];

    private readonly CenterBench _bench = new();

    public void Dispose() => _bench.Dispose();

    /// <summary>CALL112_CENTER_ALERTS chooses another number, for example the 6,453 of the replayed data.</summary>
    [Fact]
    public async Task Hundreds_of_dispatches_with_five_reports_each_end_complete_and_receipted()
    {
        var alerts = int.Parse(Environment.GetEnvironmentVariable("CALL112_CENTER_ALERTS") ?? "400", CultureInfo.InvariantCulture);
        await using var center = await _bench.StartAsync();
        var stations = new List<FakeStation>();
        for (var i = 0; i < Stations; i++)
        {
            var station = await FakeStation.ConnectAsync(center.MqttAddress, $"post-{i:00}");
            station.Reflex = s_reflex;
            stations.Add(station);
        }

        var started = TimeProvider.System.GetTimestamp();
        await Parallel.ForEachAsync(Enumerable.Range(0, alerts), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (i, cancel) =>
        {
            var draft = new DispatchDraft(new IncidentDraft(Category.Medical), [$"post-{i % Stations:00}"]);
            Assert.Equal(AnswerKind.Done, (await center.CreateDispatchAsync(draft, cancel)).Kind);
        });
        await Deadline.UntilAsync(async () => (await center.DispatchesAsync()).Count == 0);
        var took = TimeProvider.System.GetElapsedTime(started);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{alerts} dispatches in {took.TotalSeconds:0.0} s: {alerts / took.TotalSeconds:0}/s"));

        var all = await center.DispatchesAsync(all: true);
        Assert.Equal(alerts, all.Count);
        Assert.All(all, dispatch => Assert.Equal(s_reflex, dispatch.Stations.Single().Steps.Select(step => step.Event).Where(e => e != ReportEvent.Duplicate)));
        Assert.All(await center.StationsAsync(), station => Assert.Equal((0L, 0, 0), (station.MissingReports, station.ReportGaps, station.ReportConflicts)));
        foreach (var station in stations)
            await station.DisposeAsync();
    }
}
