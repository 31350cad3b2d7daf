using Call112.Simulation.City;
using Call112.Simulation.Plan;

namespace Call112.Simulation;

/// <summary>Takes things out of a plan as long as the same promise stays broken: what is left is what it takes.</summary>
internal static class Shrinker
{
    /// <summary>Cities that are tried at most.</summary>
    private const int TriesMax = 2_000;

    public static CityPlan Shrink(CityPlan plan, string invariant) => Shrink(plan, candidate =>
    {
        using var city = new SimulatedCity(candidate);
        return city.Run().Breach?.Invariant == invariant;
    });

    /// <param name="breaks">Whether a plan still does what the first one did.</param>
    public static CityPlan Shrink(CityPlan plan, Func<CityPlan, bool> breaks)
    {
        var tries = 0;
        bool StillBreaks(CityPlan candidate) => ++tries <= TriesMax && breaks(candidate);

        for (var piece = Math.Max(1, plan.Happenings.Count / 2); piece >= 1; piece /= 2)
            for (var at = 0; at < plan.Happenings.Count;)
            {
                var without = plan with { Happenings = [.. plan.Happenings.Take(at), .. plan.Happenings.Skip(at + piece)] };
                if (StillBreaks(without))
                    plan = without;
                else
                    at += piece;
            }

        return plan;
    }
}
