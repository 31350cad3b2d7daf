using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Call112.Messages;

/// <summary>Writes every message of the contract: camelCase, enum values as names, times in UTC with milliseconds.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(UtcMillisecondsConverter)])]
[JsonSerializable(typeof(Dispatch))]
[JsonSerializable(typeof(Report))]
[JsonSerializable(typeof(Receipt))]
[JsonSerializable(typeof(StationCommand))]
[JsonSerializable(typeof(StationStatus))]
[JsonSerializable(typeof(Heartbeat))]
[JsonSerializable(typeof(Telemetry))]
[JsonSerializable(typeof(CenterHeartbeat))]
public sealed partial class MessageJsonContext : JsonSerializerContext;

/// <summary>The contract's time form: RFC 3339, UTC, three decimals of the second.</summary>
public sealed class UtcMillisecondsConverter : JsonConverter<DateTimeOffset>
{
    public const string Format = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && Rfc3339.TryParse(reader.GetString(), out var value)
            ? value
            : throw new JsonException("not an RFC 3339 time");

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture));
}

/// <summary>Writes messages to the bytes that go on the wire.</summary>
public static class MessageWriter
{
    public static byte[] Write(Dispatch message) => Write(message, MessageJsonContext.Default.Dispatch);

    public static byte[] Write(Report message) => Write(message, MessageJsonContext.Default.Report);

    public static byte[] Write(Receipt message) => Write(message, MessageJsonContext.Default.Receipt);

    public static byte[] Write(StationCommand message) => Write(message, MessageJsonContext.Default.StationCommand);

    public static byte[] Write(StationStatus message) => Write(message, MessageJsonContext.Default.StationStatus);

    public static byte[] Write(Heartbeat message) => Write(message, MessageJsonContext.Default.Heartbeat);

    public static byte[] Write(Telemetry message) => Write(message, MessageJsonContext.Default.Telemetry);

    public static byte[] Write(CenterHeartbeat message) => Write(message, MessageJsonContext.Default.CenterHeartbeat);

    private static byte[] Write<T>(T message, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(message, type);
}
