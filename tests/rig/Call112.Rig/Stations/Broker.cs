using System.Net.Sockets;
using Call112.System.Tests.Toolkit;

namespace Call112.Rig.Stations;

/// <summary>A mosquitto on the rig's own loopback.</summary>
internal sealed class Broker : IDisposable
{
    public const int Port = 1883;

    private readonly OwnProcess _process;

    private Broker(OwnProcess process) => _process = process;

    public static async Task<Broker> StartAsync(string program, string folder)
    {
        Directory.CreateDirectory(folder);
        var configuration = Path.Combine(folder, "mosquitto.conf");
        File.WriteAllText(configuration, $"listener {Port} 127.0.0.1\nallow_anonymous true\nuser root\npersistence false\nset_tcp_nodelay true\nlog_dest stderr\nlog_type error\n");
        var broker = new Broker(OwnProcess.Start(program, ["-c", configuration]));
        await Wait.UntilAsync(
            () => Listens() || (broker._process.HasExited ? throw new InvalidOperationException($"mosquitto ended: {string.Join('\n', broker._process.Lines())}") : false),
            "mosquitto listens");
        return broker;
    }

    public void Dispose() => _process.Dispose();

    private static bool Listens()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect("127.0.0.1", Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
