using System.Buffers.Binary;
using System.Text;

namespace Call112.Endurance.Scale;

/// <summary>
/// Writes the MQTT 5 packets of a station, one behind another, into one buffer that is sent as a whole. Only what a station says: no
/// library, because ten thousand of its clients would cost more than all that is measured.
/// </summary>
internal sealed class PacketWriter
{
    /// <summary>Fixed header: its type, and a length of at most four bytes.</summary>
    private const int HeaderMax = 5;

    private byte[] _bytes = new byte[4096];
    private int _length, _body;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    public void Clear() => _length = 0;

    public void Connect(string clientId, ushort keepAliveSeconds, byte[] willTopic, byte[] will)
    {
        const byte willRetainAtLeastOnceNoCleanStart = 0b0010_1100;
        const uint sessionExpirySeconds = 7 * 24 * 3600;
        const ushort receiveMaximum = 16;
        Begin();
        Text("MQTT"u8);
        Bytes([5, willRetainAtLeastOnceNoCleanStart]);
        UInt16(keepAliveSeconds);
        Bytes([8, 0x11]);
        UInt32(sessionExpirySeconds);
        Bytes([0x21]);
        UInt16(receiveMaximum);
        Text(Encoding.UTF8.GetBytes(clientId));
        Bytes([0]);
        Text(willTopic);
        Text(will);
        End(0x10);
    }

    public void Subscribe(ushort packetId, IReadOnlyList<byte[]> topics)
    {
        // At least once, retained flag as published, retained messages only for a new subscription: as the gateway asks.
        const byte options = 1 | 0x08 | 0x10;
        Begin();
        UInt16(packetId);
        Bytes([0]);
        foreach (var topic in topics)
        {
            Text(topic);
            Bytes([options]);
        }

        End(0x82);
    }

    /// <param name="packetId">0 for at most once.</param>
    public void Publish(byte[] topic, ushort packetId, ReadOnlySpan<byte> payload, bool retain = false)
    {
        Begin();
        Text(topic);
        if (packetId != 0)
            UInt16(packetId);
        Bytes([0]);
        Bytes(payload);
        End((byte)(0x30 | (packetId != 0 ? 2 : 0) | (retain ? 1 : 0)));
    }

    public void Acknowledge(ushort packetId) => Short(0x40, packetId);

    public void Disconnect()
    {
        Begin();
        End(0xE0);
    }

    private void Short(byte type, ushort packetId)
    {
        Begin();
        UInt16(packetId);
        End(type);
    }

    private void Begin()
    {
        Grow(HeaderMax);
        _body = _length + HeaderMax;
        _length = _body;
    }

    /// <summary>Writes the header and draws the body up to it.</summary>
    private void End(byte type)
    {
        var start = _body - HeaderMax;
        var body = _length - _body;
        _bytes[start] = type;
        var at = start + 1;
        var rest = body;
        do
        {
            var digit = rest % 128;
            rest /= 128;
            _bytes[at++] = (byte)(rest > 0 ? digit | 0x80 : digit);
        }
        while (rest > 0);
        _bytes.AsSpan(_body, body).CopyTo(_bytes.AsSpan(at));
        _length = at + body;
    }

    private void Text(ReadOnlySpan<byte> text)
    {
        UInt16((ushort)text.Length);
        Bytes(text);
    }

    private void UInt16(ushort value)
    {
        Grow(2);
        BinaryPrimitives.WriteUInt16BigEndian(_bytes.AsSpan(_length), value);
        _length += 2;
    }

    private void UInt32(uint value)
    {
        Grow(4);
        BinaryPrimitives.WriteUInt32BigEndian(_bytes.AsSpan(_length), value);
        _length += 4;
    }

    private void Bytes(ReadOnlySpan<byte> bytes)
    {
        Grow(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(_length));
        _length += bytes.Length;
    }

    private void Grow(int more)
    {
        if (_length + more > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + more));
    }
}
