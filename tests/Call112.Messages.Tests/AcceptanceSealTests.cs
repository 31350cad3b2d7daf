using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CsCheck;

namespace Call112.Messages.Tests;

/// <summary>The record of an acceptance and its seal: what fits, what is told, what is refused. Nothing throws (F2).</summary>
public class AcceptanceSealTests
{
    private static readonly DateTimeOffset s_at = new(2026, 11, 28, 2, 11, 5, 120, TimeSpan.Zero);

    [Fact]
    public void A_sealed_record_comes_out_as_it_went_in_and_names_its_signer()
    {
        using var own = Certificate(ECCurve.NamedCurves.nistP256);
        var opened = Opened(OverTheWire(AcceptanceSeal.Seal(Record(), own)));
        Assert.Equal((SealState.Fits, null), (opened.Seal, opened.Problem));
        Assert.Equal("pkm-gogagoman", opened.Signer!.GetNameInfo(X509NameType.SimpleName, forIssuer: false));
        Assert.False(opened.Signer.HasPrivateKey);
        Assert.Equal(Record() with { Steps = opened.Record.Steps }, opened.Record);
        Assert.Equal(Record().Steps, opened.Record.Steps);
    }

    [Fact]
    public void Without_a_certificate_the_record_is_unsigned_and_says_so()
    {
        var envelope = AcceptanceSeal.Seal(Record(), null);
        Assert.Equal((null, null), (envelope.Certificate, envelope.Signature));
        var opened = Opened(envelope);
        Assert.Equal((SealState.Unsigned, null, null), (opened.Seal, opened.Signer, opened.Problem));
    }

    [Fact]
    public void Every_changed_byte_of_the_record_breaks_the_seal_or_the_record()
    {
        using var own = Certificate(ECCurve.NamedCurves.nistP256);
        var envelope = AcceptanceSeal.Seal(Record(), own);
        var bytes = Convert.FromBase64String(envelope.Record);
        for (var i = 0; i < bytes.Length; i++)
        {
            var changed = bytes.ToArray();
            changed[i] ^= 0x01;
            var opened = AcceptanceSeal.Open(envelope with { Record = Convert.ToBase64String(changed) }).Value;
            Assert.True(opened is null or { Seal: SealState.Broken, Signer: null, Problem: not null }, $"byte {i}");
        }
    }

    [Fact]
    public void A_seal_under_another_stations_certificate_is_broken()
    {
        using var own = Certificate(ECCurve.NamedCurves.nistP256);
        using var other = Certificate(ECCurve.NamedCurves.nistP256);
        var envelope = AcceptanceSeal.Seal(Record(), own) with { Certificate = other.ExportCertificatePem() };
        Assert.Contains("not by the certificate's key", Opened(envelope).Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "AAAA")]
    [InlineData("nothing", "AAAA")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "AAAA")]
    [InlineData("nothing", null)]
    [InlineData("nothing", "not base64")]
    public void Half_a_seal_or_one_that_cannot_be_read_is_broken(string? certificate, string? signature)
    {
        var opened = Opened(AcceptanceSeal.Seal(Record(), null) with { Certificate = certificate, Signature = signature });
        Assert.Equal(SealState.Broken, opened.Seal);
        Assert.NotNull(opened.Problem);
    }

    [Fact]
    public void Only_keys_over_P256_seal_and_are_taken()
    {
        using var longer = Certificate(ECCurve.NamedCurves.nistP384);
        Assert.Throws<CryptographicException>(() => AcceptanceSeal.Seal(Record(), longer));
        var bytes = Convert.FromBase64String(AcceptanceSeal.Seal(Record(), null).Record);
        using var key = longer.GetECDsaPrivateKey()!;
        var signature = key.SignData(bytes, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        var opened = Opened(new AcceptanceEnvelope(Convert.ToBase64String(bytes), longer.ExportCertificatePem(), Convert.ToBase64String(signature)));
        Assert.Contains("P-256", opened.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "not the JSON")]
    [InlineData("null", "nothing in it")]
    [InlineData("[]", "not the JSON")]
    [InlineData("""{"stationId":"pkm-gogagoman"}""", "not the JSON")]
    public void What_is_no_record_is_refused_with_the_reason(string text, string reason)
    {
        var parsed = AcceptanceSeal.Open(new AcceptanceEnvelope(Convert.ToBase64String(Encoding.UTF8.GetBytes(text))));
        Assert.Contains(reason, Assert.Single(parsed.Errors).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pkm-gogagoman", "PKM/+", "stationId")]
    [InlineData("A. Mokoagow", "", "technician")]
    [InlineData("\"Synchronized\"", "1", "not the JSON")]
    [InlineData("\"Synchronized\"", "\"Perhaps\"", "not the JSON")]
    [InlineData("\"result\":\"NotPresent\"", "\"result\":\"Failed\"", "verdict")]
    [InlineData("\"test\":\"Drill\"", "\"test\":\"Skipped\"", "verdict")]
    [InlineData("\"test\":\"Drill\"", "\"test\":null", "not the JSON")]
    [InlineData("Puskesmas", "\\ud800", "not the JSON")]
    public void A_record_with_one_wrong_field_is_refused(string right, string wrong, string reason)
    {
        var text = Encoding.UTF8.GetString(Convert.FromBase64String(AcceptanceSeal.Seal(Record(), null).Record));
        Assert.Contains(right, text, StringComparison.Ordinal);
        text = text.Replace(right, wrong, StringComparison.Ordinal);
        var parsed = AcceptanceSeal.Open(new AcceptanceEnvelope(Convert.ToBase64String(Encoding.UTF8.GetBytes(text))));
        Assert.Contains(reason, Assert.Single(parsed.Errors).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_field_or_a_test_of_a_later_version_is_read_over()
    {
        var text = Encoding.UTF8.GetString(Convert.FromBase64String(AcceptanceSeal.Seal(Record(), null).Record))
            .Replace("{\"stationId\"", "{\"weather\":\"rain\",\"stationId\"", StringComparison.Ordinal)
            .Replace("\"test\":\"Mains\"", "\"test\":\"Loudness\"", StringComparison.Ordinal);
        Assert.Contains("weather", text, StringComparison.Ordinal);
        var opened = Opened(new AcceptanceEnvelope(Convert.ToBase64String(Encoding.UTF8.GetBytes(text))));
        Assert.Contains(opened.Record.Steps, step => step.Test == "Loudness");
    }

    [Fact]
    public void Any_texts_end_as_a_record_or_a_reason() => Gen.Select(MessageGen.Text, Gen.Null(MessageGen.Text), Gen.Null(MessageGen.Text)).Sample(
        (record, certificate, signature) =>
        {
            var parsed = AcceptanceSeal.Open(new AcceptanceEnvelope(record, certificate, signature));
            Assert.Equal(parsed.Value is null, parsed.Errors.Count > 0);
        },
        iter: 500);

    [Theory]
    [InlineData(AcceptanceTests.Outputs)]
    [InlineData(AcceptanceTests.Drill)]
    [InlineData(AcceptanceTests.Links)]
    [InlineData(AcceptanceTests.Clock)]
    [InlineData(AcceptanceTests.Health)]
    public void Without_a_test_that_every_box_must_pass_there_is_no_acceptance(string test)
    {
        Assert.Equal(AcceptanceVerdict.Accepted, AcceptanceRecord.VerdictOf(Record().Steps));
        Assert.Equal(AcceptanceVerdict.Refused, AcceptanceRecord.VerdictOf([.. Record().Steps.Where(step => step.Test != test)]));
        Assert.Equal(
            AcceptanceVerdict.Refused,
            AcceptanceRecord.VerdictOf([.. Record().Steps.Select(step => step.Test == test ? step with { Result = AcceptanceResult.NotPresent } : step)]));
    }

    [Fact]
    public void One_failed_test_refuses_the_box_also_beside_one_of_the_same_name_that_passed() => Assert.Equal(
        AcceptanceVerdict.Refused,
        AcceptanceRecord.VerdictOf([.. Record().Steps, new AcceptanceStep(AcceptanceTests.Links, AcceptanceResult.Failed, s_at, 3, "lte Down", "lte")]));

    private static AcceptanceRecord Record()
    {
        AcceptanceStep[] steps =
        [
            .. AcceptanceTests.Always.Select(test => new AcceptanceStep(test, AcceptanceResult.Passed, s_at, 1, "seen")),
            new(AcceptanceTests.Mains, AcceptanceResult.NotPresent, s_at, 1, "not in the profile"),
        ];
        return new AcceptanceRecord(
            "pkm-gogagoman", "Puskesmas Gogagoman", "A. Mokoagow", s_at, ClockState.Synchronized, "10000000a1b2c3d4", "reference-a", new string('a', 64),
            "0.1.0", "Linux", "7b0c5d2e91", steps, AcceptanceRecord.VerdictOf(steps));
    }

    private static AcceptanceEnvelope OverTheWire(AcceptanceEnvelope envelope)
    {
        var bytes = MessageWriter.Write(envelope);
        Assert.InRange(bytes.Length, 1, MessageReader.MaxBytes);
        return MessageReader.ReadAcceptance(bytes).Value!;
    }

    private static OpenedAcceptance Opened(AcceptanceEnvelope envelope)
    {
        var parsed = AcceptanceSeal.Open(envelope);
        Assert.True(parsed.Value is not null, parsed.Reason);
        return parsed.Value;
    }

    private static X509Certificate2 Certificate(ECCurve curve)
    {
        using var key = ECDsa.Create(curve);
        return new CertificateRequest("CN=pkm-gogagoman", key, HashAlgorithmName.SHA256).CreateSelfSigned(s_at.AddYears(-1), s_at.AddYears(1));
    }
}
