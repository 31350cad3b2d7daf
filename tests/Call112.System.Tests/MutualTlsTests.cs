using System.Text.Json.Nodes;
using Call112.Messages;
using Call112.System.Tests.Toolkit;

namespace Call112.System.Tests;

/// <summary>
/// Stations that <c>call112-center enroll</c> has made, at a real Mosquitto with the configuration that is shipped (decision 0019): who is let in, what
/// becomes of a certificate that is over, taken back or renewed, and that nobody beside notices.
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
                () => city.Broker.Lines().Any(line => line.Contains($"call112-pkm-bilalang-{uplink} ", StringComparison.Ordinal) && line.Contains("u'pkm-bilalang'", StringComparison.Ordinal)),
                $"the session of {uplink} has the station's name");
        Assert.DoesNotContain(city.Broker.Lines(), line => line.Contains("Denied", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_station_that_is_taken_back_is_mute_and_deaf_at_once_and_refused_when_it_comes_again()
    {
        var city = await CityAsync();
        var lost = Station(await city.EnrollNewAsync("pkm-lost", "puskesmas"));
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
        await lost.WaitAsync(() => lost.Says("certificate revoked"), "the station is told that its certificate is revoked");
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
        Assert.Equal("let in", await AnswerAsync(city, former));
        Assert.Equal("let in", await AnswerAsync(city, renewed));
        await city.RunAsync("revoke", "pkm-motoboi", "--former");
        await city.ReloadAsync();
        Assert.Contains("certificate revoked", await AnswerAsync(city, former), StringComparison.Ordinal);
        Assert.Equal("let in", await AnswerAsync(city, renewed));
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
        Assert.True(refused.ExitCode == 1 && refused.Output.Contains("damkar-selatan, damkar-utara", StringComparison.Ordinal)
            || refused.Output.Contains("damkar-utara", StringComparison.Ordinal), refused.Output);

        // Both authorities are in the bundle: the old certificate, and a new one, at a broker that still has its old one.
        var after = await city.EnrollAsync("damkar-utara", "--renew");
        Assert.Equal(["let in", "let in"], [await AnswerAsync(city, before), await AnswerAsync(city, after)]);
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
        await city.RestartAsync();
        Assert.Equal("let in", await AnswerAsync(city, after));
        // The old authority is no longer in the broker's bundle, nor does the broker's new certificate prove anything to whoever knows only the old one.
        var stranger = after.DeepClone();
        (stranger["identity"]!["certificate"], stranger["identity"]!["key"]) = ((string)before["identity"]!["certificate"]!, (string)before["identity"]!["key"]!);
        var answers = (await AnswerAsync(city, stranger), await AnswerAsync(city, late));
        Say($"the old certificate: {answers.Item1}\nwho knows only the old authority: {answers.Item2}");
        Assert.Contains("unknown ca", answers.Item1, StringComparison.Ordinal);
        Assert.NotEqual("let in", answers.Item2);
        await center.ReadyAsync();
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

    /// <summary>Connects as a visitor with this identity and goes again.</summary>
    private static async Task<string> AnswerAsync(CityIdentities city, JsonNode enrolled)
    {
        var (visitor, answer) = await Visitor.ComeAsync(city, enrolled["identity"]!, $"call112-visitor-{Guid.NewGuid():N}");
        if (visitor is not null)
            await visitor.DisposeAsync();
        return answer;
    }

    private static async Task SoundsAndIsAcknowledgedAsync(CenterProcess center, GatewayProcess station, Guid dispatch)
    {
        await center.ShowsAsync(dispatch, station.StationId, ReportEvent.Sounding);
        await (await station.PageAsync()).PressAsync("acknowledge");
        await center.ShowsAsync(dispatch, station.StationId, ReportEvent.Acknowledged);
        await SirenAsync(station, on: false);
    }
}
