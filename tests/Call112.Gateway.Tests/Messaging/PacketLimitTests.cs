using Call112.Gateway.Messaging;
using CsCheck;
using MQTTnet.Exceptions;

namespace Call112.Gateway.Tests.Messaging;

/// <summary>F18: what a packet announces is judged before anybody reserves room for it, however the bytes are cut.</summary>
public sealed class PacketLimitTests
{
    private const uint Max = 1_000;

    /// <summary>Bodies of any bytes, also such as look like headers of huge packets, in any cuts: within the limit all pass, one beyond it never does.</summary>
    [Fact]
    public void Any_stream_of_packets_within_the_limit_passes_and_the_first_beyond_it_does_not() =>
        Gen.Select(Gen.Int[0, (int)Max], Gen.Byte, Gen.Byte).Array[0, 12].Select(Gen.Int[1, 700], Gen.UInt[Max + 1, 268_435_455]).Sample((packets, cut, beyond) =>
        {
            var stream = packets.SelectMany(packet => Packet(packet.Item2, (uint)packet.Item1, packet.Item3)).ToArray();
            var limit = new PacketLimit(null!, Max);
            foreach (var part in stream.Chunk(cut))
                limit.Watch(part);
            Assert.Throws<MqttProtocolViolationException>(() => limit.Watch([0x30, .. LengthOf(beyond)]));
        });

    [Theory]
    [InlineData(new byte[] { 0x30, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F })]
    [InlineData(new byte[] { 0x30, 0x80, 0x80, 0x80, 0x80, 0x00 })]
    [InlineData(new byte[] { 0x30, 0xFF, 0x7F })]
    public void A_length_that_is_none_or_too_large_ends_the_connection(byte[] bytes) =>
        Assert.Throws<MqttProtocolViolationException>(() => new PacketLimit(null!, Max).Watch(bytes));

    private static IEnumerable<byte> Packet(byte header, uint length, byte fill) => [header, .. LengthOf(length), .. Enumerable.Repeat(fill, (int)length)];

    private static IEnumerable<byte> LengthOf(uint length)
    {
        do
        {
            var next = length & 0x7F;
            length >>= 7;
            yield return (byte)(length > 0 ? next | 0x80 : next);
        }
        while (length > 0);
    }
}
