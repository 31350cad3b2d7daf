using System.Text.Json.Nodes;

namespace Call112.Messages.Tests.Schemas;

/// <summary>
/// What the published schemas say of each field beyond its type: the meaning, and the limits that <see cref="MessageReader"/> enforces.
/// <see cref="SchemaReaderAgreementTests"/> holds the limits against the reader.
/// </summary>
internal static class SchemaTerms
{
    public const string IncidentIdPattern = "^[A-Za-z0-9-]{1,13}$", NamePattern = "^[a-z0-9][a-z0-9-]{1,38}[a-z0-9]$";

    public const string VersionPattern = "^[0-9][A-Za-z0-9.+~]{0,63}$", Sha256Pattern = "^[0-9a-f]{64}$";

    private const string Unknown = " A reader takes an unknown word as ";

    public static readonly IReadOnlyDictionary<Type, string> Messages = new Dictionary<Type, string>
    {
        [typeof(Dispatch)] = "Centre to station or group: Alert, Update or Cancel. QoS 1, never retained, Message Expiry = time to live.",
        [typeof(Report)] = "Station to centre: a step of a dispatch, or an alarm that the station raises. QoS 1; kept by the station until receipted.",
        [typeof(Receipt)] = "Centre to station: the station's reports are stored up to and with this sequence number. QoS 1.",
        [typeof(StationCommand)] =
            "Centre to station: SelfTest, Identify, Silence, ReportNow, RenewCertificate or Update. QoS 1, never retained, Message Expiry 60 s.",
        [typeof(StationStatus)] = "Station to centre: birth, death (the will, with online false) and each change of health. QoS 1, retained.",
        [typeof(Heartbeat)] = "Station to centre: proof of life, every 5 s (metered profile: 30 s). QoS 1.",
        [typeof(Telemetry)] = "Station to centre: slow measurements, on change and every 60 s. QoS 0. What is not measured is null.",
        [typeof(AcceptanceEnvelope)] = "Station to centre: the record of its acceptance under a seal, said at each birth. QoS 1, retained.",
        [typeof(CenterHeartbeat)] = "Centre to all stations: proof that the centre itself lives, every 5 s. QoS 0.",
        [typeof(StationCertificateRequest)] = "Station to centre: asks for a new certificate, when RenewCertificate has asked it to. QoS 1, never retained.",
        [typeof(StationCertificate)] = "Centre to station: the answer to a certificate request, certificate or refusal. QoS 1, never retained.",
    };

    private static readonly Dictionary<string, (string Description, JsonObject? Limits)> s_terms = new()
    {
        ["Dispatch.DispatchId"] = ("Names the dispatch; version 7 recommended. Update and Cancel repeat it. Not the nil UUID.", null),
        ["Dispatch.MessageType"] = ("Alert is new; Update changes; Cancel ends (CAP 1.2 msgType)." + Unknown + "Alert.", null),
        ["Dispatch.Status"] = ("Actual; Exercise: a drill with its own tone and the word LATIHAN; Test: no siren (CAP 1.2 status)." + Unknown + "Actual.", null),
        ["Dispatch.SentAt"] = ("When the centre sent it, UTC with milliseconds.", null),
        ["Dispatch.ExpiresAt"] = ("Past this moment it must not sound any more; before sentAt means expired, not malformed.", null),
        ["Dispatch.Revision"] = ("0 for the Alert; an Update with a lower or equal revision is a duplicate.", Range(0, Dispatch.RevisionMax)),
        ["Dispatch.Zones"] = ("Zones of the station that the dispatch concerns, for example bay.", new JsonObject { ["maxItems"] = Dispatch.ZonesMax }),
        ["Dispatch.Discreet"] = ("Light and panel code only: no siren, nothing spoken, no details. A Protection incident is always discreet.", null),
        ["Dispatch.Incident"] = ("What it is about. Required for Alert and Update.", null),
        ["Incident.IncidentId"] = ("Short enough to be read out. Required for Alert and Update.", new JsonObject { ["pattern"] = IncidentIdPattern }),
        ["Incident.Category"] = ("Chooses the siren's cadence and the panel's word. Required for Alert and Update." + Unknown + "Other.", null),
        ["Incident.Nature"] = ("The incident in a few words.", null),
        ["Incident.Priority"] = ("1 is the highest.", Range(Incident.HighestPriority, Incident.LowestPriority)),
        ["Incident.Triage"] = ("The patient's triage, not the dispatcher's priority." + Unknown + "null.", null),
        ["Incident.Location"] = ("Where to go. An alert without it still sounds; it may follow as an Update.", null),
        ["Incident.Victims"] = ("Number of victims, when known.", Range(0, Incident.VictimsMax)),
        ["Incident.Narrative"] = ("What the caller told. Never a caller's name or number.", null),
        ["Location.Address"] = ("Street address.", null),
        ["Location.Landmark"] = ("What stands beside it.", null),
        ["Location.Village"] = ("Village or urban ward (desa, kelurahan).", null),
        ["Location.VillageCode"] = ("The government's code of the village (Kemendagri).", null),
        ["Location.Latitude"] = ("WGS 84, degrees; ignored without longitude.", Range(-90, 90)),
        ["Location.Longitude"] = ("WGS 84, degrees; ignored without latitude.", Range(-180, 180)),
        ["Report.StationId"] = Station,
        ["Report.Sequence"] = ("Grows by one for each report of a station, for ever, across restarts: a gap is a loss.", Range(1, MessageReader.IntegerMax)),
        ["Report.BootId"] = Boot,
        ["Report.Event"] = ("A step of a dispatch, or an alarm of the station.", null),
        ["Report.OccurredAt"] = ("Wall time of the event, UTC with milliseconds, worth what clock says.", null),
        ["Report.RecordedAt"] = ("Wall time at which the station took note of it.", null),
        ["Report.Clock"] = Clock,
        ["Report.Source"] = ("Who or what caused it." + Unknown + "Automatic.", null),
        ["Report.DispatchId"] = ("The dispatch that the step belongs to; null for alarms.", null),
        ["Report.IncidentId"] = ("The incident of that dispatch.", null),
        ["Report.ElapsedMs"] = ("Milliseconds on the monotonic clock since the box received the dispatch; null for alarms.", Range(0, MessageReader.IntegerMax)),
        ["Report.Reason"] = ("Of Declined: AmbulanceOut CrewOut OutOfHours Other. Of Rejected: retained, or 'field: reason; …'. Senders cut it at 1000 characters.", null),
        ["Report.Outcome"] = ("Of Completed: how it ended.", null),
        ["Report.Detail"] = ("Of Duplicate the present step; of an alarm the input, output or uplink. Senders cut it at 1000 characters.", null),
        ["Receipt.UpTo"] = ("Every report with this sequence number or a lower one is stored.", Range(0, MessageReader.IntegerMax)),
        ["StationCommand.Command"] = (
            "SelfTest: lamps, buzzer, read-back. Identify: blink and chirp. Silence: siren off, the alert stays. ReportNow: send everything again. "
            + "RenewCertificate: ask for a new certificate. Update: fetch and install a bundle.",
            null),
        ["StationCommand.Update"] = ("What is offered. Required for Update, and ignored of every other command.", null),
        ["UpdateOffer.Version"] = ("Version of the bundle.", new JsonObject { ["pattern"] = VersionPattern }),
        ["UpdateOffer.Url"] = ("Where it lies: absolute, http or https, without user.", new JsonObject { ["format"] = "uri", ["maxLength"] = UpdateOffer.UrlMaxLength }),
        ["UpdateOffer.Bytes"] = ("Its exact size, bytes.", Range(1, UpdateOffer.BytesMax)),
        ["UpdateOffer.Sha256"] = ("Of the whole file.", new JsonObject { ["pattern"] = Sha256Pattern }),
        ["UpdateOffer.Metered"] = ("It may be fetched over a line that is paid by the byte.", null),
        ["StationCommand.CommandId"] = ("A station carries out each id once. Not the nil UUID.", null),
        ["StationCommand.SentAt"] = ("When the centre sent it.", null),
        ["StationStatus.Online"] = ("True in a birth, false in a death (the will).", null),
        ["StationStatus.StationId"] = Station,
        ["StationStatus.BootId"] = (Boot.Description + " A new one makes the centre send all live dispatches again.", Boot.Limits),
        ["StationStatus.SentAt"] = SentAt,
        ["StationStatus.Clock"] = Clock,
        ["StationStatus.Name"] = ("The station's name for people.", null),
        ["StationStatus.Kind"] = ("Kind of post, for example Puskesmas or Damkar.", null),
        ["StationStatus.Groups"] = ("Groups whose dispatches the station hears.", new JsonObject { ["maxItems"] = 100 }),
        ["StationStatus.Version"] = ("Version of the station's software.", null),
        ["StationStatus.LastSequence"] = ("Sequence of the newest report at this moment.", Range(0, MessageReader.IntegerMax)),
        ["StationStatus.OpenDispatches"] = ("Number of dispatches that are still open.", Range(0, int.MaxValue)),
        ["StationStatus.Alarms"] = ("Names of the alarms that stand, for example MainsLost.", new JsonObject { ["maxItems"] = 100 }),
        ["StationStatus.JournalHealth"] = ("ok, or what the check of the journal at start found.", null),
        ["StationStatus.Uplink"] = ("Of the will of a station with two uplinks: the one whose session has ended; the other may well live.", null),
        ["StationStatus.CertificateUntil"] = ("When the first of the station's own certificates expires; null without one.", null),
        ["StationStatus.Service"] = (
            "Whether the box has been accepted at its post; it sounds in either case. Null from a box that knows no acceptance." + Unknown + "Commissioning.",
            null),
        ["AcceptanceEnvelope.Record"] = (
            "An object as UTF-8 JSON, base64: stationId, name, technician, at, clock, boardSerial, profile, profileSha256, version, system, bootId, "
            + "steps [test, result, at, attempts, seen, subject], verdict.", null),
        ["AcceptanceEnvelope.Certificate"] = ("The station's certificate, PEM; null when the record is not signed.", null),
        ["AcceptanceEnvelope.Signature"] = (
            "ECDSA over P-256 with SHA-256 over the bytes of the record, by the certificate's key, DER in base64; null when it is not signed.", null),
        ["StationStatus.System"] = ("Version of the card's image that runs; null where the service is a package on another system.", null),
        ["StationStatus.Update"] = ("What became of the newest update that was offered, in one line. Senders cut it at 200 characters.", null),
        ["Heartbeat.StationId"] = Station,
        ["Heartbeat.BootId"] = Boot,
        ["Heartbeat.Number"] = (
            "Counts the heartbeats of this boot, from 1; with two uplinks those of this uplink.", Range(0, MessageReader.IntegerMax)),
        ["Heartbeat.SentAt"] = SentAt,
        ["Heartbeat.Clock"] = Clock,
        ["Heartbeat.UptimeMs"] = ("Milliseconds since the start of the service, monotonic clock.", Range(0, MessageReader.IntegerMax)),
        ["Heartbeat.LastSequence"] = ("Sequence of the newest report: shows a loss even when nothing follows it.", Range(0, MessageReader.IntegerMax)),
        ["Heartbeat.Unreceipted"] = ("Number of reports that still wait for a receipt.", Range(0, int.MaxValue)),
        ["Heartbeat.Uplink"] = ("Name of the uplink that carried it.", null),
        ["Heartbeat.EveryMs"] = ("The pace: the next one follows after so many milliseconds.", Range(0, MessageReader.IntegerMax)),
        ["Telemetry.StationId"] = Station,
        ["Telemetry.BootId"] = Boot,
        ["Telemetry.SentAt"] = SentAt,
        ["Telemetry.Clock"] = Clock,
        ["Telemetry.Latitude"] = ("WGS 84, degrees; ignored without longitude.", Range(-90, 90)),
        ["Telemetry.Longitude"] = ("WGS 84, degrees; ignored without latitude.", Range(-180, 180)),
        ["Telemetry.TemperatureC"] = ("Temperature of the board, °C.", Range(-100, 200)),
        ["Telemetry.MemoryMiB"] = ("Resident memory of the service, MiB.", new JsonObject { ["minimum"] = 0 }),
        ["Telemetry.DiskFreeMiB"] = ("Free space beside the journal, MiB.", new JsonObject { ["minimum"] = 0 }),
        ["Telemetry.BatteryVolts"] = ("Voltage of the battery or the UPS, V.", new JsonObject { ["minimum"] = 0, ["maximum"] = 100 }),
        ["Telemetry.BatteryPercent"] = ("Charge by the fuel gauge, %.", new JsonObject { ["minimum"] = 0, ["maximum"] = 100 }),
        ["Telemetry.SupplyAmperes"] = (
            "Current out of the UPS, A; negative while it charges.", new JsonObject { ["minimum"] = -100, ["maximum"] = 100 }),
        ["Telemetry.SirenAmperes"] = ("Current of the siren's feed, A.", new JsonObject { ["minimum"] = -100, ["maximum"] = 100 }),
        ["Telemetry.LongestSampleGapMs"] = (
            "Longest time between two looks at the inputs since the telemetry before, ms; 10 when all is well. A shorter press may be lost.",
            new JsonObject { ["minimum"] = 0 }),
        ["Telemetry.PositionSource"] = ("Where latitude and longitude come from: the configuration (Surveyed), or the receiver (Gnss).", null),
        ["Telemetry.Gnss"] = ("The GNSS receiver; null where none is configured.", null),
        ["GnssReading.State"] = (
            "Unreachable: gpsd does not answer. NoReceiver: gpsd has none. Silent: it says nothing. NoFix: too few satellites. Unproven: "
            + "fixes come, none of the newest is believed. Fixed." + Unknown + "Unproven.",
            null),
        ["GnssReading.Latitude"] = ("Of the newest believed fix, WGS 84, degrees; ignored without longitude.", Range(-90, 90)),
        ["GnssReading.Longitude"] = ("Of the newest believed fix, WGS 84, degrees; ignored without latitude.", Range(-180, 180)),
        ["GnssReading.HorizontalErrorM"] = ("Its estimated horizontal error, m, 95 %.", new JsonObject { ["minimum"] = 0 }),
        ["GnssReading.Mode"] = ("2: position; 3: position and height.", Range(0, 3)),
        ["GnssReading.SatellitesUsed"] = ("Satellites used, as the receiver last told.", Range(0, int.MaxValue)),
        ["GnssReading.FixAgeMs"] = ("Age of the newest believed fix, ms, on the monotonic clock.", Range(0, MessageReader.IntegerMax)),
        ["GnssReading.OffSurveyedM"] = ("Its distance from the surveyed position, m; null where nobody surveyed the post.", new JsonObject { ["minimum"] = 0 }),
        ["Telemetry.Modem"] = ("The LTE modem as ModemManager sees it; null where there is none.", null),
        ["ModemVitals.State"] = ("ModemManager's word for the modem's state, or absent.", null),
        ["ModemVitals.Operator"] = ("Name of the network, or its code.", null),
        ["ModemVitals.Technology"] = ("Access technologies, for example lte.", null),
        ["ModemVitals.Registration"] = ("ModemManager's word: home, roaming, searching, idle, denied.", null),
        ["ModemVitals.Sim"] = ("ready, missing, or the lock that holds it, for example sim-pin.", null),
        ["ModemVitals.SignalPercent"] = ("Signal quality by ModemManager's own scale, %.", Range(0, 100)),
        ["ModemVitals.RsrpDbm"] = ("Reference signal received power, dBm.", Range(-200, 0)),
        ["ModemVitals.RsrqDb"] = ("Reference signal received quality, dB.", Range(-100, 100)),
        ["ModemVitals.SinrDb"] = ("Signal to interference and noise ratio, dB.", Range(-100, 100)),
        ["CenterHeartbeat.SentAt"] = SentAt,
        ["CenterHeartbeat.BootId"] = ("Names one run of the centre.", null),
        ["CenterHeartbeat.Number"] = ("Counts the heartbeats of this run, from 1.", Range(0, MessageReader.IntegerMax)),
        ["StationCertificateRequest.StationId"] = Station,
        ["StationCertificateRequest.RequestId"] = ("Names the request; the same when it is sent again. Not the nil UUID.", null),
        ["StationCertificateRequest.SentAt"] = SentAt,
        ["StationCertificateRequest.Request"] = (
            "PKCS #10 as PEM, ECDSA P-256: the subject is CN=stationId, the key is new and does not leave the station.", new JsonObject { ["minLength"] = 1 }),
        ["StationCertificate.RequestId"] = ("The request that it answers. Not the nil UUID.", null),
        ["StationCertificate.SentAt"] = SentAt,
        ["StationCertificate.Certificate"] = ("One certificate as PEM. The same request gets the same one again.", null),
        ["StationCertificate.Refusal"] = ("Why none was issued.", null),
    };

    public static IEnumerable<string> Keys => s_terms.Keys;

    private static (string Description, JsonObject? Limits) Station => ("Names the station.", new JsonObject { ["pattern"] = NamePattern });

    private static (string Description, JsonObject? Limits) Boot => ("Names one run of the station's service.", new JsonObject { ["minLength"] = 1 });

    private static (string Description, JsonObject? Limits) Clock =>
        ("What the wall times of this message are worth." + Unknown + "Unsynchronized.", null);

    private static (string Description, JsonObject? Limits) SentAt => ("When it was sent, UTC with milliseconds.", null);

    /// <summary>The term of one property; throws for a property that nobody has described.</summary>
    public static (string Description, JsonObject? Limits) Of(Type type, string property) =>
        s_terms.TryGetValue($"{type.Name}.{property}", out var term)
            ? (term.Description, term.Limits?.DeepClone().AsObject())
            : throw new KeyNotFoundException($"{type.Name}.{property} has no description: add it to {nameof(SchemaTerms)}");

    private static JsonObject Range(long min, long max) => new() { ["minimum"] = min, ["maximum"] = max };
}
