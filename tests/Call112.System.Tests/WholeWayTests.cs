using Call112.Messages;
using Call112.System.Tests.Toolkit;

namespace Call112.System.Tests;

/// <summary>Dispatch, siren, button, report: through a real broker, with three kinds of centre.</summary>
public sealed class WholeWayTests : SystemTest
{
    [Fact]
    public async Task A_dispatch_sounds_until_the_crew_presses_and_the_centre_hears_each_step()
    {
        var broker = await BrokerAsync();
        var station = Station(broker.Address);
        var centre = await RecordingCentreAsync(station, broker);
        await station.StartReadyAsync();
        await TravelAsync(station, centre);
    }

    /// <summary>The whole way of one dispatch; also run on published binaries.</summary>
    internal static async Task TravelAsync(GatewayProcess station, RecordingCentre centre)
    {
        var alert = Written.Alert();
        await centre.SendAsync(alert);
        await SirenAsync(station, on: true);
        await centre.HearsAsync(ReportEvent.Sounding, alert.DispatchId);
        Assert.True(await (await station.PageAsync()).IsOnAsync("siren"), "nobody has pressed, and the siren fell silent");
        await (await station.PageAsync()).PressAsync("acknowledge");
        await SirenAsync(station, on: false);
        await centre.HearsAsync(ReportEvent.Acknowledged, alert.DispatchId);
        Assert.Equal([ReportEvent.Received, ReportEvent.Sounding, ReportEvent.Acknowledged], centre.ReportsOf(alert.DispatchId).Select(report => report.Event));
        Assert.Equal(ReportSource.Button, centre.ReportsOf(alert.DispatchId)[^1].Source);
        Assert.Empty(centre.Unreadable);
    }

    [Fact]
    public async Task Mosquittos_own_clients_can_be_the_centre()
    {
        var (publish, subscribe) = (Installed.Need("mosquitto_pub"), Installed.Need("mosquitto_sub"));
        var broker = await BrokerAsync();
        var station = Station(broker.Address);
        string[] to = ["-V", "5", "-h", "127.0.0.1", "-p", $"{broker.Port}", "-q", "1", "-t"];
        using var reports = OwnProcess.Start(subscribe, [.. to, Topics.Report(station.StationId)]);
        await Wait.UntilAsync(() => broker.Lines().Any(line => line.Contains("Sending SUBACK", StringComparison.Ordinal)), "mosquitto_sub is subscribed");
        await station.StartReadyAsync();
        var id = Guid.NewGuid();
        // As a third party would write it: no revision, no status beyond the required, fields of its own.
        var dispatch = $$"""
            {"dispatchId":"{{id}}","messageType":"Alert","status":"Actual","sentAt":"{{Wait.Time.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss.fff'Z'}}",
             "expiresAt":"{{Wait.Time.GetUtcNow().AddMinutes(10):yyyy-MM-dd'T'HH:mm:ss.fff'Z'}}","cadSystem":"other","incident":{"incidentId":"X-1","category":"Fire"} }
            """;
        var sent = await OwnProcess.RunAsync(publish, [.. to, Topics.Dispatch(station.StationId), "-m", dispatch]);
        Assert.Equal(0, sent.ExitCode);
        await SirenAsync(station, on: true);
        await (await station.PageAsync()).PressAsync("acknowledge");
        await SirenAsync(station, on: false);
        await Wait.UntilAsync(() => reports.Said("\"event\":\"Acknowledged\""), "mosquitto_sub prints the Acknowledged report");
        var events = reports.Lines().Where(line => line.Contains($"{id}", StringComparison.Ordinal)).Select(line => MessageReader.ReadReport(global::System.Text.Encoding.UTF8.GetBytes(line)).Value?.Event);
        Assert.Equal([ReportEvent.Received, ReportEvent.Sounding, ReportEvent.Acknowledged], events);
    }

    [Fact]
    public async Task The_real_centre_shows_the_ladder_of_a_dispatch()
    {
        var broker = await BrokerAsync();
        var center = await CenterAsync(broker);
        var station = Station(broker.Address);
        await station.StartReadyAsync();
        var id = await center.DispatchAsync(station.StationId);
        await SirenAsync(station, on: true);
        await center.ShowsAsync(id, station.StationId, ReportEvent.Sounding);
        await (await station.PageAsync()).PressAsync("acknowledge");
        await SirenAsync(station, on: false);
        await center.ShowsAsync(id, station.StationId, ReportEvent.Acknowledged);
        Assert.Equal([ReportEvent.Received, ReportEvent.Sounding, ReportEvent.Acknowledged], (await center.LadderAsync(id, station.StationId)).Select(step => step.Event));
        await Wait.UntilAsync(async () => (await (await station.PageAsync()).StationAsync()).GetProperty("unreceipted").GetInt64() == 0, "every report has its receipt");
    }

    [Fact]
    public async Task Panic_reaches_the_centre_once_and_its_lamp_blinks()
    {
        var broker = await BrokerAsync();
        var station = Station(broker.Address);
        var centre = await RecordingCentreAsync(station, broker);
        await station.StartReadyAsync();
        var page = await station.PageAsync();
        await page.PressAsync("panic");
        await centre.HearsAsync(ReportEvent.PanicPressed);
        await Wait.UntilAsync(() => station.Runs[0].Edges().Count(edge => edge.Output == "lampStatus" && edge.On) >= 2, "the lamp blinks");
        Assert.DoesNotContain(station.Runs[0].Edges(), edge => edge.Output == "siren");
        var pressed = Assert.Single(centre.Reports(), report => report.Event == ReportEvent.PanicPressed);
        Assert.Equal(ReportSource.Button, pressed.Source);
        await page.SetAsync("test", true);
        await centre.HearsAsync(ReportEvent.PanicCleared);
    }
}
