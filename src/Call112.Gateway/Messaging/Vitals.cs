using System.Globalization;
using System.Reflection;
using Call112.Gateway.Board;
using Call112.Gateway.Commissioning;
using Call112.Gateway.Options;
using Call112.Gateway.Time;
using Call112.Messages;
using Call112.Station;

namespace Call112.Gateway.Messaging;

/// <summary>What the station says of itself: state, heartbeat, telemetry (contract, "Topics").</summary>
/// <param name="board">Measures for the telemetry; null where there is no cabinet.</param>
public sealed class Vitals(GatewayOptions options, StationLoop station, StationClock clock, IBoard? board = null)
{
    private readonly TimeSpan _started = clock.Monotonic;
    private volatile string? _update;

    /// <summary>Something new is to be told that is not the station's own; from any thread.</summary>
    public event Action? Changed;

    /// <summary>Tells of the modem for the telemetry; null where there is none.</summary>
    public Func<ModemVitals?>? Modem { get; set; }

    /// <summary>Tells whether the box has been accepted; null where nobody looks, and then nothing is said of it.</summary>
    public AcceptanceWatch? Acceptance { get; set; }

    /// <summary>Version of the card's image; null where the service is a package on another system.</summary>
    public string? ImageVersion { get; init; }

    /// <summary>What became of the newest update that was offered, one line; null while there was none. Any thread.</summary>
    public string? Update
    {
        get => _update;
        set
        {
            _update = value;
            Changed?.Invoke();
        }
    }

    public static string Version { get; } =
        typeof(Vitals).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    public string StationId { get; } = options.Station.Id;

    /// <summary>Changes whenever the state message must be sent again.</summary>
    public string HealthKey()
    {
        var state = station.State;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{clock.Now().Clock} {state.Alerts.Length} {CertificateUntil(state):O} {Acceptance?.Present.Service} "
            + $"{string.Join(',', AlarmNames(state))} {Update}");
    }

    /// <param name="uplink">For the will of one of two uplinks: its name.</param>
    public StationStatus Status(bool online, string? uplink = null)
    {
        var state = station.State;
        var now = clock.Now();
        return new StationStatus(
            online,
            StationId,
            station.BootId,
            now.Wall,
            now.Clock,
            options.Station.Name,
            options.Station.Kind.ToString(),
            options.Station.Groups,
            Version,
            state.LastSequence,
            state.Alerts.Length,
            [.. AlarmNames(state)],
            state.Alarms.Any(alarm => alarm.Event == ReportEvent.StorageFault) ? "fault" : station.JournalFinding ?? "ok",
            uplink,
            CertificateUntil(state),
            Acceptance?.Present.Service,
            ImageVersion,
            Update);
    }

    /// <param name="every">The pace in which they follow.</param>
    public Heartbeat Heartbeat(long number, string uplink, TimeSpan every)
    {
        var state = station.State;
        var now = clock.Now();
        return new Heartbeat(
            StationId,
            station.BootId,
            number,
            now.Wall,
            now.Clock,
            (long)(now.Monotonic - _started).TotalMilliseconds,
            state.LastSequence,
            (int)Math.Min(int.MaxValue, state.LastSequence - state.ReceiptedUpTo),
            uplink,
            (long)every.TotalMilliseconds);
    }

    public Telemetry Telemetry()
    {
        var now = clock.Now();
        var gauges = board?.Gauges ?? BoardGauges.None;
        var surveyed = options.Station.Position.Surveyed;
        var gnss = station.State.Senses.Gnss.ReadingAt(now.Monotonic, surveyed);
        // What people measured wins; a believed fix stands in where nobody has (decision 0016).
        var place = surveyed ?? (gnss is { Latitude: { } latitude, Longitude: { } longitude } ? new GeoPoint(latitude, longitude) : null);
        return new Telemetry(
            StationId,
            station.BootId,
            now.Wall,
            now.Clock,
            place?.Latitude,
            place?.Longitude,
            BoardTemperature(),
            Math.Round(Environment.WorkingSet / 1048576.0, 1),
            DiskFree(),
            Rounded(gauges.BatteryVolts),
            Rounded(gauges.BatteryPercent),
            Rounded(gauges.SupplyAmperes),
            Rounded(gauges.SirenAmperes),
            place is null ? null : surveyed is null ? PositionSource.Gnss : PositionSource.Surveyed,
            gnss,
            Modem?.Invoke(),
            Math.Round(station.Pace.TakeLongestGap().TotalMilliseconds, 1));
    }

    private static DateTimeOffset? CertificateUntil(StationState state) => state.Senses.Uplinks.Min(uplink => uplink.Certificate.Until);

    private IEnumerable<string> AlarmNames(StationState state) => Alarms(state).Concat(Links.FaultsOf(state.Senses, clock.Now()));

    private static IEnumerable<string> Alarms(StationState state) =>
        state.Alarms.Select(alarm => alarm.Detail is null || alarm.Event == ReportEvent.StorageFault ? alarm.Event.ToString() : $"{alarm.Event}:{alarm.Detail}").Distinct();

    /// <summary>The kernel's first thermal zone, °C; null where there is none.</summary>
    private static double? BoardTemperature()
    {
        try
        {
            return double.Parse(File.ReadAllText("/sys/class/thermal/thermal_zone0/temp"), CultureInfo.InvariantCulture) / 1000;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Hundredths are what the gauges can tell.</summary>
    private static double? Rounded(double? value) => value is { } known ? Math.Round(known, 2) : null;

    private double? DiskFree()
    {
        try
        {
            return Math.Round(new DriveInfo(Path.GetDirectoryName(Path.GetFullPath(options.JournalPath)) ?? "/").AvailableFreeSpace / 1048576.0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
