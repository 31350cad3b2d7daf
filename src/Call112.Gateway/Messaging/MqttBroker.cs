using System.Buffers;
using System.Security.Cryptography;
using System.Threading.Channels;
using Call112.Gateway.Options;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace Call112.Gateway.Messaging;

/// <summary>MQTT 5 by MQTTnet; the only file that knows its types. A fresh client for every connection: an old one's flags and packet ids are not trusted.</summary>
public sealed class MqttBroker : IBroker
{
    /// <summary>Unacknowledged messages the broker may have under way to us (contract, "Topics").</summary>
    public const ushort ReceiveMaximum = 16;

    /// <summary>
    /// Largest packet, in bytes. Above the contract's 16 KiB, so that a message which is only too large is still answered by a Rejected report;
    /// what is larger a broker must not send (MQTT-3.1.2-24), and one that does loses the connection (F18, decision 0010).
    /// </summary>
    public const uint PacketBytesMax = 256 * 1024;

    /// <summary>How long the broker keeps the session of a station that is away, seconds: 7 days (contract).</summary>
    public const uint SessionExpirySeconds = 7 * 24 * 3600;

    private static readonly TimeSpan s_connectDeadline = TimeSpan.FromSeconds(10);

    private readonly MqttClientFactory _factory = new();
    private readonly UplinkOptions _uplink;
    private readonly TimeProvider _time;
    private readonly ILogger? _log;
    private readonly UplinkSocket _socket;
    private bool _saidBound;
    private bool _saidBlind;
    private bool _saidUnanswered;

    /// <param name="log">Told, once, what works less well than it could: an interface bound by its address only, a topic that the broker keeps
    /// from us. Nobody is told when null.</param>
    /// <param name="renewal">Knows the certificates that have come since station.json; only what is in station.json when null.</param>
    public MqttBroker(UplinkOptions uplink, TimeProvider time, ILogger? log = null, CertificateRenewal? renewal = null)
    {
        (_uplink, _time, _log) = (uplink, time, log);
        Credentials = uplink is { Tls: true } and not { CaFile: null, CertificateFile: null, Identity: null } ? new Credentials(uplink, renewal) : null;
        _socket = new UplinkSocket(uplink.Interface, why =>
        {
            if (!_saidBound)
                log?.LogWarning(
                    LogEvents.BoundByAddress, "{Uplink}: bound to the address of {Interface} only: {Why}", uplink.Name, uplink.Interface, why);
            _saidBound = true;
        });
    }

    public Credentials? Credentials { get; }

    /// <inheritdoc/>
    /// <remarks>New certificates are tried first. If they lead nowhere and those before them do, the station goes on with the old ones
    /// (F13).</remarks>
    public async Task<IBrokerConnection> ConnectAsync(SessionRequest request, Func<InboundMessage, ValueTask> receive, CancellationToken cancel)
    {
        if (Credentials is null)
            return await ConnectAsync(request, receive, null, cancel);
        BrokerException? refusal = null;
        foreach (var material in Credentials.ToTry())
        {
            _socket.Forget();
            try
            {
                var connection = await ConnectAsync(request, receive, material, cancel);
                Credentials.Proved(material, refusal?.Message);
                return connection;
            }
            catch (BrokerException e) when (_socket.HasReached)
            {
                refusal ??= e;
            }
        }

        throw refusal!;
    }

    private async Task<IBrokerConnection> ConnectAsync(
        SessionRequest request, Func<InboundMessage, ValueTask> receive, Credentials.Material? material, CancellationToken cancel)
    {
        var connection = new Connection(_factory, receive, _time);
        var client = connection.Client;
        try
        {
            using var deadline = new CancellationTokenSource(s_connectDeadline, _time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
            var result = await client.ConnectAsync(ClientOptions(request, material), both.Token);
            if (result.ResultCode != MqttClientConnectResultCode.Success)
                throw new BrokerException($"the broker refused the connection: {result.ResultCode} {result.ReasonString}".TrimEnd());
            connection.SessionPresent = result.IsSessionPresent;
            connection.InFlightMax = result.ReceiveMaximum ?? ushort.MaxValue;
            await SubscribeAsync(client, request, both.Token);
            return connection;
        }
        catch (Exception e) when (e is not BrokerException && (e is not OperationCanceledException || !cancel.IsCancellationRequested))
        {
            await connection.DisposeAsync();
            throw new BrokerException(e is OperationCanceledException ? $"no answer within {s_connectDeadline.TotalSeconds} s" : Refusal(e, material), e);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private async Task SubscribeAsync(IMqttClient client, SessionRequest request, CancellationToken cancel)
    {
        var options = new MqttClientSubscribeOptions();
        foreach (var topic in request.Subscriptions)
            options.TopicFilters.Add(new MqttTopicFilter
            {
                Topic = topic,
                QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce,
                // Without it a retained publish reaches a live subscriber with the flag cleared, and F7 could not be seen.
                RetainAsPublished = true,
                RetainHandling = MqttRetainHandling.SendAtSubscribeIfNewSubscriptionOnly,
            });
        if (request.OwnState is not null)
            options.TopicFilters.Add(new MqttTopicFilter
            {
                Topic = request.OwnState,
                QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce,
                RetainAsPublished = false,
                RetainHandling = MqttRetainHandling.SendAtSubscribe,
            });
        var result = await client.SubscribeAsync(options, cancel);
        foreach (var item in result.Items)
            if (item.ResultCode > MqttClientSubscribeResultCode.GrantedQoS2)
                Refused(item.TopicFilter.Topic, item.ResultCode, request);
    }

    /// <summary>
    /// A station that may not hear dispatches is deaf; one that may not hear its own state can do all but notice a copied card, and one that may not hear
    /// an answer to its request all but renew its certificate.
    /// </summary>
    private void Refused(string topic, MqttClientSubscribeResultCode why, SessionRequest request)
    {
        var isOwnState = topic == request.OwnState;
        if (!isOwnState && topic != request.MayBeRefused)
            throw new BrokerException($"the broker refused the subscription to {topic}: {why}");
        if (isOwnState && !_saidBlind)
            _log?.LogWarning(
                LogEvents.OwnStateRefused, "{Uplink}: the broker refused the subscription to {Topic} ({Why}): a copied card will not be noticed",
                _uplink.Name, topic, why);
        else if (!isOwnState && !_saidUnanswered)
            _log?.LogWarning(
                LogEvents.RenewalRefused, "{Uplink}: the broker refused the subscription to {Topic} ({Why}): no renewal will arrive",
                _uplink.Name, topic, why);
        (_saidBlind, _saidUnanswered) = (_saidBlind || isOwnState, _saidUnanswered || !isOwnState);
    }

    private MqttClientOptions ClientOptions(SessionRequest request, Credentials.Material? material)
    {
        var builder = _factory.CreateClientOptionsBuilder()
            .WithProtocolVersion(MqttProtocolVersion.V500)
            .WithTcpServer(_uplink.Host, _uplink.Port)
            .WithClientId(request.ClientId)
            .WithCleanStart(request.IsProbe)
            .WithSessionExpiryInterval(request.IsProbe ? 0 : SessionExpirySeconds)
            .WithReceiveMaximum(ReceiveMaximum)
            .WithMaximumPacketSize(PacketBytesMax)
            // Only a second net: proof of life is the heartbeat's PUBACK (F9).
            .WithKeepAlivePeriod(TimeSpan.FromSeconds(30))
            .WithTimeout(s_connectDeadline);
        if (!request.IsProbe)
            builder = builder
                .WithWillTopic(request.Will.Topic)
                .WithWillPayload(request.Will.Payload)
                .WithWillRetain(request.Will.Retain)
                .WithWillQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce);
        if (_uplink.Username is not null)
            builder = builder.WithCredentials(_uplink.Username, _uplink.PasswordFile is null ? "" : File.ReadLines(_uplink.PasswordFile).FirstOrDefault() ?? "");
        if (_uplink.Tls)
            builder = builder.WithTlsOptions(tls => Tls(tls, material));
        var options = builder.Build();
        ((MqttClientTcpOptions)options.ChannelOptions).StreamProvider = _socket;
        return options;
    }

    private void Tls(MqttClientTlsOptionsBuilder tls, Credentials.Material? material)
    {
        tls.UseTls().WithTargetHost(_uplink.Host);
        if (material?.Authorities is { } authorities)
            tls.WithTrustChain(authorities);
        if (material?.Own is { } own)
            tls.WithClientCertificates([own]);
    }

    /// <summary>Why no connection was made, and which certificate was shown.</summary>
    /// <remarks>With TLS 1.3 a broker looks at the certificate when the client is through already, and ends the connection upon what it is sent then:
    /// its reason gets lost now and then, and "connection reset" would be all that a technician reads.</remarks>
    private string Refusal(Exception e, Credentials.Material? material)
    {
        var reason = Innermost(e);
        if (!_uplink.Tls || !_socket.HasReached || reason.StartsWith("The remote certificate", StringComparison.Ordinal))
            return reason;
        return material?.Own is { } own
            ? $"{reason}; shown was certificate {own.SerialNumber.ToLowerInvariant()}, until {own.NotAfter.ToUniversalTime():yyyy-MM-dd}"
            : $"{reason}; no certificate was shown";
    }

    private static string Innermost(Exception e)
    {
        while (e.InnerException is { } inner)
            e = inner;
        return e is CryptographicException ? $"certificate: {e.Message}" : e.Message;
    }

    /// <summary>
    /// One client's life. Invariant: PUBACKs leave in the order in which they were asked for (MQTT-4.6.0-2), by one sender, and only on
    /// this client.
    /// </summary>
    private sealed class Connection : IBrokerConnection
    {
        private static readonly TimeSpan s_closeDeadline = TimeSpan.FromSeconds(1);

        private readonly Func<InboundMessage, ValueTask> _receive;
        private readonly TimeProvider _time;
        private readonly CancellationTokenSource _gone = new();
        private readonly TaskCompletionSource<string> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Channel<(PublishTap Tap, ushort PacketId)> _toAcknowledge =
            Channel.CreateUnbounded<(PublishTap, ushort)>(new UnboundedChannelOptions { SingleReader = true });
        private readonly Task _acknowledger;
        private bool _isInOrder;

        public Connection(MqttClientFactory factory, Func<InboundMessage, ValueTask> receive, TimeProvider time)
        {
            (_receive, _time) = (receive, time);
            Client = factory.CreateMqttClient(new PublishTap.Factory(ReceiveAsync));
            Client.DisconnectedAsync += DisconnectedAsync;
            _acknowledger = AcknowledgeAsync();
        }

        public IMqttClient Client { get; }

        public bool SessionPresent { get; set; }

        public int InFlightMax { get; set; } = 1;

        public Task<string> Closed => _closed.Task;

        public bool WasTakenOver { get; private set; }

        public void EndInOrder() => _isInOrder = true;

        /// <summary>Runs on the thread that reads the socket: takes over the message and returns.</summary>
        private ValueTask ReceiveAsync(PublishTap tap, MqttPublishPacket packet)
        {
            var id = packet.PacketIdentifier;
            var acknowledge = packet.QualityOfServiceLevel == MqttQualityOfServiceLevel.AtMostOnce ? null : (Action)(() => _toAcknowledge.Writer.TryWrite((tap, id)));
            return _receive(new InboundMessage(packet.Topic, packet.Payload.ToArray(), packet.Retain, acknowledge));
        }

        private Task DisconnectedAsync(MqttClientDisconnectedEventArgs e)
        {
            WasTakenOver = e.Reason == MqttClientDisconnectReason.SessionTakenOver;
            _closed.TrySetResult(
                WasTakenOver ? "the session was taken over by another client"
                : e.Exception is { } exception ? Innermost(exception) : e.ReasonString ?? "the connection was closed");
            return Task.CompletedTask;
        }

        public async Task PublishAsync(OutboundMessage message, TimeSpan deadline, CancellationToken cancel)
        {
            using var late = new CancellationTokenSource(deadline, _time);
            using var any = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancel, _gone.Token);
            try
            {
                // MQTTnet writes a packet in two parts and lets a cancellation come between them; what is sent next would then be read as the
                // rest of this message. So only the end of the connection cancels the write, and the caller's token only the waiting.
                var publishing = Client.PublishAsync(
                    new MqttApplicationMessage
                    {
                        Topic = message.Topic,
                        Payload = new ReadOnlySequence<byte>(message.Payload),
                        Retain = message.Retain,
                        QualityOfServiceLevel = message.AtLeastOnce ? MqttQualityOfServiceLevel.AtLeastOnce : MqttQualityOfServiceLevel.AtMostOnce,
                    },
                    _gone.Token);
                var result = await publishing.WaitAsync(any.Token);
                if (!result.IsSuccess)
                    throw new BrokerException($"the broker refused a message to {message.Topic}: {result.ReasonCode} {result.ReasonString}".TrimEnd())
                    {
                        IsRefusal = true,
                    };
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                throw new BrokerException(late.IsCancellationRequested ? $"no PUBACK within {deadline.TotalSeconds} s" : "the connection has gone");
            }
            catch (Exception e) when (e is MqttCommunicationException or MqttClientNotConnectedException or InvalidOperationException or ObjectDisposedException)
            {
                throw new BrokerException(Innermost(e), e);
            }
        }

        public async ValueTask DisposeAsync()
        {
            _toAcknowledge.Writer.TryComplete();
            try
            {
                using var late = new CancellationTokenSource(s_closeDeadline, _time);
                var reason = _isInOrder ? MqttClientDisconnectOptionsReason.NormalDisconnection : MqttClientDisconnectOptionsReason.DisconnectWithWillMessage;
                if (Client.IsConnected)
                    await Client.DisconnectAsync(new MqttClientDisconnectOptions { Reason = reason }, late.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or MqttCommunicationException or MqttClientNotConnectedException or ObjectDisposedException or InvalidOperationException)
            {
                // It was to be closed; it is.
            }

            await _gone.CancelAsync();
            await _acknowledger;
            Client.Dispose();
            _gone.Dispose();
            _closed.TrySetResult("closed by this station");
        }

        private async Task AcknowledgeAsync()
        {
            try
            {
                await foreach (var (tap, id) in _toAcknowledge.Reader.ReadAllAsync(_gone.Token))
                    await tap.AcknowledgeAsync(id, _gone.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or MqttCommunicationException or MqttClientNotConnectedException or InvalidOperationException or ObjectDisposedException)
            {
                // The connection has gone: the broker delivers again, and the state knows the dispatch.
            }
        }
    }
}
