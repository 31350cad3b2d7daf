using Call112.Messages;

namespace Call112.Station;

/// <summary>
/// Where the box is, and whether it still stands where it belongs: a stolen box, or the wrong card in a box (issue 5). Nothing here drives an
/// output, and nothing here sets a clock.
/// </summary>
internal static class Positions
{
    public static void Offer(Decision decision, Fix fix)
    {
        var senses = decision.State.Senses;
        DateTimeOffset? clock = decision.Now.Clock == ClockState.Synchronized ? decision.Now.Wall : null;
        var (filter, verdict) = senses.Gnss.Filter.Offer(fix, decision.Now.Monotonic, decision.Options.Position.Rules, clock);
        decision.Sense(senses with { Gnss = senses.Gnss with { Filter = filter } });
        if (verdict.Believed && filter.LastBelieved is { } believed && decision.Options.Position.Surveyed is { } surveyed)
            Judge(decision, believed, surveyed);
        Retell(decision);
    }

    public static void Link(Decision decision, StationInput.GnssLinked linked)
    {
        var senses = decision.State.Senses;
        decision.Sense(senses with { Gnss = senses.Gnss with { Link = linked.Link, LinkDetail = linked.Detail } });
        Retell(decision);
    }

    /// <summary>A fix grows stale by time alone.</summary>
    public static void PassTime(Decision decision) => Retell(decision);

    /// <summary>
    /// Told once; again only after the box was back for as long as it has to be away. Time counts between believed fixes: a gap without any is no
    /// evidence of having been back.
    /// </summary>
    private static void Judge(Decision decision, BelievedFix fix, GeoPoint surveyed)
    {
        var (options, now) = (decision.Options.Position, decision.Now.Monotonic);
        var gnss = decision.State.Senses.Gnss;
        var metres = surveyed.DistanceTo(fix.Point);
        if (metres > options.MovedBeyondM)
        {
            gnss = gnss with { OffSince = gnss.OffSince ?? now, BackSince = null };
            if (!gnss.Moved && now - gnss.OffSince >= options.MovedAfter)
            {
                decision.Report(
                    ReportEvent.PositionMoved,
                    detail: FormattableString.Invariant($"{metres:0} m off, at {fix.Point.Latitude:0.00000},{fix.Point.Longitude:0.00000}"));
                gnss = gnss with { Moved = true };
            }
        }
        else
        {
            gnss = gnss with { OffSince = null, BackSince = gnss.Moved ? gnss.BackSince ?? now : null };
            if (gnss.Moved && now - gnss.BackSince >= options.MovedAfter)
                gnss = gnss with { Moved = false, BackSince = null };
        }

        decision.Sense(decision.State.Senses with { Gnss = gnss });
    }

    private static void Retell(Decision decision)
    {
        var gnss = decision.State.Senses.Gnss;
        var state = gnss.StateAt(decision.Now.Monotonic);
        var point = gnss.Filter.LastBelieved?.Point;
        var isFar = point is { } at && (gnss.Told.Point is not { } told || told.DistanceTo(at) > GnssSense.TellBeyondM);
        if (state == gnss.Told.State && !isFar)
            return;
        decision.Sense(decision.State.Senses with
        {
            Gnss = gnss with { Told = (state, isFar ? point : gnss.Told.Point), Revision = gnss.Revision + 1 },
        });
    }
}
