using Call112.Gateway.Tests.World;
using Call112.Messages;
using Call112.Station;

namespace Call112.Gateway.Tests.Loop;

/// <summary>F3 seen from outside: the whole station on a disk that fails.</summary>
public sealed class StorageFaultTests
{
    public static TheoryData<DiskFault> Faults => [DiskFault.Full, DiskFault.ReadOnly, DiskFault.WriteError, DiskFault.SyncError];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task It_sounds_does_not_acknowledge_says_so_once_and_recovers(DiskFault fault)
    {
        await using var world = await StationWorld.StartAsync();
        await world.JournaledAsync();
        world.Disk.Break(fault);
        world.Dispatch(Samples.Dispatch());
        await Wait.UntilAsync(() => (world.Board.Outputs & Outputs.Siren) != 0, "the siren");
        await world.RunUntilAsync(() => world.State.Stands(ReportEvent.StorageFault, StorageDetail(world)), 5, "StorageFault");
        // For minutes; the centre's heartbeats go on and take nobody's place.
        for (var i = 0; i < 30; i++)
        {
            world.CenterBeats();
            await world.RunAsync(seconds: 5, stepSeconds: 0.1);
        }

        Assert.Equal(1, world.Broker.SessionOf(StationWorld.ClientId)!.UnderWay);
        Assert.Equal([ReportEvent.Started, ReportEvent.Received, ReportEvent.Sounding, ReportEvent.StorageFault], world.ReportsSent.Take(4).Select(report => report.Event));
        // Sent more than once, for want of a receipt; raised once.
        Assert.Single(world.ReportsSent.DistinctBy(report => report.Sequence), report => report.Event == ReportEvent.StorageFault);
        Assert.Contains("StorageFault", world.StatusSent[^1].Alarms!);
        Assert.Equal("fault", world.StatusSent[^1].JournalHealth);

        world.Disk.Repair();
        await world.RunUntilAsync(() => !world.State.Alarms.Any(alarm => alarm.Event == ReportEvent.StorageFault), 5, "StorageRestored");
        await Wait.UntilAsync(() => world.Broker.SessionOf(StationWorld.ClientId)!.UnderWay == 0, "the PUBACK");
        await world.JournaledAsync();
        var sequences = world.Journaled().Select(report => report.Sequence).ToList();
        Assert.Equal(Enumerable.Range(1, sequences.Count).Select(i => (long)i), sequences);
        Assert.Single(world.Journaled(), report => report.Event == ReportEvent.StorageRestored);
    }

    [Fact]
    public async Task With_more_than_the_receive_maximum_of_dispatches_all_of_them_sound_or_update_the_panel()
    {
        await using var world = await StationWorld.StartAsync();
        await world.JournaledAsync();
        world.Disk.Break(DiskFault.Full);
        for (var i = 1; i <= 40; i++)
            world.Dispatch(Samples.Dispatch(i));
        await world.RunUntilAsync(() => world.State.Alerts.Length == 40, 5, "all forty alerts");
        Assert.InRange(world.Broker.SessionOf(StationWorld.ClientId)!.UnderWay, 1, MemoryBroker.ReceiveMaximum);
        world.Disk.Repair();
        await world.RunUntilAsync(() => world.Broker.SessionOf(StationWorld.ClientId)!.UnderWay == 0, 5, "all are acknowledged");
    }

    [Fact]
    public async Task A_station_that_starts_without_a_disk_raises_StorageFault_and_keeps_it_until_there_is_one()
    {
        var folder = Directory.CreateTempSubdirectory("call112-");
        Directory.CreateDirectory(Path.Combine(folder.FullName, "journal.db"));
        await using (var world = await StationWorld.StartAsync(new StationWorld.Setup(Folder: folder.FullName)))
        {
            await world.RunAsync(seconds: 10);
            Assert.Contains(world.State.Alarms, alarm => alarm.Event == ReportEvent.StorageFault);
            world.Dispatch(Samples.Dispatch());
            await Wait.UntilAsync(() => (world.Board.Outputs & Outputs.Siren) != 0, "the siren");
            Directory.Delete(world.Options.JournalPath);
            await world.RunUntilAsync(() => !world.State.Alarms.Any(alarm => alarm.Event == ReportEvent.StorageFault), 10, "StorageRestored");
            await Wait.UntilAsync(() => world.Broker.SessionOf(StationWorld.ClientId)!.UnderWay == 0, "the PUBACK");
        }

        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task An_alert_sounds_on_after_a_restart_with_a_full_disk()
    {
        var folder = Directory.CreateTempSubdirectory("call112-");
        var disk = new FaultyDisk(folder.FullName);
        await using (var world = await StationWorld.StartAsync(new StationWorld.Setup(Folder: folder.FullName)))
        {
            world.Dispatch(Samples.Dispatch());
            await world.JournaledAsync();
        }

        disk.Break(DiskFault.Full);
        await using (var world = await StationWorld.StartAsync(new StationWorld.Setup(Folder: folder.FullName)))
            await world.RunUntilAsync(() => (world.Board.Outputs & Outputs.Siren) != 0, 1, "it sounds on");
        disk.Dispose();
        folder.Delete(recursive: true);
    }

    private static string? StorageDetail(StationWorld world) => world.State.Alarms.FirstOrDefault(alarm => alarm.Event == ReportEvent.StorageFault).Detail;
}
