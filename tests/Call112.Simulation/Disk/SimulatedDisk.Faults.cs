namespace Call112.Simulation.Disk;

/// <summary>What goes wrong with the disk, and when. A fault lasts until <see cref="Repair"/>, also through restarts.</summary>
public sealed partial class SimulatedDisk
{
    private DiskFault _fault;
    private int _left;
    private long _diesAt;
    private Random? _powerCut;

    /// <summary>Changes so far: writes, truncations, flushes, files created, deleted and renamed.</summary>
    public long Operations { get; private set; }

    /// <summary>Writes and truncations so far, refused ones included.</summary>
    public long Writes { get; private set; }

    public long Syncs { get; private set; }

    /// <summary>Bytes written so far: the card's wear.</summary>
    public long Bytes { get; private set; }

    /// <summary>How often the disk answered with its fault.</summary>
    public long Refusals { get; private set; }

    /// <summary>A disk that says it has flushed and has not: no journal survives that, and a test that finds none lost proves nothing.</summary>
    public bool LiesAboutSync { get; set; }

    /// <summary>The process above the disk is dead, and nothing it still tries has an effect; its connections can be closed.</summary>
    public bool IsDead { get; private set; }

    /// <summary>Called in the moment of death, in the midst of whatever the process was doing.</summary>
    public Action? Died { get; set; }

    /// <summary>A fault is set, whether or not it has shown yet.</summary>
    public bool IsBroken => _fault != DiskFault.None;

    internal bool DiesOfPowerCut => _powerCut is not null;

    private bool IsReadOnly => _fault == DiskFault.ReadOnly && _left <= 0;

    /// <summary>Lets the disk fail.</summary>
    /// <param name="after">So many writes still succeed; for <see cref="DiskFault.SyncError"/>, so many flushes.</param>
    public void Break(DiskFault fault, int after = 0)
    {
        lock (Gate)
            (_fault, _left) = (fault, after);
    }

    public void Repair()
    {
        lock (Gate)
            _fault = DiskFault.None;
    }

    /// <summary>The process dies: what it has written stays, and may still be lost by a power cut later.</summary>
    public void Crash()
    {
        lock (Gate)
            EndLife();
    }

    /// <summary>The machine loses power.</summary>
    public void CutPower(Random dice)
    {
        lock (Gate)
        {
            EndLife();
            UndoNames(dice.Next(_nameChanges.Count + 1));
            foreach (var file in _files.Values)
            {
                file.CutPower(dice);
                Abandon(file);
            }
        }
    }

    /// <summary>Instead of its n-th change from now on the process dies, or the power goes in the midst of it.</summary>
    /// <param name="n">From 1.</param>
    /// <param name="powerCut">The dice of the power cut; null: only the process dies.</param>
    public void DieAtOperation(long n, Random? powerCut = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        lock (Gate)
            (_diesAt, _powerCut) = (Operations + n, powerCut);
    }

    /// <summary>A new process begins. Connections of the one before are best closed first.</summary>
    public void Restart()
    {
        lock (Gate)
            (IsDead, _diesAt, _powerCut) = (false, 0, null);
    }

    /// <summary>True when some file holds these bytes in such a way that no power cut can take them.</summary>
    public bool HoldsThroughPowerCut(ReadOnlySpan<byte> bytes)
    {
        lock (Gate)
            foreach (var file in _files.Values)
                if (file.Certain().AsSpan().IndexOf(bytes) >= 0)
                    return true;
        return false;
    }

    /// <summary>Spoils a file at rest; nothing happens if it does not exist.</summary>
    /// <param name="path">Nobody has the file open, or whoever has is dead.</param>
    public void Damage(string path, DiskDamage damage, Random dice)
    {
        lock (Gate)
        {
            if (Find(path) is not { } file)
                return;
            var content = file.ToArray();
            switch (damage)
            {
                case DiskDamage.FlippedBytes:
                    for (var i = 0; i < 8 && content.Length > 0; i++)
                        content[dice.Next(content.Length)] ^= (byte)dice.Next(1, 256);
                    break;
                case DiskDamage.Truncated:
                    content = content[..dice.Next(content.Length + 1)];
                    break;
                case DiskDamage.Empty:
                    content = [];
                    break;
                case DiskDamage.RandomBytes:
                    dice.NextBytes(content);
                    break;
                case DiskDamage.Missing:
                    Remove(path, file);
                    SyncNames();
                    return;
                default:
                    throw new ArgumentOutOfRangeException(nameof(damage));
            }

            file.Replace(content);
        }
    }

    /// <summary>A write or truncation is asked for; gives the code of a refusal, or zero.</summary>
    internal int OnWrite(int bytes, bool grows)
    {
        Writes++;
        Bytes += bytes;
        if (_fault is DiskFault.None or DiskFault.SyncError || --_left >= 0 || (_fault == DiskFault.Full && !grows))
            return SqliteCode.Ok;
        Refusals++;
        return _fault == DiskFault.Full ? SqliteCode.Full : SqliteCode.IoErrorWrite;
    }

    /// <summary>A flush is asked for.</summary>
    internal int OnSync(SimulatedFile file)
    {
        Syncs++;
        if (LiesAboutSync)
            return SqliteCode.Ok;
        if (_fault == DiskFault.SyncError && --_left < 0)
        {
            file.FailSync(_dice);
            Refusals++;
            return SqliteCode.IoErrorSync;
        }

        if (IsReadOnly && file.HasPending)
        {
            Refusals++;
            return SqliteCode.IoErrorSync;
        }

        file.Sync();
        SyncNames(file.NamedAt);
        return SqliteCode.Ok;
    }

    /// <summary>Counts a change; true for the one that the process does not survive.</summary>
    internal bool IsLastOperation() => ++Operations == _diesAt;

    /// <summary>Counts a change, and dies if it is the last one.</summary>
    internal bool DiesOfThis()
    {
        if (!IsLastOperation())
            return false;
        Die();
        return true;
    }

    internal void Die()
    {
        if (_powerCut is { } dice)
            CutPower(dice);
        else
            Crash();
    }

    private void EndLife()
    {
        var wasAlive = !IsDead;
        IsDead = true;
        Life++;
        foreach (var file in _files.Values)
            Abandon(file);
        if (wasAlive)
            Died?.Invoke();
    }

    /// <summary>Locks and the index die with the process. The index's memory is given back by the connections that know its address.</summary>
    private static void Abandon(SimulatedFile file)
    {
        file.Locks.Clear();
        file.Index = null;
    }
}
