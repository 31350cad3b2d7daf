using Call112.Messages;
using Call112.Simulation.City;
using Call112.Station;

namespace Call112.Simulation.Invariants;

/// <summary>
/// A station names a second box of its name (F20) within <see cref="NamedWithin"/> of the moment at which its own birth has replaced the other's at the
/// broker, which gives no reason when it ends a session. A station that never had a double never says so, whatever of its earlier runs is still about.
/// </summary>
internal sealed class TakenIdentityIsNamed(SimulatedCity city) : Invariant(city)
{
    /// <summary>From the line to the loop, and from there to the next tick of a quiet station.</summary>
    public static readonly TimeSpan NamedWithin = TimeSpan.FromSeconds(2.5);

    private readonly Dictionary<StationNode, Kept> _kept = [];

    public override string Name => "a taken identity is named";

    public override void Watch()
    {
        foreach (var station in City.Stations)
        {
            station.Started += () => _kept.Remove(station);
            station.Ticked += () => Look(station);
        }
    }

    private void Look(StationNode station)
    {
        if (station.Loop?.State is not { } state)
            return;
        var isNamed = state.Senses.Uplinks.Any(uplink => Links.IsTaken(uplink, station.Monotonic));
        if (!City.MarksOf(station).WasCloned)
        {
            if (isNamed)
                Break($"{station.Id} says that another box has its identity, and there is none");
            return;
        }

        var now = City.Schedule.Now;
        var before = _kept.GetValueOrDefault(station);
        var status = City.Broker.Kept(Topics.State(station.Id)) is { } kept ? MessageReader.ReadStatus(kept.Payload).Value : null;
        var isOwn = status is { Online: true } && status.BootId == state.BootId;
        // Only a station that had been born before can know that the other one came after it, and only one that knows its earlier runs that it is another.
        var regained = isOwn && before is { WasBorn: true, IsOther: true } ? now : isOwn ? before.RegainedAt : null;
        var isNew = state.EarlierBoots.IsEmpty && now - station.StartedAt < Links.EarlierRunsSpeak;
        if (isNamed || isNew || !City.IsReachable(station))
            regained = null;
        _kept[station] = new Kept(status is { Online: true } && !state.IsOwnBoot(status.BootId), before.WasBorn || isOwn, regained);
        if (regained is { } at && now - at > NamedWithin)
            Break($"{station.Id} has its session back from another box since {at.TotalSeconds:0.000} s, and has not named it");
    }

    /// <summary>What the broker keeps of a station.</summary>
    /// <param name="IsOther">The birth of another box; that of an earlier run is not, nor is a will, which tells of a session that is over.</param>
    /// <param name="WasBorn">It was the birth of this run, at some time in this run.</param>
    /// <param name="RegainedAt">Since when it is that birth again, without that the station has named the other box.</param>
    private readonly record struct Kept(bool IsOther, bool WasBorn, TimeSpan? RegainedAt);
}
