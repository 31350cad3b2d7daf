using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Call112.Center.Book;
using Call112.Center.Sms;
using Call112.Messages;
using Call112.Messages.Sms;

namespace Call112.Center.Tests;

/// <summary>The last path on the centre's side: when no line brings an answer, a sealed text goes out, and the answer comes back (decision
/// 0018).</summary>
public sealed class SmsTests : IDisposable
{
    private static readonly byte[] s_secret = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    private readonly BookBench _book = new(new BookRules { SmsStations = new HashSet<string> { BookBench.Station } });
    private readonly CenterBench _bench = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("call112-sms-");

    public void Dispose()
    {
        _bench.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void Thirty_seconds_without_an_answer_send_one_text_and_a_minute_later_one_repeat_and_no_more()
    {
        _book.Create();
        Assert.Empty(Texts(29));
        var first = Assert.Single(Texts(2));
        Assert.Equal(BookBench.Station, first.StationId);
        Assert.Empty(Texts(57));
        var second = Assert.Single(Texts(4));
        Assert.True(second.Counter > first.Counter);
        Assert.True(second.Counter >= _book.Now.Wall.ToUnixTimeSeconds() - 5);
        Assert.Empty(Texts(600));
    }

    [Fact]
    public void A_station_that_has_answered_by_MQTT_gets_no_text()
    {
        var id = _book.Create();
        Texts(10);
        _book.Do(new ReportReceived(Received(id)));
        Assert.Empty(Texts(120));
    }

    [Fact]
    public void A_station_without_a_telephone_gets_no_text()
    {
        _book.Do(new CreateDispatch(_book.Id(), new DispatchDraft(new IncidentDraft(Category.Fire), [BookBench.Other])));
        Assert.Empty(Texts(120));
    }

    [Fact]
    public void A_cancelled_dispatch_goes_out_by_no_text()
    {
        var id = _book.Create();
        Texts(10);
        _book.Do(new CancelDispatch(id));
        Assert.Empty(Texts(120));
    }

    [Fact]
    public void A_text_is_stored_before_it_leaves_and_a_restart_does_not_send_it_again()
    {
        _book.Create();
        Texts(31);
        _book.Restart();
        _book.Do(new BrokerLink(true));
        Assert.Empty(Texts(50));
        Assert.Single(Texts(15));
        _book.Restart();
        Assert.Empty(Texts(200));
    }

    [Fact]
    public void The_broker_being_gone_does_not_hold_up_the_text()
    {
        _book.Do(new BrokerLink(false));
        _book.Create();
        Assert.Single(Texts(32));
    }

    [Fact]
    public void An_answer_by_SMS_marks_the_step_and_survives_a_restart()
    {
        var id = _book.Create();
        Texts(31);
        Assert.Equal(AnswerKind.Done, Answer(_book.Do(new SmsAnswered(BookBench.Station, id, ReportEvent.Received))));
        var view = _book.View(id).Stations[0];
        Assert.Equal((ReportEvent.Received, ReportEvent.Received, false, 1), (view.Step, view.SmsStep, view.NotReceived, view.SmsSends));
        Assert.Empty(Texts(20));
        _book.Do(new SmsAnswered(BookBench.Station, id, ReportEvent.Acknowledged));
        // It was overtaken on its way, and takes nothing back.
        _book.Do(new SmsAnswered(BookBench.Station, id, ReportEvent.Received));
        Texts(60);
        _book.Restart();
        view = _book.View(id).Stations[0];
        Assert.Equal((ReportEvent.Acknowledged, false), (view.Step, view.NotAcknowledged));
        Assert.Equal(AnswerKind.NotFound, Answer(_book.Do(new SmsAnswered(BookBench.Other, id, ReportEvent.Received))));
    }

    [Fact]
    public async Task A_hook_gets_the_text_and_the_API_takes_the_answer()
    {
        using var hook = new TcpListener(IPAddress.Loopback, 0);
        hook.Start();
        var options = Options($$"""{"hook":"http://127.0.0.1:{{((IPEndPoint)hook.LocalEndpoint).Port}}/send","stations":[{"id":"pkm-gogagoman","number":"+6281234567890","keyPath":"pkm.key"}]}""");
        await using var center = await _bench.StartAsync(_bench.Options with { Sms = options, Rules = new BookRules { SmsAfter = TimeSpan.FromMilliseconds(200) } });
        var created = await center.CreateDispatchAsync(
            new DispatchDraft(new IncidentDraft(Category.Fire, Location: new Location(Village: "Mogolaing")), ["pkm-gogagoman"]), TestContext.Current.CancellationToken);
        var sent = await TakePostAsync(hook);
        Assert.Equal("+6281234567890", sent.GetProperty("to").GetString());
        var key = new SmsKey("pkm-gogagoman", s_secret);
        Assert.True(SmsText.TryReadDispatch(sent.GetProperty("text").GetString(), key, out var read, out var refusal), refusal);
        Assert.Equal((created.DispatchId, "Mogolaing"), (read.Dispatch.DispatchId, read.Dispatch.Incident!.Location!.Village));

        using var client = CenterBench.Client(center);
        Assert.Equal(HttpStatusCode.BadRequest, await PostSmsAsync(client, "Promo pulsa"));
        var answer = SmsText.Write(read.Dispatch.DispatchId, ReportEvent.Acknowledged, TimeSpan.FromSeconds(40), key);
        Assert.Equal(HttpStatusCode.BadRequest, await PostSmsAsync(client, answer.Replace(" A ", " R ", StringComparison.Ordinal)));
        Assert.Equal(HttpStatusCode.OK, await PostSmsAsync(client, answer));
        Assert.Equal(ReportEvent.Acknowledged, (await center.FindDispatchAsync(read.Dispatch.DispatchId, TestContext.Current.CancellationToken))!.Stations[0].Step);
    }

    [Fact]
    public async Task A_command_gets_number_and_text()
    {
        var written = Path.Combine(_folder.FullName, "sent");
        var options = Options($$"""{"command":["/bin/sh","-c","printf '%s|%s' \"$1\" \"$2\" > {{written}}.new && mv {{written}}.new {{written}}","sh"],"stations":[{"id":"pkm-gogagoman","number":"+6281234567890","keyPath":"pkm.key"}]}""");
        await using var center = await _bench.StartAsync(_bench.Options with { Sms = options, Rules = new BookRules { SmsAfter = TimeSpan.FromMilliseconds(200) } });
        await center.CreateDispatchAsync(new DispatchDraft(new IncidentDraft(Category.Medical), ["pkm-gogagoman"]), TestContext.Current.CancellationToken);
        for (var i = 0; i < 300 && !File.Exists(written); i++)
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);
        var parts = (await File.ReadAllTextAsync(written, TestContext.Current.CancellationToken)).Split('|');
        Assert.Equal("+6281234567890", parts[0]);
        Assert.True(SmsText.TryReadDispatch(parts[1], new SmsKey("pkm-gogagoman", s_secret), out _, out var refusal), refusal);
    }

    [Fact]
    public async Task Without_the_option_there_is_no_such_path()
    {
        await using var center = await _bench.StartAsync();
        using var client = CenterBench.Client(center);
        Assert.Equal(HttpStatusCode.NotFound, await PostSmsAsync(client, "R1 AAAA"));
    }

    [Theory]
    [InlineData("""{"stations":[]}""", "command or hook: exactly one of the two")]
    [InlineData("""{"command":["x"],"hook":"http://h/"}""", "command or hook: exactly one of the two")]
    [InlineData("""{"hook":"ftp://h/"}""", "hook: 'ftp://h/' must be http:// or https://")]
    [InlineData("""{"command":["x"],"stations":[{"id":"UPPER"}]}""", "stations[0].id: 'UPPER' is no station id")]
    [InlineData("""{"command":["x"],"stations":[{"id":"pkm-upai","number":"0812"}]}""", "stations[0].number: '0812' must be a number such as +6281234567890")]
    [InlineData("""{"command":["x"],"stations":[{"id":"pkm-upai","number":"+6281234567890"}]}""", "stations[0].keyPath: missing")]
    [InlineData("""{"command":["x"],"stations":[{"id":"pkm-upai","number":"+6281234567890","keyPath":"none.key"}]}""", "cannot be read")]
    [InlineData("""{"comand":["x"]}""", "comand")]
    public void A_wrong_file_is_refused_with_the_field(string json, string reason)
    {
        var wrong = Assert.Throws<CenterStartException>(() => Options(json));
        Assert.Contains(reason, wrong.Message, StringComparison.Ordinal);
    }

    private List<SendSms> Texts(double seconds)
    {
        var before = _book.Published.OfType<SendSms>().Count();
        _book.PassSeconds(seconds);
        return [.. _book.Published.OfType<SendSms>().Skip(before)];
    }

    private SmsGatewayOptions Options(string json)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "pkm.key"), Convert.ToHexString(s_secret));
        var path = Path.Combine(_folder.FullName, "sms.json");
        File.WriteAllText(path, json);
        return SmsGatewayOptions.Read(path);
    }

    private Report Received(Guid id) => new(
        BookBench.Station, 1, "boot-1", ReportEvent.Received, _book.Now.Wall, _book.Now.Wall, ClockState.Synchronized, ReportSource.Automatic, id);

    private static AnswerKind Answer(IReadOnlyList<BookEffect> effects) => Assert.Single(effects.OfType<Answered>()).Answer.Kind;

    private static async Task<HttpStatusCode> PostSmsAsync(HttpClient client, string text)
    {
        using var body = new StringContent(JsonSerializer.Serialize(new { from = "+6281234567890", text }), Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync(new Uri("/api/sms", UriKind.Relative), body, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    /// <summary>Takes one request of the hook, and answers it well.</summary>
    private static async Task<JsonElement> TakePostAsync(TcpListener hook)
    {
        var cancel = TestContext.Current.CancellationToken;
        using var client = await hook.AcceptTcpClientAsync(cancel);
        var stream = client.GetStream();
        var (text, buffer) = (new StringBuilder(), new byte[4_096]);
        for (var read = 1; read > 0 && !text.ToString().EndsWith('}');)
        {
            read = await stream.ReadAsync(buffer, cancel);
            text.Append(Encoding.UTF8.GetString(buffer, 0, read));
        }

        await stream.WriteAsync("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), cancel);
        var request = text.ToString();
        Assert.StartsWith("POST /send ", request, StringComparison.Ordinal);
        return JsonDocument.Parse(request[request.IndexOf('{', StringComparison.Ordinal)..request.LastIndexOf('}')] + "}").RootElement;
    }
}
