using System.Net;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using Call112.Messages;

namespace Call112.Center.Tests;

/// <summary>The HTTP API over a real listener.</summary>
public sealed class CenterApiTests : IDisposable
{
    private const string Fire = """{"stationIds":["pkm-gogagoman"],"incident":{"category":"Fire","nature":"Kebakaran rumah","location":{"village":"Mogolaing"}}}""";
    private readonly CenterBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_dispatch_is_created_read_changed_and_cancelled()
    {
        await using var center = await _bench.StartAsync();
        using var client = CenterBench.Client(center);
        var (status, created) = await PostAsync(client, "/api/dispatches", Fire);
        Assert.Equal(HttpStatusCode.Created, status);
        var id = created.GetProperty("dispatchId").GetString();
        Assert.Contains("never seen", created.GetProperty("warnings")[0].GetString(), StringComparison.Ordinal);

        var (_, changed) = await PostAsync(client, $"/api/dispatches/{id}/update", """{"priority":1,"location":{"landmark":"Depan masjid"}}""");
        Assert.Equal(1, changed.GetProperty("revision").GetInt32());
        var view = await GetAsync(client, $"/api/dispatches/{id}");
        Assert.Equal("Mogolaing", view.GetProperty("incident").GetProperty("location").GetProperty("village").GetString());
        Assert.Equal("Depan masjid", view.GetProperty("incident").GetProperty("location").GetProperty("landmark").GetString());
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", view.GetProperty("sentAt").GetString());
        Assert.Equal(1, (await GetAsync(client, "/api/dispatches")).GetArrayLength());

        Assert.Equal(HttpStatusCode.OK, (await PostAsync(client, $"/api/dispatches/{id}/cancel", null)).Status);
        Assert.Equal("Cancelled", (await GetAsync(client, $"/api/dispatches/{id}")).GetProperty("state").GetString());
        Assert.Equal(HttpStatusCode.Conflict, (await PostAsync(client, $"/api/dispatches/{id}/update", """{"priority":2}""")).Status);
    }

    [Theory]
    [InlineData("not json", "")]
    [InlineData("[]", "")]
    [InlineData("{}", "incident", "stationIds")]
    [InlineData("""{"stationIds":["pkm-upai"],"incident":{}}""", "incident.category")]
    [InlineData("""{"stationIds":["pkm-upai"],"incident":{"category":"Fier"}}""", "incident.category")]
    [InlineData("""{"stationIds":["pkm-upai"],"incident":{"category":3}}""", "incident.category")]
    [InlineData("""{"stationIds":"pkm-upai","incident":{"category":"Fire"}}""", "stationIds", "stationIds")]
    [InlineData("""{"stationIds":["Pkm Upai"],"incident":{"category":"Fire","priority":0}}""", "incident.priority", "stationIds[0]")]
    [InlineData("""{"stationIds":["pkm-upai"],"ttlSeconds":1.5,"status":"Real","incident":{"category":"Fire","triage":"Blue"}}""", "incident.triage", "status", "ttlSeconds")]
    [InlineData("""{"stationIds":["pkm-upai"],"dispatchId":"x","incident":{"category":"Fire","incidentId":"way-too-long-an-id"}}""", "dispatchId", "incident.incidentId")]
    public async Task An_impossible_dispatch_is_refused_with_a_reason_for_each_field(string body, params string[] fields)
    {
        await using var center = await _bench.StartAsync();
        using var client = CenterBench.Client(center);
        var (status, problem) = await PostAsync(client, "/api/dispatches", body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(fields.Distinct(), problem.GetProperty("errors").EnumerateObject().Select(error => error.Name).Order());
        Assert.Empty(await center.DispatchesAsync(all: true));
    }

    [Fact]
    public async Task A_dispatch_larger_than_a_message_may_be_is_refused()
    {
        await using var center = await _bench.StartAsync();
        using var client = CenterBench.Client(center);
        var body = $$$"""{"stationIds":["pkm-upai"],"incident":{"category":"Fire","narrative":"{{{new string('x', MessageReader.MaxBytes)}}}"}}""";
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(client, "/api/dispatches", body)).Status);
    }

    [Theory]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    [InlineData("0123456789abcdef-tess", HttpStatusCode.Unauthorized)]
    [InlineData(CenterBench.Key, HttpStatusCode.OK)]
    public async Task Every_request_but_the_health_check_needs_the_key(string? key, HttpStatusCode expected)
    {
        await using var center = await _bench.StartAsync();
        using var client = CenterBench.Client(center, key);
        foreach (var path in new[] { "/api/dispatches", "/api/stations", "/openapi/v1.json" })
            Assert.Equal(expected, (await client.GetAsync(new Uri(path, UriKind.Relative))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri("/healthz", UriKind.Relative))).StatusCode);
    }

    [Fact]
    public async Task Without_a_key_a_web_page_in_a_browser_on_the_same_machine_still_cannot_dispatch()
    {
        await using var center = await _bench.StartAsync(_bench.Options with { ApiKey = null, InsecureLocal = true });
        using var client = CenterBench.Client(center, null);
        using var plain = new StringContent(Fire, Encoding.UTF8, "text/plain");
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await client.PostAsync(new Uri("/api/dispatches", UriKind.Relative), plain)).StatusCode);

        using var foreign = new HttpRequestMessage(HttpMethod.Post, "/api/dispatches") { Content = new StringContent(Fire, Encoding.UTF8, "application/json") };
        foreign.Headers.Add("Origin", "http://evil.example");
        Assert.Equal(HttpStatusCode.Forbidden, (await client.SendAsync(foreign)).StatusCode);

        using var rebound = new HttpRequestMessage(HttpMethod.Get, "/api/dispatches");
        rebound.Headers.Host = "evil.example";
        Assert.Equal(HttpStatusCode.Forbidden, (await client.SendAsync(rebound)).StatusCode);
        Assert.Equal(HttpStatusCode.Created, (await PostAsync(client, "/api/dispatches", Fire)).Status);
    }

    [Fact]
    public async Task The_stream_shows_every_change_of_a_ladder_and_of_a_station()
    {
        await using var center = await _bench.StartAsync();
        using var client = CenterBench.Client(center);
        await using var station = await FakeStation.ConnectAsync(center.MqttAddress, "pkm-gogagoman");
        using var deadline = new CancellationTokenSource(Deadline.Long, TimeProvider.System);
        using var response = await client.GetAsync(new Uri("/api/stream", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, deadline.Token);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        await using var events = SseParser.Create(await response.Content.ReadAsStreamAsync(deadline.Token)).EnumerateAsync(deadline.Token).GetAsyncEnumerator();

        await PostAsync(client, "/api/dispatches", Fire);
        var dispatch = await station.DispatchAsync();
        await station.ReportAsync(1, ReportEvent.Received, dispatch.DispatchId);
        await station.ReportAsync(2, ReportEvent.PanicPressed, null);
        var (sawStep, sawAlarm) = (false, false);
        while (!(sawStep && sawAlarm) && await events.MoveNextAsync())
        {
            var data = JsonDocument.Parse(events.Current.Data).RootElement;
            sawStep |= events.Current.EventType == "dispatch" && data.GetProperty("stations")[0].GetProperty("step").GetString() == "Received";
            sawAlarm |= events.Current.EventType == "station" && data.GetProperty("alarms").EnumerateArray().Any(alarm => alarm.GetString() == "PanicPressed");
        }

        Assert.True(sawStep && sawAlarm);
    }

    [Fact]
    public async Task A_command_reaches_the_station()
    {
        await using var center = await _bench.StartAsync();
        using var client = CenterBench.Client(center);
        await using var station = await FakeStation.ConnectAsync(center.MqttAddress, "pkm-gogagoman");
        await Deadline.UntilAsync(async () => (await center.StationsAsync()).Count > 0);
        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync(client, "/api/stations/pkm-gogagoman/commands", """{"command":"SelfTest"}""")).Status);
        Assert.Equal(CommandKind.SelfTest, (await station.CommandAsync()).Command);
        Assert.Equal(HttpStatusCode.NotFound, (await PostAsync(client, "/api/stations/nobody/commands", """{"command":"SelfTest"}""")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(client, "/api/stations/pkm-gogagoman/commands", """{"command":"Explode"}""")).Status);
    }

    [Fact]
    public async Task Not_received_and_not_acknowledged_show_on_the_books_clock()
    {
        var clock = new TestClock();
        await using var center = await _bench.StartAsync(time: clock);
        using var client = CenterBench.Client(center);
        await using var station = await FakeStation.ConnectAsync(center.MqttAddress, "pkm-gogagoman");
        var (_, created) = await PostAsync(client, "/api/dispatches", Fire);
        var id = created.GetProperty("dispatchId").GetGuid();
        await station.DispatchAsync();

        clock.Advance(TimeSpan.FromSeconds(15));
        await CenterBench.WaitAsync(center, id, view => view.Stations[0].NotReceived);
        // Sent again meanwhile: the station has more than one copy by now.
        await station.DispatchAsync();
        await station.ReportAsync(1, ReportEvent.Sounding, id);
        await CenterBench.WaitAsync(center, id, view => view.Stations[0] is { NotReceived: false, NeedsAnotherStation: false });
        clock.Advance(TimeSpan.FromSeconds(66));
        await CenterBench.WaitAsync(center, id, view => view.Stations[0].NotAcknowledged && view.NeedsAnotherStation);
    }

    [Fact]
    public async Task The_openapi_document_names_every_path()
    {
        await using var center = await _bench.StartAsync();
        using var client = CenterBench.Client(center);
        var document = await GetAsync(client, "/openapi/v1.json");
        Assert.Equal(
            [
                "/api/dispatches", "/api/dispatches/{id}", "/api/dispatches/{id}/cancel", "/api/dispatches/{id}/update",
                "/api/sms", "/api/stations", "/api/stations/{id}/commands", "/api/stream", "/healthz",
            ],
            document.GetProperty("paths").EnumerateObject().Select(path => path.Name).Order(StringComparer.Ordinal));
        Assert.True(document.GetProperty("components").GetProperty("schemas").TryGetProperty("DispatchDraft", out _));
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(HttpClient client, string path, string? json)
    {
        using var content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(new Uri(path, UriKind.Relative), content);
        var text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, text.Length > 0 ? JsonDocument.Parse(text).RootElement : default);
    }

    private static async Task<JsonElement> GetAsync(HttpClient client, string path) =>
        JsonDocument.Parse(await client.GetStringAsync(new Uri(path, UriKind.Relative))).RootElement;
}
