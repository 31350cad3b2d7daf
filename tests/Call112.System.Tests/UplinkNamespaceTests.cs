using System.Text.Json.Nodes;
using Call112.Messages;
using Call112.System.Tests.Toolkit;

namespace Call112.System.Tests;

/// <summary>Two uplinks on two real interfaces: the gateway in a network namespace of its own, broker and centre outside (decision 0015).</summary>
public sealed class UplinkNamespaceTests : SystemTest
{
    private static readonly TimeSpan s_spacing = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task One_line_cut_in_the_midst_of_dispatches_loses_none_and_sounds_none_twice_and_the_centre_shows_it()
    {
        using var links = await TwoLinks.MakeAsync();
        var (center, station) = await SiteAsync(links);
        var sent = new List<Guid>();
        for (var i = 0; i < 30; i++)
        {
            if (i == 10)
                await links.CutAsync("eth0");
            sent.Add(await center.DispatchAsync(station.StationId));
            await Wait.Pause(s_spacing);
        }

        var cutAt = Wait.MonotonicNs;
        foreach (var id in sent)
            await center.ShowsAsync(id, station.StationId, ReportEvent.Sounding, TimeSpan.FromSeconds(15));
        await Wait.UntilAsync(
            async () => (await UplinksAsync(center, station)).Contains("lan Down", StringComparison.Ordinal),
            "the centre shows the lost line", TimeSpan.FromSeconds(15));
        Say($"the centre knew {(Wait.MonotonicNs - cutAt) / 1e9:0.0} s after the last dispatch: {await UplinksAsync(center, station)}");
        Assert.Equal("Up", (await center.StationAsync(station.StationId))!.Value.GetProperty("verdict").GetString());
        await Wait.UntilAsync(
            async () => (await center.StationAsync(station.StationId))!.Value.GetProperty("alarms").EnumerateArray()
                .Any(alarm => alarm.GetString()!.StartsWith("UplinkLost", StringComparison.Ordinal)),
            "the station itself reports it",
            TimeSpan.FromSeconds(15));
        foreach (var id in sent)
        {
            var ladder = await center.LadderAsync(id, station.StationId);
            Assert.Single(ladder, step => step.Event == ReportEvent.Received);
            Assert.Single(ladder, step => step.Event == ReportEvent.Sounding);
        }

        var mendedAt = Wait.MonotonicNs;
        await links.MendAsync("eth0");
        await Wait.UntilAsync(async () => await UplinksAsync(center, station) == "lan Up, lte Up", "both are there again", TimeSpan.FromSeconds(20));
        Say($"both were up again {(Wait.MonotonicNs - mendedAt) / 1e9:0.0} s after the line was mended");
    }

    [Fact]
    public async Task An_interface_that_is_gone_is_named_and_used_again_as_soon_as_it_is_back()
    {
        // F15: a USB modem or network card that resets takes its interface with it. Of the normal profile: known after 10 s at most.
        using var links = await TwoLinks.MakeAsync();
        var (center, station) = await SiteAsync(links);
        await links.UnplugAsync("eth0");
        await station.WaitAsync(() => station.Says("the interface eth0 is not there"), "the log names the interface", TimeSpan.FromSeconds(40));
        await center.ShowsAsync(await center.DispatchAsync(station.StationId), station.StationId, ReportEvent.Sounding);
        var connected = Connects();
        var backAt = Wait.MonotonicNs;
        await links.PlugAsync("eth0");
        await station.WaitAsync(() => Connects() > connected, "the line is used again");
        Say($"connected {(Wait.MonotonicNs - backAt) / 1e9:0.00} s after the interface came up");

        int Connects() => station.Lines().Count(line =>
            line.Contains("lan mqtt", StringComparison.Ordinal) && line.Contains(": connected", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Interfaces_that_come_and_go_in_quick_turns_end_nothing()
    {
        // F15: an interface that vanished while .NET read it ended the service, on the runtime's own thread.
        using var links = await TwoLinks.MakeAsync();
        var (center, station) = await SiteAsync(links);
        for (var turn = 0; turn < 40; turn++)
        {
            await links.UnplugAsync("wwan0");
            await links.PlugAsync("wwan0");
        }

        Assert.False(station.HasExited);
        await center.ShowsAsync(await center.DispatchAsync(station.StationId), station.StationId, ReportEvent.Sounding);
    }

    private async Task<(CenterProcess Center, GatewayProcess Station)> SiteAsync(TwoLinks links)
    {
        var broker = await BrokerAsync(addresses: links.Addresses);
        var center = await CenterAsync(broker);
        var station = Station(broker.Address, [.. links.Inside, Installed.Gateway]);
        station.StationJson["uplinks"] = new JsonArray(
            new JsonObject { ["name"] = "lan", ["broker"] = $"mqtt://{links.Here("eth0")}:{broker.Port}", ["interface"] = "eth0" },
            new JsonObject
            {
                ["name"] = "lte",
                ["broker"] = $"mqtt://{links.Here("wwan0")}:{broker.Port}",
                ["interface"] = "wwan0",
                ["metered"] = true,
            });
        await station.StartReadyAsync();
        await Wait.UntilAsync(async () => await UplinksAsync(center, station) == "lan Up, lte Up", "the centre shows both");
        return (center, station);
    }

    private static async Task<string> UplinksAsync(CenterProcess center, GatewayProcess station) =>
        await center.StationAsync(station.StationId) is not { } view ? "" : string.Join(", ", view.GetProperty("uplinks").EnumerateArray()
            .Select(uplink => $"{uplink.GetProperty("name").GetString()} {uplink.GetProperty("verdict").GetString()}"));
}
