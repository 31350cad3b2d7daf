using Call112.Simulation.City;

namespace Call112.Simulation.Invariants;

/// <summary>
/// While any way to the centre is open, reports arrive and get their receipts, whatever the other way claims (F10, F21, decision 0015): a way that
/// confirms and leads nowhere is left.
/// </summary>
internal sealed class ReportsArrive(SimulatedCity city) : Invariant(city)
{
    /// <summary>A metered way is known to be deaf after 90 s; then the receipt of what the other one brings.</summary>
    public static readonly TimeSpan Within = TimeSpan.FromSeconds(150);

    private static readonly TimeSpan s_lookEvery = TimeSpan.FromSeconds(5);

    private readonly Dictionary<StationNode, (long Receipted, TimeSpan Since)> _waits = [];

    public override string Name => "reports arrive";

    public override void Watch() => Look();

    private void Look()
    {
        var now = City.Schedule.Now;
        foreach (var station in City.Stations)
        {
            if (station.Loop?.State is not { } state || !IsPromised(station) || state.ReceiptedUpTo >= state.LastSequence
                || !_waits.TryGetValue(station, out var waits) || waits.Receipted != state.ReceiptedUpTo)
                _waits[station] = (station.Loop?.State.ReceiptedUpTo ?? 0, now);
            else if (now - waits.Since > Within)
                Break($"{station.Id} has had a way for {(now - waits.Since).TotalSeconds:0} s, and no receipt for report {waits.Receipted + 1}");
        }

        City.Schedule.After(s_lookEvery, Look);
    }

    private bool IsPromised(StationNode station) =>
        City.IsReachable(station) && City.MarksOf(station) is { WasCloned: false, MayHaveLostReports: false } && station.DiskTakes < TimeSpan.FromSeconds(1);
}
