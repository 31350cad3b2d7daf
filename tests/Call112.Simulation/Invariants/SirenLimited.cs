using Call112.Simulation.City;
using Call112.Station;

namespace Call112.Simulation.Invariants;

/// <summary>
/// No siren beyond its limit, counted from outside: the time in which a station was up and an alert waited in one revision, and each power cut
/// may hide at most what lies between two time marks.
/// </summary>
internal sealed class SirenLimited(SimulatedCity city) : Invariant(city)
{
    private readonly Dictionary<(string Station, Guid Id, int Revision), (TimeSpan Up, TimeSpan LookedAt, int Cuts)> _clocks = [];

    public override string Name => "the siren's limit";

    public override void Watch()
    {
        foreach (var station in City.Stations)
        {
            station.Ticked += () => Look(station);
            station.Started += () => Restarted(station);
        }
    }

    private void Restarted(StationNode station)
    {
        var lost = City.MarksOf(station).JournalWasLost;
        foreach (var (key, clock) in _clocks.Where(clock => clock.Key.Station == station.Id).ToList())
            if (lost)
                _clocks.Remove(key);
            else
                _clocks[key] = (clock.Up, City.Schedule.Now, clock.Cuts + 1);
    }

    private void Look(StationNode station)
    {
        if (station.Loop?.State is not { } state)
            return;
        var now = City.Schedule.Now;
        var allowed = false;
        var waits = 0;
        foreach (var alert in state.Alerts)
        {
            if (!alert.Waits)
                continue;
            waits++;
            var key = (station.Id, alert.Id, alert.Dispatch.Revision);
            var clock = _clocks.TryGetValue(key, out var known) ? (known.Up + (now - known.LookedAt), now, known.Cuts) : (TimeSpan.Zero, now, 0);
            _clocks[key] = clock;
            var marks = station.Options.Timing.TimeMarkEvery + TimeSpan.FromSeconds(2);
            allowed |= clock.Item1 <= station.Options.Timing.SirenLimit + TimeSpan.FromSeconds(2) + marks * clock.Item3;
        }

        if (!allowed && waits > 0 && (station.Cabinet.Asked & Outputs.Siren) != 0)
            Break($"the siren of {station.Id} sounds beyond its limit");
    }
}
