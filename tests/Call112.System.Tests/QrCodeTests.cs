using System.Text.Json.Nodes;
using Call112.System.Tests.Toolkit;

namespace Call112.System.Tests;

/// <summary>The QR code of an enrolled station, read by another's reader.</summary>
public sealed class QrCodeTests : SystemTest
{
    [Fact]
    public async Task Its_content_is_the_station_json_and_the_gateway_takes_it()
    {
        var reader = Installed.Need("zbarimg");
        using var city = new CityIdentities(NewFolder("city"));
        var enrolled = await city.EnrollNewAsync("pkm-gogagoman", "puskesmas", "kotamobagu-timur");
        var (code, read) = await OwnProcess.RunAsync(
            reader, ["--raw", "--quiet", "--nodbus", "-Sdisable", "-Sqrcode.enable", "-Sbinary", Path.Combine(city.Handed("pkm-gogagoman"), "station.png")]);
        Assert.True(code == 0, read);
        Say($"{read.Length} characters in the code");
        Assert.True(JsonNode.DeepEquals(enrolled, JsonNode.Parse(read)), read);

        var station = Station((JsonObject)JsonNode.Parse(read)!);
        var (accepted, said) = await station.VerbAsync("check-config");
        Assert.True(accepted == 0, said);
        // What is shown for looking at shows no key.
        Assert.DoesNotContain("PRIVATE KEY", said, StringComparison.Ordinal);
        Assert.Contains("\"(secret)\"", said, StringComparison.Ordinal);
    }
}
