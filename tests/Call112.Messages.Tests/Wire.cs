using System.Text;
using System.Text.Json.Nodes;

namespace Call112.Messages.Tests;

/// <summary>What came of reading some bytes as one kind of message.</summary>
internal sealed record Reading(object? Value, IReadOnlyList<FieldError> Errors, string Reason)
{
    public static Reading Of<T>(Parsed<T> parsed)
        where T : class => new(parsed.Value, parsed.Errors, parsed.Reason);
}

/// <summary>One kind of message of the contract: its type, how it is read and written, and an example in which every field is there.</summary>
internal sealed record Wire(string Name, Type Type, string Example, Func<ReadOnlyMemory<byte>, Reading> Read, Func<object, byte[]> Write)
{
    public const string Station = "pkm-gogagoman", Boot = "7b0c5d2e91";

    public static readonly Wire[] All =
    [
        new("dispatch", typeof(Dispatch), ContractExamples.Dispatch,
            bytes => Reading.Of(MessageReader.ReadDispatch(bytes)), value => MessageWriter.Write((Dispatch)value)),
        new("report", typeof(Report), ContractExamples.Report,
            bytes => Reading.Of(MessageReader.ReadReport(bytes)), value => MessageWriter.Write((Report)value)),
        new("receipt", typeof(Receipt), """{ "upTo": 4211 }""",
            bytes => Reading.Of(MessageReader.ReadReceipt(bytes)), value => MessageWriter.Write((Receipt)value)),
        new("command", typeof(StationCommand),
            """
            {
              "command": "Update", "commandId": "019ab3c4-7d1e-7c11-9a3b-2f6d4c8e0a12", "sentAt": "2026-11-23T06:05:07.120Z",
              "update": {
                "version": "1.2.0", "url": "https://call112.example/call112_1.2.0.raucb", "bytes": 211862775,
                "sha256": "3f79bb7b435b05321651daefd374cdc681dc06faa65e374e38337b88ca046dea", "metered": false
              }
            }
            """,
            bytes => Reading.Of(MessageReader.ReadCommand(bytes)), value => MessageWriter.Write((StationCommand)value)),
        new("state", typeof(StationStatus),
            """
            {
              "online": true, "stationId": "pkm-gogagoman", "bootId": "7b0c5d2e91", "sentAt": "2026-11-23T06:00:00.000Z", "clock": "Synchronized",
              "name": "Puskesmas Gogagoman", "kind": "Puskesmas", "groups": ["puskesmas"], "version": "0.1.0", "lastSequence": 4210,
              "openDispatches": 1, "alarms": ["MainsLost"], "journalHealth": "ok", "service": "InService",
              "system": "1.2.0", "update": "1.3.0: is being fetched"
            }
            """,
            bytes => Reading.Of(MessageReader.ReadStatus(bytes)), value => MessageWriter.Write((StationStatus)value)),
        new("heartbeat", typeof(Heartbeat),
            """
            {
              "stationId": "pkm-gogagoman", "bootId": "7b0c5d2e91", "number": 62, "sentAt": "2026-11-23T06:05:10.000Z", "clock": "Synchronized",
              "uptimeMs": 310000, "lastSequence": 4211, "unreceipted": 1
            }
            """,
            bytes => Reading.Of(MessageReader.ReadHeartbeat(bytes)), value => MessageWriter.Write((Heartbeat)value)),
        new("telemetry", typeof(Telemetry),
            """
            {
              "stationId": "pkm-gogagoman", "bootId": "7b0c5d2e91", "sentAt": "2026-11-23T06:05:10.000Z", "clock": "Synchronized",
              "latitude": 0.7346, "longitude": 124.3162, "temperatureC": 51.5, "memoryMiB": 24.5, "diskFreeMiB": 11200,
              "batteryVolts": 12.6, "batteryPercent": 88, "supplyAmperes": -0.35, "sirenAmperes": 0,
              "positionSource": "Surveyed",
              "gnss": {
                "state": "Fixed", "latitude": 0.7347, "longitude": 124.3163, "horizontalErrorM": 8.4, "mode": 3, "satellitesUsed": 9,
                "fixAgeMs": 640, "offSurveyedM": 15.7
              },
              "modem": {
                "state": "connected", "operator": "TELKOMSEL", "technology": "lte", "registration": "home", "sim": "ready",
                "signalPercent": 75, "rsrpDbm": -104, "rsrqDb": -14, "sinrDb": 2
              }
            }
            """,
            bytes => Reading.Of(MessageReader.ReadTelemetry(bytes)), value => MessageWriter.Write((Telemetry)value)),
        new("acceptance", typeof(AcceptanceEnvelope), """{ "record": "e30=", "certificate": null, "signature": null }""",
            bytes => Reading.Of(MessageReader.ReadAcceptance(bytes)), value => MessageWriter.Write((AcceptanceEnvelope)value)),
        new("center-heartbeat", typeof(CenterHeartbeat), """{ "sentAt": "2026-11-23T06:05:10.000Z", "bootId": "c0ffee12", "number": 62 }""",
            bytes => Reading.Of(MessageReader.ReadCenterHeartbeat(bytes)), value => MessageWriter.Write((CenterHeartbeat)value)),
        new("certificate-request", typeof(StationCertificateRequest),
            """
            {
              "stationId": "pkm-gogagoman", "requestId": "019ab3c4-7d1e-7c11-9a3b-2f6d4c8e0a21", "sentAt": "2026-11-23T06:05:07.120Z",
              "request": "-----BEGIN CERTIFICATE REQUEST-----\n…\n-----END CERTIFICATE REQUEST-----"
            }
            """,
            bytes => Reading.Of(MessageReader.ReadCertificateRequest(bytes)), value => MessageWriter.Write((StationCertificateRequest)value)),
        new("certificate", typeof(StationCertificate),
            """
            {
              "requestId": "019ab3c4-7d1e-7c11-9a3b-2f6d4c8e0a21", "sentAt": "2026-11-23T06:05:07.480Z",
              "certificate": "-----BEGIN CERTIFICATE-----\n…\n-----END CERTIFICATE-----", "refusal": "the station is not enrolled"
            }
            """,
            bytes => Reading.Of(MessageReader.ReadCertificate(bytes)), value => MessageWriter.Write((StationCertificate)value)),
    ];

    public static TheoryData<string> Names => [.. All.Select(wire => wire.Name)];

    public static Wire Of(string name) => All.Single(wire => wire.Name == name);

    public static Wire Of(Type type) => All.Single(wire => wire.Type == type);

    public byte[] ExampleBytes => Encoding.UTF8.GetBytes(Example);

    /// <summary>A fresh tree of the example, to be changed.</summary>
    public JsonObject ExampleTree() => JsonNode.Parse(Example)!.AsObject();

    public Reading ReadText(string json) => Read(Encoding.UTF8.GetBytes(json));

    /// <summary>Asserts the promise for any bytes: a value, or at least one error, each with a reason; never both, never an exception.</summary>
    public Reading ReadAnything(ReadOnlyMemory<byte> bytes)
    {
        var reading = Read(bytes);
        Assert.Equal(reading.Value is null, reading.Errors.Count > 0);
        Assert.All(reading.Errors, error => Assert.NotEmpty(error.Reason));
        Assert.InRange(reading.Reason.Length, reading.Value is null ? 1 : 0, Report.TextMaxLength);
        return reading;
    }

    /// <summary>Asserts that the text is refused, and that one of the reasons names the field.</summary>
    public void RefusesNaming(string field, string json)
    {
        var reading = ReadAnything(Encoding.UTF8.GetBytes(json));
        Assert.True(reading.Value is null, $"{Name}: accepted, but {field} is wrong in {json}");
        Assert.True(
            reading.Errors.Any(error => error.Field == field),
            $"{Name}: refused without naming '{field}' but with '{reading.Reason}': {json}");
    }
}
