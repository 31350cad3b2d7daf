using System.Globalization;
using Call112.System.Tests.Toolkit;

namespace Call112.System.Tests;

/// <summary>Ten thousand messages a second, and a real dispatch among them (F3 F18 F21). Alone on the machine: what is promised is a second.</summary>
[Collection(Alone.Name)]
public sealed class RogueFloodTests : RogueBrokerTest
{
    /// <summary>F3, F18, F21: ten thousand messages a second; a real dispatch goes into the middle of them.</summary>
    [Fact]
    public async Task A_dispatch_in_the_middle_of_ten_thousand_messages_a_second_sounds_within_a_second()
    {
        var began = Wait.Time.GetTimestamp();
        var rows = new List<Row>();
        for (var kind = 0; kind < RogueFlood.Kinds; kind++)
            rows.Add(await FloodedAsync(kind));
        Write("rogue-broker-floods", "A rogue broker: floods", rows, began, null, nameof(A_dispatch_in_the_middle_of_ten_thousand_messages_a_second_sounds_within_a_second));
        Assert.Empty(Failures);
    }

    private async Task<Row> FloodedAsync(int kind)
    {
        await using var site = await SiteAsync($"flood {kind}");
        var flood = RogueFlood.Of(site.Broker, site.Station.StationId)[kind];
        site.Broker.Attack(link => flood.ActAsync(link, MessagesPerSecond));
        await Wait.UntilAsync(() => flood.Sent > 0, "the flood flows");
        var flows = Wait.MonotonicNs;
        await Wait.Pause(TimeSpan.FromSeconds(FloodSeconds / 2));
        Refuse(site.Sirens().Count > 0, flood.Name, "the siren sounded before the real dispatch");
        var sent = await flood.SendRealAsync(Written.Alert());
        var sounds = await SoundsAsync(site, flood.Name, sent);
        await (await site.Station.PageAsync()).PressAsync("acknowledge");
        await SirenAsync(site.Station, on: false);
        await Wait.Pause(TimeSpan.FromSeconds(FloodSeconds / 2));
        var rate = flood.Sent * 1e9 / (Wait.MonotonicNs - flows);
        Refuse(site.Sirens().Count > 2, flood.Name, "the siren sounded more than once");
        return await ProvedAsync(site, string.Create(CultureInfo.InvariantCulture, $"{flood.Name}: {flood.Sent} sent, {rate:0} a second, {flood.Acknowledged} acknowledged"), sounds);
    }
}
