using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Call112.Endurance.Machine;

/// <summary>
/// The Linux calls that ten thousand light connections need and .NET has no plain counterpart for: sockets without a thread pool, epoll, limits.
/// </summary>
internal static partial class Posix
{
    public const int Terminate = 15, Continue = 18, Stop = 19;

    public const uint Readable = 1, Writable = 4, Broken = 0x8 | 0x10;

    private const int Interrupted = 4, TryAgain = 11, InProgress = 115;
    private const int Internet = 2, Stream = 1, NonBlocking = 0x800, CloseOnExec = 0x80000, CloseOnExecEpoll = 0x80000, NoSignal = 0x4000;
    private const int Tcp = 6, NoDelay = 1, SocketLevel = 1, SocketError = 4;
    private const int OpenFiles = 7;
    private const int Add = 1, Delete = 2, Modify = 3;

    // x86-64 packs struct epoll_event, other machines align its second half.
    private static readonly int s_eventBytes = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    public static void Signal(int processId, int signal) => Check(Kill(processId, signal), "kill");

    /// <summary>Lets this process and its children open so many files, as far as the hard limit (or root) allows; gives what stands.</summary>
    public static ulong AllowOpenFiles(ulong wanted)
    {
        Check(GetLimit(OpenFiles, out var limit), "getrlimit");
        if (limit.Soft >= wanted)
            return limit.Soft;
        var raised = new Limit { Soft = wanted, Hard = Math.Max(wanted, limit.Hard) };
        if (SetLimit(OpenFiles, in raised) == 0)
            return wanted;
        raised = new Limit { Soft = limit.Hard, Hard = limit.Hard };
        return SetLimit(OpenFiles, in raised) == 0 ? limit.Hard : limit.Soft;
    }

    /// <summary>Begins a TCP connection to a loopback port; writable or broken means that it is decided.</summary>
    public static int Connect(ushort port)
    {
        var descriptor = Check(Socket(Internet, Stream | NonBlocking | CloseOnExec, 0), "socket");
        var one = 1;
        Check(SetOption(descriptor, Tcp, NoDelay, in one, sizeof(int)), "setsockopt");
        Span<byte> address = stackalloc byte[16];
        address.Clear();
        MemoryMarshal.Write(address, (ushort)Internet);
        BinaryPrimitives.WriteUInt16BigEndian(address[2..], port);
        (address[4], address[7]) = (127, 1);
        if (ConnectTo(descriptor, address, (uint)address.Length) < 0 && Marshal.GetLastPInvokeError() != InProgress)
        {
            Close(descriptor);
            return -1;
        }

        return descriptor;
    }

    /// <summary>0 when the connection stands, otherwise why not.</summary>
    public static int ConnectError(int descriptor)
    {
        var length = (uint)sizeof(int);
        Check(GetOption(descriptor, SocketLevel, SocketError, out var error, ref length), "getsockopt");
        return error;
    }

    /// <summary>Bytes that were taken; -1 when there is nothing, 0 when the other end has gone.</summary>
    public static int Receive(int descriptor, Span<byte> buffer)
    {
        var count = (int)ReceiveBytes(descriptor, buffer, (nuint)buffer.Length, 0);
        return count >= 0 ? count : Marshal.GetLastPInvokeError() is TryAgain or Interrupted ? -1 : 0;
    }

    /// <summary>Bytes that the kernel has taken; -1 when the connection has gone.</summary>
    public static int Send(int descriptor, ReadOnlySpan<byte> bytes)
    {
        var count = (int)SendBytes(descriptor, bytes, (nuint)bytes.Length, NoSignal);
        return count >= 0 ? count : Marshal.GetLastPInvokeError() is TryAgain or Interrupted ? 0 : -1;
    }

    public static void Close(int descriptor) => _ = CloseDescriptor(descriptor);

    public static int NewPoll() => Check(EpollCreate(CloseOnExecEpoll), "epoll_create1");

    public static void Watch(int poll, int descriptor, uint events, int tag, bool isNew)
    {
        Span<byte> entry = stackalloc byte[16];
        MemoryMarshal.Write(entry, events);
        MemoryMarshal.Write(entry[(s_eventBytes - 8)..], (long)tag);
        Check(EpollControl(poll, isNew ? Add : Modify, descriptor, entry), "epoll_ctl");
    }

    public static void Unwatch(int poll, int descriptor) => _ = EpollControl(poll, Delete, descriptor, stackalloc byte[16]);

    /// <summary>Waits for events; gives how many there are in the buffer.</summary>
    public static int Wait(int poll, byte[] events, int timeoutMilliseconds)
    {
        var count = EpollWait(poll, events, events.Length / 16, timeoutMilliseconds);
        return count >= 0 || Marshal.GetLastPInvokeError() == Interrupted ? Math.Max(count, 0) : Check(count, "epoll_wait");
    }

    public static (uint Events, int Tag) EventAt(byte[] events, int index)
    {
        var entry = events.AsSpan(index * s_eventBytes, s_eventBytes);
        return (MemoryMarshal.Read<uint>(entry), (int)MemoryMarshal.Read<long>(entry[(s_eventBytes - 8)..]));
    }

    private static int Check(int result, string what) =>
        result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError(), $"{what}: {Marshal.GetLastPInvokeErrorMessage()}");

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public ulong Soft, Hard;
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    private static partial int GetLimit(int resource, out Limit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetLimit(int resource, in Limit limit);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Socket(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    private static partial int ConnectTo(int descriptor, ReadOnlySpan<byte> address, uint length);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetOption(int descriptor, int level, int name, in int value, uint length);

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    private static partial int GetOption(int descriptor, int level, int name, out int value, ref uint length);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint ReceiveBytes(int descriptor, Span<byte> buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint SendBytes(int descriptor, ReadOnlySpan<byte> bytes, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int CloseDescriptor(int descriptor);

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int EpollControl(int poll, int operation, int descriptor, ReadOnlySpan<byte> entry);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int EpollWait(int poll, [Out] byte[] events, int count, int timeoutMilliseconds);
}
