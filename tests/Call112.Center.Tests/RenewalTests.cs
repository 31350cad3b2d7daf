using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Call112.Center.Book;
using Call112.Center.Enrolment;
using Call112.Messages;

namespace Call112.Center.Tests;

/// <summary>Stations' certificates, renewed over MQTT (F13, decision 0022): whom the centre asks, what it answers, and what it writes down.</summary>
public sealed class RenewalTests : IDisposable
{
    private const string Id = "pkm-gogagoman", Beside = "pkm-beside";

    private static readonly TimeSpan s_due = TimeSpan.FromDays(60);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("call112-renewal-");
    private readonly TestClock _clock = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose()
    {
        _key.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void A_station_gets_a_certificate_over_its_own_key_as_the_tool_would_have_issued_it()
    {
        using var enrolment = Enrolled(days: 20);
        var former = enrolment.Newest(Id, CertificateUse.Station)!;
        using var renewed = WithKey(enrolment.RenewStation(Id, Guid.NewGuid(), Request(), s_due));
        Assert.Equal($"CN={Id}", renewed.Subject);
        Assert.Equal([Id], renewed.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single().EnumerateDnsNames());
        var uses = renewed.Extensions.OfType<X509EnhancedKeyUsageExtension>().Single().EnhancedKeyUsages.Cast<Oid>();
        Assert.Equal("1.3.6.1.5.5.7.3.2", Assert.Single(uses).Value);
        Assert.False(renewed.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);
        Assert.Equal(_clock.GetUtcNow().AddDays(StationRequest.DaysUsual), new DateTimeOffset(renewed.NotAfter.ToUniversalTime(), TimeSpan.Zero));
        using var chain = new X509Chain();
        (chain.ChainPolicy.TrustMode, chain.ChainPolicy.RevocationMode) = (X509ChainTrustMode.CustomRootTrust, X509RevocationMode.NoCheck);
        chain.ChainPolicy.CustomTrustStore.ImportFromPem(enrolment.Authorities.TrustedPem);
        chain.ChainPolicy.VerificationTime = _clock.GetUtcNow().UtcDateTime;
        Assert.True(chain.Build(renewed));

        var newest = enrolment.Newest(Id, CertificateUse.Station)!;
        Assert.Equal(renewed.SerialNumber.ToLowerInvariant(), newest.Serial);
        Assert.Equal([former.Serial], enrolment.Revoke(Id, formerOnly: true).Select(revoked => revoked.Serial));
    }

    [Fact]
    public void The_same_request_gets_the_same_certificate_again_also_after_a_restart_and_never_a_second_one()
    {
        var request = Request();
        var id = Guid.NewGuid();
        string first;
        using (var enrolment = Enrolled(days: 20))
            first = enrolment.RenewStation(Id, id, request, s_due);
        _clock.Advance(TimeSpan.FromHours(6));
        using var again = Open();
        Assert.Equal(first, again.RenewStation(Id, id, request, s_due));
        Assert.Equal(2, again.Issued.Count);
        // Of a station whose disk has lost the request: a new one, and the former answer is given no more.
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.NotEqual(first, again.RenewStation(Id, Guid.NewGuid(), Request(key: other), s_due));
        Assert.Contains("a newer one has been issued", Refused(again, id, request), StringComparison.Ordinal);
        Assert.Single(again.Issued, issued => issued.Certificate is not null);
        Assert.DoesNotContain("PRIVATE", File.ReadAllText(again.Folder.Ledger), StringComparison.Ordinal);
    }

    [Fact]
    public void Each_request_that_is_wrong_is_refused_by_its_reason_and_issues_nothing()
    {
        using var enrolment = Enrolled(days: 20);
        using var stronger = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var rsa = RSA.Create(2048);
        var good = Request();
        (string Reason, string Pem)[] wrong =
        [
            ($"is for 'CN={Beside}'", Request(Beside)),
            ($"is for 'CN={Id}, O=Somebody'", Request($"{Id}, O=Somebody")),
            ("not ECDSA P-256", Request(key: stronger)),
            ("not ECDSA P-256",
                new CertificateRequest($"CN={Id}", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSigningRequestPem()),
            ("cannot be read, or its signature is wrong", WithAnothersSignature()),
            ("cannot be read", good[..(good.Length / 2)]),
            ("cannot be read", "no request"),
            ("longer than", good + new string(' ', 5_000)),
        ];
        foreach (var (reason, pem) in wrong)
            Assert.Contains(reason, Refused(enrolment, Guid.NewGuid(), pem), StringComparison.Ordinal);
        Assert.Single(enrolment.Issued);
    }

    /// <summary>A hostile station, or its thief, must not fill the ledger, nor come before the box that was enrolled in its place (F20).</summary>
    [Fact]
    public void A_station_gets_one_an_hour_at_most_and_none_once_another_box_was_enrolled_in_its_place()
    {
        using var enrolment = Enrolled(days: 20);
        enrolment.RenewStation(Id, Guid.NewGuid(), Request(), s_due);
        Assert.Contains("within the last 60 min", Refused(enrolment, Guid.NewGuid(), Request()), StringComparison.Ordinal);
        _clock.Advance(TimeSpan.FromMinutes(61));
        enrolment.RenewStation(Id, Guid.NewGuid(), Request(), s_due);
        enrolment.EnrolStation(new StationRequest(Id) { Renew = true });
        _clock.Advance(TimeSpan.FromMinutes(61));
        Assert.Contains("not due", Refused(enrolment, Guid.NewGuid(), Request()), StringComparison.Ordinal);
        Assert.Equal(4, enrolment.Issued.Count);
    }

    [Fact]
    public void Who_is_not_enrolled_or_taken_back_or_over_gets_none()
    {
        using var enrolment = Enrolled(days: 20);
        var stranger = Assert.Throws<EnrolmentException>(() => enrolment.RenewStation(Beside, Guid.NewGuid(), Request(Beside), s_due));
        Assert.Contains("not enrolled", stranger.Message, StringComparison.Ordinal);
        var (id, request) = (Guid.NewGuid(), Request());
        enrolment.RenewStation(Id, id, request, s_due);
        enrolment.Revoke(Id, formerOnly: false);
        Assert.Contains("taken back", Refused(enrolment, id, request), StringComparison.Ordinal);
        enrolment.EnrolStation(new StationRequest(Id) { Days = 20 });
        Assert.Contains("taken back", Refused(enrolment, id, request), StringComparison.Ordinal);
        _clock.Advance(TimeSpan.FromDays(21));
        Assert.Contains("is over", Refused(enrolment, Guid.NewGuid(), request), StringComparison.Ordinal);
    }

    [Fact]
    public void A_station_that_would_not_trust_the_new_authority_is_sent_to_the_tool()
    {
        using var enrolment = Enrolled(days: 20);
        enrolment.RotateAuthority();
        Assert.Contains($"enroll {Id} --renew", Refused(enrolment, Guid.NewGuid(), Request()), StringComparison.Ordinal);
        enrolment.EnrolStation(new StationRequest(Id) { Renew = true, Days = 20 });
        enrolment.RenewStation(Id, Guid.NewGuid(), Request(), s_due);
    }

    [Fact]
    public void The_tool_waits_for_an_answer_that_is_just_given_and_both_are_in_the_ledger()
    {
        Enrolled(days: 20).Dispose();
        Parallel.Invoke(
            () =>
            {
                using var desk = Open();
                desk.RenewStation(Id, Guid.NewGuid(), Request(), s_due);
            },
            () =>
            {
                using var tool = Open();
                tool.EnrolStation(New(Beside));
            });
        using var enrolment = Open();
        Assert.Equal([Id, Id, Beside], enrolment.Issued.Select(issued => issued.Name).OrderByDescending(name => name, StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_centre_asks_a_station_whose_certificate_ends_soon_and_answers_its_request_over_mqtt()
    {
        Enrolled(days: 20, TimeProvider.System).Dispose();
        using var bench = new CenterBench();
        await using var center = await bench.StartAsync(bench.Options with { Identities = In("identities") });
        await using var station = await FakeStation.ConnectAsync(center.MqttAddress, Id);
        await using var beside = await FakeStation.ConnectAsync(center.MqttAddress, Beside);
        var soon = TimeProvider.System.GetUtcNow().AddDays(20);
        await station.PublishAsync(
            Topics.State(Id),
            MessageWriter.Write(new StationStatus(true, Id, "boot-1", soon, ClockState.Synchronized, CertificateUntil: soon)),
            retain: true);
        Assert.Equal(CommandKind.RenewCertificate, (await station.CommandAsync()).Command);

        // Another's name in the message, and no message at all: nothing comes of them, and the next is answered.
        await beside.PublishAsync(Topics.CertificateRequest(Beside), Written(Guid.NewGuid()));
        var id = Guid.NewGuid();
        await station.PublishAsync(Topics.CertificateRequest(Id), Written(id));
        var answer = await station.CertificateAsync();
        Assert.Equal((id, null), (answer.RequestId, answer.Refusal));
        using var issued = WithKey(answer.Certificate!);
        Assert.Equal($"CN={Id}", issued.Subject);

        byte[] Written(Guid request) => MessageWriter.Write(new StationCertificateRequest(Id, request, soon, Request()));
    }

    [Fact]
    public async Task A_refusal_is_told_with_its_reason()
    {
        Enrolled(days: 200, TimeProvider.System).Dispose();
        using var bench = new CenterBench();
        await using var center = await bench.StartAsync(bench.Options with { Identities = In("identities") });
        await using var station = await FakeStation.ConnectAsync(center.MqttAddress, Id);
        await station.PublishAsync(
            Topics.CertificateRequest(Id), MessageWriter.Write(new StationCertificateRequest(Id, Guid.NewGuid(), _clock.GetUtcNow(), Request())));
        var answer = await station.CertificateAsync();
        Assert.Null(answer.Certificate);
        Assert.StartsWith("not due", answer.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_folder_or_with_an_impossible_day_the_centre_does_not_start_and_says_why()
    {
        using var bench = new CenterBench();
        var missing = await Assert.ThrowsAsync<CenterStartException>(() => bench.StartAsync(bench.Options with { Identities = In("nowhere") }));
        Assert.Contains("no such folder", missing.Message, StringComparison.Ordinal);
        var days = await Assert.ThrowsAsync<CenterStartException>(() => bench.StartAsync(bench.Options with { RenewBeforeDays = 366 }));
        Assert.Contains("--renew-before 366: must be 1 to 365", days.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_is_damaged_costs_renewals_and_never_the_start_of_the_centre()
    {
        Enrolled(days: 20, TimeProvider.System).Dispose();
        await File.WriteAllTextAsync(Path.Combine(In("identities"), "certificates.json"), "[{", TestContext.Current.CancellationToken);
        using var bench = new CenterBench();
        await using var center = await bench.StartAsync(bench.Options with { Identities = In("identities") });
        await using var station = await FakeStation.ConnectAsync(center.MqttAddress, Id);
        using var client = CenterBench.Client(center);
        const string draft = """{"stationIds":["pkm-gogagoman"],"status":"Exercise","incident":{"category":"Fire"}}""";
        using var body = new StringContent(draft, System.Text.Encoding.UTF8, "application/json");
        using var taken = await client.PostAsync("/api/dispatches", body, TestContext.Current.CancellationToken);
        taken.EnsureSuccessStatusCode();
        Assert.Equal(DispatchStatus.Exercise, (await station.DispatchAsync()).Status);
    }

    [Fact]
    public void A_station_is_asked_every_six_hours_while_it_is_up_and_its_end_is_near_and_no_two_in_one_second()
    {
        var bench = new BookBench(new BookRules { RenewBefore = s_due });
        foreach (var station in (string[])[BookBench.Station, BookBench.Other])
            Says(bench, station, bench.Now.Wall.AddDays(20));
        bench.PassSeconds(0.5);
        Assert.Single(bench.Commands);
        bench.PassSeconds(1);
        Assert.Equal([CommandKind.RenewCertificate, CommandKind.RenewCertificate], bench.Commands.Select(command => command.Command.Command));
        Assert.Equal(2, bench.Commands.Select(command => command.StationId).Distinct().Count());

        // Six hours later it is down, and then it is back.
        bench.Pass(TimeSpan.FromHours(6.1));
        Assert.Equal(2, bench.Commands.Count());
        Says(bench, BookBench.Station, bench.Now.Wall.AddDays(20));
        bench.PassSeconds(0.2);
        Assert.Equal(3, bench.Commands.Count());
        Assert.Equal(BookBench.Station, bench.Commands.Last().StationId);
    }

    [Fact]
    public void Nobody_is_asked_who_has_time_or_no_certificate_or_where_nothing_can_be_issued()
    {
        var bench = new BookBench(new BookRules { RenewBefore = s_due });
        Says(bench, BookBench.Station, bench.Now.Wall.AddDays(61));
        Says(bench, BookBench.Other, null);
        bench.PassSeconds(3);
        Assert.Empty(bench.Commands);
        Assert.Equal(AnswerKind.Done, bench.Answer(new RequestCommand(bench.Id(), BookBench.Station, CommandKind.RenewCertificate)).Kind);

        var without = new BookBench();
        Says(without, BookBench.Station, without.Now.Wall.AddDays(20));
        without.PassSeconds(3);
        Assert.Empty(without.Commands);
        var answer = without.Answer(new RequestCommand(without.Id(), BookBench.Station, CommandKind.RenewCertificate));
        Assert.Equal(AnswerKind.Refused, answer.Kind);
        Assert.Contains("--identities", answer.Errors![0].Reason, StringComparison.Ordinal);
        Assert.Empty(without.Commands);
    }

    private static void Says(BookBench bench, string station, DateTimeOffset? until) => bench.Do(new StatusReceived(
        new StationStatus(true, station, "boot-1", bench.Now.Wall, ClockState.Synchronized, CertificateUntil: until), false));

    /// <summary>A request over this key that another has signed: the first's body under the second's signature.</summary>
    private string WithAnothersSignature()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var generator = X509SignatureGenerator.CreateForECDsa(other);
        var request = new CertificateRequest(new X500DistinguishedName($"CN={Id}"), new PublicKey(_key), HashAlgorithmName.SHA256);
        return request.CreateSigningRequestPem(generator);
    }

    private X509Certificate2 WithKey(string certificate) => X509Certificate2.CreateFromPem(certificate, _key.ExportPkcs8PrivateKeyPem());

    private string Request(string name = Id, ECDsa? key = null) =>
        new CertificateRequest($"CN={name}", key ?? _key, HashAlgorithmName.SHA256).CreateSigningRequestPem();

    private static string Refused(Enrolment.Enrolment enrolment, Guid id, string request) =>
        Assert.Throws<EnrolmentException>(() => enrolment.RenewStation(Id, id, request, s_due)).Message;

    private static StationRequest New(string id) => new(id) { Broker = "mqtts://127.0.0.1:8883", Board = "simulated" };

    private Enrolment.Enrolment Enrolled(int days, TimeProvider? time = null)
    {
        var enrolment = Enrolment.Enrolment.Open(In("identities"), create: true, time ?? _clock);
        enrolment.EnrolStation(New(Id) with { Days = days });
        return enrolment;
    }

    private Enrolment.Enrolment Open() => Enrolment.Enrolment.Open(In("identities"), create: true, _clock);

    private string In(string name) => Path.Combine(_folder.FullName, name);
}
