namespace Call112.Simulation.Disk;

/// <summary>What a disk answers instead of doing its work (F3).</summary>
public enum DiskFault
{
    None,

    /// <summary>No space left: a write that makes its file longer gets SQLITE_FULL; what is there can be overwritten.</summary>
    Full,

    /// <summary>
    /// The kernel has made the card read-only: SQLITE_IOERR_WRITE for files that were open for writing, as a real one answers; files opened
    /// from now on can only be read (SQLITE_READONLY), and none can be created (SQLITE_CANTOPEN).
    /// </summary>
    ReadOnly,

    /// <summary>Input/output error on writing (SQLITE_IOERR_WRITE).</summary>
    WriteError,

    /// <summary>
    /// Input/output error on flushing (SQLITE_IOERR_FSYNC). What was to be flushed is still read from the page cache, but the kernel holds it
    /// for clean: some of it has reached the disk, the rest never will, whatever is flushed later.
    /// </summary>
    SyncError,
}

/// <summary>What happens to a file while nobody looks (F2).</summary>
public enum DiskDamage
{
    /// <summary>A few bytes have other values.</summary>
    FlippedBytes,

    /// <summary>The end is missing.</summary>
    Truncated,

    /// <summary>Nothing is left but the name.</summary>
    Empty,

    /// <summary>As long as before, and nothing of it as before.</summary>
    RandomBytes,

    /// <summary>The file is gone.</summary>
    Missing,
}
