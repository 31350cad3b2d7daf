namespace Call112.Station;

/// <summary>What a sample told about a contact.</summary>
public enum Edge
{
    None,

    /// <summary>First stable level since the start: active. Not a press: nobody knows when it began.</summary>
    FoundActive,

    /// <summary>First stable level since the start: released.</summary>
    FoundReleased,
    Pressed,
    Released,
}

/// <summary>
/// One contact, debounced from sampled levels. A level counts once it has been the same in every sample for its settling time; a press
/// counts only after a settled release, which takes longer: a switch that is let go of slowly opens, and closes once more (decision 0005).
/// Samples are levels, never edges: a lost sample costs a delay, not a press (F12).
/// </summary>
/// <param name="Sampled">At least one sample was taken.</param>
/// <param name="Known">A first level has settled.</param>
/// <param name="Active">The settled level.</param>
/// <param name="Candidate">The level of the newest sample.</param>
/// <param name="CandidateSince">Since when every sample had the candidate's level.</param>
/// <param name="Since">Since when <paramref name="Active"/> has held.</param>
public readonly record struct Debouncer(bool Sampled, bool Known, bool Active, bool Candidate, TimeSpan CandidateSince, TimeSpan Since)
{
    /// <summary>Takes one sample of the level.</summary>
    /// <param name="settle">How long a press, or the first level of all, must be stable before it counts.</param>
    /// <param name="release">How long a release must be.</param>
    public (Debouncer Next, Edge Edge) Sample(bool level, TimeSpan now, TimeSpan settle, TimeSpan release)
    {
        if (!Sampled || level != Candidate)
            return (this with { Sampled = true, Candidate = level, CandidateSince = now }, Edge.None);
        if ((Known && level == Active) || now - CandidateSince < (Known && !level ? release : settle))
            return (this, Edge.None);
        var next = this with { Known = true, Active = level, Since = CandidateSince };
        return (next, (Known, level) switch
        {
            (false, true) => Edge.FoundActive,
            (false, false) => Edge.FoundReleased,
            (true, true) => Edge.Pressed,
            (true, false) => Edge.Released,
        });
    }
}
