using System.Buffers.Binary;

namespace Call112.System.Tests.Toolkit;

/// <summary>The numbers are those of failing-files.c.</summary>
public enum WriteKind
{
    Created = 1,
    Written,
    Truncated,
    Removed,
    SyncBegins,
    SyncEnds,
    Acknowledged,
    SyncFailed,
}

/// <summary>Which of a journal's files; the numbers are those of failing-files.c.</summary>
public enum JournalPart
{
    None,
    Database,
    Wal,
    Rollback,
}

/// <summary>One thing that a process did to its journal, or an acknowledgement that it gave.</summary>
/// <param name="Offset">Of a write; the new length of a truncation; the number of an acknowledgement.</param>
public sealed record WriteEvent(WriteKind Kind, JournalPart Part, ulong Inode, long Offset, byte[] Data);

/// <summary>
/// Everything that one or more processes did to a journal, in the order of its effects (a blklogwrites for one file instead of a disk).
/// Replayed to any point by <see cref="PowerCut"/>.
/// </summary>
public static class WriteLog
{
    private const int HeaderBytes = 32;

    public static IReadOnlyList<WriteEvent> Read(string path)
    {
        ReadOnlySpan<byte> rest = File.ReadAllBytes(path);
        var events = new List<WriteEvent>();
        while (rest.Length >= HeaderBytes)
        {
            var length = (int)BinaryPrimitives.ReadInt64LittleEndian(rest[24..]);
            if (rest.Length < HeaderBytes + length)
                break;
            events.Add(new WriteEvent(
                (WriteKind)BinaryPrimitives.ReadInt32LittleEndian(rest),
                (JournalPart)BinaryPrimitives.ReadInt32LittleEndian(rest[4..]),
                BinaryPrimitives.ReadUInt64LittleEndian(rest[8..]),
                BinaryPrimitives.ReadInt64LittleEndian(rest[16..]),
                rest.Slice(HeaderBytes, length).ToArray()));
            rest = rest[(HeaderBytes + length)..];
        }

        return events;
    }

    /// <summary>
    /// Would this sync also be made under synchronous=NORMAL? SQLite then leaves out those of the WAL, but for the one of a new WAL's header
    /// and the one in front of a checkpoint: a commit is no longer on the disk when it returns.
    /// </summary>
    public static bool IsMadeUnderNormal(IReadOnlyList<WriteEvent> log, int index)
    {
        if (log[index].Part != JournalPart.Wal)
            return true;
        var before = index - 1;
        while (before >= 0 && log[before].Kind is not (WriteKind.Written or WriteKind.Truncated))
            before--;
        if (before >= 0 && log[before] is { Part: JournalPart.Wal, Kind: WriteKind.Written, Offset: 0 })
            return true;
        for (var after = index + 1; after < log.Count; after++)
            if (log[after].Kind is WriteKind.Written or WriteKind.Truncated or WriteKind.Removed)
                return log[after].Part == JournalPart.Database;
        return false;
    }
}
