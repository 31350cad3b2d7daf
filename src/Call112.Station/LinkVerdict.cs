namespace Call112.Station;

/// <summary>What the evidence says about a link. There is no other source: no library's "connected" flag (F9).</summary>
public enum LinkVerdict
{
    Up,

    /// <summary>Proof is late, but not yet too late.</summary>
    Suspect,
    Down,
}

/// <summary>How old proof of a link may be.</summary>
/// <param name="SuspectAfter">Age from which the link is suspect.</param>
/// <param name="LostAfter">Age from which it is down (contract, normal profile 10 s, metered 90 s).</param>
public readonly record struct LinkDeadlines(TimeSpan SuspectAfter, TimeSpan LostAfter)
{
    /// <summary>The verdict for the newest proof, on the monotonic clock.</summary>
    /// <param name="lastProof">When the far end was last proved alive, or when waiting for the first proof began.</param>
    public LinkVerdict Judge(TimeSpan lastProof, TimeSpan now)
    {
        var age = now - lastProof;
        return age >= LostAfter ? LinkVerdict.Down : age >= SuspectAfter ? LinkVerdict.Suspect : LinkVerdict.Up;
    }
}
