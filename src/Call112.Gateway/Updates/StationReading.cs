using System.Text.Json.Serialization;
using Call112.Gateway.Panel;
using Call112.Messages;
using Call112.Station;

namespace Call112.Gateway.Updates;

/// <summary>
/// What the running station says of itself on its panel's address, as far as an update has to know it: whom it reaches, what is wrong, how many
/// alerts are open. Written to a file before an update, it says what the new system has to be measured against.
/// </summary>
/// <param name="Center">Whether the centre is heard.</param>
/// <param name="Uplinks">In the order of station.json.</param>
/// <param name="Alarms">What stands.</param>
/// <param name="Alerts">Dispatches that are not closed.</param>
internal sealed record StationReading(
    LinkVerdict Center,
    IReadOnlyList<StationReading.Uplink> Uplinks,
    IReadOnlyList<StationReading.Alarm> Alarms,
    IReadOnlyList<StationReading.Alert> Alerts)
{
    internal sealed record Uplink(string Name, LinkVerdict Verdict);

    internal sealed record Alarm(ReportEvent Event, string? Detail);

    /// <param name="Waiting">Nobody has acknowledged it yet.</param>
    internal sealed record Alert(Guid DispatchId, bool Waiting = false);

    /// <summary>Asks the running station; null if none answers.</summary>
    public static Task<StationReading?> OfAsync(HttpClient http, CancellationToken cancel) =>
        PanelClient.AskAsync(http, ReadingJsonContext.Default.StationReading, cancel);

    /// <summary>Asks it to try lamps and buzzer; its journal tells how that ended.</summary>
    /// <returns>False when it did not take it.</returns>
    public static async Task<bool> AskSelfTestAsync(HttpClient http, CancellationToken cancel)
    {
        try
        {
            using var body = new StringContent("{}", System.Text.Encoding.UTF8, "application/json");
            using var answer = await http.PostAsync("/api/station/self-test", body, cancel);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return false;
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(StationReading))]
internal sealed partial class ReadingJsonContext : JsonSerializerContext;
