using Call112.Simulation.City;

namespace Call112.Simulation.Invariants;

/// <summary>An uplink whose interface has come up tries at once and does not sit out its back-off (F8).</summary>
internal sealed class InterfaceWakes(SimulatedCity city) : Invariant(city)
{
    /// <summary>An attempt that was under way ends within 10 s; the next one follows at once.</summary>
    private static readonly TimeSpan s_within = TimeSpan.FromSeconds(12);

    public override string Name => "an interface that comes up is tried";

    public override void Watch() => City.CameUp += CameUp;

    private void CameUp(StationNode station, StationWay way)
    {
        var life = station.Life;
        var at = City.Schedule.Now;
        if (!station.IsUp || City.MarksOf(station).WasCloned)
            return;
        City.Schedule.After(s_within, () =>
        {
            // A connection that lived through it, or came by an attempt that was under way, is as good.
            if (station.Life == life && station.IsUp && way.Line.IsWhole && way.Line.ChangedAt <= at
                && station.ConnectionOf(way) is not { ClientIsOpen: true } && way.AnsweredAt < at && way.AttemptedAt < at)
                Break($"{way.Interface} of {station.Id} came up at {at.TotalSeconds:0.000} s, and {way.Name} has not been tried since");
        });
    }
}
