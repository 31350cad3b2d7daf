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

    /// <summary>Ask for a new certificate with a new key; the present one goes on until the new one has led to a connection.</summary>
    RenewCertificate,

    /// <summary>Fetch and install the bundle in <see cref="StationCommand.Update"/>; what becomes of it is in the station's state.</summary>
    Update,
}

/// <summary>A command of the centre (contract, topic <c>command</c>).</summary>
/// <param name="CommandId">Names one command; a station carries out each id once.</param>
/// <param name="Update">What is offered; of <see cref="CommandKind.Update"/> only, which needs it.</param>
public sealed record StationCommand(CommandKind Command, Guid? CommandId = null, DateTimeOffset? SentAt = null, UpdateOffer? Update = null);

/// <summary>Birth, death and each change of a station's health (contract, topic <c>state</c>; retained). The will is the same with <c>online: false</c>.</summary>
/// <param name="BootId">Names one run of the station's service; a new one makes the centre send all live dispatches again.</param>
/// <param name="Groups">Groups whose dispatches the station hears, so that a centre learns them from the birth.</param>
/// <param name="LastSequence">Sequence of the newest report at this moment.</param>
/// <param name="Alarms">Names of the alarms that stand, for example <c>MainsLost</c>.</param>
/// <param name="JournalHealth"><c>ok</c>, or what the check of the journal at start found (F2).</param>
/// <param name="Uplink">Of the will of a station with two uplinks: the one whose session has ended; the other may well live. Null in all
/// else.</param>
/// <param name="CertificateUntil">When the first of the station's own certificates expires; null without one.</param>
/// <param name="Service">Whether the box has been accepted at its post; null from a box that knows no acceptance.</param>
/// <param name="System">Version of the card's image that runs; null where the service is a package on another system.</param>
/// <param name="Update">What became of the newest update that was offered, in one line; null while there was none.</param>
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
    DateTimeOffset? CertificateUntil = null,
    ServiceState? Service = null,
    string? System = null,
    string? Update = null)
{
    /// <summary>Longest <see cref="Update"/> that is sent, characters.</summary>
    public const int UpdateMaxLength = 200;
}

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

/// <summary>Where a station's latitude and longitude come from.</summary>
public enum PositionSource
{
    /// <summary>Measured once by people and written into the station's configuration.</summary>
    Surveyed,

    /// <summary>Believed of the receiver, because nobody has surveyed the post.</summary>
    Gnss,
}

/// <summary>What a station's GNSS receiver is worth at this moment.</summary>
public enum GnssState
{
    /// <summary>gpsd does not answer.</summary>
    Unreachable,

    /// <summary>gpsd has no receiver.</summary>
    NoReceiver,

    /// <summary>The receiver says nothing.</summary>
    Silent,

    /// <summary>The receiver talks, and sees too few satellites.</summary>
    NoFix,

    /// <summary>Fixes come; none of the newest is believed.</summary>
    Unproven,

    /// <summary>A fix of the last seconds is believed.</summary>
    Fixed,
}

/// <summary>What the station's GNSS receiver says (contract, topic <c>telemetry</c>). Everything but the state is of the newest fix that was believed.</summary>
/// <param name="Latitude">WGS 84, degrees; also where the post is surveyed, so that a box that was moved can be found.</param>
/// <param name="Longitude">WGS 84, degrees.</param>
/// <param name="HorizontalErrorM">gpsd's estimate of the horizontal error, m, 95 %.</param>
/// <param name="Mode">2: position, 3: position and height.</param>
/// <param name="SatellitesUsed">Satellites used, as the receiver last told.</param>
/// <param name="FixAgeMs">Age of the fix, ms, on the monotonic clock.</param>
/// <param name="OffSurveyedM">Distance from the surveyed position, m; null where nobody surveyed the post.</param>
public sealed record GnssReading(
    GnssState State,
    double? Latitude = null,
    double? Longitude = null,
    double? HorizontalErrorM = null,
    int? Mode = null,
    int? SatellitesUsed = null,
    long? FixAgeMs = null,
    double? OffSurveyedM = null);

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
/// <param name="PositionSource">Where <paramref name="Latitude"/> and <paramref name="Longitude"/> come from; null without them.</param>
/// <param name="Gnss">The receiver; null where none is configured.</param>
/// <param name="Modem">The LTE modem, when there is one.</param>
/// <param name="LongestSampleGapMs">
/// Longest time between two looks at the inputs since the telemetry before, ms; 10 when all is well. A press that is shorter may be lost (F12).
/// </param>
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
    double? SirenAmperes = null,
    PositionSource? PositionSource = null,
    GnssReading? Gnss = null,
    ModemVitals? Modem = null,
    double? LongestSampleGapMs = null);

/// <summary>The LTE modem as ModemManager sees it. What it does not tell is null.</summary>
/// <param name="State">ModemManager's word: <c>failed … registered connected</c>, or <c>absent</c> when there is no modem.</param>
/// <param name="Operator">Name of the network, or its code.</param>
/// <param name="Technology">Access technologies, for example <c>lte</c>.</param>
/// <param name="Registration"><c>home roaming searching idle denied</c>, in ModemManager's words.</param>
/// <param name="Sim"><c>ready</c>, <c>missing</c>, or the lock that holds it (<c>sim-pin</c>).</param>
/// <param name="SignalPercent">Quality by ModemManager's own scale, %.</param>
/// <param name="RsrpDbm">Reference signal received power, dBm.</param>
/// <param name="RsrqDb">Reference signal received quality, dB.</param>
/// <param name="SinrDb">Signal to interference and noise, dB.</param>
public sealed record ModemVitals(
    string? State = null,
    string? Operator = null,
    string? Technology = null,
    string? Registration = null,
    string? Sim = null,
    double? SignalPercent = null,
    double? RsrpDbm = null,
    double? RsrqDb = null,
    double? SinrDb = null);

/// <summary>Proof that the centre itself lives (contract, topic <c>center/heartbeat</c>).</summary>
public sealed record CenterHeartbeat(DateTimeOffset SentAt, string? BootId = null, long? Number = null);
