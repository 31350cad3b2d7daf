using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Call112.Messages;
using Call112.System.Tests.Toolkit;

namespace Call112.System.Tests;

/// <summary>
/// Stations that <c>call112-center enroll</c> has made, at a real Mosquitto with the configuration that is shipped (decision 0019): who is let in,
/// what becomes of a certificate that is over, taken back or renewed, and that nobody beside notices.
/// </summary>
public sealed class MutualTlsTests : SystemTest
{
    [Fact]
    public async Task An_enrolled_station_works_through_mutual_tls_from_the_dispatch_to_the_receipt()
    {
        var city = await CityAsync();
        var enrolled = await city.EnrollNewAsync("damkar-induk", "damkar");
        await city.ReloadAsync();
        var center = await CenterAsync(city);
        var station = Station(enrolled);
        await station.StartReadyAsync();
        await SoundsAndIsAcknowledgedAsync(center, station, await center.DispatchAsync(station.StationId));
        await SoundsAndIsAcknowledgedAsync(center, station, await center.DispatchToGroupAsync("damkar"));
        await SoundsAndIsAcknowledgedAsync(center, station, await center.DispatchToGroupAsync("all"));
        await Wait.UntilAsync(
            async () => (await (await station.PageAsync()).StationAsync()).GetProperty("unreceipted").GetInt64() == 0, "every report has its receipt");
        var (code, said) = await station.VerbAsync("doctor");
        Assert.True(said.Contains("answers, certificate until ", StringComparison.Ordinal), $"doctor ended with {code}: {said}");
    }

    [Fact]
    public async Task A_station_with_two_uplinks_has_two_sessions_by_one_certificate()
    {
        var city = await CityAsync();
        var enrolled = await city.EnrollAsync("pkm-bilalang", "--broker", city.Address, "--board", "simulated", "--modem");
        await city.ReloadAsync();
        Assert.Equal(["eth0", "wwan0"], enrolled["uplinks"]!.AsArray().Select(uplink => (string)uplink!["interface"]!));
        // Loopback has neither, and the modem of the section cellular is not there.
        foreach (var uplink in enrolled["uplinks"]!.AsArray())
            uplink!.AsObject().Remove("interface");
        enrolled.Remove("cellular");
        var center = await CenterAsync(city);
        var station = Station(enrolled);
        await station.StartReadyAsync();
        await SoundsAndIsAcknowledgedAsync(center, station, await center.DispatchAsync(station.StationId));
        foreach (var uplink in (string[])["lan", "lte"])
            await Wait.UntilAsync(
                () => city.Broker.Lines().Any(line => line.Contains($" as call112-pkm-bilalang-{uplink} ", StringComparison.Ordinal)
                    && line.Contains("u'pkm-bilalang'", StringComparison.Ordinal)),
                $"the session of {uplink} has the station's name");
        Assert.DoesNotContain(city.Broker.Lines(), line => line.Contains("Denied", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_station_that_is_taken_back_is_mute_and_deaf_at_once_and_refused_when_it_comes_again()
    {
        var city = await CityAsync();
        var enrolled = await city.EnrollNewAsync("pkm-lost", "puskesmas");
        var lost = Station(enrolled);
        var beside = Station(await city.EnrollNewAsync("pkm-beside", "puskesmas"));
        await city.ReloadAsync();
        var center = await CenterAsync(city);
        await lost.StartReadyAsync();
        await beside.StartReadyAsync();
        await SoundsAndIsAcknowledgedAsync(center, lost, await center.DispatchAsync("pkm-lost"));

        Assert.Contains("pkm-lost: revoked", await city.RunAsync("revoke", "pkm-lost"), StringComparison.Ordinal);
        await city.ReloadAsync();
        // Its connection stands, and is worth nothing: its heartbeat is refused, by which it knows; it comes again, and is refused at the door.
        await lost.WaitAsync(() => lost.Says("NotAuthorized"), "the station is told that its messages are refused");
        await lost.WaitAsync(() => lost.Says($"shown was certificate {SerialOf(enrolled)}"), "the station says which certificate is refused");
        Assert.Contains(city.Broker.Lines(), line => line.Contains("certificate verify failed", StringComparison.Ordinal));
        var unheard = await center.DispatchAsync("pkm-lost");
        await SoundsAndIsAcknowledgedAsync(center, beside, await center.DispatchToGroupAsync("puskesmas"));
        Assert.Empty(await center.LadderAsync(unheard, "pkm-lost"));
        Assert.False(beside.Says("next attempt in"), "the station beside has lost its connection");
        Say(string.Join('\n', lost.Lines().Where(line => line.Contains("next attempt in", StringComparison.Ordinal)).Take(4)));
    }

    [Fact]
    public async Task A_box_is_replaced_by_a_renewal_and_only_the_former_one_is_refused()
    {
        var city = await CityAsync();
        var former = await city.EnrollNewAsync("pkm-motoboi", "puskesmas");
        var renewed = await city.EnrollAsync("pkm-motoboi", "--renew");
        await city.ReloadAsync();
        Assert.Equal((string?)former["uplinks"]![0]!["broker"], (string?)renewed["uplinks"]![0]!["broker"]);
        Assert.True(await IsLetInAsync(city, former) && await IsLetInAsync(city, renewed), "both are good until the former one is revoked");
        await city.RunAsync("revoke", "pkm-motoboi", "--former");
        await city.ReloadAsync();
        Assert.False(await IsLetInAsync(city, former), "the former one is revoked");
        Assert.True(await IsLetInAsync(city, renewed), "the new one is not");
    }

    /// <summary>F13: the city's authority changes while stations work.</summary>
    [Fact]
    public async Task The_authority_changes_step_by_step_and_no_station_is_cut_off_but_the_one_that_still_has_the_old()
    {
        var city = await CityAsync();
        var before = await city.EnrollNewAsync("damkar-utara", "damkar");
        var station = Station(before);
        var late = await city.EnrollNewAsync("damkar-selatan", "damkar");
        await city.ReloadAsync();
        var center = await CenterAsync(city);
        await station.StartReadyAsync();

        await city.RunAsync("authority", "rotate");
        await city.ReloadAsync();
        await SoundsAndIsAcknowledgedAsync(center, station, await center.DispatchAsync(station.StationId));
        var refused = await city.TryAsync("enroll", "--server", "127.0.0.1", "--renew");
        Assert.True(
            refused.ExitCode == 1 && refused.Output.Contains("call112.center, damkar-utara, damkar-selatan", StringComparison.Ordinal), refused.Output);

        // Both authorities are in the bundle: the old certificate, and a new one, at a broker that still has its old one.
        var after = await city.EnrollAsync("damkar-utara", "--renew");
        await city.ReloadAsync();
        Assert.True(await IsLetInAsync(city, before) && await IsLetInAsync(city, after), "both authorities are trusted");
        await station.TerminateAsync();
        station.Take(after);
        await station.StartReadyAsync();
        await SoundsAndIsAcknowledgedAsync(center, station, await center.DispatchAsync(station.StationId));

        var (early, why) = await city.TryAsync("authority", "retire");
        Assert.True(early == 1 && why.Contains("damkar-selatan", StringComparison.Ordinal), why);
        await city.RunAsync("revoke", "damkar-selatan");
        await city.RunAsync("enroll", "--center", "--renew");
        await city.RunAsync("enroll", "--server", "127.0.0.1", "localhost", "--renew");
        await city.RunAsync("authority", "retire");
        await city.ReloadAsync();
        Assert.True(await IsLetInAsync(city, after), "it has the new one");
        // The old authority is no longer in the broker's bundle, nor does the broker's certificate prove anything to whoever knows only the old one.
        var stranger = after.DeepClone();
        foreach (var part in (string[])["certificate", "key"])
            stranger["identity"]![part] = (string)before["identity"]![part]!;
        Assert.False(await IsLetInAsync(city, stranger), "the old certificate");
        Assert.False(await IsLetInAsync(city, late, isByBroker: false), "who trusts only the old authority");
        // Everybody comes again, by new certificates on both sides.
        await city.RestartAsync();
        await SoundsAndIsAcknowledgedAsync(center, station, await center.DispatchAsync(station.StationId));
    }

    /// <summary>F4: no battery, no network time yet; the certificates must not be "not yet valid".</summary>
    [Fact]
    public async Task A_box_that_wakes_up_in_1970_is_let_in()
    {
        const string library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";
        Assert.SkipUnless(File.Exists(library), "faketime is not installed (tests/install brings it)");
        var city = await CityAsync();
        var enrolled = await city.EnrollNewAsync("pkm-upai");
        await city.ReloadAsync();
        var center = await CenterAsync(city);
        var station = Station(enrolled);
        station.StationJson["clock"] = new JsonObject { ["source"] = "kernel" };
        station.Environment = new Dictionary<string, string>
        {
            ["LD_PRELOAD"] = library,
            ["FAKETIME"] = "@1970-01-01 08:00:00",
            ["DONT_FAKE_MONOTONIC"] = "1",
            ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
            // As in ClockStepTests: else waits never end before 1980.
            ["FAKETIME_FORCE_MONOTONIC_FIX"] = "0",
        };
        await station.StartReadyAsync();
        await SoundsAndIsAcknowledgedAsync(center, station, await center.DispatchAsync(station.StationId));
    }

    /// <summary>Connects as a visitor with this identity, and goes again. A refusal must be in the broker's log.</summary>
    /// <param name="isByBroker">The broker refuses the visitor, if anybody does; else the visitor the broker.</param>
    private static async Task<bool> IsLetInAsync(CityIdentities city, JsonNode enrolled, bool isByBroker = true)
    {
        int Failures() => city.Broker.Lines().Count(line => line.Contains("certificate verify failed", StringComparison.Ordinal));
        var before = Failures();
        var (visitor, answer) = await Visitor.ComeAsync(city, enrolled["identity"]!, $"call112-visitor-{Guid.NewGuid():N}");
        if (visitor is not null)
        {
            await visitor.DisposeAsync();
            return true;
        }

        Say($"refused: {answer}");
        if (isByBroker)
            await Wait.UntilAsync(() => Failures() > before, "the broker's log names the certificate");
        return false;
    }

    private static string SerialOf(JsonNode enrolled)
    {
        using var certificate = X509Certificate2.CreateFromPem((string)enrolled["identity"]!["certificate"]!);
        return certificate.SerialNumber.ToLowerInvariant();
    }

    private static async Task SoundsAndIsAcknowledgedAsync(CenterProcess center, GatewayProcess station, Guid dispatch)
    {
        await center.ShowsAsync(dispatch, station.StationId, ReportEvent.Sounding);
        await (await station.PageAsync()).PressAsync("acknowledge");
        await center.ShowsAsync(dispatch, station.StationId, ReportEvent.Acknowledged);
        await SirenAsync(station, on: false);
    }
}
