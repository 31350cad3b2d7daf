using Call112.Simulation.City;

namespace Call112.Simulation.Invariants;

/// <summary>At most <see cref="PerMinuteMax"/> attempts to connect by one uplink in any minute of one run of the process (F8).</summary>
internal sealed class ConnectsInMeasure(SimulatedCity city) : Invariant(city)
{
    /// <summary>
    /// Full jitter below ceilings of 1, 2, 4, 8, 16 and 30 s makes about a dozen attempts in the worst first minute; a loop without a back-off
    /// makes hundreds.
    /// </summary>
    public const int PerMinuteMax = 30;

    public override string Name => "attempts to connect";

    public override void Watch()
    {
        foreach (var station in City.Stations)
            foreach (var way in station.Ways)
            {
                var attempts = new Queue<TimeSpan>();
                station.Started += attempts.Clear;
                way.Attempted += () => Count(station, way, attempts);
            }
    }

    private void Count(StationNode station, StationWay way, Queue<TimeSpan> attempts)
    {
        var now = City.Schedule.Now;
        attempts.Enqueue(now);
        while (now - attempts.Peek() > TimeSpan.FromMinutes(1))
            attempts.Dequeue();
        if (attempts.Count > PerMinuteMax)
            Break($"{station.Id} has tried to connect by {way.Name} {attempts.Count} times within a minute");
    }
}
