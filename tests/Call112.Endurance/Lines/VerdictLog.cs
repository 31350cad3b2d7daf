namespace Call112.Endurance.Lines;

/// <summary>What one end has said of a line, change by change, on the monotonic clock. Thread-safe.</summary>
internal sealed class VerdictLog(TimeProvider time)
{
    public const string Up = "Up", Down = "Down";

    private readonly List<(long At, string Verdict)> _changes = [];

    public string Present
    {
        get
        {
            lock (_changes)
                return _changes.Count > 0 ? _changes[^1].Verdict : "";
        }
    }

    public void Note(string verdict)
    {
        lock (_changes)
            if (_changes.Count == 0 || _changes[^1].Verdict != verdict)
                _changes.Add((time.GetTimestamp(), verdict));
    }

    /// <summary>How long after this moment the line was no longer called up; null: it always was.</summary>
    public TimeSpan? Doubted(long since) => After(since, verdict => verdict != Up);

    /// <summary>How long after this moment the line was called down; null: it never was.</summary>
    public TimeSpan? Lost(long since) => After(since, verdict => verdict == Down);

    /// <summary>
    /// How long after <paramref name="since"/> the line was called up again, once it had been doubted after <paramref name="struck"/>.
    /// </summary>
    public TimeSpan? Restored(long struck, long since)
    {
        lock (_changes)
        {
            var doubted = _changes.FindIndex(change => change.At >= struck && change.Verdict != Up);
            if (doubted < 0)
                return null;
            // Up and down again before the fault was over is no recovery.
            var last = _changes.FindLastIndex(change => change.At >= struck && change.Verdict == Up);
            var first = _changes.FindIndex(doubted, change => change.Verdict == Up && change.At >= since);
            var at = first >= 0 ? first : last > doubted && last == _changes.Count - 1 ? last : -1;
            return at < 0 ? null : TimeSpan.FromSeconds(Math.Max(0, time.GetElapsedTime(since, _changes[at].At).TotalSeconds));
        }
    }

    private TimeSpan? After(long since, Func<string, bool> isMeant)
    {
        lock (_changes)
        {
            foreach (var (at, verdict) in _changes)
                if (at >= since && isMeant(verdict))
                    return time.GetElapsedTime(since, at);
            return null;
        }
    }
}
