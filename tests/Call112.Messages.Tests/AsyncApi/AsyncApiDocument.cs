using System.Globalization;
using System.Text.Json.Nodes;
using Call112.Messages.Tests.Schemas;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Call112.Messages.Tests.AsyncApi;

/// <summary>The published asyncapi.yaml as a JSON tree (YAML 1.2 core schema: plain words are null, true, false, a number or a text).</summary>
internal static class AsyncApiDocument
{
    public static string FilePath => Path.Combine(SchemaExport.MessagesFolder, "asyncapi.yaml");

    public static JsonObject Read()
    {
        var stream = new YamlStream();
        using var reader = new StreamReader(FilePath);
        stream.Load(reader);
        return Json(stream.Documents.Single().RootNode)!.AsObject();
    }

    /// <summary>The node that a local reference such as <c>#/components/messages/dispatch</c> points at; null when there is none.</summary>
    public static JsonNode? Resolve(JsonObject document, string reference) =>
        reference.StartsWith("#/", StringComparison.Ordinal)
            ? reference[2..].Split('/').Aggregate((JsonNode?)document, (node, name) => (node as JsonObject)?[name])
            : null;

    /// <summary>The node itself, or what its $ref points at.</summary>
    public static JsonObject Follow(JsonObject document, JsonNode? node)
    {
        Assert.NotNull(node);
        if (node["$ref"]?.GetValue<string>() is not { } reference)
            return node.AsObject();
        var target = Resolve(document, reference);
        Assert.True(target is not null, $"{reference} points at nothing");
        return Follow(document, target);
    }

    /// <summary>Every reference of the document, wherever it stands.</summary>
    public static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(entry =>
            entry.Key == "$ref" ? [entry.Value!.GetValue<string>()] : References(entry.Value)),
        JsonArray list => list.SelectMany(References),
        _ => [],
    };

    private static JsonNode? Json(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Select(entry => KeyValuePair.Create(((YamlScalarNode)entry.Key).Value!, Json(entry.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Select(Json)]),
        YamlScalarNode { Style: ScalarStyle.Plain } plain => Plain(plain.Value!),
        YamlScalarNode text => JsonValue.Create(text.Value),
        _ => throw new InvalidDataException($"{FilePath}: unexpected {node.NodeType} at {node.Start}"),
    };

    private static JsonValue? Plain(string word) => word switch
    {
        "null" or "~" or "" => null,
        "true" => JsonValue.Create(true),
        "false" => JsonValue.Create(false),
        _ when long.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer) => JsonValue.Create(integer),
        _ when double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) => JsonValue.Create(real),
        _ => JsonValue.Create(word),
    };
}
