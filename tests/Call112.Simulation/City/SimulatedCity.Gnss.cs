using Call112.Simulation.Gnss;
using Call112.Simulation.Plan;

namespace Call112.Simulation.City;

/// <content>Receivers that lie, and boxes that are carried away.</content>
internal sealed partial class SimulatedCity
{
    /// <summary>How far a box is carried, m.</summary>
    public const double CarriedMinM = 300, CarriedMaxM = 600;

    private void ToTheReceiver(Kind kind, SimulatedGpsd gpsd, TimeSpan over, Random dice)
    {
        switch (kind)
        {
            case Kind.GpsdRestarts:
                gpsd.Restart();
                break;
            case Kind.BoxCarriedAway:
                gpsd.Carry(CarriedMinM + (CarriedMaxM - CarriedMinM) * dice.NextDouble());
                Schedule.After(over, () => gpsd.Carry(0));
                break;
            default:
                Schedule.After(over, gpsd.Begin(kind switch
                {
                    Kind.GnssDrifts => GnssLie.Drifts,
                    Kind.GnssJumps => GnssLie.Jumps,
                    Kind.GnssRolledOver => GnssLie.RolledOver,
                    Kind.GnssNullIsland => GnssLie.NullIsland,
                    Kind.GnssSilent => GnssLie.Silent,
                    _ => GnssLie.Garbage,
                }));
                break;
        }
    }
}
