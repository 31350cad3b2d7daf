using Call112.Station.Tests.Language;

namespace Call112.Station.Tests;

/// <summary>What happens 100 times a second must not make work for the garbage collector: a pause of it would be a late siren.</summary>
public class AllocationTests
{
    /// <summary>Bytes that one input may allocate when nothing changed: the decision itself.</summary>
    private const int IdleBytesMax = 128;

    public static TheoryData<string> Idle => ["tick", "samples", "outputs"];

    [Theory]
    [MemberData(nameof(Idle))]
    public void An_input_that_changes_nothing_makes_no_new_state_and_hardly_any_garbage(string name)
    {
        foreach (var waits in new[] { false, true })
        {
            var station = new StationDriver();
            if (waits)
                station.Send(Call.Fire());
            station.Pass(1);
            StationInput input = name switch
            {
                "tick" => new StationInput.Tick(),
                "samples" => new StationInput.InputsSampled(Inputs.None),
                _ => new StationInput.OutputsReadBack(station.Outputs, station.Outputs),
            };
            Apply(station, input, 2_000);

            var before = GC.GetAllocatedBytesForCurrentThread();
            Apply(station, input, 1_000);
            Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 1_000, 0, IdleBytesMax);
        }
    }

    [Fact]
    public void Evaluating_the_outputs_allocates_nothing()
    {
        var station = new StationDriver();
        station.Send(Call.Fire());
        station.Send(Call.Drill());
        station.Pass(1);
        for (var i = 0; i < 2_000; i++)
            _ = Annunciation.Of(station.State, station.Options, station.Now.Monotonic);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
            _ = Annunciation.Of(station.State, station.Options, station.Now.Monotonic);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Apply(StationDriver station, StationInput input, int times)
    {
        for (var i = 0; i < times; i++)
            Assert.Same(station.State, StationCore.Apply(station.State, input, station.Now, station.Options).State);
    }
}
