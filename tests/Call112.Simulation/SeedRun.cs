using System.Collections.Concurrent;
using System.Globalization;
using Call112.Campaign;
using Call112.Simulation.City;
using Call112.Simulation.Plan;

namespace Call112.Simulation;

/// <summary>Many seeds, several at a time, each in a thread of its own.</summary>
internal static class SeedRun
{
    /// <summary>Broken seeds that are shrunk and shown; further ones are only counted.</summary>
    private const int ShownMax = 5;

    public static int Run(int from, int count, int threads)
    {
        var time = TimeProvider.System;
        var began = time.GetTimestamp();
        var broken = new ConcurrentDictionary<int, CityEnd>();
        var kinds = new int[Enum.GetValues<Kind>().Length];
        long dispatches = 0, reports = 0, steps = 0, happenings = 0, done = 0, virtualTicks = 0;
        Parallel.For(from, from + count, new ParallelOptions { MaxDegreeOfParallelism = threads }, seed =>
        {
            var plan = Planner.Make(seed);
            using var city = new SimulatedCity(plan);
            var end = city.Run();
            if (end.Breach is not null)
            {
                broken[seed] = end;
                Console.WriteLine($"seed {seed} breaks: {end.Breach}");
            }

            Interlocked.Add(ref dispatches, end.Dispatches);
            Interlocked.Add(ref reports, end.Reports);
            Interlocked.Add(ref steps, end.Steps);
            Interlocked.Add(ref happenings, plan.Happenings.Count);
            foreach (var happening in plan.Happenings)
                Interlocked.Increment(ref kinds[(int)happening.Kind]);
            Interlocked.Add(ref virtualTicks, end.Lasted.Ticks);
            if (Interlocked.Increment(ref done) % 5_000 == 0)
                Console.WriteLine($"{done} seeds, {broken.Count} broken, {time.GetElapsedTime(began).TotalSeconds:0} s");
        });
        foreach (var (seed, end) in broken.OrderBy(pair => pair.Key).Take(ShownMax))
            Show(seed, end);
        var seconds = time.GetElapsedTime(began).TotalSeconds;
        var days = TimeSpan.FromTicks(virtualTicks).TotalDays;
        new CampaignPart("simulation", "The seeded city")
        {
            Failures = [.. broken.OrderBy(pair => pair.Key).Select(pair => $"seed {pair.Key}: {pair.Value.Breach}")],
            Covers = ["F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "F10", "F12", "F14", "F15", "F17", "F20", "F21"],
            Figures =
            [
                new("seeds", count), new("seeds broken", broken.Count, "", AtMost: 0), new("simulated time", days, "days"), new("things that happened", happenings),
                new("dispatches", dispatches), new("reports stored", reports), new("steps", steps), new("cities a second", count / seconds, "1/s"),
            ],
            Tables = [new("What happened", ["kind", "times"], [.. Enum.GetValues<Kind>().Select(kind => Row(kind, kinds[(int)kind]))])],
            Notes = [$"Seeds {from} to {from + count - 1}. A seed is a city: what breaks repeats with --replay SEED."],
            Seconds = seconds,
            Command = $"dotnet run -c Release --project tests/Call112.Simulation -- --from {from} --seeds {count}",
        }.Write();
        Console.WriteLine($"{count} seeds from {from}: {count - broken.Count} held, {broken.Count} broken; {dispatches} dispatches, {reports} reports, {happenings} happenings, "
            + $"{days:0.0} simulated days in {seconds:0.0} s");
        return broken.IsEmpty ? 0 : 1;
    }

    /// <summary>How many cities it takes until a promise is broken: the worth of the promises, tried on code that is broken on purpose.</summary>
    public static int UntilBroken(int from, int count)
    {
        for (var seed = from; seed < from + count; seed++)
        {
            using var city = new SimulatedCity(Planner.Make(seed));
            if (city.Run().Breach is not { } breach)
                continue;
            Console.WriteLine($"{breach.Invariant}\t{seed - from + 1}\t{breach.What}");
            return 0;
        }

        Console.WriteLine($"nothing\t{count}\tevery promise held");
        return 1;
    }

    private static IReadOnlyList<string> Row(Kind kind, int times) => [kind.ToString(), times.ToString(CultureInfo.InvariantCulture)];

    private static void Show(int seed, CityEnd end)
    {
        var shrunk = Shrinker.Shrink(Planner.Make(seed), end.Breach!.Invariant);
        Console.WriteLine($"\nseed {seed} ({end.Breach}) needs only:");
        foreach (var happening in shrunk.Happenings)
            Console.WriteLine($"  {happening}");
    }
}
