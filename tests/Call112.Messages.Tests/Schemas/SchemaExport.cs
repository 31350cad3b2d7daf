using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;

namespace Call112.Messages.Tests.Schemas;

/// <summary>
/// Exports the JSON Schemas of the contract from the types, as <see cref="MessageJsonContext"/> writes them, with the meaning and the limits
/// of <see cref="SchemaTerms"/>. Draft 7, because AsyncAPI 3.0 obliges every tool to read that one.
/// </summary>
internal static class SchemaExport
{
    public const string WriteVariable = "CALL112_WRITE_SCHEMAS";

    public const string WriteCommand = WriteVariable + "=1 dotnet test tests/Call112.Messages.Tests";

    private static readonly JsonSerializerOptions s_written = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        // Files for people: "°C" is not \u00B0C.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The folder of the published schemas; found from the test's own place, so that any working directory will do.</summary>
    public static string Folder => Path.Combine(MessagesFolder, "schemas");

    public static string MessagesFolder => Path.Combine(Root(), "src", "Call112.Messages");

    public static string FileName(Wire wire) => $"{wire.Name}.schema.json";

    public static string Text(Wire wire) => Of(wire.Type).ToJsonString(s_written) + "\n";

    public static JsonObject Of(Type type)
    {
        var info = TypeInfo(type);
        var exported = info.GetJsonSchemaAsNode(new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true }).AsObject();
        Describe(info, exported);
        var schema = new JsonObject
        {
            ["$schema"] = "http://json-schema.org/draft-07/schema#",
            ["title"] = type.Name,
            ["description"] = SchemaTerms.Messages[type],
        };
        Append(schema, exported);
        if (type == typeof(Dispatch))
            RequireIncidentUnlessCancelled(schema);
        if (type == typeof(StationCommand))
            RequireOfferOfUpdate(schema);
        return schema;
    }

    private static JsonTypeInfo TypeInfo(Type type) =>
        MessageJsonContext.Default.GetTypeInfo(type) ?? throw new ArgumentException($"{type.Name} is not in {nameof(MessageJsonContext)}", nameof(type));

    /// <summary>
    /// Puts meaning and limits on every property, on every level. After the export and not in its callback: that one is not called for a
    /// property with a converter of ours and a default value.
    /// </summary>
    private static void Describe(JsonTypeInfo info, JsonObject exported)
    {
        var properties = exported["properties"]!.AsObject();
        // Computed properties that are not written ([JsonIgnore]) are in the type's list, but not in the export.
        foreach (var property in info.Properties.Where(property => properties.ContainsKey(property.Name)))
        {
            var node = properties[property.Name] as JsonObject ?? [];
            if (node.ContainsKey("properties"))
                Describe(TypeInfo(property.PropertyType), node);
            // The C# name is the JSON name with a capital.
            var (description, limits) = SchemaTerms.Of(info.Type, char.ToUpperInvariant(property.Name[0]) + property.Name[1..]);
            var schema = new JsonObject { ["description"] = description };
            Append(schema, ScalarOf(property.PropertyType) ?? []);
            foreach (var (key, value) in node.Where(keyword => !schema.ContainsKey(keyword.Key)))
                schema[key] = value?.DeepClone();
            Append(schema, limits ?? []);
            properties[property.Name] = schema;
        }
    }

    /// <summary>The types of which the exporter knows nothing (a converter of ours writes them) or only half (enums without their JSON type).</summary>
    private static JsonObject? ScalarOf(Type type)
    {
        var inner = Nullable.GetUnderlyingType(type);
        var scalar = inner ?? type;
        JsonNode kind = inner is null ? "string" : new JsonArray("string", "null");
        if (scalar == typeof(DateTimeOffset))
            return new JsonObject { ["type"] = kind, ["format"] = "date-time" };
        return scalar.IsEnum ? new JsonObject { ["type"] = kind } : null;
    }

    /// <summary>Contract, "Dispatch": incident, its id and its category are required for Alert and Update, not for a Cancel.</summary>
    private static void RequireIncidentUnlessCancelled(JsonObject schema)
    {
        var incident = schema["properties"]!["incident"]!.AsObject();
        var required = incident["required"]!.DeepClone();
        incident.Remove("required");
        schema["if"] = new JsonObject { ["properties"] = new JsonObject { ["messageType"] = new JsonObject { ["const"] = nameof(MessageType.Cancel) } } };
        schema["else"] = new JsonObject
        {
            ["required"] = new JsonArray("incident"),
            ["properties"] = new JsonObject { ["incident"] = new JsonObject { ["type"] = "object", ["required"] = required } },
        };
    }

    /// <summary>Without an offer an Update says nothing.</summary>
    private static void RequireOfferOfUpdate(JsonObject schema)
    {
        var others = new JsonArray([.. Enum.GetNames<CommandKind>().Where(name => name != nameof(CommandKind.Update)).Select(name => (JsonNode)name)]);
        schema["if"] = new JsonObject { ["properties"] = new JsonObject { ["command"] = new JsonObject { ["enum"] = others } } };
        schema["else"] = new JsonObject
        {
            ["required"] = new JsonArray("update"),
            ["properties"] = new JsonObject { ["update"] = new JsonObject { ["type"] = "object" } },
        };
    }

    private static void Append(JsonObject schema, JsonObject from)
    {
        foreach (var (key, value) in from.ToList())
        {
            from.Remove(key);
            schema[key] = value;
        }
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Call112.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException($"no Call112.sln above {AppContext.BaseDirectory}");
    }
}
