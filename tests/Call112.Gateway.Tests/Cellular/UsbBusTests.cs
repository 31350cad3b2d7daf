using Call112.Gateway.Cellular;

namespace Call112.Gateway.Tests.Cellular;

/// <summary>F15: the rung that takes the modem off its bus must leave no modem there, whatever ends the service in the midst of it.</summary>
public sealed class UsbBusTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("call112-bus-");

    public UsbBusTests()
    {
        Directory.CreateDirectory(Device);
        File.WriteAllText(Authorized, "1");
    }

    private string Device => Path.Combine(_folder.FullName, "3-1");

    private string Authorized => Path.Combine(Device, "authorized");

    private UsbBus NewRun() => UsbBus.Beside(Path.Combine(_folder.FullName, "journal.db"));

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>
    /// F15: found by the seeded city, in which a write killed the service during this rung: the modem stayed off the bus, where no later run found
    /// it, until the computer was rebooted.
    /// </summary>
    [Fact]
    public async Task A_device_that_a_killed_run_has_left_off_its_bus_is_put_back_by_the_next_run()
    {
        Assert.Null(await NewRun().TakeOffAsync(Device));
        Assert.Equal("0", File.ReadAllText(Authorized));

        Assert.Null(await NewRun().PutBackAsync());
        Assert.Equal("1", File.ReadAllText(Authorized));

        // Once is enough: who takes it off afterwards has a reason.
        File.WriteAllText(Authorized, "0");
        Assert.Null(await NewRun().PutBackAsync());
        Assert.Equal("0", File.ReadAllText(Authorized));
    }

    [Fact]
    public async Task A_device_that_is_not_there_is_named_and_nothing_is_left_to_put_back()
    {
        Assert.Contains("authorized", await NewRun().TakeOffAsync(Path.Combine(_folder.FullName, "9-9")));
        Assert.Empty(_folder.GetFiles());
        Assert.Null(await NewRun().PutBackAsync());
    }

    [Fact]
    public async Task A_device_that_has_gone_meanwhile_is_no_trouble_of_the_next_run()
    {
        Assert.Null(await NewRun().TakeOffAsync(Device));
        Directory.Delete(Device, recursive: true);
        Assert.Null(await NewRun().PutBackAsync());
        Assert.Empty(_folder.GetFiles());
    }
}
