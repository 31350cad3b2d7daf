using System.Text;

namespace Call112.Messages.Tests;

/// <summary>What the contract prints is what the reader takes, field by field.</summary>
public class ContractExampleTests
{
    private static readonly Guid s_dispatchId = new("019ab3c4-7d1e-7c11-9a3b-2f6d4c8e0a11");

    [Fact]
    public void The_dispatch_of_the_contract_is_read_field_by_field()
    {
        var dispatch = Accepted(MessageReader.ReadDispatch(Encoding.UTF8.GetBytes(ContractExamples.Dispatch)));

        Assert.Equal(["bay"], dispatch.Zones!);
        Assert.Equal(
            new Dispatch(
                s_dispatchId,
                MessageType.Alert,
                DispatchStatus.Actual,
                new DateTimeOffset(2026, 11, 23, 6, 5, 7, 120, TimeSpan.Zero),
                new DateTimeOffset(2026, 11, 23, 6, 20, 7, 120, TimeSpan.Zero),
                Revision: 0,
                Zones: null,
                Discreet: false,
                new Incident(
                    "K261123-007",
                    Category.Fire,
                    "Kebakaran rumah",
                    Priority: 1,
                    Triage: null,
                    new Location(
                        "Jl. Adampe Dolot No. 12, RT 05 RW 03", "Depan masjid At-Taqwa", "Mogolaing", "71.74.04.1001", 0.7301, 124.3053),
                    Victims: 2,
                    "Api di lantai dua, ada orang tua di dalam.")),
            dispatch with { Zones = null });
    }

    [Fact]
    public void The_report_of_the_contract_is_read_field_by_field()
    {
        var at = new DateTimeOffset(2026, 11, 23, 6, 5, 31, 884, TimeSpan.Zero);
        Assert.Equal(
            new Report(
                Wire.Station, 4211, Wire.Boot, ReportEvent.Acknowledged, at, at, ClockState.Synchronized, ReportSource.Button,
                s_dispatchId, "K261123-007", 24211),
            Accepted(MessageReader.ReadReport(Encoding.UTF8.GetBytes(ContractExamples.Report))));
    }

    [Fact]
    public void Every_message_of_the_contract_has_an_example_that_is_read()
    {
        foreach (var wire in Wire.All)
            Assert.IsType(wire.Type, wire.ReadText(wire.Example).Value);
    }

    [Fact]
    public void The_shortest_alert_of_the_contract_is_read_and_takes_the_defaults()
    {
        var dispatch = Accepted(MessageReader.ReadDispatch(
            """
            {"dispatchId":"019ab3c4-7d1e-7c11-9a3b-2f6d4c8e0a11","messageType":"Alert","status":"Actual","sentAt":"2026-11-23T06:05:07Z",
             "expiresAt":"2026-11-23T06:20:07Z","incident":{"incidentId":"1","category":"Medical"}}
            """u8.ToArray()));

        Assert.Equal(0, dispatch.Revision);
        Assert.False(dispatch.Discreet);
        Assert.Null(dispatch.Zones);
        Assert.Equal(new Incident("1", Category.Medical), dispatch.Incident);
        Assert.Equal(2, dispatch.Incident!.Priority);
    }

    [Theory]
    [InlineData("")]
    [InlineData(""","incident":null""")]
    [InlineData(""","incident":{}""")]
    [InlineData(""","incident":{"incidentId":"K261123-007"}""")]
    [InlineData(""","incident":{"category":"Fire"}""")]
    public void A_cancel_needs_no_incident_and_no_whole_one(string incident)
    {
        var dispatch = Accepted(MessageReader.ReadDispatch(Encoding.UTF8.GetBytes(
            $$"""
            {"dispatchId":"019ab3c4-7d1e-7c11-9a3b-2f6d4c8e0a11","messageType":"Cancel","status":"Actual","sentAt":"2026-11-23T06:05:07Z",
             "expiresAt":"2026-11-23T06:20:07Z"{{incident}}}
            """)));

        Assert.Equal(MessageType.Cancel, dispatch.MessageType);
        Assert.Equal(incident.Contains("K261123", StringComparison.Ordinal) ? "K261123-007" : null, dispatch.Incident?.IncidentId);
    }

    [Fact]
    public void Times_are_written_in_UTC_with_milliseconds_and_enum_values_as_names()
    {
        var sentAt = new DateTimeOffset(2026, 11, 23, 14, 5, 7, TimeSpan.FromHours(8));
        Assert.Equal(
            """{"command":"Identify","commandId":null,"sentAt":"2026-11-23T06:05:07.000Z","update":null}""",
            Encoding.UTF8.GetString(MessageWriter.Write(new StationCommand(CommandKind.Identify, SentAt: sentAt))));
    }

    [Fact]
    public void A_measurement_that_is_no_number_is_written_as_not_measured()
    {
        var at = DateTimeOffset.UnixEpoch;
        var telemetry = new Telemetry(
            Wire.Station, Wire.Boot, at, ClockState.Synchronized, double.NaN, double.PositiveInfinity, double.NegativeInfinity,
            double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN);
        Assert.Equal(
            new Telemetry(Wire.Station, Wire.Boot, at, ClockState.Synchronized),
            Accepted(MessageReader.ReadTelemetry(MessageWriter.Write(telemetry))));

        var incident = new Incident("1", Category.Fire, Location: new Location("Jl. Adampe Dolot", Latitude: double.NaN, Longitude: 124.3));
        var alert = new Dispatch(s_dispatchId, MessageType.Alert, DispatchStatus.Actual, at, at, Incident: incident);
        Assert.Equal(
            alert with { Incident = incident with { Location = new Location("Jl. Adampe Dolot") } },
            Accepted(MessageReader.ReadDispatch(MessageWriter.Write(alert))));
    }

    private static T Accepted<T>(Parsed<T> parsed)
        where T : class
    {
        Assert.True(parsed.Value is not null, parsed.Reason);
        return parsed.Value;
    }
}
