using System.Buffers;
using System.Threading.Channels;
using Call112.Messages;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace Call112.Center.Tests;

/// <summary>A station as the centre sees it on the wire: a real MQTT client, the contract's real messages, and answers that the test gives.</summary>
internal sealed class FakeStation : IAsyncDisposable
{
    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();
    private readonly Channel<Dispatch> _dispatches = Channel.CreateUnbounded<Dispatch>();
    private readonly Channel<Receipt> _receipts = Channel.CreateUnbounded<Receipt>();
    private readonly Channel<StationCommand> _commands = Channel.CreateUnbounded<StationCommand>();
    private readonly Channel<StationCertificate> _certificates = Channel.CreateUnbounded<StationCertificate>();
    private readonly HashSet<Guid> _known = [];
    private long _beats;
    private long _sequence;

    private FakeStation(string id) => Id = id;

    public string Id { get; }

    public string BootId { get; init; } = "boot-1";

    /// <summary>What the station reports by itself for every new dispatch; a second copy it reports as Duplicate.</summary>
    public IReadOnlyList<ReportEvent> Reflex { get; set; } = [];

    /// <summary>MQTT Message Expiry of the newest dispatch, in seconds.</summary>
    public uint LastExpirySeconds { get; private set; }

    /// <summary>How often the centre's own heartbeat was heard.</summary>
    public int CenterBeats { get; private set; }

    public static async Task<FakeStation> ConnectAsync(Uri broker, string id, string bootId = "boot-1", params string[] groups)
    {
        var station = new FakeStation(id) { BootId = bootId };
        station._client.ApplicationMessageReceivedAsync += station.ReceiveAsync;
        await station._client.ConnectAsync(new MqttClientOptionsBuilder()
            .WithProtocolVersion(MqttProtocolVersion.V500).WithClientId($"call112-{id}").WithTcpServer(broker.Host, broker.Port)
            .WithCleanStart(false).WithSessionExpiryInterval(3600).Build());
        var subscription = new MqttClientSubscribeOptionsBuilder()
            .WithTopicFilter(Topics.Dispatch(id), MqttQualityOfServiceLevel.AtLeastOnce)
            .WithTopicFilter(Topics.Receipt(id), MqttQualityOfServiceLevel.AtLeastOnce)
            .WithTopicFilter(Topics.Command(id), MqttQualityOfServiceLevel.AtLeastOnce)
            .WithTopicFilter(Topics.Certificate(id), MqttQualityOfServiceLevel.AtLeastOnce)
            .WithTopicFilter(Topics.CenterHeartbeat);
        foreach (var group in groups)
            subscription.WithTopicFilter(Topics.GroupDispatch(group), MqttQualityOfServiceLevel.AtLeastOnce);
        await station._client.SubscribeAsync(subscription.Build());
        await station.PublishAsync(
            Topics.State(id), MessageWriter.Write(new StationStatus(true, id, bootId, At, ClockState.Synchronized, $"Post {id}", "Puskesmas", groups)), retain: true);
        return station;
    }

    public Task<Dispatch> DispatchAsync() => Next(_dispatches);

    public Task<Receipt> ReceiptAsync() => Next(_receipts);

    public Task<StationCommand> CommandAsync() => Next(_commands);

    public Task<StationCertificate> CertificateAsync() => Next(_certificates);

    /// <summary>Waits for the receipt that covers this number.</summary>
    public async Task ReceiptedAsync(long sequence)
    {
        while ((await ReceiptAsync()).UpTo < sequence)
        {
            // An earlier receipt of the same reports.
        }
    }

    public Task ReportAsync(long sequence, ReportEvent @event, Guid? dispatch, string? detail = null) => PublishAsync(
        Topics.Report(Id),
        MessageWriter.Write(new Report(Id, sequence, BootId, @event, At, At, ClockState.Synchronized, ReportSource.Automatic, dispatch, null, 5, Detail: detail)));

    public Task BeatAsync(long lastSequence, int unreceipted = 0) => PublishAsync(
        Topics.Heartbeat(Id), MessageWriter.Write(new Heartbeat(Id, BootId, ++_beats, At, ClockState.Synchronized, _beats * 5000, lastSequence, unreceipted)));

    public Task PublishAsync(string topic, byte[] payload, bool retain = false) => _client.PublishAsync(new MqttApplicationMessageBuilder()
        .WithTopic(topic).WithPayload(payload).WithRetainFlag(retain).WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).Build());

    public async ValueTask DisposeAsync()
    {
        await _client.TryDisconnectAsync(MqttClientDisconnectOptionsReason.NormalDisconnection);
        _client.Dispose();
    }

    private static DateTimeOffset At => new(2026, 11, 24, 6, 0, 1, TimeSpan.Zero);

    private static async Task<T> Next<T>(Channel<T> channel)
    {
        using var deadline = new CancellationTokenSource(Deadline.Long, TimeProvider.System);
        return await channel.Reader.ReadAsync(deadline.Token);
    }

    private async Task ReactAsync(Dispatch dispatch)
    {
        if (Reflex.Count == 0)
            return;
        if (!_known.Add(dispatch.DispatchId))
            await ReportAsync(++_sequence, ReportEvent.Duplicate, dispatch.DispatchId);
        else
            foreach (var @event in Reflex)
                await ReportAsync(++_sequence, @event, dispatch.DispatchId);
    }

    private Task ReceiveAsync(MqttApplicationMessageReceivedEventArgs e)
    {
        var payload = e.ApplicationMessage.Payload.ToArray();
        Assert.False(e.ApplicationMessage.Retain);
        Assert.True(Topics.TryParse(e.ApplicationMessage.Topic, out var topic));
        switch (topic.Kind)
        {
            case TopicKind.StationDispatch or TopicKind.GroupDispatch:
                LastExpirySeconds = e.ApplicationMessage.MessageExpiryInterval;
                var dispatch = MessageReader.ReadDispatch(payload).Value!;
                _dispatches.Writer.TryWrite(dispatch);
                return ReactAsync(dispatch);
            case TopicKind.Receipt:
                _receipts.Writer.TryWrite(MessageReader.ReadReceipt(payload).Value!);
                break;
            case TopicKind.Command:
                _commands.Writer.TryWrite(MessageReader.ReadCommand(payload).Value!);
                break;
            case TopicKind.Certificate:
                _certificates.Writer.TryWrite(MessageReader.ReadCertificate(payload).Value!);
                break;
            case TopicKind.CenterHeartbeat:
                CenterBeats++;
                break;
        }

        return Task.CompletedTask;
    }
}

/// <summary>Deadlines of tests that wait for something real. They end a broken test; no passing test waits for them.</summary>
internal static class Deadline
{
    public static TimeSpan Long => TimeSpan.FromSeconds(30);

    /// <summary>Waits until the condition holds.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var deadline = new CancellationTokenSource(Long, TimeProvider.System);
        while (!await condition())
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, deadline.Token);
    }
}
