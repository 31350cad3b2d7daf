namespace Call112.Simulation.Disk;

/// <summary>
/// A file as one SQLite connection has it open. Belongs to the life of the process that opened it: after a crash every call fails, and closing
/// does nothing but give back memory.
/// </summary>
internal sealed unsafe class OpenFile(SimulatedDisk disk, SimulatedFile file, string path, bool isReadOnly, bool isNewLog)
{
    private readonly long _life = disk.Life;
    private SharedIndex? _index;
    private bool _isNewLog = isNewLog;

    public LockLevel Level { get; set; }

    public int SharedMask { get; set; }

    public int ExclusiveMask { get; set; }

    public bool IsReadOnly => isReadOnly;

    private bool IsDead => disk.IsDead || disk.Life != _life;

    public int Read(Span<byte> to, long offset)
    {
        lock (disk.Gate)
        {
            if (IsDead)
                return SqliteCode.IoErrorRead;
            var count = file.Read(to, offset);
            if (count == to.Length)
                return SqliteCode.Ok;
            to[count..].Clear();
            return SqliteCode.IoErrorShortRead;
        }
    }

    public int Write(ReadOnlySpan<byte> from, long offset)
    {
        lock (disk.Gate)
        {
            if (IsDead)
                return SqliteCode.IoErrorWrite;
            var refusal = disk.OnWrite(from.Length, offset + from.Length > file.Length);
            var isLast = disk.IsLastOperation();
            // The power may go while a write is on its way, and then any part of it may arrive.
            if (refusal == SqliteCode.Ok && (!isLast || disk.DiesOfPowerCut))
                file.Write(from, offset);
            if (!isLast)
                return refusal;
            disk.Die();
            return SqliteCode.IoErrorWrite;
        }
    }

    public int Truncate(long length)
    {
        lock (disk.Gate)
        {
            if (IsDead || disk.DiesOfThis())
                return SqliteCode.IoErrorTruncate;
            if (disk.OnWrite(0, length > file.Length) != SqliteCode.Ok)
                return SqliteCode.IoErrorTruncate;
            file.Truncate(length);
            return SqliteCode.Ok;
        }
    }

    public int Sync()
    {
        lock (disk.Gate)
        {
            if (IsDead || disk.DiesOfThis())
                return SqliteCode.IoErrorSync;
            var code = disk.OnSync(file);
            // SQLite for Unix flushes the folder too with the first flush of a journal or WAL that it has created.
            if (code == SqliteCode.Ok && _isNewLog)
            {
                disk.SyncNames();
                _isNewLog = false;
            }

            return code;
        }
    }

    public int Size(out long length)
    {
        lock (disk.Gate)
        {
            length = file.Length;
            return IsDead ? SqliteCode.IoErrorStat : SqliteCode.Ok;
        }
    }

    public int Lock(LockLevel level)
    {
        lock (disk.Gate)
            return IsDead ? SqliteCode.IoErrorLock : file.Locks.TryRaise(this, level) ? SqliteCode.Ok : SqliteCode.Busy;
    }

    public int Unlock(LockLevel level)
    {
        lock (disk.Gate)
        {
            if (!IsDead)
                file.Locks.Lower(this, level);
            return SqliteCode.Ok;
        }
    }

    public int IsReserved(out bool isReserved)
    {
        lock (disk.Gate)
        {
            isReserved = !IsDead && file.Locks.IsReserved;
            return IsDead ? SqliteCode.IoErrorCheckReserved : SqliteCode.Ok;
        }
    }

    /// <summary>True when the file no longer has the name that it was opened with: SQLite then does not write to it.</summary>
    public bool HasMoved()
    {
        lock (disk.Gate)
            return !IsDead && disk.Find(path) != file;
    }

    public int MapIndex(int region, int size, bool extend, out void* memory)
    {
        lock (disk.Gate)
        {
            memory = null;
            if (IsDead)
                return SqliteCode.IoErrorShmOpen;
            if (_index is null)
            {
                if (file.Index is null && disk.OnNewIndex(path) is not SqliteCode.Ok and var code)
                    return code;
                _index = file.Index ??= new SharedIndex();
                _index.Join();
            }

            memory = _index.Map(region, size, extend);
            return SqliteCode.Ok;
        }
    }

    /// <summary>Without an index there is nobody to keep out: SQLite asks so when it reads a WAL on a card that cannot be written.</summary>
    public int LockIndex(int first, int count, int flags)
    {
        lock (disk.Gate)
            return IsDead ? SqliteCode.IoErrorShmLock : _index is null || _index.TryLock(this, first, count, flags) ? SqliteCode.Ok : SqliteCode.Busy;
    }

    public int UnmapIndex(bool delete)
    {
        lock (disk.Gate)
        {
            if (_index is not { } index)
                return SqliteCode.Ok;
            _index = null;
            index.Release(this, 0xff);
            if (!index.Leave() || file.Index != index)
                return SqliteCode.Ok;
            file.Index = null;
            if (delete && !IsDead)
                disk.DropIndexFile(path);
            return SqliteCode.Ok;
        }
    }

    public void Close()
    {
        UnmapIndex(delete: false);
        Unlock(LockLevel.None);
    }
}
