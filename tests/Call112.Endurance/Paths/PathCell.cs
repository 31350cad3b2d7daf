namespace Call112.Endurance.Paths;

/// <summary>The lines that a station has, and which of them is struck.</summary>
internal enum Ways
{
    /// <summary>One line, normal profile.</summary>
    Lan,

    /// <summary>One metered line: heartbeats every 30 s.</summary>
    Lte,

    /// <summary>A line that is down, and a metered one that keeps the normal profile because of it; the metered one is struck.</summary>
    LteHurried,

    /// <summary>Both live; the one that is not metered is struck.</summary>
    Both,
}

/// <summary>What goes on meanwhile.</summary>
internal enum Load
{
    Idle,

    /// <summary>Telemetry every second.</summary>
    Telemetry,

    /// <summary>A dispatch every two seconds, one of them in the moment of the fault.</summary>
    Dispatch,
}

/// <summary>One cell of the matrix, in one round.</summary>
/// <param name="Number">Its place in the whole matrix, from 0; names its station and, with the seed, its dice.</param>
internal sealed record PathCell(int Number, Ways Ways, PathFault Fault, Load Load, int Round)
{
    /// <summary>As <c>--only</c> names it.</summary>
    public string Name => $"{NameOf(Ways)}/{Fault.Name}/{Load.ToString().ToLowerInvariant()}";

    public string StationId => FormattableString.Invariant($"pos-{Number:0000}");

    public bool HasTwo => Ways is Ways.Both or Ways.LteHurried;

    /// <summary>Name of the uplink that is struck.</summary>
    public string Uplink => Ways is Ways.Lte or Ways.LteHurried ? "lte" : "lan";

    /// <summary>The lines keep the metered profile when the fault strikes.</summary>
    public bool IsFrugal => Ways == Ways.Lte;

    public static string NameOf(Ways ways) => ways == Ways.LteHurried ? "lte-hurried" : ways.ToString().ToLowerInvariant();
}

/// <summary>What came of one cell.</summary>
internal sealed record PathResult(PathCell Cell)
{
    /// <summary>From the fault to the moment at which the uplink's verdict left "up": at the station, at the centre. Null: it never did.</summary>
    public (TimeSpan? Station, TimeSpan? Center) Doubted { get; init; }

    /// <summary>From the fault to the verdict "down".</summary>
    public (TimeSpan? Station, TimeSpan? Center) Lost { get; init; }

    /// <summary>Until both ends called the uplink up again: from the end of the fault, or from its beginning if it stands. Null: never.</summary>
    public TimeSpan? Recovered { get; init; }

    public int Dispatches { get; init; }

    /// <summary>Dispatches without a Received in the end.</summary>
    public int Missing { get; init; }

    /// <summary>Dispatches with more than one Received or Sounding.</summary>
    public int Double { get; init; }

    /// <summary>Longest way of a dispatch into the box, by the two wall clocks, which are one; null while the station's is turned.</summary>
    public TimeSpan? SlowestToBox { get; init; }

    /// <summary>Of two lines: the station was down for the centre, or the centre for the station.</summary>
    public bool WasDown { get; init; }

    public IReadOnlyList<string> Failures { get; init; } = [];
}
