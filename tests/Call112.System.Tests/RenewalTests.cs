using System.Text.Json.Nodes;
using Call112.Messages;
using Call112.System.Tests.Toolkit;

namespace Call112.System.Tests;

/// <summary>
/// F13: a certificate that ends soon, renewed over MQTT between the real programs and a real Mosquitto with the configuration that is shipped
/// (decision 0022).
/// </summary>
public sealed class RenewalTests : SystemTest
{
    private const string Id = "pkm-motoboi";

    [Fact]
    public async Task A_station_has_a_new_certificate_without_a_restart_and_goes_on_when_the_former_one_is_taken_back()
    {
        var city = await CityAsync();
        var enrolled = await city.EnrollAsync(
            Id, "--broker", city.Address, "--board", "simulated", "--kind", "Puskesmas", "--group", "puskesmas", "--days", "20");
        await city.ReloadAsync();
        var station = Station(enrolled);
        await station.StartReadyAsync();
        var pid = station.Pid;
        var center = await CenterAsync(city, "--identities", city.Identities);

        await station.WaitAsync(
            () => station.Says("is in force and stored"), "the renewed certificate has led to a connection", TimeSpan.FromMinutes(2));
        var (former, renewed) = (Ledger(city)[0], Ledger(city)[1]);
        Assert.Equal(2, Ledger(city).Count);
        Assert.True(station.Says($"The renewed certificate {(string)renewed["serial"]!} is in force"), "the serial is the ledger's");
        Assert.Equal((pid, false), (station.Pid, station.HasExited));
        var end = (DateTimeOffset)renewed["notAfter"]!;
        Assert.True(end > (DateTimeOffset)former["notAfter"]! + TimeSpan.FromDays(600), $"until {end}");
        await Wait.UntilAsync(
            async () => (await center.StationAsync(Id))!.Value.GetProperty("certificateUntil").GetDateTimeOffset() == end,
            "the centre sees the new end");
        await SoundsAndIsAcknowledgedAsync(center, station);

        Assert.Contains((string)former["serial"]!, await city.RunAsync("revoke", Id, "--former"), StringComparison.Ordinal);
        // Every connection is made anew, and every certificate judged again.
        await city.RestartAsync();
        await SoundsAndIsAcknowledgedAsync(center, station);
        Assert.Equal(pid, station.Pid);
        var (visitor, answer) = await Visitor.ComeAsync(city, enrolled["identity"]!, "call112-visitor");
        Assert.True(visitor is null, "the former one is let in");
        Say($"the former certificate: {answer}");

        // And from the disk: station.json still holds the former one.
        station.Kill();
        await station.StartReadyAsync();
        await SoundsAndIsAcknowledgedAsync(center, station);
        var (code, said) = await station.VerbAsync("doctor");
        Assert.True(said.Contains($"answers, certificate until {end:yyyy-MM-dd}", StringComparison.Ordinal), $"doctor ended with {code}: {said}");
        Say(string.Join('\n', station.Lines().Where(line => line.Contains("ertificate", StringComparison.Ordinal))));
        Say(string.Join('\n', center.Lines().Where(line => line.Contains(Id, StringComparison.Ordinal))));
    }

    private static List<JsonNode> Ledger(CityIdentities city) =>
        [.. JsonNode.Parse(File.ReadAllText(Path.Combine(city.Identities, "certificates.json")))!.AsArray()
            .Select(issued => issued!).Where(issued => (string)issued["name"]! == Id)];

    private static async Task SoundsAndIsAcknowledgedAsync(CenterProcess center, GatewayProcess station)
    {
        // The centre, too, comes back by itself after the broker's restart; until then it takes no dispatch.
        Guid? dispatch = null;
        await Wait.UntilAsync(async () => (dispatch = await center.TryDispatchAsync(Id)) is not null, "the centre takes a dispatch");
        await center.ShowsAsync(dispatch!.Value, Id, ReportEvent.Sounding);
        await (await station.PageAsync()).PressAsync("acknowledge");
        await center.ShowsAsync(dispatch.Value, Id, ReportEvent.Acknowledged);
        await SirenAsync(station, on: false);
    }
}
