using Call112.Messages;
using Call112.Station.Tests.Language;

namespace Call112.Station.Tests;

/// <summary>Loops that come and go (F3, decision 0014): a glitch is no fault, a chatter is told soon and not a hundred times.</summary>
public class LoopChatterTests
{
    [Fact]
    public void Single_glitches_of_a_loop_are_no_fault()
    {
        var station = StationDriver.Rested();
        for (var i = 0; i < 100; i++)
        {
            station.Shorted = Inputs.Panic;
            station.Pass(0.4);
            station.Shorted = Inputs.None;
            station.Pass(1.1);
        }

        Assert.Equal("", station.Events);
    }

    /// <summary>A wire that is never broken for long and never whole for long is found out: what it was broken for is added up.</summary>
    [Theory]
    [InlineData(0.02, 0.02)]
    [InlineData(0.01, 0.03)]
    [InlineData(0.3, 0.9)]
    [InlineData(0.49, 0.04)]
    public void A_loop_that_chatters_is_told_within_2_s(double broken, double whole)
    {
        var station = StationDriver.Rested();
        var until = station.Now.Monotonic + TimeSpan.FromSeconds(2.1);
        while (station.Now.Monotonic < until)
        {
            station.Cut = Inputs.Tamper;
            station.Pass(broken);
            station.Cut = Inputs.None;
            station.Pass(whole);
        }

        Assert.Equal("tamper loop cut", station.LoopsTold);
    }

    [Fact]
    public void A_loop_is_broken_in_the_sample_in_which_its_breaks_are_half_a_second_together()
    {
        var loop = default(Loop);
        foreach (var (ms, seen) in new[] { (0, LoopState.Whole), (1_000, LoopState.Cut), (1_250, LoopState.Whole), (1_260, LoopState.Shorted) })
            loop = Sample(ms, seen);
        loop = Sample(1_509, LoopState.Shorted);
        Assert.False(loop.IsBroken);
        Assert.True(Sample(1_510, LoopState.Shorted).IsBroken);

        Loop Sample(int ms, LoopState seen) => loop.Sample(seen, TimeSpan.FromMilliseconds(ms), new StationTiming());
    }

    /// <summary>F3: it must fill neither the journal nor the outbox.</summary>
    [Fact]
    public void A_loop_that_breaks_all_day_is_a_few_reports_and_its_contact_works_in_between()
    {
        var station = StationDriver.Rested();
        for (var i = 0; i < 200; i++)
        {
            station.Cut = Inputs.Panic;
            station.Pass(TimeSpan.FromSeconds(0.6), TimeSpan.FromMilliseconds(100));
            station.Cut = Inputs.None;
            station.Pass(TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal(2 * Repeats.RaisesMax - 1, station.Reports.Count(report => report.Event is ReportEvent.InputStuck or ReportEvent.InputRestored));
        Assert.True(station.State.Stands(ReportEvent.InputStuck, "panic loop cut"));
        station.Press(Inputs.Panic);
        Assert.Equal(ReportEvent.PanicPressed, station.Last.Event);
        station.Pass(Repeats.ChatterRest + TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(100));
        Assert.Equal((ReportEvent.InputRestored, "panic loop cut"), (station.Last.Event, station.Last.Detail));
    }

    [Fact]
    public void One_loop_that_chatters_does_not_delay_the_end_of_another()
    {
        var station = StationDriver.Rested();
        for (var i = 0; i < Repeats.RaisesMax; i++)
            LoopTests.Break(station, Inputs.Panic);
        LoopTests.Break(station, Inputs.Tamper);
        station.Pass(1.1);
        Assert.EndsWith("tamper loop cut, -tamper loop cut", station.LoopsTold, StringComparison.Ordinal);
    }
}
