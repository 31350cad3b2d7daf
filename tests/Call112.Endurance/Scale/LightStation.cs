using System.Text;
using Call112.Messages;
using Call112.Station;

namespace Call112.Endurance.Scale;

/// <summary>How far a light station's connection is.</summary>
internal enum LinkStage
{
    Away,
    Connecting,
    Greeting,
    Subscribing,
    Linked,
}

/// <summary>
/// What is kept of one light station: its connection, its back-off, its report numbers. Everything that a station says on the wire, nothing of
/// what it does with a siren. Owned by the fleet's one thread.
/// </summary>
internal sealed class LightStation(int index, string runId)
{
    private static readonly byte[] s_all = Encoding.UTF8.GetBytes(Topics.GroupDispatch("all"));
    private static readonly byte[] s_puskesmas = Encoding.UTF8.GetBytes(Topics.GroupDispatch("puskesmas"));
    private static readonly byte[] s_center = Encoding.UTF8.GetBytes(Topics.CenterHeartbeat);

    private ushort _packetId;

    public string Id { get; } = NameOf(index);

    public string BootId { get; } = $"{runId}-{index}";

    public byte[] StateTopic { get; } = Encoding.UTF8.GetBytes(Topics.State(NameOf(index)));

    public byte[] HeartbeatTopic { get; } = Encoding.UTF8.GetBytes(Topics.Heartbeat(NameOf(index)));

    public byte[] ReportTopic { get; } = Encoding.UTF8.GetBytes(Topics.Report(NameOf(index)));

    public LinkStage Stage { get; set; }

    public int Descriptor { get; set; } = -1;

    /// <summary>Counts connections, so that a timer of an old one does nothing to the new one.</summary>
    public int Connections { get; set; }

    public BackOff BackOff { get; set; }

    /// <summary>When the present connection was begun, ms.</summary>
    public long BeganAt { get; set; }

    /// <summary>Start of a packet whose rest has not come.</summary>
    public byte[] Partial { get; set; } = [];

    /// <summary>What the kernel has not taken yet.</summary>
    public byte[] Unsent { get; set; } = [];

    /// <summary>Publishes without a PUBACK, and since when there is no progress.</summary>
    public int Unconfirmed { get; set; }

    public long UnconfirmedSince { get; set; }

    public long Heartbeats { get; set; }

    public long Sequence { get; set; }

    /// <summary>Reports that wait for the centre's receipt, oldest first.</summary>
    public Queue<(long Sequence, byte[] Payload)> Reports { get; } = new();

    /// <summary>Dispatches that it has, and whether they were cancelled.</summary>
    public Dictionary<Guid, bool> Dispatches { get; } = [];

    public long CenterHeardAt { get; set; }

    public IReadOnlyList<byte[]> Subscriptions() =>
    [
        Encoding.UTF8.GetBytes(Topics.Dispatch(Id)),
        Encoding.UTF8.GetBytes(Topics.Command(Id)),
        Encoding.UTF8.GetBytes(Topics.Receipt(Id)),
        s_center,
        s_puskesmas,
        s_all,
    ];

    public ushort NextPacketId() => ++_packetId == 0 ? _packetId = 1 : _packetId;

    public byte[] Status(bool online, DateTimeOffset now) => MessageWriter.Write(new StationStatus(
        online, Id, BootId, now, ClockState.Synchronized, $"Pos {Id}", "Puskesmas", ["puskesmas"], "0.1.0", Sequence, Dispatches.Count, [], "ok"));

    public byte[] Heartbeat(DateTimeOffset now, long uptimeMs) =>
        MessageWriter.Write(new Heartbeat(Id, BootId, ++Heartbeats, now, ClockState.Synchronized, uptimeMs, Sequence, Reports.Count));

    public byte[] Report(ReportEvent @event, Dispatch dispatch, DateTimeOffset now, string? detail = null)
    {
        var payload = MessageWriter.Write(new Report(
            Id, ++Sequence, BootId, @event, now, now, ClockState.Synchronized, ReportSource.Automatic,
            dispatch.DispatchId, dispatch.Incident?.IncidentId, ElapsedMs: 0, Detail: detail));
        Reports.Enqueue((Sequence, payload));
        return payload;
    }

    public static string NameOf(int index) => $"pos-{index:00000}";
}
