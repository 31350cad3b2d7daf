using Call112.Simulation.City;
using Call112.Simulation.Plan;

namespace Call112.Simulation.Tests.City;

/// <summary>The city as an instrument: the same seed tells the same story, and a story is cut down to what it takes.</summary>
public sealed class CityTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(112)]
    [InlineData(1028)]
    [InlineData(12094)]
    [InlineData(31506)]
    public void Equal_seeds_end_equally(int seed)
    {
        var first = Tell(seed);
        Assert.True(first.Count > 100, $"{first.Count} lines");
        Assert.Equal(first, Tell(seed));
    }

    [Fact]
    public void A_city_without_faults_hears_and_answers_everything()
    {
        var plan = Planner.Make(5) with { Happenings = [.. Planner.Make(5).Happenings.Where(happening => happening.Kind <= Kind.PressResponding)] };
        using var city = new SimulatedCity(plan);
        var end = city.Run();
        Assert.Null(end.Breach);
        Assert.True(end.Dispatches > 0);
        Assert.All(city.Truth.Dispatches.Where(dispatch => !dispatch.IsCancelled), dispatch => Assert.All(dispatch.Heard.Values, Assert.True));
    }

    [Fact]
    public void Every_kind_of_happening_occurs_within_a_thousand_seeds()
    {
        var seen = Enumerable.Range(1, 1_000).SelectMany(seed => Planner.Make(seed).Happenings).Select(happening => happening.Kind).ToHashSet();
        Assert.Empty(Enum.GetValues<Kind>().Except(seen));
    }

    [Fact]
    public void A_story_is_shrunk_to_what_it_takes()
    {
        var plan = Planner.Make(112);
        var (first, last) = (plan.Happenings[1], plan.Happenings[^2]);
        var shrunk = Shrinker.Shrink(plan, candidate => candidate.Happenings.Contains(first) && candidate.Happenings.Contains(last));
        Assert.Equal([first, last], shrunk.Happenings);
    }

    private static List<string> Tell(int seed)
    {
        var lines = new List<string>();
        using var city = new SimulatedCity(Planner.Make(seed), lines.Add);
        city.Run();
        return lines;
    }
}
