using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Call112.Simulation.Disk;

/// <summary>
/// SQLite's way to the simulated disks: a virtual file system of its own beside the machine's, registered once. It finds the disk by the path
/// and the open file by the address that SQLite gives; it decides nothing. It reads no clock, rolls no dice and never sleeps.
/// </summary>
internal static unsafe partial class SimulatedVfs
{
    public const string Name = "simulated";

    private const int PathMax = 512;
    private const int SectorBytes = 4096;

    // As SQLite for Unix says of every disk: bytes beside a write survive it, and parts of a page can be read.
    private const int PowersafeOverwrite = 0x1000, SubpageRead = 0x8000;

    // 1 January 2026, noon, in milliseconds of the Julian day: the journal asks SQLite for no time, so it stands still.
    private const long JulianNow = 2_461_042L * 86_400_000;

    private static readonly Methods* s_methods = MakeMethods();
    private static readonly bool s_isRegistered = RegisterOnce();
    private static int s_openFiles;

    public static int OpenFiles => Volatile.Read(ref s_openFiles);

    public static void Register() => _ = s_isRegistered;

    private static bool RegisterOnce()
    {
        SQLitePCL.Batteries_V2.Init();
        var vfs = (Vfs*)NativeMemory.AllocZeroed((nuint)sizeof(Vfs));
        vfs->Version = 2;
        vfs->FileSize = sizeof(File);
        vfs->PathMax = PathMax;
        vfs->Name = (byte*)Marshal.StringToCoTaskMemUTF8(Name);
        vfs->Open = &Open;
        vfs->Delete = &Delete;
        vfs->Access = &Access;
        vfs->FullPathname = &FullPathname;
        vfs->Randomness = &Randomness;
        vfs->Sleep = &Sleep;
        vfs->CurrentTime = &CurrentTime;
        vfs->CurrentTimeInt64 = &CurrentTimeInt64;
        return sqlite3_vfs_register(vfs, 0) == SqliteCode.Ok ? true : throw new InvalidOperationException("SQLite refused the simulated disk");
    }

    private static Methods* MakeMethods()
    {
        var methods = (Methods*)NativeMemory.AllocZeroed((nuint)sizeof(Methods));
        methods->Version = 2;
        methods->Close = &Close;
        methods->Read = &Read;
        methods->Write = &Write;
        methods->Truncate = &Truncate;
        methods->Sync = &Sync;
        methods->FileSize = &FileSize;
        methods->Lock = &Lock;
        methods->Unlock = &Unlock;
        methods->CheckReservedLock = &CheckReservedLock;
        methods->FileControl = &FileControl;
        methods->SectorSize = &SectorSize;
        methods->DeviceCharacteristics = &DeviceCharacteristics;
        methods->ShmMap = &ShmMap;
        methods->ShmLock = &ShmLock;
        methods->ShmBarrier = &ShmBarrier;
        methods->ShmUnmap = &ShmUnmap;
        return methods;
    }

    private static OpenFile Of(File* file) => Unsafe.As<OpenFile>(GCHandle.FromIntPtr(file->Handle).Target!);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Open(Vfs* vfs, byte* name, File* file, int flags, int* outFlags)
    {
        const int ReadOnly = 0x1, ReadWrite = 0x2, Create = 0x4, Exclusive = 0x10, MainJournal = 0x800, Wal = 0x80000;
        file->Methods = null;
        var path = Marshal.PtrToStringUTF8((nint)name) ?? "/nameless/file";
        var disk = name is null ? SimulatedDisk.Nameless() : SimulatedDisk.Of(path);
        if (disk is null)
            return SqliteCode.CannotOpen;
        var (create, write, isLog) = ((flags & Create) != 0, (flags & ReadWrite) != 0, (flags & (MainJournal | Wal)) != 0);
        var open = disk.Open(path, create, exclusive: create && (flags & Exclusive) != 0, write, isLog, out var code);
        if (open is null)
            return code;
        file->Handle = GCHandle.ToIntPtr(GCHandle.Alloc(open));
        file->Methods = s_methods;
        if (outFlags is not null)
            *outFlags = open.IsReadOnly ? (flags & ~(ReadWrite | Create)) | ReadOnly : flags;
        Interlocked.Increment(ref s_openFiles);
        return SqliteCode.Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Delete(Vfs* vfs, byte* name, int syncFolder)
    {
        var path = Marshal.PtrToStringUTF8((nint)name)!;
        return SimulatedDisk.Of(path)?.Delete(path, syncFolder != 0) ?? SqliteCode.IoErrorDelete;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Access(Vfs* vfs, byte* name, int flags, int* found)
    {
        var path = Marshal.PtrToStringUTF8((nint)name)!;
        *found = 0;
        if (SimulatedDisk.Of(path) is not { } disk)
            return SqliteCode.IoErrorAccess;
        var code = disk.Access(path, flags != 0, out var isThere);
        *found = isThere ? 1 : 0;
        return code;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int FullPathname(Vfs* vfs, byte* name, int size, byte* full)
    {
        var path = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name);
        if (path.Length >= size)
            return SqliteCode.CannotOpen;
        path.CopyTo(new Span<byte>(full, size));
        full[path.Length] = 0;
        return SqliteCode.Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Randomness(Vfs* vfs, int count, byte* to)
    {
        for (var i = 0; i < count; i++)
            to[i] = (byte)((i * 151) + 17);
        return count;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Sleep(Vfs* vfs, int microseconds) => microseconds;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int CurrentTime(Vfs* vfs, double* days)
    {
        *days = JulianNow / 86_400_000.0;
        return SqliteCode.Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int CurrentTimeInt64(Vfs* vfs, long* milliseconds)
    {
        *milliseconds = JulianNow;
        return SqliteCode.Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Close(File* file)
    {
        Of(file).Close();
        GCHandle.FromIntPtr(file->Handle).Free();
        file->Handle = 0;
        Interlocked.Decrement(ref s_openFiles);
        return SqliteCode.Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Read(File* file, void* to, int count, long offset) => Of(file).Read(new Span<byte>(to, count), offset);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Write(File* file, void* from, int count, long offset) => Of(file).Write(new ReadOnlySpan<byte>(from, count), offset);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Truncate(File* file, long length) => Of(file).Truncate(length);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Sync(File* file, int flags) => Of(file).Sync();

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int FileSize(File* file, long* length) => Of(file).Size(out *length);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Lock(File* file, int level) => Of(file).Lock((LockLevel)level);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Unlock(File* file, int level) => Of(file).Unlock((LockLevel)level);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int CheckReservedLock(File* file, int* reserved)
    {
        var code = Of(file).IsReserved(out var isReserved);
        *reserved = isReserved ? 1 : 0;
        return code;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int FileControl(File* file, int operation, void* argument)
    {
        const int HasMoved = 20;
        if (operation != HasMoved)
            return SqliteCode.NotFound;
        *(int*)argument = Of(file).HasMoved() ? 1 : 0;
        return SqliteCode.Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int SectorSize(File* file) => SectorBytes;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int DeviceCharacteristics(File* file) => PowersafeOverwrite | SubpageRead;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int ShmMap(File* file, int region, int size, int extend, void** memory) =>
        Of(file).MapIndex(region, size, extend != 0, out *memory);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int ShmLock(File* file, int first, int count, int flags) => Of(file).LockIndex(first, count, flags);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void ShmBarrier(File* file) => Interlocked.MemoryBarrier();

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int ShmUnmap(File* file, int delete) => Of(file).UnmapIndex(delete != 0);
}
