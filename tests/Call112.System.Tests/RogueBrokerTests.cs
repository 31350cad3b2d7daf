using System.Collections.Concurrent;
using Call112.Messages;
using Call112.System.Tests.Toolkit;

namespace Call112.System.Tests;

/// <summary>A broker that breaks the protocol, and one that never reads (F7 F9 F18).</summary>
public sealed class RogueBrokerTests : RogueBrokerTest
{
    /// <summary>F7, F9, F18: wrong bytes, wrong order, wrong size, wrong time.</summary>
    [Fact]
    public async Task No_broker_that_breaks_the_protocol_ends_the_station_or_makes_it_sound_and_the_next_dispatch_does()
    {
        var began = Wait.Time.GetTimestamp();
        var seed = Dice().Next();
        var rows = new ConcurrentDictionary<string, Row>();
        await Parallel.ForEachAsync(
            RogueAttacks.All,
            new ParallelOptions { MaxDegreeOfParallelism = AttacksAtOnce, CancellationToken = TestContext.Current.CancellationToken },
            async (attack, _) => rows[attack.Name] = await AttackedAsync(attack, new Random(seed)));
        Write("rogue-broker", "A rogue broker: protocol", [.. RogueAttacks.All.Select(attack => rows[attack.Name])], began, seed, nameof(No_broker_that_breaks_the_protocol_ends_the_station_or_makes_it_sound_and_the_next_dispatch_does));
        Assert.Empty(Failures);
    }

    /// <summary>F18: PUBACKs that nobody takes must not gather in memory.</summary>
    [Fact]
    public async Task A_broker_that_floods_and_never_reads_does_not_fill_the_memory()
    {
        await using var site = await SiteAsync("deaf");
        var flood = RogueFlood.Of(site.Broker, site.Station.StationId)[0];
        site.Broker.Attack(link => flood.ActAsync(link, 10 * MessagesPerSecond, reads: false));
        await Wait.Pause(TimeSpan.FromSeconds(2 * FloodSeconds));
        var row = await ProvedAsync(site, $"{flood.Name}, and never reads ({flood.Sent} sent)", inFlood: null);
        Say(row.ToString());
        Assert.Empty(Failures);
    }

    /// <summary>F20: an access list that forgot the station's own state costs the look at copied cards, and nothing else.</summary>
    [Fact]
    public async Task A_broker_that_keeps_its_own_state_from_a_station_is_named_once_and_no_dispatch_is_missed()
    {
        const string id = "pos-blind", named = "a copied card will not be noticed";
        await using var broker = new RogueBroker(id) { Forbidden = Topics.State(id) };
        var station = Station(broker.Address, id: id);
        await station.StartReadyAsync();
        for (var connection = 1; connection <= 2; connection++)
        {
            await station.WaitAsync(() => broker.IsWell && broker.Connections == connection, "it is subscribed");
            await broker.PublishAsync(Topics.Dispatch(id), MessageWriter.Write(Written.Alert()));
            await station.WaitAsync(() => broker.Reports.Values.Count(report => report.Event == ReportEvent.Sounding) == connection, "the dispatch sounds");
            broker.Attack(null);
        }

        Assert.Single(station.Lines(), line => line.Contains(named, StringComparison.Ordinal));
    }

    private async Task<Row> AttackedAsync(RogueAttack attack, Random dice)
    {
        await using var site = await SiteAsync(attack.Name);
        var scene = new RogueScene(site.Broker, site.Station.StationId, dice);
        var before = site.Broker.Connections;
        site.Broker.Attack(link => attack.Act(scene, link));
        try
        {
            await Wait.UntilAsync(() => site.Broker.Connections > before, $"the station meets: {attack.Name}");
            await Wait.Pause(attack.Lasts);
            return await ProvedAsync(site, attack.Name, inFlood: null);
        }
        catch (Exception e) when (e is TimeoutException or InvalidOperationException)
        {
            // The other attacks go on; this one is a row that says never.
            Refuse(true, attack.Name, e.Message);
            return new Row(attack.Name, site.IdleMiB, site.IdleMiB, Wait.Patience.TotalSeconds, Wait.Patience.TotalMilliseconds, null, 0, site.Broker.Connections);
        }
    }
}
