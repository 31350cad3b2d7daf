using System.Globalization;
using System.Net;
using Call112.Gateway.Board.Profiles;
using Call112.Station;

namespace Call112.Gateway.Options;

/// <summary>The effective options of one gateway: station.json over the defaults, environment over both. Immutable and checked.</summary>
public sealed record GatewayOptions
{
    public required StationOptions Station { get; init; }

    public required UplinkOptions Uplink { get; init; }

    /// <summary>A second way to the centre, or null. Both are live at once; there are no more than <see cref="UplinksMax"/>.</summary>
    public UplinkOptions? SecondUplink { get; init; }

    /// <summary>Ways to the centre at most: a line and a modem.</summary>
    public const int UplinksMax = 2;

    /// <summary>Every uplink, in the order of the configuration.</summary>
    public IReadOnlyList<UplinkOptions> Uplinks => SecondUplink is null ? [Uplink] : [Uplink, SecondUplink];

    /// <summary>
    /// The MQTT client id of an uplink's session: <c>call112-{id}</c> while there is one, <c>call112-{id}-{name}</c> with two (contract, "Topics";
    /// decision 0015).
    /// </summary>
    public string ClientIdOf(UplinkOptions uplink) => SecondUplink is null ? $"call112-{Station.Id}" : $"call112-{Station.Id}-{uplink.Name}";

    public BoardOptions Board { get; init; } = new();

    /// <summary>Path of the journal's SQLite file.</summary>
    public string JournalPath { get; init; } = "/var/lib/call112/journal.db";

    /// <summary>Where the panel listens, or null when there is none.</summary>
    public PanelListen? Panel { get; init; } = PanelListen.Usual;

    /// <summary>Believe the wall clock without asking the kernel. Default on a simulated board, where the host's clock is what there is.</summary>
    public bool TrustClock { get; init; }

    /// <summary>Where gpsd listens, or null when the box has no GNSS receiver.</summary>
    public GpsdOptions? Gpsd { get; init; }

    /// <summary>A character display on the cabinet, or null. Only a build with <c>-p:IotBindings=true</c> can drive one.</summary>
    public DisplayOptions? Display { get; init; }

    /// <summary>The LTE modem, or null when the station has none.</summary>
    public CellularOptions? Cellular { get; init; }

    /// <summary>The last path, or null while it is off; only with <see cref="Cellular"/>.</summary>
    public SmsOptions? Sms { get; init; }

    /// <summary>Folder through which updates come over the line (decision 0024), or null: this box takes none.</summary>
    public string? UpdatesFolder { get; init; }
}

/// <summary>The local gpsd.</summary>
/// <param name="Silence">A receiver that has said nothing for so long is silent; gpsd itself is given up after twice that. 3 to 600 s.</param>
public sealed record GpsdOptions(string Host, int Port, TimeSpan Silence)
{
    public static readonly TimeSpan UsualSilence = TimeSpan.FromSeconds(10);

    public override string ToString() => $"{Host}:{Port}";
}

/// <summary>A character display behind a PCF8574.</summary>
/// <param name="Kind"><see cref="Lcd1602"/> or <see cref="Lcd2004"/>.</param>
/// <param name="Address">0x20 … 0x27 (PCF8574) or 0x38 … 0x3F (PCF8574A).</param>
public sealed record DisplayOptions(string Kind, int I2cBus, int Address)
{
    public const string Lcd1602 = "lcd1602", Lcd2004 = "lcd2004";

    /// <summary>As most of these displays are sold: a PCF8574 with no jumper closed.</summary>
    public const int UsualAddress = 0x27;

    /// <summary>Whether this build has the drivers.</summary>
    public static bool AreSupported =>
#if IOT_BINDINGS
        true;
#else
        false;
#endif
}

/// <summary>A loopback or local address and a port; port 0 takes a free one.</summary>
public readonly record struct PanelListen(string Host, int Port)
{
    public static readonly PanelListen Usual = new("127.0.0.1", 8112);

    /// <summary>Null for what is not <c>address:port</c>, with an IP address, or <c>localhost</c> and a port that is not 0.</summary>
    public static PanelListen? Parse(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port > 65535)
            return null;
        var host = text[..colon].Trim('[', ']');
        // A name would have to be resolved, which a boot must not wait for; "localhost" is two addresses, which cannot share a free port.
        return IPAddress.TryParse(host, out _) || (host == "localhost" && port != 0) ? new PanelListen(host, port) : null;
    }

    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}

/// <summary>Which cabinet the station drives.</summary>
public sealed record BoardOptions
{
    public const string SimulatedProfile = "simulated";

    /// <summary><c>simulated</c>, or the full path of a board profile.</summary>
    public string Profile { get; init; } = SimulatedProfile;

    /// <summary>The profile that was read from that path; null for the simulated board.</summary>
    public BoardProfile? Cabinet { get; init; }

    /// <summary>Simulated board only: a file or FIFO that gets one line per output change, <c>monotonic-ns name 0|1</c>.</summary>
    public string? TracePath { get; init; }
}

/// <summary>One way to a broker.</summary>
public sealed record UplinkOptions
{
    public string Name { get; init; } = "lan";

    public required string Host { get; init; }

    public required int Port { get; init; }

    public bool Tls { get; init; }

    /// <summary>PEM file with the authorities to trust; the system's when null.</summary>
    public string? CaFile { get; init; }

    /// <summary>PEM file with the station's certificate.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>PEM file with its key.</summary>
    public string? KeyFile { get; init; }

    /// <summary>What stands in station.json itself, in place of files that are not named; null without TLS, or when there is none.</summary>
    public StationIdentity? Identity { get; init; }

    public string? Username { get; init; }

    /// <summary>File whose first line is the password.</summary>
    public string? PasswordFile { get; init; }

    /// <summary>A slow or paid line: heartbeats every 30 s instead of 5 s, loss known after 90 s (contract, "Topics").</summary>
    public bool Metered { get; init; }

    /// <summary>Network interface that its connection is bound to; null: the one that the routes choose.</summary>
    public string? Interface { get; init; }

    /// <summary>Time between heartbeats, as long as no other uplink is in trouble.</summary>
    public TimeSpan HeartbeatEvery => HeartbeatEveryOf(Metered);

    /// <summary>
    /// How soon a PUBACK is overdue, so that the other uplink takes over reports and the pace: 1 s; metered, where a round trip may take longer: 3 s.
    /// </summary>
    public TimeSpan DoubtAfter => TimeSpan.FromSeconds(Metered ? 3 : 1);

    /// <summary>Time between heartbeats: 5 s, 30 s in the metered profile (contract, "Topics").</summary>
    /// <param name="isFrugal">See <see cref="Links.IsFrugal"/>.</param>
    public static TimeSpan HeartbeatEveryOf(bool isFrugal) => TimeSpan.FromSeconds(isFrugal ? 30 : 5);

    /// <summary>
    /// How long a PUBACK may take before the connection is given up: 4 s, 20 s in the metered profile. With the heartbeat's pace it stays below 10 s:
    /// where only what the station says gets through, the centre learns of the loss by this end alone.
    /// </summary>
    /// <inheritdoc cref="HeartbeatEveryOf" path="/param"/>
    public static TimeSpan PublishDeadlineOf(bool isFrugal) => TimeSpan.FromSeconds(isFrugal ? 20 : 4);

    public override string ToString() => $"{(Tls ? "mqtts" : "mqtt")}://{Host}:{Port}";
}
