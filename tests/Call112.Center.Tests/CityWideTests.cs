using Call112.Center.Book;
using Call112.Center.Messaging;
using Call112.Messages;
using Microsoft.Extensions.Logging.Abstractions;

namespace Call112.Center.Tests;

/// <summary>What a dispatch to very many stations must not cost.</summary>
public sealed class CityWideTests : IDisposable
{
    private const int Stations = 500;

    private readonly CenterBench _bench = new();

    public void Dispose() => _bench.Dispose();

    /// <summary>
    /// F18: one desk that watched a dispatch to 10,000 stations took 1.4 GiB and kept the centre from storing answers for minutes, because each
    /// batch of answers was shown as a new picture of all ladders.
    /// </summary>
    [Fact]
    public async Task Hundreds_of_answers_in_one_moment_are_shown_as_one_picture_and_none_is_left_out()
    {
        var clock = new TestClock();
        StationRegistration[] registry = [.. Enumerable.Range(0, Stations).Select(i => new StationRegistration($"pos-{i:000}"))];
        using var loop = new CenterLoop(_bench.Options with { Registry = registry }, clock, NullLogger.Instance);
        using var stop = new CancellationTokenSource();
        var run = loop.RunAsync(stop.Token);
        var changes = loop.Observe(stop.Token);
        var id = Guid.CreateVersion7(clock.GetUtcNow());
        var draft = new DispatchDraft(new IncidentDraft(Category.Disaster), Groups: ["all"]);
        Assert.Equal(AnswerKind.Done, (await loop.RequestAsync(new CreateDispatch(id, draft), default)).Kind);
        for (var i = 0; i < Stations; i++)
        {
            var now = clock.GetUtcNow();
            var report = new Report($"pos-{i:000}", 1, "boot-1", ReportEvent.Received, now, now, ClockState.Synchronized, ReportSource.Automatic, id);
            Assert.True(Topics.TryParse(Topics.Report(report.StationId), out var topic));
            await loop.ReceiveAsync(new Incoming(topic, MessageWriter.Write(report), Retained: false, () => { }));
            // A question ends a batch: each answer is one of its own.
            Assert.NotNull(await loop.AskAsync(book => book.Find(id), default));
        }

        clock.Advance(TimeSpan.FromSeconds(1));
        await Deadline.UntilAsync(() => Task.FromResult(changes.Count > Stations + 1));
        await stop.CancelAsync();
        await run;
        var pictures = new List<DispatchView>();
        while (changes.TryRead(out var change))
            if (change.Dispatch is { } dispatch)
                pictures.Add(dispatch);
        Assert.Equal(2, pictures.Count);
        Assert.Equal([0, Stations], pictures.Select(picture => picture.Stations.Count(station => station.Step == ReportEvent.Received)));
    }
}
