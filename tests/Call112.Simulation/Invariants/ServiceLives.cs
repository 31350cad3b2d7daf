using Call112.Simulation.City;

namespace Call112.Simulation.Invariants;

/// <summary>Whatever comes, the loop and the uplink do not end by themselves (F17, design, promise 5).</summary>
internal sealed class ServiceLives(SimulatedCity city) : Invariant(city)
{
    public override string Name => "the service lives";

    public override void Watch()
    {
        foreach (var station in City.Stations)
            station.Ticked += () => Look(station);
        Look();
    }

    private void Look()
    {
        foreach (var station in City.Stations)
            Look(station);
        City.Schedule.After(TimeSpan.FromSeconds(5), Look);
    }

    private void Look(StationNode station)
    {
        if (station.Life is { IsOver: false } && station.Running.IsCompleted)
            Break($"{station.Id} has ended: {station.Running.Exception?.InnerException ?? (object)"without a reason"}");
    }
}
