using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Call112.Gateway.Provisioning;

/// <summary>
/// identity.json: which station this box was made, on which board, from which file. No time is in it: when it is written the clock is still
/// wrong (F4).
/// </summary>
/// <param name="BoardSerial">Null when the board told none: bound to no board yet.</param>
/// <param name="StationFileSha256">Of the station.json that was accepted, hex.</param>
internal sealed record BoundIdentity(string StationId, string? BoardSerial, string StationFileSha256)
{
    public static BoundIdentity Of(string stationId, string? boardSerial, ReadOnlySpan<byte> stationFile) =>
        new(stationId, boardSerial, HashOf(stationFile));

    public static string HashOf(ReadOnlySpan<byte> stationFile) => Convert.ToHexStringLower(SHA256.HashData(stationFile));

    /// <summary>Null for bytes that are no identity (F2): a box is then bound anew, for a spoiled note must not silence a post.</summary>
    public static BoundIdentity? Read(ReadOnlySpan<byte> content)
    {
        try
        {
            var read = JsonSerializer.Deserialize(content, BoundIdentityJsonContext.Default.BoundIdentity);
            return read is { StationId: not null, StationFileSha256: not null } ? read : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    public byte[] Write() => [.. JsonSerializer.SerializeToUtf8Bytes(this, BoundIdentityJsonContext.Default.BoundIdentity), (byte)'\n'];
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(BoundIdentity))]
internal sealed partial class BoundIdentityJsonContext : JsonSerializerContext;
