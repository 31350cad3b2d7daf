using System.Text.Json.Serialization;
using Call112.Demo.City;

namespace Call112.Demo.Measure;

/// <summary>Quantiles of a measured delay, milliseconds. The largest of <see cref="Count"/> measurements at or below the quantile's rank; 0 without any.</summary>
internal sealed record Quantiles(double P50, double P99, double P999, double Max, int Count)
{
    public static Quantiles Of(IEnumerable<double> milliseconds)
    {
        var sorted = milliseconds.Order().ToArray();
        double At(double quantile) => sorted.Length == 0 ? 0 : Math.Round(sorted[Math.Max(0, (int)Math.Ceiling(quantile * sorted.Length) - 1)], 3);
        return new Quantiles(At(0.5), At(0.99), At(0.999), At(1), sorted.Length);
    }
}

/// <summary>What a run was asked to do, and where.</summary>
internal sealed record RunSettings(
    string Mode, string? File, int Stations, string Broker, double? Speed, double? RatePerSecond, int? Count, int Cores, string Runtime, string System);

/// <summary>What came of a run. README.md says how each is counted.</summary>
/// <param name="Alerts">Alerts (dispatch and station) that the centre accepted.</param>
/// <param name="Sounded">Heard by the witness at the station.</param>
/// <param name="Lost">Accepted without a Received at the end.</param>
/// <param name="SoundedTwice">Dispatches whose sounding began more than once by witness or by reports, plus unexplained siren starts.</param>
/// <param name="ReportGaps">Holes in the report numbers at the centre, open or given up, plus reports that a station has made and the centre has not stored.</param>
/// <param name="Rejected">Requests that the centre refused and messages that a station refused.</param>
/// <param name="HeardWhileSounding">Of <paramref name="Sounded"/>: those that came while another alert sounded already.</param>
/// <param name="SentAgain">Alerts that the centre handed out more than once.</param>
internal sealed record RunReport(
    int Alerts,
    int Received,
    int Sounded,
    int Acknowledged,
    int Completed,
    int Lost,
    int SoundedTwice,
    long ReportGaps,
    int Rejected,
    int HeardWhileSounding,
    int SentAgain,
    int UnexplainedSirenStarts,
    Quantiles PublishToRelayMs,
    Quantiles PressToCenterMs,
    double DurationSeconds,
    RunSettings Settings)
{
    [JsonIgnore]
    public bool IsClean => Lost == 0 && SoundedTwice == 0 && ReportGaps == 0;

    public static RunReport Of(DemoCity city, RunSettings settings, TimeSpan duration, TimeProvider time)
    {
        int alerts = 0, received = 0, sounded = 0, acknowledged = 0, completed = 0, twice = 0, rejected = city.Tally.Refused, whileSounding = 0, again = 0;
        List<double> toRelay = [], toCenter = [];
        var posts = city.Posts.ToDictionary(post => post.Plan.Id);
        foreach (var ((id, stationId), delivery) in city.Tally.Deliveries)
        {
            var hearing = posts[stationId].Witness.HearingOf(id);
            alerts += delivery.Accepted ? 1 : 0;
            received += delivery is { Accepted: true, Received: true } ? 1 : 0;
            acknowledged += delivery.Acknowledged ? 1 : 0;
            completed += delivery.Ended ? 1 : 0;
            again += delivery.Handed > 1 ? 1 : 0;
            rejected += delivery.Rejections;
            twice += delivery.Soundings > 1 || hearing is { Beginnings: > 1 } ? 1 : 0;
            if (hearing is null)
                continue;
            sounded++;
            whileSounding += hearing.WhileSounding ? 1 : 0;
            if (delivery.HandedAt != 0)
                toRelay.Add(time.GetElapsedTime(delivery.HandedAt, hearing.HeardAt).TotalMilliseconds);
            if (delivery.AcknowledgedAt != 0 && hearing.PressedAt != 0)
                toCenter.Add(time.GetElapsedTime(hearing.PressedAt, delivery.AcknowledgedAt).TotalMilliseconds);
        }

        var unexplained = city.Posts.Sum(post => post.Witness.UnexplainedStarts);
        return new RunReport(
            alerts, received, sounded, acknowledged, completed, alerts - received, twice + unexplained, city.Posts.Sum(post => GapsOf(city, post)), rejected,
            whileSounding, again, unexplained, Quantiles.Of(toRelay), Quantiles.Of(toCenter), Math.Round(duration.TotalSeconds, 1), settings);
    }

    /// <summary>True when the centre has stored every report that the station has made.</summary>
    public static bool HasAll(DemoCity city, Post post) => city.Station(post.Plan.Id) is { MissingReports: 0 } seen && seen.ReceiptedUpTo >= post.State.LastSequence;

    private static long GapsOf(DemoCity city, Post post) => city.Station(post.Plan.Id) is { } seen
        ? seen.ReportGaps + seen.LostReports + Math.Max(0, post.State.LastSequence - (seen.ReceiptedUpTo ?? 0))
        : post.State.LastSequence;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(RunReport))]
internal sealed partial class RunReportJsonContext : JsonSerializerContext;
