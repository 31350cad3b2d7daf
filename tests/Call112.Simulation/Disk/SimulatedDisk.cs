using System.Collections.Concurrent;
using Call112.Gateway.Journal;

namespace Call112.Simulation.Disk;

/// <summary>
/// The disk of one simulated station, in memory: SQLite and the journal's real code run over it, and it can lose power, fill up, fail and rot
/// (F1, F2, F3). The first folder of a path names the disk, so one SQLite serves thousands of them.
/// <list type="bullet">
/// <item>Content: a flush of a file stores all that was written to it before. Without power, unflushed writes and truncations of a file
/// survive all, not at all, up to one that is torn, or in any subset with any of them torn; what a disk keeps whole is a sector of 512 bytes,
/// and bytes beside a write stay as they are (SQLite for Unix relies on that too).</item>
/// <item>Names: created, deleted and renamed in the order of the calls, as ext4 with data=ordered commits them. Without power a first part of
/// the unflushed changes survives. A flush of a file stores the changes up to the last one that concerns it; a flush of the folder all.</item>
/// <item>A process that dies takes its locks and the WAL's index along and leaves everything written; it is dead until <see cref="Restart"/>.</item>
/// </list>
/// Invariants: the same seed and the same calls give the same files; one lock guards all, so connections may live in several threads.
/// </summary>
public sealed partial class SimulatedDisk : JournalDisk, IDisposable
{
    public const string JournalName = "journal.db";

    private static readonly ConcurrentDictionary<string, SimulatedDisk> s_disks = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, SimulatedDisk>.AlternateLookup<ReadOnlySpan<char>> s_disksBySpan =
        s_disks.GetAlternateLookup<ReadOnlySpan<char>>();

    private readonly string _name;
    private readonly Random _dice;
    private readonly SortedDictionary<string, SimulatedFile> _files = new(StringComparer.Ordinal);
    private readonly List<NameChange> _nameChanges = [];
    private long _namesStored;

    /// <param name="name">Names the disk among those that live in the process at the same time.</param>
    /// <param name="seed">Decides what a failed flush leaves.</param>
    /// <param name="image">What is on it; nothing when null.</param>
    public SimulatedDisk(string name, int seed, DiskImage? image = null)
        : this(name, seed)
    {
        foreach (var (file, content) in image?.Files ?? new Dictionary<string, byte[]>())
            (_files[PathOf(file)] = new SimulatedFile()).Replace(content);
        if (!s_disks.TryAdd(name, this))
            throw new ArgumentException($"there is a disk '{name}' already", nameof(name));
    }

    private SimulatedDisk(string name, int seed)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(name.Contains('/', StringComparison.Ordinal), false);
        SimulatedVfs.Register();
        (_name, _dice) = (name, new Random(seed));
    }

    /// <summary>Disks that were not disposed.</summary>
    public static int Living => s_disks.Count;

    /// <summary>Indexes of WALs whose memory is still held, by all disks of the process.</summary>
    public static int LivingIndexes => SharedIndex.Living;

    /// <summary>Files that SQLite has open, on all disks of the process, those of dead processes included.</summary>
    public static int OpenFiles => SimulatedVfs.OpenFiles;

    public override string Vfs => SimulatedVfs.Name;

    /// <summary>Where the station's journal lies.</summary>
    public string JournalPath => PathOf(JournalName);

    internal Lock Gate { get; } = new();

    /// <summary>Counts the lives of processes: what one has opened is of no use to the next.</summary>
    internal long Life { get; private set; }

    /// <summary>The path of a file on this disk.</summary>
    public string PathOf(string file) => $"/{_name}/{file}";

    /// <summary>What is seen on the disk now, without the WAL's index, which is no content.</summary>
    public DiskImage Image()
    {
        lock (Gate)
            return new DiskImage(_files
                .Where(file => !file.Key.EndsWith("-shm", StringComparison.Ordinal))
                .Select(file => KeyValuePair.Create(Path.GetFileName(file.Key), file.Value.ToArray())));
    }

    public override bool Exists(string path)
    {
        lock (Gate)
            return !IsDead && _files.ContainsKey(path);
    }

    public override long? LengthOf(string path)
    {
        lock (Gate)
            return IsDead ? null : Find(path)?.Length;
    }

    public override int ReadStart(string path, Span<byte> to)
    {
        lock (Gate)
            return IsDead ? 0 : Find(path)?.Read(to, 0) ?? 0;
    }

    public override void Move(string from, string to)
    {
        lock (Gate)
        {
            if (IsDead || DiesOfThis())
                throw new IOException("the disk does not answer");
            if (IsReadOnly)
                throw new IOException("read-only file system");
            Rename(from, to, Find(from) ?? throw new FileNotFoundException(null, from));
        }
    }

    public override void CreateFolderOf(string path)
    {
        if (IsDead)
            throw new IOException("the disk does not answer");
    }

    public void Dispose()
    {
        lock (Gate)
        {
            EndLife();
            s_disks.TryRemove(KeyValuePair.Create(_name, this));
        }
    }

    internal static SimulatedDisk? Of(string path)
    {
        var end = path.IndexOf('/', 1);
        return end > 1 && s_disksBySpan.TryGetValue(path.AsSpan(1, end - 1), out var disk) ? disk : null;
    }

    /// <summary>A disk for one file without a name, as SQLite asks for when it sorts more than it wants to keep in memory.</summary>
    internal static SimulatedDisk Nameless() => new("", 0);

    internal SimulatedFile? Find(string path) => _files.GetValueOrDefault(path);

    /// <summary>A file that SQLite opens; null with the code why not.</summary>
    internal OpenFile? Open(string path, bool create, bool exclusive, bool write, bool isLog, out int code)
    {
        lock (Gate)
        {
            code = SqliteCode.CannotOpen;
            var file = Find(path);
            if (IsDead || (file is null && (!create || IsReadOnly)) || (file is not null && exclusive))
                return null;
            var isNew = file is null;
            if (isNew && DiesOfThis())
                return null;
            code = SqliteCode.Ok;
            return new OpenFile(this, file ?? Create(path), path, !write || IsReadOnly, isNew && isLog);
        }
    }

    internal int Delete(string path, bool syncFolder)
    {
        lock (Gate)
        {
            if (IsDead || IsReadOnly)
                return SqliteCode.IoErrorDelete;
            if (Find(path) is not { } file)
                return SqliteCode.IoErrorDeleteNoEntry;
            if (DiesOfThis())
                return SqliteCode.IoErrorDelete;
            Remove(path, file);
            if (syncFolder)
                SyncNames();
            return SqliteCode.Ok;
        }
    }

    /// <summary>Whether SQLite finds a file; as on Unix, one without content does not count.</summary>
    internal int Access(string path, bool toWrite, out bool isThere)
    {
        lock (Gate)
        {
            isThere = !IsDead && Find(path) is { } file && (toWrite ? !IsReadOnly : file.Length > 0);
            return IsDead ? SqliteCode.IoErrorAccess : SqliteCode.Ok;
        }
    }

    /// <summary>
    /// The first connection to a database makes the file of the WAL's index. On a card that cannot be written a file that an earlier process left
    /// lets SQLite read the WAL all the same; without one it cannot.
    /// </summary>
    internal int OnNewIndex(string path)
    {
        var exists = _files.ContainsKey(path + "-shm");
        if (IsReadOnly)
            return exists ? SqliteCode.ReadOnlyCannotInit : SqliteCode.CannotOpen;
        if (!exists)
            Create(path + "-shm");
        return SqliteCode.Ok;
    }

    internal void DropIndexFile(string path)
    {
        if (!IsReadOnly && Find(path + "-shm") is { } file)
            Remove(path + "-shm", file);
    }

    /// <summary>The flush of the folder.</summary>
    internal void SyncNames() => SyncNames(long.MaxValue);

    private void SyncNames(long upTo)
    {
        if (LiesAboutSync)
            return;
        var count = (int)Math.Clamp(upTo - _namesStored, 0, _nameChanges.Count);
        _nameChanges.RemoveRange(0, count);
        _namesStored += count;
    }

    private SimulatedFile Create(string path)
    {
        var file = new SimulatedFile();
        Note(new NameChange(path, null), file);
        return _files[path] = file;
    }

    private void Remove(string path, SimulatedFile file)
    {
        Note(new NameChange(path, file), file);
        _files.Remove(path);
    }

    private void Rename(string from, string to, SimulatedFile file)
    {
        Note(new NameChange(from, file, to, Find(to)), file);
        _files.Remove(from);
        _files[to] = file;
    }

    private void Note(NameChange change, SimulatedFile file)
    {
        _nameChanges.Add(change);
        file.NamedAt = _namesStored + _nameChanges.Count;
    }

    /// <summary>Takes back the newest changes of names until so many of the unflushed ones are left.</summary>
    private void UndoNames(int kept)
    {
        for (var i = _nameChanges.Count - 1; i >= kept; i--)
        {
            var change = _nameChanges[i];
            if (change.To is { } to)
                Put(to, change.Replaced);
            Put(change.Name, change.Before);
        }

        _namesStored += _nameChanges.Count;
        _nameChanges.Clear();
    }

    private void Put(string path, SimulatedFile? file)
    {
        if (file is null)
            _files.Remove(path);
        else
            _files[path] = file;
    }

    /// <summary>What a name stood for before it was created, deleted or given away, and for a rename the same of the new name.</summary>
    private readonly record struct NameChange(string Name, SimulatedFile? Before, string? To = null, SimulatedFile? Replaced = null);
}
