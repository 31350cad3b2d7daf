using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Call112.Tests;

/// <summary>
/// A network namespace for one gateway, with interfaces that lead to this side: each a pair of virtual cables of its own, with addresses from the
/// range that is kept for measurements (RFC 2544, 198.18.0.0/15). Everything goes with the namespace. Needs root and iproute2.
/// </summary>
internal sealed class StationNetwork : IDisposable
{
    /// <summary>Blocks of four addresses in 198.18.0.0/15; a run begins somewhere, so that two runs on one machine do not meet.</summary>
    private const int Blocks = 32_768;

    private static readonly ConcurrentDictionary<StationNetwork, bool> s_standing = new();

    private static int s_nextBlock = Environment.ProcessId * 389 % Blocks;

    private readonly string _ip;
    private readonly string _mark = Guid.NewGuid().ToString("N")[..6];
    private readonly Dictionary<string, int> _blocks = [];
    private string? _resolverFolder;

    // A run that is interrupted leaves nothing behind.
    static StationNetwork() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        foreach (var network in s_standing.Keys)
            network.Dispose();
    };

    private StationNetwork(string ip) => _ip = ip;

    /// <summary>What a program is started with to live in it.</summary>
    public IReadOnlyList<string> Inside => [_ip, "netns", "exec", Namespace];

    private string Namespace => $"c112-{_mark}";

    /// <param name="ip">The program of iproute2.</param>
    /// <param name="devices">Interfaces inside, whose first two letters differ.</param>
    /// <exception cref="NamespacesRefusedException">The machine does not permit it.</exception>
    public static async Task<StationNetwork> MakeAsync(string ip, params IEnumerable<string> devices)
    {
        var network = new StationNetwork(ip);
        var (code, output) = await RunAsync(ip, ["netns", "add", network.Namespace]);
        if (code != 0)
            throw new NamespacesRefusedException($"network namespaces are not permitted here (root is needed): {output}");
        s_standing[network] = true;
        try
        {
            await network.RunAsync($"-n {network.Namespace} link set lo up");
            foreach (var device in devices)
                await network.PlugAsync(device);
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>This side's address on a link.</summary>
    public string Here(string device) => Address(device, 1);

    /// <summary>The gateway's address on a link.</summary>
    public string There(string device) => Address(device, 2);

    /// <summary>Makes a link: both ends up, each with its address.</summary>
    public async Task PlugAsync(string device)
    {
        await RunAsync($"link add {Cable(device)} type veth peer name {device} netns {Namespace}");
        await RunAsync($"addr add {Here(device)}/30 dev {Cable(device)}");
        await RunAsync($"link set {Cable(device)} up");
        await RunAsync($"-n {Namespace} addr add {There(device)}/30 dev {device}");
        await RunAsync($"-n {Namespace} link set {device} up");
    }

    /// <summary>The device is gone, as a modem that resets.</summary>
    public Task UnplugAsync(string device) => RunAsync($"link del {Cable(device)}");

    /// <summary>The line carries nothing from now on, and neither side is told by its TCP.</summary>
    public Task CutAsync(string device) => RunAsync($"link set {Cable(device)} down");

    public Task MendAsync(string device) => RunAsync($"link set {Cable(device)} up");

    /// <summary>
    /// Names are asked of this server by every program that is started in it from now on: <c>ip netns exec</c> lays the file over
    /// /etc/resolv.conf.
    /// </summary>
    public void ResolveBy(string server)
    {
        _resolverFolder = Path.Combine("/etc/netns", Namespace);
        Directory.CreateDirectory(_resolverFolder);
        File.WriteAllText(Path.Combine(_resolverFolder, "resolv.conf"), $"nameserver {server}\n");
    }

    public void Dispose()
    {
        if (!s_standing.TryRemove(this, out _))
            return;
        // With the namespace its ends of the cables go, and with them ours.
        RunAsync(_ip, ["netns", "del", Namespace]).GetAwaiter().GetResult();
        if (_resolverFolder is not null)
            Directory.Delete(_resolverFolder, recursive: true);
    }

    private string Address(string device, int host)
    {
        int block;
        lock (_blocks)
            if (!_blocks.TryGetValue(device, out block))
                _blocks[device] = block = Interlocked.Increment(ref s_nextBlock) % Blocks;
        var low = (block * 4) + host;
        return string.Create(CultureInfo.InvariantCulture, $"198.{18 + (low >> 16)}.{(low >> 8) & 0xFF}.{low & 0xFF}");
    }

    private string Cable(string device) => $"c{_mark}{device[..2]}";

    private async Task RunAsync(string arguments)
    {
        var (code, output) = await RunAsync(_ip, arguments.Split(' '));
        if (code != 0)
            throw new InvalidOperationException($"ip {arguments}: {output}");
    }

    private static async Task<(int Code, string Output)> RunAsync(string program, IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })
            ?? throw new InvalidOperationException($"cannot start {program}");
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, $"{await output}{await error}".Trim());
    }
}

/// <summary>This machine lets nobody make network namespaces; the message says what it said.</summary>
internal sealed class NamespacesRefusedException(string message) : Exception(message);
