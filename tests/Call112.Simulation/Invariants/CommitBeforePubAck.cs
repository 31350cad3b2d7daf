using System.Text;
using Call112.Messages;
using Call112.Simulation.City;
using Call112.Simulation.Net;

namespace Call112.Simulation.Invariants;

/// <summary>A dispatch is acknowledged to the broker only when its id is on the disk in such a way that a power cut leaves it there (F1).</summary>
internal sealed class CommitBeforePubAck(SimulatedCity city) : Invariant(city)
{
    private readonly HashSet<(StationNode Station, Guid Id)> _held = [];

    public override string Name => "stored before its PUBACK";

    public override void Watch() => City.Broker.Confirmed += Confirmed;

    private void Confirmed(string clientId, Publication message)
    {
        if (City.Stations.Find(station => station.Ways.Any(way => way.ClientId == clientId)) is not { } station
            || !Topics.TryParse(message.Topic, out var topic)
            || topic.Kind is not (TopicKind.StationDispatch or TopicKind.GroupDispatch))
            return;
        // While the disk fails, the rule is another: what waits for it is bounded, so that the next dispatch still comes in (F3).
        if (City.MarksOf(station).DiskWasBroken || City.MarksOf(station).WasCloned || MessageReader.ReadDispatch(message.Payload).Value is not { } dispatch)
            return;
        // What was on the disk once stays there; a journal that is lost comes with a mark.
        if (_held.Contains((station, dispatch.DispatchId)) && !City.MarksOf(station).JournalWasLost)
            return;
        // A PUBACK may arrive after the process has died and its journal was spoiled: it was true when it was sent.
        if (!station.IsUp && City.MarksOf(station).JournalWasLost)
            return;
        if (!station.Disk.HoldsThroughPowerCut(Encoding.UTF8.GetBytes(dispatch.DispatchId.ToString())))
            Break($"{station.Id} has acknowledged {dispatch.DispatchId}, and a power cut now would lose it");
        _held.Add((station, dispatch.DispatchId));
    }
}
