using System.Buffers.Binary;

namespace Call112.Endurance.Scale;

/// <summary>Kinds of MQTT packets that a broker sends to a station.</summary>
internal enum PacketKind
{
    ConnectAnswer = 2,
    Publish = 3,
    Acknowledged = 4,
    SubscribeAnswer = 9,
    Pong = 13,
    Disconnect = 14,
}

/// <summary>One packet of a broker. What a kind does not have is empty.</summary>
internal readonly ref struct Packet(PacketKind kind, ushort packetId, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, int code)
{
    public PacketKind Kind { get; } = kind;

    /// <summary>0 for at most once.</summary>
    public ushort PacketId { get; } = packetId;

    public ReadOnlySpan<byte> Topic { get; } = topic;

    public ReadOnlySpan<byte> Payload { get; } = payload;

    /// <summary>Reason code; from 0x80 on a refusal.</summary>
    public int Code { get; } = code;

    /// <summary>Reads the first packet of the bytes and takes it off; false when it is not whole yet.</summary>
    public static bool TryRead(ref ReadOnlySpan<byte> bytes, out Packet packet)
    {
        packet = default;
        if (!TryLength(bytes, out var header, out var length) || bytes.Length < header + length)
            return false;
        var first = bytes[0];
        var body = bytes.Slice(header, length);
        bytes = bytes[(header + length)..];
        var kind = (PacketKind)(first >> 4);
        packet = kind switch
        {
            PacketKind.Publish => ReadPublish(body, isAtLeastOnce: (first & 6) != 0),
            PacketKind.ConnectAnswer => new Packet(kind, 0, default, default, body[1]),
            PacketKind.Acknowledged => new Packet(kind, BinaryPrimitives.ReadUInt16BigEndian(body), default, default, body.Length > 2 ? body[2] : 0),
            // The worst of the answers is the last byte's, as far as a station's own topics are concerned.
            PacketKind.SubscribeAnswer => new Packet(kind, BinaryPrimitives.ReadUInt16BigEndian(body), default, default, body[^1]),
            PacketKind.Disconnect => new Packet(kind, 0, default, default, body.Length > 0 ? body[0] : 0),
            _ => new Packet(kind, 0, default, default, 0),
        };
        return true;
    }

    private static Packet ReadPublish(ReadOnlySpan<byte> body, bool isAtLeastOnce)
    {
        var topicLength = BinaryPrimitives.ReadUInt16BigEndian(body);
        var topic = body.Slice(2, topicLength);
        body = body[(2 + topicLength)..];
        ushort packetId = 0;
        if (isAtLeastOnce)
        {
            packetId = BinaryPrimitives.ReadUInt16BigEndian(body);
            body = body[2..];
        }

        var properties = Number(body, out var digits);
        return new Packet(PacketKind.Publish, packetId, topic, body[(digits + properties)..], 0);
    }

    private static bool TryLength(ReadOnlySpan<byte> bytes, out int header, out int length)
    {
        (header, length) = (0, 0);
        for (var i = 1; i < bytes.Length && i <= 4; i++)
            if (bytes[i] < 0x80)
            {
                length = Number(bytes[1..], out var digits);
                header = 1 + digits;
                return true;
            }

        return false;
    }

    private static int Number(ReadOnlySpan<byte> bytes, out int digits)
    {
        var (value, factor) = (0, 1);
        digits = 0;
        byte digit;
        do
        {
            digit = bytes[digits++];
            value += (digit & 0x7F) * factor;
            factor *= 128;
        }
        while (digit >= 0x80);
        return value;
    }
}
