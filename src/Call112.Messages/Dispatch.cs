using System.Text.Json.Serialization;

namespace Call112.Messages;

/// <summary>What a dispatch asks of the station (CAP 1.2 msgType).</summary>
public enum MessageType
{
    /// <summary>New: sounds.</summary>
    Alert,

    /// <summary>Same dispatch id, higher revision.</summary>
    Update,

    /// <summary>Same dispatch id: the alert ends.</summary>
    Cancel,
}

/// <summary>Whether it is real (CAP 1.2 status).</summary>
public enum DispatchStatus
{
    Actual,

    /// <summary>A drill through the true path: own tone, LATIHAN, pre-empted by any Actual.</summary>
    Exercise,

    /// <summary>No siren: lamp, panel, report.</summary>
    Test,
}

/// <summary>Kind of incident: chooses the siren's cadence and the panel's word.</summary>
public enum Category
{
    Fire,
    Rescue,
    Medical,
    TrafficAccident,
    Disaster,
    Security,

    /// <summary>Domestic violence and child protection: always discreet.</summary>
    Protection,
    Other,
}

/// <summary>The patient's triage, not the dispatcher's priority.</summary>
public enum Triage
{
    Red,
    Yellow,
    Green,
    Black,
}

/// <summary>Where to go. Everything is optional: an alert without an address still sounds (contract, "Dispatch").</summary>
/// <param name="Latitude">WGS 84, degrees, −90 to 90; only together with <paramref name="Longitude"/>.</param>
/// <param name="Longitude">WGS 84, degrees, −180 to 180.</param>
public sealed record Location(
    string? Address = null,
    string? Landmark = null,
    string? Village = null,
    string? VillageCode = null,
    double? Latitude = null,
    double? Longitude = null);

/// <summary>The incident that a dispatch is about.</summary>
/// <param name="IncidentId">1 to 13 characters, letters, digits and '-': short enough to be read out.</param>
/// <param name="Priority">1 (highest) to 5.</param>
/// <param name="Victims">Number of victims, 0 to 100,000, when known.</param>
public sealed record Incident(
    string IncidentId,
    Category Category,
    string? Nature = null,
    int Priority = Incident.DefaultPriority,
    Triage? Triage = null,
    Location? Location = null,
    int? Victims = null,
    string? Narrative = null)
{
    public const int DefaultPriority = 2, HighestPriority = 1, LowestPriority = 5;

    /// <summary>Longest incident id, in characters.</summary>
    public const int IncidentIdMaxLength = 13;

    /// <summary>Most victims that are believed.</summary>
    public const int VictimsMax = 100_000;

    /// <summary>True for 1 to 13 letters, digits and '-' (contract, "Dispatch").</summary>
    public static bool IsValidId(string? id) =>
        id is { Length: >= 1 and <= IncidentIdMaxLength } && id.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
}

/// <summary>A dispatch: Alert, Update or Cancel (contract, "Dispatch").</summary>
/// <param name="ExpiresAt">Past this moment the alert must not sound any more, if the station's clock is synchronised.</param>
/// <param name="Revision">0 for the Alert; an Update with a lower or equal revision is a duplicate.</param>
/// <param name="Incident">Required for Alert and Update, optional for Cancel.</param>
public sealed record Dispatch(
    Guid DispatchId,
    MessageType MessageType,
    DispatchStatus Status,
    DateTimeOffset SentAt,
    DateTimeOffset ExpiresAt,
    int Revision = 0,
    IReadOnlyList<string>? Zones = null,
    bool Discreet = false,
    Incident? Incident = null)
{
    /// <summary>Most zones that one dispatch may name.</summary>
    public const int ZonesMax = 16;

    /// <summary>Highest revision.</summary>
    public const int RevisionMax = 1_000_000;

    /// <summary>Light and panel code only: asked for by the centre, and always for <see cref="Category.Protection"/>.</summary>
    [JsonIgnore]
    public bool IsDiscreet => Discreet || Incident?.Category == Category.Protection;
}
