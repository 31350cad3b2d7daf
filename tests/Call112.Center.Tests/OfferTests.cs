using System.CommandLine;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Call112.Center.Book;
using Call112.Center.Terminal;
using Call112.Messages;

namespace Call112.Center.Tests;

/// <summary>An update that the centre offers: by its API, from a terminal, and what a station says of it afterwards.</summary>
public sealed class OfferTests : IDisposable
{
    private const string Url = "https://call112.example/call112_1.2.0.raucb", Station = "pkm-gogagoman", Unheard = "pkm-upai";

    private readonly CenterBench _bench = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("call112-offer-");

    public OfferTests()
    {
        File.WriteAllText(Bundle, "a bundle");
        File.WriteAllText(KeyFile, CenterBench.Key);
    }

    private string Bundle => Path.Combine(_folder.FullName, "x.raucb");

    private string KeyFile => Path.Combine(_folder.FullName, "key");

    private static UpdateOffer Offered(bool metered = false) =>
        new("1.2.0", Url, 8, Convert.ToHexStringLower(SHA256.HashData("a bundle"u8)), metered);

    public void Dispose()
    {
        _bench.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task The_API_hands_an_offer_to_the_station_as_it_is()
    {
        await using var center = await _bench.StartAsync();
        await using var station = await HeardAsync(center);
        using var client = CenterBench.Client(center);
        var body = MessageWriter.Write(new StationCommand(CommandKind.Update, Update: Offered(metered: true)));
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync(client, body));
        var command = await station.CommandAsync();
        Assert.Equal((CommandKind.Update, Offered(metered: true)), (command.Command, command.Update));
        Assert.NotNull(command.CommandId);
    }

    [Theory]
    [InlineData("""{"command":"Update"}""", "update")]
    [InlineData("""{"command":"Update","update":{"version":"x","url":"ftp://x","bytes":0,"sha256":"x"}}""", "update.sha256")]
    public async Task The_API_refuses_an_offer_that_no_box_could_follow(string body, string field)
    {
        await using var center = await _bench.StartAsync();
        using var client = CenterBench.Client(center);
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(new Uri($"/api/stations/{Station}/commands", UriKind.Relative), content);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains($"\"{field}\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_terminal_offers_a_file_by_its_own_size_and_hash()
    {
        await using var center = await _bench.StartAsync();
        await using var station = await HeardAsync(center);
        var (code, output) = await RunAsync(center, Bundle, Station, "--url", Url, "--version", "1.2.0", "--metered");
        Assert.Equal((CenterCommands.Done, $"{Station,-24} offered"), (code, output.Trim()));
        Assert.Equal(Offered(metered: true), (await station.CommandAsync()).Update);
    }

    [Fact]
    public async Task A_station_that_is_not_heard_is_named_and_has_to_be_asked_again()
    {
        await using var center = await _bench.StartAsync(_bench.Options with { Registry = [new StationRegistration(Unheard)] });
        await using var station = await HeardAsync(center);
        var (code, output) = await RunAsync(center, Bundle, "--all", "--url", Url, "--version", "1.2.0");
        Assert.Equal(CenterCommands.Refused, code);
        Assert.Equal(
            [$"{Station,-24} offered", $"{Unheard,-24} not reachable: offer again later"],
            output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(Offered(), (await station.CommandAsync()).Update);

        (code, output) = await RunAsync(center, Bundle, "nobody", "--url", Url, "--version", "1.2.0");
        Assert.Equal((CenterCommands.Refused, $"{"nobody",-24} no such station"), (code, output.Trim()));
    }

    [Theory]
    [InlineData("--url", "https://city:secret@call112.example/x", "--version", "1.2.0", Station)]
    [InlineData("--url", Url, "--version", "next", Station)]
    [InlineData("--url", Url, "--version", "1.2.0")]
    [InlineData("--url", Url, "--version", "1.2.0", "--all", Station)]
    public async Task What_cannot_be_offered_is_refused_before_any_station_hears_of_it(params string[] arguments)
    {
        await using var center = await _bench.StartAsync();
        await using var station = await HeardAsync(center);
        var (code, output) = await RunAsync(center, [Bundle, .. arguments]);
        Assert.Equal((CenterCommands.Refused, ""), (code, output));
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync(CenterBench.Client(center), """{"command":"Identify"}"""u8.ToArray()));
        Assert.Equal(CommandKind.Identify, (await station.CommandAsync()).Command);
    }

    [Fact]
    public async Task A_file_or_a_centre_that_is_not_there_has_its_own_exit_code()
    {
        await using var center = await _bench.StartAsync();
        var (code, _) = await RunAsync(center, Path.Combine(_folder.FullName, "nothing"), Station, "--url", Url, "--version", "1.2.0");
        Assert.Equal(CenterCommands.Refused, code);
        var gone = new OfferVerb(TimeProvider.System).Command.Parse(
            [Bundle, Station, "--url", Url, "--version", "1.2.0", "--center", "http://127.0.0.1:1", "--api-key-file", KeyFile]);
        Assert.Equal(CenterCommands.CannotStart, await gone.InvokeAsync(new InvocationConfiguration(), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_runs_at_a_station_and_what_became_of_an_offer_is_shown()
    {
        await using var center = await _bench.StartAsync();
        await using var station = await HeardAsync(center);
        var status = new StationStatus(
            true, Station, "boot-1", new DateTimeOffset(2026, 11, 24, 6, 0, 2, TimeSpan.Zero), ClockState.Synchronized,
            System: "1.1.0", Update: "1.2.0: waits for an unmetered line [lan]");
        await station.PublishAsync(Topics.State(Station), MessageWriter.Write(status), retain: true);
        await Deadline.UntilAsync(async () => (await center.StationsAsync())[0].Update == status.Update);
        Assert.Equal("1.1.0\n[grey]1.2.0: waits for an unmetered line [[lan]][/]", WatchVerb.SystemOf((await center.StationsAsync())[0]));
    }

    private static async Task<FakeStation> HeardAsync(CenterHost center)
    {
        var station = await FakeStation.ConnectAsync(center.MqttAddress, Station);
        await Deadline.UntilAsync(async () => (await center.StationsAsync()).Any(seen => seen is { StationId: Station, Verdict: StationVerdict.Up }));
        return station;
    }

    private static async Task<HttpStatusCode> PostAsync(HttpClient client, byte[] body)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new("application/json");
        using var response = await client.PostAsync(new Uri($"/api/stations/{Station}/commands", UriKind.Relative), content);
        return response.StatusCode;
    }

    private async Task<(int Code, string Output)> RunAsync(CenterHost center, params string[] arguments)
    {
        var output = new StringWriter();
        var parsed = new OfferVerb(TimeProvider.System).Command.Parse(
            [.. arguments, "--center", center.HttpAddress.GetLeftPart(UriPartial.Authority), "--api-key-file", KeyFile]);
        return (await parsed.InvokeAsync(new InvocationConfiguration { Output = output }, TestContext.Current.CancellationToken), output.ToString());
    }
}
