using Call112.Simulation.City;

namespace Call112.Simulation.Invariants;

/// <summary>
/// A second copy never sounds, by whatever way it comes: within one run a revision of a dispatch begins to sound once, and what has ended does not
/// come back as it was (F6). Across restarts the siren's limit and the ends that the journal holds are watched by others.
/// </summary>
internal sealed class SoundsOnce(SimulatedCity city) : Invariant(city)
{
    private readonly Dictionary<StationNode, (string BootId, Dictionary<Guid, Begun> Alerts)> _runs = [];

    public override string Name => "a second copy never sounds";

    public override void Watch()
    {
        foreach (var station in City.Stations)
            station.Stepped += () => Look(station);
    }

    private void Look(StationNode station)
    {
        if (station.Loop?.State is not { } state)
            return;
        if (!_runs.TryGetValue(station, out var run) || run.BootId != state.BootId)
            _runs[station] = run = (state.BootId, []);
        foreach (var alert in state.Alerts)
        {
            if (!alert.Waits)
                continue;
            var now = new Begun(alert.Dispatch.Revision, alert.SoundsSince);
            if (run.Alerts.TryGetValue(alert.Id, out var before) && before.SoundsSince != now.SoundsSince && before.Revision >= now.Revision)
                Break($"{station.Id} begins again with {alert.Id}, revision {now.Revision}, which had begun or ended before");
            run.Alerts[alert.Id] = now;
        }

        foreach (var (id, begun) in run.Alerts)
            if (begun.SoundsSince != TimeSpan.MaxValue && state.Find(id) is not { Waits: true })
                // What waits no more has no beginning that could be repeated.
                run.Alerts[id] = begun with { SoundsSince = TimeSpan.MaxValue };
    }

    /// <param name="SoundsSince">The maximum once it has been dealt with.</param>
    private readonly record struct Begun(int Revision, TimeSpan SoundsSince);
}
