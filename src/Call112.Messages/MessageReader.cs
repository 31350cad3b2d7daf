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

    /// <summary>Largest counter, and largest duration in milliseconds: the largest integer that every JSON reader keeps exact (2^53 − 1).</summary>
    public const long IntegerMax = Report.SequenceMax;

    private static readonly JsonDocumentOptions s_options = new()
    {
        MaxDepth = MaxDepth,
        AllowTrailingCommas = false,
        CommentHandling = JsonCommentHandling.Disallow,
        // Looked for afterwards (see DuplicateFields).
        AllowDuplicateProperties = true,
    };

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    public static Parsed<Dispatch> ReadDispatch(ReadOnlyMemory<byte> utf8) => Read(utf8, DispatchOf);

    public static Parsed<Report> ReadReport(ReadOnlyMemory<byte> utf8) => Read(utf8, ReportOf);

    public static Parsed<Receipt> ReadReceipt(ReadOnlyMemory<byte> utf8) =>
        Read(utf8, fields => new Receipt(fields.Integer("upTo", 0, Report.SequenceMax, required: true) ?? 0));

    public static Parsed<StationCommand> ReadCommand(ReadOnlyMemory<byte> utf8) => Read(utf8, fields =>
    {
        var command = new StationCommand(
            fields.RequiredEnum<CommandKind>("command"), fields.OptionalId("commandId"), fields.OptionalTime("sentAt"));
        return command.Command == CommandKind.Update && fields.Object("update", required: true) is { } offer
            ? command with { Update = UpdateOffer.Of(offer) }
            : command;
    });

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
        fields.OptionalString("journalHealth"),
        fields.OptionalString("uplink"),
        fields.OptionalTime("certificateUntil"),
        fields.OptionalEnum<ServiceState>("service", ServiceState.Commissioning),
        fields.OptionalString("system"),
        fields.OptionalString("update")));

    public static Parsed<Heartbeat> ReadHeartbeat(ReadOnlyMemory<byte> utf8) => Read(utf8, fields => new Heartbeat(
        Name(fields, "stationId"),
        fields.RequiredString("bootId"),
        fields.Integer("number", 0, IntegerMax, required: true) ?? 0,
        fields.RequiredTime("sentAt"),
        fields.RequiredEnum<ClockState>("clock", ClockState.Unsynchronized),
        fields.Integer("uptimeMs", 0, IntegerMax, required: true) ?? 0,
        fields.Integer("lastSequence", 0, Report.SequenceMax, required: true) ?? 0,
        (int)(fields.Integer("unreceipted", 0, int.MaxValue, required: true) ?? 0),
        fields.OptionalString("uplink"),
        fields.Integer("everyMs", 0, IntegerMax)));

    public static Parsed<Telemetry> ReadTelemetry(ReadOnlyMemory<byte> utf8) => Read(utf8, fields =>
    {
        var (latitude, longitude) = Position(fields);
        return new Telemetry(
            Name(fields, "stationId"),
            fields.RequiredString("bootId"),
            fields.RequiredTime("sentAt"),
            fields.RequiredEnum<ClockState>("clock", ClockState.Unsynchronized),
            latitude,
            longitude,
            fields.Real("temperatureC", -100, 200),
            fields.Real("memoryMiB", 0, double.MaxValue),
            fields.Real("diskFreeMiB", 0, double.MaxValue),
            fields.Real("batteryVolts", 0, 100),
            fields.Real("batteryPercent", 0, 100),
            fields.Real("supplyAmperes", -100, 100),
            fields.Real("sirenAmperes", -100, 100),
            fields.OptionalEnum<PositionSource>("positionSource"),
            fields.Object("gnss", required: false) is { } gnss ? GnssOf(gnss) : null,
            fields.Object("modem", required: false) is { } modem ? ModemOf(modem) : null,
            fields.Real("longestSampleGapMs", 0, double.MaxValue));
    });

    public static Parsed<AcceptanceEnvelope> ReadAcceptance(ReadOnlyMemory<byte> utf8) => Read(utf8, fields => new AcceptanceEnvelope(
        fields.RequiredString("record"), fields.OptionalString("certificate"), fields.OptionalString("signature")));

    private static GnssReading GnssOf(JsonFields fields)
    {
        var (latitude, longitude) = Position(fields);
        return new GnssReading(
            fields.RequiredEnum("state", (GnssState?)GnssState.Unproven),
            latitude,
            longitude,
            fields.Real("horizontalErrorM", 0, double.MaxValue),
            (int?)fields.Integer("mode", 0, 3),
            (int?)fields.Integer("satellitesUsed", 0, int.MaxValue),
            fields.Integer("fixAgeMs", 0, IntegerMax),
            fields.Real("offSurveyedM", 0, double.MaxValue));
    }

    private static ModemVitals ModemOf(JsonFields fields) => new(
        fields.OptionalString("state"),
        fields.OptionalString("operator"),
        fields.OptionalString("technology"),
        fields.OptionalString("registration"),
        fields.OptionalString("sim"),
        fields.Real("signalPercent", 0, 100),
        fields.Real("rsrpDbm", -200, 0),
        fields.Real("rsrqDb", -100, 100),
        fields.Real("sinrDb", -100, 100));

    public static Parsed<CenterHeartbeat> ReadCenterHeartbeat(ReadOnlyMemory<byte> utf8) => Read(utf8, fields => new CenterHeartbeat(
        fields.RequiredTime("sentAt"), fields.OptionalString("bootId"), fields.Integer("number", 0, IntegerMax)));

    public static Parsed<StationCertificateRequest> ReadCertificateRequest(ReadOnlyMemory<byte> utf8) => Read(utf8, fields =>
        new StationCertificateRequest(
            Name(fields, "stationId"), fields.RequiredId("requestId"), fields.RequiredTime("sentAt"), fields.RequiredString("request")));

    public static Parsed<StationCertificate> ReadCertificate(ReadOnlyMemory<byte> utf8) => Read(utf8, fields => new StationCertificate(
        fields.RequiredId("requestId"), fields.RequiredTime("sentAt"), fields.OptionalString("certificate"), fields.OptionalString("refusal")));

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
            incident is null ? null : IncidentOf(incident, required: type is not MessageType.Cancel));
    }

    /// <summary>
    /// The incident; null without an incident id where it is not required: the contract asks for id and category of an Alert or Update
    /// only, and a Cancel that says less must still end the alert.
    /// </summary>
    private static Incident? IncidentOf(JsonFields fields, bool required)
    {
        var id = required ? fields.RequiredString("incidentId") : fields.OptionalString("incidentId");
        var alreadyRefused = required && id is "";
        if (id is not null && !alreadyRefused && !Incident.IsValidId(id))
            fields.Fail("incidentId", $"must be 1 to {Incident.IncidentIdMaxLength} letters, digits or '-'");
        var category = required
            ? fields.RequiredEnum("category", (Category?)Category.Other)
            : fields.OptionalEnum("category", (Category?)Category.Other) ?? Category.Other;
        var location = fields.Object("location", required: false);
        var incident = new Incident(
            id ?? "",
            category,
            fields.OptionalString("nature"),
            (int)(fields.Integer("priority", Incident.HighestPriority, Incident.LowestPriority) ?? Incident.DefaultPriority),
            UnknownIsNull(fields.OptionalString("triage")),
            location is null ? null : LocationOf(location),
            (int?)fields.Integer("victims", 0, Incident.VictimsMax),
            fields.OptionalString("narrative"));
        return incident.IncidentId.Length == 0 ? null : incident;
    }

    private static Location LocationOf(JsonFields fields)
    {
        var (latitude, longitude) = Position(fields);
        return new Location(
            fields.OptionalString("address"),
            fields.OptionalString("landmark"),
            fields.OptionalString("village"),
            fields.OptionalString("villageCode"),
            latitude,
            longitude);
    }

    /// <summary>Latitude and longitude, or neither: half a position is no position, and the address still says where to go.</summary>
    private static (double? Latitude, double? Longitude) Position(JsonFields fields)
    {
        var (latitude, longitude) = (fields.Real("latitude", -90, 90), fields.Real("longitude", -180, 180));
        return latitude is null || longitude is null ? (null, null) : (latitude, longitude);
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
        fields.Integer("elapsedMs", 0, IntegerMax),
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
            if (DuplicateFields.FirstIn(document.RootElement) is { } twice)
                return new Parsed<T>(null, [new FieldError(twice, "is there twice")]);
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
            // A field name with half a surrogate pair in \u escapes is valid UTF-8 and valid JSON grammar, but no text.
            return Refused<T>($"not JSON: {e.Message}");
        }
    }

    private static Parsed<T> Refused<T>(string reason)
        where T : class => new(null, [new FieldError("", reason)]);
}
