using System.Text.Json.Nodes;

namespace Call112.Messages.Tests.Schemas;

/// <summary>One field of a message as its schema describes it, with its path (<c>incident.location.latitude</c>). Walks drive the reader with it.</summary>
internal sealed record SchemaField(Wire Wire, string Path, JsonObject Schema, bool Required)
{
    private const string Placeholder = "\"@placeholder@\"";

    /// <summary>Every field of a message, on every level; of a dispatch what an Alert must have.</summary>
    public static IReadOnlyList<SchemaField> Of(Wire wire)
    {
        var schema = SchemaExport.Of(wire.Type);
        return [.. Fields(wire, schema, schema["else"]?.AsObject(), "")];
    }

    public IReadOnlyList<string> JsonTypes => Schema["type"] switch
    {
        JsonArray types => [.. types.Select(type => type!.GetValue<string>())],
        var type => [type!.GetValue<string>()],
    };

    public bool Is(string jsonType) => JsonTypes.Contains(jsonType);

    public string? Keyword(string name) => Schema[name]?.ToString();

    /// <summary>The example without this field.</summary>
    public string ExampleWithout()
    {
        var tree = Wire.ExampleTree();
        var (parent, name) = Parent(tree);
        parent.Remove(name);
        return tree.ToJsonString();
    }

    /// <summary>The example with this JSON text as the field's value, byte for byte: no JSON library could write some of them.</summary>
    public string ExampleWith(string rawJson)
    {
        var tree = Wire.ExampleTree();
        var (parent, name) = Parent(tree);
        parent[name] = "@placeholder@";
        return tree.ToJsonString().Replace(Placeholder, rawJson, StringComparison.Ordinal);
    }

    public void Refuses(string rawJson) => Wire.RefusesNaming(Path, ExampleWith(rawJson));

    public void Accepts(string rawJson) => AcceptsText(ExampleWith(rawJson));

    public void AcceptsText(string json)
    {
        var reading = Wire.ReadText(json);
        Assert.True(reading.Value is not null, $"{Wire.Name}: {reading.Reason}: {json}");
    }

    private (JsonObject Parent, string Name) Parent(JsonObject tree)
    {
        var names = Path.Split('.');
        return (names[..^1].Aggregate(tree, (parent, name) => parent[name]!.AsObject()), names[^1]);
    }

    private static IEnumerable<SchemaField> Fields(Wire wire, JsonObject schema, JsonObject? condition, string prefix)
    {
        var required = new[] { schema, condition }
            .SelectMany(part => part?["required"]?.AsArray() ?? [])
            .Select(name => name!.GetValue<string>())
            .ToHashSet();
        Assert.Empty(required.Except(schema["properties"]!.AsObject().Select(property => property.Key)));
        foreach (var (name, value) in schema["properties"]!.AsObject())
        {
            var field = new SchemaField(wire, prefix + name, value!.AsObject(), required.Contains(name));
            yield return field;
            if (!field.Schema.ContainsKey("properties"))
                continue;
            foreach (var inner in Fields(wire, field.Schema, condition?["properties"]?[name]?.AsObject(), $"{field.Path}."))
                yield return inner;
        }
    }
}
