using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Call112.System.Tests.Toolkit;

/// <summary>A packet of the station, as its bytes say: the first byte, and what stands behind the remaining length.</summary>
public readonly record struct StationPacket(byte Header, byte[] Body)
{
    public const int Connect = 1, Publish = 3, Subscribe = 8, PingRequest = 12;

    public int Kind => Header >> 4;

    /// <summary>Of a SUBSCRIBE: its packet id.</summary>
    public ushort PacketId => BinaryPrimitives.ReadUInt16BigEndian(Body);

    /// <summary>Of a SUBSCRIBE: the topics that it names.</summary>
    public IReadOnlyList<string> Topics
    {
        get
        {
            var topics = new List<string>();
            // Packet id, a property length of one byte (the station sends none longer), then topics with one byte of options each.
            for (var at = 3 + Body[2]; at < Body.Length;)
            {
                var length = BinaryPrimitives.ReadUInt16BigEndian(Body.AsSpan(at));
                topics.Add(Encoding.UTF8.GetString(Body, at + 2, length));
                at += 3 + length;
            }

            return topics;
        }
    }

    /// <summary>Of a PUBLISH: topic, packet id (0 for QoS 0) and payload.</summary>
    public (string Topic, ushort PacketId, byte[] Payload) Message
    {
        get
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(Body);
            var at = 2 + length;
            ushort id = 0;
            if ((Header & 6) != 0)
            {
                id = BinaryPrimitives.ReadUInt16BigEndian(Body.AsSpan(at));
                at += 2;
            }

            return (Encoding.UTF8.GetString(Body, 2, length), id, Body[(at + 1 + Body[at])..]);
        }
    }
}

/// <summary>
/// One connection of a broker that is written in bytes, so that it can say what no library lets it say. Reads the station's packets, and
/// builds its own: well formed by these methods, anything by <see cref="SendAsync"/>.
/// </summary>
public sealed class RogueLink(TcpClient client, CancellationToken stop) : IDisposable
{
    private readonly NetworkStream _stream = client.GetStream();
    private readonly SemaphoreSlim _sending = new(1);

    public CancellationToken Stop => stop;

    public void Dispose()
    {
        client.Dispose();
        _sending.Dispose();
    }

    /// <summary>Sends bytes as they are.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        await _sending.WaitAsync(stop);
        try
        {
            await _stream.WriteAsync(bytes, stop);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>The next packet of the station, or null when it has closed.</summary>
    public async Task<StationPacket?> ReadAsync()
    {
        var header = new byte[1];
        if (await _stream.ReadAtLeastAsync(header, 1, throwOnEndOfStream: false, stop) == 0)
            return null;
        var (length, shift) = (0, 0);
        var next = new byte[1];
        do
        {
            await _stream.ReadExactlyAsync(next, stop);
            length |= (next[0] & 0x7F) << shift;
            shift += 7;
        }
        while ((next[0] & 0x80) != 0);
        var body = new byte[length];
        await _stream.ReadExactlyAsync(body, stop);
        return new StationPacket(header[0], body);
    }

    /// <summary>Reads until the station closes.</summary>
    public async Task UntilClosedAsync()
    {
        while (await ReadAsync() is not null)
        {
            // Whatever it says.
        }
    }

    public static byte[] Packet(byte header, params ReadOnlySpan<byte> body) => [header, .. LengthOf((uint)body.Length), .. body];

    public static byte[] ConnAck(byte reason = 0, bool sessionPresent = false, params byte[] properties) =>
        Packet(0x20, [sessionPresent ? (byte)1 : (byte)0, reason, .. LengthOf((uint)properties.Length), .. properties]);

    public static byte[] SubAck(ushort packetId, params byte[] reasons) => Packet(0x90, [.. Word(packetId), 0, .. reasons]);

    public static byte[] PubAck(ushort packetId) => Packet(0x40, Word(packetId));

    public static byte[] Publish(string topic, ReadOnlySpan<byte> payload, int qos = 1, ushort packetId = 1, bool retain = false, params byte[] properties) =>
        Publish(Encoding.UTF8.GetBytes(topic), payload, qos, packetId, retain, properties);

    public static byte[] Publish(byte[] topic, ReadOnlySpan<byte> payload, int qos, ushort packetId, bool retain, byte[] properties) => Packet(
        (byte)(0x30 | (qos << 1) | (retain ? 1 : 0)),
        [.. Word((ushort)topic.Length), .. topic, .. qos == 0 ? [] : Word(packetId), .. LengthOf((uint)properties.Length), .. properties, .. payload]);

    public static byte[] Word(ushort value) => [(byte)(value >> 8), (byte)value];

    public static byte[] LengthOf(uint length)
    {
        var bytes = new List<byte>();
        do
        {
            bytes.Add((byte)((length & 0x7F) | (length > 0x7F ? 0x80u : 0)));
            length >>= 7;
        }
        while (length > 0);
        return [.. bytes];
    }
}
