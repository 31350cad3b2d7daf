using System.Collections.Immutable;

namespace Call112.Station;

/// <summary>
/// Which SMS counters were accepted: the highest, and those shortly below it. A text that was overtaken on its way is taken once; a copy of a text,
/// or one that is older than the window, is a replay (decision 0018). Durable: the fold of <see cref="JournalEntry.SmsAccepted"/>.
/// </summary>
/// <param name="Highest">Highest counter accepted; 0 before the first.</param>
/// <param name="Below">Bit n: the counter <c>Highest − 1 − n</c> was accepted.</param>
public sealed record SmsWindow(long Highest = 0, ulong Below = 0)
{
    /// <summary>The newest dispatches that came by SMS, oldest first: their steps are answered by SMS.</summary>
    public ImmutableArray<Guid> Dispatches { get; init; } = [];

    /// <summary>Counters below the highest that may still come.</summary>
    public const int Width = 64;

    /// <summary>Dispatches whose steps are answered by SMS.</summary>
    public const int DispatchesMax = 16;

    /// <summary>True when the counter was never accepted and is not too old to know.</summary>
    public bool Takes(long counter) =>
        counter > Highest || (counter > 0 && Highest - counter <= Width && counter != Highest && (Below >> (int)(Highest - counter - 1) & 1) == 0);

    /// <summary>The window after a counter that it takes.</summary>
    public SmsWindow With(long counter, Guid dispatch)
    {
        var known = Dispatches.Remove(dispatch);
        var dispatches = (known.Length >= DispatchesMax ? known.RemoveAt(0) : known).Add(dispatch);
        if (counter <= Highest)
            return this with { Below = counter < Highest ? Below | (1UL << (int)(Highest - counter - 1)) : Below, Dispatches = dispatches };
        var up = counter - Highest;
        // The old highest becomes a bit; what falls off the end is too old from here on.
        var below = (up > Width ? 0 : (up == Width ? 0 : Below << (int)up) | (Highest > 0 ? 1UL << (int)(up - 1) : 0));
        return new SmsWindow(counter, below) { Dispatches = dispatches };
    }
}
