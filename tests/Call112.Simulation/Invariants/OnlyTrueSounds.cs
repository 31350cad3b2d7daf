using Call112.Center.Book;
using Call112.Simulation.City;

namespace Call112.Simulation.Invariants;

/// <summary>
/// A station holds only what the centre has committed, for this station or one of its groups: whatever anybody sends by SMS, and whatever a line
/// makes of a message (design, promise 5; decision 0018).
/// </summary>
internal sealed class OnlyTrueSounds(SimulatedCity city) : Invariant(city)
{
    public override string Name => "only the centre's dispatches sound";

    public override void Watch()
    {
        foreach (var station in City.Stations)
            station.Stepped += () => Look(station);
    }

    private void Look(StationNode station)
    {
        if (station.Loop?.State is not { } state)
            return;
        foreach (var alert in state.Alerts)
            if (City.Truth.Find(alert.Id) is not { } dispatch)
                Break($"{station.Id} holds {alert.Id}, which the centre has never committed");
            // Who joined a group after the centre had counted its members hears it all the same.
            else if (!dispatch.Heard.ContainsKey(station.Id) && !dispatch.Row.Groups.Any(group => group == StationEntry.AllGroup || station.Options.Groups.Contains(group)))
                Break($"{station.Id} holds {alert.Id}, which is for {string.Join(' ', dispatch.Heard.Keys)}");
    }
}
