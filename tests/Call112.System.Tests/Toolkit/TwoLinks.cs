using Call112.Tests;

namespace Call112.System.Tests.Toolkit;

/// <summary>
/// A network namespace for one gateway, with two interfaces that lead to this side: eth0 and wwan0. Needs root and iproute2; without them the
/// test is skipped by name.
/// </summary>
public sealed class TwoLinks : IDisposable
{
    private readonly StationNetwork _network;

    private TwoLinks(StationNetwork network) => _network = network;

    /// <summary>What a program is started with to live in it.</summary>
    public IReadOnlyList<string> Inside => _network.Inside;

    /// <summary>This side's address on each link.</summary>
    public IReadOnlyList<string> Addresses => [Here("eth0"), Here("wwan0")];

    public static async Task<TwoLinks> MakeAsync()
    {
        try
        {
            return new TwoLinks(await StationNetwork.MakeAsync(Installed.Need("ip"), "eth0", "wwan0"));
        }
        catch (NamespacesRefusedException e)
        {
            Assert.Skip(e.Message);
            throw;
        }
    }

    public string Here(string device) => _network.Here(device);

    /// <summary>Makes a link: both ends up, each with its address.</summary>
    public Task PlugAsync(string device) => _network.PlugAsync(device);

    /// <summary>The device is gone, as a modem that resets.</summary>
    public Task UnplugAsync(string device) => _network.UnplugAsync(device);

    /// <summary>The line carries nothing from now on, and neither side is told by its TCP.</summary>
    public Task CutAsync(string device) => _network.CutAsync(device);

    public Task MendAsync(string device) => _network.MendAsync(device);

    public void Dispose() => _network.Dispose();
}
