using System.Text.Json;
using System.Text.Json.Serialization;
using Call112.Center.Book;

namespace Call112.Center.Enrolment;

/// <summary>A certificate in the ledger. The ledger holds no key, and none is kept: a station's key is in its station.json only.</summary>
/// <param name="Serial">Lower-case hex.</param>
/// <param name="Authority">The identifier of the key that signed it.</param>
/// <param name="RequestId">The station's request over MQTT that it answers; null for what the tool has issued.</param>
/// <param name="IssuedAt">When that was.</param>
/// <param name="Certificate">PEM of such an answer, for as long as it is the station's newest: an answer that was lost is given again.</param>
internal sealed record IssuedCertificate(
    string Name,
    CertificateUse Use,
    string Serial,
    string Authority,
    DateTimeOffset NotAfter,
    DateTimeOffset? RevokedAt = null,
    Guid? RequestId = null,
    DateTimeOffset? IssuedAt = null,
    string? Certificate = null)
{
    /// <summary>Still good, as far as time and revocation say.</summary>
    public bool IsValid(DateTimeOffset now) => RevokedAt is null && NotAfter > now;
}

/// <summary>JSON of the folder's own files.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(List<IssuedCertificate>))]
[JsonSerializable(typeof(List<StationRegistration>))]
internal sealed partial class EnrolmentJsonContext : JsonSerializerContext
{
    public static List<IssuedCertificate> ReadLedger(string path)
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllText(path), Default.ListIssuedCertificate) ?? [] : [];
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new EnrolmentException($"{path}: {e.Message}", e);
        }
    }
}
