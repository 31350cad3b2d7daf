using System.Collections;
using System.Text.Json;
using Call112.Gateway.Options;
using Call112.Station;

namespace Call112.Gateway.Tests.Options;

public sealed class OptionsTests : IDisposable
{
    private const string Good = """
        {
          "station": { "id": "pkm-gogagoman", "name": "Puskesmas Gogagoman", "groups": ["puskesmas"], "kind": "Puskesmas" },
          "uplinks": [ { "name": "lan", "broker": "mqtt://127.0.0.1:1883" } ],
          "board":   { "profile": "simulated" },
          "journal": { "path": "/tmp/journal.db" },
          "panel":   { "listen": "127.0.0.1:8112" }
        }
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("call112-options-");

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>One change of a good file for each field that can be wrong, and the path that the error must name.</summary>
    public static TheoryData<string, string> Wrong => new()
    {
        { """{"station":{"id":null}}""", "station.id" },
        { """{"station":{"id":"UPPER"}}""", "station.id" },
        { """{"station":{"groups":["ok-group","no good"]}}""", "station.groups" },
        { """{"station":{"groups":[null]}}""", "station.groups" },
        { """{"updates":{"folder":""}}""", "updates.folder" },
        { """{"updates":{"folder":"update"}}""", "updates.folder" },
        { """{"station":{"kind":"Bakery"}}""", "station.kind" },
        { """{"station":{"kind":"damkar"}}""", "station.kind" },
        { """{"station":{"kind":"2"}}""", "station.kind" },
        { """{"station":{"annunciation":"Loud"}}""", "station.annunciation" },
        { """{"station":{"dutyHours":[{"from":"7:30","to":"16:00"}]}}""", "station.dutyHours[0].from" },
        { """{"station":{"dutyHours":[{"from":"07:30","to":"24:00"}]}}""", "station.dutyHours[0].to" },
        { """{"station":{"dutyHours":[{"from":"07:30","to":"16:00"},{"from":"07:30","to":"16:00","days":["Senin"]}]}}""", "station.dutyHours[1].days" },
        { """{"station":{"dutyHours":[{"from":"07:30","to":"16:00","days":[null]}]}}""", "station.dutyHours[0].days" },
        { """{"station":{"dutyHours":[null]}}""", "station.dutyHours[0].from" },
        { """{"station":{"utcOffsetMinutes":900}}""", "station.utcOffsetMinutes" },
        { """{"position":{"surveyed":{"latitude":91,"longitude":0}}}""", "position.surveyed" },
        { """{"position":{"surveyed":{"latitude":0.7}}}""", "position.surveyed" },
        { """{"position":{"surveyed":{"longitude":124}}}""", "position.surveyed" },
        { """{"position":{"gpsd":"2947"}}""", "position.gpsd" },
        { """{"position":{"gpsd":"localhost:0"}}""", "position.gpsd" },
        { """{"position":{"gpsd":"gpsd://localhost:2947"}}""", "position.gpsd" },
        { """{"position":{"gpsd":"localhost:70000"}}""", "position.gpsd" },
        { """{"position":{"gpsd":"localhost:2947","silenceSeconds":2}}""", "position.silenceSeconds" },
        { """{"position":{"movedBeyondMetres":59}}""", "position.movedBeyondMetres" },
        { """{"position":{"movedAfterSeconds":3601}}""", "position.movedAfterSeconds" },
        { """{"cellular":{"imei":"12"}}""", "cellular.imei" },
        { """{"cellular":{"uplink":"lte"}}""", "cellular.uplink" },
        { """{"cellular":{"connection":"--help"}}""", "cellular.connection" },
        { """{"cellular":{"usbPath":"/sys/devices/../../etc"}}""", "cellular.usbPath" },
        { """{"cellular":{"observeSeconds":1}}""", "cellular.observeSeconds" },
        { """{"cellular":{"toolDeadlineSeconds":1e300}}""", "cellular.toolDeadlineSeconds" },
        { """{"cellular":{"mmcli":""}}""", "cellular.mmcli" },
        { """{"cellular":{"nmcli":""}}""", "cellular.nmcli" },
        { """{"cellular":{"rebootCommand":["reboot",null]}}""", "cellular.rebootCommand" },
        { """{"cellular":{"ladder":{"rebootEverySeconds":3600}}}""", "cellular.ladder.rebootEverySeconds" },
        { """{"cellular":{"ladder":{"afterModemResetSeconds":1}}}""", "cellular.ladder.afterModemResetSeconds" },
        { """{"sms":{"enabled":true,"replyTo":"+6281100112112","keyPath":"/dev/null"}}""", "sms.enabled" },
        { """{"cellular":{},"sms":{"enabled":true,"replyTo":"+6281100112112"}}""", "sms.keyPath" },
        { """{"cellular":{},"sms":{"enabled":true,"replyTo":"+6281100112112","keyPath":"/dev/zero"}}""", "sms.keyPath" },
        { """{"cellular":{},"sms":{"enabled":true,"replyTo":"112' --send","keyPath":"/dev/null"}}""", "sms.replyTo" },
        { """{"cellular":{},"sms":{"enabled":true,"replyTo":"+6281100112112","keyPath":"/dev/null","allowFrom":["x"]}}""", "sms.allowFrom" },
        { """{"cellular":{},"sms":{"enabled":true,"replyTo":"+6281100112112","keyPath":"/dev/null","pollSeconds":0}}""", "sms.pollSeconds" },
        { """{"cellular":{},"sms":{"enabled":true,"replyTo":"+6281100112112","keyPath":"/dev/null","idlePollSeconds":1}}""", "sms.idlePollSeconds" },
        { """{"uplinks":[]}""", "uplinks" },
        { """{"uplinks":[null]}""", "uplinks" },
        { """{"uplinks":[{"name":"a","broker":"mqtt://a"},{"name":"b","broker":"mqtt://b"},{"name":"c","broker":"mqtt://c"}]}""", "uplinks" },
        { """{"uplinks":[{"name":"lan","broker":"mqtt://a"},{"broker":"mqtt://b"}]}""", "uplinks[1].name" },
        { """{"uplinks":[{"name":"lan","broker":"mqtt://a"},{"name":"lan","broker":"mqtt://b"}]}""", "uplinks[1].name" },
        { """{"uplinks":[{"name":"LAN/#","broker":"mqtt://a"},{"name":"lte","broker":"mqtt://b"}]}""", "uplinks[0].name" },
        { """{"uplinks":[{"name":"lan","broker":"mqtt://a"},{"name":"lte-of-the-roof","broker":"mqtt://b"}]}""", "uplinks[1].name" },
        { """{"uplinks":[{"name":"lan","broker":"mqtt://a"},{"name":"lte","broker":"http://b"}]}""", "uplinks[1].broker" },
        { """{"uplinks":[{"broker":"mqtt://a","interface":"../eth0"}]}""", "uplinks[0].interface" },
        { """{"uplinks":[{"broker":"mqtt://a","interface":"sixteen-bytes-xx"}]}""", "uplinks[0].interface" },
        { """{"uplinks":[{"name":"a","broker":"mqtt://a","interface":"eth0"},{"name":"b","broker":"mqtt://b","interface":"eth0"}]}""", "uplinks[1].interface" },
        { """{"timing":{"meteredSuspectAfterSeconds":100}}""", "timing.meteredSuspectAfterSeconds" },
        { """{"timing":{"receiptWithinSeconds":5}}""", "timing.receiptWithinSeconds" },
        { """{"uplinks":[{}]}""", "uplinks[0].broker" },
        { """{"uplinks":[{"broker":"http://a:1883"}]}""", "uplinks[0].broker" },
        { """{"uplinks":[{"broker":"mqtt://user:secret@a"}]}""", "uplinks[0].broker" },
        { """{"uplinks":[{"broker":"mqtt://a:99999"}]}""", "uplinks[0].broker" },
        { """{"uplinks":[{"broker":"mqtt://a:0"}]}""", "uplinks[0].broker" },
        { """{"uplinks":[{"broker":"mqtt://a:1883/kota"}]}""", "uplinks[0].broker" },
        { """{"uplinks":[{"broker":"mqtt://a","caFile":"/dev/null"}]}""", "uplinks[0].broker" },
        { """{"uplinks":[{"broker":"mqtts://a","caFile":"/no/such.pem"}]}""", "uplinks[0].caFile" },
        { """{"uplinks":[{"broker":"mqtts://a","certificateFile":"/dev/null"}]}""", "uplinks[0].keyFile" },
        { """{"uplinks":[{"broker":"mqtts://a","certificateFile":"/no/such.pem","keyFile":"/dev/null"}]}""", "uplinks[0].certificateFile" },
        { """{"uplinks":[{"broker":"mqtts://a","certificateFile":"/dev/null","keyFile":"/no/such.key"}]}""", "uplinks[0].keyFile" },
        { """{"uplinks":[{"broker":"mqtt://a","username":"u","passwordFile":"/no/such"}]}""", "uplinks[0].passwordFile" },
        { """{"uplinks":[{"broker":"mqtt://a","passwordFile":"/dev/null"}]}""", "uplinks[0].username" },
        { """{"board":{"profile":"rev-a"}}""", "board.profile" },
        { """{"board":{"profile":""}}""", "board.profile" },
        { """{"board":{"profile":"/dev/null"}}""", "board.profile" },
        { """{"board":{"profile":"/dev/null","trace":"/tmp/trace"}}""", "board.trace" },
        { """{"journal":{"path":""}}""", "journal.path" },
        { """{"panel":{"listen":"8112"}}""", "panel.listen" },
        { """{"panel":{"listen":"127.0.0.1:70000"}}""", "panel.listen" },
        { """{"panel":{"listen":"panel.local:8112"}}""", "panel.listen" },
        { """{"panel":{"listen":"localhost:0"}}""", "panel.listen" },
        { """{"clock":{"source":"gps"}}""", "clock.source" },
        { """{"timing":{"sirenBurstSeconds":31}}""", "timing.sirenBurstSeconds" },
        { """{"timing":{"linkSuspectAfterSeconds":20}}""", "timing.linkSuspectAfterSeconds" },
        { """{"timing":{"sirenLimitSeconds":1e300}}""", "timing.sirenLimitSeconds" },
        { """{"station":{"naem":"x"}}""", "station.naem" },
        { """{"uplinks":[{"brokr":"mqtt://a"}]}""", "uplinks[0].brokr" },
        { """{"timing":{"sirenLimit":60}}""", "timing.sirenLimit" },
        { """{"extra":1}""", "extra" },
        { """{"station":{"id":112}}""", "station.id" },
        { """{"timing":{"sirenLimitSeconds":"long"}}""", "timing.sirenLimitSeconds" },
        { """{"station":[]}""", "station" },
    };

    [Fact]
    public void A_board_profile_is_found_beside_station_json_and_its_errors_name_field_and_file()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "cabinet.json"),
            """{ "name": "desk", "description": "On a desk.", "chip": ["x"], "outputs": [ { "function": "siren", "to": { "gpio": 26 } } ], "inputs": [] }""");
        var options = Read(Changed("""{"board":{"profile":"cabinet.json"}}""")).Options!;
        Assert.Equal((Path.Combine(_folder.FullName, "cabinet.json"), "desk"), (options.Board.Profile, options.Board.Cabinet!.Name));
        // A real cabinet has no trusted clock by itself.
        Assert.False(options.TrustClock);

        File.WriteAllText(Path.Combine(_folder.FullName, "wrong.json"), """{ "name": "desk", "outputs": [ { "functoin": "siren" } ] }""");
        var error = Assert.Single(Read(Changed("""{"board":{"profile":"wrong.json"}}""")).Errors);
        Assert.Equal("board.profile", error.Field);
        Assert.Contains("wrong.json", error.Reason, StringComparison.Ordinal);
        Assert.Contains("functoin", error.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_field_is_named(string change, string field)
    {
        var result = Read(Changed(change));
        Assert.Null(result.Options);
        Assert.Contains(result.Errors, error => error.Field == field && error.Reason.Length > 0);
    }

    [Fact]
    public void Every_time_limit_has_bounds_and_its_error_names_it()
    {
        foreach (var property in typeof(StationFile.TimingPart).GetProperties().Where(property => property.PropertyType == typeof(double?)))
        {
            var name = JsonNamingPolicy.CamelCase.ConvertName(property.Name);
            foreach (var value in new[] { "-1", "1000000" })
            {
                var result = Read(Changed($$$"""{"timing":{"{{{name}}}":{{{value}}}}}"""));
                Assert.True(result.Errors.Any(error => error.Field == $"timing.{name}"), $"timing.{name} = {value}: {string.Join("; ", result.Errors)}");
            }
        }
    }

    [Fact]
    public void All_errors_come_at_once()
    {
        var result = Read("""{"station":{"id":"X","kind":"Y"},"uplinks":[],"panel":{"listen":"Z"},"clock":{"source":"W"},"timing":{"settleSeconds":9}}""");
        Assert.Equal(
            ["clock.source", "panel.listen", "station.id", "station.kind", "timing.settleSeconds", "uplinks"],
            result.Errors.Select(error => error.Field).Order());
    }

    [Theory]
    [InlineData("", "not JSON")]
    [InlineData("{", "not JSON")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("null", "not a JSON object")]
    [InlineData("""{"journal":{"path":"a"},"journal":{"path":"b"}}""", "journal")]
    public void A_file_that_is_no_station_json_is_refused_with_its_path(string text, string reason)
    {
        var path = Write(text);
        var error = Assert.Single(OptionsReader.Read(path, new Hashtable()).Errors);
        Assert.Contains(path, error.Reason, StringComparison.Ordinal);
        Assert.Contains(reason, error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_a_folder_and_a_huge_file_are_refused()
    {
        Assert.NotEmpty(OptionsReader.Read(Path.Combine(_folder.FullName, "none.json"), new Hashtable()).Errors);
        Assert.NotEmpty(OptionsReader.Read(_folder.FullName, new Hashtable()).Errors);
        var huge = Write(new string(' ', OptionsReader.MaxBytes + 1));
        Assert.Contains("larger than", Assert.Single(OptionsReader.Read(huge, new Hashtable()).Errors).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Comments_and_trailing_commas_are_taken()
    {
        var options = Taken(Read(Good.Replace("\"puskesmas\"]", "\"puskesmas\", /* a note */ ],", StringComparison.Ordinal).Replace("],, ", "], ", StringComparison.Ordinal)));
        Assert.Equal(["puskesmas"], options.Station.Groups);
    }

    [Fact]
    public void Defaults_are_those_of_the_design()
    {
        var options = Taken(Read("""{"station":{"id":"dmk-kota","kind":"Damkar"},"uplinks":[{"broker":"mqtts://pusat.example"}]}"""));
        Assert.Equal(("dmk-kota", 480, false), (options.Station.Name, options.Station.UtcOffsetMinutes, options.Station.PanicSiren));
        Assert.Equal(("pusat.example", 8883, true, false), (options.Uplink.Host, options.Uplink.Port, options.Uplink.Tls, options.Uplink.Metered));
        Assert.Equal(new PanelListen("127.0.0.1", 8112), options.Panel);
        Assert.Equal("/var/lib/call112/journal.db", options.JournalPath);
        Assert.Equal(new StationTiming(), options.Station.Timing);
        Assert.True(options.TrustClock, "a simulated board has the host's clock");
        Assert.Equal(TimeSpan.FromSeconds(5), options.Uplink.HeartbeatEvery);
    }

    [Fact]
    public void A_metered_line_knows_its_loss_after_ninety_seconds_unless_told_otherwise()
    {
        var metered = Taken(Read(Changed("""{"uplinks":[{"broker":"mqtt://a","metered":true}]}""")));
        Assert.Equal(TimeSpan.FromSeconds(90), metered.Station.Timing.LinkLostAfter);
        Assert.Equal(TimeSpan.FromSeconds(30), metered.Uplink.HeartbeatEvery);
        var told = Taken(Read(Changed("""{"uplinks":[{"broker":"mqtt://a","metered":true}],"timing":{"linkLostAfterSeconds":120}}""")));
        Assert.Equal(TimeSpan.FromSeconds(120), told.Station.Timing.LinkLostAfter);
    }

    [Fact]
    public void Two_uplinks_have_a_client_id_each_and_one_keeps_the_plain_one()
    {
        var two = Taken(Read(Changed("""
            {"uplinks":[{"name":"lan","broker":"mqtt://a","interface":"eth0"},{"name":"lte","broker":"mqtts://b","interface":"wwan0","metered":true}]}
            """)));
        Assert.Equal(["call112-pkm-gogagoman-lan", "call112-pkm-gogagoman-lte"], two.Uplinks.Select(two.ClientIdOf));
        Assert.Equal(["eth0", "wwan0"], two.Uplinks.Select(uplink => uplink.Interface));
        Assert.Equal((TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(90)), (two.Station.Timing.LinkLostAfter, two.Station.Timing.MeteredLostAfter));
        var one = Taken(Read(Changed("""{"uplinks":[{"name":"Kantor Lama","broker":"mqtt://a"}]}""")));
        Assert.Equal("call112-pkm-gogagoman", one.ClientIdOf(one.Uplink));
    }

    [Theory]
    [InlineData("CALL112_PANEL__LISTEN", "0.0.0.0:9000")]
    [InlineData("CALL112_panel__listen", "0.0.0.0:9000")]
    public void The_environment_overrides_the_file_whatever_the_case(string name, string value) =>
        Assert.Equal(new PanelListen("0.0.0.0", 9000), Taken(Read(Good, (name, value))).Panel);

    [Fact]
    public void The_environment_gives_numbers_lists_and_fields_that_the_file_has_not()
    {
        var options = Taken(Read(
            Good,
            ("CALL112_TIMING__SIRENLIMITSECONDS", "300"),
            ("CALL112_STATION__GROUPS", """["damkar","kota"]"""),
            ("CALL112_STATION__PANICSIREN", "true"),
            ("CALL112_CLOCK__SOURCE", "kernel"),
            ("CALL112_UPLINKS", """[{"broker":"mqtt://10.0.0.2:1884"}]"""),
            ("PATH", "/bin")));
        Assert.Equal(TimeSpan.FromMinutes(5), options.Station.Timing.SirenLimit);
        Assert.Equal(["damkar", "kota"], options.Station.Groups);
        Assert.True(options.Station.PanicSiren);
        Assert.False(options.TrustClock);
        Assert.Equal("mqtt://10.0.0.2:1884", options.Uplink.ToString());
    }

    [Fact]
    public void A_typing_mistake_in_the_environment_is_an_error_too() =>
        Assert.Contains("LISTNE", Assert.Single(Read(Good, ("CALL112_PANEL__LISTNE", "x")).Errors).Field, StringComparison.Ordinal);

    [Fact]
    public void The_environment_alone_is_enough()
    {
        var result = OptionsReader.Read(null, new Hashtable { ["CALL112_STATION__ID"] = "pkm-gogagoman", ["CALL112_UPLINKS"] = """[{"broker":"mqtt://a"}]""" });
        Assert.Equal("pkm-gogagoman", Taken(result).Station.Id);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"station":{"annunciation":"Chime","panicSiren":true,"dutyHours":[{"from":"22:00","to":"06:00","days":["Friday","Saturday"]}]}}""")]
    [InlineData("""{"uplinks":[{"name":"lte","broker":"mqtts://[::1]:8884","metered":true,"username":"u","passwordFile":"/dev/null"}],"panel":{"listen":"[::1]:8112"}}""")]
    [InlineData("""{"uplinks":[{"name":"lan","broker":"mqtt://a","interface":"eth0"},{"name":"lte","broker":"mqtt://b","interface":"wwan0","metered":true}]}""")]
    [InlineData("""{"panel":{"listen":"off"},"clock":{"source":"kernel"},"board":{"trace":"/tmp/trace"},"timing":{"settleSeconds":0.02,"chirpSeconds":0.1}}""")]
    [InlineData("""{"position":{"gpsd":"[::1]:2947","surveyed":{"latitude":0.73,"longitude":124.3},"movedBeyondMetres":200,"movedAfterSeconds":60,"silenceSeconds":5}}""")]
    public void What_check_config_prints_reads_back_to_the_same_options(string change)
    {
        var options = Taken(Read(Changed(change)));
        var printed = JsonSerializer.Serialize(OptionsWriter.ToFile(options), StationFileJsonContext.Default.StationFile);
        var again = Taken(Read(printed));
        Assert.Equal(printed, JsonSerializer.Serialize(OptionsWriter.ToFile(again), StationFileJsonContext.Default.StationFile));
        Assert.Equal(options.Station.Style, again.Station.Style);
        Assert.Equal(options.Station.Timing, again.Station.Timing);
        Assert.Equal((options.Panel, options.TrustClock, options.Board, options.JournalPath), (again.Panel, again.TrustClock, again.Board, again.JournalPath));
        Assert.Equal((options.Gpsd, options.Station.Position), (again.Gpsd, again.Station.Position));
        Assert.Equal(options.Uplinks, again.Uplinks);
    }

    private static GatewayOptions Taken(OptionsResult result)
    {
        Assert.Empty(result.Errors);
        return result.Options!;
    }

    private OptionsResult Read(string text, params (string Name, string Value)[] environment)
    {
        var variables = new Hashtable();
        foreach (var (name, value) in environment)
            variables[name] = value;
        return OptionsReader.Read(Write(text), variables);
    }

    private string Write(string text)
    {
        var path = Path.Combine(_folder.FullName, $"{Guid.NewGuid():N}.json");
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>The good file with the fields of another laid over it.</summary>
    private static string Changed(string change)
    {
        var root = System.Text.Json.Nodes.JsonNode.Parse(Good)!.AsObject();
        foreach (var (name, value) in System.Text.Json.Nodes.JsonNode.Parse(change)!.AsObject())
            if (value is System.Text.Json.Nodes.JsonObject part && root[name] is System.Text.Json.Nodes.JsonObject whole)
                foreach (var (field, inner) in part)
                    whole[field] = inner?.DeepClone();
            else
                root[name] = value?.DeepClone();
        return root.ToJsonString();
    }
}
