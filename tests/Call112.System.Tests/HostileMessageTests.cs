using System.Text;
using Call112.Messages;
using Call112.System.Tests.Toolkit;

namespace Call112.System.Tests;

/// <summary>What a station must refuse, over a real broker: it is reported, blocks nothing, and never sounds (F7; contract, "Rules for every message").</summary>
public sealed class HostileMessageTests : SystemTest
{
    [Fact]
    public async Task A_retained_dispatch_is_refused_also_after_a_restart()
    {
        var broker = await BrokerAsync(persistence: true);
        var station = Station(broker.Address);
        var centre = await RecordingCentreAsync(station, broker);
        var retained = Written.Alert();
        // Before the station has ever been there, and while it listens: both ways in which a broker hands out what it retained.
        await centre.PublishAsync(Topics.Dispatch(station.StationId), MessageWriter.Write(retained), retain: true);
        await station.StartReadyAsync();
        await centre.HearsAsync(ReportEvent.Rejected, retained.DispatchId);
        var second = Written.Alert();
        await centre.PublishAsync(Topics.GroupDispatch("puskesmas"), MessageWriter.Write(second), retain: true);
        await centre.HearsAsync(ReportEvent.Rejected, second.DispatchId);
        station.Kill();
        await station.StartReadyAsync();
        await ProveAliveAsync(station, centre);
        foreach (var refused in new[] { retained, second })
            Assert.All(centre.ReportsOf(refused.DispatchId), report => Assert.Equal((ReportEvent.Rejected, "retained"), (report.Event, report.Reason)));
        Assert.DoesNotContain(station.Runs[0].Edges(), edge => edge.Output == "siren");
    }

    [Fact]
    public async Task Malformed_messages_are_rejected_and_the_queue_flows_on()
    {
        var broker = await BrokerAsync();
        var station = Station(broker.Address);
        var centre = await RecordingCentreAsync(station, broker);
        await station.StartReadyAsync();
        var good = Encoding.UTF8.GetString(MessageWriter.Write(Written.Alert()));
        byte[][] bad =
        [
            [],
            [0xFF, 0xFE, 0x00, 0x80],
            "not json"u8.ToArray(),
            "{}"u8.ToArray(),
            "[1,2,3]"u8.ToArray(),
            Encoding.UTF8.GetBytes(good[..^20]),
            Encoding.UTF8.GetBytes(good.Replace("\"dispatchId\":\"", "\"dispatchId\":\"x", StringComparison.Ordinal)),
            Encoding.UTF8.GetBytes(good.Replace("Kebakaran rumah", new string('x', 16 * 1024), StringComparison.Ordinal)),
            [.. Enumerable.Repeat((byte)'[', 12_000)],
            new byte[200_000],
        ];
        // Four rounds: more than the 16 messages that a broker sends without a PUBACK, so one that was never acknowledged would block the rest.
        const int rounds = 4;
        for (var round = 0; round < rounds; round++)
            foreach (var payload in bad)
                await centre.PublishAsync(Topics.Dispatch(station.StationId), payload);
        await centre.PublishAsync(Topics.Command(station.StationId), "{\"command\":\"Explode\"}"u8.ToArray());
        await centre.PublishAsync(Topics.Receipt(station.StationId), "{\"upTo\":-1}"u8.ToArray());
        var expected = rounds * bad.Length + 2;
        await Wait.UntilAsync(() => centre.Reports().Count(report => report.Event == ReportEvent.Rejected) == expected, $"{expected} messages are rejected");
        Assert.All(centre.Reports().Where(report => report.Event == ReportEvent.Rejected), report => Assert.False(string.IsNullOrEmpty(report.Reason)));
        Assert.DoesNotContain(station.Runs[0].Edges(), edge => edge.Output is "siren" or "strobe");
        await ProveAliveAsync(station, centre);
        Assert.Single(station.Runs);
        Assert.Empty(centre.Unreadable);
    }

    [Fact]
    public async Task Topics_of_other_stations_and_groups_do_not_reach_the_siren()
    {
        var broker = await BrokerAsync();
        var station = Station(broker.Address);
        var centre = await RecordingCentreAsync(station, broker);
        await station.StartReadyAsync();
        var foreign = Written.Alert();
        foreach (var topic in new[] { Topics.Dispatch("another-post"), Topics.GroupDispatch("damkar"), $"call112/v2/stations/{station.StationId}/dispatch", $"call112/v1/stations/{station.StationId}/dispatches" })
            await centre.PublishAsync(topic, MessageWriter.Write(foreign));
        await ProveAliveAsync(station, centre);
        Assert.Empty(centre.ReportsOf(foreign.DispatchId));
        Assert.DoesNotContain(centre.Reports(), report => report.Event == ReportEvent.Rejected);
    }

    /// <summary>A good dispatch after all that: it sounds, and ends as it should.</summary>
    private static Task ProveAliveAsync(GatewayProcess station, RecordingCentre centre) => WholeWayTests.TravelAsync(station, centre);
}
