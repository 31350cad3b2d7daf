using System.Text.Json;
using System.Text.Json.Serialization;
using Call112.Gateway.Provisioning;

namespace Call112.Gateway.Messaging;

/// <summary>A request that waits for its answer, and its key. Not a record: nothing may print the key by printing its holder.</summary>
internal sealed class PendingRenewal
{
    /// <summary>Whose it is: the folder outlives a box's station.</summary>
    public required string StationId { get; init; }

    public required Guid RequestId { get; init; }

    /// <summary>PKCS #10, PEM.</summary>
    public required string Request { get; init; }

    /// <summary>PKCS #8, PEM.</summary>
    public required string Key { get; init; }
}

/// <summary>A renewed certificate that has led to a connection, and its key. Not a record, for the same reason.</summary>
internal sealed class RenewedCertificate
{
    /// <inheritdoc cref="PendingRenewal.StationId"/>
    public required string StationId { get; init; }

    /// <summary>SHA-256 of the certificate of station.json (DER, hex) that it goes before; another one there has come later than this.</summary>
    public required string InPlaceOf { get; init; }

    /// <summary>PEM.</summary>
    public required string Certificate { get; init; }

    /// <inheritdoc cref="PendingRenewal.Key"/>
    public required string Key { get; init; }
}

/// <summary>
/// The two files of a renewal, beside the journal, where the service may write: the request that waits, and the certificate in force. Each is whole or
/// absent whatever cuts the power (F1), mode 0640. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>; what is there
/// and no such file (F2) reads as absent.
/// </summary>
internal sealed class RenewalFiles(string folder, DurableFiles disk)
{
    public const string PendingName = "certificate-request.json", InForceName = "certificate.json";

    /// <summary>Largest file that is read, bytes; ours have 2,000.</summary>
    private const int BytesMax = 64 * 1024;

    private string Pending => Path.Combine(folder, PendingName);

    private string InForce => Path.Combine(folder, InForceName);

    public PendingRenewal? ReadPending() =>
        Read(Pending) is { } text ? Parse(() => JsonSerializer.Deserialize(text, RenewalJsonContext.Default.PendingRenewal)) : null;

    public RenewedCertificate? ReadInForce() =>
        Read(InForce) is { } text ? Parse(() => JsonSerializer.Deserialize(text, RenewalJsonContext.Default.RenewedCertificate)) : null;

    public void Keep(PendingRenewal pending) =>
        Write(Pending, JsonSerializer.SerializeToUtf8Bytes(pending, RenewalJsonContext.Default.PendingRenewal));

    public void Keep(RenewedCertificate renewed) =>
        Write(InForce, JsonSerializer.SerializeToUtf8Bytes(renewed, RenewalJsonContext.Default.RenewedCertificate));

    public void DropPending() => disk.Delete(Pending);

    public void DropInForce() => disk.Delete(InForce);

    private void Write(string path, byte[] content)
    {
        disk.Prepare(path, content);
        disk.Commit(path);
    }

    private static byte[]? Read(string path)
    {
        var file = new FileInfo(path);
        return file is { Exists: true, Length: <= BytesMax } ? File.ReadAllBytes(path) : null;
    }

    private static T? Parse<T>(Func<T?> parse)
        where T : class
    {
        try
        {
            return parse();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(PendingRenewal))]
[JsonSerializable(typeof(RenewedCertificate))]
internal sealed partial class RenewalJsonContext : JsonSerializerContext;
