using System.Collections.Concurrent;
using Call112.Campaign;
using Call112.Messages;
using Call112.System.Tests.Toolkit;

namespace Call112.System.Tests;

/// <summary>A journal that cannot be believed at boot (F2): the station starts, says so, sounds, and numbers on behind what the centre knows.</summary>
public sealed class DamagedJournalTests : SystemTest
{
    private const int History = 4, AtOnce = 3;

    /// <summary>What must be left of the damaged file.</summary>
    private enum Left
    {
        /// <summary>It cannot be believed: set aside, and a StorageFault told.</summary>
        Aside,

        /// <summary>It was empty: nothing to keep, but a StorageFault told.</summary>
        Told,

        /// <summary>It looks like a journal without a history: nobody can know.</summary>
        Nothing,

        /// <summary>The bits that flipped may lie where they change nothing, or only the content of an old row.</summary>
        Either,
    }

    private static readonly Damage[] s_damages =
    [
        new("random bytes", Left.Aside, (path, dice) => JournalBooks.Scramble(path, dice)),
        new("cut in half, in a page", Left.Aside, (path, _) => JournalBooks.Truncate(path, 0.5)),
        new("cut at 10 %", Left.Aside, (path, _) => JournalBooks.Truncate(path, 0.1)),
        new("cut at 90 %", Left.Aside, (path, _) => JournalBooks.Truncate(path, 0.9)),
        new("half a header", Left.Aside, (path, _) => JournalBooks.TruncateTo(path, 50)),
        new("zero bytes", Left.Told, (path, _) => JournalBooks.TruncateTo(path, 0)),
        new("bits flipped", Left.Either, (path, dice) => JournalBooks.FlipBits(path, dice, 200)),
        new("newer schema", Left.Aside, (path, _) => JournalBooks.SetVersion(path, 99)),
        new("older schema", Left.Aside, (path, _) => JournalBooks.SetVersion(path, 0)),
        new("WAL deleted after a kill", Left.Nothing, (path, _) => JournalBooks.DeleteWal(path)) { IsKilled = true },
        new("WAL scrambled after a kill", Left.Nothing, (path, dice) => JournalBooks.ScrambleWal(path, dice)) { IsKilled = true },
        new("deleted", Left.Nothing, (path, _) => JournalBooks.Delete(path)),
    ];

    /// <summary>F2: whatever lies where the journal was.</summary>
    [Fact]
    public async Task Whatever_has_become_of_the_journal_the_station_starts_sounds_and_numbers_on()
    {
        var began = Wait.Time.GetTimestamp();
        var dice = Dice(out var seed);
        var cases = s_damages.Select(damage => (Damage: damage, Dice: new Random(dice.Next()))).ToList();
        var outcomes = new ConcurrentDictionary<string, string>();
        await Parallel.ForEachAsync(cases, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (one, _) =>
        {
            try
            {
                outcomes[one.Damage.Name] = await PlayAsync(one.Damage, one.Dice);
            }
            catch (Exception e)
            {
                outcomes[one.Damage.Name] = $"FAILED: {e.Message} {e.StackTrace}";
            }
        });
        var failures = outcomes.Where(outcome => outcome.Value.StartsWith("FAILED", StringComparison.Ordinal))
            .Select(outcome => $"{outcome.Key}: {outcome.Value}").ToList();
        new CampaignPart("damaged-journal", "A journal that cannot be believed at boot")
        {
            Covers = ["F2"],
            Failures = failures,
            Figures = [new("Kinds of damage", s_damages.Length)],
            Tables =
            [
                new("Damage and outcome", ["damage", "outcome: started, sounded, numbered on behind the centre's receipt, and"],
                    [.. s_damages.Select(damage => (IReadOnlyList<string>)[damage.Name, outcomes[damage.Name]])]),
            ],
            Notes =
            [
                $"seed {seed}; {Installed.Build(Installed.NativeGateway)}",
                "Rows carry no checksum of their own: a flipped bit inside a text that still parses is not noticed. A half-written station.json stops the start and names the file (StartAndStopTests).",
            ],
            Seconds = Wait.Time.GetElapsedTime(began).TotalSeconds,
            Command = "dotnet test tests/Call112.System.Tests --filter DamagedJournalTests",
        }.Write();
        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    private async Task<string> PlayAsync(Damage damage, Random dice)
    {
        var broker = await BrokerAsync();
        var center = await CenterAsync(broker);
        var station = Station(broker.Address, [Installed.NativeGateway]);
        await station.StartReadyAsync();
        // A history longer than what the new journal will have numbered before the first receipt reaches it.
        for (var i = 0; i < History; i++)
            await TravelAsync(center, station);
        var first = await TravelAsync(center, station);
        var page = await station.PageAsync();
        await Wait.UntilAsync(async () => (await page.StationAsync()).GetProperty("unreceipted").GetInt64() == 0, "every report has its receipt");
        var before = (await page.StationAsync()).GetProperty("lastSequence").GetInt64();
        if (damage.IsKilled)
            station.Kill();
        else
            await station.TerminateAsync();
        damage.Do(station.JournalPath, dice);
        await station.StartReadyAsync();
        var second = await TravelAsync(center, station);
        page = await station.PageAsync();
        await Wait.UntilAsync(
            async () => (await page.StationAsync()) is var view && view.GetProperty("unreceipted").GetInt64() == 0 && view.GetProperty("lastSequence").GetInt64() > before,
            "numbering goes on behind the centre's receipt, and all is receipted");
        Assert.All(JournalBooks.ReportsIn(station.JournalPath).Where(report => report.DispatchId == second).TakeLast(1), report => Assert.True(report.Sequence > before, $"{report.Sequence} after {before}"));
        // What was known before is still known. The dispatch still lives, so the centre sends it again to the new run; a box that lost its
        // memory sounds it again: rather twice than never.
        var ladder = (await center.LadderAsync(first, station.StationId)).Select(step => step.Event).Where(step => step != ReportEvent.Duplicate)
            .ToList();
        // What it then reported before the first receipt told it where to number on may have reached the centre under both numbers.
        ReportEvent[] whole = [ReportEvent.Received, ReportEvent.Sounding, ReportEvent.Acknowledged];
        Assert.Equal(whole, ladder.Take(3));
        Assert.Equal(whole[^1], ladder[^1]);
        Assert.All(ladder, step => Assert.Contains(step, whole));
        await Wait.UntilAsync(async () => (await center.StationAsync(station.StationId))!.Value.GetProperty("missingReports").GetInt64() == 0, "the centre misses no report");
        var isAside = File.Exists(station.JournalPath + ".aside-1");
        Assert.True(damage.Left is Left.Either || isAside == damage.Left is Left.Aside, $"aside: {isAside}");
        var isTold = damage.Left is Left.Aside or Left.Told || isAside;
        if (isTold)
            await Wait.UntilAsync(
                async () => (await center.StationAsync(station.StationId))!.Value.GetProperty("recentAlarms").EnumerateArray()
                    .Any(alarm => alarm.GetProperty("event").GetString() == "StorageFault"),
                "the centre knows of the StorageFault");
        return $"{(isAside ? "the file set aside" : "no file set aside")}, {(isTold ? "StorageFault told" : "nothing to tell")}";
    }

    private static async Task<Guid> TravelAsync(CenterProcess center, GatewayProcess station)
    {
        var id = await center.DispatchAsync(station.StationId);
        await SirenAsync(station, on: true);
        await center.ShowsAsync(id, station.StationId, ReportEvent.Sounding);
        var page = await station.PageAsync();
        await Wait.UntilAsync(
            async () =>
            {
                // Again, as long as something waits: the centre may just have sent an older dispatch once more.
                await page.PressAsync("acknowledge");
                return !await page.IsOnAsync("siren");
            },
            "the siren is off");
        await center.ShowsAsync(id, station.StationId, ReportEvent.Acknowledged);
        return id;
    }

    /// <param name="Do">Damages the journal at a path.</param>
    private sealed record Damage(string Name, Left Left, Action<string, Random> Do)
    {
        /// <summary>The station was killed, so that its WAL is still there; else it was stopped.</summary>
        public bool IsKilled { get; init; }
    }
}
