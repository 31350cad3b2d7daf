using Call112.Gateway.Messaging;
using Call112.Messages;
using Call112.Simulation.City;

namespace Call112.Simulation.Invariants;

/// <summary>
/// Reports leave without a gap, over whichever way: none before the one below it has left or has its receipt (contract, "Report"; decision 0015).
/// Seen at the station's end of its lines.
/// </summary>
internal sealed class ReportsInOrder(SimulatedCity city) : Invariant(city)
{
    private readonly Dictionary<StationNode, long> _left = [];

    public override string Name => "reports leave in order";

    public override void Watch()
    {
        foreach (var station in City.Stations)
        {
            station.Started += () => _left[station] = 0;
            foreach (var way in station.Ways)
                way.Published += message => Leaves(station, way, message);
        }
    }

    private void Leaves(StationNode station, StationWay way, OutboundMessage message)
    {
        if (message.Topic != Topics.Report(station.Id) || station.Loop?.State is not { } state
            || MessageReader.ReadReport(message.Payload).Value is not { } report)
            return;
        var below = Math.Max(_left.GetValueOrDefault(station), state.ReceiptedUpTo);
        // What left from the memory of a failing disk may be nowhere afterwards (F3).
        if (report.Sequence > below + 1 && !City.MarksOf(station).MayHaveLostReports && !City.MarksOf(station).DiskWasBroken)
            Break($"{station.Id} sends report {report.Sequence} by {way.Name}, and {below + 1} has neither left nor a receipt");
        _left[station] = Math.Max(below, report.Sequence);
    }
}
