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
[JsonSerializable(typeof(AcceptanceEnvelope))]
[JsonSerializable(typeof(CenterHeartbeat))]
[JsonSerializable(typeof(StationCertificateRequest))]
[JsonSerializable(typeof(StationCertificate))]
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

/// <summary>
/// Writes messages to the bytes that go on the wire. A measurement that is no number (NaN, infinite) is written as not measured.
/// The size is not checked here: a message that takes text from outside is compared with <see cref="MessageReader.MaxBytes"/> by its sender.
/// </summary>
public static class MessageWriter
{
    public static byte[] Write(Dispatch message) => Write(
        message.Incident is { Location: { } location } incident
            ? message with
            {
                Incident = incident with
                {
                    Location = location with { Latitude = Finite(location.Latitude), Longitude = Finite(location.Longitude) },
                },
            }
            : message,
        MessageJsonContext.Default.Dispatch);

    public static byte[] Write(Report message) => Write(message, MessageJsonContext.Default.Report);

    public static byte[] Write(Receipt message) => Write(message, MessageJsonContext.Default.Receipt);

    public static byte[] Write(StationCommand message) => Write(message, MessageJsonContext.Default.StationCommand);

    public static byte[] Write(StationStatus message) => Write(message, MessageJsonContext.Default.StationStatus);

    public static byte[] Write(Heartbeat message) => Write(message, MessageJsonContext.Default.Heartbeat);

    public static byte[] Write(Telemetry message) => Write(
        message with
        {
            Latitude = Finite(message.Latitude),
            Longitude = Finite(message.Longitude),
            TemperatureC = Finite(message.TemperatureC),
            MemoryMiB = Finite(message.MemoryMiB),
            DiskFreeMiB = Finite(message.DiskFreeMiB),
            BatteryVolts = Finite(message.BatteryVolts),
            BatteryPercent = Finite(message.BatteryPercent),
            SupplyAmperes = Finite(message.SupplyAmperes),
            SirenAmperes = Finite(message.SirenAmperes),
            LongestSampleGapMs = Finite(message.LongestSampleGapMs),
            Gnss = message.Gnss is { } gnss
                ? gnss with
                {
                    Latitude = Finite(gnss.Latitude),
                    Longitude = Finite(gnss.Longitude),
                    HorizontalErrorM = Finite(gnss.HorizontalErrorM),
                    OffSurveyedM = Finite(gnss.OffSurveyedM),
                }
                : null,
            Modem = message.Modem is not { } modem ? null : modem with
            {
                SignalPercent = Finite(modem.SignalPercent),
                RsrpDbm = Finite(modem.RsrpDbm),
                RsrqDb = Finite(modem.RsrqDb),
                SinrDb = Finite(modem.SinrDb),
            },
        },
        MessageJsonContext.Default.Telemetry);

    public static byte[] Write(AcceptanceEnvelope message) => Write(message, MessageJsonContext.Default.AcceptanceEnvelope);

    public static byte[] Write(CenterHeartbeat message) => Write(message, MessageJsonContext.Default.CenterHeartbeat);

    public static byte[] Write(StationCertificateRequest message) => Write(message, MessageJsonContext.Default.StationCertificateRequest);

    public static byte[] Write(StationCertificate message) => Write(message, MessageJsonContext.Default.StationCertificate);

    /// <summary>JSON has no NaN and no infinity; a sensor that gives one must not take the sender down.</summary>
    private static double? Finite(double? number) => number is { } value && double.IsFinite(value) ? value : null;

    private static byte[] Write<T>(T message, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(message, type);
}
