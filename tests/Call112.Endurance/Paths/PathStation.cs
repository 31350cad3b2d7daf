using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Call112.Endurance.Lines;
using Call112.Endurance.Machine;
using Call112.Tests;

namespace Call112.Endurance.Paths;

/// <summary>
/// One station of one cell: a network namespace, a proxy for each line, a gateway process in it, and what its panel says. Panel and receiver are
/// on a link of their own, so that no fault hides what the station knows.
/// </summary>
internal sealed class PathStation : IAsyncDisposable
{
    /// <summary>The link for the eyes of the run.</summary>
    private const string Eyes = "ops0";

    private const string Lan = "eth0", Lte = "wwan0";

    private const string FakeTime = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

    private static readonly TimeSpan s_lookEvery = TimeSpan.FromMilliseconds(250), s_patience = TimeSpan.FromSeconds(60);

    private readonly PathCity _city;
    private readonly PathCell _cell;
    private readonly StationNetwork _network;
    private readonly Dictionary<string, FaultProxy> _proxies = [];
    private readonly Dictionary<string, VerdictLog> _uplinks = [];
    private readonly CancellationTokenSource _over = new();
    private readonly List<Task> _watching = [];
    private readonly string _clock;
    private PlayedGpsd? _gpsd;
    private GatewayProcess? _gateway;

    private PathStation(PathCity city, PathCell cell, StationNetwork network)
    {
        (_city, _cell, _network) = (city, cell, network);
        _clock = Path.Combine(city.Site.NewFolder("clock"), "faketimerc");
        Center = new VerdictLog(city.Site.Time);
    }

    /// <summary>The line that the fault strikes.</summary>
    public FaultProxy Struck => _proxies[_cell.Uplink];

    /// <summary>The line of an uplink.</summary>
    public FaultProxy LineOf(string uplink) => _proxies[uplink];

    /// <summary>The cable of the line that is struck carries nothing from now on; nobody's TCP is told.</summary>
    public Task CutCableAsync() => _network.CutAsync(_cell.Uplink == "lan" ? Lan : Lte);

    public Mosquitto? OwnBroker { get; private set; }

    public NameServer? Names { get; private set; }

    /// <summary>What the station says of the centre.</summary>
    public VerdictLog Center { get; }

    /// <summary>What the station says of the line that is struck.</summary>
    public VerdictLog Uplink => _uplinks[_cell.Uplink];

    /// <summary>Starts everything, and waits until both ends call every line up.</summary>
    public static async Task<PathStation> StartAsync(PathCity city, PathCell cell)
    {
        string[] devices = cell.Ways == Ways.Lan ? [Lan, Eyes] : cell.HasTwo ? [Lan, Lte, Eyes] : [Lte, Eyes];
        var station = new PathStation(city, cell, await StationNetwork.MakeAsync(city.Ip, devices));
        try
        {
            await station.BeginAsync();
            return station;
        }
        catch
        {
            await station.DisposeAsync();
            throw;
        }
    }

    /// <summary>The broker shows another certificate from now on. TLS ends no living session, so it has to connect anew.</summary>
    public void ShowCertificate(bool good)
    {
        Struck.LeadTo(good ? _city.GoodTlsPort : _city.ExpiredTlsPort);
        if (!good)
            Struck.Reset();
    }

    /// <summary>Steps the gateway's wall clock, in faketime's words; its monotonic clock goes on.</summary>
    public void TurnClock(string to)
    {
        // As a whole or not at all: the library may read it at any moment.
        File.WriteAllText(_clock + ".new", to);
        File.Move(_clock + ".new", _clock, overwrite: true);
    }

    public async Task AcknowledgeAsync() => await _gateway!.PressAsync("acknowledge");

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await Task.WhenAll(_watching);
        _gateway?.Dispose();
        OwnBroker?.Dispose();
        foreach (var proxy in _proxies.Values)
            proxy.Dispose();
        Names?.Dispose();
        _gpsd?.Dispose();
        _network.Dispose();
        _over.Dispose();
    }

    private async Task BeginAsync()
    {
        var uplinks = new JsonArray();
        if (_cell.Ways != Ways.Lte)
            uplinks.Add(await UplinkAsync("lan", Lan, metered: false));
        if (_cell.Ways != Ways.Lan)
            uplinks.Add(await UplinkAsync("lte", Lte, metered: true));
        var options = new JsonObject
        {
            ["station"] = new JsonObject { ["id"] = _cell.StationId, ["name"] = $"Pos {_cell.Name}", ["groups"] = new JsonArray("puskesmas") },
            ["uplinks"] = uplinks,
        };
        if (_cell.Load == Load.Telemetry)
        {
            _gpsd = new PlayedGpsd(IPAddress.Parse(_network.Here(Eyes)), _city.Site.Time);
            options["position"] = new JsonObject { ["gpsd"] = _gpsd.Address };
        }

        var before = _network.Inside.ToList();
        if (_cell.Fault.Needs.HasFlag(Around.Clock))
        {
            if (!File.Exists(FakeTime))
                throw new EnduranceException("faketime is not installed: run tests/install");
            TurnClock("+0");
            options["clock"] = new JsonObject { ["source"] = "kernel" };
            // The last: else the library reckons waits on the monotonic clock by the wall clock.
            before.AddRange([
                "/usr/bin/env", $"LD_PRELOAD={FakeTime}", $"FAKETIME_TIMESTAMP_FILE={_clock}", "FAKETIME_NO_CACHE=1", "DONT_FAKE_MONOTONIC=1",
                "FAKETIME_DONT_FAKE_MONOTONIC=1", "FAKETIME_FORCE_MONOTONIC_FIX=0",
            ]);
        }

        _gateway = new GatewayProcess(_city.Site, _city.Gateway, options, $"{_network.There(Eyes)}:8112", before);
        await _gateway.StartAsync();
        _watching.Add(ReadPanelAsync());
        _watching.Add(LookAtPanelAsync());
        await UntilUpAsync();
        if (_cell.Ways == Ways.LteHurried)
            await LoseTheFirstAsync();
    }

    private async Task UntilUpAsync()
    {
        bool AllUp() => _uplinks.Values.All(log => log.Present == VerdictLog.Up) && Center.Present == VerdictLog.Up
            && _uplinks.Keys.All(name => _city.SightOf(_cell.StationId).Of(name).Present == VerdictLog.Up)
            && (_cell.Load != Load.Telemetry || _city.SightOf(_cell.StationId).Telemetry >= 3);
        await _city.Site.UntilAsync(AllUp, $"{_cell.Name}: both ends call every line up{(_gpsd is null ? "" : " and telemetry flows")}", s_patience);
    }

    /// <summary>The fast line goes and stays away; the metered one keeps the normal profile from then on, and the centre knows.</summary>
    private async Task LoseTheFirstAsync()
    {
        (_proxies["lan"].ToBroker, _proxies["lan"].ToStation, _proxies["lan"].Reception) = (Carriage.Swallow, Carriage.Swallow, Reception.Close);
        bool Hurried() => _uplinks["lan"].Present == VerdictLog.Down && _uplinks["lte"].Present == VerdictLog.Up
            && _city.SightOf(_cell.StationId) is var sight && sight.Of("lan").Present == VerdictLog.Down && sight.Of("lte").Present == VerdictLog.Up
            && !sight.Metered.Contains("lte");
        await _city.Site.UntilAsync(Hurried, $"{_cell.Name}: the metered line is hurried", s_patience);
    }

    private async Task<JsonObject> UplinkAsync(string name, string device, bool metered)
    {
        var needs = name == _cell.Uplink ? _cell.Fault.Needs : Around.Nothing;
        var broker = _city.Broker.Port;
        if (needs.HasFlag(Around.Tls))
            broker = _city.GoodTlsPort;
        if (needs.HasFlag(Around.OwnBroker))
        {
            OwnBroker = _city.NewBridgedBroker(_cell.StationId);
            await OwnBroker.StartAsync();
            broker = OwnBroker.Port;
        }

        var here = IPAddress.Parse(_network.Here(device));
        var proxy = new FaultProxy(here, broker, _city.Site.Time, _city.DiceOf(_cell));
        _proxies[name] = proxy;
        _uplinks[name] = new VerdictLog(_city.Site.Time);
        var host = here.ToString();
        if (needs.HasFlag(Around.Name))
        {
            Names = new NameServer(IPAddress.Parse(_network.Here(Eyes)), here);
            _network.ResolveBy(_network.Here(Eyes));
            host = PathCity.BrokerName;
        }

        var uplink = new JsonObject
        {
            ["name"] = name,
            ["broker"] = $"{(needs.HasFlag(Around.Tls) ? "mqtts" : "mqtt")}://{host}:{proxy.Address.Port}",
            ["interface"] = device,
            ["metered"] = metered,
        };
        if (needs.HasFlag(Around.Tls))
            uplink["caFile"] = _city.AuthorityFile;
        return uplink;
    }

    /// <summary>The panel's stream: every change that somebody caused.</summary>
    private async Task ReadPanelAsync()
    {
        const string mark = "data: ";
        try
        {
            using var reader = new StreamReader(await _gateway!.Panel.GetStreamAsync("/api/station/stream", _over.Token));
            while (await reader.ReadLineAsync(_over.Token) is { } line)
                if (line.StartsWith(mark, StringComparison.Ordinal))
                    Note(JsonDocument.Parse(line[mark.Length..]).RootElement);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or HttpRequestException)
        {
            // Seen enough.
        }
    }

    /// <summary>The panel's picture: what changed by time alone.</summary>
    private async Task LookAtPanelAsync()
    {
        try
        {
            while (!_over.IsCancellationRequested)
            {
                Note(await _gateway!.StationAsync());
                await Task.Delay(s_lookEvery, _city.Site.Time, _over.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or HttpRequestException)
        {
            // Seen enough.
        }
    }

    private void Note(JsonElement picture)
    {
        Center.Note(picture.GetProperty("center").GetString()!);
        foreach (var uplink in picture.GetProperty("uplinks").EnumerateArray())
            if (_uplinks.TryGetValue(uplink.GetProperty("name").GetString()!, out var log))
                log.Note(uplink.GetProperty("verdict").GetString()!);
    }
}
