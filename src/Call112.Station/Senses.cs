using System.Collections.Immutable;
using Call112.Messages;

namespace Call112.Station;

/// <summary>One uplink as its evidence shows it.</summary>
/// <param name="LastProof">Newest proof, or when waiting for the first began; monotonic clock.</param>
public readonly record struct UplinkSense(string Name, TimeSpan LastProof);

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
