using System.Text.Json;
using System.Text.Json.Serialization;
using Call112.Center.Book;

namespace Call112.Center.Enrolment;

/// <summary>A certificate in the ledger. The ledger holds no key, and none is kept: a station's key is in its station.json only.</summary>
/// <param name="Serial">Lower-case hex.</param>
/// <param name="Authority">The identifier of the key that signed it.</param>
internal sealed record IssuedCertificate(
    string Name, CertificateUse Use, string Serial, string Authority, DateTimeOffset NotAfter, DateTimeOffset? RevokedAt = null)
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
