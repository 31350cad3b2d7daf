using Call112.Messages;
using Call112.System.Tests.Toolkit;

namespace Call112.System.Tests;

/// <summary>A journal that cannot be believed at boot (F2): the station starts, says so, sounds, and numbers on behind what the centre knows.</summary>
public sealed class DamagedJournalTests : SystemTest
{
    public enum Damage
    {
        Scrambled,
        Truncated,
        Empty,
        NewerSchema,
        Deleted,
    }

    private const int History = 4;

    [Theory]
    [InlineData(Damage.Scrambled)]
    [InlineData(Damage.Truncated)]
    [InlineData(Damage.Empty)]
    [InlineData(Damage.NewerSchema)]
    [InlineData(Damage.Deleted)]
    public async Task A_damaged_journal_is_set_aside_and_the_station_sounds_and_numbers_on(Damage damage)
    {
        var broker = await BrokerAsync();
        var center = await CenterAsync(broker);
        var station = Station(broker.Address);
        await station.StartReadyAsync();
        // A history longer than what the new journal will have numbered before the first receipt reaches it.
        for (var i = 0; i < History; i++)
            await TravelAsync(center, station);
        var first = await TravelAsync(center, station);
        var page = await station.PageAsync();
        await Wait.UntilAsync(async () => (await page.StationAsync()).GetProperty("unreceipted").GetInt64() == 0, "every report has its receipt");
        await station.TerminateAsync();
        var before = JournalBooks.ReportsIn(station.JournalPath)[^1].Sequence;
        Do(damage, station.JournalPath);
        await station.StartReadyAsync();
        var second = await TravelAsync(center, station);
        page = await station.PageAsync();
        await Wait.UntilAsync(
            async () => (await page.StationAsync()) is var view && view.GetProperty("unreceipted").GetInt64() == 0 && view.GetProperty("lastSequence").GetInt64() > before,
            "numbering goes on behind the centre's receipt, and all is receipted");
        Assert.All(JournalBooks.ReportsIn(station.JournalPath).Where(report => report.DispatchId == second).TakeLast(1), report => Assert.True(report.Sequence > before, $"{report.Sequence} after {before}"));
        // What was known before is still known. The dispatch still lives, so the centre sends it again to the new run; a box that lost its
        // memory sounds it again: rather twice than never.
        var ladder = (await center.LadderAsync(first, station.StationId)).Select(step => step.Event).ToList();
        Assert.All(ladder.Chunk(3), steps => Assert.Equal([ReportEvent.Received, ReportEvent.Sounding, ReportEvent.Acknowledged], steps));
        Assert.InRange(ladder.Count, 3, 6);
        await Wait.UntilAsync(async () => (await center.StationAsync(station.StationId))!.Value.GetProperty("missingReports").GetInt64() == 0, "the centre misses no report");
        if (damage == Damage.Deleted)
            return;
        Assert.True(damage == Damage.Empty || File.Exists(station.JournalPath + ".aside-1"), "the damaged file was not kept");
        await Wait.UntilAsync(
            async () => (await center.StationAsync(station.StationId))!.Value.GetProperty("recentAlarms").EnumerateArray().Any(alarm => alarm.GetProperty("event").GetString() == "StorageFault"),
            "the centre knows of the StorageFault");
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

    private static void Do(Damage damage, string journal)
    {
        switch (damage)
        {
            case Damage.Scrambled:
                JournalBooks.Scramble(journal, Dice());
                break;
            case Damage.Truncated:
                JournalBooks.Truncate(journal);
                break;
            case Damage.Empty:
                JournalBooks.Empty(journal);
                break;
            case Damage.NewerSchema:
                JournalBooks.MakeNewer(journal);
                break;
            case Damage.Deleted:
                JournalBooks.Delete(journal);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(damage), damage, null);
        }
    }
}
