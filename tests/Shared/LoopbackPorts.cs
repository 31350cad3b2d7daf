using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Call112.Tests;

/// <summary>
/// Loopback ports for servers that are killed and come back on the same port. Taken from below the kernel's ephemeral range (32768 and
/// up), so that no outgoing connection of a test beside can sit on the port while its owner is dead.
/// </summary>
internal static class LoopbackPorts
{
    private const int First = 12_000, Last = 32_000;

    private static readonly ConcurrentDictionary<int, bool> s_taken = new();
    private static int s_next = First + Environment.ProcessId * 97 % (Last - First);

    public static int Free()
    {
        for (var i = First; i < Last; i++)
        {
            var port = First + (Interlocked.Increment(ref s_next) - First) % (Last - First);
            if (!s_taken.ContainsKey(port) && IsFree(port) && s_taken.TryAdd(port, true))
                return port;
        }

        throw new InvalidOperationException($"no free port between {First} and {Last}");
    }

    public static bool Listens(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
