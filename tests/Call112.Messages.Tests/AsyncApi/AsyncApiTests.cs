using System.Text;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Call112.Messages.Tests.Schemas;

namespace Call112.Messages.Tests.AsyncApi;

/// <summary>asyncapi.yaml says what the code does: addresses of <see cref="Topics"/>, messages of <see cref="MessageJsonContext"/>, examples that are read.</summary>
public class AsyncApiTests
{
    /// <summary>The table "Topics" of the contract: who sends what with which QoS, and the Message Expiry in seconds (ttl: the dispatch's time to live).</summary>
    private static readonly (TopicKind Kind, string Sender, string Message, int Qos, bool Retain, string? Expiry)[] s_contract =
    [
        (TopicKind.StationDispatch, "center", "dispatch", 1, false, "ttl"),
        (TopicKind.GroupDispatch, "center", "dispatch", 1, false, "ttl"),
        (TopicKind.Command, "center", "command", 1, false, "60"),
        (TopicKind.Receipt, "center", "receipt", 1, false, null),
        (TopicKind.Report, "station", "report", 1, false, null),
        (TopicKind.State, "station", "state", 1, true, null),
        (TopicKind.Heartbeat, "station", "heartbeat", 1, false, null),
        (TopicKind.Telemetry, "station", "telemetry", 0, false, null),
        (TopicKind.Acceptance, "station", "acceptance", 1, true, null),
        (TopicKind.CenterHeartbeat, "center", "center-heartbeat", 0, false, null),
        (TopicKind.CertificateRequest, "station", "certificate-request", 1, false, null),
        (TopicKind.Certificate, "center", "certificate", 1, false, null),
    ];

    private static readonly JsonObject s_document = AsyncApiDocument.Read();

    public static TheoryData<TopicKind> Kinds => [.. Enum.GetValues<TopicKind>()];

    [Fact]
    public void The_channels_are_the_topics_and_no_others()
    {
        Assert.Equal("3.0.0", Text(s_document["asyncapi"]));
        Assert.Equal(
            Enum.GetValues<TopicKind>().Select(Address).Order(StringComparer.Ordinal),
            Map("channels").Select(channel => Text(channel.Value!["address"])).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_channel_declares_its_parameter_and_carries_the_message_of_the_contract(TopicKind kind)
    {
        var channel = Channel(kind).Value!;
        string[] parameters = kind switch
        {
            TopicKind.CenterHeartbeat => [],
            TopicKind.GroupDispatch => ["group"],
            _ => ["stationId"],
        };
        Assert.Equal(parameters, (channel["parameters"]?.AsObject() ?? []).Select(parameter => parameter.Key));
        foreach (var parameter in channel["parameters"]?.AsObject() ?? [])
            foreach (var example in AsyncApiDocument.Follow(s_document, parameter.Value)["examples"]!.AsArray())
                Assert.True(Topics.IsValidName(Text(example)));

        var (_, message) = Assert.Single(channel["messages"]!.AsObject());
        Assert.Equal(Row(kind).Message, WireOf(AsyncApiDocument.Follow(s_document, message)).Name);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void One_side_sends_and_the_other_receives_with_the_QoS_of_the_contract(TopicKind kind)
    {
        var row = Row(kind);
        var channel = Channel(kind).Key;
        var operations = Map("operations").Select(operation => operation.Value!).Where(o => Text(o["channel"]!["$ref"]) == $"#/channels/{channel}").ToList();

        var send = Assert.Single(operations, operation => Text(operation["action"]) == "send");
        var receive = Assert.Single(operations, operation => Text(operation["action"]) == "receive");
        Assert.Equal(2, operations.Count);
        Assert.Equal(row.Sender, Text(Assert.Single(send["tags"]!.AsArray())!["name"]));
        Assert.Equal(row.Sender == "center" ? "station" : "center", Text(Assert.Single(receive["tags"]!.AsArray())!["name"]));

        Assert.Equal((row.Qos, row.Retain, row.Expiry), Binding(send));
        Assert.Equal(row.Qos, Binding(receive).Qos);
        foreach (var operation in operations)
            Assert.StartsWith($"#/channels/{channel}/messages/", Text(Assert.Single(operation["messages"]!.AsArray())!["$ref"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_message_type_of_the_context_has_a_message_a_channel_and_a_schema()
    {
        var types = typeof(MessageJsonContext).GetCustomAttributesData()
            .Where(attribute => attribute.AttributeType == typeof(JsonSerializableAttribute))
            .Select(attribute => (Type)attribute.ConstructorArguments[0].Value!)
            .ToList();
        Assert.Equal(types.Select(type => type.Name).Order(), Wire.All.Select(wire => wire.Type.Name).Order());
        Assert.Equal(types.Select(type => type.Name).Order(), Messages().Select(message => Text(message["name"])).Order());
        Assert.Equal(types.Select(type => type.Name).Order(), s_contract.Select(row => Wire.Of(row.Message).Type.Name).Distinct().Order());

        foreach (var message in Messages())
        {
            Assert.Equal(Text(message["name"]), WireOf(message).Type.Name);
            Assert.Equal("application/schema+json;version=draft-07", Text(message["payload"]!["schemaFormat"]));
        }
    }

    [Fact]
    public void Every_reference_points_at_something()
    {
        var references = AsyncApiDocument.References(s_document).ToList();
        Assert.NotEmpty(references);
        Assert.All(references, reference => Assert.True(
            AsyncApiDocument.Resolve(s_document, reference) is not null
            || (reference.StartsWith("./", StringComparison.Ordinal) && File.Exists(Path.Combine(SchemaExport.MessagesFolder, reference))),
            $"{reference} points at nothing"));
    }

    [Fact]
    public void Every_example_is_accepted_by_the_reader()
    {
        foreach (var message in Messages())
        {
            var examples = message["examples"]?.AsArray() ?? [];
            Assert.NotEmpty(examples);
            foreach (var example in examples)
            {
                var reading = WireOf(message).ReadText(example!["payload"]!.ToJsonString());
                Assert.True(reading.Value is not null, $"{Text(message["name"])} {Text(example["name"])}: {reading.Reason}");
            }
        }
    }

    [Fact]
    public void The_examples_show_every_message_type_of_a_dispatch_and_every_bound_use_of_a_report()
    {
        var dispatches = Payloads("dispatch").Select(payload => MessageReader.ReadDispatch(payload).Value!).ToList();
        Assert.Equal(Enum.GetValues<MessageType>(), dispatches.Select(dispatch => dispatch.MessageType).Distinct().Order());

        var reports = Payloads("report").Select(payload => MessageReader.ReadReport(payload).Value!).ToList();
        Assert.True(Enum.TryParse<ReportEvent>(Assert.Single(reports, report => report.Event == ReportEvent.Duplicate).Detail, out _));
        Assert.True(Enum.TryParse<DeclineReason>(Assert.Single(reports, report => report.Event == ReportEvent.Declined).Reason, out _));
        Assert.Contains(reports, report => report is { Event: ReportEvent.Rejected, Reason: "retained" });

        // The reason that the example shows is the one that the reader gives.
        var tree = Wire.Of("dispatch").ExampleTree();
        tree["incident"]!.AsObject().Remove("category");
        var reason = MessageReader.ReadDispatch(Encoding.UTF8.GetBytes(tree.ToJsonString())).Reason;
        Assert.Contains(reports, report => report.Event == ReportEvent.Rejected && report.Reason == reason);
    }

    [Fact]
    public void The_will_is_the_retained_state_with_online_false()
    {
        var mqtt = s_document["servers"]!["broker"]!["bindings"]!["mqtt"]!;
        Assert.False(mqtt["cleanSession"]!.GetValue<bool>());
        Assert.Equal(TimeSpan.FromDays(7).TotalSeconds, mqtt["sessionExpiryInterval"]!.GetValue<long>());

        var will = mqtt["lastWill"]!;
        var status = MessageReader.ReadStatus(Encoding.UTF8.GetBytes(Text(will["message"]))).Value!;
        Assert.False(status.Online);
        Assert.Equal(Topics.State(status.StationId), Text(will["topic"]));
        Assert.Equal((1, true), (will["qos"]!.GetValue<long>(), will["retain"]!.GetValue<bool>()));
        Assert.Equal($"call112-{status.StationId}-lan", Text(mqtt["clientId"]));
    }

    private static (TopicKind Kind, string Sender, string Message, int Qos, bool Retain, string? Expiry) Row(TopicKind kind) =>
        s_contract.Single(row => row.Kind == kind);

    private static string Address(TopicKind kind) => TopicsTests.Build(kind, "placeholder")
        .Replace("placeholder", kind == TopicKind.GroupDispatch ? "{group}" : "{stationId}", StringComparison.Ordinal);

    private static KeyValuePair<string, JsonNode?> Channel(TopicKind kind) =>
        Map("channels").Single(channel => Text(channel.Value!["address"]) == Address(kind));

    private static (long Qos, bool Retain, string? Expiry) Binding(JsonNode operation)
    {
        var mqtt = AsyncApiDocument.Follow(s_document, operation["bindings"])["mqtt"]!;
        Assert.Equal("0.2.0", Text(mqtt["bindingVersion"]));
        var expiry = mqtt["messageExpiryInterval"] switch
        {
            null => null,
            JsonObject schema when Text(schema["type"]) == "integer" && Text(schema["description"]).Contains("expiresAt", StringComparison.Ordinal) => "ttl",
            var seconds => seconds.ToString(),
        };
        return (mqtt["qos"]!.GetValue<long>(), mqtt["retain"]!.GetValue<bool>(), expiry);
    }

    private static IEnumerable<JsonObject> Messages() => s_document["components"]!["messages"]!.AsObject().Select(message => message.Value!.AsObject());

    private static IEnumerable<byte[]> Payloads(string name) =>
        Messages().Single(message => WireOf(message).Name == name)["examples"]!.AsArray()
            .Select(example => Encoding.UTF8.GetBytes(example!["payload"]!.ToJsonString()));

    /// <summary>The kind of message, by the schema file that its payload refers to.</summary>
    private static Wire WireOf(JsonObject message)
    {
        var file = Text(message["payload"]!["schema"]!["$ref"]);
        return Wire.All.Single(wire => file == $"./schemas/{SchemaExport.FileName(wire)}");
    }

    private static JsonObject Map(string name) => s_document[name]!.AsObject();

    private static string Text(JsonNode? node) => node?.GetValue<string>() ?? "";
}
