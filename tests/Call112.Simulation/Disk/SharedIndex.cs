using System.Runtime.InteropServices;

namespace Call112.Simulation.Disk;

/// <summary>
/// The index of a WAL: memory that the handles of one database share, with its eight locks. Native, because SQLite keeps addresses of it.
/// Invariant: it lives until the last handle lets go, also when its process is dead and the disk has long forgotten it.
/// </summary>
internal sealed unsafe class SharedIndex
{
    private const int LockCount = 8;
    private const int Unlock = 1, Shared = 4;

    private static int s_living;

    private readonly List<nint> _regions = [];
    private readonly int[] _shared = new int[LockCount];
    private readonly bool[] _exclusive = new bool[LockCount];
    private int _users;

    public SharedIndex() => Interlocked.Increment(ref s_living);

    /// <summary>Indexes whose memory has not been given back, in the whole process: the tests look for leaks.</summary>
    public static int Living => Volatile.Read(ref s_living);

    public void Join() => Interlocked.Increment(ref _users);

    /// <summary>Lets go; true for the last one, and then the memory is gone.</summary>
    public bool Leave()
    {
        if (Interlocked.Decrement(ref _users) > 0)
            return false;
        foreach (var region in _regions)
            NativeMemory.Free((void*)region);
        _regions.Clear();
        Interlocked.Decrement(ref s_living);
        return true;
    }

    /// <summary>The address of a region, or null for one that does not exist and is not to be made.</summary>
    public void* Map(int region, int size, bool extend)
    {
        while (extend && _regions.Count <= region)
            _regions.Add((nint)NativeMemory.AllocZeroed((nuint)size));
        return region < _regions.Count ? (void*)_regions[region] : null;
    }

    /// <summary>Takes or gives back locks, as SQLite's xShmLock asks; false when another handle holds one that is in the way.</summary>
    public bool TryLock(OpenFile holder, int first, int count, int flags)
    {
        var mask = ((1 << (first + count)) - (1 << first)) & 0xff;
        if ((flags & Unlock) != 0)
        {
            Release(holder, mask);
            return true;
        }

        if ((flags & Shared) != 0)
        {
            if ((holder.SharedMask & mask) != 0)
                return true;
            if (_exclusive[first])
                return false;
            _shared[first]++;
            holder.SharedMask |= mask;
            return true;
        }

        for (var i = first; i < first + count; i++)
            if (_shared[i] > 0 || (_exclusive[i] && (holder.ExclusiveMask & (1 << i)) == 0))
                return false;
        for (var i = first; i < first + count; i++)
            _exclusive[i] = true;
        holder.ExclusiveMask |= mask;
        return true;
    }

    public void Release(OpenFile holder, int mask)
    {
        for (var i = 0; i < LockCount; i++)
        {
            if ((holder.SharedMask & mask & (1 << i)) != 0)
                _shared[i]--;
            if ((holder.ExclusiveMask & mask & (1 << i)) != 0)
                _exclusive[i] = false;
        }

        holder.SharedMask &= ~mask;
        holder.ExclusiveMask &= ~mask;
    }
}
