using System.CommandLine;
using Call112.Campaign;
using Call112.Endurance;
using Call112.Endurance.Cut;
using Call112.Endurance.Machine;
using Call112.Endurance.Paths;
using Call112.Endurance.Regain;
using Call112.Endurance.Scale;
using Call112.Endurance.Soak;
using Call112.Tests;

var stations = new Option<int[]>("--stations") { Description = "how many light stations (1000 and 10000; embedded 1000 and 2000, its limit)", AllowMultipleArgumentsPerToken = true };
var broker = new Option<string>("--broker") { Description = "mosquitto or embedded", DefaultValueFactory = _ => "mosquitto" };
broker.AcceptOnlyFromAmong("mosquitto", "embedded");
var metered = new Option<bool>("--metered") { Description = "heartbeats every 30 s instead of 5 s" };
var rounds = new Option<int>("--rounds") { Description = "dispatches of each kind", DefaultValueFactory = _ => 3 };
var watch = new Option<int>("--watch") { Description = "seconds for which the load of the heartbeats is measured", DefaultValueFactory = _ => 30 };
var patience = new Option<int>("--patience") { Description = "seconds after which a step counts as failed", DefaultValueFactory = _ => 180 };
var center = new Option<FileInfo?>("--center") { Description = "another call112-center than the one of this working tree" };
var seed = new Option<int>("--seed") { Description = "of the stations' jitter", DefaultValueFactory = _ => 112 };

var scale = new Command("scale", "One centre with many light stations.") { stations, broker, metered, rounds, watch, patience, center, seed };
scale.SetAction(parsed => Report(async site =>
{
    var isEmbedded = parsed.GetValue(broker) == "embedded";
    var counts = parsed.GetValue(stations) is { Length: > 0 } given ? given : [1_000, isEmbedded ? 2_000 : 10_000];
    var options = new ScaleOptions(
        counts, isEmbedded, parsed.GetValue(metered), parsed.GetValue(rounds),
        TimeSpan.FromSeconds(parsed.GetValue(watch)),
        TimeSpan.FromSeconds(parsed.GetValue(patience)), parsed.GetValue(center)?.FullName, parsed.GetValue(seed));
    using var run = new ScaleRun(site, options);
    return [await run.RunAsync()];
}));

var hours = new Option<double>("--hours") { Description = "hours of traffic", DefaultValueFactory = _ => 72 };
var minutes = new Option<double>("--minutes") { Description = "minutes of real time that it takes (10)", DefaultValueFactory = _ => 10 };
var gateway = new Option<FileInfo?>("--gateway") { Description = "another call112-gateway than the NativeAOT build of this working tree" };
var soak = new Command("soak", "Days of traffic through one gateway process.") { hours, minutes, gateway, seed };
soak.SetAction(parsed => Report(async site =>
{
    var within = TimeSpan.FromMinutes(parsed.GetValue(minutes));
    var options = new SoakOptions(parsed.GetValue(hours), within, parsed.GetValue(gateway)?.FullName, parsed.GetValue(seed));
    return [await new SoakRun(site, options).RunAsync()];
}));

var rest = new Command("rest", "What an idle gateway writes to its card.") { minutes, gateway };
rest.SetAction(parsed => Report(async site =>
    [await new RestRun(site, TimeSpan.FromMinutes(parsed.GetValue(minutes)), parsed.GetValue(gateway)?.FullName).RunAsync()]));

var only = new Option<string?>("--only") { Description = "cells: lines/fault/load, e.g. lan/half-open/idle; * for any of one place" };
var once = new Option<int>("--rounds") { Description = "how often each cell is played", DefaultValueFactory = _ => 1 };
var side = new Option<int>("--side-by-side") { Description = "cells that are played at once", DefaultValueFactory = _ => 20 };
var paths = new Command("paths", "The path matrix: what lines a station has, what breaks one, what goes on meanwhile.")
{
    once, only, side, gateway, seed,
};
paths.SetAction(parsed => Report(async site =>
{
    var options = new PathsOptions(
        parsed.GetValue(once), parsed.GetValue(only), parsed.GetValue(seed), parsed.GetValue(side), parsed.GetValue(gateway)?.FullName);
    return [await new PathsRun(site, options).RunAsync()];
}));

var dispatches = new Option<int>("--dispatches") { Description = "in each run", DefaultValueFactory = _ => 1_000 };
var pace = new Option<double>("--per-second") { Description = "their pace", DefaultValueFactory = _ => 20 };
var delay = new Option<double>("--lte-delay-ms") { Description = "of the modem's line, in each direction", DefaultValueFactory = _ => 25 };
var cut = new Command("cut", "A thousand dispatches through two uplinks, one of which is cut in the middle.")
{
    dispatches, pace, delay, gateway, seed,
};
cut.SetAction(parsed => Report(async site =>
{
    var lteDelay = TimeSpan.FromMilliseconds(parsed.GetValue(delay));
    var options = new CutOptions(
        parsed.GetValue(dispatches), parsed.GetValue(pace), lteDelay, parsed.GetValue(seed), parsed.GetValue(gateway)?.FullName);
    return [await new CutRun(site, options).RunAsync()];
}));

var crowd = new Option<int>("--stations") { Description = "light stations", DefaultValueFactory = _ => 200 };
var gateways = new Option<int>("--gateways") { Description = "real gateway processes among them", DefaultValueFactory = _ => 5 };
var away = new Option<int[]>("--away")
{
    Description = "seconds for which the broker is away, one run each (5 and 45)",
    AllowMultipleArgumentsPerToken = true,
};
var regain = new Command("regain", "Many stations lose and regain the broker at once.") { crowd, gateways, away, gateway, seed };
regain.SetAction(parsed => Report(async site =>
{
    var times = parsed.GetValue(away) is { Length: > 0 } given ? given : [5, 45];
    var options = new RegainOptions(
        parsed.GetValue(crowd), parsed.GetValue(gateways), times, parsed.GetValue(seed), parsed.GetValue(gateway)?.FullName);
    using var run = new RegainRun(site, options);
    return [await run.RunAsync()];
}));

var root = new RootCommand("Long and large: days of traffic, ten thousand stations, every line broken in every way.")
{
    soak, rest, scale, paths, cut, regain,
};
return await root.Parse(args).InvokeAsync();

static async Task<int> Report(Func<Site, Task<IReadOnlyList<CampaignPart>>> run)
{
    try
    {
        if (!OperatingSystem.IsLinux())
            throw new EnduranceException("needs Linux: /proc, epoll");
        var parts = await run(new Site(TimeProvider.System));
        foreach (var part in parts)
        {
            part.Write();
            PartTable.Print(part);
        }

        return parts.All(part => part.Failures.Count == 0) ? 0 : 1;
    }
    catch (Exception e) when (e is EnduranceException or NamespacesRefusedException)
    {
        Console.Error.WriteLine(e.Message);
        return 2;
    }
}
