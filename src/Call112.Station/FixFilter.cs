using System.Collections.Immutable;

namespace Call112.Station;

/// <summary>What came of one fix: believed, refused, or good but not yet the third in a row.</summary>
public readonly record struct FixVerdict(bool Believed, FixRefusal? Refusal);

/// <summary>The good fixes in a row of one receiver.</summary>
/// <param name="Good">How many; counted up to <see cref="FixRules.FixesNeeded"/>.</param>
/// <param name="Last">The newest of them; null at the beginning and after a break.</param>
/// <param name="HeardAt">Newest fix of the receiver, good or not; monotonic.</param>
public readonly record struct FixRun(string Device, int Good, BelievedFix? Last, TimeSpan HeardAt);

/// <summary>
/// Decides which fixes of a GNSS receiver are believed: receivers tell years that rolled over, places on the sea off Africa, speeds of jet
/// planes (F5, F15; hardware.md §2 "Bad data").
/// Invariants: a fix that violates any rule of <see cref="FixRules"/> is never believed; one is believed only as the third or later of a row of
/// good fixes of one receiver; offered = believed + confirming + refused. Immutable; durations are on the monotonic clock.
/// Not its business: what a believed position means, and any clock: the receiver's date is only ever a reason to refuse.
/// </summary>
public sealed record FixFilter
{
    private static readonly int s_reasons = Enum.GetValues<FixRefusal>().Length;

    public static FixFilter Empty { get; } = new();

    public ImmutableArray<FixRun> Runs { get; init; } = [];

    /// <summary>The newest fix that was believed.</summary>
    public BelievedFix? LastBelieved { get; init; }

    /// <summary>What came of the newest fix, and when.</summary>
    public (FixVerdict Verdict, TimeSpan At)? Newest { get; init; }

    public long Offered { get; init; }

    public long Believed { get; init; }

    /// <summary>Good fixes that were not yet the third in a row.</summary>
    public long Confirming => Offered - Believed - Refused.Sum();

    /// <summary>Refused fixes, by <see cref="FixRefusal"/>.</summary>
    public ImmutableArray<long> Refused { get; init; } = [.. new long[s_reasons]];

    /// <summary>Judges one fix.</summary>
    /// <param name="now">Monotonic; not before that of an earlier fix.</param>
    /// <param name="clock">The wall time while it is synchronised, else null: then only the window of years can tell a date that came round.</param>
    public (FixFilter Next, FixVerdict Verdict) Offer(Fix fix, TimeSpan now, FixRules rules, DateTimeOffset? clock = null)
    {
        var index = IndexOf(fix.Device);
        var run = index < 0 ? new FixRun(fix.Device, 0, null, now) : Runs[index] with { HeardAt = now };
        var refusal = Refusal(fix, run, now, rules, clock);
        FixVerdict verdict;
        if (refusal is { } reason)
        {
            verdict = new FixVerdict(false, reason);
            if (!SaysNothing(reason))
                run = run with { Good = 0, Last = null };
        }
        else
        {
            var good = new BelievedFix(
                new GeoPoint(fix.Latitude!.Value, fix.Longitude!.Value), fix.HorizontalErrorM!.Value, fix.Mode, fix.Time!.Value, fix.SatellitesUsed, now);
            run = run with { Good = Math.Min(run.Good + 1, FixRules.FixesNeeded), Last = good };
            verdict = new FixVerdict(run.Good >= FixRules.FixesNeeded, null);
        }

        var next = this with
        {
            Runs = With(index, run),
            LastBelieved = verdict.Believed ? run.Last : LastBelieved,
            Newest = (verdict, now),
            Offered = Offered + 1,
            Believed = Believed + (verdict.Believed ? 1 : 0),
            Refused = refusal is { } counted ? Refused.SetItem((int)counted, Refused[(int)counted] + 1) : Refused,
        };
        return (next, verdict);
    }

    /// <summary>Reasons that are only a want of words: they neither build a row nor break it.</summary>
    private static bool SaysNothing(FixRefusal refusal) =>
        refusal is FixRefusal.NoPosition or FixRefusal.NoTime or FixRefusal.NoError or FixRefusal.SameMoment;

    private FixRefusal? Refusal(Fix fix, FixRun run, TimeSpan now, FixRules rules, DateTimeOffset? clock)
    {
        if (fix.Mode is not (2 or 3))
            return FixRefusal.NoFix;
        if (!IsNumber(fix.Latitude) || !IsNumber(fix.Longitude) || !IsAmount(fix.HorizontalErrorM) || !IsAmount(fix.SpeedMps))
            return FixRefusal.NoNumber;
        var point = new GeoPoint(fix.Latitude ?? 0, fix.Longitude ?? 0);
        if (!point.IsOnEarth)
            return FixRefusal.OutOfRange;
        if (fix is { Latitude: 0, Longitude: 0 })
            return FixRefusal.NullIsland;
        if (fix.Time is { } told && !rules.IsYear(told.UtcDateTime.Year, clock?.UtcDateTime.Year))
            return FixRefusal.WrongYear;
        if (fix.HorizontalErrorM > rules.ErrorMaxM)
            return FixRefusal.TooInexact;
        if (fix.SpeedMps > rules.SpeedMaxMps)
            return FixRefusal.TooFast;
        if (fix.Latitude is null || fix.Longitude is null)
            return FixRefusal.NoPosition;
        if (fix.Time is not { } time)
            return FixRefusal.NoTime;
        if (fix.HorizontalErrorM is not { } error)
            return FixRefusal.NoError;
        if (run.Last is { } last && time <= last.Time)
            return time == last.Time ? FixRefusal.SameMoment : FixRefusal.TimeWentBack;
        foreach (var from in (ReadOnlySpan<BelievedFix?>)[run.Last, LastBelieved])
            if (from is { } known && !rules.CanReach(known, point, error, now))
                return FixRefusal.Jump;
        return null;
    }

    private static bool IsNumber(double? value) => value is null || double.IsFinite(value.Value);

    private static bool IsAmount(double? value) => value is null || (double.IsFinite(value.Value) && value >= 0);

    private int IndexOf(string device)
    {
        for (var i = 0; i < Runs.Length; i++)
            if (Runs[i].Device == device)
                return i;
        return -1;
    }

    private ImmutableArray<FixRun> With(int index, FixRun run)
    {
        if (index >= 0)
            return Runs.SetItem(index, run);
        if (Runs.Length < FixRules.DevicesMax)
            return Runs.Add(run);
        var quietest = 0;
        for (var i = 1; i < Runs.Length; i++)
            if (Runs[i].HeardAt < Runs[quietest].HeardAt)
                quietest = i;
        return Runs.SetItem(quietest, run);
    }
}
