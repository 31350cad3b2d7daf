using System.Buffers.Binary;

namespace Call112.CardCuts;

/// <summary>One thing that a machine did to its card.</summary>
/// <param name="Sector">First sector, of 512 bytes.</param>
/// <param name="Sectors">How many.</param>
/// <param name="At">Where in the log its bytes begin.</param>
/// <param name="End">How long the log was when this entry was whole.</param>
internal readonly record struct BlockWrite(long Sector, int Sectors, BlockKind Kind, long At, long End)
{
    /// <summary>It brings bytes of its own: a flush has none, and what is discarded may keep what it had.</summary>
    public bool HasBytes => Sectors > 0 && (Kind & BlockKind.Discard) == 0;
}

/// <summary>Flags of an entry (Linux, dm-log-writes).</summary>
[Flags]
internal enum BlockKind
{
    Write = 0,

    /// <summary>What was written before is on the card from here on.</summary>
    Flush = 1,

    /// <summary>This very write is on the card when it returns.</summary>
    Durable = 2,

    Discard = 4,

    Mark = 8,
}

/// <summary>
/// What QEMU's blklogwrites has recorded: every write and flush of a machine, in order. The format is that of Linux's dm-log-writes: a first sector
/// that describes the log, then for each entry one sector of description and the sectors that were written. A machine whose power was cut leaves a
/// log that ends anywhere; what is not whole counts as not written.
/// </summary>
internal sealed class BlockLog : IDisposable
{
    public const int SectorBytes = 512;

    private const ulong Magic = 0x6a736677736872;
    private readonly FileStream _file;

    private BlockLog(FileStream file, List<BlockWrite> writes) => (_file, Writes) = (file, writes);

    public IReadOnlyList<BlockWrite> Writes { get; }

    /// <exception cref="InvalidDataException">The file is no such log, or one with other sectors.</exception>
    public static BlockLog Open(string path)
    {
        var file = File.OpenRead(path);
        try
        {
            return new BlockLog(file, Read(file));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The bytes of a write.</summary>
    public byte[] BytesOf(BlockWrite write)
    {
        var bytes = new byte[write.Sectors * SectorBytes];
        _file.Position = write.At;
        _file.ReadExactly(bytes);
        return bytes;
    }

    public void Dispose() => _file.Dispose();

    private static List<BlockWrite> Read(FileStream file)
    {
        Span<byte> head = stackalloc byte[32];
        if (file.ReadAtLeast(head, 28, throwOnEndOfStream: false) < 28 || BinaryPrimitives.ReadUInt64LittleEndian(head) != Magic)
            throw new InvalidDataException($"{file.Name}: no log of blklogwrites");
        if (BinaryPrimitives.ReadInt32LittleEndian(head[24..]) is not SectorBytes and var size)
            throw new InvalidDataException($"{file.Name}: sectors of {size} bytes, not of {SectorBytes} (log-sector-size)");
        var writes = new List<BlockWrite>();
        for (long at = SectorBytes; at + SectorBytes <= file.Length;)
        {
            file.Position = at;
            file.ReadExactly(head);
            var (sector, count) = (BinaryPrimitives.ReadInt64LittleEndian(head), BinaryPrimitives.ReadInt64LittleEndian(head[8..]));
            var kind = (BlockKind)BinaryPrimitives.ReadInt64LittleEndian(head[16..]);
            if ((sector, count, kind) == (0, 0, BlockKind.Write))
                break;
            if (kind > (BlockKind.Flush | BlockKind.Durable | BlockKind.Discard | BlockKind.Mark))
                throw new InvalidDataException($"{file.Name}: an entry of unknown kind {kind} at byte {at}");
            var begin = at + SectorBytes;
            at = begin + ((kind & BlockKind.Discard) == 0 ? count * SectorBytes : 0);
            if (at > file.Length)
                break;
            writes.Add(new BlockWrite(sector, (int)count, kind, begin, at));
        }

        return writes;
    }
}
