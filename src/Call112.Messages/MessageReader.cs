using System.Text.Json;
using System.Text.Unicode;

namespace Call112.Messages;

/// <summary>
/// Reads every message of the contract from the bytes of the wire. Never throws for any bytes: a refused message comes back with a
/// reason for each field (contract, "Rules for every message"). An unknown enum value never silences a dispatch.
/// </summary>
public static class MessageReader
{
    /// <summary>Largest message, in bytes (contract: 16 KiB).</summary>
    public const int MaxBytes = 16 * 1024;

    /// <summary>Deepest nesting that is read.</summary>
    public const int MaxDepth = 16;

    private static readonly JsonDocumentOptions s_options = new()
    {
        MaxDepth = MaxDepth,
        AllowTrailingCommas = false,
        CommentHandling = JsonCommentHandling.Disallow,
        // Two values for one key: nobody can know which one was meant.
        AllowDuplicateProperties = false,
    };

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    public static Parsed<Dispatch> ReadDispatch(ReadOnlyMemory<byte> utf8) => Read(utf8, DispatchOf);

    public static Parsed<Report> ReadReport(ReadOnlyMemory<byte> utf8) => Read(utf8, ReportOf);

    public static Parsed<Receipt> ReadReceipt(ReadOnlyMemory<byte> utf8) =>
        Read(utf8, fields => new Receipt(fields.Integer("upTo", 0, Report.SequenceMax, required: true) ?? 0));

    public static Parsed<StationCommand> ReadCommand(ReadOnlyMemory<byte> utf8) => Read(utf8, fields => new StationCommand(
        fields.RequiredEnum<CommandKind>("command"), fields.OptionalId("commandId"), fields.OptionalTime("sentAt")));

    public static Parsed<StationStatus> ReadStatus(ReadOnlyMemory<byte> utf8) => Read(utf8, fields => new StationStatus(
        fields.Boolean("online", required: true) ?? false,
        Name(fields, "stationId"),
        fields.RequiredString("bootId"),
        fields.RequiredTime("sentAt"),
        fields.RequiredEnum<ClockState>("clock", ClockState.Unsynchronized),
        fields.OptionalString("name"),
        fields.OptionalString("kind"),
        fields.Strings("groups", maxCount: 100),
        fields.OptionalString("version"),
        fields.Integer("lastSequence", 0, Report.SequenceMax),
        (int?)fields.Integer("openDispatches", 0, int.MaxValue),
        fields.Strings("alarms", maxCount: 100),
        fields.OptionalString("journalHealth")));

    public static Parsed<Heartbeat> ReadHeartbeat(ReadOnlyMemory<byte> utf8) => Read(utf8, fields => new Heartbeat(
        Name(fields, "stationId"),
        fields.RequiredString("bootId"),
        fields.Integer("number", 0, long.MaxValue, required: true) ?? 0,
        fields.RequiredTime("sentAt"),
        fields.RequiredEnum<ClockState>("clock", ClockState.Unsynchronized),
        fields.Integer("uptimeMs", 0, long.MaxValue, required: true) ?? 0,
        fields.Integer("lastSequence", 0, Report.SequenceMax, required: true) ?? 0,
        (int)(fields.Integer("unreceipted", 0, int.MaxValue, required: true) ?? 0)));

    public static Parsed<Telemetry> ReadTelemetry(ReadOnlyMemory<byte> utf8) => Read(utf8, fields => new Telemetry(
        Name(fields, "stationId"),
        fields.RequiredString("bootId"),
        fields.RequiredTime("sentAt"),
        fields.RequiredEnum<ClockState>("clock", ClockState.Unsynchronized),
        fields.Real("latitude", -90, 90),
        fields.Real("longitude", -180, 180),
        fields.Real("temperatureC", -100, 200),
        fields.Real("memoryMiB", 0, double.MaxValue),
        fields.Real("diskFreeMiB", 0, double.MaxValue)));

    public static Parsed<CenterHeartbeat> ReadCenterHeartbeat(ReadOnlyMemory<byte> utf8) => Read(utf8, fields => new CenterHeartbeat(
        fields.RequiredTime("sentAt"), fields.OptionalString("bootId"), fields.Integer("number", 0, long.MaxValue)));

    private static Dispatch DispatchOf(JsonFields fields)
    {
        var type = fields.RequiredEnum("messageType", (MessageType?)MessageType.Alert);
        var incident = fields.Object("incident", required: type is MessageType.Alert or MessageType.Update);
        return new Dispatch(
            fields.RequiredId("dispatchId"),
            type,
            fields.RequiredEnum("status", (DispatchStatus?)DispatchStatus.Actual),
            fields.RequiredTime("sentAt"),
            fields.RequiredTime("expiresAt"),
            (int)(fields.Integer("revision", 0, Dispatch.RevisionMax) ?? 0),
            fields.Strings("zones", Dispatch.ZonesMax),
            fields.Boolean("discreet") ?? false,
            incident is null ? null : IncidentOf(incident));
    }

    private static Incident IncidentOf(JsonFields fields)
    {
        var id = fields.RequiredString("incidentId");
        if (id.Length > 0 && !Incident.IsValidId(id))
            fields.Fail("incidentId", $"must be 1 to {Incident.IncidentIdMaxLength} letters, digits or '-'");
        var location = fields.Object("location", required: false);
        return new Incident(
            id,
            fields.RequiredEnum("category", (Category?)Category.Other),
            fields.OptionalString("nature"),
            (int)(fields.Integer("priority", Incident.HighestPriority, Incident.LowestPriority) ?? Incident.DefaultPriority),
            UnknownIsNull(fields.OptionalString("triage")),
            location is null ? null : LocationOf(location),
            (int?)fields.Integer("victims", 0, Incident.VictimsMax),
            fields.OptionalString("narrative"));
    }

    private static Location LocationOf(JsonFields fields)
    {
        var (latitude, longitude) = (fields.Real("latitude", -90, 90), fields.Real("longitude", -180, 180));
        return new Location(
            fields.OptionalString("address"),
            fields.OptionalString("landmark"),
            fields.OptionalString("village"),
            fields.OptionalString("villageCode"),
            // Half a position is no position; the address still says where to go.
            longitude is null ? null : latitude,
            latitude is null ? null : longitude);
    }

    private static Report ReportOf(JsonFields fields) => new(
        Name(fields, "stationId"),
        fields.Integer("sequence", 1, Report.SequenceMax, required: true) ?? 0,
        fields.RequiredString("bootId"),
        fields.RequiredEnum<ReportEvent>("event"),
        fields.RequiredTime("occurredAt"),
        fields.RequiredTime("recordedAt"),
        fields.RequiredEnum<ClockState>("clock", ClockState.Unsynchronized),
        fields.RequiredEnum<ReportSource>("source", ReportSource.Automatic),
        fields.OptionalId("dispatchId"),
        fields.OptionalString("incidentId"),
        fields.Integer("elapsedMs", 0, long.MaxValue),
        fields.OptionalString("reason"),
        fields.OptionalEnum<Outcome>("outcome"),
        fields.OptionalString("detail"));

    private static Triage? UnknownIsNull(string? triage) =>
        Enum.TryParse<Triage>(triage, out var value) && Enum.GetName(value) == triage ? value : null;

    private static string Name(JsonFields fields, string field)
    {
        var name = fields.RequiredString(field);
        if (name.Length > 0 && !Topics.IsValidName(name))
            fields.Fail(field, "must match [a-z0-9][a-z0-9-]{1,38}[a-z0-9]");
        return name;
    }

    private static Parsed<T> Read<T>(ReadOnlyMemory<byte> utf8, Func<JsonFields, T> read)
        where T : class
    {
        if (utf8.Length > MaxBytes)
            return Refused<T>($"larger than {MaxBytes} bytes");
        if (utf8.Span.StartsWith(ByteOrderMark))
            utf8 = utf8[ByteOrderMark.Length..];
        if (!Utf8.IsValid(utf8.Span))
            return Refused<T>("not valid UTF-8");
        try
        {
            using var document = JsonDocument.Parse(utf8, s_options);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return Refused<T>("not a JSON object");
            var fields = new JsonFields(document.RootElement, "", []);
            var value = read(fields);
            return new Parsed<T>(value, fields.Errors, (value as Dispatch)?.DispatchId is { } id && id != Guid.Empty ? id : null);
        }
        catch (JsonException e)
        {
            return Refused<T>($"not JSON: {e.Message}");
        }
        catch (InvalidOperationException e)
        {
            // A text with half a surrogate pair in \u escapes is valid UTF-8 and valid JSON grammar, but no text.
            return Refused<T>($"not JSON: {e.Message}");
        }
    }

    private static Parsed<T> Refused<T>(string reason)
        where T : class => new(null, [new FieldError("", reason)]);
}
