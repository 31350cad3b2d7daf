using System.Collections.Immutable;

namespace Call112.Station;

/// <summary>
/// Which SMS counters were accepted: the newest <see cref="Kept"/>, by name. A counter is the time of sending in seconds, and an operator may hold a
/// text back for as long as it lives: one that was overtaken is taken once, however far below the others it lies. A copy of a text, or one below all
/// that are kept, is a replay (decision 0018). Durable: the fold of <see cref="JournalEntry.SmsAccepted"/>.
/// </summary>
public sealed record SmsWindow
{
    /// <summary>Accepted counters that are remembered; 64 dispatches by SMS are more than a post has within the longest life of one (24 h).</summary>
    public const int Kept = 64;

    /// <summary>Dispatches whose steps are answered by SMS.</summary>
    public const int DispatchesMax = 16;

    /// <summary>The newest counters that were accepted, in ascending order.</summary>
    public ImmutableArray<long> Accepted { get; init; } = [];

    /// <summary>The newest dispatches that came by SMS, oldest first: their steps are answered by SMS.</summary>
    public ImmutableArray<Guid> Dispatches { get; init; } = [];

    /// <summary>True when the counter was never accepted and is not too old to know.</summary>
    public bool Takes(long counter) =>
        counter > 0 && Accepted.BinarySearch(counter) < 0 && (Accepted.Length < Kept || counter > Accepted[0]);

    /// <summary>The window after a counter that it takes.</summary>
    public SmsWindow With(long counter, Guid dispatch)
    {
        var known = Dispatches.Remove(dispatch);
        var dispatches = (known.Length >= DispatchesMax ? known.RemoveAt(0) : known).Add(dispatch);
        if (Accepted.BinarySearch(counter) is not (< 0 and var place))
            return this with { Dispatches = dispatches };
        var accepted = Accepted.Insert(~place, counter);
        return new SmsWindow { Accepted = accepted.Length > Kept ? accepted.RemoveAt(0) : accepted, Dispatches = dispatches };
    }
}
