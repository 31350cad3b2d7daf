using System.Globalization;

namespace Call112.CardCuts;

/// <summary>A dispatch that was acknowledged when the log was so long.</summary>
internal readonly record struct Acknowledgement(long At, Guid Dispatch)
{
    /// <exception cref="InvalidDataException">A line is not a length and an id.</exception>
    public static IReadOnlyList<Acknowledgement> Read(string path) => [.. File.ReadLines(path).Select((line, i) =>
        line.Split(' ') is [var length, var id] && long.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var at) && Guid.TryParse(id, out var dispatch)
            ? new Acknowledgement(at, dispatch)
            : throw new InvalidDataException($"{path}: line {i + 1} is not \"LENGTH DISPATCH-ID\": {line}"))];
}

/// <param name="Lost">One line for each cut that took something that had been promised.</param>
/// <param name="Pending">Writes that no flush covered, of all cuts together: with none of them nothing was tried.</param>
/// <param name="Asked">Acknowledgements that were looked for, of all cuts together.</param>
internal sealed record Verdict(int Cuts, IReadOnlyList<string> Lost, long Pending, long Asked);

/// <summary>
/// The power cut (F1) as the disk sees it: the log of a machine is followed to random points; what the last flush before it covers is there, of
/// what came later each write is there, missing or torn. A kill of the machine cannot show this: what has reached the host survives it.
/// </summary>
internal sealed class Replay : IDisposable
{
    private readonly BlockLog _log;
    private readonly string _folder;
    private readonly Partition _card, _bootState, _data;

    public Replay(string card, string log, string folder)
    {
        _folder = folder;
        _log = BlockLog.Open(log);
        (_card, _bootState, _data) = (Partition.Of(card, "bootcfg", folder), Partition.Of(card, "bootstate", folder), Partition.Of(card, "data", folder));
    }

    public int Entries => _log.Writes.Count;

    public int Flushes => _log.Writes.Count(write => (write.Kind & BlockKind.Flush) != 0);

    /// <summary>Makes the cuts, from the first to the last.</summary>
    /// <param name="acknowledged">What must be in the journal; the cuts begin at the first of them.</param>
    /// <param name="stationFile">Asks for the technician's file instead, through the whole log.</param>
    public Verdict Run(int cuts, Random dice, IReadOnlyList<Acknowledgement> acknowledged, byte[]? stationFile)
    {
        if (stationFile is null && acknowledged.Count == 0)
            throw new InvalidDataException("--acknowledged: nothing was acknowledged, so nothing can be lost");
        var first = stationFile is null ? _log.Writes.TakeWhile(write => write.End < acknowledged[0].At).Count() : 1;
        if (first >= Entries)
            throw new InvalidDataException("the log ends before the first acknowledgement");
        var lost = new List<string>();
        var (settled, pendingOfAll, asked) = (0, 0L, 0L);
        foreach (var at in Enumerable.Range(0, cuts).Select(_ => dice.Next(first, Entries)).Order())
        {
            var flushed = FlushBefore(at);
            if (flushed > settled)
            {
                foreach (var partition in (Partition[])[_card, _bootState, _data])
                    partition.Settle(_log, _log.Writes.Skip(settled).Take(flushed - settled));
                settled = flushed;
            }

            var pending = _log.Writes.Skip(settled).Take(at + 1 - settled).ToList();
            pendingOfAll += pending.Count(write => write.HasBytes);
            var (card, bootState, data) = (_card.Cut(_log, pending, dice), _bootState.Cut(_log, pending, dice), _data.Cut(_log, pending, dice));
            var due = acknowledged.Where(one => one.At <= _log.Writes[at].End).Select(one => one.Dispatch).ToHashSet();
            asked += due.Count;
            var found = stationFile is null ? CardLook.AtJournal(data, _folder, due) : CardLook.AtStationFile(card, data, _folder, stationFile);
            // Before a card's first start there is none, and U-Boot's script takes the defaults.
            if (found is null && !_bootState.IsBlank && CardLook.AtBootState(bootState) is { } torn)
                found = $"boot state: {torn}";
            if (found is not null)
                lost.Add($"cut at write {at} of {Entries}: {found}");
        }

        return new Verdict(cuts, lost, pendingOfAll, asked);
    }

    public void Dispose() => _log.Dispose();

    /// <summary>How many entries the last flush covers that had returned before the cut: those in front of it.</summary>
    private int FlushBefore(int at)
    {
        while (at >= 0 && (_log.Writes[at].Kind & BlockKind.Flush) == 0)
            at--;
        return Math.Max(at, 0);
    }
}
