using Call112.Demo.Replay;
using Call112.Messages;

namespace Call112.Demo.Tests;

public sealed class DispatchFileTests
{
    private const string Header =
        "Call Number,Unit ID,Call Type,Dispatch DtTm,Response DtTm,On Scene DtTm,Available DtTm,Address,City,Station Area,Original Priority,Unit Type,"
        + "Unit sequence in call dispatch,Neighborhooods - Analysis Boundaries,Location";

    [Fact]
    public void Rows_of_one_call_and_one_dispatch_time_are_one_alert()
    {
        var file = Read(
            "200001,E01,Structure Fire,04/07/2020 11:55:56 PM,04/07/2020 11:57:00 PM,,,1 A ST,San Francisco,01,3,ENGINE,1,,",
            "200001,T01,Structure Fire,04/07/2020 11:55:56 PM,04/07/2020 11:57:10 PM,,,1 A ST,San Francisco,01,3,TRUCK,2,,");
        var alert = Assert.Single(file.Alerts);
        Assert.Equal("Units: E01 T01", alert.Incident.Narrative);
    }

    [Fact]
    public void Units_sent_later_to_the_same_call_are_an_alert_of_their_own()
    {
        var file = Read(
            "200001,E02,Structure Fire,04/08/2020 12:01:00 AM,,,,1 A ST,San Francisco,01,3,ENGINE,2,,",
            "200001,E01,Structure Fire,04/07/2020 11:55:56 PM,,,,1 A ST,San Francisco,01,3,ENGINE,1,,");
        Assert.Equal(["Units: E01", "Units: E02"], file.Alerts.Select(alert => alert.Incident.Narrative));
    }

    [Fact]
    public void Twelve_at_night_is_the_beginning_of_the_day()
    {
        var file = Read("200001,E01,Alarms,04/08/2020 12:00:05 AM,04/08/2020 12:01:00 AM,,,1 A ST,San Francisco,01,3,ENGINE,1,,");
        Assert.Equal(new DateTime(2020, 4, 8, 0, 0, 5, DateTimeKind.Unspecified), file.Alerts[0].DispatchedAt);
        Assert.Equal(TimeSpan.FromSeconds(55), file.Alerts[0].Turnout);
    }

    [Fact]
    public void Turnout_is_that_of_the_first_engine_or_truck_that_has_one()
    {
        var file = Read(
            "200001,85,Medical Incident,04/07/2020 1:00:00 PM,04/07/2020 1:00:10 PM,,,1 A ST,San Francisco,01,3,MEDIC,1,,",
            "200001,E01,Medical Incident,04/07/2020 1:00:00 PM,,,,1 A ST,San Francisco,01,3,ENGINE,2,,",
            "200001,T01,Medical Incident,04/07/2020 1:00:00 PM,04/07/2020 1:01:17 PM,04/07/2020 1:05:00 PM,04/07/2020 1:30:00 PM,1 A ST,San Francisco,01,3,TRUCK,3,,");
        var alert = Assert.Single(file.Alerts);
        Assert.Equal(TimeSpan.FromSeconds(77), alert.Turnout);
        Assert.Equal(TimeSpan.FromMinutes(5), alert.OnScene);
        Assert.Equal(TimeSpan.FromMinutes(30), alert.Available);
    }

    [Fact]
    public void Without_engine_or_truck_the_first_unit_with_both_times_counts()
    {
        var file = Read(
            "200001,QRV1,Medical Incident,04/07/2020 1:00:00 PM,,,,1 A ST,San Francisco,01,3,SUPPORT,1,,",
            "200001,85,Medical Incident,04/07/2020 1:00:00 PM,04/07/2020 1:00:10 PM,,,1 A ST,San Francisco,01,3,MEDIC,2,,");
        Assert.Equal(TimeSpan.FromSeconds(10), file.Alerts[0].Turnout);
    }

    [Fact]
    public void Empty_and_impossible_response_times_take_the_median_of_the_file()
    {
        var file = Read(
            "200001,E01,Alarms,04/07/2020 1:00:00 PM,04/07/2020 1:00:40 PM,,,1 A ST,San Francisco,01,3,ENGINE,1,,",
            "200002,E02,Alarms,04/07/2020 1:00:01 PM,04/07/2020 1:01:21 PM,,,1 A ST,San Francisco,02,3,ENGINE,1,,",
            "200003,E03,Alarms,04/07/2020 1:00:02 PM,04/07/2020 1:01:32 PM,,,1 A ST,San Francisco,03,3,ENGINE,1,,",
            "200004,E04,Alarms,04/07/2020 1:00:03 PM,,,,1 A ST,San Francisco,04,3,ENGINE,1,,",
            "200005,E05,Alarms,04/07/2020 1:00:04 PM,04/07/2020 12:59:00 PM,,,1 A ST,San Francisco,05,3,ENGINE,1,,");
        Assert.Equal(TimeSpan.FromSeconds(80), file.MedianTurnout);
        Assert.All(file.Alerts.Skip(3), alert => Assert.Equal((TimeSpan.FromSeconds(80), false), (alert.Turnout, alert.TurnoutIsReal)));
    }

    [Fact]
    public void Quoted_commas_leading_zeros_and_cut_names_survive()
    {
        var file = Read("200983546,E48,Outside Fire,04/07/2020 1:00:00 PM,,,,\"AVENUE OF THE PALMS, NORTH\",Treasure Isla,03,A,ENGINE,1,Treasure Island,\"(37.8, -122.37)\"");
        var alert = Assert.Single(file.Alerts);
        Assert.Equal(("sf-03", "SF200983546"), (alert.StationId, alert.Incident.IncidentId));
        Assert.Equal(new Location("AVENUE OF THE PALMS, NORTH", "Treasure Island", "Treasure Island", Latitude: 37.8, Longitude: -122.37), alert.Incident.Location);
    }

    [Fact]
    public void A_bare_call_box_and_an_empty_city_are_no_address()
    {
        var file = Read("200001,E01,Alarms,04/07/2020 1:00:00 PM,,,,CALL BOX:,,01,3,ENGINE,1,,");
        Assert.Equal(new Location(), file.Alerts[0].Incident.Location);
    }

    [Fact]
    public void Rows_without_call_time_or_area_are_left_out_and_counted()
    {
        var file = Read(
            ",E01,Alarms,04/07/2020 1:00:00 PM,,,,1 A ST,San Francisco,01,3,ENGINE,1,,",
            "200002,E01,Alarms,yesterday,,,,1 A ST,San Francisco,01,3,ENGINE,1,,",
            "200003,E01,Alarms,04/07/2020 1:00:00 PM,,,,1 A ST,San Francisco,,3,ENGINE,1,,",
            "200004,E01,Alarms,04/07/2020 1:00:00 PM,,,,1 A ST,San Francisco,no area!,3,ENGINE,1,,",
            "200005,E01",
            "200006,E01,Alarms,04/07/2020 1:00:00 PM,,,,1 A ST,San Francisco,01,3,ENGINE,1,,");
        Assert.Equal((1, 5, "SF200006"), (file.Rows, file.RowsLeftOut, file.Alerts[0].Incident.IncidentId));
    }

    [Fact]
    public void A_file_of_something_else_is_refused_with_the_reason()
    {
        Assert.Contains("Call Number", Assert.Throws<InvalidDataException>(() => DispatchFile.Read(new StringReader("a,b\n1,2\n"))).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => DispatchFile.Read(new StringReader("")));
        Assert.Contains("no row", Assert.Throws<InvalidDataException>(() => DispatchFile.Read(new StringReader(Header + "\n"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_centre_would_be_asked_for_is_a_valid_dispatch()
    {
        var file = Read("20098354678901,E48,No such type,04/07/2020 1:00:00 PM,,,,,,03,?,ENGINE,1,,\"(137.8, -122.37)\"");
        var incident = file.Alerts[0].Incident;
        Assert.True(Incident.IsValidId(incident.IncidentId));
        Assert.Equal((Category.Other, Incident.DefaultPriority), (incident.Category, incident.Priority));
        Assert.Null(incident.Location!.Latitude);
    }

    [Theory]
    [InlineData("E", 1)]
    [InlineData("3", 2)]
    [InlineData("C", 2)]
    [InlineData("2", 3)]
    [InlineData("B", 3)]
    [InlineData("A", 4)]
    [InlineData("1", 4)]
    [InlineData("I", 5)]
    [InlineData("", Incident.DefaultPriority)]
    public void Priorities_follow_the_table(string code, int priority) => Assert.Equal(priority, CallTypes.PriorityOf(code));

    private static DispatchFile Read(params string[] rows) => DispatchFile.Read(new StringReader(string.Join('\n', [Header, .. rows]) + "\n"));
}
