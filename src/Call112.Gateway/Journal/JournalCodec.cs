using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Call112.Station;

namespace Call112.Gateway.Journal;

/// <summary>Entries and snapshots as the JSON that the journal's file holds.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JournalEntry.Started))]
[JsonSerializable(typeof(JournalEntry.DispatchStored))]
[JsonSerializable(typeof(JournalEntry.Reported))]
[JsonSerializable(typeof(JournalEntry.Renumbered))]
[JsonSerializable(typeof(JournalEntry.AmendedAfterEnd))]
[JsonSerializable(typeof(JournalEntry.ReceiptStored))]
[JsonSerializable(typeof(JournalEntry.NumberingAdopted))]
[JsonSerializable(typeof(JournalEntry.Silenced))]
[JsonSerializable(typeof(JournalEntry.Chimed))]
[JsonSerializable(typeof(JournalEntry.Lapsed))]
[JsonSerializable(typeof(JournalEntry.SmsAccepted))]
[JsonSerializable(typeof(JournalEntry.TimeMarked))]
[JsonSerializable(typeof(StationState))]
internal sealed partial class JournalJsonContext : JsonSerializerContext;

/// <summary>Writes and reads the rows of the journal.</summary>
internal static class JournalCodec
{
    private static readonly JsonObject s_empty = JsonSerializer.SerializeToNode(StationState.Empty, JournalJsonContext.Default.StationState)!.AsObject();

    /// <summary>The row's kind: the name of the entry's type.</summary>
    public static string KindOf(JournalEntry entry) => entry switch
    {
        JournalEntry.Started => nameof(JournalEntry.Started),
        JournalEntry.DispatchStored => nameof(JournalEntry.DispatchStored),
        JournalEntry.Reported => nameof(JournalEntry.Reported),
        JournalEntry.Renumbered => nameof(JournalEntry.Renumbered),
        JournalEntry.AmendedAfterEnd => nameof(JournalEntry.AmendedAfterEnd),
        JournalEntry.ReceiptStored => nameof(JournalEntry.ReceiptStored),
        JournalEntry.NumberingAdopted => nameof(JournalEntry.NumberingAdopted),
        JournalEntry.Silenced => nameof(JournalEntry.Silenced),
        JournalEntry.Chimed => nameof(JournalEntry.Chimed),
        JournalEntry.Lapsed => nameof(JournalEntry.Lapsed),
        JournalEntry.SmsAccepted => nameof(JournalEntry.SmsAccepted),
        JournalEntry.TimeMarked => nameof(JournalEntry.TimeMarked),
        _ => throw new ArgumentOutOfRangeException(nameof(entry), entry, "an entry without a row"),
    };

    public static byte[] Write(JournalEntry entry) => JsonSerializer.SerializeToUtf8Bytes(entry, entry.GetType(), JournalJsonContext.Default);

    /// <summary>Reads a row. Throws <see cref="JsonException"/> for what this version cannot read.</summary>
    public static JournalEntry Read(string kind, ReadOnlySpan<byte> body)
    {
        var type = kind switch
        {
            nameof(JournalEntry.Started) => typeof(JournalEntry.Started),
            nameof(JournalEntry.DispatchStored) => typeof(JournalEntry.DispatchStored),
            nameof(JournalEntry.Reported) => typeof(JournalEntry.Reported),
            nameof(JournalEntry.Renumbered) => typeof(JournalEntry.Renumbered),
            nameof(JournalEntry.AmendedAfterEnd) => typeof(JournalEntry.AmendedAfterEnd),
            nameof(JournalEntry.ReceiptStored) => typeof(JournalEntry.ReceiptStored),
            nameof(JournalEntry.NumberingAdopted) => typeof(JournalEntry.NumberingAdopted),
            nameof(JournalEntry.Silenced) => typeof(JournalEntry.Silenced),
            nameof(JournalEntry.Chimed) => typeof(JournalEntry.Chimed),
            nameof(JournalEntry.Lapsed) => typeof(JournalEntry.Lapsed),
            nameof(JournalEntry.SmsAccepted) => typeof(JournalEntry.SmsAccepted),
            nameof(JournalEntry.TimeMarked) => typeof(JournalEntry.TimeMarked),
            _ => throw new JsonException($"unknown entry '{kind}'"),
        };
        return (JournalEntry?)JsonSerializer.Deserialize(body, type, JournalJsonContext.Default) ?? throw new JsonException($"empty entry '{kind}'");
    }

    public static byte[] Write(StationState state) => JsonSerializer.SerializeToUtf8Bytes(state, JournalJsonContext.Default.StationState);

    /// <summary>Reads a snapshot, also one of an older version. Throws <see cref="JsonException"/> for what this version cannot read.</summary>
    /// <remarks>What it does not name is as in the empty state: the generated reader would set it to null, and a box that was updated would set its
    /// journal aside for it, with every open alert.</remarks>
    public static StationState ReadState(ReadOnlySpan<byte> body)
    {
        var fields = JsonNode.Parse(body) as JsonObject ?? throw new JsonException("empty snapshot");
        Complete(fields, s_empty);
        if (fields.FirstOrDefault(field => field.Value is JsonArray array && array.Contains(null)) is { Key: { } damaged })
            throw new JsonException($"nothing where one of '{damaged}' should be");
        return fields.Deserialize(JournalJsonContext.Default.StationState) ?? throw new JsonException("empty snapshot");
    }

    private static void Complete(JsonObject fields, JsonObject empty)
    {
        foreach (var (name, value) in empty)
            if (fields[name] is null)
                fields[name] = value?.DeepClone();
            else if (fields[name] is JsonObject part && value is JsonObject emptyPart)
                Complete(part, emptyPart);
    }
}
