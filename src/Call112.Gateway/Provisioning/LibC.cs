using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Call112.Gateway.Provisioning;

/// <summary>What .NET does not offer: to flush a folder, and to hand a file to a group. Each throws <see cref="IOException"/>.</summary>
internal static partial class LibC
{
    private const int ReadOnly = 0, Directory = 0x10000, CloseOnExec = 0x80000;

    /// <summary>Group or owner that is to stay as it is (fchown(2)).</summary>
    private const uint Unchanged = uint.MaxValue;

    /// <summary>O_DIRECTORY has another value on Arm (open(2), asm/fcntl.h); it only asks for an earlier error, and is left out there.</summary>
    private static readonly int s_folder = ReadOnly | CloseOnExec | (RuntimeInformation.ProcessArchitecture == Architecture.X64 ? Directory : 0);

    /// <summary>
    /// Returns when every name in the folder is on the disk: a rename or an unlink is not, after fsync of the file alone (fsync(2)).
    /// </summary>
    public static void SyncFolder(string folder)
    {
        using var handle = new SafeFileHandle(open(folder, s_folder), ownsHandle: true);
        if (handle.IsInvalid || fsync(handle) != 0)
            throw Failed($"{folder} cannot be flushed");
    }

    public static void GiveToGroup(SafeFileHandle file, uint group, string path)
    {
        if (fchown(file, Unchanged, group) != 0)
            throw Failed($"{path} cannot be given to the group {group}");
    }

    private static IOException Failed(string what) => new($"{what}: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(SafeFileHandle file);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fchown(SafeFileHandle file, uint owner, uint group);
}
