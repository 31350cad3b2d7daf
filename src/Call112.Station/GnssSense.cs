using Call112.Messages;

namespace Call112.Station;

/// <summary>How far the way to the receiver reaches.</summary>
public enum GnssLink
{
    /// <summary>No receiver is configured, or nobody has tried yet.</summary>
    Off,

    /// <summary>gpsd does not answer.</summary>
    Unreachable,

    /// <summary>gpsd answers and has no receiver.</summary>
    NoReceiver,

    /// <summary>The receiver has said nothing for too long.</summary>
    Silent,

    /// <summary>The receiver talks.</summary>
    Listening,
}

/// <summary>What a station perceives of its receiver in this run. Lost at a restart and built anew from the next fixes.</summary>
public sealed record GnssSense
{
    /// <summary>A believed fix older than this is stale (hardware.md §7, test 8: flagged within 10 s).</summary>
    public static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(10);

    /// <summary>A believed position that is farther than this from the one last told is told at once, m.</summary>
    public const double TellBeyondM = 25;

    public static GnssSense None { get; } = new();

    public GnssLink Link { get; init; }

    /// <summary>What is wrong with the link, in words; null when nothing is.</summary>
    public string? LinkDetail { get; init; }

    public FixFilter Filter { get; init; } = FixFilter.Empty;

    /// <summary>Believed fixes have been off the surveyed position since then without exception.</summary>
    public TimeSpan? OffSince { get; init; }

    /// <summary>After PositionMoved: believed fixes have been back since then without exception.</summary>
    public TimeSpan? BackSince { get; init; }

    /// <summary>PositionMoved was told and has not been over since.</summary>
    public bool Moved { get; init; }

    /// <summary>What the telemetry last had reason to tell.</summary>
    public (GnssState? State, GeoPoint? Point) Told { get; init; }

    /// <summary>Grows whenever there is something new to tell: see <see cref="TellBeyondM"/>.</summary>
    public long Revision { get; init; }

    /// <summary>The verdict on the receiver; null when none is configured.</summary>
    public GnssState? StateAt(TimeSpan now) => Link switch
    {
        GnssLink.Off => null,
        GnssLink.Unreachable => GnssState.Unreachable,
        GnssLink.NoReceiver => GnssState.NoReceiver,
        GnssLink.Silent => GnssState.Silent,
        _ when Filter.LastBelieved is { } believed && now - believed.At <= FreshFor => GnssState.Fixed,
        _ => Filter.Newest is { } newest && now - newest.At <= FreshFor && newest.Verdict.Refusal != FixRefusal.NoFix ? GnssState.Unproven : GnssState.NoFix,
    };

    /// <summary>The reading for telemetry and panel; null when no receiver is configured.</summary>
    public GnssReading? ReadingAt(TimeSpan now, GeoPoint? surveyed)
    {
        if (StateAt(now) is not { } state)
            return null;
        return Filter.LastBelieved is not { } fix ? new GnssReading(state) : new GnssReading(
            state,
            Math.Round(fix.Point.Latitude, 6),
            Math.Round(fix.Point.Longitude, 6),
            Math.Round(fix.ErrorM, 1),
            fix.Mode,
            fix.SatellitesUsed,
            Math.Max(0, (long)(now - fix.At).TotalMilliseconds),
            surveyed is { } post ? Math.Round(post.DistanceTo(fix.Point), 1) : null);
    }
}
