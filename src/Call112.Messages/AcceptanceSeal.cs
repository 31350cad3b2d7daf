using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Call112.Messages;

/// <summary>What the seal of a record is worth by itself. Whether the certificate may be trusted is not in it.</summary>
public enum SealState
{
    /// <summary>There is none.</summary>
    Unsigned,

    /// <summary>The signature over the record is by the key of the certificate beside it.</summary>
    Fits,

    /// <summary>It is not, or half of it is missing.</summary>
    Broken,
}

/// <summary>A record that was taken out of its envelope.</summary>
/// <param name="Signer">The certificate beside it, when it fits.</param>
/// <param name="Problem">What is wrong with the seal; null unless it is broken.</param>
public sealed record OpenedAcceptance(AcceptanceRecord Record, SealState Seal, X509Certificate2? Signer, string? Problem);

/// <summary>
/// Puts the record of an acceptance under a seal, and opens it: ECDSA over P-256 with SHA-256 over the exact bytes, by the key of the station's own
/// certificate (decision 0019). The same key signs TLS handshakes; what it signs there begins with 64 spaces (RFC 8446, 4.4.3), and a record with a
/// brace.
/// </summary>
public static class AcceptanceSeal
{
    /// <summary>Object identifier of P-256 (RFC 5480, 2.1.1.1).</summary>
    private const string P256 = "1.2.840.10045.3.1.7";

    /// <summary>Whether the certificate has a key that can seal.</summary>
    public static bool CanSeal(X509Certificate2 own)
    {
        using var key = own.GetECDsaPrivateKey();
        return key is not null && IsP256(key);
    }

    /// <param name="own">The station's certificate with its key; null leaves the record unsigned.</param>
    /// <exception cref="CryptographicException">The key is none of ECDSA over P-256.</exception>
    public static AcceptanceEnvelope Seal(AcceptanceRecord record, X509Certificate2? own)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(record, AcceptanceJsonContext.Default.AcceptanceRecord);
        if (own is null)
            return new AcceptanceEnvelope(Convert.ToBase64String(bytes));
        using var key = own.GetECDsaPrivateKey();
        if (key is null || !IsP256(key))
            throw new CryptographicException("the certificate's key is none of ECDSA over P-256");
        var signature = key.SignData(bytes, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        return new AcceptanceEnvelope(Convert.ToBase64String(bytes), own.ExportCertificatePem() + "\n", Convert.ToBase64String(signature));
    }

    /// <summary>
    /// Takes a record out of its envelope. Never throws for any texts; a record that cannot be read is refused, a broken seal is told.
    /// </summary>
    public static Parsed<OpenedAcceptance> Open(AcceptanceEnvelope envelope)
    {
        if (Bytes(envelope.Record) is not { } bytes)
            return Refused("record", "must be base64");
        var (record, problem) = Read(bytes);
        if (record is null)
            return Refused("record", problem);
        var (seal, signer, fault) = SealOf(envelope, bytes);
        return new Parsed<OpenedAcceptance>(new OpenedAcceptance(record, seal, signer, fault), []);
    }

    private static (SealState Seal, X509Certificate2? Signer, string? Problem) SealOf(AcceptanceEnvelope envelope, byte[] record)
    {
        if (envelope is { Certificate: null, Signature: null })
            return (SealState.Unsigned, null, null);
        if (envelope is not { Certificate: { } pem, Signature: { } text } || Bytes(text) is not { } signature)
            return (SealState.Broken, null, "certificate and signature go together, the signature in base64");
        X509Certificate2? signer = null;
        try
        {
            signer = X509Certificate2.CreateFromPem(pem);
            using var key = signer.GetECDsaPublicKey();
            if (key is null || !IsP256(key))
                return Broken(signer, "the certificate's key is none of ECDSA over P-256");
            return key.VerifyData(record, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)
                ? (SealState.Fits, signer, null)
                : Broken(signer, "the signature is not by the certificate's key, or the record was changed");
        }
        catch (CryptographicException e)
        {
            return Broken(signer, $"the certificate or the signature cannot be read: {e.Message}");
        }
    }

    private static (SealState, X509Certificate2?, string?) Broken(X509Certificate2? signer, string problem)
    {
        signer?.Dispose();
        return (SealState.Broken, null, problem);
    }

    private static bool IsP256(ECDsa key) => key.ExportParameters(includePrivateParameters: false).Curve is { IsNamed: true, Oid.Value: P256 };

    private static (AcceptanceRecord? Record, string Problem) Read(byte[] bytes)
    {
        AcceptanceRecord? record;
        try
        {
            record = JsonSerializer.Deserialize(bytes, AcceptanceJsonContext.Default.AcceptanceRecord);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Half a surrogate pair as an escape is JSON by its grammar, and no text.
            return (null, $"not the JSON of an acceptance: {e.Message}");
        }

        var problem = record switch
        {
            null => "nothing in it",
            _ when !Topics.IsValidName(record.StationId) => "stationId: must match [a-z0-9][a-z0-9-]{1,38}[a-z0-9]",
            { Technician.Length: 0 or > AcceptanceRecord.TechnicianMaxLength } =>
                $"technician: must have 1 to {AcceptanceRecord.TechnicianMaxLength} characters",
            { Steps.Count: > AcceptanceRecord.StepsMax } => $"steps: must have at most {AcceptanceRecord.StepsMax} entries",
            _ when record.Steps.Contains(null!) => "steps: one of them is nothing",
            // A later version may ask for more than this one knows: only a claim that the steps do not bear out is refused.
            { Verdict: AcceptanceVerdict.Accepted } when AcceptanceRecord.VerdictOf(record.Steps) != AcceptanceVerdict.Accepted =>
                "verdict: says Accepted, and the steps do not",
            _ => "",
        };
        return (problem.Length == 0 ? record : null, problem);
    }

    private static byte[]? Bytes(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length) ? bytes[..length] : null;
    }

    private static Parsed<OpenedAcceptance> Refused(string field, string reason) => new(null, [new FieldError(field, reason)]);
}

/// <summary>JSON of the record inside the envelope: the contract's form, readable by people.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters =
    [
        typeof(UtcMillisecondsConverter), typeof(WordOnly<ClockState>), typeof(WordOnly<AcceptanceResult>), typeof(WordOnly<AcceptanceVerdict>),
    ])]
[JsonSerializable(typeof(AcceptanceRecord))]
internal sealed partial class AcceptanceJsonContext : JsonSerializerContext;

/// <summary>An enum by its name only: a number would name whatever stands there after the next change.</summary>
internal sealed class WordOnly<T>() : JsonStringEnumConverter<T>(namingPolicy: null, allowIntegerValues: false)
    where T : struct, Enum;
