using System.Runtime.InteropServices;

namespace Call112.Simulation.Disk;

/// <summary>
/// A file of the simulated disk: what processes see of it, and what of that would survive a power cut.
/// The first is kept as bytes, the second as the way back: each write and truncation since the last flush with what it replaced. So an append
/// costs one copy, and a flush costs nothing. After a flush that failed the two part for good; then the disk's side is kept as bytes too.
/// Invariant: undoing every pending change gives what is certainly on the disk.
/// </summary>
internal sealed class SimulatedFile
{
    /// <summary>What a disk writes whole or not at all.</summary>
    public const int SectorBytes = 512;

    private readonly List<Change> _pending = [];
    private SimulatedBytes _seen = new();
    private SimulatedBytes? _stored;
    private byte[] _replaced = [];
    private int _replacedCount;

    /// <summary>The newest change of a name that concerns this file; see <see cref="SimulatedDisk"/>.</summary>
    public long NamedAt { get; set; }

    /// <summary>Who holds which lock, among the living handles.</summary>
    public FileLocks Locks { get; } = new();

    /// <summary>The index of the WAL, shared by the handles of a database; gone with the last of them or with the process.</summary>
    public SharedIndex? Index { get; set; }

    public long Length => _seen.Length;

    public bool HasPending => _pending.Count > 0;

    public int Read(Span<byte> to, long offset) => _seen.Read(to, offset);

    public byte[] ToArray() => _seen.ToArray();

    public void Write(ReadOnlySpan<byte> from, long offset)
    {
        var overwritten = (int)Math.Clamp(Length - offset, 0, from.Length);
        _pending.Add(new Change(false, offset, from.Length, Length, Keep(offset, overwritten), overwritten));
        _seen.Write(from, offset);
    }

    public void Truncate(long length)
    {
        if (length == Length)
            return;
        var cut = (int)Math.Max(Length - length, 0);
        _pending.Add(new Change(true, length, 0, Length, Keep(length, cut), cut));
        _seen.SetLength(length);
    }

    /// <summary>The flush: everything written so far is on the disk, but for what an earlier flush that failed has given up.</summary>
    public void Sync()
    {
        if (_stored is { } stored)
        {
            var buffer = new byte[_pending.Count == 0 ? 0 : _pending.Max(change => change.Count)];
            foreach (var change in _pending)
            {
                if (change.IsTruncate)
                    stored.SetLength(change.Offset);
                else
                    stored.Write(buffer.AsSpan(0, _seen.Read(buffer.AsSpan(0, change.Count), change.Offset)), change.Offset);
            }

            stored.SetLength(Length);
        }

        Forget();
    }

    /// <summary>The flush that failed: what survives of the unflushed is decided now, and the page cache shows all of it as before.</summary>
    public void FailSync(Random dice)
    {
        if (!HasPending)
            return;
        _stored = Survivors(dice);
        Forget();
    }

    /// <summary>The power is gone: what is seen from now on is what the disk holds.</summary>
    public void CutPower(Random dice)
    {
        if (HasPending)
            _seen = Survivors(dice);
        else if (_stored is { } stored)
            _seen = stored;
        _stored = null;
        Forget();
    }

    /// <summary>Other content, on the disk, as if it had always been so.</summary>
    public void Replace(ReadOnlySpan<byte> content)
    {
        _seen = new SimulatedBytes(content);
        _stored = null;
        Forget();
    }

    /// <summary>What is on the disk whatever happens to the changes that were not flushed.</summary>
    public byte[] Certain()
    {
        if (_stored is { } stored)
            return stored.ToArray();
        if (!HasPending)
            return _seen.ToArray();
        var before = _seen.Copy();
        for (var i = _pending.Count - 1; i >= 0; i--)
        {
            before.SetLength(_pending[i].LengthBefore);
            before.Write(_replaced.AsSpan(_pending[i].ReplacedAt, _pending[i].ReplacedCount), _pending[i].Offset);
        }

        return before.ToArray();
    }

    private void Forget()
    {
        _pending.Clear();
        _replacedCount = 0;
    }

    private int Keep(long offset, int count)
    {
        var at = _replacedCount;
        if (at + count > _replaced.Length)
            Array.Resize(ref _replaced, Math.Max(at + count, _replaced.Length * 2));
        _seen.Read(_replaced.AsSpan(at, count), offset);
        _replacedCount = at + count;
        return at;
    }

    /// <summary>
    /// What a disk that loses power now may hold. The unflushed changes reached it all, or none, or a first part with the last one torn, or
    /// any subset with any of them torn: the kernel and the card write in an order of their own.
    /// </summary>
    private SimulatedBytes Survivors(Random dice)
    {
        var changes = CollectionsMarshal.AsSpan(_pending);
        var written = new byte[changes.Length][];
        var before = _seen.Copy();
        for (var i = changes.Length - 1; i >= 0; i--)
        {
            var change = changes[i];
            written[i] = new byte[change.Count];
            before.Read(written[i], change.Offset);
            before.SetLength(change.LengthBefore);
            before.Write(_replaced.AsSpan(change.ReplacedAt, change.ReplacedCount), change.Offset);
        }

        var disk = _stored?.Copy() ?? before;
        var (mood, reached) = ((Mood)dice.Next(4), dice.Next(changes.Length));
        for (var i = 0; i < changes.Length; i++)
        {
            var fate = mood switch
            {
                Mood.All => Fate.Kept,
                Mood.None => Fate.Lost,
                Mood.FirstPart => i < reached ? Fate.Kept : i == reached ? Fate.Torn : Fate.Lost,
                _ => (Fate)dice.Next(3),
            };
            if (changes[i].IsTruncate && fate == Fate.Kept)
                disk.SetLength(changes[i].Offset);
            else if (!changes[i].IsTruncate)
                Land(disk, changes[i].Offset, written[i], fate, dice);
        }

        return disk;
    }

    /// <summary>A write with its fate. The length of a file is not its content: it may have grown to take what then never arrived.</summary>
    private static void Land(SimulatedBytes disk, long offset, byte[] written, Fate fate, Random dice)
    {
        var end = offset + written.Length;
        if (fate == Fate.Kept)
        {
            disk.Write(written, offset);
            return;
        }

        if (end > disk.Length && dice.Next(2) == 0)
            disk.SetLength(end);
        if (fate == Fate.Lost)
            return;
        for (var at = offset; at < end;)
        {
            var next = Math.Min(((at / SectorBytes) + 1) * SectorBytes, end);
            if (dice.Next(2) == 0)
                disk.Write(written.AsSpan((int)(at - offset), (int)(next - at)), at);
            at = next;
        }
    }

    private enum Mood
    {
        All,
        None,
        FirstPart,
        AnySubset,
    }

    private enum Fate
    {
        Kept,
        Lost,
        Torn,
    }

    /// <summary>A write or truncation, and where in <see cref="_replaced"/> the bytes are that it took the place of.</summary>
    private readonly record struct Change(bool IsTruncate, long Offset, int Count, long LengthBefore, int ReplacedAt, int ReplacedCount);
}
