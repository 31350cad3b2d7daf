using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Call112.Center.Enrolment;
using Call112.Center.Sms;

namespace Call112.Center.Tests;

/// <summary>The identities of a city in process: what is issued, kept, renewed, taken back, and refused by name (decision 0019).</summary>
public sealed class EnrolmentTests : IDisposable
{
    private const string Id = "pkm-gogagoman", City = "mqtts://127.0.0.1:8883";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("call112-enrol-");
    private readonly TestClock _clock = new();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_stations_certificate_names_it_is_for_clients_only_and_chains_to_the_authority()
    {
        using var enrolment = Open();
        var json = Parse(enrolment.EnrolStation(New() with { Days = 90 }));
        using var own = X509Certificate2.CreateFromPem((string)json["identity"]!["certificate"]!, (string)json["identity"]!["key"]!);
        Assert.Equal($"CN={Id}", own.Subject);
        Assert.Equal([Id], own.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single().EnumerateDnsNames());
        Assert.Equal("1.3.6.1.5.5.7.3.2", own.Extensions.OfType<X509EnhancedKeyUsageExtension>().Single().EnhancedKeyUsages.Cast<Oid>().Single().Value);
        Assert.Equal(_clock.GetUtcNow().AddDays(90), new DateTimeOffset(own.NotAfter.ToUniversalTime(), TimeSpan.Zero));
        Assert.Equal("1.2.840.10045.3.1.7", own.GetECDsaPublicKey()!.ExportParameters(false).Curve.Oid.Value);
        Assert.True(own.SerialNumberBytes.Length == 16, own.SerialNumber);

        using var chain = new X509Chain { ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck } };
        chain.ChainPolicy.CustomTrustStore.ImportFromPem((string)json["identity"]!["authorities"]!);
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.2"));
        chain.ChainPolicy.VerificationTime = DateTimeOffset.UnixEpoch.AddHours(1).UtcDateTime;
        Assert.True(chain.Build(own), "a box whose clock stands in 1970 (F4)");
        chain.ChainPolicy.VerificationTime = _clock.GetUtcNow().AddDays(91).UtcDateTime;
        Assert.False(chain.Build(own), "it is over");
    }

    [Fact]
    public void Secrets_are_readable_by_their_owner_alone_and_no_key_of_a_station_stays_in_the_folder()
    {
        using (var enrolment = Open())
        {
            enrolment.EnrolBroker(["127.0.0.1", "broker.example"], 730, renew: false);
            enrolment.EnrolCenter(730, renew: false);
            var key = (string)Parse(enrolment.EnrolStation(New()))["identity"]!["key"]!;
            foreach (var file in Directory.EnumerateFiles(In("identities"), "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)))
                Assert.DoesNotContain(key.Split('\n')[1], File.ReadAllText(file), StringComparison.Ordinal);
        }

        foreach (var secret in (string[])["authority/ca.pem", "broker/broker.key", "center/center.key"])
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(In("identities", secret)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(In("identities")));
    }

    [Fact]
    public void The_authority_is_made_once_and_half_of_one_or_a_lost_one_is_refused_by_its_file()
    {
        string name;
        using (var first = Open())
        {
            (name, _) = (first.Authorities.Current.Name, first.EnrolStation(New()));
            Assert.True(first.Authorities.IsNew);
        }

        using (var second = Open())
            Assert.Equal((name, false), (second.Authorities.Current.Name, second.Authorities.IsNew));

        var file = In("identities", "authority", "ca.pem");
        var whole = File.ReadAllText(file);
        File.WriteAllText(file, whole[..whole.IndexOf("-----BEGIN PRIVATE", StringComparison.Ordinal)]);
        Assert.Contains($"{file}: holds no key", Refused(() => Open()), StringComparison.Ordinal);
        File.WriteAllText(file, whole[whole.IndexOf("-----BEGIN PRIVATE", StringComparison.Ordinal)..]);
        Assert.Contains($"{file}: holds no certificate", Refused(() => Open()), StringComparison.Ordinal);
        File.Delete(file);
        Assert.Contains($"{file}: missing, though certificates were issued", Refused(() => Open()), StringComparison.Ordinal);
        Assert.False(File.Exists(file), "a second authority was made in place of the lost one");
    }

    [Fact]
    public void A_second_enrolment_needs_renew_and_keeps_what_the_station_had()
    {
        using var enrolment = Open();
        var first = Parse(enrolment.EnrolStation(New() with { Name = "Puskesmas Gogagoman", Kind = "Puskesmas", Groups = ["puskesmas"] }));
        Assert.Contains("--renew", Refused(() => enrolment.EnrolStation(New())), StringComparison.Ordinal);
        Assert.Contains("--renew: pkm-other is not enrolled", Refused(() => enrolment.EnrolStation(New() with { Id = "pkm-other", Renew = true })), StringComparison.Ordinal);
        var again = Parse(enrolment.EnrolStation(new StationRequest(Id) { Renew = true }));
        Assert.NotEqual((string?)first["identity"]!["key"], (string?)again["identity"]!["key"]);
        first.AsObject().Remove("identity");
        again.AsObject().Remove("identity");
        Assert.True(JsonNode.DeepEquals(first, again), again.ToJsonString());
    }

    [Fact]
    public void What_a_technician_has_set_in_a_station_json_stays_when_it_is_the_base()
    {
        File.WriteAllText(In("from-the-box.json"), $$"""
            { // measured at the cabinet
              "station": { "id": "{{Id}}", "dutyHours": [ { "from": "07:30", "to": "16:00" } ] },
              "uplinks": [ { "name": "lan", "broker": "mqtts://old:8883", "caFile": "/etc/call112/keys/ca.pem" } ],
              "board": { "profile": "/usr/share/call112/boards/reference-a.json" } }
            """);
        using var enrolment = Open();
        var json = Parse(enrolment.EnrolStation(new StationRequest(Id) { BaseFile = In("from-the-box.json"), Broker = City }));
        Assert.Equal("07:30", (string?)json["station"]!["dutyHours"]![0]!["from"]);
        Assert.Equal("/usr/share/call112/boards/reference-a.json", (string?)json["board"]!["profile"]);
        Assert.Equal((City, null), ((string?)json["uplinks"]![0]!["broker"], json["uplinks"]![0]!["caFile"]));
        Assert.Contains("station.id is 'pkm-gogagoman'", Refused(() => enrolment.EnrolStation(New() with { Id = "pkm-other", BaseFile = In("from-the-box.json") })), StringComparison.Ordinal);
    }

    [Fact]
    public void Each_thing_that_is_wrong_is_named_by_its_option_and_issues_nothing()
    {
        using var enrolment = Open();
        enrolment.EnrolBroker(["127.0.0.1"], 730, renew: false);
        (string Named, StationRequest Request)[] wrong =
        [
            ("STATION 'No'", New() with { Id = "No" }),
            ("--kind 'Bakery'", New() with { Kind = "Bakery" }),
            ("--group 'no good'", New() with { Groups = ["no good"] }),
            ("--broker: missing", New() with { Broker = null }),
            ("--broker 'mqtt://127.0.0.1'", New() with { Broker = "mqtt://127.0.0.1" }),
            ("--broker: the broker's certificate is not for 'broker.example'", New() with { Broker = "mqtts://broker.example" }),
            ("--board: missing", New() with { Board = null }),
            ("--days 0", New() with { Days = 0 }),
            ("--days 7300: the authority itself ends", New() with { Days = 7_300 }),
            ("--base /nowhere", New() with { BaseFile = "/nowhere" }),
            ("--sms: needs a modem", New() with { SmsFile = In("sms.json") }),
            ("--sms " + In("sms.json"), New() with { SmsFile = In("sms.json"), HasModem = true, ReplyTo = "+6281100112112" }),
        ];
        _clock.Advance(TimeSpan.FromDays(30));
        foreach (var (named, request) in wrong)
            Assert.StartsWith(named, Refused(() => enrolment.EnrolStation(request)), StringComparison.Ordinal);
        Assert.Equal(["call112.broker"], enrolment.Issued.Select(issued => issued.Name));
        Assert.Contains("no HOST'", Refused(() => enrolment.EnrolBroker(["no HOST"], 730, renew: true)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_sms_key_is_made_where_the_centre_reads_it_and_only_renewed_when_asked()
    {
        File.WriteAllText(In("sms.json"), """{"command":["send-sms"],"stations":[]}""");
        var request = New() with { HasModem = true, SmsFile = In("sms.json"), Sim = "+6281234567890", ReplyTo = "+6281100112112" };
        using var enrolment = Open();
        Assert.Contains("--sim: missing", Refused(() => enrolment.EnrolStation(request with { Sim = null })), StringComparison.Ordinal);
        Assert.Contains("--sim '112'", Refused(() => enrolment.EnrolStation(request with { Sim = "112" })), StringComparison.Ordinal);
        var first = SmsKeyOf(enrolment.EnrolStation(request));
        var read = SmsGatewayOptions.Read(In("sms.json")).Stations[Id];
        Assert.Equal("+6281234567890", read.Number);
        // The same key seals and opens: it is the one at both ends.
        Assert.Equal(64, first.Length);
        Assert.Equal(first, File.ReadAllText(In("sms-keys", Id + ".key")).Trim());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(In("sms-keys", Id + ".key")));

        var renewal = new StationRequest(Id) { Renew = true, SmsFile = In("sms.json") };
        Assert.Equal(first, SmsKeyOf(enrolment.EnrolStation(renewal)));
        Assert.Contains("--sms: missing", Refused(() => enrolment.EnrolStation(renewal with { SmsFile = null })), StringComparison.Ordinal);
        Assert.NotEqual(first, SmsKeyOf(enrolment.EnrolStation(renewal with { NewSmsKey = true })));
        Assert.DoesNotContain("\"key\"", File.ReadAllText(In("identities", "stations", Id + ".json")), StringComparison.Ordinal);
        Assert.Contains("--sim +62999999999", Refused(() => enrolment.EnrolStation(renewal with { Sim = "+62999999999" })), StringComparison.Ordinal);
    }

    [Fact]
    public void An_sms_file_with_comments_is_not_rewritten()
    {
        const string text = """{"command":["send-sms"] /* the modem on the roof */}""";
        File.WriteAllText(In("sms.json"), text);
        using var enrolment = Open();
        var request = New() with { HasModem = true, SmsFile = In("sms.json"), Sim = "+6281234567890", ReplyTo = "+6281100112112" };
        Assert.Contains("has comments", Refused(() => enrolment.EnrolStation(request)), StringComparison.Ordinal);
        Assert.Equal(text, File.ReadAllText(In("sms.json")));
    }

    [Fact]
    public void A_revoked_station_is_in_the_list_and_out_of_the_access_list_and_the_registry()
    {
        using var enrolment = Open();
        var lost = enrolment.EnrolStation(New() with { Groups = ["puskesmas"] }).Certificate;
        enrolment.EnrolStation(New() with { Id = "pkm-beside", Groups = ["puskesmas"] });
        Assert.Contains("topic read call112/v1/groups/puskesmas/dispatch", AccessOf(Id));
        Assert.Empty(Revoked());
        Assert.Equal(lost.Serial, Assert.Single(enrolment.Revoke(Id, formerOnly: false)).Serial);
        Assert.Equal([lost.Serial], Revoked());
        Assert.Empty(AccessOf(Id));
        Assert.NotEmpty(AccessOf("pkm-beside"));
        Assert.DoesNotContain(Id, File.ReadAllText(In("identities", "registry.json")), StringComparison.Ordinal);
        Assert.Contains("nothing to revoke", Refused(() => enrolment.Revoke(Id, formerOnly: false)), StringComparison.Ordinal);
        Assert.Contains("no certificate was ever issued", Refused(() => enrolment.Revoke("pkm-unknown", formerOnly: false)), StringComparison.Ordinal);
        // Found again, it is enrolled as a new one, with what it had.
        Assert.Equal("puskesmas", (string?)Parse(enrolment.EnrolStation(new StationRequest(Id)))["station"]!["groups"]![0]);
    }

    [Fact]
    public void The_list_of_the_revoked_never_runs_out_before_its_authority_and_drops_what_has_expired()
    {
        using var enrolment = Open();
        enrolment.EnrolStation(New() with { Days = 10 });
        enrolment.Revoke(Id, formerOnly: false);
        Assert.Single(Revoked());
        _clock.Advance(TimeSpan.FromDays(11));
        enrolment.EnrolStation(New() with { Id = "pkm-beside" });
        Assert.Empty(Revoked());
        Assert.Equal(enrolment.Authorities.Current.NotAfter, NextUpdate());
    }

    [Fact]
    public void A_station_may_say_and_hear_only_its_own_and_the_centre_is_a_name_that_no_station_can_have()
    {
        using var enrolment = Open();
        enrolment.EnrolStation(New() with { Groups = ["puskesmas", "all"] });
        Assert.Equal(
            [
                $"topic write call112/v1/stations/{Id}/report", $"topic readwrite call112/v1/stations/{Id}/state", $"topic write call112/v1/stations/{Id}/heartbeat",
                $"topic write call112/v1/stations/{Id}/telemetry", $"topic write call112/v1/stations/{Id}/acceptance",
                $"topic read call112/v1/stations/{Id}/dispatch", $"topic read call112/v1/stations/{Id}/command",
                $"topic read call112/v1/stations/{Id}/receipt", $"topic write call112/v1/stations/{Id}/certificate-request",
                $"topic read call112/v1/stations/{Id}/certificate", "topic read call112/v1/groups/puskesmas/dispatch", "topic read call112/v1/groups/all/dispatch",
                "topic read call112/v1/center/heartbeat",
            ],
            AccessOf(Id));
        Assert.DoesNotContain("pattern", File.ReadAllText(In("identities", "broker", "access.acl")), StringComparison.Ordinal);
        Assert.False(Messages.Topics.IsValidName(AccessList.CenterName) || Messages.Topics.IsValidName(AccessList.BrokerName));
    }

    [Fact]
    public void An_authority_is_retired_only_when_nobody_depends_on_it_any_more()
    {
        using var enrolment = Open();
        enrolment.EnrolBroker(["127.0.0.1"], 730, renew: false);
        enrolment.EnrolStation(New());
        Assert.Contains("nothing to retire", Refused(enrolment.RetireAuthority), StringComparison.Ordinal);
        enrolment.RotateAuthority();
        Assert.Contains("has not been retired", Refused(enrolment.RotateAuthority), StringComparison.Ordinal);
        Assert.Contains(Id, Refused(() => enrolment.EnrolBroker(["127.0.0.1"], 730, renew: true)), StringComparison.Ordinal);
        var both = Parse(enrolment.EnrolStation(new StationRequest(Id) { Renew = true }));
        Assert.Equal(2, ((string)both["identity"]!["authorities"]!).Split("BEGIN CERTIFICATE").Length - 1);
        Assert.Contains("call112.broker", Refused(enrolment.RetireAuthority), StringComparison.Ordinal);
        enrolment.EnrolBroker(["127.0.0.1"], 730, renew: true);
        enrolment.RetireAuthority();
        Assert.False(File.Exists(In("identities", "authority", "former.pem")));
        Assert.Equal(1, File.ReadAllText(In("identities", "broker", "authorities.pem")).Split("BEGIN CERTIFICATE").Length - 1);
        Assert.Equal(1, File.ReadAllText(In("identities", "broker", "revoked.pem")).Split("BEGIN X509 CRL").Length - 1);
    }

    [Fact]
    public void A_change_of_authorities_that_was_cut_off_before_it_began_is_none()
    {
        using (var enrolment = Open())
            enrolment.EnrolStation(New());
        File.Copy(In("identities", "authority", "ca.pem"), In("identities", "authority", "former.pem"));
        using var again = Open();
        Assert.Null(again.Authorities.Former);
        again.RotateAuthority();
        Assert.Equal(2, again.Authorities.Trusted.Count);
    }

    [Fact]
    public void Two_at_once_in_one_folder_are_refused_and_a_folder_that_is_not_there_is_not_made_by_a_revoke()
    {
        using var one = Open();
        Assert.Contains("--identities", Refused(() => Open()), StringComparison.Ordinal);
        Assert.Contains("no such folder", Refused(() => Enrolment.Enrolment.Open(In("elsewhere"), create: false, _clock)), StringComparison.Ordinal);
        Assert.False(Directory.Exists(In("elsewhere")));
    }

    [Fact]
    public void A_station_json_goes_into_a_qr_code_up_to_2953_bytes_and_not_beyond()
    {
        Assert.Equal("M", StationQr.Of(new byte[StationQr.BytesMaxAtM])!.Level);
        Assert.Equal("L", StationQr.Of(new byte[StationQr.BytesMaxAtM + 1])!.Level);
        Assert.NotNull(StationQr.Of(new byte[StationQr.BytesMax]));
        Assert.Null(StationQr.Of(new byte[StationQr.BytesMax + 1]));
        using var enrolment = Open();
        var longest = New() with { Id = new string('a', 40), Name = new string('n', 60), Groups = ["puskesmas", "kotamobagu-timur", "damkar"], HasModem = true };
        enrolment.EnrolStation(longest);
        enrolment.RotateAuthority();
        var changed = enrolment.EnrolStation(new StationRequest(longest.Id) { Renew = true });
        Assert.True(changed.Qr is not null, $"{changed.Compact.Length} bytes during a change of authorities");
    }

    private static StationRequest New() => new(Id) { Broker = City, Board = "simulated" };

    private static JsonNode Parse(EnrolledStation station)
    {
        var file = JsonNode.Parse(station.File)!;
        Assert.True(JsonNode.DeepEquals(file, JsonNode.Parse(station.Compact)), "the card and the code differ");
        return file;
    }

    private static string SmsKeyOf(EnrolledStation station) => (string)Parse(station)["sms"]!["key"]!;

    private static string Refused(Action act) => Assert.Throws<EnrolmentException>(act).Message;

    private Enrolment.Enrolment Open() => Enrolment.Enrolment.Open(In("identities"), create: true, _clock);

    private string In(params string[] path) => Path.Combine([_folder.FullName, .. path]);

    private List<string> AccessOf(string id) => [.. File.ReadAllLines(In("identities", "broker", "access.acl"))
        .SkipWhile(line => line != $"user {id}").Skip(1).TakeWhile(line => line.Length > 0)];

    /// <summary>The serials in the broker's list, by .NET's own reader.</summary>
    private List<string> Revoked()
    {
        var sequence = List();
        sequence.ReadEncodedValue();
        sequence.ReadEncodedValue();
        sequence.ReadEncodedValue();
        sequence.ReadEncodedValue();
        sequence.ReadEncodedValue();
        var serials = new List<string>();
        if (sequence.HasData && sequence.PeekTag() == new Asn1Tag(UniversalTagNumber.Sequence, isConstructed: true))
            for (var entries = sequence.ReadSequence(); entries.HasData;)
                serials.Add(Convert.ToHexStringLower(entries.ReadSequence().ReadIntegerBytes().Span));
        return serials;
    }

    private DateTimeOffset NextUpdate()
    {
        var sequence = List();
        sequence.ReadEncodedValue();
        sequence.ReadEncodedValue();
        sequence.ReadEncodedValue();
        sequence.ReadEncodedValue();
        return sequence.ReadUtcTime();
    }

    /// <summary>Inside of TBSCertList (RFC 5280, 5.1): version, algorithm, issuer, this update, next update, entries.</summary>
    private AsnReader List()
    {
        var pem = File.ReadAllText(In("identities", "broker", "revoked.pem"));
        Assert.True(PemEncoding.TryFind(pem, out var fields) && pem[fields.Label] == "X509 CRL", pem);
        return new AsnReader(Convert.FromBase64String(pem[fields.Base64Data]), AsnEncodingRules.DER).ReadSequence().ReadSequence();
    }
}
