using System.Text;
using CsCheck;

namespace Call112.Messages.Tests;

/// <summary>Generators of valid messages: every value that the contract allows may come, with the limits in it.</summary>
internal static class MessageGen
{
    private const string NameInner = "abcdefghijklmnopqrstuvwxyz0123456789-", NameEnds = "abcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>Any text that is one: all planes of Unicode, control characters and quotes, no half surrogate pairs.</summary>
    public static readonly Gen<string> Text = Gen.OneOf(
        Gen.Int[0x20, 0x7E],
        Gen.Int[0, 0x1F],
        Gen.Int[0xA0, 0xD7FF],
        Gen.Int[0xE000, 0xFFFF],
        Gen.Int[0x1_0000, 0x10_FFFF],
        Gen.OneOf('"', '\\', '/', '<', 0xFEFF, 0x2028)).Array[0, 40].Select(codes => codes.Aggregate(
            new StringBuilder(), (text, code) => text.Append(new Rune(code).ToString()), text => text.ToString()));

    /// <summary>What the wire keeps: whole milliseconds, any year a .NET time can hold.</summary>
    public static readonly Gen<DateTimeOffset> Time =
        Gen.Long[DateTimeOffset.MinValue.ToUnixTimeMilliseconds(), DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()]
            .Select(DateTimeOffset.FromUnixTimeMilliseconds);

    public static readonly Gen<string> Name = Gen.Select(
        Gen.OneOf(NameEnds.ToCharArray()),
        Gen.OneOf(NameInner.ToCharArray()).Array[Topics.NameMinLength - 2, Topics.NameMaxLength - 2],
        Gen.OneOf(NameEnds.ToCharArray()),
        (first, inner, last) => $"{first}{new string(inner)}{last}");

    private static readonly Gen<string?> s_optionalText = Gen.Null(Text);

    private static readonly Gen<string> s_bootId = Text.Where(text => text.Length > 0);

    private static readonly Gen<long> s_count = Integer(0, Messages.Report.SequenceMax);

    private static readonly Gen<int> s_intCount = Integer(0, int.MaxValue).Select(value => (int)value);

    private static readonly Gen<Guid> s_id = Gen.Guid.Where(id => id != Guid.Empty);

    private static readonly Gen<string> s_incidentId = Gen.OneOf(Gen.Char.AlphaNumeric, Gen.Const('-'))
        .Array[1, Incident.IncidentIdMaxLength].Select(letters => new string(letters));

    private static readonly Gen<(double? Latitude, double? Longitude)> s_position = Gen.OneOf(
        Gen.Const<(double?, double?)>((null, null)),
        Gen.Select(Real(-90, 90), Real(-180, 180), (latitude, longitude) => ((double?)latitude, (double?)longitude)));

    private static readonly Gen<Location> s_location = Gen.Select(
        s_optionalText, s_optionalText, s_optionalText, s_optionalText, s_position,
        (address, landmark, village, code, position) => new Location(address, landmark, village, code, position.Latitude, position.Longitude));

    private static readonly Gen<Incident> s_incident = Gen.Select(
        s_incidentId,
        Gen.Enum<Category>(),
        s_optionalText,
        Gen.Int[Incident.HighestPriority, Incident.LowestPriority],
        Gen.Nullable(Gen.Enum<Triage>()),
        Gen.Null(s_location),
        Gen.Nullable(Integer(0, Incident.VictimsMax).Select(value => (int)value)),
        s_optionalText,
        (id, category, nature, priority, triage, location, victims, narrative) =>
            new Incident(id, category, nature, priority, triage, location, victims, narrative));

    public static readonly Gen<Dispatch> Dispatch = Gen.Select(
        Gen.Select(s_id, Gen.Enum<MessageType>(), Gen.Enum<DispatchStatus>(), Time, Time),
        Integer(0, Messages.Dispatch.RevisionMax).Select(value => (int)value),
        Gen.Null(Text.List[0, Messages.Dispatch.ZonesMax]),
        Gen.Bool,
        s_incident,
        Gen.Bool,
        (head, revision, zones, discreet, incident, silent) => new Dispatch(
            head.Item1, head.Item2, head.Item3, head.Item4, head.Item5, revision, zones, discreet,
            silent && head.Item2 == MessageType.Cancel ? null : incident));

    public static readonly Gen<Report> Report = Gen.Select(
        Gen.Select(Name, Integer(1, Messages.Report.SequenceMax), s_bootId, Gen.Enum<ReportEvent>(), Time, Time),
        Gen.Select(Gen.Enum<ClockState>(), Gen.Enum<ReportSource>(), Gen.Nullable(s_id), s_optionalText),
        Gen.Select(Gen.Nullable(s_count), s_optionalText, Gen.Nullable(Gen.Enum<Outcome>()), s_optionalText),
        (a, b, c) => new Report(
            a.Item1, a.Item2, a.Item3, a.Item4, a.Item5, a.Item6, b.Item1, b.Item2, b.Item3, b.Item4, c.Item1, c.Item2, c.Item3, c.Item4));

    public static readonly Gen<Receipt> Receipt = s_count.Select(upTo => new Receipt(upTo));

    private static readonly Gen<UpdateOffer> s_offer = Gen.Select(
        Gen.Char["0123456789abcXYZ.+~"].Array[0, UpdateOffer.VersionMaxLength - 1].Select(letters => $"1{new string(letters)}"),
        Gen.Select(Gen.Bool, Name, Name, (tls, host, file) => $"{(tls ? "https" : "http")}://{host}.example:8443/{file}.raucb"),
        Integer(1, UpdateOffer.BytesMax),
        Gen.Char["0123456789abcdef"].Array[UpdateOffer.Sha256Length].Select(digits => new string(digits)),
        Gen.Bool,
        (version, url, bytes, sha256, metered) => new UpdateOffer(version, url, bytes, sha256, metered));

    public static readonly Gen<StationCommand> Command = Gen.Select(
        Gen.Enum<CommandKind>(), Gen.Nullable(s_id), Gen.Nullable(Time), s_offer,
        (kind, id, sentAt, offer) => new StationCommand(kind, id, sentAt, kind == CommandKind.Update ? offer : null));

    public static readonly Gen<StationStatus> Status = Gen.Select(
        Gen.Select(Gen.Bool, Name, s_bootId, Time, Gen.Enum<ClockState>()),
        Gen.Select(s_optionalText, s_optionalText, s_optionalText, Gen.Nullable(s_count), Gen.Nullable(s_intCount)),
        Gen.Null(Name.List[0, 20]),
        Gen.Null(Text.List[0, 20]),
        Gen.Select(
            s_optionalText, s_optionalText, Gen.Nullable(Time), Gen.Nullable(Gen.Enum<ServiceState>()), s_optionalText, s_optionalText),
        (a, b, groups, alarms, c) => new StationStatus(
            a.Item1, a.Item2, a.Item3, a.Item4, a.Item5, b.Item1, b.Item2, groups, b.Item3, b.Item4, b.Item5, alarms, c.Item1, c.Item2, c.Item3,
            c.Item4, c.Item5, c.Item6));

    public static readonly Gen<Heartbeat> Heartbeat = Gen.Select(
        Name, s_bootId, s_count, Time, Gen.Enum<ClockState>(), s_count, s_count, Gen.Select(s_intCount, s_optionalText, Gen.Nullable(s_count)),
        (station, boot, number, sentAt, clock, uptime, sequence, rest) =>
            new Heartbeat(station, boot, number, sentAt, clock, uptime, sequence, rest.Item1, rest.Item2, rest.Item3));

    private static readonly Gen<GnssReading> s_gnss = Gen.Select(
        Gen.Enum<GnssState>(),
        s_position,
        Gen.Nullable(Real(0, double.MaxValue)),
        Gen.Nullable(Gen.Int[0, 3]),
        Gen.Nullable(s_intCount),
        Gen.Nullable(s_count),
        Gen.Nullable(Real(0, double.MaxValue)),
        (state, position, error, mode, used, age, off) =>
            new GnssReading(state, position.Latitude, position.Longitude, error, mode, used, age, off));

    private static readonly Gen<ModemVitals?> s_modem = Gen.Select(
        Gen.Bool,
        Gen.Select(s_optionalText, s_optionalText, s_optionalText, s_optionalText, s_optionalText),
        Gen.Select(Gen.Nullable(Real(0, 100)), Gen.Nullable(Real(-200, 0)), Gen.Nullable(Real(-100, 100)), Gen.Nullable(Real(-100, 100))),
        (there, words, signal) => there
            ? new ModemVitals(words.Item1, words.Item2, words.Item3, words.Item4, words.Item5, signal.Item1, signal.Item2, signal.Item3, signal.Item4)
            : null);

    public static readonly Gen<Telemetry> Telemetry = Gen.Select(
        Gen.Select(Name, s_bootId, Time, Gen.Enum<ClockState>()),
        s_position,
        Gen.Nullable(Real(-100, 200)),
        Gen.Nullable(Real(0, double.MaxValue)),
        Gen.Nullable(Real(0, double.MaxValue)),
        Gen.Select(Gen.Nullable(Real(0, 100)), Gen.Nullable(Real(0, 100)), Gen.Nullable(Real(-100, 100)), Gen.Nullable(Real(-100, 100))),
        Gen.Select(Gen.Nullable(Gen.Enum<PositionSource>()), Gen.Null(s_gnss), s_modem, Gen.Nullable(Real(0, double.MaxValue))),
        (a, position, temperature, memory, disk, power, added) => new Telemetry(
            a.Item1, a.Item2, a.Item3, a.Item4, position.Latitude, position.Longitude, temperature, memory, disk,
            power.Item1, power.Item2, power.Item3, power.Item4, added.Item1, added.Item2, added.Item3, added.Item4));

    public static readonly Gen<CenterHeartbeat> CenterHeartbeat = Gen.Select(
        Time, s_optionalText, Gen.Nullable(s_count), (sentAt, boot, number) => new CenterHeartbeat(sentAt, boot, number));

    public static readonly Gen<StationCertificateRequest> CertificateRequest = Gen.Select(
        Name, s_id, Time, Text.Where(text => text.Length > 0), (station, id, sentAt, request) => new StationCertificateRequest(station, id, sentAt, request));

    public static readonly Gen<StationCertificate> Certificate = Gen.Select(
        s_id, Time, s_optionalText, s_optionalText, (id, sentAt, certificate, refusal) => new StationCertificate(id, sentAt, certificate, refusal));

    public static readonly Gen<AcceptanceEnvelope> Acceptance = Gen.Select(
        Text.Where(text => text.Length > 0), s_optionalText, s_optionalText, (record, certificate, signature) => new AcceptanceEnvelope(record, certificate, signature));

    /// <summary>Any message of the contract, with the kind it is.</summary>
    public static readonly Gen<(Wire Wire, object Message)> Any = Gen.OneOf(
        Kind(Dispatch), Kind(Report), Kind(Receipt), Kind(Command), Kind(Status), Kind(Heartbeat), Kind(Telemetry), Kind(CenterHeartbeat),
        Kind(Acceptance), Kind(CertificateRequest), Kind(Certificate));

    private static Gen<(Wire Wire, object Message)> Kind<T>(Gen<T> gen)
        where T : class => gen.Select(message => (Wire.Of(typeof(T)), (object)message));

    private static Gen<long> Integer(long min, long max) => Gen.OneOf(Gen.Long[min, max], Gen.OneOf(min, max));

    private static Gen<double> Real(double min, double max) => Gen.OneOf(Gen.Double[min, max], Gen.OneOf(min, max, 0.0));
}
