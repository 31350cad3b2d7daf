using System.Diagnostics.CodeAnalysis;

namespace Call112.Messages;

/// <summary>What a topic of the contract carries.</summary>
public enum TopicKind
{
    StationDispatch,
    GroupDispatch,
    Command,
    Receipt,
    Report,
    State,
    Heartbeat,
    Telemetry,
    Acceptance,
    CenterHeartbeat,
    CertificateRequest,
    Certificate,
}

/// <summary>A parsed topic: its kind and the station or group that it names (empty for the centre's own heartbeat).</summary>
public readonly record struct Topic(TopicKind Kind, string Name);

/// <summary>The topics of contract version 1 (contract, "Topics"). Builders throw <see cref="ArgumentException"/> for an invalid name.</summary>
public static class Topics
{
    private const string Root = "call112/v1/";

    /// <summary>Length limits of a station id or group name, in characters (contract, "Rules for every message").</summary>
    public const int NameMinLength = 3, NameMaxLength = 40;

    public const string CenterHeartbeat = Root + "center/heartbeat";

    /// <summary>The MQTT topic filter that matches the dispatches of every group, for a broker's access list.</summary>
    public const string OfAllGroups = Root + "groups/+/dispatch";

    public static string Dispatch(string stationId) => Station(stationId, "dispatch");

    public static string GroupDispatch(string group) => $"{Root}groups/{Checked(group, nameof(group))}/dispatch";

    public static string Command(string stationId) => Station(stationId, "command");

    public static string Receipt(string stationId) => Station(stationId, "receipt");

    public static string Report(string stationId) => Station(stationId, "report");

    public static string State(string stationId) => Station(stationId, "state");

    public static string Heartbeat(string stationId) => Station(stationId, "heartbeat");

    public static string Telemetry(string stationId) => Station(stationId, "telemetry");

    public static string CertificateRequest(string stationId) => Station(stationId, "certificate-request");

    public static string Certificate(string stationId) => Station(stationId, "certificate");

    public static string Acceptance(string stationId) => Station(stationId, "acceptance");

    /// <summary>The MQTT topic filter that matches one kind of topic of every station, for a centre.</summary>
    public static string OfAllStations(TopicKind kind) => $"{Root}stations/+/{Leaf(kind)}";

    /// <summary>True when the name matches <c>[a-z0-9][a-z0-9-]{1,38}[a-z0-9]</c>.</summary>
    public static bool IsValidName([NotNullWhen(true)] string? name)
    {
        if (name is null || name.Length is < NameMinLength or > NameMaxLength || name[0] == '-' || name[^1] == '-')
            return false;
        foreach (var c in name)
            if (c is not ((>= 'a' and <= 'z') or (>= '0' and <= '9') or '-'))
                return false;
        return true;
    }

    /// <summary>Recognises a topic of the contract; false for any other topic or an invalid name inside one.</summary>
    public static bool TryParse(string topic, out Topic parsed)
    {
        parsed = default;
        if (topic == CenterHeartbeat)
        {
            parsed = new Topic(TopicKind.CenterHeartbeat, "");
            return true;
        }

        var parts = topic.Split('/');
        if (parts.Length != 5 || parts[0] != "call112" || parts[1] != "v1" || !IsValidName(parts[3]))
            return false;
        TopicKind? kind = (parts[2], parts[4]) switch
        {
            ("groups", "dispatch") => TopicKind.GroupDispatch,
            ("stations", "dispatch") => TopicKind.StationDispatch,
            ("stations", "command") => TopicKind.Command,
            ("stations", "receipt") => TopicKind.Receipt,
            ("stations", "report") => TopicKind.Report,
            ("stations", "state") => TopicKind.State,
            ("stations", "heartbeat") => TopicKind.Heartbeat,
            ("stations", "telemetry") => TopicKind.Telemetry,
            ("stations", "certificate-request") => TopicKind.CertificateRequest,
            ("stations", "certificate") => TopicKind.Certificate,
            ("stations", "acceptance") => TopicKind.Acceptance,
            _ => null,
        };
        if (kind is null)
            return false;
        parsed = new Topic(kind.Value, parts[3]);
        return true;
    }

    private static string Station(string stationId, string leaf) => $"{Root}stations/{Checked(stationId, nameof(stationId))}/{leaf}";

    private static string Leaf(TopicKind kind) => kind switch
    {
        TopicKind.StationDispatch or TopicKind.GroupDispatch => "dispatch",
        TopicKind.Command => "command",
        TopicKind.Receipt => "receipt",
        TopicKind.Report => "report",
        TopicKind.State => "state",
        TopicKind.Heartbeat => "heartbeat",
        TopicKind.Telemetry => "telemetry",
        TopicKind.CertificateRequest => "certificate-request",
        TopicKind.Certificate => "certificate",
        TopicKind.Acceptance => "acceptance",
        TopicKind.CenterHeartbeat => throw new ArgumentException("the centre's heartbeat is not a station's topic", nameof(kind)),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    private static string Checked(string name, string parameter) => IsValidName(name)
        ? name
        : throw new ArgumentException($"'{name}' must match [a-z0-9][a-z0-9-]{{1,38}}[a-z0-9]", parameter);
}
