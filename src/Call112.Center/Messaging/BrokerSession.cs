using System.Buffers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using Call112.Messages;
using Microsoft.Extensions.Logging;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace Call112.Center.Messaging;

/// <summary>Where the broker is and how the centre names itself to it.</summary>
internal sealed record BrokerAddress(
    Uri Uri, string? User = null, string? Password = null, string? AuthorityFile = null, string? CertificateFile = null, string? KeyFile = null);

/// <summary>A message from the broker.</summary>
/// <param name="Acknowledge">Tells the broker, on the connection that the message came by, that it is stored. Does nothing once that connection is gone.</param>
internal sealed record Incoming(Topic Topic, byte[] Payload, bool Retained, Action Acknowledge);

/// <summary>A message to the broker.</summary>
/// <param name="Urgent">Dispatches and commands go before receipts (F21).</param>
/// <param name="Taken">Called when the broker has confirmed it.</param>
/// <param name="Handed">Called right before it is handed to the MQTT client.</param>
internal sealed record Outgoing(string Topic, byte[] Payload, bool AtLeastOnce, TimeSpan? Expiry, bool Urgent, Action? Taken = null, Action? Handed = null);

/// <summary>
/// The centre's one MQTT session. Duty: keep connected, hand in what comes, acknowledge on the connection it came by, publish with a deadline.
/// Invariants: a fresh client for every connection, so that nothing of an old one can touch the new; acknowledgements in the order of the calls;
/// what could not be published is dropped here, because the book sends it again until it is answered.
/// </summary>
internal sealed class BrokerSession : IAsyncDisposable
{
    public const string ClientId = "call112-center";

    /// <summary>How long the broker keeps the session of an absent centre: 7 days, in seconds.</summary>
    public const uint SessionExpirySeconds = 7 * 24 * 3600;

    /// <summary>Messages that the broker may have under way to us without an acknowledgement.</summary>
    /// <remarks>A commit takes what is under way: with 64, ten thousand answers to a city-wide dispatch were 160 commits, one after another.</remarks>
    public const ushort ReceiveMaximum = 1_024;

    /// <summary>Largest packet, bytes: far above any message of the contract, and small beside the memory of a server (F18, decision 0010).</summary>
    public const uint PacketBytesMax = 1024 * 1024;

    /// <summary>Publishes under way to the broker without its confirmation.</summary>
    private const int PublishesInFlightMax = 256;

    /// <summary>Messages that wait to be published; further ones push out the oldest.</summary>
    private const int OutgoingMax = 20_000;

    private readonly TopicKind[] _kinds;
    private readonly BrokerAddress _address;
    private readonly Func<Incoming, ValueTask> _receive;
    private readonly Func<bool, ValueTask> _linkChanged;
    private readonly TimeProvider _time;
    private readonly Random _dice;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _subscribed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<Outgoing> _urgent = NewLane(), _other = NewLane();
    private readonly SemaphoreSlim _queued = new(0);
    private volatile CancellationTokenSource? _connection;
    private Task _run = Task.CompletedTask;

    /// <param name="more">Kinds of message that are heard beside those of every centre.</param>
    public BrokerSession(
        BrokerAddress address,
        Func<Incoming, ValueTask> receive,
        Func<bool, ValueTask> linkChanged,
        TimeProvider time,
        Random dice,
        ILogger log,
        params TopicKind[] more)
    {
        (_address, _receive, _linkChanged, _time, _dice, _log) = (address, receive, linkChanged, time, dice, log);
        _kinds = [TopicKind.State, TopicKind.Report, TopicKind.Heartbeat, TopicKind.Telemetry, TopicKind.Acceptance, .. more];
    }

    /// <summary>Ends when the first subscription stands.</summary>
    public Task WhenSubscribed => _subscribed.Task;

    public static TimeSpan KeepAlive => TimeSpan.FromSeconds(15);

    /// <summary>Deadline of a connect, subscribe, publish.</summary>
    public static TimeSpan ReplyWithin => TimeSpan.FromSeconds(10);

    /// <summary>Own ping and its deadline: the library's keep-alive does not notice a silent broker while we send (F9).</summary>
    public static TimeSpan PingEvery => TimeSpan.FromSeconds(5);

    /// <inheritdoc cref="PingEvery"/>
    public static TimeSpan PongWithin => TimeSpan.FromSeconds(3);

    /// <summary>A connection that lasted so long resets the back-off (F8).</summary>
    public static TimeSpan StableAfter => TimeSpan.FromSeconds(60);

    public void Start() => _run = RunAsync(_stop.Token);

    /// <summary>Queues a message. Without a connection it is dropped.</summary>
    public void Publish(Outgoing message)
    {
        if (_connection is null)
            return;
        (message.Urgent ? _urgent : _other).Writer.TryWrite(message);
        _queued.Release();
    }

    /// <summary>Drops the connection: everything that is not acknowledged comes again.</summary>
    public void DropConnection() => _connection?.Cancel();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _stop.Dispose();
        _queued.Dispose();
    }

    private static Channel<Outgoing> NewLane() =>
        Channel.CreateBounded<Outgoing>(new BoundedChannelOptions(OutgoingMax) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private async Task RunAsync(CancellationToken stop)
    {
        var failures = 0;
        while (!stop.IsCancellationRequested)
        {
            var started = _time.GetTimestamp();
            string ended;
            using (var connection = CancellationTokenSource.CreateLinkedTokenSource(stop))
                ended = await ConnectOnceAsync(connection);
            if (stop.IsCancellationRequested)
                break;
            failures = _time.GetElapsedTime(started) >= StableAfter ? 0 : failures + 1;
            var wait = BackOff.Wait(failures, _dice.NextDouble());
            _log.LogWarning("broker {Broker}: {Ended}; next try in {Wait:0.0} s", _address.Uri, ended, wait.TotalSeconds);
            try
            {
                await Task.Delay(wait, _time, stop);
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }
    }

    /// <summary>One connection from connect to its end. Returns why it ended.</summary>
    private async Task<string> ConnectOnceAsync(CancellationTokenSource connection)
    {
        using var client = new MqttClientFactory().CreateMqttClient();
        var acks = Channel.CreateUnbounded<MqttApplicationMessageReceivedEventArgs>(new UnboundedChannelOptions { SingleReader = true });
        client.ApplicationMessageReceivedAsync += e => ReceiveAsync(e, acks.Writer, connection.Token);
        client.DisconnectedAsync += _ =>
        {
            connection.Cancel();
            return Task.CompletedTask;
        };
        var linked = false;
        try
        {
            var result = await client.ConnectAsync(Options(), connection.Token);
            if (result.ResultCode != MqttClientConnectResultCode.Success)
                return $"refused the connection: {result.ResultCode} {result.ReasonString}";
            _log.LogInformation("connected to {Broker}, session {Session}", _address.Uri, result.IsSessionPresent ? "resumed" : "new");
            Drain();
            _connection = connection;
            linked = true;
            await _linkChanged(true);
            // Always subscribed anew: a broker that lost our session has lost the subscriptions (F14), and the retained states come again.
            var subscription = new MqttClientSubscribeOptionsBuilder();
            foreach (var kind in _kinds)
                subscription.WithTopicFilter(
                    Topics.OfAllStations(kind), kind == TopicKind.Telemetry ? MqttQualityOfServiceLevel.AtMostOnce : MqttQualityOfServiceLevel.AtLeastOnce);
            await client.SubscribeAsync(subscription.Build(), connection.Token);
            _subscribed.TrySetResult();
            Task[] parts = [PumpAsync(client, connection), AcknowledgeAsync(acks.Reader, connection), PingAsync(client, connection)];
            var ended = await Task.WhenAny(parts);
            await connection.CancelAsync();
            await Task.WhenAll(parts).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await ended;
            return "the connection was lost";
        }
        catch (Exception e) when (e is MqttCommunicationException or OperationCanceledException or IOException or InvalidOperationException or CenterStartException
            or MqttProtocolViolationException or CryptographicException or UnauthorizedAccessException or ArgumentException)
        {
            return e is OperationCanceledException ? "the connection ended" : e.Message;
        }
        finally
        {
            _connection = null;
            await connection.CancelAsync();
            if (linked)
                await _linkChanged(false);
            if (client.IsConnected && _stop.IsCancellationRequested)
                await client.TryDisconnectAsync(MqttClientDisconnectOptionsReason.NormalDisconnection);
        }
    }

    private MqttClientOptions Options()
    {
        var secure = _address.Uri.Scheme == "mqtts";
        var builder = new MqttClientOptionsBuilder()
            .WithProtocolVersion(MqttProtocolVersion.V500)
            .WithClientId(ClientId)
            .WithTcpServer(_address.Uri.Host.Trim('[', ']'), _address.Uri.Port > 0 ? _address.Uri.Port : secure ? 8883 : 1883)
            .WithCleanStart(false)
            .WithSessionExpiryInterval(SessionExpirySeconds)
            .WithReceiveMaximum(ReceiveMaximum)
            .WithMaximumPacketSize(PacketBytesMax)
            .WithKeepAlivePeriod(KeepAlive)
            .WithTimeout(ReplyWithin);
        if (_address.User is not null)
            builder.WithCredentials(_address.User, _address.Password ?? "");
        if (secure)
            builder.WithTlsOptions(tls =>
            {
                tls.UseTls().WithTargetHost(_address.Uri.Host);
                if (_address.AuthorityFile is { } file)
                {
                    var chain = new X509Certificate2Collection();
                    chain.ImportFromPemFile(file);
                    tls.WithTrustChain(chain);
                }

                if (_address is { CertificateFile: { } certificate, KeyFile: { } key })
                    tls.WithClientCertificates([X509Certificate2.CreateFromPemFile(certificate, key)]);
            });
        return builder.Build();
    }

    private async Task ReceiveAsync(
        MqttApplicationMessageReceivedEventArgs e, ChannelWriter<MqttApplicationMessageReceivedEventArgs> acks, CancellationToken connection)
    {
        e.AutoAcknowledge = false;
        var message = e.ApplicationMessage;
        if (!Topics.TryParse(message.Topic, out var topic))
        {
            acks.TryWrite(e);
            return;
        }

        if (connection.IsCancellationRequested)
            return;
        await _receive(new Incoming(topic, message.Payload.ToArray(), message.Retain, () => acks.TryWrite(e)));
    }

    private static async Task AcknowledgeAsync(ChannelReader<MqttApplicationMessageReceivedEventArgs> acks, CancellationTokenSource connection)
    {
        await foreach (var e in acks.ReadAllAsync(connection.Token))
            await e.AcknowledgeAsync(connection.Token);
    }

    private async Task PingAsync(IMqttClient client, CancellationTokenSource connection)
    {
        while (true)
        {
            await Task.Delay(PingEvery, _time, connection.Token);
            using var deadline = new CancellationTokenSource(PongWithin, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, connection.Token);
            await client.PingAsync(either.Token);
        }
    }

    private async Task PumpAsync(IMqttClient client, CancellationTokenSource connection)
    {
        using var inFlight = new SemaphoreSlim(PublishesInFlightMax);
        while (true)
        {
            await _queued.WaitAsync(connection.Token);
            if (!_urgent.Reader.TryRead(out var message) && !_other.Reader.TryRead(out message))
                continue;
            await inFlight.WaitAsync(connection.Token);
            // Started one after another, so packets keep their order; only the confirmations are awaited together.
            _ = PublishAsync(client, message, inFlight, connection);
        }
    }

    private async Task PublishAsync(IMqttClient client, Outgoing message, SemaphoreSlim inFlight, CancellationTokenSource connection)
    {
        try
        {
            var builder = new MqttApplicationMessageBuilder()
                .WithTopic(message.Topic)
                .WithPayload(message.Payload)
                .WithContentType("application/json")
                .WithQualityOfServiceLevel(message.AtLeastOnce ? MqttQualityOfServiceLevel.AtLeastOnce : MqttQualityOfServiceLevel.AtMostOnce);
            if (message.Expiry is { } expiry)
                builder.WithMessageExpiryInterval((uint)Math.Max(1, Math.Ceiling(expiry.TotalSeconds)));
            message.Handed?.Invoke();
            // Only the end of the connection cancels the write: a packet that is cut in the middle would swallow the next one.
            await client.PublishAsync(builder.Build(), connection.Token).WaitAsync(ReplyWithin, _time, connection.Token);
            message.Taken?.Invoke();
        }
        catch (Exception e) when (e is MqttCommunicationException or OperationCanceledException or TimeoutException or InvalidOperationException
            or ObjectDisposedException or MqttClientNotConnectedException)
        {
            // No confirmation in time: the connection proves nothing any more.
            TryCancel(connection);
        }
        finally
        {
            TryRelease(inFlight);
        }
    }

    private static void TryCancel(CancellationTokenSource connection)
    {
        try
        {
            connection.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The connection ended by itself meanwhile.
        }
    }

    private static void TryRelease(SemaphoreSlim inFlight)
    {
        try
        {
            inFlight.Release();
        }
        catch (ObjectDisposedException)
        {
            // The pump of this connection ended meanwhile.
        }
    }

    private void Drain()
    {
        while (_urgent.Reader.TryRead(out _) || _other.Reader.TryRead(out _))
        {
            // What was queued for the old connection is out of date; the book decides anew.
        }
    }
}
