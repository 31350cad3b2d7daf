using System.Collections.Immutable;
using Call112.Messages;

namespace Call112.Station;

/// <summary>One uplink as its evidence shows it. All times are of the monotonic clock.</summary>
/// <param name="LastProof">When its broker last answered (PUBACK), or when waiting for the first answer began.</param>
/// <param name="IsMetered">A slow or paid line: the metered profile, unless it is hurried.</param>
/// <param name="CenterHeardAt">When the centre was last heard through it, or when it began to listen.</param>
/// <param name="IsDoubted">An answer is overdue, or the connection has gone: only an answer ends the doubt, for what still comes in proves one
/// direction.</param>
/// <param name="IsDeaf">Its broker answers, but the centre is heard through another uplink only; ends when the centre is heard through this
/// one.</param>
/// <param name="HurriedAt">Since when a metered uplink keeps the normal profile because another one is in trouble; null: it does not.</param>
/// <param name="TakenOverAt">When another box with the station's identity was last met on it (F20).</param>
public readonly record struct UplinkSense(
    string Name,
    TimeSpan LastProof,
    bool IsMetered = false,
    TimeSpan CenterHeardAt = default,
    bool IsDoubted = false,
    bool IsDeaf = false,
    TimeSpan? HurriedAt = null,
    TimeSpan? TakenOverAt = null,
    CertificateSense Certificate = default);

/// <summary>The station's own certificate for an uplink.</summary>
/// <param name="Until">When it expires, wall time; null without one.</param>
/// <param name="Fault">Why newer files are not used, or null (F13).</param>
public readonly record struct CertificateSense(DateTimeOffset? Until, string? Fault);

/// <summary>An output that does not read back: since when, or since when it reads back again at the level at which it failed.</summary>
/// <param name="WrongWhenOff">It failed while it should have been off; otherwise while it should have been energised.</param>
public readonly record struct OutputSense(TimeSpan? WrongSince, TimeSpan? RightSince, bool WrongWhenOff = false);

/// <summary>A self-test that runs.</summary>
public readonly record struct SelfTestRun(TimeSpan Since, ReportSource Source, Outputs Confirmed);

/// <summary>What a station perceives in this run. Lost at a crash, and built anew from the next samples: levels are the truth.</summary>
public sealed record Senses
{
    /// <summary>How many command ids are remembered.</summary>
    public const int CommandsMax = 64;

    public static Senses None { get; } = new();

    /// <summary>One debouncer for each of <see cref="Levels.AllInputs"/>.</summary>
    public ImmutableArray<Debouncer> Contacts { get; init; } = [.. new Debouncer[Levels.AllInputs.Count]];

    /// <summary>The wire of each of <see cref="Levels.AllInputs"/>; always whole where a board cannot see it.</summary>
    public ImmutableArray<Loop> Loops { get; init; } = [.. new Loop[Levels.AllInputs.Count]];

    /// <summary>One for each of <see cref="Levels.AllOutputs"/>.</summary>
    public ImmutableArray<OutputSense> Outputs { get; init; } = [.. new OutputSense[Levels.AllOutputs.Count]];

    /// <summary>Uplinks of the configuration, with their newest proof.</summary>
    public ImmutableArray<UplinkSense> Uplinks { get; init; } = [];

    /// <summary>When the centre was last heard, or the start; monotonic clock.</summary>
    public TimeSpan CenterHeardAt { get; init; }

    public SelfTestRun? SelfTest { get; init; }

    public TimeSpan? IdentifySince { get; init; }

    /// <summary>TEST has already cleared panic in the present hold.</summary>
    public bool HoldServed { get; init; }

    /// <summary>Reference for clock steps; refreshed every second.</summary>
    public StationTime? Reference { get; init; }

    /// <summary>The GNSS receiver.</summary>
    public GnssSense Gnss { get; init; } = GnssSense.None;

    /// <summary>Reports that were held back for a summary, at most one for each event; see <see cref="Repeats"/>.</summary>
    public ImmutableArray<Untold> Untold { get; init; } = [];

    /// <summary>Ids of the newest commands, oldest first.</summary>
    public ImmutableQueue<Guid> Commands { get; init; } = [];
}
