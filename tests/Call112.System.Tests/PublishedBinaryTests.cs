using Call112.Messages;
using Call112.System.Tests.Toolkit;

namespace Call112.System.Tests;

/// <summary>The NativeAOT binaries that go to a Pi, where somebody has published them.</summary>
public sealed class PublishedBinaryTests : SystemTest
{
    [Fact]
    public async Task The_native_x64_gateway_goes_the_whole_way()
    {
        var binary = Environment.GetEnvironmentVariable("CALL112_GATEWAY") ?? Installed.Published("linux-x64");
        Assert.SkipUnless(File.Exists(binary), $"no NativeAOT gateway at {binary} (dotnet publish src/Call112.Gateway -r linux-x64)");
        var broker = await BrokerAsync();
        var station = Station(broker.Address, [binary]);
        var centre = await RecordingCentreAsync(station, broker);
        await station.StartReadyAsync();
        await WholeWayTests.TravelAsync(station, centre);
        station.Kill();
        await station.StartReadyAsync();
        await WholeWayTests.TravelAsync(station, centre);
        Assert.Equal(0, await station.TerminateAsync());
    }

    [Fact]
    public async Task The_native_arm64_gateway_sounds_under_qemu()
    {
        var binary = Installed.Published("linux-arm64");
        var sysroot = Path.Combine(Installed.Artifacts, "arm64-sysroot");
        Assert.SkipUnless(File.Exists(binary), $"no NativeAOT gateway at {binary} (dotnet publish src/Call112.Gateway -r linux-arm64)");
        Assert.SkipUnless(Directory.Exists(sysroot), $"no arm64 root at artifacts/{Path.GetRelativePath(Installed.Artifacts, sysroot)} (tests/arm64-sysroot makes it)");
        var broker = await BrokerAsync();
        var station = Station(broker.Address, [Installed.Need("qemu-aarch64-static"), "-L", sysroot, binary]);
        var centre = await RecordingCentreAsync(station, broker);
        await station.StartReadyAsync();
        var alert = Written.Alert();
        await centre.SendAsync(alert);
        await centre.HearsAsync(ReportEvent.Sounding, alert.DispatchId);
        await SirenAsync(station, on: true);
        await (await station.PageAsync()).PressAsync("acknowledge");
        await centre.HearsAsync(ReportEvent.Acknowledged, alert.DispatchId);
        await SirenAsync(station, on: false);
    }
}
