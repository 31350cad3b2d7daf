using System.Device.Gpio;
using System.Globalization;
using Call112.Gateway.Tests.World;
using Call112.Messages;
using Call112.Station;

namespace Call112.Gateway.Tests.Cellular;

/// <summary>F15: the modem vanishes, renumbers, hangs; the station brings it back by ever harder means and tells what it does (decision
/// 0017).</summary>
public sealed class ModemWatchTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_modem_that_stays_dead_is_taken_up_the_whole_ladder_and_every_rung_is_reported()
    {
        await using var desk = await ModemDesk.StartAsync(fitted: true);
        var began = desk.World.Clock.Monotonic;
        // The modem answers and is registered, but nothing goes through it; after its reset it is gone.
        while (desk.World.State.ModemRebootAt is null && desk.World.Clock.Monotonic - began < TimeSpan.FromMinutes(40))
        {
            await desk.TurnForAsync(TimeSpan.FromSeconds(10));
            if (desk.Modem.Calls.Any(call => call.EndsWith("--reset", StringComparison.Ordinal)))
                desk.Modem.Gone();
        }

        await desk.World.JournaledAsync();
        var resets = desk.World.Journaled().Where(report => report.Event == ReportEvent.ModemReset).ToList();
        output.WriteLine("virtual s  rung and reason, as reported");
        foreach (var report in resets)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(report.OccurredAt - desk.World.Journaled()[0].OccurredAt).TotalSeconds,9:0}  {report.Detail}"));
        Assert.Equal(Enum.GetNames<ModemRung>(), resets.Select(report => report.Detail!.Split(':')[0]));
        Assert.All(resets.Zip(resets.Skip(1)), pair => Assert.True(pair.Second.OccurredAt - pair.First.OccurredAt >= TimeSpan.FromSeconds(60)));

        Assert.Contains("nmcli --wait 45 connection up id lte", desk.Modem.Calls);
        Assert.Contains("mmcli -m /org/freedesktop/ModemManager1/Modem/0 --disable", desk.Modem.Calls);
        Assert.Contains("mmcli -m /org/freedesktop/ModemManager1/Modem/0 --enable", desk.Modem.Calls);
        Assert.Equal("1", File.ReadAllText(Path.Combine(desk.Device, "authorized")));
        Assert.Equal([PinValue.Low, PinValue.High, PinValue.Low, PinValue.High, PinValue.Low], desk.Chip.LevelsOf(6));
        Assert.Equal([PinValue.Low, PinValue.High, PinValue.Low], desk.Chip.LevelsOf(26));
        Assert.Equal(1, desk.Modem.Calls.Count(call => call == "reboot now"));
        Assert.Equal(0, desk.Logs.Count(LogEvents.RungFailed));
    }

    [Fact]
    public async Task An_open_alert_keeps_the_computer_up_while_the_softer_means_go_on()
    {
        await using var desk = await ModemDesk.StartAsync();
        await desk.TurnAsync();
        desk.Modem.Gone();
        await desk.World.Station.PostAsync(new StationInput.DispatchArrived(Samples.Dispatch() with { ExpiresAt = desk.World.Clock.GetUtcNow().AddHours(12) }));
        await desk.TurnForAsync(TimeSpan.FromMinutes(40), everySeconds: 20);
        Assert.NotEmpty(desk.World.State.Alerts);
        Assert.DoesNotContain("reboot now", desk.Modem.Calls);
        Assert.Null(desk.World.State.ModemRebootAt);
        Assert.True(desk.Logs.Count(LogEvents.RungDone) > 2, "the bus is tried again and again");
    }

    [Fact]
    public async Task A_modem_that_comes_back_under_another_index_is_set_up_again()
    {
        await using var desk = await ModemDesk.StartAsync();
        await desk.TurnAsync();
        Assert.Contains("mmcli -m /org/freedesktop/ModemManager1/Modem/0 --signal-setup=10", desk.Modem.Calls);
        Assert.Contains("mmcli -m /org/freedesktop/ModemManager1/Modem/0 --location-enable-gps-unmanaged", desk.Modem.Calls);
        desk.Modem.At(1, device: desk.Device);
        await desk.TurnForAsync(TimeSpan.FromSeconds(40));
        Assert.Contains("mmcli -m /org/freedesktop/ModemManager1/Modem/1 --signal-setup=10", desk.Modem.Calls);
        Assert.Equal(2, desk.Logs.Count(LogEvents.ModemFound));
    }

    [Fact]
    public async Task A_ModemManager_that_has_forgotten_to_measure_is_told_again()
    {
        await using var desk = await ModemDesk.StartAsync();
        await desk.TurnAsync();
        desk.Modem.Signal("0");
        await desk.TurnForAsync(TimeSpan.FromSeconds(40));
        Assert.True(desk.Modem.Calls.Count(call => call.EndsWith("--signal-setup=10", StringComparison.Ordinal)) >= 2);
    }

    [Fact]
    public async Task Telemetry_tells_of_the_modem()
    {
        await using var desk = await ModemDesk.StartAsync();
        await desk.TurnAsync();
        Assert.Equal(new ModemVitals("registered", "TELKOMSEL", "lte", "home", "ready", 75, -104, -14, 2), desk.Watch.Vitals);
        desk.World.Vitals.Modem = () => desk.Watch.Vitals;
        Assert.Equal(desk.Watch.Vitals, desk.World.Vitals.Telemetry().Modem);
        desk.Modem.Gone();
        await desk.TurnForAsync(TimeSpan.FromSeconds(40));
        Assert.Equal(new ModemVitals("absent"), desk.Watch.Vitals);
    }

    [Fact]
    public async Task While_the_link_is_proved_nothing_is_touched_whatever_ModemManager_says()
    {
        var clock = new TestClock();
        await using var desk = await ModemDesk.StartAsync(broker: new MemoryBroker(clock), clock: clock);
        desk.Modem.Gone();
        await desk.TurnForAsync(TimeSpan.FromMinutes(5));
        Assert.DoesNotContain(desk.World.State.Alarms, alarm => alarm.Event == ReportEvent.UplinkLost);
        Assert.Equal(0, desk.Logs.Count(LogEvents.RungTaken));
    }

    [Fact]
    public async Task A_journal_that_fails_keeps_the_computer_up()
    {
        await using var desk = await ModemDesk.StartAsync();
        desk.Modem.Gone();
        desk.World.Disk.Break(DiskFault.Full);
        await desk.TurnForAsync(TimeSpan.FromMinutes(20), everySeconds: 20);
        Assert.Contains(desk.World.State.Alarms, alarm => alarm.Event == ReportEvent.StorageFault);
        Assert.DoesNotContain("reboot now", desk.Modem.Calls);
    }
}
