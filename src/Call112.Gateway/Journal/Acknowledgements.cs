namespace Call112.Gateway.Journal;

/// <summary>
/// The acknowledgements that wait for the disk. The journal runs each when its entries are stored; while the disk fails or hangs the oldest
/// beyond a limit run without, because a broker that gets none sends none (F3). Invariant: each runs once, in the order in which they came.
/// </summary>
internal sealed class Acknowledgements
{
    private readonly Lock _lock = new();
    private readonly Queue<Action> _waiting = new();
    private long _added;

    /// <summary>Gives the number that <see cref="RunUpTo"/> takes.</summary>
    public long Add(Action acknowledge)
    {
        lock (_lock)
        {
            _waiting.Enqueue(acknowledge);
            return ++_added;
        }
    }

    /// <summary>Their entries are stored.</summary>
    public void RunUpTo(long number)
    {
        lock (_lock)
            while (_added - _waiting.Count < number)
                _waiting.Dequeue()();
    }

    /// <summary>The oldest go, until no more than so many wait.</summary>
    public void RunDownTo(int left)
    {
        lock (_lock)
            while (_waiting.Count > left)
                _waiting.Dequeue()();
    }
}
