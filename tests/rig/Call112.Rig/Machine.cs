using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Call112.Rig;

/// <summary>What the first process of a machine asks of its kernel, where the usual tools may not be installed.</summary>
internal static partial class Machine
{
    private const int RequestBytes = 40, FlagsAt = 16;
    private const nuint SetFlags = 0x8914;
    private const int PowerOffCommand = 0x4321FEDC;
    private const short UpAndRunning = 0x1 | 0x40;

    /// <summary>Raises the loopback interface.</summary>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public static void RaiseLoopback()
    {
        Span<byte> request = stackalloc byte[RequestBytes];
        request.Clear();
        "lo"u8.CopyTo(request);
        MemoryMarshal.Write(request[FlagsAt..], UpAndRunning);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        if (ioctl((int)socket.Handle, SetFlags, ref MemoryMarshal.GetReference(request)) < 0)
            throw new IOException($"the loopback interface cannot be raised: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>Ends the machine at once. Does not return.</summary>
    public static int PowerOff() => reboot(PowerOffCommand);

    [LibraryImport("libc")]
    private static partial int reboot(int command);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(int file, nuint request, ref byte argument);
}
