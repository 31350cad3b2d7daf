using System.Collections.Concurrent;
using System.Text.Json;
using Call112.Endurance.Lines;
using Call112.Endurance.Machine;
using Call112.Endurance.Scale;
using Call112.Tests;

namespace Call112.Endurance.Paths;

/// <summary>How the centre sees one station.</summary>
internal sealed class CenterSight(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, VerdictLog> _uplinks = new();
    private string? _telemetry;

    /// <summary>The station as a whole; offline by its will counts as down.</summary>
    public VerdictLog Station { get; } = new(time);

    /// <summary>Uplinks that keep the metered pace.</summary>
    public IReadOnlyCollection<string> Metered { get; private set; } = [];

    /// <summary>Telemetry messages that were seen.</summary>
    public int Telemetry { get; private set; }

    /// <summary>Alarms of the station's own that have come, newest last.</summary>
    public IReadOnlyList<string> Alarms { get; private set; } = [];

    public VerdictLog Of(string uplink) => _uplinks.GetOrAdd(uplink, _ => new VerdictLog(time));

    public void Note(JsonElement station)
    {
        var isOnline = station.GetProperty("online").ValueKind != JsonValueKind.False;
        Station.Note(isOnline ? station.GetProperty("verdict").GetString()! : VerdictLog.Down);
        JsonElement[] uplinks = [.. station.GetProperty("uplinks").EnumerateArray()];
        Metered = [.. uplinks.Where(uplink => uplink.GetProperty("metered").GetBoolean()).Select(uplink => uplink.GetProperty("name").GetString()!)];
        foreach (var uplink in uplinks)
            // A station of one line that is offline has no line that lives.
            Of(uplink.GetProperty("name").GetString()!).Note(
                isOnline || uplinks.Length > 1 ? uplink.GetProperty("verdict").GetString()! : VerdictLog.Down);
        Alarms = [.. station.GetProperty("recentAlarms").EnumerateArray().Select(alarm => alarm.GetProperty("event").GetString()!)];
        if (station.GetProperty("telemetry") is not { ValueKind: JsonValueKind.Object } telemetry || telemetry.GetRawText() == _telemetry)
            return;
        _telemetry = telemetry.GetRawText();
        Telemetry++;
    }
}

/// <summary>What all cells share: the broker, the centre on it, and the watch on the centre.</summary>
internal sealed class PathCity : IAsyncDisposable
{
    /// <summary>The broker's name where one is needed; reserved for tests (RFC 6761).</summary>
    public const string BrokerName = "pusat.call112.test";

    private readonly ConcurrentDictionary<string, CenterSight> _sights = new();
    private readonly CancellationTokenSource _over = new();
    private readonly CenterProcess _center;
    private readonly CityCertificates _certificates;
    private readonly int _seed;
    private Task _watching = Task.CompletedTask;

    /// <exception cref="EnduranceException">A program is missing.</exception>
    public PathCity(Site site, string gateway, int seed)
    {
        (Site, Gateway, _seed) = (site, gateway, seed);
        Ip = Site.Installed("ip") ?? throw new EnduranceException("ip is not installed: run tests/install");
        _certificates = new CityCertificates(site.NewFolder("certificates"), BrokerName, site.Time.GetUtcNow());
        (GoodTlsPort, ExpiredTlsPort) = (LoopbackPorts.Free(), LoopbackPorts.Free());
        Broker = new Mosquitto(
            site, [.. _certificates.Listener(GoodTlsPort, "good"), .. _certificates.Listener(ExpiredTlsPort, "expired")]);
        _center = new CenterProcess(site, site.BuiltCenter, Broker.Port);
    }

    public Site Site { get; }

    /// <summary>The program under test.</summary>
    public string Gateway { get; }

    /// <summary>iproute2.</summary>
    public string Ip { get; }

    public Mosquitto Broker { get; }

    public int GoodTlsPort { get; }

    public int ExpiredTlsPort { get; }

    public string AuthorityFile => _certificates.Authority;

    public CenterProcess Center => _center;

    public async Task StartAsync()
    {
        await Broker.StartAsync();
        await _center.StartAsync();
        _watching = _center.ReadEventsAsync(
            (kind, change) =>
            {
                if (kind == "station")
                    SightOf(change.GetProperty("stationId").GetString()!).Note(change);
            },
            _over.Token);
    }

    /// <summary>The dice of one cell: the same in every run of the same seed, whatever else is played.</summary>
    public Random DiceOf(PathCell cell) => new((_seed * 10_000) + cell.Number);

    public CenterSight SightOf(string station) => _sights.GetOrAdd(station, _ => new CenterSight(Site.Time));

    /// <summary>A broker for one line, bridged to the city's both ways (decision 0015).</summary>
    public Mosquitto NewBridgedBroker(string name) => new(
        Site,
        "connection city",
        $"address 127.0.0.1:{Broker.Port}",
        $"remote_clientid bridge-{name}",
        "bridge_protocol_version mqttv50",
        "topic call112/# both 1",
        "cleansession false",
        "notifications false",
        "restart_timeout 1",
        "keepalive_interval 10");

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _watching;
        _center.Dispose();
        Broker.Dispose();
        _over.Dispose();
    }
}
