using System.Net;
using System.Security.Cryptography.X509Certificates;
using MQTTnet;
using MQTTnet.Adapter;
using MQTTnet.Diagnostics.Logger;
using MQTTnet.Exceptions;
using MQTTnet.Formatter;
using MQTTnet.Implementations;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace Call112.Gateway.Messaging;

/// <summary>
/// Takes PUBLISH packets off MQTTnet's wire adapter as they are read, and hands them on in the thread that read them.
/// MQTTnet's own way leads through an unbounded queue to another thread: 50 to 100 µs before the siren, and a memory without limit (F18).
/// What comes before the broker has accepted the connection (MQTT-3.2.0-1), or with QoS 2, which was never subscribed and leads into that queue,
/// ends the connection. Everything else passes through. One tap lives with one connection, so a PUBACK cannot reach another (MQTT ack traps, F6).
/// </summary>
internal sealed class PublishTap(IMqttChannelAdapter wire, Func<PublishTap, MqttPublishPacket, ValueTask> take) : IMqttChannelAdapter
{
    private bool _accepted;

    public long BytesReceived => wire.BytesReceived;

    public long BytesSent => wire.BytesSent;

    public X509Certificate2? ClientCertificate => wire.ClientCertificate;

    public EndPoint? RemoteEndPoint => wire.RemoteEndPoint;

    public EndPoint? LocalEndPoint => wire.LocalEndPoint;

    public bool IsSecureConnection => wire.IsSecureConnection;

    public MqttPacketFormatterAdapter PacketFormatterAdapter => wire.PacketFormatterAdapter;

    public async Task<MqttPacket> ReceivePacketAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var packet = await wire.ReceivePacketAsync(cancellationToken).ConfigureAwait(false);
            if (packet is MqttConnAckPacket { ReasonCode: MqttConnectReasonCode.Success })
                _accepted = true;
            if (packet is not MqttPublishPacket publish)
                return packet;
            if (!_accepted)
                throw new MqttProtocolViolationException("a publish before the CONNACK");
            if (publish.QualityOfServiceLevel > MqttQualityOfServiceLevel.AtLeastOnce)
                throw new MqttProtocolViolationException("a publish of QoS 2, where QoS 1 is the most that was subscribed");
            await take(this, publish).ConfigureAwait(false);
        }
    }

    public Task AcknowledgeAsync(ushort packetIdentifier, CancellationToken cancel) =>
        wire.SendPacketAsync(new MqttPubAckPacket { PacketIdentifier = packetIdentifier, ReasonCode = MqttPubAckReasonCode.Success }, cancel);

    public Task ConnectAsync(CancellationToken cancellationToken) => wire.ConnectAsync(cancellationToken);

    public Task DisconnectAsync(CancellationToken cancellationToken) => wire.DisconnectAsync(cancellationToken);

    public void ResetStatistics() => wire.ResetStatistics();

    public Task SendPacketAsync(MqttPacket packet, CancellationToken cancellationToken) => wire.SendPacketAsync(packet, cancellationToken);

    public void Dispose() => wire.Dispose();

    /// <summary>Puts the tap on the adapter that MQTTnet makes.</summary>
    internal sealed class Factory(Func<PublishTap, MqttPublishPacket, ValueTask> take) : IMqttClientAdapterFactory
    {
        public IMqttChannelAdapter CreateClientAdapter(MqttClientOptions options, MqttPacketInspector packetInspector, IMqttNetLogger logger)
        {
            var limited = new PacketLimit(new MqttTcpChannel(options), options.MaximumPacketSize);
            var buffer = new MqttBufferWriter(options.WriterBufferSize, options.WriterBufferSizeMax);
            var wire = new MqttChannelAdapter(limited, new MqttPacketFormatterAdapter(options.ProtocolVersion, buffer), logger)
            {
                AllowPacketFragmentation = options.AllowPacketFragmentation,
                PacketInspector = packetInspector,
            };
            return new PublishTap(wire, take);
        }
    }
}
