using Call112.Center.Book;
using Call112.Messages;

namespace Call112.Center.Tests;

/// <summary>The whole centre with its embedded broker, and a station that speaks the contract on the wire.</summary>
public sealed class CenterHostTests : IDisposable
{
    private static readonly DispatchDraft s_fire = new(new IncidentDraft(Category.Fire, Nature: "Kebakaran rumah"), ["pkm-gogagoman"]);
    private readonly CenterBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_dispatch_reaches_the_station_and_its_steps_come_back_as_a_ladder_with_receipts()
    {
        await using var center = await _bench.StartAsync();
        await using var station = await FakeStation.ConnectAsync(center.MqttAddress, "pkm-gogagoman");
        var answer = await center.CreateDispatchAsync(s_fire);
        var dispatch = await station.DispatchAsync();
        Assert.Equal((answer.DispatchId, MessageType.Alert, "Kebakaran rumah"), (dispatch.DispatchId, dispatch.MessageType, dispatch.Incident!.Nature));
        Assert.InRange(station.LastExpirySeconds, 890u, 900u);

        await station.ReportAsync(1, ReportEvent.Received, dispatch.DispatchId);
        await station.ReportAsync(2, ReportEvent.Sounding, dispatch.DispatchId);
        await station.ReportAsync(3, ReportEvent.Acknowledged, dispatch.DispatchId);
        await station.ReceiptedAsync(3);

        var view = await CenterBench.WaitAsync(center, dispatch.DispatchId, v => v.Stations[0].Step == ReportEvent.Acknowledged);
        Assert.Equal([ReportEvent.Received, ReportEvent.Sounding, ReportEvent.Acknowledged], view.Stations[0].Steps.Select(s => s.Event));
        Assert.Equal("Post pkm-gogagoman", view.Stations[0].Name);
    }

    [Fact]
    public async Task A_dispatch_waits_in_the_broker_for_a_station_that_is_away()
    {
        await using var center = await _bench.StartAsync();
        await using (await FakeStation.ConnectAsync(center.MqttAddress, "pkm-gogagoman"))
        {
            // Once there, so that the broker keeps a session for it.
        }

        var answer = await center.CreateDispatchAsync(s_fire);
        await using var station = await FakeStation.ConnectAsync(center.MqttAddress, "pkm-gogagoman", "boot-2");
        Assert.Equal(answer.DispatchId, (await station.DispatchAsync()).DispatchId);
    }

    [Fact]
    public async Task A_centre_that_is_started_again_goes_on_where_it_stopped()
    {
        // F1, F14: the embedded broker forgets everything with the process; the store does not.
        Guid id;
        await using (var first = await _bench.StartAsync())
        {
            await using var before = await FakeStation.ConnectAsync(first.MqttAddress, "pkm-gogagoman");
            id = (await first.CreateDispatchAsync(s_fire)).DispatchId!.Value;
            await before.DispatchAsync();
            await before.ReportAsync(41, ReportEvent.Received, id);
            await before.ReceiptedAsync(41);
        }

        await using var center = await _bench.StartAsync();
        Assert.Equal(ReportEvent.Received, (await center.FindDispatchAsync(id))!.Stations[0].Step);
        await using var station = await FakeStation.ConnectAsync(center.MqttAddress, "pkm-gogagoman");
        // The second copy of a stored report is receipted, not stored again.
        await station.ReportAsync(41, ReportEvent.Received, id);
        await station.ReportAsync(42, ReportEvent.Acknowledged, id);
        await station.ReceiptedAsync(42);
        Assert.Equal(
            [ReportEvent.Received, ReportEvent.Acknowledged], (await center.FindDispatchAsync(id))!.Stations[0].Steps.Select(s => s.Event));
    }

    [Fact]
    public async Task A_malformed_message_blocks_nothing()
    {
        await using var center = await _bench.StartAsync();
        await using var station = await FakeStation.ConnectAsync(center.MqttAddress, "pkm-gogagoman");
        // More than the receive maximum: were they not acknowledged, the report behind them would never come.
        for (var i = 0; i < 100; i++)
            await station.PublishAsync(Topics.Report(station.Id), [(byte)'{', (byte)i]);
        // One that speaks for another station.
        await station.PublishAsync(Topics.Report("pkm-upai"), MessageWriter.Write(new Receipt(3)));
        await station.ReportAsync(1, ReportEvent.MainsLost, null);
        await station.ReceiptedAsync(1);
        var seen = Assert.Single(await center.StationsAsync());
        Assert.Equal(["MainsLost"], seen.Alarms);
    }

    [Fact]
    public async Task A_store_that_takes_nothing_refuses_the_dispatch_and_sends_nothing()
    {
        // F3: the centre's own disk. Another process holds the write lock, so the commit fails when the wait is over.
        await using var center = await _bench.StartAsync();
        await using var station = await FakeStation.ConnectAsync(center.MqttAddress, "pkm-gogagoman");
        await Deadline.UntilAsync(async () => (await center.StationsAsync()).Count == 1);
        using (var blocker = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_bench.DatabasePath};Pooling=False"))
        {
            blocker.Open();
            using var transaction = blocker.BeginTransaction(deferred: false);
            var refused = await center.CreateDispatchAsync(s_fire);
            Assert.Equal(AnswerKind.Unavailable, refused.Kind);
            Assert.NotNull(center.Fault);
        }

        // Space is back: the next one goes, and it is the first that the station hears.
        await Deadline.UntilAsync(() => Task.FromResult(center.IsConnected));
        var accepted = await center.CreateDispatchAsync(s_fire);
        Assert.Equal(AnswerKind.Done, accepted.Kind);
        Assert.Equal(accepted.DispatchId, (await station.DispatchAsync()).DispatchId);
        Assert.Null(center.Fault);
    }

    [Fact]
    public async Task An_outside_broker_that_cannot_be_reached_does_not_hold_up_the_start()
    {
        // F10.
        await using var center = await _bench.StartAsync(_bench.Options with { Broker = new Uri("mqtt://127.0.0.1:1") });
        var answer = await center.CreateDispatchAsync(s_fire);
        Assert.Equal(AnswerKind.Done, answer.Kind);
        Assert.Contains(answer.Warnings!, warning => warning.Contains("broker", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("192.0.2.1", true, "insecure-local")]
    [InlineData("127.0.0.1", false, "no API key")]
    public async Task A_start_that_would_be_open_to_everyone_is_refused(string address, bool insecure, string reason)
    {
        var options = _bench.Options with { Listen = new(System.Net.IPAddress.Parse(address), 0), InsecureLocal = insecure, ApiKey = null };
        var refusal = await Assert.ThrowsAsync<CenterStartException>(() => _bench.StartAsync(options));
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_embedded_broker_does_not_listen_outside_loopback_unasked()
    {
        var options = _bench.Options with { MqttListen = new(System.Net.IPAddress.Any, 0) };
        var refusal = await Assert.ThrowsAsync<CenterStartException>(() => _bench.StartAsync(options));
        Assert.Contains("--insecure-mqtt", refusal.Message, StringComparison.Ordinal);
    }
}
