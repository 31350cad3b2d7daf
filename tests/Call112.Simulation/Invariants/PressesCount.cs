using Call112.Simulation.City;
using Call112.Simulation.Time;
using Call112.Station;

namespace Call112.Simulation.Invariants;

/// <summary>Somebody presses TERIMA on a button that works: what sounded when the finger came down waits no more when it has left (F12).</summary>
internal sealed class PressesCount(SimulatedCity city) : Invariant(city)
{
    private static readonly TimeSpan s_within = TimeSpan.FromMilliseconds(300);

    private readonly Dictionary<StationNode, TimeSpan> _newest = [];

    public override string Name => "a press counts";

    public override void Watch() => City.Pressed += Pressed;

    private void Pressed(StationNode station, TimeSpan held)
    {
        _newest[station] = City.Schedule.Now;
        if (!station.IsUp || station.Loop is not { InputsKnown.IsCompletedSuccessfully: true } loop || !IsFree(station, loop.State))
            return;
        var life = station.Life;
        var waiting = loop.State.Alerts.Where(alert => alert.Waits).Select(alert => (alert.Id, alert.SoundsSince)).ToList();
        var pressedAt = City.Schedule.Now;
        City.Schedule.After(held + s_within, () =>
        {
            // A second finger on the button shakes its contact, and may leave no 20 ms of rest (seed 50169).
            if (_newest[station] == pressedAt || _newest[station] >= pressedAt + held)
                Judge(station, life, pressedAt, waiting);
        });
    }

    private void Judge(StationNode station, Life? life, TimeSpan pressedAt, List<(Guid Id, TimeSpan SoundsSince)> waiting)
    {
        if (station.Life != life || !station.IsUp || station.Cabinet.IsSilent || station.Loop?.State is not { } state || station.Cabinet.DisturbedAt(Inputs.Acknowledge) >= pressedAt)
            return;
        foreach (var (id, soundsSince) in waiting)
            if (state.Find(id) is { Waits: true } alert && alert.SoundsSince == soundsSince)
                Break($"TERIMA was pressed at {station.Id}, and {id} still waits");
    }

    /// <summary>Nobody else holds the button, it is not stuck, its wire is whole, and the chip answers.</summary>
    private bool IsFree(StationNode station, StationState state) =>
        !station.Cabinet.IsSilent && (station.Cabinet.Inputs & Inputs.Acknowledge) == 0
        && station.Cabinet.IsHonest(Inputs.Acknowledge) && City.Schedule.Now - station.Cabinet.DisturbedAt(Inputs.Acknowledge) > TimeSpan.FromSeconds(2)
        && City.Schedule.Now - station.Cabinet.InputsChangedAt > TimeSpan.FromSeconds(1.5)
        && !state.Stands(Messages.ReportEvent.InputStuck, Levels.NameOf(Inputs.Acknowledge));
}
