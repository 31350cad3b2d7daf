using System.Globalization;
using System.Text.RegularExpressions;
using Call112.Messages;
using Call112.System.Tests.Toolkit;

namespace Call112.System.Tests;

/// <summary>
/// F20: a card was copied with its journal, and both boxes run. Mosquitto lets each throw the other off and gives no reason; both boxes and the centre must
/// name it, the boxes must not push each other out at every turn, and a dispatch is heard all the same.
/// </summary>
public sealed partial class CopiedCardTests : SystemTest
{
    [Fact]
    public async Task Both_boxes_and_the_centre_name_it_the_way_back_is_slow_and_a_dispatch_is_heard()
    {
        var broker = await BrokerAsync();
        var center = await CenterAsync(broker);
        var original = Station(broker.Address);
        // A box with a past: its earlier run is no second box.
        await original.StartReadyAsync();
        await original.TerminateAsync();
        var copy = Station(broker.Address, id: original.StationId);
        File.Copy(original.JournalPath, copy.JournalPath);
        await original.StartReadyAsync();
        await copy.StartReadyAsync();

        foreach (var box in (GatewayProcess[])[original, copy])
            await box.WaitAsync(() => box.Says("is online under this station.id"), "it has met the other");
        await Wait.UntilAsync(
            async () => await center.StationAsync(original.StationId) is { } view && view.GetProperty("clonedIdentity").GetBoolean(),
            "the centre names it");
        // Whoever was thrown off last knows by then why.
        await Wait.UntilAsync(() => Waits(original).Concat(Waits(copy)).Any(wait => wait >= 30), "a wait of half a minute");
        var turns = Turns(original) + Turns(copy);

        var dispatch = await center.DispatchAsync(original.StationId);
        await center.ShowsAsync(dispatch, original.StationId, ReportEvent.Sounding);
        await Wait.UntilAsync(
            async () => await IsSoundingAsync(original) || await IsSoundingAsync(copy),
            "one of them sounds");
        Assert.Equal(turns, Turns(original) + Turns(copy));
        Assert.All(Waits(original).Concat(Waits(copy)), wait => Assert.InRange(wait, 0.1, 60));
        Say($"{turns} connections of both until the first long wait; waits, s: {string.Join(' ', Waits(original))} and {string.Join(' ', Waits(copy))}");
    }

    private static async Task<bool> IsSoundingAsync(GatewayProcess box) => await (await box.PageAsync()).IsOnAsync("siren");

    private static int Turns(GatewayProcess box) => box.Lines().Count(line => line.Contains("connected, session", StringComparison.Ordinal));

    private static IEnumerable<double> Waits(GatewayProcess box) => box.Lines().Select(line => NextAttempt().Match(line)).Where(match => match.Success)
        .Select(match => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));

    [GeneratedRegex(@"next attempt in ([\d.]+) s")]
    private static partial Regex NextAttempt();
}
