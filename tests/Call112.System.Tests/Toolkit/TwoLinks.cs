namespace Call112.System.Tests.Toolkit;

/// <summary>
/// A network namespace for one gateway, with two interfaces that lead to this side: eth0 and wwan0, each a pair of virtual cables of its own. Names
/// and addresses are the test's own, and everything goes with the namespace. Needs root and iproute2; without them the test is skipped by name.
/// </summary>
public sealed class TwoLinks : IDisposable
{
    private readonly string _ip;
    private readonly string _mark = Guid.NewGuid().ToString("N")[..6];
    private readonly int _net = Random.Shared.Next(16, 250);
    private readonly int _block = Random.Shared.Next(0, 250);

    private TwoLinks(string ip) => _ip = ip;

    /// <summary>What a program is started with to live in it.</summary>
    public IReadOnlyList<string> Inside => [_ip, "netns", "exec", Namespace];

    /// <summary>This side's address on each link.</summary>
    public IReadOnlyList<string> Addresses => [Here("eth0"), Here("wwan0")];

    private string Namespace => $"c112-{_mark}";

    public static async Task<TwoLinks> MakeAsync()
    {
        var links = new TwoLinks(Installed.Need("ip"));
        var (code, output) = await OwnProcess.RunAsync(links._ip, ["netns", "add", links.Namespace]);
        Assert.SkipUnless(code == 0, $"network namespaces are not permitted here (root is needed): {output}");
        await links.RunAsync($"-n {links.Namespace} link set lo up");
        await links.PlugAsync("eth0");
        await links.PlugAsync("wwan0");
        return links;
    }

    public string Here(string device) => Address(device, 1);

    /// <summary>Makes a link: both ends up, each with its address.</summary>
    public async Task PlugAsync(string device)
    {
        await RunAsync($"link add {Cable(device)} type veth peer name {device} netns {Namespace}");
        await RunAsync($"addr add {Here(device)}/24 dev {Cable(device)}");
        await RunAsync($"link set {Cable(device)} up");
        await RunAsync($"-n {Namespace} addr add {Address(device, 2)}/24 dev {device}");
        await RunAsync($"-n {Namespace} link set {device} up");
    }

    /// <summary>The device is gone, as a modem that resets.</summary>
    public Task UnplugAsync(string device) => RunAsync($"link del {Cable(device)}");

    /// <summary>The line carries nothing from now on, and neither side is told by its TCP.</summary>
    public Task CutAsync(string device) => RunAsync($"link set {Cable(device)} down");

    public Task MendAsync(string device) => RunAsync($"link set {Cable(device)} up");

    public void Dispose() => OwnProcess.RunAsync(_ip, ["netns", "del", Namespace]).GetAwaiter().GetResult();

    private string Address(string device, int host) => $"10.{_net}.{(device == "eth0" ? _block : _block + 1)}.{host}";

    private string Cable(string device) => $"c{_mark}{device[..2]}";

    private async Task RunAsync(string arguments)
    {
        var (code, output) = await OwnProcess.RunAsync(_ip, arguments.Split(' '));
        if (code != 0)
            throw new InvalidOperationException($"ip {arguments}: {output}");
    }
}
