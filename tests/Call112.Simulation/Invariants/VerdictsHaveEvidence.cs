using Call112.Center.Book;
using Call112.Messages;
using Call112.Simulation.City;
using Call112.Station;

namespace Call112.Simulation.Invariants;

/// <summary>
/// Links cannot lie (F9, F10): at both ends a way is Up only while what arrived on it is young enough, and a way on which nothing arrives any more is
/// lost within its profile. At rest every way is up at both ends. Held against the lines and against the heartbeats that the centre really took.
/// </summary>
internal sealed class VerdictsHaveEvidence(SimulatedCity city) : Invariant(city)
{
    /// <summary>From the line to the loop, and from there to the next tick of a quiet station.</summary>
    private static readonly TimeSpan s_slack = TimeSpan.FromSeconds(2.5);

    private static readonly TimeSpan s_centerLooks = TimeSpan.FromSeconds(5);

    private readonly BookRules _rules = new();
    private readonly Dictionary<(string Station, string Uplink), (TimeSpan At, bool Frugal)> _beats = [];

    public override string Name => "verdicts have evidence";

    public override void Watch()
    {
        foreach (var station in City.Stations)
            station.Ticked += () => Look(station);
        City.Center.HeartbeatTaken += beat =>
        {
            if (beat.Uplink is { } uplink)
                _beats[(beat.StationId, uplink)] = (City.Schedule.Now, beat.EveryMs >= _rules.MeteredInterval.TotalMilliseconds);
        };
        LookAtCenter();
    }

    public override string? Unrest() => City.Stations.Select(Unrest).FirstOrDefault(unrest => unrest is not null);

    private string? Unrest(StationNode station)
    {
        if (City.MarksOf(station).WasCloned || station.Loop?.State is not { } state || City.Center.Book.FindStation(station.Id) is not { } view)
            return null;
        if (view is not { Online: true, Verdict: StationVerdict.Up })
            return $"the centre holds {station.Id} for {view.Verdict}, online {view.Online}";
        if (!view.Uplinks.Select(uplink => uplink.Name).SequenceEqual(station.Ways.Select(way => way.Name).Order(StringComparer.Ordinal)))
            return $"the centre knows the ways {string.Join(' ', view.Uplinks.Select(uplink => uplink.Name))} of {station.Id}";
        foreach (var way in station.Ways)
        {
            var seen = view.Uplinks.First(uplink => uplink.Name == way.Name);
            if (seen.Verdict != StationVerdict.Up || seen.Metered != way.IsMetered)
                return $"the centre holds {way.Name} of {station.Id} for {seen.Verdict}, metered {seen.Metered}";
            var verdict = state.VerdictOn(way.Name, station.Options.Timing, station.Monotonic);
            if (!City.IsOpen(station, way) || verdict != LinkVerdict.Up)
                return $"{station.Id} holds {way.Name} for {verdict}, open {City.IsOpen(station, way)}";
        }

        foreach (var alarm in state.Alarms)
            if (alarm.Event is ReportEvent.UplinkLost or ReportEvent.CenterLost)
                return $"{alarm.Event} {alarm.Detail} stands at {station.Id}";
        return null;
    }

    private void Look(StationNode station)
    {
        if (station.Loop?.State is not { } state || !station.IsUp)
            return;
        var (now, timing) = (City.Schedule.Now, station.Options.Timing);
        var centerAge = TimeSpan.MaxValue;
        foreach (var way in station.Ways)
        {
            var age = now - (way.AnsweredAt > way.CenterHeardAt ? way.AnsweredAt : way.CenterHeardAt);
            centerAge = Shorter(centerAge, now - way.CenterHeardAt);
            // A metered way that begins to hurry has one whole deadline of the faster pace.
            var (up, lost) = way.IsMetered
                ? (timing.MeteredSuspectAfter + timing.LinkSuspectAfter, timing.MeteredLostAfter + timing.LinkLostAfter)
                : (timing.LinkSuspectAfter, timing.LinkLostAfter);
            if (age > up + s_slack && state.VerdictOn(way.Name, timing, station.Monotonic) == LinkVerdict.Up)
                Break($"{station.Id} holds {way.Name} for up, and nothing has come by it for {age.TotalSeconds:0.0} s");
            if (age > lost + s_slack && !state.Stands(ReportEvent.UplinkLost, way.Name))
                Break($"nothing has come to {station.Id} by {way.Name} for {age.TotalSeconds:0.0} s, and it is not lost");
        }

        var centerLost = station.Ways.All(way => way.IsMetered) ? timing.MeteredLostAfter + timing.LinkLostAfter : timing.LinkLostAfter;
        if (centerAge > centerLost + s_slack && !state.Stands(ReportEvent.CenterLost))
            Break($"the centre has not been heard at {station.Id} for {centerAge.TotalSeconds:0.0} s, and it is not lost");
    }

    private void LookAtCenter()
    {
        if (City.Center.IsUp)
            foreach (var station in City.Stations)
                foreach (var uplink in City.Center.Book.FindStation(station.Id)?.Uplinks ?? [])
                {
                    var beat = _beats.GetValueOrDefault((station.Id, uplink.Name));
                    var age = City.Schedule.Now - beat.At;
                    if (uplink.Verdict == StationVerdict.Up && age > (beat.Frugal ? _rules.MeteredSuspectAfter : _rules.SuspectAfter) + s_slack)
                        Break($"the centre holds {uplink.Name} of {station.Id} for up, and its last heartbeat came {age.TotalSeconds:0.0} s ago");
                }

        City.Schedule.After(s_centerLooks, LookAtCenter);
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
