using System.Net;
using System.Text.Json.Nodes;
using Call112.Campaign;
using Call112.Endurance.Lines;
using Call112.Endurance.Machine;
using Call112.Endurance.Scale;
using Call112.Tests;

namespace Call112.Endurance.Regain;

/// <param name="Stations">Light stations.</param>
/// <param name="Gateways">Real gateway processes among them.</param>
/// <param name="Away">How long the broker is away, one run each, seconds.</param>
internal sealed record RegainOptions(int Stations, int Gateways, IReadOnlyList<int> Away, int Seed, string? Gateway);

/// <summary>
/// All stations lose the broker in one moment and regain it in one moment (F8): who tries how often, and how they spread. The light stations use the
/// core's back-off; of the real gateways a proxy each, which stays while the broker is away, counts the attempts.
/// </summary>
internal sealed class RegainRun(Site site, RegainOptions options) : IDisposable
{
    /// <summary>The cap of the back-off, an attempt that is under way, and a busy machine.</summary>
    private const double LastBackMax = 35;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90), s_lookEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>Proof of use resets the back-off after this long.</summary>
    private static readonly TimeSpan s_provenAfter = TimeSpan.FromSeconds(62);

    private readonly List<Figure> _figures = [];
    private readonly List<IReadOnlyList<string>> _rows = [];
    private readonly List<string> _failures = [];
    private readonly List<(GatewayProcess Process, FaultProxy Line)> _gateways = [];
    private Mosquitto? _broker;
    private CenterProcess? _center;
    private StationFleet? _fleet;

    private StationFleet Fleet => _fleet!;

    public async Task<CampaignPart> RunAsync()
    {
        var began = site.Time.GetTimestamp();
        var (program, build) = options.Gateway is { } given ? (given, given) : site.NewestGateway();
        _broker = new Mosquitto(site);
        await _broker.StartAsync();
        _center = new CenterProcess(site, site.BuiltCenter, _broker.Port);
        await _center.StartAsync();
        var (pace, deadline) = (TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(4));
        _fleet = new StationFleet(new FleetOptions(options.Stations, _broker.Port, pace, deadline, ConnectsPerSecond: 100, options.Seed), site.Time);
        Fleet.Start();
        await Task.WhenAll(Enumerable.Range(0, options.Gateways).Select(i => StartGatewayAsync(i, program, _broker.Port)));
        await site.UntilAsync(() => Fleet.Linked == options.Stations, "all stations are linked", s_patience);
        foreach (var away in options.Away)
        {
            await site.Pause(s_provenAfter);
            await LoseAsync(TimeSpan.FromSeconds(away));
        }

        return new CampaignPart("regain", $"{options.Stations} stations lose and regain the broker at once")
        {
            Figures = _figures,
            Tables =
            [
                new("Reconnects after the broker is back",
                    [
                        "broker away", "stations", "attempts: median", "most", "most in a second: after the loss", "after the return",
                        "back, s: first", "median", "p90", "last",
                    ],
                    _rows),
            ],
            Failures = _failures,
            Covers = ["F8"],
            Notes =
            [
                "Light stations connect as the gateway does, with the core's own full-jitter back-off (Call112.Station.BackOff); real gateways: "
                + $"{options.Gateways}, {build}. Seed {options.Seed}.",
                "Attempts are counted from the loss until the station is linked again. Most in a second: any window of one second. Back: from the "
                + "moment at which the broker listens again.",
                "A real gateway's line is a proxy that stays while the broker is away and resets what arrives; each arrival is an attempt.",
                "Before each loss every connection has stood for "
                + FormattableString.Invariant($"{s_provenAfter.TotalSeconds:0} s, so that the back-off begins anew."),
            ],
            Seconds = site.Time.GetElapsedTime(began).TotalSeconds,
            Command = "dotnet run -c Release --project tests/Call112.Endurance -- regain",
        };
    }

    public void Dispose()
    {
        foreach (var (process, line) in _gateways)
        {
            process.Dispose();
            line.Dispose();
        }

        _fleet?.Dispose();
        _center?.Dispose();
        _broker?.Dispose();
    }

    private async Task StartGatewayAsync(int number, string program, int broker)
    {
        var line = new FaultProxy(IPAddress.Loopback, broker, site.Time, new Random(options.Seed + number));
        var gateway = new GatewayProcess(
            site,
            program,
            new JsonObject
            {
                ["station"] = new JsonObject { ["id"] = $"box-{number:00}", ["name"] = $"Pos {number}", ["groups"] = new JsonArray("puskesmas") },
                ["uplinks"] = new JsonArray(new JsonObject { ["name"] = "lan", ["broker"] = $"mqtt://{line.Address}" }),
            },
            $"127.0.0.1:{LoopbackPorts.Free()}");
        lock (_gateways)
            _gateways.Add((gateway, line));
        await gateway.StartAsync();
    }

    private async Task LoseAsync(TimeSpan away)
    {
        TimeSpan Now() => site.Time.GetElapsedTime(Fleet.Origin);
        var lostAt = Now();
        _broker!.Stop();
        await site.UntilAsync(() => Fleet.Linked == 0, "everybody has lost the broker", s_patience);
        await site.Pause(away - (Now() - lostAt));
        await _broker.StartAsync();
        var backAt = Now();
        var upAt = await Task.WhenAll(_gateways.Select(gateway => UpAtAsync(gateway.Process, Now)));
        if (!await site.HoldsAsync(() => Fleet.Linked == options.Stations, s_patience))
            _failures.Add($"{Fleet.Linked} of {options.Stations} stations are linked {s_patience.TotalSeconds} s after the broker is back");
        var light = Fleet.Moments(lostAt);
        Add(away, "light", lostAt, backAt, light, [.. Enumerable.Range(0, options.Stations).Select(LinkedAt)]);
        var real = _gateways.SelectMany((gateway, i) => gateway.Line.Arrivals
            .Select(at => new FleetMoment(i, site.Time.GetElapsedTime(Fleet.Origin, at), Linked: false)))
            .Where(moment => moment.At >= lostAt).OrderBy(moment => moment.At).ToList();
        Add(away, "gateway processes", lostAt, backAt, real, upAt);

        TimeSpan LinkedAt(int station) => light.FirstOrDefault(moment => moment.Station == station && moment.Linked).At;
    }

    /// <summary>When a real gateway calls its uplink up again.</summary>
    private async Task<TimeSpan> UpAtAsync(GatewayProcess gateway, Func<TimeSpan> now)
    {
        var began = site.Time.GetTimestamp();
        try
        {
            while ((await gateway.StationAsync()).GetProperty("uplinks")[0].GetProperty("verdict").GetString() != VerdictLog.Up)
                if (site.Time.GetElapsedTime(began) < s_patience)
                    await site.Pause(s_lookEvery);
                else
                    throw new EnduranceException($"not back {s_patience.TotalSeconds} s after the broker");
        }
        catch (Exception e) when (e is HttpRequestException or EnduranceException)
        {
            lock (_failures)
                _failures.Add($"gateway process {gateway.Id}{(gateway.HasExited ? ", which has ended" : "")}: {e.Message} ({gateway.Log})");
        }

        return now();
    }

    /// <param name="moments">Attempts, oldest first.</param>
    /// <param name="linkedAt">When each station was linked again.</param>
    private void Add(
        TimeSpan away, string kind, TimeSpan lostAt, TimeSpan backAt, IReadOnlyList<FleetMoment> moments, TimeSpan[] linkedAt)
    {
        if (linkedAt.Length == 0)
            return;
        var attempts = moments.Where(moment => !moment.Linked).ToList();
        int[] each = [.. linkedAt.Select((linked, station) => attempts.Count(one => one.Station == station && one.At <= linked)).Order()];
        double[] back = [.. linkedAt.Select(linked => (linked - backAt).TotalSeconds).Order()];
        var name = FormattableString.Invariant($"broker away {away.TotalSeconds:0} s, {kind}");
        _figures.Add(new Figure($"{name}: last one back", Math.Round(back[^1], 2), "s", LastBackMax));
        _figures.Add(new Figure($"{name}: attempts of a station, most", each[^1], ""));
        string[] row =
        [
            FormattableString.Invariant($"{away.TotalSeconds:0} s"), $"{linkedAt.Length} {kind}", $"{each[each.Length / 2]}", $"{each[^1]}",
            $"{MostInASecond([.. attempts.Where(one => one.At < backAt).Select(one => one.At)])}",
            $"{MostInASecond([.. attempts.Where(one => one.At >= backAt).Select(one => one.At)])}",
            Text(back[0]), Text(back[back.Length / 2]), Text(back[back.Length * 9 / 10]), Text(back[^1]),
        ];
        _rows.Add(row);
        Console.WriteLine(string.Join("  ", row));
    }

    private static int MostInASecond(TimeSpan[] sorted)
    {
        var most = 0;
        for (int first = 0, last = 0; last < sorted.Length; last++)
        {
            while (sorted[last] - sorted[first] > TimeSpan.FromSeconds(1))
                first++;
            most = Math.Max(most, last - first + 1);
        }

        return most;
    }

    private static string Text(double seconds) => FormattableString.Invariant($"{seconds:0.0}");
}
