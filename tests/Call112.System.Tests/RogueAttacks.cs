using System.Text;
using Call112.Messages;
using Call112.System.Tests.Toolkit;

namespace Call112.System.Tests;

/// <summary>What a rogue broker does on each connection.</summary>
/// <param name="Name">As it stands in the table.</param>
/// <param name="Lasts">How long the station is left to it.</param>
internal sealed record RogueAttack(string Name, TimeSpan Lasts, Func<RogueScene, RogueLink, Task> Act)
{
    public override string ToString() => Name;
}

/// <summary>What an attack may use. <see cref="Illegal"/> is a valid dispatch that comes by an illegal way: it must not sound.</summary>
internal sealed record RogueScene(RogueBroker Broker, string StationId, Random Dice)
{
    public Dispatch Illegal { get; } = Written.Alert();

    public byte[] IllegalBytes => MessageWriter.Write(Illegal);

    public string DispatchTopic => Topics.Dispatch(StationId);
}

/// <summary>The attacks that are not floods: wrong bytes, wrong order, wrong size, wrong time (MQTT 5.0, chapters 2 to 4).</summary>
internal static class RogueAttacks
{
    private const int Moment = 1_500, SlowMoment = 12_000;

    public static IReadOnlyList<RogueAttack> All { get; } =
    [
        .. AfterGreeting(),
        .. BeforeGreeting(),
        .. Sizes(),
        .. Answers(),
    ];

    /// <summary>Bytes that break the protocol once the station is subscribed.</summary>
    private static IEnumerable<RogueAttack> AfterGreeting()
    {
        yield return Then("packet type 0", _ => RogueLink.Packet(0x00, 1, 2, 3));
        yield return Then("publish of QoS 3", scene => RogueLink.Publish(scene.DispatchTopic, scene.IllegalBytes, qos: 3));
        yield return Then("publish of QoS 2", scene => RogueLink.Publish(scene.DispatchTopic, scene.IllegalBytes, qos: 2));
        yield return Then("reserved bits in SUBACK and PINGRESP", _ => [.. RogueLink.Packet(0x9F, 0, 1, 0, 1), 0xDF, 0]);
        yield return Then("remaining length of five bytes", _ => [0x30, 0xFF, 0xFF, 0xFF, 0xFF, 0x01]);
        yield return Then("packet cut short, then silence", scene => RogueLink.Publish(scene.DispatchTopic, scene.IllegalBytes)[..^40]);
        yield return new RogueAttack("packet cut short, then closed", TimeSpan.FromMilliseconds(Moment), async (scene, link) =>
        {
            await RogueBroker.GreetAsync(link);
            await link.SendAsync(RogueLink.Publish(scene.DispatchTopic, scene.IllegalBytes).AsMemory()[..^40]);
        });
        yield return Then("topic that is no UTF-8", scene => RogueLink.Publish([0xC3, 0x28, 0xFF, 0xFE, 0xED, 0xA0, 0x80], scene.IllegalBytes, 1, 1, false, []));
        yield return Then("topic with a NUL and wildcards", scene => RogueLink.Publish("call112/v1/stations/+/\0/#", scene.IllegalBytes));
        yield return Then("topic longer than its packet", scene => RogueLink.Packet(0x32, [0xFF, 0xFF, .. Encoding.UTF8.GetBytes(scene.DispatchTopic)]));
        yield return Then("properties longer than their packet", scene => RogueLink.Packet(0x32, [0, 3, .. "abc"u8, 0, 1, 0xFF, 0x7F, 0x26, 0, 1]));
        yield return Then("property that nobody knows", scene => RogueLink.Publish(scene.DispatchTopic, scene.IllegalBytes, 1, 1, false, 0x7E, 1, 2));
        yield return Then("property length of five bytes", _ => RogueLink.Packet(0x32, 0, 1, (byte)'a', 0, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F));
        yield return Then("topic alias that was never allowed", scene => RogueLink.Publish("", scene.IllegalBytes, 1, 1, false, 0x23, 0x00, 0x07));
        yield return Then("topic alias 0", scene => RogueLink.Publish("", scene.IllegalBytes, 1, 1, false, 0x23, 0x00, 0x00));
        yield return Then("packets of a client: CONNECT, SUBSCRIBE, PINGREQ", _ => [.. RogueLink.Packet(0x10, [0, 4, .. "MQTT"u8, 5, 2, 0, 60, 0, 0, 0]), .. RogueLink.Packet(0x82, 0, 9, 0, 0, 1, (byte)'a', 1), 0xC0, 0]);
        yield return Then("CONNACK a second time", _ => RogueLink.ConnAck());
        yield return Then("AUTH that nobody asked for", _ => RogueLink.Packet(0xF0, 0x18, 0x00));
        yield return Then("DISCONNECT: server moved", _ => RogueLink.Packet(0xE0, 0x9D, 0x00));
        yield return Then("DISCONNECT with a reason of 60 KiB", _ => RogueLink.Packet(0xE0, [0x82, .. RogueLink.LengthOf(60_003), 0x1F, .. RogueLink.Word(60_000), .. Enumerable.Repeat((byte)'x', 60_000)]));
        yield return Then("random bytes", scene =>
        {
            var bytes = new byte[4_096];
            scene.Dice.NextBytes(bytes);
            return bytes;
        });
        yield return Then("a dispatch with packet id 0", scene => RogueLink.Publish(scene.DispatchTopic, "{}"u8, qos: 1, packetId: 0));
    }

    private static IEnumerable<RogueAttack> BeforeGreeting()
    {
        yield return First("PUBLISH before CONNACK", scene => [.. RogueLink.Publish(scene.DispatchTopic, scene.IllegalBytes), .. RogueLink.ConnAck()]);
        yield return First("AUTH before CONNACK", _ => RogueLink.Packet(0xF0, 0x18, 0x00));
        yield return First("CONNACK: server busy", _ => RogueLink.ConnAck(0x89));
        yield return First("CONNACK with a reason that is none", _ => RogueLink.ConnAck(0x77));
        yield return First("CONNACK with a maximum packet size of 1 and receive maximum 0", _ => RogueLink.ConnAck(0, false, 0x27, 0, 0, 0, 1, 0x21, 0, 0));
        yield return First("CONNACK with keep-alive 0 and another client id", _ => RogueLink.ConnAck(0, true, 0x13, 0, 0, 0x12, 0, 3, (byte)'x', (byte)'y', (byte)'z'));
        yield return First("an HTTP server", _ => "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"u8.ToArray());
        yield return new RogueAttack("closed at once", TimeSpan.FromMilliseconds(Moment), (_, _) => Task.CompletedTask);
        yield return new RogueAttack("CONNACK at one byte a second", TimeSpan.FromMilliseconds(SlowMoment), (_, link) => DripAsync(link, RogueLink.ConnAck(0, false, [.. Enumerable.Repeat(new byte[] { 0x25, 1 }, 20).SelectMany(bytes => bytes)])));
        yield return new RogueAttack("a dispatch at one byte a second", TimeSpan.FromMilliseconds(SlowMoment), async (scene, link) =>
        {
            await RogueBroker.GreetAsync(link);
            await DripAsync(link, RogueLink.Publish(scene.DispatchTopic, scene.IllegalBytes));
        });
        yield return Subscribed("SUBACK: not authorised", packet => RogueLink.SubAck(packet.PacketId, [.. Enumerable.Repeat((byte)0x87, packet.Topics.Count)]));
        yield return Subscribed("SUBACK with too few answers", packet => RogueLink.SubAck(packet.PacketId, 1));
        yield return Subscribed("SUBACK of another packet id", packet => RogueLink.SubAck((ushort)(packet.PacketId + 1), [.. Enumerable.Repeat((byte)1, packet.Topics.Count)]));
    }

    private static IEnumerable<RogueAttack> Sizes()
    {
        yield return Then("256 MB announced", scene => [0x32, .. RogueLink.LengthOf(268_435_455), .. scene.IllegalBytes]);
        yield return Then("CONNACK of 256 MB", _ => [0x20, 0xFF, 0xFF, 0xFF, 0x7F, 0, 0]);
        yield return Many("64 messages of 1 MB", 64, 1_000_000);
        yield return Many("2,000 messages of 200 KB, within the packet size", 2_000, 200_000);
    }

    /// <summary>Acknowledgements and receipts of what never was.</summary>
    private static IEnumerable<RogueAttack> Answers()
    {
        yield return Then("PUBACK, PUBREC, PUBREL, PUBCOMP for nothing", _ => [.. Enumerable.Range(1, 1_000).SelectMany(id => new byte[] { 0x40, 0x50, 0x62, 0x70 }.SelectMany(kind => RogueLink.Packet(kind, RogueLink.Word((ushort)id))))]);
        yield return new RogueAttack("PUBACK with another packet id for each message", TimeSpan.FromMilliseconds(SlowMoment / 2), async (_, link) =>
        {
            await RogueBroker.GreetAsync(link);
            while (await link.ReadAsync() is { } packet)
                if (packet is { Kind: StationPacket.Publish } && packet.Message.PacketId is not 0 and var id)
                    await link.SendAsync(RogueLink.PubAck((ushort)(id ^ 0x4000)));
        });
        yield return new RogueAttack("receipts for the future, for nothing, for all", TimeSpan.FromMilliseconds(Moment), async (scene, link) =>
        {
            await RogueBroker.GreetAsync(link);
            var serving = scene.Broker.ServeAsync(link);
            // The first receipts of the station's life have come before: numbering is agreed, and these are nonsense.
            foreach (var upTo in new[] { "9007199254740991", "4611686018427387904", "-1", "1e9", "123456789", "\"5\"", "0" })
                await link.SendAsync(RogueLink.Publish(Topics.Receipt(scene.StationId), Encoding.UTF8.GetBytes($"{{\"upTo\":{upTo}}}"), 1, scene.Broker.NextId()));
            await serving;
        });
    }

    private static RogueAttack Then(string name, Func<RogueScene, byte[]> bytes) => new(name, TimeSpan.FromMilliseconds(Moment), async (scene, link) =>
    {
        if (!await RogueBroker.GreetAsync(link))
            return;
        await link.SendAsync(bytes(scene));
        await link.UntilClosedAsync();
    });

    private static RogueAttack First(string name, Func<RogueScene, byte[]> bytes) => new(name, TimeSpan.FromMilliseconds(Moment), async (scene, link) =>
    {
        await link.ReadAsync();
        await link.SendAsync(bytes(scene));
        await link.UntilClosedAsync();
    });

    private static RogueAttack Subscribed(string name, Func<StationPacket, byte[]> answer) => new(name, TimeSpan.FromMilliseconds(Moment), async (_, link) =>
    {
        await link.ReadAsync();
        await link.SendAsync(RogueLink.ConnAck());
        if (await link.ReadAsync() is not { } subscribe)
            return;
        await link.SendAsync(answer(subscribe));
        await link.UntilClosedAsync();
    });

    private static RogueAttack Many(string name, int count, int bytes) => new(name, TimeSpan.FromMilliseconds(2 * Moment), async (scene, link) =>
    {
        await RogueBroker.GreetAsync(link);
        var serving = scene.Broker.ServeAsync(link);
        var payload = new byte[bytes];
        scene.Dice.NextBytes(payload);
        for (var i = 0; i < count; i++)
            await link.SendAsync(RogueLink.Publish(scene.DispatchTopic, payload, 1, scene.Broker.NextId()));
        await serving;
    });

    private static async Task DripAsync(RogueLink link, byte[] bytes)
    {
        foreach (var one in bytes)
        {
            await link.SendAsync(new[] { one });
            await Task.Delay(TimeSpan.FromSeconds(1), Wait.Time, link.Stop);
        }
    }
}
