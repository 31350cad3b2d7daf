using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Call112.Campaign;
using Call112.Messages;
using Call112.System.Tests.Toolkit;

namespace Call112.System.Tests;

/// <summary>
/// What somebody may say and hear at the city's broker, attempt by attempt: with the good certificate of another station, with bad ones, with none
/// (F20). Beside it all a station works, and notices nothing. The table is in the test's output.
/// </summary>
public sealed class AccessTests : SystemTest
{
    private const string Own = "pkm-own", Beside = "damkar-beside", OwnClient = "call112-pkm-own";

    private readonly List<Attempt> _attempts = [];

    [Fact]
    public async Task Nobody_says_or_hears_what_is_not_his_and_the_station_beside_notices_nothing()
    {
        var began = Wait.Time.GetTimestamp();
        var city = await CityAsync();
        var own = await city.EnrollNewAsync(Own, "puskesmas");
        var beside = Station(await city.EnrollNewAsync(Beside, "damkar"));
        await city.ReloadAsync();
        var center = await CenterAsync(city);
        await beside.StartReadyAsync();

        await SayAsync(city, own);
        await HearAsync(city, own, center, beside);
        await WillAsync(city, own);
        await CertificatesAsync(city, own);
        await SoundsAsync(center, beside, await center.DispatchAsync(Beside));
        Assert.False(beside.Says("next attempt in"), "the station beside has lost its connection");
        Assert.Equal(1, beside.Lines().Count(line => Has(line, "connected, session")));
        // Last, because it does disturb: nothing in Mosquitto's access list ties a client id to a certificate.
        await ClientIdAsync(city, own, center, beside);
        Show(began);
        Assert.All(_attempts, attempt => Assert.True(attempt.IsAsItMust, attempt.ToString()));
    }

    private async Task SayAsync(CityIdentities city, JsonObject own)
    {
        var (visitor, answer) = await Visitor.ComeAsync(city, own["identity"]!, OwnClient);
        Assert.True(visitor is not null, answer);
        await using var _ = visitor;
        await SaysAsync("its own heartbeat", Topics.Heartbeat(Own), isAllowed: true);
        await SaysAsync("its own report", Topics.Report(Own), isAllowed: true);
        await SaysAsync("another's report", Topics.Report(Beside), isAllowed: false);
        await SaysAsync("another's state, retained", Topics.State(Beside), isAllowed: false, retain: true);
        await SaysAsync("its own acceptance, retained", Topics.Acceptance(Own), isAllowed: true, retain: true);
        await SaysAsync("another's acceptance, retained", Topics.Acceptance(Beside), isAllowed: false, retain: true);
        await SaysAsync("a dispatch to another", Topics.Dispatch(Beside), isAllowed: false);
        await SaysAsync("a dispatch to itself", Topics.Dispatch(Own), isAllowed: false);
        await SaysAsync("a dispatch to its own group", Topics.GroupDispatch("puskesmas"), isAllowed: false);
        await SaysAsync("a command to another", Topics.Command(Beside), isAllowed: false);
        await SaysAsync("a receipt to another", Topics.Receipt(Beside), isAllowed: false);
        await SaysAsync("the centre's heartbeat", Topics.CenterHeartbeat, isAllowed: false);
        await SaysAsync("its own certificate request", Topics.CertificateRequest(Own), isAllowed: true);
        await SaysAsync("another's certificate request", Topics.CertificateRequest(Beside), isAllowed: false);
        await SaysAsync("a certificate to another", Topics.Certificate(Beside), isAllowed: false);
        await SaysAsync("a certificate to itself", Topics.Certificate(Own), isAllowed: false);
        await SaysAsync("a topic of no contract", "call112/v2/anything", isAllowed: false);

        async Task SaysAsync(string what, string topic, bool isAllowed, bool retain = false)
        {
            var from = city.Broker.Lines().Count;
            var said = await visitor.SayAsync(topic, retain: retain);
            var log = LogOf(city, from, line => Begins(line, "Denied PUBLISH"));
            Note($"says {what}", topic, said, log, isAllowed
                ? said is "PUBACK Success" or "PUBACK NoMatchingSubscribers" && log is null
                : said == "PUBACK NotAuthorized" && log is not null);
        }
    }

    /// <summary>Mosquitto 2.0 grants every subscription and judges each message at its delivery: what counts is what arrives.</summary>
    private async Task HearAsync(CityIdentities city, JsonObject own, CenterProcess center, GatewayProcess beside)
    {
        var (visitor, answer) = await Visitor.ComeAsync(city, own["identity"]!, OwnClient);
        Assert.True(visitor is not null, answer);
        await using var _ = visitor;
        (string What, string Filter, string? Mine)[] wishes =
        [
            ("its own dispatches", Topics.Dispatch(Own), Topics.Dispatch(Own)),
            ("its own group", Topics.GroupDispatch("puskesmas"), Topics.GroupDispatch("puskesmas")),
            ("another's dispatches", Topics.Dispatch(Beside), null),
            ("a group that is not its own", Topics.GroupDispatch("damkar"), null),
            ("another's commands", Topics.Command(Beside), null),
            ("every station's reports", Topics.OfAllStations(TopicKind.Report), null),
            ("every station's state", Topics.OfAllStations(TopicKind.State), null),
            ("every station's certificate requests", Topics.OfAllStations(TopicKind.CertificateRequest), null),
            ("another's certificates", Topics.Certificate(Beside), null),
            ("everything", "#", null),
        ];
        var answers = new Dictionary<string, string>();
        var from = city.Broker.Lines().Count;
        foreach (var (what, filter, _) in wishes)
            answers[what] = await visitor.AskForAsync(filter);
        var toBeside = await center.DispatchAsync(Beside);
        await center.ShowsAsync(toBeside, Beside, ReportEvent.Sounding);
        await center.DispatchToGroupAsync("damkar");
        await center.DispatchToGroupAsync("puskesmas");
        await center.DispatchAsync(Own);
        await Wait.UntilAsync(
            () => wishes.Where(wish => wish.Mine is not null).All(wish => visitor.Heard.Any(message => message.Topic == wish.Mine)),
            "what is its own arrives");
        await (await beside.PageAsync()).PressAsync("acknowledge");
        await center.ShowsAsync(toBeside, Beside, ReportEvent.Acknowledged);
        var heard = visitor.Heard.Select(message => message.Topic).Distinct().ToList();
        foreach (var (what, filter, mine) in wishes)
        {
            var log = LogOf(city, from, line => Has(line, OwnClient) && line.EndsWith(filter, StringComparison.Ordinal));
            var arrived = mine is not null ? heard.Contains(mine) : heard.Any(topic => MqttFits(filter, topic) && !IsOwn(topic));
            var outcome = $"{answers[what]}, {(arrived ? "arrives" : "nothing arrives")}";
            Note($"asks for {what}", filter, outcome, log, arrived == mine is not null && log is not null);
        }

        Assert.DoesNotContain(heard, topic => !IsOwn(topic));

        bool IsOwn(string topic) => Begins(topic, $"call112/v1/stations/{Own}/") && topic != Topics.Report(Own) && topic != Topics.Heartbeat(Own)
            || topic == Topics.GroupDispatch("puskesmas") || topic == Topics.GroupDispatch("all") || topic == Topics.CenterHeartbeat;
    }

    private async Task CertificatesAsync(CityIdentities city, JsonObject own)
    {
        var revoked = await city.EnrollNewAsync("pkm-revoked", "puskesmas");
        await city.RunAsync("revoke", "pkm-revoked");
        await city.ReloadAsync();
        var now = Wait.Time.GetUtcNow();
        // As gateways, so that what a technician would read on the box is seen.
        await RefusedAsync("an expired certificate", OtherCertificates.Expired(city, own, now), "certificate verify failed");
        await RefusedAsync("a revoked certificate", revoked, "certificate verify failed");
        await RefusedAsync("a certificate of a foreign authority", OtherCertificates.Foreign(own, now), "certificate verify failed");
        await RefusedAsync("no certificate", OtherCertificates.None(own), "peer did not return a certificate");

        var server = own.DeepClone();
        server["identity"]!["certificate"] = await File.ReadAllTextAsync(Path.Combine(city.Identities, "broker", "broker.crt"));
        server["identity"]!["key"] = await File.ReadAllTextAsync(Path.Combine(city.Identities, "broker", "broker.key"));
        await TurnedAwayAsync("the broker's own certificate", server, tls: true);
        await TurnedAwayAsync("no TLS", own, tls: false);

        async Task RefusedAsync(string what, JsonObject enrolled, string logged)
        {
            var from = city.Broker.Lines().Count;
            var station = Station(enrolled);
            station.Start();
            await station.WaitAsync(() => station.Says("next attempt in"), $"the gateway says why {what} is refused");
            var why = station.Lines().First(line => Has(line, "next attempt in"));
            station.Kill();
            await Wait.UntilAsync(() => LogOf(city, from, line => Has(line, logged)) is not null, $"the broker's log names {what}");
            var log = LogOf(city, from, line => Has(line, logged));
            why = why[(why.IndexOf($":{city.Broker.Port}: ", StringComparison.Ordinal) + $":{city.Broker.Port}: ".Length)..].Split("; next")[0];
            // TLS may lose the broker's reason; which certificate it was is said in any case.
            var shown = (string?)enrolled["identity"]!["certificate"] is { } pem
                ? $"; shown was certificate {X509Certificate2.CreateFromPem(pem).SerialNumber.ToLowerInvariant()}, until "
                : "; no certificate was shown";
            Note($"comes with {what}", "", $"gateway's log: {why}", log, why.Contains(shown, StringComparison.Ordinal) && log is not null);
        }

        async Task TurnedAwayAsync(string what, JsonNode identity, bool tls)
        {
            var from = city.Broker.Lines().Count;
            var (visitor, why) = await Visitor.ComeAsync(city, identity["identity"]!, OwnClient, tls: tls);
            if (visitor is not null)
                await visitor.DisposeAsync();
            await Wait.UntilAsync(() => LogOf(city, from, IsRefusal) is not null, $"the broker's log names {what}");
            Note($"comes with {what}", "", why, LogOf(city, from, IsRefusal), visitor is null);
        }

        static bool IsRefusal(string line) => Has(line, "verify failed") || Has(line, "wrong version number") || Has(line, "rotocol error");
    }

    /// <summary>Mosquitto takes any will, and judges it when it would be published.</summary>
    private async Task WillAsync(CityIdentities city, JsonObject own)
    {
        foreach (var (whose, topic) in ((string, string)[])[("its own", Topics.State(Own)), ("another's", Topics.State(Beside))])
        {
            var from = city.Broker.Lines().Count;
            var (visitor, answer) = await Visitor.ComeAsync(city, own["identity"]!, OwnClient, topic);
            Assert.True(visitor is not null, answer);
            visitor.Die();
            await Wait.UntilAsync(
                () => LogOf(city, from, line => Begins(line, $"Client {OwnClient} ")) is not null,
                "the broker knows that he has died");
            // What is said next is behind the will, whatever became of it.
            var (next, _) = await Visitor.ComeAsync(city, own["identity"]!, OwnClient);
            await next!.SayAsync(Topics.Heartbeat(Own));
            await next.DisposeAsync();
            var told = LogOf(city, from, line => Begins(line, "Sending PUBLISH to call112-center") && Has(line, $"'{topic}', ... (2 bytes)"));
            var log = told ?? LogOf(city, from, line => Begins(line, "Will message specified"));
            answer += told is null ? ", nobody hears it" : ", the centre hears it";
            Note($"dies with {whose} state as its will", topic, answer, log, told is not null == (topic == Topics.State(Own)));
        }
    }

    /// <summary>
    /// Under the other's client id he is let in and throws it off; it is back by itself. When it is away he gets its session, with what waits there and
    /// what it has subscribed to; nothing of it is his to read.
    /// </summary>
    private async Task ClientIdAsync(CityIdentities city, JsonObject own, CenterProcess center, GatewayProcess beside)
    {
        int Connects() => beside.Lines().Count(line => Has(line, "connected, session"));
        int Sent() => city.Broker.Lines().Count(line => Has(line, "PUBLISH from call112-center") && Has(line, Topics.Dispatch(Beside)));
        var from = city.Broker.Lines().Count;
        var (thrower, answer) = await Visitor.ComeAsync(city, own["identity"]!, beside.ClientId, resume: true);
        Assert.True(thrower is not null, answer);
        await beside.WaitAsync(() => beside.Says("next attempt in"), "its owner is thrown off (F20)");
        await thrower.DisposeAsync();
        await beside.WaitAsync(() => Connects() == 2, "its owner is back by itself", TimeSpan.FromMinutes(5));
        var why = beside.Lines().First(line => Has(line, "next attempt in"));
        Note("comes with another's client id", "", $"{answer}; its owner's log: {why[(why.LastIndexOf("mqtts://", StringComparison.Ordinal) + 8)..]}; back by itself",
            LogOf(city, from, line => Has(line, "already connected")), isAsItMust: true);

        beside.Kill();
        var before = Sent();
        await center.DispatchAsync(Beside);
        await Wait.UntilAsync(() => Sent() > before, "a dispatch waits in the session of the absent station");
        from = city.Broker.Lines().Count;
        var (heir, let) = await Visitor.ComeAsync(city, own["identity"]!, beside.ClientId, resume: true);
        Assert.True(heir is not null, let);
        await using var _ = heir;
        before = Sent();
        await center.DispatchAsync(Beside);
        await Wait.UntilAsync(() => Sent() > before, "another dispatch comes while he is there");
        // Behind whatever waited and whatever came.
        await heir.SayAsync(Topics.Heartbeat(Own));
        var heard = heir.Heard.Count(message => message.Topic != Topics.CenterHeartbeat);
        Note("comes as the absent other and takes its session", "", $"{let}; {heard} of its messages arrive",
            LogOf(city, from, line => Has(line, $"as {beside.ClientId} ")), heard == 0);
    }

    private static async Task SoundsAsync(CenterProcess center, GatewayProcess station, Guid dispatch)
    {
        await center.ShowsAsync(dispatch, station.StationId, ReportEvent.Sounding);
        await (await station.PageAsync()).PressAsync("acknowledge");
        await center.ShowsAsync(dispatch, station.StationId, ReportEvent.Acknowledged);
    }

    private static bool Has(string line, string text) => line.Contains(text, StringComparison.Ordinal);

    private static bool Begins(string line, string text) => line.StartsWith(text, StringComparison.Ordinal);

    /// <summary>The first line of the broker's log behind a place that fits, without its time.</summary>
    private static string? LogOf(CityIdentities city, int from, Func<string, bool> fits) =>
        city.Broker.Lines().Skip(from).Select(line => line[(line.IndexOf(": ", StringComparison.Ordinal) + 2)..].Replace('\t', ' ').Trim())
            .FirstOrDefault(fits);

    private static bool MqttFits(string filter, string topic)
    {
        if (filter == "#")
            return true;
        string[] wanted = filter.Split('/'), levels = topic.Split('/');
        return wanted.Length == levels.Length && wanted.Zip(levels).All(pair => pair.First == "+" || pair.First == pair.Second);
    }

    private void Note(string what, string topic, string answer, string? log, bool isAsItMust) =>
        _attempts.Add(new Attempt(what, topic, answer, log, isAsItMust));

    private void Show(long began)
    {
        foreach (var attempt in _attempts)
            Say(string.Join(" | ", attempt.Cells));
        new CampaignPart("access", "Who says and hears what at the city's broker")
        {
            Covers = ["F20"],
            Failures = [.. _attempts.Where(attempt => !attempt.IsAsItMust).Select(attempt => attempt.ToString())],
            Figures = [new("Attempts", _attempts.Count)],
            Tables =
            [
                new("ACL: attempt, answer", ["who has the certificate of one station", "topic", "answer", "broker's log"],
                    [.. _attempts.Select(attempt => attempt.Cells)]),
            ],
            Notes =
            [
                "Mosquitto with deploy-pi/center/mosquitto.conf and log_type debug.",
                "Mosquitto 2.0 grants every subscription and judges each message at its delivery.",
                "No access list of Mosquitto ties a client id to a certificate: who is enrolled can throw another off, and hears nothing by it.",
            ],
            Seconds = Wait.Time.GetElapsedTime(began).TotalSeconds,
            Command = "dotnet test tests/Call112.System.Tests --filter AccessTests",
        }.Write();
    }

    private sealed record Attempt(string What, string Topic, string Answer, string? Log, bool IsAsItMust)
    {
        public IReadOnlyList<string> Cells => [What, Topic, Answer, Log ?? "-"];
    }
}
