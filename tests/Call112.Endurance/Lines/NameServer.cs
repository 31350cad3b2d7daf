using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Call112.Endurance.Lines;

/// <summary>A DNS server for one name and one address, which can fall silent. It answers whatever is asked: the name is the run's own.</summary>
internal sealed class NameServer : IDisposable
{
    private const int Port = 53, HeaderBytes = 12;
    private const ushort TypeA = 1;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly IPAddress _answer;
    private volatile bool _ended;

    /// <param name="at">Where it listens.</param>
    /// <param name="answer">The address of every name.</param>
    public NameServer(IPAddress at, IPAddress answer)
    {
        _answer = answer;
        _socket.Bind(new IPEndPoint(at, Port));
        _ = ServeAsync();
    }

    /// <summary>Questions are heard and not answered.</summary>
    public bool IsDead { get; set; }

    public void Dispose()
    {
        _ended = true;
        _socket.Dispose();
    }

    private async Task ServeAsync()
    {
        var buffer = new byte[512];
        while (!_ended)
            try
            {
                var question = await _socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
                if (!IsDead && question.ReceivedBytes > HeaderBytes)
                    await _socket.SendToAsync(AnswerTo(buffer.AsSpan(0, question.ReceivedBytes)), question.RemoteEndPoint);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The asker has gone, or the run ends.
            }
    }

    /// <summary>An A record for a question of type A; for any other type no record, which is an answer too (RFC 1035, 4.1).</summary>
    private byte[] AnswerTo(ReadOnlySpan<byte> message)
    {
        var end = HeaderBytes;
        while (message[end] != 0)
            end += 1 + message[end];
        var question = message[HeaderBytes..(end + 5)];
        var isAddress = BinaryPrimitives.ReadUInt16BigEndian(message[(end + 1)..]) == TypeA;
        return
        [
            message[0], message[1],
            // A response, authoritative; no error. One question, one or no answer, nothing more.
            0x84, 0x00, 0, 1, 0, (byte)(isAddress ? 1 : 0), 0, 0, 0, 0,
            .. question,
            // The name of the question again; type A, class IN, no keeping, four bytes.
            .. isAddress ? [0xC0, HeaderBytes, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, .. _answer.GetAddressBytes()] : Array.Empty<byte>(),
        ];
    }
}
