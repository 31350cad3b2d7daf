using System.Text.Json;
using System.Text.Json.Nodes;

namespace Call112.Gateway.Board.Profiles;

/// <summary>
/// What <c>board safe</c> needs of a profile: chip, bus, outputs and relay cards, read one by one, so that a mistake in one place leaves all other
/// outputs to be driven. Everything else of the profile may be wrong.
/// </summary>
/// <param name="Problems">What could not be understood, with its field.</param>
internal sealed record SafePart(
    IReadOnlyList<string> Chip, int I2cBus, IReadOnlyList<OutputLine> Outputs, IReadOnlyList<BoardDevice> Devices, IReadOnlyList<string> Problems)
{
    private static readonly JsonDocumentOptions s_lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <exception cref="InvalidDataException">Nothing of the file can be used.</exception>
    public static SafePart Read(string path)
    {
        JsonObject root;
        try
        {
            if (new FileInfo(path).Length > ProfileReader.SizeMax)
                throw new InvalidDataException($"{path} is longer than {ProfileReader.SizeMax} bytes");
            var bytes = File.ReadAllBytes(path);
            root = JsonNode.Parse(bytes, documentOptions: s_lenient) as JsonObject ?? throw new InvalidDataException($"{path} is no JSON object");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }

        var problems = new List<string>();
        var outputs = Items(root, "outputs", problems, node => node.Deserialize(SafeJsonContext.Default.OutputLine));
        var devices = Items(root, "devices", problems, node => node.Deserialize(SafeJsonContext.Default.BoardDevice));
        var chip = Items(root, "chip", problems, node => node.GetValue<string>());
        var bus = 1;
        if (root["i2cBus"] is { } number && !(number is JsonValue value && value.TryGetValue(out bus)))
        {
            problems.Add("i2cBus: is no number; bus 1 is taken");
            bus = 1;
        }

        return new SafePart(chip, bus, outputs, devices, problems);
    }

    private static List<T> Items<T>(JsonObject root, string field, List<string> problems, Func<JsonNode, T?> read)
        where T : class
    {
        var items = new List<T>();
        if (root[field] is not JsonArray array)
        {
            if (field != "devices" || root[field] is not null)
                problems.Add($"{field}: is missing or no list");
            return items;
        }

        for (var i = 0; i < array.Count; i++)
            try
            {
                items.Add(array[i] is { } node && read(node) is { } item ? item : throw new JsonException("is empty"));
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
            {
                problems.Add($"{field}[{i}]: {e.Message}");
            }

        return items;
    }
}

/// <summary>As <see cref="BoardProfileJsonContext"/>, but what it does not know does not concern it.</summary>
[System.Text.Json.Serialization.JsonSourceGenerationOptions(
    PropertyNamingPolicy = System.Text.Json.Serialization.JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[System.Text.Json.Serialization.JsonSerializable(typeof(OutputLine))]
[System.Text.Json.Serialization.JsonSerializable(typeof(BoardDevice))]
internal sealed partial class SafeJsonContext : System.Text.Json.Serialization.JsonSerializerContext;
