namespace Call112.Simulation.Disk;

/// <summary>SQLite's lock levels of a database file (https://www.sqlite.org/lockingv3.html).</summary>
internal enum LockLevel
{
    None,
    Shared,
    Reserved,
    Pending,
    Exclusive,
}

/// <summary>
/// The locks of one file. Invariants: one holder at most is above <see cref="LockLevel.Shared"/>; an exclusive holder is the only one.
/// </summary>
internal sealed class FileLocks
{
    private int _holders;
    private OpenFile? _writer;

    public bool IsReserved => _writer is not null;

    /// <summary>Raises the holder's level; false when others stand in the way. A writer that must wait for readers keeps new ones out.</summary>
    public bool TryRaise(OpenFile holder, LockLevel wanted)
    {
        if (holder.Level >= wanted)
            return true;
        if (_writer is { } writer && writer != holder && (wanted > LockLevel.Shared || writer.Level >= LockLevel.Pending))
            return false;
        if (wanted == LockLevel.Shared)
        {
            _holders++;
            holder.Level = LockLevel.Shared;
            return true;
        }

        _writer = holder;
        holder.Level = wanted == LockLevel.Exclusive && _holders > 1 ? LockLevel.Pending : wanted;
        return holder.Level == wanted;
    }

    public void Lower(OpenFile holder, LockLevel to)
    {
        if (holder.Level <= to)
            return;
        if (_writer == holder)
            _writer = null;
        if (to == LockLevel.None)
            _holders--;
        holder.Level = to;
    }

    /// <summary>The process that held them is dead.</summary>
    public void Clear() => (_holders, _writer) = (0, null);
}
