using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Call112.Benchmarks;

/// <summary>The few Linux calls that .NET has no plain counterpart for: named pipes, poll with a deadline, inotify, signals.</summary>
internal static partial class Posix
{
    public const int Terminate = 15;

    private const int ReadOnly = 0, NonBlocking = 0x800, CloseOnExec = 0x80000;
    private const int Interrupted = 4, TryAgain = 11;
    private const short PollIn = 1;
    private const uint OwnerReadWrite = 0b110_000_000;
    private const uint CloseWrite = 0x8, MovedTo = 0x80, Created = 0x100;

    public static void MakeFifo(string path) => Check(MkFifo(path, OwnerReadWrite), $"mkfifo {path}");

    /// <summary>Opens the reading end at once, without waiting for a writer.</summary>
    public static int OpenForReading(string path) => Check(Open(path, ReadOnly | NonBlocking | CloseOnExec), $"open {path}");

    /// <summary>Waits until there is something to read; false after <paramref name="timeoutMilliseconds"/>.</summary>
    public static bool WaitReadable(int descriptor, int timeoutMilliseconds)
    {
        var entry = new PollEntry { Descriptor = descriptor, Events = PollIn };
        int count;
        do
            count = Poll(ref entry, 1, timeoutMilliseconds);
        while (count < 0 && Marshal.GetLastPInvokeError() == Interrupted);
        return Check(count, "poll") > 0 && (entry.Returned & PollIn) != 0;
    }

    /// <summary>Reads what is there; 0 when there is nothing or no writer.</summary>
    public static int Read(int descriptor, Span<byte> buffer)
    {
        var count = (int)ReadBytes(descriptor, buffer, (nuint)buffer.Length);
        return count >= 0 || Marshal.GetLastPInvokeError() is Interrupted or TryAgain ? Math.Max(count, 0) : Check(count, "read");
    }

    public static void Close(int descriptor) => Check(CloseDescriptor(descriptor), "close");

    public static void Signal(int processId, int signal) => Check(Kill(processId, signal), "kill");

    /// <summary>An inotify descriptor that becomes readable when a file is created, closed after writing or moved into the folder.</summary>
    public static int WatchFolder(string path)
    {
        var descriptor = Check(InotifyInit(NonBlocking | CloseOnExec), "inotify_init1");
        Check(InotifyAddWatch(descriptor, path, CloseWrite | MovedTo | Created), $"inotify_add_watch {path}");
        return descriptor;
    }

    private static int Check(int result, string what) =>
        result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError(), $"{what}: {Marshal.GetLastPInvokeErrorMessage()}");

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Descriptor;
        public short Events, Returned;
    }

    [LibraryImport("libc", EntryPoint = "mkfifo", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MkFifo(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref PollEntry entry, nuint count, int timeoutMilliseconds);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadBytes(int descriptor, Span<byte> buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int CloseDescriptor(int descriptor);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);

    [LibraryImport("libc", EntryPoint = "inotify_init1", SetLastError = true)]
    private static partial int InotifyInit(int flags);

    [LibraryImport("libc", EntryPoint = "inotify_add_watch", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int InotifyAddWatch(int descriptor, string path, uint mask);
}
