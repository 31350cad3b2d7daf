using Call112.Messages;

namespace Call112.Center.Book;

/// <summary>What a report turned out to be.</summary>
internal enum ReportVerdict
{
    New,

    /// <summary>A second copy of one that is stored.</summary>
    SecondCopy,

    /// <summary>A number that was used before, for something else: the station has lost its journal, or there are two of it.</summary>
    Conflict,
}

/// <summary>
/// The numbers of one station's reports. Duty: tell new reports from second copies and conflicts, know the holes, and know up to which
/// number everything is stored. Invariants: <see cref="UpTo"/> never passes a number that is missing; a number leaves the missing ones
/// only when it came, or when the station proved not to have it any more (<see cref="WriteOff"/>).
/// </summary>
internal sealed class ReportLog(int remembered)
{
    private readonly Dictionary<long, List<Content>> _contents = [];
    private readonly Queue<long> _order = new();
    private readonly List<Hole> _holes = [];
    private readonly List<SequenceRange> _lost = [];

    private readonly Dictionary<string, SequenceRange> _boots = [];

    /// <summary>Ranges of lost numbers that are remembered; the oldest go first.</summary>
    private const int LostRangesMax = 100;

    public long? Baseline { get; private set; }

    public long Highest { get; private set; }

    /// <summary>Highest number that the station itself has named.</summary>
    public long Named { get; private set; }

    public TimeSpan NamedAt { get; private set; }

    public int Gaps { get; private set; }

    public long Lost { get; private set; }

    public int Conflicts { get; private set; }

    /// <summary>The highest number up to which everything is stored; null before the first report.</summary>
    public long? UpTo => Baseline is null ? null : _holes.Count > 0 ? _holes[0].From - 1 : Highest;

    public IReadOnlyList<MissingRange> Missing => [.. _holes.Select(hole => new MissingRange(hole.From, hole.To, hole.Counted))];

    public IReadOnlyList<SequenceRange> LostRanges => _lost;

    public bool HasHoles => _holes.Count > 0;

    public long MissingCount => _holes.Sum(hole => hole.To - hole.From + 1);

    /// <summary>The station has named a number that has not come.</summary>
    public bool TailMissing => Named > Highest;

    /// <summary>Takes note of a report. <paramref name="oldestKept"/>: the oldest number that the station still keeps, if known; matters for the first report ever.</summary>
    /// <returns>The verdict, and for a conflict its count on this number.</returns>
    public (ReportVerdict Verdict, int Conflict) Accept(Report report, long? oldestKept, TimeSpan now)
    {
        var sequence = report.Sequence;
        var content = Content.Of(report);
        if (_contents.TryGetValue(sequence, out var known))
        {
            if (known.Contains(content))
                return (ReportVerdict.SecondCopy, 0);
            known.Add(content);
            return (ReportVerdict.Conflict, ++Conflicts);
        }

        if (Baseline is null)
            StartAt(sequence, oldestKept, now);
        else if (sequence > Highest)
            Rise(sequence, now);
        else if (!Fill(sequence) && !TakeBackLost(sequence) && sequence >= Baseline)
        {
            // Stored long ago, its content no longer remembered: the run of the service that used this number tells.
            if (_boots.TryGetValue(report.BootId, out var used) && sequence >= used.From && sequence <= used.To)
                return (ReportVerdict.SecondCopy, 0);
            Remember(sequence, content);
            return (ReportVerdict.Conflict, ++Conflicts);
        }

        Remember(sequence, content);
        Widen(report.BootId, sequence, sequence);
        return (ReportVerdict.New, 0);
    }

    /// <summary>The station has named its newest number in a heartbeat or birth.</summary>
    public void Name(long lastSequence, TimeSpan now)
    {
        if (lastSequence > Highest && lastSequence != Named)
            NamedAt = Named > Highest ? NamedAt : now;
        Named = lastSequence;
    }

    /// <summary>Counts holes that are older than <paramref name="age"/>, each once. True when a new one was counted.</summary>
    public bool CountGaps(TimeSpan age, TimeSpan now)
    {
        var counted = false;
        for (var i = 0; i < _holes.Count; i++)
            if (!_holes[i].Counted && now - _holes[i].Since >= age)
            {
                _holes[i] = _holes[i] with { Counted = true };
                Gaps++;
                counted = true;
            }

        return counted;
    }

    /// <summary>Gives up counted holes up to <paramref name="to"/>: the station proved not to have them any more.</summary>
    /// <returns>How many numbers were given up.</returns>
    public long WriteOff(long to) => GiveUp(hole => hole.To <= to, _ => 0);

    /// <summary>Gives up what of the counted holes lies beyond the newest number of the station, which has lost its journal.</summary>
    /// <inheritdoc cref="WriteOff" path="/returns"/>
    public long WriteOffBeyond(long newest) => GiveUp(hole => hole.To > newest, hole => Math.Max(0, newest + 1 - hole.From));

    /// <param name="kept">How many numbers at its beginning a hole keeps.</param>
    private long GiveUp(Func<Hole, bool> isLost, Func<Hole, long> kept)
    {
        long count = 0;
        for (var i = _holes.Count - 1; i >= 0; i--)
        {
            var hole = _holes[i];
            if (!hole.Counted || !isLost(hole))
                continue;
            var from = hole.From + kept(hole);
            count += hole.To - from + 1;
            _lost.Add(new SequenceRange(from, hole.To));
            if (from > hole.From)
                _holes[i] = hole with { To = from - 1 };
            else
                _holes.RemoveAt(i);
            if (_lost.Count > LostRangesMax)
                _lost.RemoveAt(0);
        }

        Lost += count;
        return count;
    }

    public void Restore(StationRow row, TimeSpan now)
    {
        (Baseline, Highest, Gaps, Lost, Conflicts) = (row.Baseline, row.Highest, row.ReportGaps, row.LostReports, row.Conflicts);
        _holes.AddRange(row.Missing.Select(range => new Hole(range.From, range.To, now, range.Counted)));
        _lost.AddRange(row.Lost);
    }

    /// <summary>Remembers the content of a stored report, oldest first.</summary>
    public void RestoreContent(Report report)
    {
        if (_contents.TryGetValue(report.Sequence, out var known))
            known.Add(Content.Of(report));
        else
            Remember(report.Sequence, Content.Of(report));
    }

    /// <summary>Remembers which numbers a run of the station's service has used.</summary>
    public void Widen(string bootId, long from, long to) => _boots[bootId] = _boots.TryGetValue(bootId, out var used)
        ? new SequenceRange(Math.Min(used.From, from), Math.Max(used.To, to))
        : new SequenceRange(from, to);

    private void StartAt(long sequence, long? oldestKept, TimeSpan now)
    {
        Baseline = sequence;
        Highest = sequence;
        if (oldestKept is { } oldest && oldest >= 1 && oldest < sequence)
        {
            Baseline = oldest;
            _holes.Add(new Hole(oldest, sequence - 1, now, Counted: false));
        }
    }

    private void Rise(long sequence, TimeSpan now)
    {
        if (sequence > Highest + 1)
            _holes.Add(new Hole(Highest + 1, sequence - 1, now, Counted: false));
        Highest = sequence;
    }

    private bool Fill(long sequence)
    {
        var i = _holes.FindIndex(hole => sequence >= hole.From && sequence <= hole.To);
        if (i < 0)
            return false;
        var hole = _holes[i];
        _holes.RemoveAt(i);
        if (sequence < hole.To)
            _holes.Insert(i, hole with { From = sequence + 1 });
        if (sequence > hole.From)
            _holes.Insert(i, hole with { To = sequence - 1 });
        return true;
    }

    private bool TakeBackLost(long sequence)
    {
        var i = _lost.FindIndex(range => sequence >= range.From && sequence <= range.To);
        if (i < 0)
            return false;
        var range = _lost[i];
        _lost.RemoveAt(i);
        if (sequence < range.To)
            _lost.Insert(i, range with { From = sequence + 1 });
        if (sequence > range.From)
            _lost.Insert(i, range with { To = sequence - 1 });
        Lost--;
        return true;
    }

    private void Remember(long sequence, Content content)
    {
        _contents[sequence] = [content];
        _order.Enqueue(sequence);
        if (_order.Count > remembered)
            _contents.Remove(_order.Dequeue());
    }

    private readonly record struct Hole(long From, long To, TimeSpan Since, bool Counted);

    private readonly record struct Content(string BootId, ReportEvent Event, long OccurredAtMs, Guid? DispatchId)
    {
        public static Content Of(Report report) =>
            new(report.BootId, report.Event, report.OccurredAt.ToUnixTimeMilliseconds(), report.DispatchId);
    }
}
