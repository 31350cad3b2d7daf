using System.Buffers;
using System.Collections.Concurrent;
using Call112.Messages;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace Call112.System.Tests.Toolkit;

/// <summary>
/// The test's own centre for one station, at the contract's level: publishes dispatches, records every report, sends receipts for what it
/// has without a gap, and its heartbeat. Comes back by itself when the broker does. Sends no dispatch twice unless a test does: then the loss
/// of one shows.
/// </summary>
public sealed class RecordingCentre : IAsyncDisposable
{
    private static readonly TimeSpan s_heartbeatEvery = TimeSpan.FromSeconds(2), s_retryEvery = TimeSpan.FromMilliseconds(100);

    private readonly string _stationId;
    private readonly int _port;
    private readonly SequenceAccount _account = new();
    private readonly ConcurrentQueue<StationStatus> _states = new();
    private readonly ConcurrentQueue<long> _heartbeatsNs = new();
    private readonly ConcurrentDictionary<long, long> _arrivedAtNs = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly string _clientId = $"recording-{Guid.NewGuid():N}";
    private volatile IMqttClient? _client;
    private Task _run = Task.CompletedTask;
    private long _receipted;

    public RecordingCentre(string stationId, int brokerPort) => (_stationId, _port) = (stationId, brokerPort);

    /// <summary>Sends a receipt whenever a report closed the row; else the station keeps its reports.</summary>
    public bool SendsReceipts { get; set; } = true;

    /// <summary>States as they came, wills and retained ones included.</summary>
    public IReadOnlyList<StationStatus> States => [.. _states];

    /// <summary>When the station's heartbeats came, monotonic clock.</summary>
    public IReadOnlyList<long> HeartbeatsNs => [.. _heartbeatsNs];

    /// <summary>Payloads that the contract's reader refuses: there must be none.</summary>
    public ConcurrentQueue<string> Unreadable { get; } = new();

    public async Task ConnectAsync()
    {
        _run = RunAsync();
        await Wait.UntilAsync(() => _client is not null, "the recording centre is subscribed");
    }

    /// <summary>Looks at the account under its lock.</summary>
    public T Account<T>(Func<SequenceAccount, T> look)
    {
        lock (_account)
            return look(_account);
    }

    /// <summary>When a report came for the first time, monotonic clock.</summary>
    public long ArrivedAtNs(long sequence) => _arrivedAtNs[sequence];

    public IReadOnlyList<Report> Reports() => Account(account => account.Reports.ToList());

    public IReadOnlyList<Report> ReportsOf(Guid dispatchId) => [.. Reports().Where(report => report.DispatchId == dispatchId)];

    public bool Has(ReportEvent @event, Guid? dispatchId = null) =>
        Reports().Any(report => report.Event == @event && (dispatchId is null || report.DispatchId == dispatchId));

    public Task HearsAsync(ReportEvent @event, Guid? dispatchId = null, TimeSpan? within = null) =>
        Wait.UntilAsync(() => Has(@event, dispatchId), $"the centre hears {@event} {dispatchId}", within);

    public Task SendAsync(Dispatch dispatch) => PublishAsync(Topics.Dispatch(_stationId), MessageWriter.Write(dispatch));

    /// <summary>Publishes and waits for the broker's PUBACK.</summary>
    public async Task PublishAsync(string topic, byte[] payload, bool retain = false)
    {
        if (!await TryPublishAsync(topic, payload, retain))
            throw new InvalidOperationException($"the broker did not take a message to {topic}");
    }

    /// <summary>Publishes at most once (QoS 0), which nobody confirms.</summary>
    public Task SpillAsync(string topic, byte[] payload) =>
        _client?.PublishAsync(new MqttApplicationMessage { Topic = topic, PayloadSegment = payload }, _stop.Token)
            ?? throw new InvalidOperationException("not connected");

    /// <summary>False when the broker did not confirm: nobody knows then whether it has the message.</summary>
    public async Task<bool> TryPublishAsync(string topic, byte[] payload, bool retain = false)
    {
        if (_client is not { } client)
            return false;
        try
        {
            using var late = new CancellationTokenSource(TimeSpan.FromSeconds(10), Wait.Time);
            var result = await client.PublishAsync(
                new MqttApplicationMessage { Topic = topic, PayloadSegment = payload, Retain = retain, QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce }, late.Token);
            return result.IsSuccess;
        }
        catch (Exception e) when (e is MqttCommunicationException or MqttClientNotConnectedException or OperationCanceledException or InvalidOperationException or ObjectDisposedException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await ConnectedAsync();
            }
            catch (Exception e) when (e is MqttCommunicationException or MqttClientNotConnectedException or OperationCanceledException or InvalidOperationException)
            {
                // The broker is dead, or was just killed: that is what the tests do.
            }

            _client = null;
            if (!_stop.IsCancellationRequested)
                await Task.Delay(s_retryEvery, Wait.Time, CancellationToken.None);
        }
    }

    private async Task ConnectedAsync()
    {
        using var client = new MqttClientFactory().CreateMqttClient();
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        client.ApplicationMessageReceivedAsync += e => TakeAsync(client, e.ApplicationMessage);
        client.DisconnectedAsync += _ =>
        {
            gone.TrySetResult();
            return Task.CompletedTask;
        };
        await client.ConnectAsync(
            new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", _port).WithClientId(_clientId).WithProtocolVersion(MqttProtocolVersion.V500)
                .WithCleanStart(false).WithSessionExpiryInterval(3600).WithReceiveMaximum(1000).Build(),
            _stop.Token);
        var subscribe = new MqttClientSubscribeOptionsBuilder();
        foreach (var topic in new[] { Topics.Report(_stationId), Topics.State(_stationId), Topics.Heartbeat(_stationId) })
            subscribe.WithTopicFilter(topic, MqttQualityOfServiceLevel.AtLeastOnce);
        await client.SubscribeAsync(subscribe.Build(), _stop.Token);
        _client = client;
        var stopped = Task.Delay(Timeout.InfiniteTimeSpan, Wait.Time, _stop.Token);
        while (!gone.Task.IsCompleted && !stopped.IsCompleted)
        {
            var beat = MessageWriter.Write(new CenterHeartbeat(Wait.Time.GetUtcNow(), _clientId));
            await client.PublishAsync(new MqttApplicationMessage { Topic = Topics.CenterHeartbeat, PayloadSegment = beat }, _stop.Token);
            await Task.WhenAny(gone.Task, stopped, Task.Delay(s_heartbeatEvery, Wait.Time, CancellationToken.None));
        }
    }

    private async Task TakeAsync(IMqttClient client, MqttApplicationMessage message)
    {
        var payload = message.Payload.ToArray();
        if (message.Topic == Topics.State(_stationId))
        {
            if (MessageReader.ReadStatus(payload).Value is { } status)
                _states.Enqueue(status);
            else
                Unreadable.Enqueue(message.Topic);
            return;
        }

        if (message.Topic == Topics.Heartbeat(_stationId))
        {
            _heartbeatsNs.Enqueue(Wait.MonotonicNs);
            // As the reference centre does: a receipt may have got lost, for one with a run of the station that was killed; and what the station
            // keeps no more will never come (decision 0012).
            if (SendsReceipts && MessageReader.ReadHeartbeat(payload).Value is { Unreceipted: > 0 } beat)
                await ReceiptAsync(client, Account(account => account.Forgo(beat.LastSequence - beat.Unreceipted)));
            return;
        }

        if (message.Topic != Topics.Report(_stationId))
            return;
        var parsed = MessageReader.ReadReport(payload);
        if (parsed.Value is not { } report)
        {
            Unreadable.Enqueue(parsed.Reason);
            return;
        }

        _arrivedAtNs.TryAdd(report.Sequence, Wait.MonotonicNs);
        var contiguous = Account(account =>
        {
            account.Add(report);
            return account.Contiguous;
        });
        // Without a wait for the PUBACK: this runs on the client's receiving path.
        if (SendsReceipts && contiguous > Interlocked.Exchange(ref _receipted, contiguous))
            await ReceiptAsync(client, contiguous);
    }

    private async Task ReceiptAsync(IMqttClient client, long upTo) => await
        client.PublishAsync(new MqttApplicationMessage { Topic = Topics.Receipt(_stationId), PayloadSegment = MessageWriter.Write(new Receipt(upTo)) });
}
