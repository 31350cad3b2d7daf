using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Call112.Gateway.Tests.World;

/// <summary>What a disk answers instead of doing its work.</summary>
public enum DiskFault
{
    None,

    /// <summary>No space left (SQLITE_FULL).</summary>
    Full,

    /// <summary>The kernel has made the card read-only: what exists can be read, nothing can be written or created (SQLITE_READONLY).</summary>
    ReadOnly,

    /// <summary>Input/output error on writing (SQLITE_IOERR_WRITE).</summary>
    WriteError,

    /// <summary>Input/output error on flushing: nobody knows what has reached the disk (SQLITE_IOERR_FSYNC).</summary>
    SyncError,
}

/// <summary>
/// The disk below one folder, as SQLite sees it: a shim of SQLite's virtual file system that fails on demand, at the n-th write, with the
/// codes a real disk gives. The code under test opens its files as always; only the folder tells which files are meant.
/// Invariants: files outside the folders of living instances pass through untouched; a fault lasts until <see cref="Repair"/>.
/// </summary>
public sealed unsafe class FaultyDisk : IDisposable
{
    private const int Ok = 0, ReadOnlyCode = 8, FullCode = 13, CannotOpen = 14, IoErrorWrite = 778, IoErrorSync = 1034;
    private const int OpenReadOnly = 0x1, OpenReadWrite = 0x2, OpenCreate = 0x4;

    private static readonly Lock s_lock = new();
    private static readonly List<FaultyDisk> s_disks = [];
    private static readonly Dictionary<nint, FaultyDisk> s_files = [];
    private static readonly Dictionary<nint, string> s_paths = [];
    private static readonly Dictionary<nint, nint> s_shims = [];
    private static readonly Vfs* s_system = Install();

    private readonly string _folder;
    private volatile DiskFault _fault;
    private int _writesLeft;
    private int _writes;
    private int _refusals;

    public FaultyDisk(string folder)
    {
        _folder = Path.GetFullPath(folder) + Path.DirectorySeparatorChar;
        lock (s_lock)
            s_disks.Add(this);
    }

    /// <summary>Raised after each flush that succeeded, with the file's path: what was written before is on the disk now.</summary>
    public event Action<string>? Synced;

    /// <summary>Writes so far, those that failed included.</summary>
    public int Writes => _writes;

    /// <summary>How often the disk answered with its fault.</summary>
    public int Refusals => _refusals;

    /// <summary>Lets the disk fail.</summary>
    /// <param name="afterWrites">So many writes still succeed.</param>
    public void Break(DiskFault fault, int afterWrites = 0)
    {
        Interlocked.Exchange(ref _writesLeft, afterWrites);
        _fault = fault;
    }

    public void Repair() => _fault = DiskFault.None;

    public void Dispose()
    {
        lock (s_lock)
            s_disks.Remove(this);
    }

    private int OnWrite()
    {
        Interlocked.Increment(ref _writes);
        if (_fault == DiskFault.None || Interlocked.Decrement(ref _writesLeft) >= 0)
            return Ok;
        Interlocked.Increment(ref _refusals);
        return _fault switch
        {
            DiskFault.Full => FullCode,
            DiskFault.ReadOnly => ReadOnlyCode,
            DiskFault.WriteError => IoErrorWrite,
            _ => Ok,
        };
    }

    private bool IsReadOnly => _fault == DiskFault.ReadOnly && Volatile.Read(ref _writesLeft) <= 0;

    /// <summary>Registers the shim as SQLite's default. The system's own is copied; only the calls that can fail are ours.</summary>
    private static Vfs* Install()
    {
        SQLitePCL.Batteries_V2.Init();
        var system = sqlite3_vfs_find(null);
        var shim = (Vfs*)NativeMemory.Alloc((nuint)sizeof(Vfs));
        *shim = *system;
        shim->Next = null;
        shim->Name = (byte*)Marshal.StringToCoTaskMemUTF8("faulty");
        shim->Open = &Open;
        if (sqlite3_vfs_register(shim, 1) != Ok)
            throw new InvalidOperationException("SQLite refused the shim");
        return system;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Open(Vfs* vfs, byte* name, File* file, int flags, int* outFlags)
    {
        var path = name is null ? null : Marshal.PtrToStringUTF8((nint)name);
        var disk = path is null ? null : DiskOf(path);
        if (disk is { IsReadOnly: true })
        {
            Interlocked.Increment(ref disk._refusals);
            if (!System.IO.File.Exists(path))
            {
                file->Methods = null;
                return CannotOpen;
            }

            flags = (flags & ~(OpenReadWrite | OpenCreate)) | OpenReadOnly;
        }

        var code = s_system->Open(vfs, name, file, flags, outFlags);
        if (code != Ok || disk is null || file->Methods is null)
            return code;
        lock (s_lock)
        {
            s_files[(nint)file] = disk;
            s_paths[(nint)file] = path!;
            file->Methods = ShimOf(file->Methods);
        }

        return code;
    }

    private static FaultyDisk? DiskOf(string path)
    {
        lock (s_lock)
            return s_disks.FirstOrDefault(disk => path.StartsWith(disk._folder, StringComparison.Ordinal));
    }

    /// <summary>The system's methods with ours in their place; the original's address is kept behind them.</summary>
    private static Methods* ShimOf(Methods* original)
    {
        if (s_shims.TryGetValue((nint)original, out var known))
            return (Methods*)known;
        var shim = (ShimMethods*)NativeMemory.Alloc((nuint)sizeof(ShimMethods));
        shim->Methods = *original;
        shim->Original = original;
        shim->Methods.Close = &Close;
        shim->Methods.Write = &Write;
        shim->Methods.Sync = &Sync;
        if (original->ShmMap != null)
            shim->Methods.ShmMap = &ShmMap;
        s_shims[(nint)original] = (nint)shim;
        return &shim->Methods;
    }

    private static Methods* OriginalOf(File* file) => ((ShimMethods*)file->Methods)->Original;

    private static FaultyDisk Of(File* file)
    {
        lock (s_lock)
            return s_files[(nint)file];
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Close(File* file)
    {
        var original = OriginalOf(file);
        lock (s_lock)
        {
            s_files.Remove((nint)file);
            s_paths.Remove((nint)file);
        }

        return original->Close(file);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Write(File* file, void* data, int count, long offset)
    {
        var code = Of(file).OnWrite();
        return code != Ok ? code : OriginalOf(file)->Write(file, data, count, offset);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Sync(File* file, int flags)
    {
        var disk = Of(file);
        if (disk._fault == DiskFault.SyncError && Interlocked.Decrement(ref disk._writesLeft) < 0)
        {
            Interlocked.Increment(ref disk._refusals);
            return IoErrorSync;
        }

        var code = OriginalOf(file)->Sync(file, flags);
        string path;
        lock (s_lock)
            path = s_paths[(nint)file];
        if (code == Ok)
            disk.Synced?.Invoke(path);
        return code;
    }

    /// <summary>The index of the WAL is a file too: it cannot be created on a read-only disk.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int ShmMap(File* file, int page, int size, int extend, void** memory)
    {
        string path;
        lock (s_lock)
            path = s_paths[(nint)file];
        if (Of(file).IsReadOnly && !System.IO.File.Exists(path + "-shm"))
        {
            *memory = null;
            return CannotOpen;
        }

        return OriginalOf(file)->ShmMap(file, page, size, extend, memory);
    }

    [DllImport("e_sqlite3", CallingConvention = CallingConvention.Cdecl)]
    private static extern Vfs* sqlite3_vfs_find(byte* name);

    [DllImport("e_sqlite3", CallingConvention = CallingConvention.Cdecl)]
    private static extern int sqlite3_vfs_register(Vfs* vfs, int makeDefault);

    // https://www.sqlite.org/c3ref/vfs.html, version 3.
    [StructLayout(LayoutKind.Sequential)]
    private struct Vfs
    {
        public int Version;
        public int FileSize;
        public int PathMax;
        public Vfs* Next;
        public byte* Name;
        public void* Data;
        public delegate* unmanaged[Cdecl]<Vfs*, byte*, File*, int, int*, int> Open;
        public fixed long Rest[15];
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct File
    {
        public Methods* Methods;
    }

    // https://www.sqlite.org/c3ref/io_methods.html, version 3.
    [StructLayout(LayoutKind.Sequential)]
    private struct Methods
    {
        public int Version;
        public delegate* unmanaged[Cdecl]<File*, int> Close;
        public void* Read;
        public delegate* unmanaged[Cdecl]<File*, void*, int, long, int> Write;
        public void* Truncate;
        public delegate* unmanaged[Cdecl]<File*, int, int> Sync;
        public void* FileSize, Lock, Unlock, CheckReservedLock, FileControl, SectorSize, DeviceCharacteristics;
        public delegate* unmanaged[Cdecl]<File*, int, int, int, void**, int> ShmMap;
        public void* ShmLock, ShmBarrier, ShmUnmap, Fetch, Unfetch;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct ShimMethods
    {
        public Methods Methods;
        public Methods* Original;
    }
}
