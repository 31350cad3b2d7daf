using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Call112.Gateway.Journal;

namespace Call112.Simulation.Disk;

/// <summary>The files of a disk as they are seen at one moment, by name; immutable. Many disks can begin with the same one.</summary>
public sealed class DiskImage
{
    private static readonly Lazy<DiskImage> s_emptyJournal = new(MakeEmptyJournal);

    private readonly SortedDictionary<string, byte[]> _files = new(StringComparer.Ordinal);

    public DiskImage(IEnumerable<KeyValuePair<string, byte[]>> files)
    {
        foreach (var (name, content) in files)
            _files[name] = content;
    }

    /// <summary>A disk with the journal of a station that has seen nothing yet: to create its tables costs more than to open them.</summary>
    public static DiskImage EmptyJournal => s_emptyJournal.Value;

    public IReadOnlyDictionary<string, byte[]> Files => _files;

    /// <summary>
    /// Tells whether two disks hold the same. What SQLite rolls with dice that the whole process shares is left out: the salts of a WAL and the
    /// sums that depend on them. They decide nothing but with a chance of 2⁻³².
    /// </summary>
    public string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, content) in _files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{name} {content.Length}\n"));
            hash.AppendData(name.Contains("-wal", StringComparison.Ordinal) ? WithoutSalts(content)
                : name.Contains("-journal", StringComparison.Ordinal) ? WithoutNonce(content)
                : content);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // https://www.sqlite.org/fileformat.html#the_write_ahead_log
    private static byte[] WithoutSalts(byte[] wal)
    {
        const int HeaderBytes = 32, FrameHeaderBytes = 24;
        var bytes = (byte[])wal.Clone();
        if (bytes.Length < HeaderBytes)
            return bytes;
        var pageBytes = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(8));
        bytes.AsSpan(16, 16).Clear();
        if (pageBytes is < 512 or > 65536)
            pageBytes = 4096;
        for (var at = HeaderBytes; at + FrameHeaderBytes <= bytes.Length; at += FrameHeaderBytes + pageBytes)
            bytes.AsSpan(at + 8, 16).Clear();
        return bytes;
    }

    // https://www.sqlite.org/fileformat.html#the_rollback_journal
    private static byte[] WithoutNonce(byte[] journal)
    {
        const int HeaderBytes = 28;
        var bytes = (byte[])journal.Clone();
        if (bytes.Length < HeaderBytes)
            return bytes;
        bytes.AsSpan(12, 4).Clear();
        var (sector, page) = (BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(20)), BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(24)));
        if (sector is < 32 or > 65536 || page is < 512 or > 65536)
            (sector, page) = (512, 4096);
        for (var at = sector + 4 + page; at + 4 <= bytes.Length; at += page + 8)
            bytes.AsSpan(at, 4).Clear();
        return bytes;
    }

    private static DiskImage MakeEmptyJournal()
    {
        using var disk = new SimulatedDisk("empty-journal", 0);
        JournalFile.Open(disk.PathOf(SimulatedDisk.JournalName), disk).File.Dispose();
        return disk.Image();
    }
}
