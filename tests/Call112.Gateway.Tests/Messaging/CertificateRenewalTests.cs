using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Call112.Gateway.Messaging;
using Call112.Gateway.Options;
using Call112.Gateway.Tests.World;
using Call112.Messages;

namespace Call112.Gateway.Tests.Messaging;

/// <summary>F13: a station's own renewal (decision 0022): what it asks, what it takes for an answer, what is on its disk at each moment.</summary>
public sealed class CertificateRenewalTests : IDisposable
{
    private readonly RenewalDesk _desk = new();

    public void Dispose() => _desk.Dispose();

    [Fact]
    public void A_renewal_is_kept_only_when_it_has_led_to_a_connection_and_then_goes_first_at_every_start()
    {
        var renewal = _desk.Start();
        Assert.Equal([_desk.Enrolled], renewal.Own);
        var renewed = Obtain(renewal);
        Assert.Equal([renewed, _desk.Enrolled], renewal.Own);
        Assert.True(renewed.HasPrivateKey);
        Assert.False(File.Exists(_desk.InForceFile), "nobody knows yet whether the broker takes it");
        Assert.Equal([_desk.Enrolled], _desk.Start().Own);

        renewal.Settle(renewed);
        Assert.False(File.Exists(_desk.PendingFile));
        var next = _desk.Start();
        Assert.Equal([renewed, _desk.Enrolled], next.Own);
        Assert.Equal((null, 1), (next.Fault, _desk.Logs.Count(LogEvents.RenewalTaken)));
        // And once more, two years later.
        var again = Obtain(next, days: 900);
        next.Settle(again);
        Assert.Equal([again, _desk.Enrolled], _desk.Start().Own);
    }

    [Fact]
    public void The_key_is_on_the_disk_before_the_request_leaves_and_never_in_it()
    {
        var renewal = _desk.Start();
        renewal.Prepare();
        var sent = renewal.ToSend!.Value;
        var request = RenewalDesk.RequestOf(sent);
        Assert.Equal((Topics.CertificateRequest(RenewalDesk.Id), true, false), (sent.Topic, sent.AtLeastOnce, sent.Retain));
        Assert.Equal(RenewalDesk.Id, request.StationId);
        Assert.DoesNotContain("PRIVATE", request.Request, StringComparison.Ordinal);
        Assert.Contains("PRIVATE", File.ReadAllText(_desk.PendingFile), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(_desk.PendingFile));
        Assert.Equal("CN=" + RenewalDesk.Id, CertificateRequest.LoadSigningRequestPem(request.Request, HashAlgorithmName.SHA256).SubjectName.Name);
    }

    [Fact]
    public void A_command_that_comes_again_sends_the_same_request_with_the_same_key_also_after_a_restart()
    {
        var renewal = _desk.Start();
        var first = Ask(renewal);
        Assert.Null(renewal.ToSend);
        var second = Ask(renewal);
        var third = Ask(_desk.Start());
        Assert.Equal((first.RequestId, first.Request), (second.RequestId, second.Request));
        Assert.Equal((first.RequestId, first.Request), (third.RequestId, third.Request));
    }

    [Theory]
    [InlineData("foreign key", "not over this station's key")]
    [InlineData("another's name", "is for 'CN=pkm-upai'")]
    [InlineData("another authority of the same name", "none of the authorities")]
    [InlineData("for servers", "not for clients")]
    [InlineData("over", "has been over since")]
    [InlineData("no longer", "no later than the present one")]
    [InlineData("two at once", "holds 2 certificates")]
    [InlineData("no certificate", "holds 0 certificates")]
    [InlineData("damaged", "is none")]
    [InlineData("nothing", "holds no certificate")]
    [InlineData("refusal", "the centre refuses: not due")]
    public void An_answer_that_is_not_as_it_must_be_is_named_and_changes_nothing(string what, string reason)
    {
        var renewal = _desk.Start();
        var request = Ask(renewal);
        var key = RenewalDesk.KeyOf(request);
        var good = _desk.Issue(key, days: 730);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var pem = what switch
        {
            "foreign key" => _desk.Issue(new PublicKey(other), days: 730),
            "another's name" => _desk.Issue(key, days: 730, "pkm-upai"),
            "another authority of the same name" => _desk.Issue(key, days: 730, by: _desk.Stranger),
            "for servers" => _desk.Issue(key, days: 730, use: RenewalDesk.ForServers),
            "over" => _desk.Issue(key, days: -1),
            "no longer" => _desk.Issue(key, days: 20),
            "two at once" => good + "\n" + _desk.Stranger.ExportCertificatePem(),
            "no certificate" => "-----BEGIN NOTHING-----",
            "damaged" => good.Replace(good[40..80], new string('A', 40), StringComparison.Ordinal),
            _ => null,
        };
        renewal.Take(new StationCertificate(request.RequestId, _desk.Clock.GetUtcNow(), pem, what == "refusal" ? "not due" : null));
        Assert.Contains(reason, Assert.Single(_desk.Logs.Lines, line => line.Id == LogEvents.RenewalRefused).Text, StringComparison.Ordinal);
        Assert.Equal([_desk.Enrolled], renewal.Own);
        Assert.Equal(0, renewal.Revision);
        Assert.False(File.Exists(_desk.PendingFile) || File.Exists(_desk.InForceFile));
        // What was wrong once must not come again under the same number.
        Assert.NotEqual(request.RequestId, Ask(renewal).RequestId);
    }

    /// <summary>A message of the broker, which anybody may have sent (F7, F18).</summary>
    [Fact]
    public async Task An_answer_that_is_retained_replayed_huge_or_nobodys_is_not_even_looked_at()
    {
        var renewal = _desk.Start();
        var before = Ask(renewal);
        var stale = _desk.Answer(before);
        renewal.Take(stale with { Certificate = null, Refusal = "so that the next has another number" });
        var request = Ask(renewal);
        var good = _desk.Answer(request);
        await OfferAsync(MessageWriter.Write(stale));
        await OfferAsync(MessageWriter.Write(good), retained: true);
        await OfferAsync(MessageWriter.Write(good with { Certificate = good.Certificate + new string('\n', 20_000) }));
        await OfferAsync([0x7B]);
        Assert.Equal([_desk.Enrolled], renewal.Own);
        await OfferAsync(MessageWriter.Write(good));
        await Wait.UntilAsync(() => renewal.Revision == 1, "the true one is taken");
        // By both uplinks: one candidate.
        renewal.Take(good);
        Assert.Equal((1, 2), (renewal.Revision, renewal.Own.Count));

        async Task OfferAsync(byte[] payload, bool retained = false)
        {
            renewal.Take(new InboundMessage(Topics.Certificate(RenewalDesk.Id), payload, retained, null));
            await Task.Yield();
        }
    }

    [Fact]
    public void Without_a_clock_an_end_in_the_past_is_not_judged_but_a_later_end_is_still_asked_for()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var pem = _desk.Issue(new PublicKey(key), days: -1);
        X509Certificate2Collection trusted = [_desk.Authority];
        var present = _desk.Clock.GetUtcNow().AddDays(-30);
        using var read = RenewalRules.Read(pem, key.ExportPkcs8PrivateKeyPem(), RenewalDesk.Id, trusted, present, now: null, out var problem);
        Assert.True(read is not null, problem);
        Assert.Null(RenewalRules.Read(pem, key.ExportPkcs8PrivateKeyPem(), RenewalDesk.Id, trusted, present.AddDays(60), now: null, out problem));
        Assert.Contains("no later", problem, StringComparison.Ordinal);
    }

    /// <summary>F1: after any file operation. What the box then has connects, and the next command ends as this one would have.</summary>
    [Fact]
    public void A_power_cut_after_any_step_leaves_the_old_or_the_new_and_the_next_command_ends_it()
    {
        var steps = new List<string>();
        Run(_desk.Start(afterStep: steps.Add));
        Assert.InRange(steps.Count, 8, 20);
        Assert.Contains($"deleted {RenewalFiles.PendingName}", steps);
        for (var cut = 1; cut <= steps.Count; cut++)
        {
            foreach (var file in Directory.GetFiles(_desk.Folder))
                File.Delete(file);
            var left = cut;
            Assert.Throws<EndOfStreamException>(() => Run(_desk.Start(afterStep: _ =>
            {
                if (--left == 0)
                    throw new EndOfStreamException("the power went");
            })));
            var next = _desk.Start();
            Assert.Contains(_desk.Enrolled, next.Own);
            var isRenewed = next.Own.Count == 2;
            Assert.Equal(File.Exists(_desk.InForceFile), isRenewed);
            Assert.Null(next.Fault);
            if (!isRenewed)
                Run(next);
            var end = _desk.Start();
            Assert.Equal(2, end.Own.Count);
            // Whatever is left of the request is settled: the next command begins a new one.
            Assert.Equal(730, (end.Own[0].NotAfter.ToUniversalTime() - _desk.Clock.GetUtcNow().UtcDateTime).TotalDays, 1);
            var asked = Ask(end);
            Assert.NotEqual(Bytes(end.Own[0].PublicKey), Bytes(RenewalDesk.KeyOf(asked)));
        }

        static string Bytes(PublicKey key) => Convert.ToHexString(key.EncodedKeyValue.RawData);
        void Run(CertificateRenewal renewal) => renewal.Settle(Obtain(renewal));
    }

    [Fact]
    public void A_station_json_that_is_brought_later_goes_first_and_ends_the_renewal_once_it_has_proved_itself()
    {
        var renewal = _desk.Start();
        var renewed = Obtain(renewal);
        renewal.Settle(renewed);
        var brought = _desk.Enrol(days: 90);
        var next = _desk.Start(_desk.With(brought));
        Assert.Equal([brought, renewed], next.Own);
        // A backup that is over by now: the renewal goes on, and is kept.
        next.Settle(renewed);
        Assert.True(File.Exists(_desk.InForceFile));
        next.Settle(brought);
        Assert.Equal([brought], next.Own);
        Assert.False(File.Exists(_desk.InForceFile));
    }

    [Fact]
    public void What_another_station_or_another_city_has_left_in_the_folder_is_not_this_ones()
    {
        var renewal = _desk.Start();
        renewal.Settle(Obtain(renewal));
        Ask(renewal);
        var another = _desk.Options with { Station = _desk.Options.Station with { Id = "pkm-upai" } };
        Assert.Single(_desk.Start(another).Own);
        using var city = new RenewalDesk();
        Assert.Equal([city.Enrolled], _desk.Start(city.Options with { JournalPath = _desk.Options.JournalPath }).Own);
    }

    /// <summary>F2.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("""{"stationId":"pkm-gogagoman"}""")]
    [InlineData("""{"stationId":"pkm-gogagoman","inPlaceOf":"","certificate":"","key":""}""")]
    public void Damaged_files_leave_the_station_with_its_own_certificate_and_the_next_renewal_mends_them(string content)
    {
        File.WriteAllText(_desk.InForceFile, content);
        var renewal = _desk.Start();
        Assert.Equal([_desk.Enrolled], renewal.Own);
        var renewed = Obtain(renewal);
        renewal.Settle(renewed);
        Assert.Equal([renewed, _desk.Enrolled], _desk.Start().Own);
    }

    /// <summary>F3: nobody may take the old certificate back while the new one is not on the disk.</summary>
    [Fact]
    public async Task A_disk_that_takes_no_file_is_a_fault_with_a_name_and_the_next_connection_tries_again()
    {
        var isFull = false;
        var renewal = _desk.Start(afterStep: _ =>
        {
            if (isFull)
                throw new IOException("No space left on device");
        });
        var renewed = Obtain(renewal);
        isFull = true;
        renewal.Proved(renewed);
        await Wait.UntilAsync(() => renewal.Fault is not null, "the fault");
        Assert.Contains("No space left", renewal.Fault, StringComparison.Ordinal);
        Assert.Contains("No space left", new Credentials(_desk.Options.Uplink, renewal).Sense.Fault, StringComparison.Ordinal);
        isFull = false;
        renewal.Proved(renewed);
        await Wait.UntilAsync(() => renewal.Fault is null, "it is stored");
        Assert.Equal([renewed, _desk.Enrolled], _desk.Start().Own);
    }

    [Fact]
    public void What_cannot_be_renewed_says_why_and_asks_for_nothing()
    {
        var uplink = _desk.Options.Uplink;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        (string Reason, UplinkOptions Uplink)[] cases =
        [
            ("by path", uplink with { CertificateFile = "/keys/station.crt", KeyFile = "/keys/station.key" }),
            ("there is none", uplink with { Identity = null }),
            ("there is none", uplink with { Tls = false }),
            ("names no authorities", uplink with
            {
                Identity = new StationIdentity(
                    null, _desk.Enrolled.ExportCertificatePem(), _desk.Enrolled.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()),
            }),
        ];
        foreach (var (reason, changed) in cases)
        {
            var renewal = _desk.Start(_desk.Options with { Uplink = changed });
            Assert.False(renewal.IsPossible);
            renewal.Prepare();
            Assert.Null(renewal.ToSend);
            Assert.Contains(reason, _desk.Logs.Lines[^1].Text, StringComparison.Ordinal);
        }

        Assert.Empty(Directory.GetFiles(_desk.Folder));
    }

    private static StationCertificateRequest Ask(CertificateRenewal renewal)
    {
        renewal.Prepare();
        var sent = renewal.ToSend!.Value;
        renewal.Sent(sent);
        return RenewalDesk.RequestOf(sent);
    }

    /// <summary>The whole way to a certificate that may be tried.</summary>
    private X509Certificate2 Obtain(CertificateRenewal renewal, int? days = null)
    {
        var request = Ask(renewal);
        renewal.Take(days is { } life
            ? new StationCertificate(request.RequestId, _desk.Clock.GetUtcNow(), _desk.Issue(RenewalDesk.KeyOf(request), life))
            : _desk.Answer(request));
        return renewal.Own[0];
    }
}
