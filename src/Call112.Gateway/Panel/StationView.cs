using System.Text.Json.Serialization;
using Call112.Gateway.Messaging;
using Call112.Gateway.Options;
using Call112.Messages;
using Call112.Station;

namespace Call112.Gateway.Panel;

/// <summary>What the panel shows: a picture of the station's state at one moment. A discreet dispatch shows no details (contract, "Dispatch").</summary>
internal sealed record StationView(
    StationView.StationPart Station,
    DateTimeOffset Time,
    ClockState Clock,
    int UtcOffsetMinutes,
    string ZoneName,
    LinkVerdict Center,
    long CenterSilentMs,
    IReadOnlyList<StationView.UplinkPart> Uplinks,
    IReadOnlyList<StationView.AlertPart> Alerts,
    IReadOnlyList<StationView.EndedPart> Ended,
    IReadOnlyList<StationView.AlarmPart> Alarms,
    IReadOnlyList<string> LinkFaults,
    long Unreceipted,
    long LastSequence,
    string BootId,
    string Version,
    bool BoardSimulated,
    bool OnDuty,
    AnnunciationStyle Annunciation,
    GnssReading? Gnss,
    ServiceState? Service = null)
{
    /// <summary>How long an ended dispatch stays on the panel, and how many at most.</summary>
    private static readonly TimeSpan s_endedFor = TimeSpan.FromMinutes(10);

    private const int EndedMax = 8;

    internal sealed record StationPart(string Id, string Name, StationKind Kind, IReadOnlyList<string> Groups);

    internal sealed record UplinkPart(string Name, LinkVerdict Verdict);

    internal sealed record AlertPart(
        Guid DispatchId,
        string? IncidentId,
        DispatchStatus Status,
        Category Category,
        bool Discreet,
        string? Nature,
        int Priority,
        Triage? Triage,
        string? Address,
        string? Landmark,
        string? Village,
        int? Victims,
        string? Narrative,
        ReportEvent Step,
        bool Waiting,
        bool Silenced,
        bool Preempted,
        int Revision,
        DateTimeOffset ReceivedAt,
        long ElapsedMs,
        long? TurnoutMs);

    internal sealed record EndedPart(
        Guid DispatchId,
        string? IncidentId,
        DispatchStatus Status,
        Category Category,
        bool Discreet,
        string? Village,
        string Step,
        string? Reason,
        Outcome? Outcome,
        long EndedAgoMs);

    internal sealed record AlarmPart(ReportEvent Event, string? Detail, long SinceMs);

    public static StationView Of(StationState state, GatewayOptions options, StationTime now, bool boardSimulated)
    {
        var station = options.Station;
        var timing = station.Timing;
        var monotonic = now.Monotonic;
        return new StationView(
            new StationPart(station.Id, station.Name, station.Kind, station.Groups),
            now.Wall,
            now.Clock,
            station.UtcOffsetMinutes,
            ZoneOf(station.UtcOffsetMinutes),
            Links.VerdictOfCenter(state.Senses, timing, monotonic),
            Ms(monotonic - state.Senses.CenterHeardAt),
            [.. state.Senses.Uplinks.Select(uplink => new UplinkPart(uplink.Name, Links.VerdictOf(uplink, timing, monotonic)))],
            [.. state.Alerts.Reverse().Select(alert => OfAlert(alert, state, monotonic))],
            [.. OfEnded(state, monotonic)],
            [.. state.Alarms.Select(alarm => new AlarmPart(alarm.Event, alarm.Detail, Ms(monotonic - alarm.Since)))],
            [.. Links.FaultsOf(state.Senses, now)],
            state.LastSequence - state.ReceiptedUpTo,
            state.LastSequence,
            state.BootId,
            Vitals.Version,
            boardSimulated,
            station.IsOnDuty(now),
            station.Style,
            state.Senses.Gnss.ReadingAt(monotonic, station.Position.Surveyed));
    }

    private static AlertPart OfAlert(Alert alert, StationState state, TimeSpan now)
    {
        var incident = alert.Dispatch.Incident;
        var shown = alert.Dispatch.IsDiscreet ? null : incident;
        return new AlertPart(
            alert.Id,
            incident?.IncidentId,
            alert.Dispatch.Status,
            alert.Category,
            alert.Dispatch.IsDiscreet,
            shown?.Nature,
            alert.Priority,
            shown?.Triage,
            shown?.Location?.Address,
            shown?.Location?.Landmark,
            shown?.Location?.Village,
            shown?.Victims,
            shown?.Narrative,
            alert.Step,
            alert.Waits,
            alert.Silenced,
            Call112.Station.Annunciation.IsPreempted(alert, state),
            alert.Dispatch.Revision,
            alert.ReceivedWall,
            Ms(now - alert.ReceivedAt),
            alert.RespondedAt is { } responded ? Ms(responded - alert.ReceivedAt) : null);
    }

    private static IEnumerable<EndedPart> OfEnded(StationState state, TimeSpan now) => state.EndedOrder
        .Select(id => state.Ended[id])
        .Where(ended => now - ended.EndedAt < s_endedFor)
        .OrderByDescending(ended => ended.EndedAt)
        .Take(EndedMax)
        .Select(ended => new EndedPart(
            ended.Id,
            ended.IncidentId,
            ended.Status,
            ended.Category,
            ended.Discreet,
            ended.Discreet ? null : ended.Village,
            ended.Lapsed ? "Lapsed" : ended.Step.ToString(),
            ended.Reason,
            ended.Outcome,
            Ms(now - ended.EndedAt)));

    /// <summary>Indonesia's three zones have names; elsewhere the offset must do.</summary>
    private static string ZoneOf(int offsetMinutes) => offsetMinutes switch
    {
        420 => "WIB",
        480 => "WITA",
        540 => "WIT",
        _ => "",
    };

    private static long Ms(TimeSpan time) => Math.Max(0, (long)time.TotalMilliseconds);
}

/// <summary>Body of <c>POST /api/station/actions</c>.</summary>
internal sealed record ActionBody(string? Action = null, string? DispatchId = null, string? Reason = null, string? Outcome = null);

/// <summary>A refused request: every field with its reason.</summary>
internal sealed record Refusal(IReadOnlyList<Refusal.Item> Errors)
{
    internal sealed record Item(string Field, string Reason);

    public static Refusal Of(string field, string reason) => new([new Item(field, reason)]);
}

/// <summary>The simulated cabinet as <c>GET /api/board</c> shows it.</summary>
internal sealed record BoardView(IReadOnlyDictionary<string, BoardView.OutputPart> Outputs, IReadOnlyDictionary<string, BoardView.InputPart> Inputs)
{
    internal sealed record OutputPart(bool On);

    internal sealed record InputPart(bool Pressed);

    public static BoardView Of(Outputs outputs, Inputs inputs) => new(
        Levels.AllOutputs.ToDictionary(Levels.NameOf, output => new OutputPart((outputs & output) != 0)),
        Levels.AllInputs.ToDictionary(Levels.NameOf, input => new InputPart((inputs & input) != 0)));
}

/// <summary>Body of <c>POST /api/board/inputs/{name}</c>.</summary>
internal sealed record InputBody(bool? Pressed = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    Converters = [typeof(UtcMillisecondsConverter)])]
[JsonSerializable(typeof(StationView))]
[JsonSerializable(typeof(BoardView))]
[JsonSerializable(typeof(ActionBody))]
[JsonSerializable(typeof(InputBody))]
[JsonSerializable(typeof(Refusal))]
internal sealed partial class PanelJsonContext : JsonSerializerContext;
