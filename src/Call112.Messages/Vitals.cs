namespace Call112.Messages;

/// <summary>What the centre may ask of a station.</summary>
public enum CommandKind
{
    /// <summary>Try lamps, buzzer and read-back; answers SelfTestPassed or SelfTestFailed.</summary>
    SelfTest,

    /// <summary>Blink the lamps and chirp for half a minute, so that a technician finds the cabinet.</summary>
    Identify,

    /// <summary>Stop the siren of what sounds now; the alert stays unacknowledged and the strobe goes on.</summary>
    Silence,

    /// <summary>Send state, telemetry and every report without a receipt again.</summary>
    ReportNow,
}

/// <summary>A command of the centre (contract, topic <c>command</c>).</summary>
/// <param name="CommandId">Names one command; a station carries out each id once.</param>
public sealed record StationCommand(CommandKind Command, Guid? CommandId = null, DateTimeOffset? SentAt = null);

/// <summary>Birth, death and each change of a station's health (contract, topic <c>state</c>; retained). The will is the same with <c>online: false</c>.</summary>
/// <param name="BootId">Names one run of the station's service; a new one makes the centre send all live dispatches again.</param>
/// <param name="Groups">Groups whose dispatches the station hears, so that a centre learns them from the birth.</param>
/// <param name="LastSequence">Sequence of the newest report at this moment.</param>
/// <param name="Alarms">Names of the alarms that stand, for example <c>MainsLost</c>.</param>
/// <param name="JournalHealth"><c>ok</c>, or what the check of the journal at start found (F2).</param>
/// <param name="Uplink">Of the will of a station with two uplinks: the one whose session has ended; the other may well live. Null in all
/// else.</param>
/// <param name="CertificateUntil">When the first of the station's own certificates expires; null without one.</param>
public sealed record StationStatus(
    bool Online,
    string StationId,
    string BootId,
    DateTimeOffset SentAt,
    ClockState Clock,
    string? Name = null,
    string? Kind = null,
    IReadOnlyList<string>? Groups = null,
    string? Version = null,
    long? LastSequence = null,
    int? OpenDispatches = null,
    IReadOnlyList<string>? Alarms = null,
    string? JournalHealth = null,
    string? Uplink = null,
    DateTimeOffset? CertificateUntil = null);

/// <summary>Proof of life of a station (contract, topic <c>heartbeat</c>).</summary>
/// <param name="Number">Counts the heartbeats of this boot, from 1; with two uplinks those of this uplink.</param>
/// <param name="UptimeMs">Milliseconds since the start of the service, monotonic clock.</param>
/// <param name="LastSequence">Sequence of the newest report: lets the centre see a loss even when nothing follows it.</param>
/// <param name="Unreceipted">Number of reports that still wait for a receipt.</param>
/// <param name="Uplink">Name of the uplink that carried it.</param>
/// <param name="EveryMs">The pace: the next one follows after so many milliseconds.</param>
public sealed record Heartbeat(
    string StationId,
    string BootId,
    long Number,
    DateTimeOffset SentAt,
    ClockState Clock,
    long UptimeMs,
    long LastSequence,
    int Unreceipted,
    string? Uplink = null,
    long? EveryMs = null);

/// <summary>Slow measurements of a station (contract, topic <c>telemetry</c>). What is not measured is null.</summary>
/// <param name="Latitude">WGS 84, degrees.</param>
/// <param name="Longitude">WGS 84, degrees.</param>
/// <param name="TemperatureC">Board temperature, °C.</param>
/// <param name="MemoryMiB">Resident memory of the service, MiB.</param>
/// <param name="DiskFreeMiB">Free space beside the journal, MiB.</param>
/// <param name="BatteryVolts">Voltage of the battery or the UPS, V.</param>
/// <param name="BatteryPercent">Charge by the fuel gauge, %.</param>
/// <param name="SupplyAmperes">Current out of the UPS, A; negative while it charges.</param>
/// <param name="SirenAmperes">Current of the siren's feed, A.</param>
public sealed record Telemetry(
    string StationId,
    string BootId,
    DateTimeOffset SentAt,
    ClockState Clock,
    double? Latitude = null,
    double? Longitude = null,
    double? TemperatureC = null,
    double? MemoryMiB = null,
    double? DiskFreeMiB = null,
    double? BatteryVolts = null,
    double? BatteryPercent = null,
    double? SupplyAmperes = null,
    double? SirenAmperes = null);

/// <summary>Proof that the centre itself lives (contract, topic <c>center/heartbeat</c>).</summary>
public sealed record CenterHeartbeat(DateTimeOffset SentAt, string? BootId = null, long? Number = null);
