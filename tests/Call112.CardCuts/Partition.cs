using System.Diagnostics;

namespace Call112.CardCuts;

/// <summary>
/// One partition of the card on its way through the log: what is surely on it, and, for one cut, what a power cut would leave of the rest. Invariant:
/// the file <c>sure</c> holds what the last flush covers, and nothing that came later. Not its business: what the bytes mean.
/// </summary>
internal sealed class Partition
{
    private readonly string _sure;
    private readonly long _first, _sectors;

    private Partition(string name, string sure, long first, long sectors) => (Name, _sure, _first, _sectors) = (name, sure, first, sectors);

    public string Name { get; }

    /// <summary>Nobody has surely written its first sector yet.</summary>
    public bool IsBlank
    {
        get
        {
            var sector = new byte[BlockLog.SectorBytes];
            using var file = File.OpenRead(_sure);
            file.ReadExactly(sector);
            return !sector.AsSpan().ContainsAnyExcept((byte)0);
        }
    }

    /// <summary>Takes some of a card as it was before the log began.</summary>
    public static Partition Of(string card, string name, long first, long sectors, string folder)
    {
        var partition = new Partition(name, Path.Combine(folder, name + ".sure"), first, sectors);
        Tool.MustRun("dd", $"if={card}", $"of={partition._sure}", "bs=512", $"skip={first}", $"count={sectors}", "conv=sparse", "status=none");
        using var file = File.OpenWrite(partition._sure);
        file.SetLength(sectors * BlockLog.SectorBytes);
        return partition;
    }

    /// <summary>Puts writes on it that nothing can take away any more.</summary>
    public void Settle(BlockLog log, IEnumerable<BlockWrite> writes)
    {
        using var file = new FileStream(_sure, FileMode.Open, FileAccess.Write);
        foreach (var write in writes)
            Put(file, log, write, _ => true);
    }

    /// <summary>
    /// A copy as a power cut leaves it: each write that no flush covers is there, or is not, or is there in some of its sectors, whatever the
    /// others are.
    /// </summary>
    public string Cut(BlockLog log, IEnumerable<BlockWrite> pending, Random dice)
    {
        var cut = Path.ChangeExtension(_sure, ".cut");
        Tool.MustRun("cp", "--sparse=always", _sure, cut);
        using var file = new FileStream(cut, FileMode.Open, FileAccess.Write);
        foreach (var write in pending)
            switch ((write.Kind & BlockKind.Durable) != 0 ? 0 : dice.Next(10))
            {
                case < 4:
                    Put(file, log, write, _ => true);
                    break;
                case < 7:
                    break;
                default:
                    Put(file, log, write, _ => dice.Next(2) == 0);
                    break;
            }

        return cut;
    }

    private void Put(FileStream file, BlockLog log, BlockWrite write, Func<int, bool> isThere)
    {
        if (!write.HasBytes || write.Sector + write.Sectors <= _first || write.Sector >= _first + _sectors)
            return;
        var bytes = log.BytesOf(write);
        for (var i = 0; i < write.Sectors; i++)
        {
            var sector = write.Sector + i - _first;
            if (sector < 0 || sector >= _sectors || !isThere(i))
                continue;
            file.Position = sector * BlockLog.SectorBytes;
            file.Write(bytes, i * BlockLog.SectorBytes, BlockLog.SectorBytes);
        }
    }
}

/// <summary>The programs that know the file systems: those that the box itself uses at its start.</summary>
internal static class Tool
{
    public static (int ExitCode, string Output) Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        // Their complaints are few lines: no pipe runs full meanwhile.
        var output = process.StandardOutput.ReadToEnd();
        var complaint = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + complaint);
    }

    public static void MustRun(string program, params string[] arguments)
    {
        if (Run(program, arguments) is not (0, _) and var failed)
            throw new IOException($"{program} {string.Join(' ', arguments)}: {failed.Output}");
    }
}
