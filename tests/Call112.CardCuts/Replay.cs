namespace Call112.CardCuts;

/// <param name="Lost">One line for each cut that took something that had been promised.</param>
/// <param name="Pending">Writes that no flush covered, of all cuts together: with none of them nothing was tried.</param>
/// <param name="Asked">How often there was something to lose, of all cuts together; <paramref name="What"/> says what.</param>
internal sealed record Verdict(int Cuts, IReadOnlyList<string> Lost, long Pending, long Asked, string What);

/// <summary>
/// The power cut (F1) as the disk sees it: the log of a machine is followed to random points; what the last flush before it covers is there, of
/// what came later each write is there, missing or torn. A kill of the machine cannot show this: what has reached the host survives it.
/// </summary>
internal sealed class Replay : IDisposable
{
    private const string BootStateName = "bootstate";

    private readonly BlockLog _log;
    private readonly string _card, _folder;

    public Replay(string card, string log, string folder) => (_card, _folder, _log) = (card, folder, BlockLog.Open(log));

    public int Entries => _log.Writes.Count;

    public int Flushes => _log.Writes.Count(write => (write.Kind & BlockKind.Flush) != 0);

    /// <summary>Makes the cuts, from the first to the last. Table and boot state are looked at in every one of them.</summary>
    public Verdict Run(int cuts, Random dice, Promise promise)
    {
        var card = new CardImage(_card, promise.Partitions.Append(BootStateName), _folder);
        var first = promise.Begins(_log);
        if (first >= Entries)
            throw new InvalidDataException("the log ends before anything was promised");
        var lost = new List<string>();
        var (settled, pendingOfAll, asked) = (0, 0L, 0L);
        foreach (var at in CutsFrom(first, cuts, dice))
        {
            var flushed = FlushBefore(at);
            if (flushed > settled)
            {
                card.Settle(_log, [.. _log.Writes.Skip(settled).Take(flushed - settled)]);
                settled = flushed;
            }

            var pending = _log.Writes.Skip(settled).Take(at + 1 - settled).ToList();
            pendingOfAll += pending.Count(write => write.HasBytes);
            // Before a card's first start there is no boot state, and U-Boot's script takes the defaults.
            var hasState = !card[BootStateName].IsBlank;
            var (found, due) = Look(promise, card.Cut(_log, pending, dice), hasState, _log.Writes[at].End);
            asked += due;
            if (found is not null)
                lost.Add($"cut at write {at} of {Entries}: {found}");
        }

        return new Verdict(cuts, lost, pendingOfAll, asked, promise switch
        {
            Promise.OfDispatches => "acknowledgements asked for",
            Promise.OfUpdate => "times the new system first",
            _ => "times the file asked for",
        });
    }

    public void Dispose() => _log.Dispose();

    /// <summary>
    /// Half of them at any entry, half between any two flushes: long runs of writes to one place would else hide the few that matter most.
    /// </summary>
    private List<int> CutsFrom(int first, int cuts, Random dice)
    {
        var flushes = Enumerable.Range(first + 1, Entries - first - 1).Where(at => (_log.Writes[at].Kind & BlockKind.Flush) != 0);
        List<int> bounds = [first, .. flushes, Entries];
        int BetweenTwoFlushes()
        {
            var i = dice.Next(bounds.Count - 1);
            return dice.Next(bounds[i], bounds[i + 1]);
        }

        return [.. Enumerable.Range(0, cuts).Select(i => i % 2 == 0 ? dice.Next(first, Entries) : BetweenTwoFlushes()).Order()];
    }

    /// <summary>What is wrong, and how much there was to lose.</summary>
    private (string? Found, int Due) Look(Promise promise, IReadOnlyDictionary<string, string>? left, bool hasState, long length)
    {
        if (left is null)
            return ("neither the table of partitions nor its copy is whole", 0);
        var state = BootState.Read(left[BootStateName]);
        if (hasState && state is null)
            return ("the boot state's checksum does not fit", 0);
        switch (promise)
        {
            case Promise.OfDispatches { All: var all }:
                var due = all.Where(one => one.At <= length).Select(one => one.Dispatch).ToHashSet();
                return (CardLook.AtJournal(left["data"], _folder, due), due.Count);
            case Promise.OfStationFile { Content: var content }:
                return (CardLook.AtStationFile(left["bootcfg"], left["data"], _folder, content), 1);
            case Promise.OfUpdate { Files: var files }:
                return state is { First: 'B' } ? (CardLook.AtNewSystem(files, left["boot_b"], left["root_b"]), 1) : (null, 0);
            default:
                throw new ArgumentOutOfRangeException(nameof(promise), promise, "a promise without a look");
        }
    }

    /// <summary>How many entries the last flush covers that had returned before the cut: those in front of it.</summary>
    private int FlushBefore(int at)
    {
        while (at >= 0 && (_log.Writes[at].Kind & BlockKind.Flush) == 0)
            at--;
        return Math.Max(at, 0);
    }
}
