using Call112.Rig.Chips;

namespace Call112.Rig.Stations;

/// <summary>What every scenario stands on.</summary>
/// <param name="Gateway">The published program.</param>
/// <param name="Folder">In memory: station files and journals.</param>
/// <param name="Trace">The kernel's record of what is driven.</param>
/// <param name="Sizes">How often things are done.</param>
/// <param name="BouncePath">The recorded bounce, or null when it is not here.</param>
/// <param name="Seed">Of every random choice.</param>
internal sealed record Bench(string Gateway, string Folder, LineTrace Trace, Sizes Sizes, string? BouncePath, int Seed);

/// <summary>How often a run does things.</summary>
/// <param name="Presses">Of a button, bounce included.</param>
/// <param name="StuckSeconds">How long the stuck button is held; the limit is 60 s, and the short run sets it to its lowest value, 10 s.</param>
internal sealed record Sizes(
    string Name, int Dispatches, int Presses, int Spikes, int Kills, int Starts, int PanicCuts, int StormPresses, double StuckSeconds, double StuckLimitSeconds)
{
    public static Sizes Full { get; } = new("full", 100, 1_000, 1_000, 20, 20, 10, 40, 61, 60);

    public static Sizes Short { get; } = new("short", 20, 40, 100, 4, 4, 2, 10, 11, 10);
}
