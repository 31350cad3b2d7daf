using System.Security.Cryptography.X509Certificates;
using Call112.Gateway.Options;
using Call112.Gateway.Tests.Messaging;
using Call112.Gateway.Tests.World;
using Call112.Gateway.Updates;
using Call112.Tests;

namespace Call112.Gateway.Tests.Updates;

/// <summary>Over which line a bundle may come: the unmetered ones first, a metered one only when the offer says so (decision 0024).</summary>
public sealed class FetchLineTests : IAsyncDisposable
{
    private readonly FetchDesk _desk = new(20_000);

    public ValueTask DisposeAsync() => _desk.DisposeAsync();

    [Fact]
    public void Unmetered_lines_come_first_and_metered_ones_only_where_the_offer_allows_it()
    {
        var options = With(Line("lte", "lo", metered: true), Line("lan", "eth0"));
        Assert.Equal(["lan", "lte"], UpdateLine.Of(options, metered: true).Select(line => line.Name));
        Assert.Equal(["lan"], UpdateLine.Of(options, metered: false).Select(line => line.Name));
        Assert.Equal(["a", "b"], UpdateLine.Of(With(Line("a"), Line("b")), metered: false).Select(line => line.Name));
        Assert.Equal(["a"], UpdateLine.Of(With(Line("a")), metered: false).Select(line => line.Name));
    }

    [Fact]
    public void Where_nobody_can_know_which_line_the_routes_take_none_counts_as_unmetered()
    {
        var options = With(Line("lan"), Line("lte", metered: true));
        Assert.Empty(UpdateLine.Of(options, metered: false));
        Assert.Equal(["lan", "lte"], UpdateLine.Of(options, metered: true).Select(line => line.Name));
    }

    [Fact]
    public async Task A_line_that_is_not_there_gives_way_to_the_next()
    {
        _desk.Options = With(Line("lan", "nosuch0"), Line("lte", "lo", metered: true));
        Assert.True(await _desk.FetchAsync(_desk.Offer(_desk.Serve().Url, metered: true)));
        _desk.AssertFetched();
    }

    [Fact]
    public async Task Without_an_unmetered_line_an_offer_waits_until_one_comes_that_may_take_the_metered_one()
    {
        var clock = new TestClock();
        (_desk.Time, _desk.Options) = (clock, With(Line("lte", "lo", metered: true)));
        var server = _desk.Serve();
        _desk.Put(_desk.Offer(server.Url));
        var fetching = _desk.RunAsync();
        await Wait.UntilAsync(() => _desk.Folder.Said() == "1.2.0: waits for an unmetered line", "it is told");
        await FetchDesk.PassAsync(clock, () => clock.Monotonic > TimeSpan.FromHours(1) + (OfferInHand.PatienceEvery * 3), "three looks");
        Assert.Empty(server.Ranges);
        _desk.Put(_desk.Offer(server.Url, metered: true));
        await FetchDesk.PassAsync(clock, () => server.Ranges.Count > 0, "the newer offer is followed");
        Assert.True(await fetching);
        _desk.AssertFetched();
    }

    [Fact]
    public async Task A_line_that_comes_back_is_found_within_a_minute()
    {
        var clock = new TestClock();
        _desk.Time = clock;
        var port = LoopbackPorts.Free();
        _desk.Put(_desk.Offer($"http://127.0.0.1:{port}/x.raucb"));
        var fetching = _desk.RunAsync();
        await Wait.UntilAsync(() => _desk.Folder.Said() == "1.2.0: waits for an unmetered line (lan: Connection refused)", "it is told");
        var server = _desk.Add(new BundleServer(_desk.Content, [], port));
        Assert.InRange(
            await FetchDesk.PassAsync(clock, () => server.Ranges.Count > 0, "it is fetched"), TimeSpan.Zero, OfferInHand.PatienceEvery * 2);
        Assert.True(await fetching);
        _desk.AssertFetched();
    }

    /// <summary>The cable is out, and the kernel's routes lead to the modem: that would be the city's money.</summary>
    [Fact]
    public async Task A_connection_that_the_routes_lead_over_the_metered_interface_is_none()
    {
        _desk.Options = With(Line("lan"), Line("lte", "lo", metered: true));
        var server = _desk.Serve();
        using var line = Assert.Single(UpdateLine.Of(_desk.Options, metered: false));
        var attempt = await _desk.AttemptAsync(line, server.Url);
        Assert.Equal(new Attempt(AttemptEnd.NoLine, "the routes lead over the metered interface lo"), attempt);
        Assert.Empty(server.Ranges);
    }

    [Fact]
    public async Task A_server_by_the_citys_own_authority_is_trusted_and_a_stranger_is_not()
    {
        using var pem = new PemFiles();
        using var certificate = X509CertificateLoader.LoadPkcs12(
            X509Certificate2.CreateFromPemFile(pem.In("broker.crt"), pem.In("broker.key")).Export(X509ContentType.Pfx), null);
        var server = _desk.Add(new BundleServer(_desk.Content, [], certificate: certificate));
        using var strange = Assert.Single(UpdateLine.Of(_desk.Options, metered: false));
        var attempt = await _desk.AttemptAsync(strange, server.Url);
        Assert.Equal(AttemptEnd.Broken, attempt.End);
        Assert.Contains("certificate", attempt.Why, StringComparison.Ordinal);
        Assert.Empty(server.Ranges);

        _desk.Options = _desk.Options with { Uplink = _desk.Options.Uplink with { CaFile = pem.In("ca.pem") } };
        Assert.True(await _desk.FetchAsync(_desk.Offer(server.Url)));
        _desk.AssertFetched();
    }

    private static UplinkOptions Line(string name, string? device = null, bool metered = false) =>
        new() { Name = name, Host = "127.0.0.1", Port = 1883, Interface = device, Metered = metered };

    private GatewayOptions With(UplinkOptions first, UplinkOptions? second = null) => _desk.Options with { Uplink = first, SecondUplink = second };
}
