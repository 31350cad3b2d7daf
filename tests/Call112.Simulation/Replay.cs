using Call112.Simulation.City;
using Call112.Simulation.Plan;

namespace Call112.Simulation;

/// <summary>One seed, told as a story.</summary>
internal static class Replay
{
    public static int Run(int seed)
    {
        var plan = Planner.Make(seed);
        var end = Tell(plan);
        if (end.Breach is not { } breach)
        {
            Console.WriteLine($"seed {seed}: {plan.Posts.Count} stations, {end.Lasted}, {end.Dispatches} dispatches, {end.Reports} reports: every promise held");
            return 0;
        }

        Console.WriteLine($"\nseed {seed} breaks: {breach}\n\nThe same with what it takes, and nothing else:\n");
        var shrunk = Shrinker.Shrink(plan, breach.Invariant);
        var again = Tell(shrunk);
        Console.WriteLine($"\nseed {seed}: {shrunk.Happenings.Count} of {plan.Happenings.Count} happenings break: {again.Breach}");
        foreach (var happening in shrunk.Happenings)
            Console.WriteLine($"  {happening}");
        return 1;
    }

    private static CityEnd Tell(CityPlan plan)
    {
        using var city = new SimulatedCity(plan, Console.WriteLine);
        return city.Run();
    }
}
