using System.Text;
using Call112.Messages;

namespace Call112.Endurance.Scale;

/// <content>What the stations say and answer (contract, "Topics" and "Report").</content>
internal sealed partial class StationFleet
{
    private void Take(LightStation station, int index, in Packet packet)
    {
        if (packet.Code >= 0x80)
        {
            Lose(station, index, $"{packet.Kind} with reason 0x{packet.Code:X2}");
            return;
        }

        switch (packet.Kind)
        {
            case PacketKind.ConnectAnswer:
                station.Stage = LinkStage.Subscribing;
                _out.Subscribe(station.NextPacketId(), station.Subscriptions());
                break;
            case PacketKind.SubscribeAnswer:
                Arrive(station, index);
                break;
            case PacketKind.Acknowledged:
                station.Unconfirmed = Math.Max(0, station.Unconfirmed - 1);
                station.UnconfirmedSince = _now;
                break;
            case PacketKind.Publish:
                TakePublish(station, index, packet);
                break;
            case PacketKind.Disconnect:
                Lose(station, index, "the broker said goodbye");
                break;
        }
    }

    /// <summary>Subscribed: birth, then the reports without a receipt, in order, and heartbeats from now on.</summary>
    private void Arrive(LightStation station, int index)
    {
        station.Stage = LinkStage.Linked;
        station.CenterHeardAt = _now;
        _linked++;
        _moments.Add(new FleetMoment(index, TimeSpan.FromMilliseconds(_now), Linked: true));
        Publish(station, index, station.StateTopic, station.Status(online: true, _time.GetUtcNow()), retain: true);
        foreach (var (_, payload) in station.Reports)
            Publish(station, index, station.ReportTopic, payload);
        Heartbeat(station, index);
    }

    private void Heartbeat(LightStation station, int index)
    {
        _heartbeats++;
        Publish(station, index, station.HeartbeatTopic, station.Heartbeat(_time.GetUtcNow(), _now));
        Later(index, Due.Heartbeat, (long)_options.HeartbeatEvery.TotalMilliseconds);
    }

    private void Publish(LightStation station, int index, byte[] topic, byte[] payload, bool retain = false)
    {
        _out.Publish(topic, station.NextPacketId(), payload, retain);
        _sent++;
        if (station.Unconfirmed++ > 0)
            return;
        station.UnconfirmedSince = _now;
        Later(index, Due.Confirmation, (long)_options.PublishDeadline.TotalMilliseconds);
    }

    private void TakePublish(LightStation station, int index, in Packet packet)
    {
        // The last level of the topic tells what it is: these are the five topics that it subscribed to.
        if (packet.Topic.EndsWith("/dispatch"u8))
            TakeDispatch(station, index, Parsed(packet.Payload));
        else if (packet.Topic.EndsWith("/receipt"u8))
            TakeReceipt(station, packet.Payload);
        else if (packet.Topic.EndsWith("/command"u8))
            TakeCommand(station, index, packet.Payload);
        else if (packet.Topic.EndsWith("center/heartbeat"u8))
        {
            station.CenterHeardAt = _now;
            _centerHeartbeats++;
        }

        if (packet.PacketId != 0)
            _out.Acknowledge(packet.PacketId);
    }

    /// <summary>A city-wide dispatch is ten thousand times the same bytes.</summary>
    private Dispatch Parsed(ReadOnlySpan<byte> payload)
    {
        if (_read is null || !payload.SequenceEqual(_readFrom))
        {
            _readFrom = payload.ToArray();
            _read = MessageReader.ReadDispatch(_readFrom).Value
                ?? throw new InvalidDataException($"not a dispatch: {Encoding.UTF8.GetString(payload)}");
        }

        return _read;
    }

    private void TakeDispatch(LightStation station, int index, Dispatch dispatch)
    {
        var isKnown = station.Dispatches.TryGetValue(dispatch.DispatchId, out var isCancelled);
        var isCancel = dispatch.MessageType == MessageType.Cancel;
        station.Dispatches[dispatch.DispatchId] = isCancelled || isCancel;
        var step = isCancel ? ReportEvent.Cancelled : ReportEvent.Received;
        var isCopy = isKnown && isCancelled == isCancel;
        if (isCopy)
            _copies++;
        var report = station.Report(isCopy ? ReportEvent.Duplicate : step, dispatch, _time.GetUtcNow(), isCopy ? step.ToString() : null);
        Publish(station, index, station.ReportTopic, report);
    }

    private static void TakeReceipt(LightStation station, ReadOnlySpan<byte> payload)
    {
        var upTo = MessageReader.ReadReceipt(payload.ToArray()).Value?.UpTo ?? 0;
        while (station.Reports.TryPeek(out var oldest) && oldest.Sequence <= upTo)
            station.Reports.Dequeue();
    }

    private void TakeCommand(LightStation station, int index, ReadOnlySpan<byte> payload)
    {
        if (MessageReader.ReadCommand(payload.ToArray()).Value?.Command != CommandKind.ReportNow)
            return;
        Publish(station, index, station.StateTopic, station.Status(online: true, _time.GetUtcNow()), retain: true);
        foreach (var (_, report) in station.Reports)
            Publish(station, index, station.ReportTopic, report);
    }

    /// <summary>Reports that wait for a receipt, in the whole fleet.</summary>
    public int Unreceipted() => Ask(() => _stations.Sum(station => station.Reports.Count));
}
