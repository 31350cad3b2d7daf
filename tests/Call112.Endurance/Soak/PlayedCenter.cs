using System.Buffers;
using System.Collections.Concurrent;
using Call112.Messages;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace Call112.Endurance.Soak;

/// <summary>
/// The centre as the station hears it, played so that its pace can be chosen: heartbeats, dispatches, commands, and a receipt for every
/// stretch of reports without a gap. Accounts for the numbers.
/// </summary>
internal sealed class PlayedCenter : IAsyncDisposable
{
    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly HashSet<long> _ahead = [];
    private readonly ConcurrentDictionary<(Guid, ReportEvent), bool> _steps = new();
    private long _contiguous, _reports, _copies, _stationHeartbeats, _beats;

    private PlayedCenter(TimeProvider time) => _time = time;

    public long Reports => Interlocked.Read(ref _reports);

    public long Copies => Interlocked.Read(ref _copies);

    public long StationHeartbeats => Interlocked.Read(ref _stationHeartbeats);

    public long Heartbeats => Interlocked.Read(ref _beats);

    /// <summary>Numbers behind a hole; 0 when everything came.</summary>
    public int Ahead
    {
        get
        {
            lock (_gate)
                return _ahead.Count;
        }
    }

    public static async Task<PlayedCenter> ConnectAsync(int port, TimeProvider time)
    {
        var center = new PlayedCenter(time);
        center._client.ApplicationMessageReceivedAsync += center.TakeAsync;
        await center._client.ConnectAsync(new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", port).WithClientId("call112-center")
            .WithProtocolVersion(MqttProtocolVersion.V500).WithReceiveMaximum(1_000).Build());
        await center._client.SubscribeAsync(new MqttClientSubscribeOptionsBuilder()
            .WithTopicFilter(Topics.Report(GatewayUnderTest.StationId), MqttQualityOfServiceLevel.AtLeastOnce)
            .WithTopicFilter(Topics.Heartbeat(GatewayUnderTest.StationId), MqttQualityOfServiceLevel.AtLeastOnce).Build());
        return center;
    }

    public bool Has(Guid dispatch, ReportEvent step) => _steps.ContainsKey((dispatch, step));

    public Task BeatAsync()
    {
        var number = Interlocked.Increment(ref _beats);
        return PublishAsync(Topics.CenterHeartbeat, MessageWriter.Write(new CenterHeartbeat(_time.GetUtcNow(), "soak", number)), atLeastOnce: false);
    }

    /// <param name="group">To the group's topic instead of the station's own.</param>
    public Task SendAsync(Dispatch dispatch, bool group) => PublishAsync(
        group ? Topics.GroupDispatch(GatewayUnderTest.Group) : Topics.Dispatch(GatewayUnderTest.StationId),
        MessageWriter.Write(dispatch),
        atLeastOnce: true);

    public Task CommandAsync(CommandKind command) => PublishAsync(
        Topics.Command(GatewayUnderTest.StationId),
        MessageWriter.Write(new StationCommand(command, Guid.CreateVersion7(_time.GetUtcNow()), _time.GetUtcNow())),
        atLeastOnce: true);

    public async ValueTask DisposeAsync()
    {
        await _client.TryDisconnectAsync();
        _client.Dispose();
    }

    private Task<MqttClientPublishResult> PublishAsync(string topic, byte[] payload, bool atLeastOnce) =>
        _client.PublishAsync(new MqttApplicationMessage
        {
            Topic = topic,
            PayloadSegment = payload,
            QualityOfServiceLevel = atLeastOnce ? MqttQualityOfServiceLevel.AtLeastOnce : MqttQualityOfServiceLevel.AtMostOnce,
        });

    private async Task TakeAsync(MqttApplicationMessageReceivedEventArgs e)
    {
        if (e.ApplicationMessage.Topic == Topics.Heartbeat(GatewayUnderTest.StationId))
        {
            Interlocked.Increment(ref _stationHeartbeats);
            return;
        }

        if (MessageReader.ReadReport(e.ApplicationMessage.Payload.ToArray()).Value is not { } report)
            return;
        if (report.DispatchId is { } dispatch)
            _steps[(dispatch, report.Event)] = true;
        long upTo;
        lock (_gate)
        {
            if (report.Sequence <= _contiguous || !_ahead.Add(report.Sequence))
                Interlocked.Increment(ref _copies);
            else
                Interlocked.Increment(ref _reports);
            while (_ahead.Remove(_contiguous + 1))
                _contiguous++;
            upTo = _contiguous;
        }

        // Without a wait for the PUBACK: this runs on the client's receiving path.
        await PublishAsync(Topics.Receipt(GatewayUnderTest.StationId), MessageWriter.Write(new Receipt(upTo)), atLeastOnce: false);
    }
}
