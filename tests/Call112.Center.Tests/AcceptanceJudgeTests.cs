using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Call112.Center.Acceptance;
using Call112.Center.Enrolment;
using Call112.Messages;

namespace Call112.Center.Tests;

/// <summary>Whose acceptance the centre believes: certificates of a real enrolment, signed as a box signs.</summary>
public sealed class AcceptanceJudgeTests : IDisposable
{
    private const string Id = "pkm-gogagoman", OtherId = "pkm-upai";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("call112-accepted-");
    private readonly TestClock _clock = new();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void The_stations_own_certificate_by_the_citys_authority_is_valid()
    {
        using var own = Enrol("city", Id);
        var view = Shown("city", Sealed(Record(), own));
        Assert.Equal(
            (AcceptanceSignature.Valid, null, "A. Mokoagow", AcceptanceVerdict.Accepted, "10000000a1b2c3d4"),
            (view.Signature, view.Problem, view.Technician, view.Verdict, view.BoardSerial));
        Assert.Empty(view.Failed);
    }

    [Fact]
    public void Without_the_citys_identities_nobody_vouches_for_a_certificate()
    {
        using var own = Enrol("city", Id);
        Assert.Equal((AcceptanceSignature.AuthorityUnknown, null), Signature(null, Sealed(Record(), own)));
        var (signature, problem) = Signature("nowhere", Sealed(Record(), own));
        Assert.Equal(AcceptanceSignature.AuthorityUnknown, signature);
        Assert.Contains("authorities.pem", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void The_brokers_authorities_may_vouch_for_a_certificate_and_never_speak_against_one()
    {
        using var own = Enrol("city", Id);
        using var foreign = Enrol("foreign", Id);
        var judge = new AcceptanceJudge(null, Path.Combine(_folder.FullName, "city", "broker", "authorities.pem"));
        Assert.Equal(AcceptanceSignature.Valid, judge.Read(Id, Sealed(Record(), own), _clock.GetUtcNow()).Input!.Row.Shown.Signature);
        Assert.Equal(AcceptanceSignature.AuthorityUnknown, judge.Read(Id, Sealed(Record(), foreign), _clock.GetUtcNow()).Input!.Row.Shown.Signature);
    }

    [Fact]
    public void The_certificate_of_another_station_or_another_city_is_invalid()
    {
        using var other = Enrol("city", OtherId);
        Assert.Equal((AcceptanceSignature.Invalid, $"signed by the certificate of '{OtherId}'"), Signature("city", Sealed(Record(), other)));
        using var foreign = Enrol("foreign", Id);
        var (signature, problem) = Signature("city", Sealed(Record(), foreign));
        Assert.Equal(AcceptanceSignature.Invalid, signature);
        Assert.Contains("no authority of the city", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_that_was_changed_is_invalid_and_one_without_a_seal_is_unsigned()
    {
        using var own = Enrol("city", Id);
        var another = AcceptanceSeal.Seal(Record("B. Paputungan"), null);
        var changed = AcceptanceSeal.Seal(Record(), own) with { Record = another.Record };
        Assert.Equal(AcceptanceSignature.Invalid, Signature("city", MessageWriter.Write(changed)).Signature);
        Assert.Equal((AcceptanceSignature.Unsigned, null), Signature("city", Sealed(Record(), null)));
    }

    [Fact]
    public void A_certificate_must_have_been_good_at_the_time_of_the_record_and_may_have_ended_since()
    {
        using var own = Enrol("city", Id, days: 30);
        Assert.Equal(AcceptanceSignature.Valid, Signature("city", Sealed(Record(), own), _clock.GetUtcNow().AddDays(300)).Signature);
        var late = Record() with { At = _clock.GetUtcNow().AddDays(31) };
        Assert.Equal(AcceptanceSignature.Invalid, Signature("city", Sealed(late, own)).Signature);
        // F4: where the clock was not set there is no time to judge by.
        Assert.Equal(AcceptanceSignature.Valid, Signature("city", Sealed(late with { Clock = ClockState.Unsynchronized }, own)).Signature);
    }

    [Fact]
    public void A_failed_acceptance_names_what_failed()
    {
        AcceptanceStep[] steps =
        [
            .. Record().Steps, new(AcceptanceTests.Links, AcceptanceResult.Failed, Record().At, 2, "uplink lte is Down", "lte"),
            new(AcceptanceTests.Mains, AcceptanceResult.Failed, Record().At, 1, "MainsLost was not seen"),
        ];
        var view = Shown(null, Sealed(Record() with { Steps = steps, Verdict = AcceptanceVerdict.Refused }, null));
        Assert.Equal(["Links lte", "Mains"], view.Failed);
    }

    [Fact]
    public void What_is_no_acceptance_of_this_station_is_refused_with_the_reason()
    {
        Assert.Contains("the topic is of", Refused(Sealed(Record() with { StationId = OtherId }, null)), StringComparison.Ordinal);
        Assert.Contains("record: missing", Refused(Encoding.UTF8.GetBytes("{}")), StringComparison.Ordinal);
        Assert.Contains("base64", Refused(Encoding.UTF8.GetBytes("""{"record":"%%%"}""")), StringComparison.Ordinal);
        Assert.Contains("larger", Refused(new byte[MessageReader.MaxBytes + 1]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_station_may_write_its_own_acceptance_and_the_centre_reads_all()
    {
        var lines = AccessList.Write([(Id, ["puskesmas"]), (OtherId, [])]).Split('\n');
        Assert.Equal(
            [$"topic write call112/v1/stations/{Id}/acceptance"],
            lines.SkipWhile(line => line != $"user {Id}").TakeWhile(line => line.Length > 0)
                .Where(line => line.EndsWith("/acceptance", StringComparison.Ordinal)));
        Assert.Equal(
            ["topic read call112/v1/stations/+/acceptance"],
            lines.SkipWhile(line => line != $"user {AccessList.CenterName}").TakeWhile(line => line.Length > 0)
                .Where(line => line.EndsWith("/acceptance", StringComparison.Ordinal)));
    }

    internal static AcceptanceRecord Record(string technician = "A. Mokoagow")
    {
        var at = new DateTimeOffset(2026, 11, 24, 6, 0, 0, TimeSpan.Zero);
        AcceptanceStep[] steps = [.. AcceptanceTests.Always.Select(test => new AcceptanceStep(test, AcceptanceResult.Passed, at, 1, "seen"))];
        return new AcceptanceRecord(
            Id, "Puskesmas Gogagoman", technician, at, ClockState.Synchronized, "10000000a1b2c3d4", "reference-a", null, "0.1.0", "Linux", "boot-1", steps,
            AcceptanceVerdict.Accepted);
    }

    internal static byte[] Sealed(AcceptanceRecord record, X509Certificate2? own) => MessageWriter.Write(AcceptanceSeal.Seal(record, own));

    private X509Certificate2 Enrol(string city, string id, int days = 730)
    {
        using var enrolment = Enrolment.Enrolment.Open(Path.Combine(_folder.FullName, city), create: true, _clock);
        var request = new StationRequest(id) { Broker = "mqtts://127.0.0.1:8883", Board = "simulated", Days = days };
        var file = JsonNode.Parse(enrolment.EnrolStation(request).File)!;
        return X509Certificate2.CreateFromPem((string)file["identity"]!["certificate"]!, (string)file["identity"]!["key"]!);
    }

    private AcceptanceView Shown(string? city, byte[] payload, DateTimeOffset? now = null)
    {
        var judge = new AcceptanceJudge(city is null ? null : Path.Combine(_folder.FullName, city));
        var (input, reason) = judge.Read(Id, payload, now ?? _clock.GetUtcNow());
        Assert.True(input is not null, reason);
        Assert.Equal(payload, input.Envelope);
        return input.Row.Shown;
    }

    private (AcceptanceSignature Signature, string? Problem) Signature(string? city, byte[] payload, DateTimeOffset? now = null) =>
        Shown(city, payload, now) is var view ? (view.Signature, view.Problem) : default;

    private string Refused(byte[] payload)
    {
        var (input, reason) = new AcceptanceJudge(null).Read(Id, payload, _clock.GetUtcNow());
        Assert.Null(input);
        return reason;
    }
}
