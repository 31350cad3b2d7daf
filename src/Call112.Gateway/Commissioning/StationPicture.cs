using System.Text.Json.Serialization;
using Call112.Gateway.Panel;
using Call112.Messages;
using Call112.Station;

namespace Call112.Gateway.Commissioning;

/// <summary>What the running station says of itself on its panel's address, as far as its acceptance asks.</summary>
/// <param name="Alarms">What stands.</param>
/// <param name="Alerts">Dispatches that are not closed.</param>
/// <param name="Gnss">Null where no receiver is configured.</param>
/// <param name="LinkFaults">What is wrong with identity or certificates, as the panel has it; null from a service that does not tell.</param>
/// <param name="Service">Null from a service that knows no acceptance.</param>
internal sealed record StationPicture(
    StationPicture.Who Station,
    string BootId,
    string Version,
    ClockState Clock,
    LinkVerdict Center,
    IReadOnlyList<StationPicture.Uplink> Uplinks,
    IReadOnlyList<StationPicture.Alarm> Alarms,
    IReadOnlyList<StationPicture.Alert> Alerts,
    AnnunciationStyle Annunciation,
    GnssReading? Gnss = null,
    IReadOnlyList<string>? LinkFaults = null,
    ServiceState? Service = null)
{
    internal sealed record Who(string Id);

    internal sealed record Uplink(string Name, LinkVerdict Verdict);

    internal sealed record Alarm(ReportEvent Event, string? Detail);

    internal sealed record Alert(Guid DispatchId, DispatchStatus Status);

    /// <summary>Asks the running station; null if none answers.</summary>
    public static Task<StationPicture?> OfAsync(HttpClient http, CancellationToken cancel) =>
        PanelClient.AskAsync(http, PictureJsonContext.Default.StationPicture, cancel);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(StationPicture))]
internal sealed partial class PictureJsonContext : JsonSerializerContext;
