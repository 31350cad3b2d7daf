using Call112.Messages;
using Call112.Simulation.City;
using Call112.Station;

namespace Call112.Simulation.Invariants;

/// <summary>
/// Outputs are believed only when read back (design, promise 4): what reads wrong is a fault within <see cref="FaultWithin"/>, the fault ends once
/// the output has read right at both levels and rested, and Sounding is never said of a sounder that does not read as energised.
/// </summary>
internal sealed class OutputsReadBack(SimulatedCity city) : Invariant(city)
{
    /// <summary>500 ms, and the two ticks of a quiet station, which is looked at once a second here.</summary>
    public static readonly TimeSpan FaultWithin = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan s_endsWithin = Repeats.ChatterRest + TimeSpan.FromSeconds(3);

    private readonly Dictionary<(StationNode, Outputs), Reading> _readings = [];
    private readonly Dictionary<StationNode, string> _runs = [];
    private readonly HashSet<(StationNode, Guid, TimeSpan)> _sounding = [];

    public override string Name => "outputs are believed when read back";

    public override void Watch()
    {
        foreach (var station in City.Stations)
        {
            station.Ticked += () => Look(station);
            station.Stepped += () => Sounding(station);
            station.Started += () => Forget(station);
            _runs[station] = "";
        }
    }

    /// <summary>What a run has perceived ends with it.</summary>
    private void Forget(StationNode station)
    {
        foreach (var output in Levels.AllOutputs)
            _readings[(station, output)] = default;
    }

    /// <summary>A new run, on another clock: what its journal holds as confirmed was judged in the run that confirmed it.</summary>
    private void NoteRun(StationNode station, StationState state)
    {
        if (_runs[station] == state.BootId)
            return;
        _runs[station] = state.BootId;
        _sounding.RemoveWhere(known => known.Item1 == station);
        foreach (var alert in state.Alerts)
            if (alert.SoundingConfirmed)
                _sounding.Add((station, alert.Id, alert.SoundsSince));
    }

    private void Sounding(StationNode station)
    {
        if (station.Loop?.State is not { } state)
            return;
        NoteRun(station, state);
        foreach (var alert in state.Alerts)
            if (alert is { SoundingConfirmed: true, Waits: true } && _sounding.Add((station, alert.Id, alert.SoundsSince))
                && (station.Cabinet.Told & Annunciation.PrimaryOf(alert, station.Options)) == 0)
                Break($"{station.Id} says that {alert.Id} sounds, and was told that only {station.Cabinet.Told} is energised");
    }

    private void Look(StationNode station)
    {
        if (station.Loop?.State is not { } state)
            return;
        var now = City.Schedule.Now;
        var cabinet = station.Cabinet;
        foreach (var output in Levels.AllOutputs)
        {
            var asked = (cabinet.Asked & output) != 0;
            var right = !cabinet.IsSilent && asked == ((cabinet.Readable & output) != 0);
            var last = _readings.GetValueOrDefault((station, output));
            var next = !right
                ? new Reading(last.WrongSince ?? now, null, null)
                : asked
                    ? last with { WrongSince = null, OnSince = last.OnSince ?? now }
                    : last with { WrongSince = null, OffSince = last.OffSince ?? now };
            _readings[(station, output)] = next;
            var told = state.Stands(ReportEvent.OutputFault, Levels.NameOf(output));
            if (next.WrongSince is { } wrong && now - wrong > FaultWithin && !told)
                Break($"{Levels.NameOf(output)} of {station.Id} has read wrong for {(now - wrong).TotalSeconds:0.0} s, and is no fault");
            var (on, off) = (next.OnSince ?? now, next.OffSince ?? now);
            if (told && now - on > s_endsWithin && now - off > s_endsWithin)
                Break($"{Levels.NameOf(output)} of {station.Id} has read right at both levels for {s_endsWithin.TotalSeconds:0} s, its fault stands");
        }
    }

    /// <summary>How one output reads: wrong since, or right since at each of its levels.</summary>
    private readonly record struct Reading(TimeSpan? WrongSince, TimeSpan? OnSince, TimeSpan? OffSince);
}
