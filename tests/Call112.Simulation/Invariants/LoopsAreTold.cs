using Call112.Gateway;
using Call112.Messages;
using Call112.Simulation.City;
using Call112.Station;

namespace Call112.Simulation.Invariants;

/// <summary>
/// A loop that is cut or shorted is told within <see cref="Within"/> (hardware.md §7, test 5), and ends being told; panic is never pressed by
/// a wire that breaks or is mended (F12, decision 0014). Held against the wires themselves.
/// </summary>
internal sealed class LoopsAreTold(SimulatedCity city) : Invariant(city)
{
    public static readonly TimeSpan Within = TimeSpan.FromSeconds(2);

    /// <summary>Less than the time in which a press settles, by what one sample may be late.</summary>
    private static readonly TimeSpan s_seenWhole = new StationTiming().Settle - StationLoop.TickEvery;

    /// <summary>A trouble that chatters ends after this much rest; and a tick or two.</summary>
    private static readonly TimeSpan s_endsWithin = Repeats.ChatterRest + TimeSpan.FromSeconds(3);

    private readonly Dictionary<StationNode, string> _runs = [];
    private readonly HashSet<StationNode> _panics = [];

    public override string Name => "a broken loop is told";

    public override void Watch()
    {
        foreach (var station in City.Stations)
        {
            station.Ticked += () => Look(station);
            station.Stepped += () => Panic(station);
            _runs[station] = "";
        }
    }

    private void Panic(StationNode station)
    {
        if (station.Loop?.State is not { } state)
            return;
        if (_runs[station] != state.BootId)
        {
            // What the journal holds at the start is no new panic.
            _runs[station] = state.BootId;
            if (state.Stands(ReportEvent.PanicPressed))
                _panics.Add(station);
        }

        if (!state.Stands(ReportEvent.PanicPressed))
            _panics.Remove(station);
        else if (_panics.Add(station) && station.Cabinet.LoopOf(Inputs.Panic) is var (wire, since)
            && (wire != LoopState.Whole || City.Schedule.Now - since < s_seenWhole))
            Break($"{station.Id} reports panic, and the wire of its button is {wire}, since {since.TotalSeconds:0.000} s");
    }

    private void Look(StationNode station)
    {
        var cabinet = station.Cabinet;
        if (cabinet.IsSilent || station.Loop?.State is not { } state)
            return;
        foreach (var input in Levels.AllInputs)
        {
            var (wire, since) = cabinet.LoopOf(input);
            since = Later(since, Later(station.StartedAt, cabinet.AnsweredSince));
            var name = $"{Levels.NameOf(input)} loop ";
            var told = state.Alarms.Any(alarm => alarm.Event == ReportEvent.InputStuck && alarm.Detail!.StartsWith(name, StringComparison.Ordinal));
            var lasted = City.Schedule.Now - since;
            if (wire != LoopState.Whole && !told && lasted > Within)
                Break($"the loop of {Levels.NameOf(input)} at {station.Id} has been {wire} for {lasted.TotalSeconds:0.0} s, and nobody was told");
            if (wire == LoopState.Whole && told && lasted > s_endsWithin)
                Break($"the loop of {Levels.NameOf(input)} at {station.Id} has been whole for {lasted.TotalSeconds:0.0} s, and its trouble stands");
        }
    }

    private static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
