using System.CommandLine;
using Call112.Simulation;

var seeds = new Option<int>("--seeds") { Description = "How many cities; 2,000 by default.", DefaultValueFactory = _ => 2_000 };
var from = new Option<int>("--from") { Description = "The first seed; 1 by default.", DefaultValueFactory = _ => 1 };
var threads = new Option<int>("--threads") { Description = "Cities at the same time; one for each processor by default.", DefaultValueFactory = _ => Environment.ProcessorCount };
var replay = new Option<int?>("--replay") { Description = "One seed, with everything that happens in it; if it breaks a promise, also the shortest story that does." };
var untilBroken = new Option<bool>("--until-broken") { Description = "One city after another, up to the first that breaks a promise; ends with 0 if one did, with 1 if none." };
var command = new RootCommand("A whole city under faults, on virtual time: one seed, one city; equal seeds end equally.") { seeds, from, threads, replay, untilBroken };
command.SetAction(parsed => parsed.GetValue(replay) is { } seed
    ? Replay.Run(seed)
    : parsed.GetValue(untilBroken) ? SeedRun.UntilBroken(parsed.GetValue(from), parsed.GetValue(seeds))
    : SeedRun.Run(parsed.GetValue(from), parsed.GetValue(seeds), parsed.GetValue(threads)));
return command.Parse(args).Invoke();
