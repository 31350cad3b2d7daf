using Call112.Simulation.City;
using Call112.Station;

namespace Call112.Simulation.Invariants;

/// <summary>
/// After each tick the outputs are what the state and the time say, and nothing else (design, promise 3): also those beside a relay card that has
/// vanished, and soon after it is back those on it.
/// </summary>
internal sealed class OutputsFollowState(SimulatedCity city) : Invariant(city)
{
    private static readonly TimeSpan s_backWithin = TimeSpan.FromSeconds(3);

    public override string Name => "outputs are a function of the state";

    public override void Watch()
    {
        foreach (var station in City.Stations)
            station.Ticked += () => Compare(station);
    }

    private static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private void Compare(StationNode station)
    {
        // A chip that did not take a write gets it again with the next retry.
        var retry = station.Options.Timing.OutputRetry + TimeSpan.FromMilliseconds(200);
        if (station.Cabinet.IsSilent || City.Schedule.Now - station.Cabinet.AnsweredSince < retry || station.Loop is not { } loop || loop.LastTickAt != station.Monotonic)
            return;
        var wanted = Annunciation.Of(loop.State, station.Options, station.Monotonic);
        if (wanted != station.Cabinet.Asked)
            Break($"the relays of {station.Id} are told {station.Cabinet.Asked} where the state says {wanted}");
        // A card that is back has all its relays off; the read-back finds that, and the next retry drives them.
        if (station.Cabinet is { StuckOff: Outputs.None, StuckOn: Outputs.None, Misread: Outputs.None, IsCardGone: false }
            && City.Schedule.Now - Later(station.Cabinet.CardChangedAt, station.StartedAt) > s_backWithin
            && station.Cabinet.Outputs != station.Cabinet.Asked)
            Break($"the relays of {station.Id} do {station.Cabinet.Outputs}, are told {station.Cabinet.Asked}, and nothing is broken any more");
    }
}
