namespace Call112.System.Tests.Toolkit;

/// <summary>
/// The disk as a power cut leaves it, made from a write log. What a finished sync covers is there. Of what came later each sector of 512
/// bytes holds what some moment since then had put into it, chosen by the dice, each for itself: writes are dropped, reordered and torn.
/// Names and lengths are metadata in order: a sync of any file makes those before it durable (ext4, data=ordered), later ones came up to some
/// moment. The -shm never survives.
/// </summary>
public sealed class PowerCut
{
    private const int Sector = 512;

    private readonly IReadOnlyList<WriteEvent> _log;
    private readonly List<(int At, JournalPart Part, Disk? Now)> _names = [];
    private int _namesDurableBefore;

    /// <param name="cut">How many events of the log happened.</param>
    /// <param name="counts">Which syncs (by the index of their end) did what they promise; all by default.</param>
    /// <param name="failedSyncForgets">
    /// After a sync that failed the kernel takes the pages for clean and writes them no more: no later sync covers them unless they are written
    /// again.
    /// </param>
    public PowerCut(IReadOnlyList<WriteEvent> log, int cut, Func<int, bool>? counts = null, bool failedSyncForgets = false)
    {
        _log = log;
        var byInode = new Dictionary<ulong, Disk>();
        for (var at = 0; at < cut; at++)
        {
            var happened = log[at];
            if (happened.Kind == WriteKind.Removed)
                _names.Add((at, happened.Part, null));
            else if (happened.Kind == WriteKind.Created)
                _names.Add((at, happened.Part, byInode[happened.Inode] = new Disk()));
            else if (happened.Kind != WriteKind.Acknowledged)
                Happen(byInode.GetValueOrDefault(happened.Inode) ?? throw new InvalidDataException(
                    $"event {at}: a file that the log did not see being created"), at);
        }

        void Happen(Disk disk, int at)
        {
            switch (log[at].Kind)
            {
                case WriteKind.Written or WriteKind.Truncated:
                    disk.Changes.Add(at);
                    break;
                case WriteKind.SyncBegins:
                    disk.SyncBegan = at;
                    break;
                case WriteKind.SyncEnds when counts?.Invoke(at) != false:
                    disk.DurableBefore = disk.SyncBegan;
                    _namesDurableBefore = disk.SyncBegan;
                    break;
                case WriteKind.SyncFailed when failedSyncForgets:
                    disk.Forgotten.UnionWith(disk.Changes.Where(change => change >= disk.DurableBefore && change < disk.SyncBegan));
                    break;
            }
        }
    }

    /// <summary>Writes the files that are left into a folder.</summary>
    /// <param name="dice">Null: the worst case, nothing is there that need not be.</param>
    public void LeaveIn(string folder, Random? dice)
    {
        Directory.CreateDirectory(folder);
        var durable = _names.Count(name => name.At < _namesDurableBefore);
        var files = new Dictionary<JournalPart, Disk>();
        foreach (var (_, part, now) in _names.Take(dice?.Next(durable, _names.Count + 1) ?? durable))
            if (now is null)
                files.Remove(part);
            else
                files[part] = now;
        foreach (var (part, disk) in files)
            File.WriteAllBytes(Path.Combine(folder, NameOf(part)), Left(disk, dice));
    }

    private static string NameOf(JournalPart part) => part switch
    {
        JournalPart.Database => "journal.db",
        JournalPart.Wal => "journal.db-wal",
        JournalPart.Rollback => "journal.db-journal",
        _ => throw new ArgumentOutOfRangeException(nameof(part), part, null),
    };

    private byte[] Left(Disk disk, Random? dice)
    {
        var content = new byte[disk.Changes.Select(change => _log[change].Offset + _log[change].Data.Length).DefaultIfEmpty(0).Max()];
        // From the last length that is sure on; the newest is the last.
        List<long> lengths = [0];
        var pending = new SortedDictionary<long, List<int>>();
        foreach (var change in disk.Changes)
        {
            var did = _log[change];
            var isTruncation = did.Kind == WriteKind.Truncated;
            var isSure = change < disk.DurableBefore && !disk.Forgotten.Contains(change);
            var length = isTruncation ? did.Offset : Math.Max(lengths[^1], did.Offset + did.Data.Length);
            var end = isTruncation ? Math.Max(lengths[^1], did.Offset) : did.Offset + did.Data.Length;
            for (var sector = did.Offset / Sector; sector * Sector < end; sector++)
                if (!isSure)
                    (pending.TryGetValue(sector, out var waiting) ? waiting : pending[sector] = []).Add(change);
                else if (pending.Remove(sector, out var forgotten))
                    // Written again, the page goes out as a whole, with what the failed sync forgot.
                    PutAll(forgotten, sector, content);
            if (isSure)
            {
                Put(did, content, 0, content.Length);
                lengths.Clear();
            }

            lengths.Add(length);
        }

        foreach (var (sector, changes) in pending)
            PutAll(changes.Take(dice?.Next(changes.Count + 1) ?? 0), sector, content);
        Array.Resize(ref content, (int)lengths[dice?.Next(lengths.Count) ?? 0]);
        return content;
    }

    private void PutAll(IEnumerable<int> changes, long sector, byte[] content)
    {
        foreach (var change in changes)
            Put(_log[change], content, sector * Sector, Math.Min(content.Length, (sector + 1) * Sector));
    }

    /// <summary>Puts the part of a change that lies between two places.</summary>
    private static void Put(WriteEvent did, byte[] content, long from, long to)
    {
        if (did.Kind == WriteKind.Truncated)
        {
            var start = Math.Max(did.Offset, from);
            if (start < to)
                content.AsSpan((int)start, (int)(to - start)).Clear();
            return;
        }

        var (begin, end) = (Math.Max(did.Offset, from), Math.Min(did.Offset + did.Data.Length, to));
        if (begin < end)
            did.Data.AsSpan((int)(begin - did.Offset), (int)(end - begin)).CopyTo(content.AsSpan((int)begin));
    }

    /// <summary>One file from its creation on; a name may have had several.</summary>
    private sealed class Disk
    {
        public List<int> Changes { get; } = [];

        public HashSet<int> Forgotten { get; } = [];

        public int DurableBefore { get; set; }

        public int SyncBegan { get; set; }
    }
}
