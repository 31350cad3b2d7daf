using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Call112.Gateway.Tests.World;
using Call112.Messages;
using Call112.Station;

namespace Call112.Gateway.Tests.Panel;

public sealed class PanelTests
{
    /// <summary>Every field of the snapshot that pages depend on.</summary>
    private const string SnapshotFields =
        "alarms alerts annunciation boardSimulated bootId center centerSilentMs clock ended gnss lastSequence linkFaults onDuty service station time unreceipted uplinks utcOffsetMinutes version zoneName";

    private const string AlertFields =
        "address category discreet dispatchId elapsedMs incidentId landmark narrative nature preempted priority receivedAt revision silenced status step triage turnoutMs victims village waiting";

    private const string EndedFields = "category discreet dispatchId endedAgoMs incidentId outcome reason status step village";

    [Fact]
    public async Task The_snapshot_has_its_shape()
    {
        await using var desk = await PanelDesk.StartAsync();
        await desk.DispatchAsync(Samples.Dispatch(1));
        await desk.DispatchAsync(Samples.Dispatch(2, Category.Medical));
        await desk.DispatchAsync(Samples.Dispatch(1, type: MessageType.Cancel, revision: 1));
        desk.Board.Set(Inputs.MainsFail, true);
        await desk.UntilAsync(() => desk.Station.State.Stands(ReportEvent.MainsLost), "an alarm");
        var snapshot = await desk.GetAsync("/api/station");
        Assert.Equal(SnapshotFields, NamesOf(snapshot));
        Assert.Equal("groups id kind name", NamesOf(snapshot.GetProperty("station")));
        Assert.Equal("Puskesmas", snapshot.GetProperty("station").GetProperty("kind").GetString());
        Assert.Equal(("Synchronized", "WITA", 480), (Text(snapshot, "clock"), Text(snapshot, "zoneName"), snapshot.GetProperty("utcOffsetMinutes").GetInt32()));
        Assert.Matches(@"^2026-11-24T06:05:\d\d\.\d{3}Z$", Text(snapshot, "time"));
        Assert.Equal(("Siren", true, true), (Text(snapshot, "annunciation"), snapshot.GetProperty("boardSimulated").GetBoolean(), snapshot.GetProperty("onDuty").GetBoolean()));
        Assert.Equal("name verdict", NamesOf(Assert.Single(snapshot.GetProperty("uplinks").EnumerateArray())));
        var alarm = Assert.Single(snapshot.GetProperty("alarms").EnumerateArray());
        Assert.Equal(("detail event sinceMs", "MainsLost"), (NamesOf(alarm), Text(alarm, "event")));
        var alert = Assert.Single(snapshot.GetProperty("alerts").EnumerateArray());
        Assert.Equal(AlertFields, NamesOf(alert));
        Assert.Equal(("Sounding", "Mogolaing", "Kebakaran rumah"), (Text(alert, "step"), Text(alert, "village"), Text(alert, "nature")));
        Assert.Equal(JsonValueKind.Null, alert.GetProperty("turnoutMs").ValueKind);
        var ended = Assert.Single(snapshot.GetProperty("ended").EnumerateArray());
        Assert.Equal((EndedFields, "Cancelled"), (NamesOf(ended), Text(ended, "step")));
    }

    [Fact]
    public async Task The_newest_alert_comes_first_and_turnout_is_counted_from_the_receipt()
    {
        await using var desk = await PanelDesk.StartAsync();
        await desk.DispatchAsync(Samples.Dispatch(1));
        await desk.DispatchAsync(Samples.Dispatch(2));
        await desk.UntilAsync(() => desk.Clock.Monotonic >= TimeSpan.FromHours(1) + TimeSpan.FromSeconds(12), "twelve seconds");
        Assert.Equal(HttpStatusCode.NoContent, (await desk.PostAsync("/api/station/actions", $$"""{"action":"Respond","dispatchId":"{{Samples.Id(1)}}"}""")).StatusCode);
        await desk.UntilAsync(() => desk.Station.State.Find(Samples.Id(1))!.Step == ReportEvent.Responding, "on its way");
        var alerts = (await desk.GetAsync("/api/station")).GetProperty("alerts").EnumerateArray().ToList();
        Assert.Equal([Samples.Id(2), Samples.Id(1)], alerts.Select(alert => alert.GetProperty("dispatchId").GetGuid()));
        Assert.InRange(alerts[1].GetProperty("turnoutMs").GetInt64(), 11_900, 12_100);
        Assert.Equal([true, false], alerts.Select(alert => alert.GetProperty("waiting").GetBoolean()));
    }

    [Theory]
    [InlineData(Category.Protection, false)]
    [InlineData(Category.Security, true)]
    public async Task A_discreet_dispatch_shows_no_details_neither_open_nor_ended(Category category, bool discreet)
    {
        await using var desk = await PanelDesk.StartAsync();
        await desk.DispatchAsync(Samples.Dispatch(1, category, discreet: discreet));
        var text = await desk.Http.GetStringAsync("/api/station", TestContext.Current.CancellationToken);
        var alert = JsonDocument.Parse(text).RootElement.GetProperty("alerts")[0];
        foreach (var field in new[] { "nature", "triage", "address", "landmark", "village", "victims", "narrative" })
            Assert.Equal(JsonValueKind.Null, alert.GetProperty(field).ValueKind);
        Assert.True(alert.GetProperty("discreet").GetBoolean());
        Assert.Equal("K261124-001", Text(alert, "incidentId"));
        await desk.DispatchAsync(Samples.Dispatch(1, category, type: MessageType.Cancel, revision: 1, discreet: discreet));
        await desk.UntilAsync(() => desk.Station.State.Alerts.IsEmpty, "it is cancelled");
        text += await desk.Http.GetStringAsync("/api/station", TestContext.Current.CancellationToken);
        foreach (var secret in new[] { "Adampe", "At-Taqwa", "Mogolaing", "Kebakaran", "orang tua" })
            Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_touch_buttons_climb_the_ladder_and_say_who_pressed()
    {
        await using var desk = await PanelDesk.StartAsync();
        await desk.DispatchAsync(Samples.Dispatch());
        foreach (var action in new[] { "Acknowledge", "Respond", "Arrive", "ToHospital", "AtHospital" })
            Assert.Equal(HttpStatusCode.NoContent, (await desk.PostAsync("/api/station/actions", $$"""{"action":"{{action}}","dispatchId":"{{Samples.Id(1)}}"}""")).StatusCode);
        await desk.PostAsync("/api/station/actions", """{"action":"Complete","outcome":"HandedOn"}""");
        await desk.UntilAsync(() => desk.Station.State.Alerts.IsEmpty, "completed");
        await Wait.UntilAsync(() => desk.Station.ReadReports(0, 100).Any(report => report.Event == ReportEvent.Completed), "stored");
        var steps = desk.Station.ReadReports(0, 100).Where(report => report.Source == ReportSource.Panel).ToList();
        Assert.Equal(
            [ReportEvent.Acknowledged, ReportEvent.Responding, ReportEvent.OnScene, ReportEvent.Transporting, ReportEvent.AtHospital, ReportEvent.Completed],
            steps.Select(report => report.Event));
        Assert.Equal(Outcome.HandedOn, steps[^1].Outcome);
    }

    [Fact]
    public async Task A_refusal_of_the_post_carries_its_reason()
    {
        await using var desk = await PanelDesk.StartAsync();
        await desk.DispatchAsync(Samples.Dispatch());
        Assert.Equal(HttpStatusCode.NoContent, (await desk.PostAsync("/api/station/actions", """{"action":"Decline","reason":"AmbulanceOut"}""")).StatusCode);
        await desk.UntilAsync(() => desk.Station.State.Alerts.IsEmpty, "declined");
        var ended = (await desk.GetAsync("/api/station")).GetProperty("ended")[0];
        Assert.Equal(("Declined", "AmbulanceOut"), (Text(ended, "step"), Text(ended, "reason")));
    }

    [Theory]
    [InlineData("""{}""", "action")]
    [InlineData("""{"action":"Dance"}""", "action")]
    [InlineData("""{"action":"0"}""", "action")]
    [InlineData("""{"action":"acknowledge"}""", "action")]
    [InlineData("""{"action":5}""", "action")]
    [InlineData("""{"action":"Acknowledge","dispatchId":"x"}""", "dispatchId")]
    [InlineData("""{"action":"Acknowledge","dispatchId":"019ab3c4-7d1e-7c11-9a3b-000000000099"}""", "dispatchId")]
    [InlineData("""{"action":"Decline","reason":"Tired"}""", "reason")]
    [InlineData("""{"action":"Complete","outcome":"Maybe"}""", "outcome")]
    [InlineData("""null""", "")]
    [InlineData("""{"action":""", "")]
    [InlineData("", "")]
    public async Task A_wrong_action_is_refused_with_the_field(string body, string field)
    {
        await using var desk = await PanelDesk.StartAsync();
        await desk.DispatchAsync(Samples.Dispatch());
        var (status, named) = await PanelDesk.RefusalOf(await desk.PostAsync("/api/station/actions", body));
        Assert.Equal(400, status);
        if (field.Length > 0)
            Assert.Equal(field, named);
        Assert.True(desk.Station.State.Find(Samples.Id(1))!.Waits);
    }

    [Fact]
    public async Task A_foreign_page_cannot_post_a_form_and_a_huge_body_is_cut_off()
    {
        await using var desk = await PanelDesk.StartAsync();
        using var form = new StringContent("""{"action":"Acknowledge"}""");
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await desk.Http.PostAsync("/api/station/actions", form, TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await desk.PostAsync("/api/station/actions", $$"""{"action":"{{new string('x', 8_000)}}"}""")).StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await desk.Http.GetAsync("/api/station/actions", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task The_simulated_board_is_seen_and_pressed()
    {
        await using var desk = await PanelDesk.StartAsync();
        await desk.DispatchAsync(Samples.Dispatch());
        await desk.UntilAsync(() => (desk.Board.Outputs & Outputs.Siren) != 0, "the siren");
        var board = await desk.GetAsync("/api/board");
        Assert.Equal("buzzer door lampLink lampStatus siren strobe", NamesOf(board.GetProperty("outputs")));
        Assert.Equal("acknowledge batteryLow mainsFail panic responding tamper test", NamesOf(board.GetProperty("inputs")));
        Assert.True(board.GetProperty("outputs").GetProperty("siren").GetProperty("on").GetBoolean());
        // Some ticks with the button released: a press counts after a release only.
        await desk.UntilAsync(() => desk.Clock.Monotonic > TimeSpan.FromHours(1) + TimeSpan.FromSeconds(1), "a second");
        var press = desk.Http.PostAsync("/api/board/inputs/acknowledge/press", null, TestContext.Current.CancellationToken);
        await desk.UntilAsync(() => press.IsCompleted, "the press ends");
        Assert.Equal(HttpStatusCode.NoContent, (await press).StatusCode);
        await desk.UntilAsync(() => desk.Station.State.Find(Samples.Id(1))!.Step == ReportEvent.Acknowledged, "acknowledged");
        Assert.Equal(Inputs.None, desk.Board.Inputs);
        await desk.PostAsync("/api/board/inputs/tamper", """{"pressed":true}""");
        Assert.Equal(Inputs.Tamper, desk.Board.Inputs);
        Assert.True((await desk.GetAsync("/api/board")).GetProperty("inputs").GetProperty("tamper").GetProperty("pressed").GetBoolean());
        await desk.PostAsync("/api/board/inputs/tamper", """{"pressed":false}""");
        Assert.Equal(Inputs.None, desk.Board.Inputs);
    }

    [Theory]
    [InlineData("/api/board/inputs/bell", """{"pressed":true}""", 404, "name")]
    [InlineData("/api/board/inputs/bell/press", "", 404, "name")]
    [InlineData("/api/board/inputs/panic", """{}""", 400, "pressed")]
    [InlineData("/api/board/inputs/panic", """{"pressed":"yes"}""", 400, "pressed")]
    public async Task An_unknown_input_or_level_is_refused(string path, string body, int status, string field)
    {
        await using var desk = await PanelDesk.StartAsync();
        Assert.Equal((status, field), await PanelDesk.RefusalOf(await desk.PostAsync(path, body)));
        Assert.Equal(Inputs.None, desk.Board.Inputs);
    }

    [Fact]
    public async Task A_real_board_has_no_board_api()
    {
        await using var desk = await PanelDesk.StartAsync(board: new RecordingBoard(TimeProvider.System));
        Assert.False((await desk.GetAsync("/api/station")).GetProperty("boardSimulated").GetBoolean());
        Assert.Equal(HttpStatusCode.NotFound, (await desk.Http.GetAsync("/api/board", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await desk.PostAsync("/api/board/inputs/panic", """{"pressed":true}""")).StatusCode);
    }

    [Fact]
    public async Task The_stream_begins_with_the_picture_then_tells_changes_and_is_never_quiet_for_more_than_two_seconds()
    {
        await using var desk = await PanelDesk.StartAsync();
        var cancel = TestContext.Current.CancellationToken;
        await using var stream = await desk.Http.GetStreamAsync("/api/station/stream", cancel);
        using var lines = new StreamReader(stream);
        Assert.Empty((await NextAsync(lines)).GetProperty("alerts").EnumerateArray());
        await desk.DispatchAsync(Samples.Dispatch());
        Assert.Single((await NextAsync(lines)).GetProperty("alerts").EnumerateArray());
        // The siren, the strobe and the lamp go on and off: changes. Acknowledged, the picture stands still.
        await desk.PostAsync("/api/station/actions", """{"action":"Acknowledge"}""");
        var started = desk.Clock.Monotonic;
        var next = NextAsync(lines);
        for (var quiet = 0; quiet < 2;)
        {
            await desk.UntilAsync(() => next.IsCompleted, "the next event");
            await next;
            quiet++;
            next = NextAsync(lines);
        }

        Assert.True(desk.Clock.Monotonic - started <= TimeSpan.FromSeconds(60));
        await desk.UntilAsync(() => next.IsCompleted, "one more event");
        await next;
    }

    [Fact]
    public async Task The_boards_stream_tells_every_change()
    {
        await using var desk = await PanelDesk.StartAsync();
        await using var stream = await desk.Http.GetStreamAsync("/api/board/stream", TestContext.Current.CancellationToken);
        using var lines = new StreamReader(stream);
        Assert.False((await NextAsync(lines, "board")).GetProperty("inputs").GetProperty("panic").GetProperty("pressed").GetBoolean());
        desk.Board.Set(Inputs.Panic, true);
        Assert.True((await NextAsync(lines, "board")).GetProperty("inputs").GetProperty("panic").GetProperty("pressed").GetBoolean());
    }

    [Theory]
    [InlineData("/", "text/html; charset=utf-8")]
    [InlineData("/index.html", "text/html; charset=utf-8")]
    [InlineData("/panel.css", "text/css; charset=utf-8")]
    [InlineData("/panel.js", "text/javascript; charset=utf-8")]
    [InlineData("/board.js", "text/javascript; charset=utf-8")]
    [InlineData("/texts/id-ID.json", "application/json")]
    [InlineData("/texts/en.json", "application/json")]
    public async Task The_page_comes_from_the_program_and_may_load_nothing_from_elsewhere(string path, string type)
    {
        await using var desk = await PanelDesk.StartAsync();
        using var answer = await desk.Http.GetAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(type, answer.Content.Headers.ContentType!.ToString());
        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.False(answer.Headers.Contains("Server"));
        Assert.NotEmpty(await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("/../journal.db")]
    [InlineData("/texts/")]
    [InlineData("/api")]
    [InlineData("/page/index.html")]
    public async Task Nothing_else_is_served(string path)
    {
        await using var desk = await PanelDesk.StartAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await desk.Http.GetAsync(path, TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task A_port_that_is_taken_costs_the_panel_only_until_it_is_free()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        await using var desk = await PanelDesk.StartAsync(port);
        Assert.Null(await desk.Server.Settled);
        Assert.Equal(1, desk.Logs.Count(LogEvents.PanelFailed));
        await desk.DispatchAsync(Samples.Dispatch());
        await desk.UntilAsync(() => (desk.Board.Outputs & Outputs.Siren) != 0, "the siren sounds without a panel");
        other.Stop();
        await desk.UntilAsync(() => desk.Logs.Count(LogEvents.PanelListening) == 1, "the panel listens");
        desk.Http.BaseAddress = new Uri($"http://127.0.0.1:{port}");
        Assert.Single((await desk.GetAsync("/api/station")).GetProperty("alerts").EnumerateArray());
    }

    /// <summary>The next event of a stream.</summary>
    private static async Task<JsonElement> NextAsync(StreamReader lines, string name = "station")
    {
        Assert.Equal($"event: {name}", await lines.ReadLineAsync());
        var data = await lines.ReadLineAsync();
        Assert.StartsWith("data: ", data, StringComparison.Ordinal);
        Assert.Equal("", await lines.ReadLineAsync());
        return JsonDocument.Parse(data!["data: ".Length..]).RootElement;
    }

    private static string NamesOf(JsonElement element) => string.Join(' ', element.EnumerateObject().Select(property => property.Name).Order(StringComparer.Ordinal));

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
