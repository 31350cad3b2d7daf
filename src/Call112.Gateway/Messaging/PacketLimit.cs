using System.Buffers;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using MQTTnet.Channel;
using MQTTnet.Exceptions;

namespace Call112.Gateway.Messaging;

/// <summary>
/// The bytes of one connection, watched for what a packet announces. MQTTnet reserves a packet's whole length before it has read any of it, up to
/// 256 MB, whatever maximum the station asked for (F18). A packet that announces more ends the connection, and nothing is reserved.
/// Invariant: follows the framing of MQTT exactly (fixed header, then its remaining length), however the reads are cut.
/// </summary>
internal sealed class PacketLimit(IMqttChannel wire, uint bytesMax) : IMqttChannel
{
    private bool _inLength;
    private int _shift;
    private uint _length;
    private uint _bodyLeft;

    public X509Certificate2 ClientCertificate => wire.ClientCertificate;

    public EndPoint RemoteEndPoint => wire.RemoteEndPoint;

    public EndPoint LocalEndPoint => wire.LocalEndPoint;

    public bool IsSecureConnection => wire.IsSecureConnection;

    public Task ConnectAsync(CancellationToken cancellationToken) => wire.ConnectAsync(cancellationToken);

    public Task DisconnectAsync(CancellationToken cancellationToken) => wire.DisconnectAsync(cancellationToken);

    public async Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        var read = await wire.ReadAsync(buffer, offset, count, cancellationToken).ConfigureAwait(false);
        if (read > 0)
            Watch(buffer.AsSpan(offset, read));
        return read;
    }

    public Task WriteAsync(ReadOnlySequence<byte> buffer, bool isEndOfPacket, CancellationToken cancellationToken) =>
        wire.WriteAsync(buffer, isEndOfPacket, cancellationToken);

    public void Dispose() => wire.Dispose();

    /// <exception cref="MqttProtocolViolationException">A packet announces more than the limit, or a length that is none.</exception>
    internal void Watch(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            if (_bodyLeft > 0)
            {
                var body = (int)Math.Min(_bodyLeft, (uint)bytes.Length);
                _bodyLeft -= (uint)body;
                bytes = bytes[body..];
                continue;
            }

            var next = bytes[0];
            bytes = bytes[1..];
            if (_inLength)
                Length(next);
            else
                (_inLength, _shift, _length) = (true, 0, 0);
        }
    }

    private void Length(byte next)
    {
        if (_shift > 21)
            throw new MqttProtocolViolationException("a remaining length of more than four bytes");
        _length |= (uint)(next & 0x7F) << _shift;
        _shift += 7;
        // Also while further bytes follow: they can only make it longer.
        if (_length > bytesMax)
            throw new MqttProtocolViolationException($"a packet of more than {bytesMax} bytes");
        if ((next & 0x80) != 0)
            return;
        (_inLength, _bodyLeft) = (false, _length);
    }
}
