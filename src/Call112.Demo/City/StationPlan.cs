using System.Text.Json;
using System.Text.Json.Serialization;
using Call112.Station;

namespace Call112.Demo.City;

/// <summary>A station of a demo city: who it is, not how it behaves.</summary>
/// <param name="Latitude">WGS 84 degrees; null where nobody has surveyed the post.</param>
/// <param name="Longitude">WGS 84 degrees; null where nobody has surveyed the post.</param>
internal sealed record StationPlan(string Id, string Name, StationKind Kind, IReadOnlyList<string> Groups, double? Latitude = null, double? Longitude = null)
{
    /// <summary>The 14 stations of Kotamobagu, from the data file beside the program.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static IReadOnlyList<StationPlan> Kotamobagu()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "kotamobagu-stations.json");
        try
        {
            using var file = File.OpenRead(path);
            return JsonSerializer.Deserialize(file, StationPlanJsonContext.Default.IReadOnlyListStationPlan) ?? throw new InvalidDataException($"{path} is empty");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(IReadOnlyList<StationPlan>))]
internal sealed partial class StationPlanJsonContext : JsonSerializerContext;
