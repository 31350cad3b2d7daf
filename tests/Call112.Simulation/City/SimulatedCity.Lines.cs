using Call112.Simulation.Net;
using Call112.Simulation.Plan;

namespace Call112.Simulation.City;

/// <content>What breaks between a station and the centre. A station with two ways has it on one of them, unless it is cut off altogether.</content>
internal sealed partial class SimulatedCity
{
    private void OnTheLines(Kind kind, StationNode station, TimeSpan over, Random dice)
    {
        switch (kind)
        {
            case Kind.Noise:
                Broker.Noise = new Noise(Rate(0.3), Rate(0.3), Rate(0.3), Rate(0.1));
                Schedule.After(over, () => Broker.Noise = default);
                break;
            case Kind.CutOff:
                foreach (var way in station.Ways)
                    way.Line.Set(upBlocked: true, downBlocked: true, refuses: true);
                Schedule.After(over, () =>
                {
                    foreach (var way in station.Ways)
                        way.Line.Set(upBlocked: false, downBlocked: false);
                });
                break;
            default:
                OnTheLine(kind, station, WayOf(station, dice), over);
                break;
        }

        double Rate(double most) => dice.Next(2) == 0 ? 0 : most * dice.NextDouble();
    }

    private void OnTheLine(Kind kind, StationNode station, StationWay way, TimeSpan over)
    {
        switch (kind)
        {
            case Kind.Reset:
                station.ConnectionOf(way)?.Reset();
                break;
            case Kind.Unreachable:
                way.Line.Set(upBlocked: true, downBlocked: true, refuses: true);
                Schedule.After(over, () => way.Line.Set(upBlocked: false, downBlocked: false));
                break;
            case Kind.InterfaceGone:
                way.Line.SetInterface(isThere: false);
                Schedule.After(over, () => BringUp(station, way));
                break;
            case Kind.BrokerGone:
                way.Line.HasListener = false;
                station.ConnectionOf(way)?.CloseBroker("the broker has gone");
                Schedule.After(over, () => way.Line.HasListener = true);
                break;
            case Kind.PublishesSwallowed:
                Broker.Swallow(way.ClientId, swallows: true);
                Schedule.After(over, () => Broker.Swallow(way.ClientId, swallows: false));
                break;
            case Kind.BridgeDown:
                Broker.CutBridge(way.ClientId, isCut: true);
                Schedule.After(over, () => Broker.CutBridge(way.ClientId, isCut: false));
                break;
            default:
                way.Line.Set(kind is Kind.HalfOpen or Kind.UpBlocked, kind is Kind.HalfOpen or Kind.DownBlocked);
                Schedule.After(over, () => way.Line.Set(upBlocked: false, downBlocked: false));
                break;
        }
    }

    private void BringUp(StationNode station, StationWay way)
    {
        if (way.Line.HasInterface)
            return;
        way.Line.SetInterface(isThere: true);
        station.InterfaceCameUp(way.Interface!);
        CameUp?.Invoke(station, way);
    }

    private void MendLine(StationNode station, StationWay way)
    {
        way.Line.Set(upBlocked: false, downBlocked: false);
        way.Line.HasListener = true;
        BringUp(station, way);
    }

    private static StationWay WayOf(StationNode station, Random dice) => station.Ways[dice.Next(station.Ways.Count)];
}
