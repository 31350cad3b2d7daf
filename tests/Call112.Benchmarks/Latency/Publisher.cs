using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Call112.Messages;

namespace Call112.Benchmarks.Latency;

/// <summary>
/// The centre's side, as lean as it goes: MQTT 5 on one blocking socket, one thread, one send call for each message. It is the same for every
/// subject. Between the messages it does what a living centre does for a station: heartbeats, and receipts for the reports that came.
/// </summary>
internal sealed class Publisher : IDisposable
{
    private const int AnswerTimeoutMicroseconds = 5_000_000;
    private static readonly TimeSpan HeartbeatEvery = TimeSpan.FromSeconds(2);

    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly TimeProvider time;
    private readonly byte[] incoming = new byte[256 * 1024];
    private readonly byte[] outgoing = new byte[32 * 1024];
    private int filled;
    private ushort packetId;
    private ushort lastAcknowledged;
    private byte lastPacketType;
    private long lastHeartbeat;
    private long reportedUpTo, receiptedUpTo;

    public Publisher(int port, TimeProvider time)
    {
        this.time = time;
        socket.Connect(IPAddress.Loopback, port);
        // CONNECT: MQTT 5, clean start, no keep-alive, no properties, a client id of its own.
        SendPacket(0x10, [0, 4, (byte)'M', (byte)'Q', (byte)'T', (byte)'T', 5, 2, 0, 0, 0, .. Text("call112-benchmark-centre")]);
        Expect(0x20);
    }

    /// <summary>Takes the station's reports at QoS 0, to answer them with receipts. They are read between the messages only.</summary>
    public void ListenToReports(string stationId)
    {
        reportedUpTo = receiptedUpTo = 0;
        SendPacket(0x82, [0, 1, 0, .. Text(Topics.Report(stationId)), 0]);
        Expect(0x90);
    }

    public void StopListening(string stationId)
    {
        SendPacket(0xA2, [0, 1, 0, .. Text(Topics.Report(stationId))]);
        Expect(0xB0);
    }

    /// <summary>Publishes at QoS 1 and returns the CLOCK_MONOTONIC nanoseconds taken just before the send call.</summary>
    public long Publish(string topic, ReadOnlySpan<byte> payload, TimeSpan expiry)
    {
        if (++packetId == 0)
            packetId = 1;
        var packet = Encode(topic, payload, packetId, (uint)expiry.TotalSeconds);
        var stamp = time.GetTimestamp();
        socket.Send(packet);
        return stamp;
    }

    /// <summary>Waits for the broker's PUBACK of the last message.</summary>
    public void WaitForAcknowledgement()
    {
        while (lastAcknowledged != packetId)
            if (!ReadPackets(AnswerTimeoutMicroseconds))
                throw new BenchmarkException("mosquitto did not acknowledge a publish");
    }

    /// <summary>Lets the machine fall idle for the given time, reading what arrives.</summary>
    public void Pause(TimeSpan duration)
    {
        var started = time.GetTimestamp();
        for (TimeSpan left; (left = duration - time.GetElapsedTime(started)) > TimeSpan.Zero;)
            ReadPackets((int)Math.Max(1, left.TotalMicroseconds));
    }

    /// <summary>A heartbeat of the centre when one is due, and a receipt when reports have come.</summary>
    public void BeACentre(string stationId)
    {
        if (lastHeartbeat == 0 || time.GetElapsedTime(lastHeartbeat) >= HeartbeatEvery)
        {
            lastHeartbeat = time.GetTimestamp();
            SendPacket(0x30, [.. Text(Topics.CenterHeartbeat), 0, .. MessageWriter.Write(new CenterHeartbeat(time.GetUtcNow()))]);
        }

        if (reportedUpTo > receiptedUpTo)
        {
            receiptedUpTo = reportedUpTo;
            Publish(Topics.Receipt(stationId), MessageWriter.Write(new Receipt(receiptedUpTo)), Alerts.TimeToLive);
            WaitForAcknowledgement();
        }
    }

    public void Dispose() => socket.Dispose();

    private ReadOnlySpan<byte> Encode(string topic, ReadOnlySpan<byte> payload, ushort id, uint expirySeconds)
    {
        const int messageExpiryProperty = 2, propertiesLength = 5;
        var topicLength = Encoding.UTF8.GetByteCount(topic);
        var remaining = 2 + topicLength + 2 + 1 + propertiesLength + payload.Length;
        var at = 0;
        outgoing[at++] = 0x32;
        at += WriteLength(outgoing.AsSpan(at), remaining);
        BinaryPrimitives.WriteUInt16BigEndian(outgoing.AsSpan(at), (ushort)topicLength);
        at += 2 + Encoding.UTF8.GetBytes(topic, outgoing.AsSpan(at + 2));
        BinaryPrimitives.WriteUInt16BigEndian(outgoing.AsSpan(at), id);
        at += 2;
        outgoing[at++] = propertiesLength;
        outgoing[at++] = messageExpiryProperty;
        BinaryPrimitives.WriteUInt32BigEndian(outgoing.AsSpan(at), expirySeconds);
        at += 4;
        payload.CopyTo(outgoing.AsSpan(at));
        return outgoing.AsSpan(0, at + payload.Length);
    }

    private void SendPacket(byte header, ReadOnlySpan<byte> body)
    {
        var at = 0;
        outgoing[at++] = header;
        at += WriteLength(outgoing.AsSpan(at), body.Length);
        body.CopyTo(outgoing.AsSpan(at));
        socket.Send(outgoing.AsSpan(0, at + body.Length));
    }

    private void Expect(byte type)
    {
        lastPacketType = 0;
        while (lastPacketType != type)
            if (!ReadPackets(AnswerTimeoutMicroseconds))
                throw new BenchmarkException($"mosquitto did not answer with packet type 0x{type:X2}");
    }

    /// <summary>Reads once, if anything comes within the time; false if not.</summary>
    private bool ReadPackets(int timeoutMicroseconds)
    {
        if (!socket.Poll(timeoutMicroseconds, SelectMode.SelectRead))
            return false;
        var count = socket.Receive(incoming.AsSpan(filled));
        if (count == 0)
            throw new BenchmarkException("mosquitto closed the publisher's connection");
        filled += count;
        var rest = incoming.AsSpan(0, filled);
        while (TryReadLength(rest, out var remaining, out var lengthBytes) && rest.Length >= 1 + lengthBytes + remaining)
        {
            Take(rest[0], rest.Slice(1 + lengthBytes, remaining));
            rest = rest[(1 + lengthBytes + remaining)..];
        }

        rest.CopyTo(incoming);
        filled = rest.Length;
        return true;
    }

    private void Take(byte header, ReadOnlySpan<byte> body)
    {
        lastPacketType = (byte)(header & 0xF0);
        if (lastPacketType == 0x40)
            lastAcknowledged = BinaryPrimitives.ReadUInt16BigEndian(body);
        if (lastPacketType != 0x30)
            return;
        var afterTopic = body[(2 + BinaryPrimitives.ReadUInt16BigEndian(body))..];
        var payload = afterTopic[(1 + afterTopic[0])..]; // the broker adds fewer than 128 bytes of properties, if any
        reportedUpTo = Math.Max(reportedUpTo, JsonSerializer.Deserialize(payload, MessageJsonContext.Default.Report)?.Sequence ?? 0);
    }

    private static byte[] Text(string text)
    {
        var bytes = new byte[2 + Encoding.UTF8.GetByteCount(text)];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)(bytes.Length - 2));
        Encoding.UTF8.GetBytes(text, bytes.AsSpan(2));
        return bytes;
    }

    private static int WriteLength(Span<byte> target, int length)
    {
        var at = 0;
        do
        {
            var digit = length & 0x7F;
            length >>= 7;
            target[at++] = (byte)(length > 0 ? digit | 0x80 : digit);
        }
        while (length > 0);
        return at;
    }

    private static bool TryReadLength(ReadOnlySpan<byte> packet, out int length, out int bytes)
    {
        length = bytes = 0;
        for (var shift = 0; bytes + 1 < packet.Length && bytes < 4; shift += 7)
        {
            var digit = packet[1 + bytes++];
            length |= (digit & 0x7F) << shift;
            if ((digit & 0x80) == 0)
                return true;
        }

        return false;
    }
}
