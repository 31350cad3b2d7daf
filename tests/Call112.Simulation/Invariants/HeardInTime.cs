using Call112.Simulation.City;
using Call112.Station;

namespace Call112.Simulation.Invariants;

/// <summary>A live dispatch that the centre has accepted is heard at each of its stations once that station has been reachable for <see cref="Within"/>.</summary>
internal sealed class HeardInTime(SimulatedCity city) : Invariant(city)
{
    /// <summary>
    /// The book repeats after 5 s, and a repeat that falls into the last second of a fault costs one more; a uplink proves itself after at
    /// most 5 s: what takes longer has been forgotten.
    /// </summary>
    public static readonly TimeSpan Within = TimeSpan.FromSeconds(20);

    private readonly Dictionary<string, TimeSpan?> _reachableSince = [];

    public override string Name => "heard in time";

    public override void Watch()
    {
        foreach (var station in City.Stations)
        {
            _reachableSince[station.Id] = null;
            station.Stepped += () => Hear(station);
            station.Cabinet.Written += () => Hear(station);
        }

        Look();
    }

    private void Look()
    {
        var now = City.Schedule.Now;
        foreach (var station in City.Stations)
            // Of two boxes with one name the centre hears one, and is content (F20): it names the fault, and promises nothing.
            _reachableSince[station.Id] = City.IsReachable(station) && !City.MarksOf(station).WasCloned ? _reachableSince[station.Id] ?? now : null;
        City.Truth.Waiting.RemoveAll(dispatch => dispatch.EndsAt <= now || dispatch.IsCancelled || (dispatch.Heard.Count > 0 && dispatch.Heard.Values.All(heard => heard)));
        foreach (var dispatch in City.Truth.Waiting)
            foreach (var (id, heard) in dispatch.Heard)
                if (!heard && City.Find(id) is { } station && _reachableSince[id] is { } since && now - since > Within && now - dispatch.AcceptedAt > Within)
                {
                    Break($"{station.Id} has been reachable for {(now - since).TotalSeconds:0} s and has not heard {dispatch.Id}, accepted at {dispatch.AcceptedAt.TotalSeconds:0.0} s");
                    return;
                }

        City.Schedule.After(TimeSpan.FromSeconds(1), Look);
    }

    private void Hear(StationNode station)
    {
        if (City.Truth.Waiting.Count == 0 || station.Loop?.State is not { } state)
            return;
        foreach (var dispatch in City.Truth.Waiting)
            if (dispatch.Heard.TryGetValue(station.Id, out var heard) && !heard && IsHeard(station, state, dispatch.Id))
                dispatch.Heard[station.Id] = true;
    }

    /// <summary>The relay that makes it heard has been driven while it waits; or somebody has dealt with it already.</summary>
    private static bool IsHeard(StationNode station, StationState state, Guid id) => state.Find(id) is { } alert
        ? !alert.Waits || alert.Silenced || Annunciation.IsPreempted(alert, state) || (station.Cabinet.Outputs & Annunciation.PrimaryOf(alert, station.Options)) != 0
        : state.Ended.ContainsKey(id);
}
