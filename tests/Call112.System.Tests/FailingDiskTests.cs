using Call112.Messages;
using Call112.System.Tests.Toolkit;

namespace Call112.System.Tests;

/// <summary>
/// A file system that is full or read-only (F3): the station sounds, does not acknowledge to the broker, says so, and makes good for it
/// when it can. On a small tmpfs that the test mounts; skipped where it may not.
/// </summary>
public sealed class FailingDiskTests : SystemTest
{
    [Fact]
    public async Task With_a_full_file_system_it_sounds_and_acknowledges_only_when_there_is_space_again()
    {
        var folder = await SmallFileSystemAsync();
        var broker = await BrokerAsync();
        var station = Station(broker.Address);
        station.KeepJournalIn(folder);
        var centre = await RecordingCentreAsync(station, broker);
        await station.StartReadyAsync();
        await WholeWayTests.TravelAsync(station, centre);
        await Wait.UntilAsync(() => broker.DispatchesOf(station.ClientId) == (1, 1), "the first dispatch is acknowledged to the broker");
        var filler = Path.Combine(folder, "filler");
        await FillAsync(filler, station, centre);
        var alert = await SoundsUnstoredAsync(station, centre, broker, alreadySent: 1);
        File.Delete(filler);
        await RecoversAsync(station, centre, broker, alert, sent: 2);
    }

    [Fact]
    public async Task With_a_read_only_journal_folder_it_starts_sounds_and_recovers()
    {
        var folder = await SmallFileSystemAsync();
        var broker = await BrokerAsync();
        var station = Station(broker.Address);
        station.KeepJournalIn(folder);
        var centre = await RecordingCentreAsync(station, broker);
        await RemountAsync(folder, "ro");
        await station.StartReadyAsync();
        var alert = await SoundsUnstoredAsync(station, centre, broker, alreadySent: 0);
        await RemountAsync(folder, "rw");
        await RecoversAsync(station, centre, broker, alert, sent: 1);
    }

    [Fact]
    public async Task Killed_while_the_disk_is_full_it_gets_the_dispatch_again_and_sounds_again()
    {
        var folder = await SmallFileSystemAsync();
        var broker = await BrokerAsync();
        var station = Station(broker.Address);
        station.KeepJournalIn(folder);
        var centre = await RecordingCentreAsync(station, broker);
        await station.StartReadyAsync();
        await FillAsync(Path.Combine(folder, "filler"), station, centre);
        var alert = await SoundsUnstoredAsync(station, centre, broker, alreadySent: 0);
        station.Kill();
        await station.StartReadyAsync();
        // Not from its journal: from the broker, which was never told that the dispatch is safe.
        await SirenAsync(station, on: true);
        File.Delete(Path.Combine(folder, "filler"));
        await RecoversAsync(station, centre, broker, alert, sent: 2);
    }

    private static async Task<Dispatch> SoundsUnstoredAsync(GatewayProcess station, RecordingCentre centre, BrokerProcess broker, int alreadySent)
    {
        var alert = Written.Alert();
        await centre.SendAsync(alert);
        await SirenAsync(station, on: true);
        await centre.HearsAsync(ReportEvent.StorageFault);
        await centre.HearsAsync(ReportEvent.Sounding, alert.DispatchId);
        var page = await station.PageAsync();
        Assert.Contains((await page.StationAsync()).GetProperty("alarms").EnumerateArray(), alarm => alarm.GetProperty("event").GetString() == "StorageFault");
        Assert.Equal((alreadySent + 1, alreadySent), broker.DispatchesOf(station.ClientId));
        return alert;
    }

    private static async Task RecoversAsync(GatewayProcess station, RecordingCentre centre, BrokerProcess broker, Dispatch alert, int sent)
    {
        await centre.HearsAsync(ReportEvent.StorageRestored);
        // Each delivery is acknowledged once, also the one that was made to a run which then died.
        await Wait.UntilAsync(() => broker.DispatchesOf(station.ClientId).Acknowledged >= Math.Min(sent, 2) - (station.Runs.Count - 1), "the dispatch is acknowledged to the broker");
        Assert.Equal(sent, broker.DispatchesOf(station.ClientId).Sent);
        await (await station.PageAsync()).PressAsync("acknowledge");
        await centre.HearsAsync(ReportEvent.Acknowledged, alert.DispatchId);
        await SirenAsync(station, on: false);
        var page = await station.PageAsync();
        await Wait.UntilAsync(async () => (await page.StationAsync()).GetProperty("unreceipted").GetInt64() == 0, "every report has its receipt");
        await station.TerminateAsync();
        var journal = JournalBooks.ReportsIn(station.JournalPath);
        Assert.Contains(journal, report => report.Event == ReportEvent.Acknowledged && report.DispatchId == alert.DispatchId);
        Assert.Equal(journal.Select(report => report.Sequence).Distinct(), journal.Select(report => report.Sequence));
    }

    /// <summary>
    /// Takes every byte that is left, and lets the station use up what its WAL has already. A write that failed cuts the WAL, and what that gives back
    /// would mend the disk: it is taken too, until the fault has outlasted a try of the journal by itself (every 2 s).
    /// </summary>
    private static async Task FillAsync(string path, GatewayProcess station, RecordingCentre centre)
    {
        var refused = 0;
        var since = Wait.Time.GetTimestamp();
        await Wait.UntilAsync(
            async () =>
            {
                Fill(path);
                await centre.PublishAsync(Topics.Command(station.StationId), global::System.Text.Encoding.UTF8.GetBytes($"refused {refused++}"));
                var last = centre.Reports().LastOrDefault(report => report.Event is ReportEvent.StorageFault or ReportEvent.StorageRestored);
                if (last?.Event != ReportEvent.StorageFault)
                    since = Wait.Time.GetTimestamp();
                return Wait.Time.GetElapsedTime(since) > TimeSpan.FromSeconds(3);
            },
            "the disk is full for good");
    }

    private static void Fill(string path)
    {
        using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 1);
        for (var size = 64 * 1024; size > 0; size /= 2)
        {
            try
            {
                while (true)
                    file.Write(new byte[size]);
            }
            catch (IOException)
            {
                // Smaller pieces until nothing fits.
            }
        }
    }

    private async Task<string> SmallFileSystemAsync()
    {
        const string size = "512k";
        var folder = NewFolder("small");
        Directory.CreateDirectory(folder);
        var mount = Installed.Need("mount");
        var (exitCode, output) = await OwnProcess.RunAsync(mount, ["-t", "tmpfs", "-o", $"size={size}", "call112-test", folder]);
        Assert.SkipUnless(exitCode == 0, $"mounting a tmpfs is not allowed here: {output}");
        AtEnd(() => OwnProcess.RunAsync(Installed.Need("umount"), ["-l", folder]).GetAwaiter().GetResult());
        return folder;
    }

    private static async Task RemountAsync(string folder, string how)
    {
        var (exitCode, output) = await OwnProcess.RunAsync(Installed.Need("mount"), ["-o", $"remount,{how}", folder]);
        Assert.SkipUnless(exitCode == 0, $"remounting {how} is not allowed here: {output}");
    }
}
