using Call112.Messages;

namespace Call112.Station;

/// <summary>
/// Centre and uplinks, judged by evidence and its age alone (F9). A station that is deaf says so to its own staff first.
/// What proves an uplink: an answer of its broker always, a heartbeat of the centre only while no answer is overdue. What speaks against it: an
/// overdue answer, silence, and a centre that is heard through another uplink only.
/// </summary>
public static class Links
{
    /// <summary>
    /// How long the fault of a taken identity stands after the other box was last met (F20). So long every way back is slow: two boxes that wait as
    /// <see cref="BackOff.AfterTakeOver"/> says meet again within it.
    /// </summary>
    public static readonly TimeSpan TakenOverStands = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long a box may still hear what an earlier run of its own has sent: bytes that a dead process left in the kernel of a line that is blocked, and
    /// the will of its other uplink's session, which the broker tells only after one and a half keep-alives.
    /// </summary>
    public static readonly TimeSpan EarlierRunsSpeak = TimeSpan.FromMinutes(5);

    /// <summary>A certificate that expires within this is worth a warning (F13).</summary>
    public static readonly TimeSpan CertificateWarning = TimeSpan.FromDays(30);

    /// <summary>What the evidence says of one uplink.</summary>
    public static LinkVerdict VerdictOf(UplinkSense uplink, StationTiming timing, TimeSpan now)
    {
        if (uplink.IsDeaf)
            return LinkVerdict.Down;
        var proof = uplink.IsDoubted ? uplink.LastProof : Later(uplink.LastProof, uplink.CenterHeardAt);
        // One that keeps a faster pace from now on has a whole deadline of that pace for its next answer.
        var verdict = DeadlinesOf(uplink, timing).Judge(Later(proof, uplink.HurriedAt ?? proof), now);
        return verdict == LinkVerdict.Up && uplink.IsDoubted ? LinkVerdict.Suspect : verdict;
    }

    /// <summary>What the evidence says of the centre: by the metered profile only while every uplink keeps it.</summary>
    public static LinkVerdict VerdictOfCenter(Senses senses, StationTiming timing, TimeSpan now)
    {
        var frugal = senses.Uplinks.Length > 0;
        foreach (var uplink in senses.Uplinks)
            frugal &= IsFrugal(uplink);
        return (frugal ? timing.MeteredLink : timing.Link).Judge(senses.CenterHeardAt, now);
    }

    /// <summary>The uplink keeps the metered profile: heartbeats further apart, longer deadlines.</summary>
    public static bool IsFrugal(UplinkSense uplink) => uplink.IsMetered && uplink.HurriedAt is null;

    /// <summary>Another box was met under this station's identity not long ago (F20).</summary>
    public static bool IsTaken(UplinkSense uplink, TimeSpan now) => uplink.TakenOverAt is { } taken && now - taken < TakenOverStands;

    /// <summary>
    /// True when a state message under this station's name, said just now, is another box's (F20): a copied card carries the runs up to the copy, and goes
    /// on with its own. A box whose journal began with this run (a new card, or one that lost it) does not know its earlier runs, and must not take one
    /// of them for a stranger: it waits for <see cref="EarlierRunsSpeak"/>.
    /// </summary>
    /// <param name="runsFor">Since this process has started.</param>
    public static bool IsAnotherBox(StationState state, string bootId, TimeSpan runsFor) =>
        !state.IsOwnBoot(bootId) && (!state.EarlierBoots.IsEmpty || runsFor >= EarlierRunsSpeak);

    /// <summary>The uplink for reports: the best verdict; among equals one that is not metered, then the first of the configuration.</summary>
    /// <param name="open">Those that have a connection.</param>
    /// <returns>Null when none is open.</returns>
    public static string? Best(Senses senses, StationTiming timing, TimeSpan now, IReadOnlyCollection<string> open)
    {
        UplinkSense? best = null;
        foreach (var uplink in senses.Uplinks)
            if (open.Contains(uplink.Name) && (best is not { } other || RankOf(uplink, timing, now) < RankOf(other, timing, now)))
                best = uplink;
        return best?.Name;
    }

    /// <summary>Faults of uplinks that are no alarms of the contract, for the state message: <c>name:uplink</c> and a word of explanation.</summary>
    public static IEnumerable<string> FaultsOf(Senses senses, StationTime now)
    {
        foreach (var uplink in senses.Uplinks)
        {
            if (IsTaken(uplink, now.Monotonic))
                yield return $"IdentityTaken:{uplink.Name}";
            if (uplink.Certificate.Fault is { } fault)
                yield return $"CertificateFault:{uplink.Name}: {fault}";
            if (uplink.Certificate.Until is { } until && now.Clock == ClockState.Synchronized && until - now.Wall < CertificateWarning)
                yield return FormattableString.Invariant($"CertificateExpires:{uplink.Name} {until.UtcDateTime:yyyy-MM-dd}");
        }
    }

    internal static void CenterHeard(Decision decision, string? name)
    {
        var now = decision.Now.Monotonic;
        decision.Sense(decision.State.Senses with { CenterHeardAt = now });
        decision.Clear(ReportEvent.CenterLost);
        if (IndexOf(decision, name) is not (>= 0 and var index))
            return;
        Set(decision, index, decision.State.Senses.Uplinks[index] with { CenterHeardAt = now, IsDeaf = false });
        Pace(decision);
        ClearIfUp(decision, index);
    }

    internal static void UplinkProved(Decision decision, string name)
    {
        var now = decision.Now.Monotonic;
        var senses = decision.State.Senses;
        var index = IndexOf(decision, name);
        if (index < 0)
        {
            decision.Sense(senses with { Uplinks = senses.Uplinks.Add(new UplinkSense(name, now, CenterHeardAt: now)) });
            index = senses.Uplinks.Length;
        }

        var uplink = decision.State.Senses.Uplinks[index];
        // After a doubt or a silence it listens anew: what it has not heard meanwhile says nothing.
        var anew = !uplink.IsDeaf && VerdictOf(uplink, decision.Timing, now) != LinkVerdict.Up;
        Set(decision, index, uplink with { LastProof = now, IsDoubted = false, CenterHeardAt = anew ? now : uplink.CenterHeardAt });
        Pace(decision);
        ClearIfUp(decision, index);
    }

    internal static void UplinkDoubted(Decision decision, string name)
    {
        if (IndexOf(decision, name) is not (>= 0 and var index))
            return;
        Set(decision, index, decision.State.Senses.Uplinks[index] with { IsDoubted = true });
        Pace(decision);
    }

    internal static void UplinkTakenOver(Decision decision, string name)
    {
        if (IndexOf(decision, name) is >= 0 and var index)
            Set(decision, index, decision.State.Senses.Uplinks[index] with { TakenOverAt = decision.Now.Monotonic });
    }

    internal static void CertificateRead(Decision decision, string name, CertificateSense certificate)
    {
        if (IndexOf(decision, name) is >= 0 and var index)
            Set(decision, index, decision.State.Senses.Uplinks[index] with { Certificate = certificate });
    }

    internal static void Judge(Decision decision)
    {
        var now = decision.Now.Monotonic;
        Pace(decision);
        Listen(decision);
        if (VerdictOfCenter(decision.State.Senses, decision.Timing, now) == LinkVerdict.Down)
            decision.Raise(ReportEvent.CenterLost);
        foreach (var uplink in decision.State.Senses.Uplinks)
            if (VerdictOf(uplink, decision.Timing, now) == LinkVerdict.Down)
                decision.Raise(ReportEvent.UplinkLost, uplink.Name);
    }

    /// <summary>
    /// While another uplink is in trouble a metered one keeps the normal profile: it may be all there is. The other is judged by its own profile
    /// here, not by its present pace, or two metered ones would hurry each other.
    /// </summary>
    private static void Pace(Decision decision)
    {
        var uplinks = decision.State.Senses.Uplinks;
        for (var i = 0; i < uplinks.Length; i++)
        {
            var uplink = uplinks[i];
            if (!uplink.IsMetered)
                continue;
            // It slows down only once it is proved by the faster pace, or a longer deadline would believe it again without a word from it.
            var hurried = uplink.HurriedAt.HasValue && VerdictOf(uplink, decision.Timing, decision.Now.Monotonic) != LinkVerdict.Up;
            for (var other = 0; other < uplinks.Length; other++)
                hurried |= other != i && IsTroubled(uplinks[other], decision.Timing, decision.Now.Monotonic);
            if (hurried != uplink.HurriedAt.HasValue)
                Set(decision, i, uplink with { HurriedAt = hurried ? decision.Now.Monotonic : null });
        }
    }

    /// <summary>An uplink whose broker answers while the centre is heard through another one only does not lead to the centre.</summary>
    private static void Listen(Decision decision)
    {
        var uplinks = decision.State.Senses.Uplinks;
        if (uplinks.Length < 2)
            return;
        var now = decision.Now.Monotonic;
        var isHeard = false;
        foreach (var uplink in uplinks)
            isHeard |= !uplink.IsDoubted && now - uplink.CenterHeardAt < decision.Timing.LinkSuspectAfter;
        if (!isHeard)
            return;
        for (var i = 0; i < uplinks.Length; i++)
            if (uplinks[i] is { IsDeaf: false, IsDoubted: false } uplink
                && DeadlinesOf(uplink, decision.Timing) is var deadlines
                && deadlines.Judge(uplink.LastProof, now) == LinkVerdict.Up
                && now - uplink.CenterHeardAt >= deadlines.LostAfter)
                Set(decision, i, uplink with { IsDeaf = true });
    }

    private static bool IsTroubled(UplinkSense uplink, StationTiming timing, TimeSpan now) =>
        uplink.IsDoubted || uplink.IsDeaf
        || (uplink.IsMetered ? timing.MeteredLink : timing.Link).Judge(Later(uplink.LastProof, uplink.CenterHeardAt), now) != LinkVerdict.Up;

    private static void ClearIfUp(Decision decision, int index)
    {
        var uplink = decision.State.Senses.Uplinks[index];
        if (VerdictOf(uplink, decision.Timing, decision.Now.Monotonic) == LinkVerdict.Up)
            decision.Clear(ReportEvent.UplinkLost, uplink.Name);
    }

    private static void Set(Decision decision, int index, UplinkSense uplink)
    {
        var senses = decision.State.Senses;
        if (senses.Uplinks[index] != uplink)
            decision.Sense(senses with { Uplinks = senses.Uplinks.SetItem(index, uplink) });
    }

    private static int IndexOf(Decision decision, string? name)
    {
        var uplinks = decision.State.Senses.Uplinks;
        for (var i = 0; i < uplinks.Length; i++)
            if (uplinks[i].Name == name)
                return i;
        return -1;
    }

    private static LinkDeadlines DeadlinesOf(UplinkSense uplink, StationTiming timing) => IsFrugal(uplink) ? timing.MeteredLink : timing.Link;

    private static int RankOf(UplinkSense uplink, StationTiming timing, TimeSpan now) =>
        ((int)VerdictOf(uplink, timing, now) * 2) + (uplink.IsMetered ? 1 : 0);

    private static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
