using Call112.Messages;
using Call112.Station.Tests.Language;

namespace Call112.Station.Tests;

/// <summary>Design, promise 4: outputs are believed only when read back.</summary>
public class OutputTests
{
    [Fact]
    public void An_output_that_does_not_follow_for_500_ms_is_a_fault_and_the_others_go_on()
    {
        var station = new StationDriver { Dead = Outputs.Siren };
        station.Send(Call.Fire());
        station.Pass(0.5);
        Assert.DoesNotContain("OutputFault", station.Events, StringComparison.Ordinal);
        station.Pass(0.02);
        Assert.Equal("Received OutputFault", station.Events);
        Assert.Equal("siren", station.Last.Detail);
        Assert.True(station.Outputs.HasFlag(Outputs.Strobe));
        station.Pass(30);
        Assert.Equal("Received OutputFault Reminded", station.Events);
    }

    [Fact]
    public void A_repaired_output_is_restored_after_1_s_and_then_sounding_is_true()
    {
        var station = new StationDriver { Dead = Outputs.Siren };
        station.Send(Call.Fire());
        station.Pass(5);
        station.Dead = Outputs.None;
        station.Pass(0.9);
        Assert.Equal("Received OutputFault Sounding", station.Events);
        station.Pass(0.2);
        Assert.Equal("Received OutputFault Sounding OutputRestored", station.Events);
    }

    [Fact]
    public void A_dead_siren_is_not_restored_by_the_pauses_of_its_cadence()
    {
        foreach (var alert in new[] { Call.Drill(), Call.Alert(Category.Disaster), Call.Medical() })
        {
            var station = new StationDriver { Dead = Outputs.Siren };
            station.Send(alert);
            station.Pass(TimeSpan.FromMinutes(12));
            Assert.Equal(1, station.Reports.Count(report => report.Event == ReportEvent.OutputFault));
            Assert.DoesNotContain("OutputRestored", station.Events, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void After_a_restart_a_dead_siren_is_restored_only_when_it_is_seen_energised()
    {
        var station = new StationDriver { Dead = Outputs.Siren };
        station.Send(Call.Fire());
        station.Pass(5);
        station.Press(Inputs.Acknowledge);
        station.Restart(TimeSpan.FromSeconds(1));
        station.Dead = Outputs.None;
        station.Pass(60);
        Assert.True(station.State.Stands(ReportEvent.OutputFault, "siren"));
        station.Send(Call.Fire());
        station.Pass(2);
        Assert.False(station.State.Stands(ReportEvent.OutputFault, "siren"));
    }

    [Fact]
    public void A_welded_relay_is_a_fault_until_it_lets_go()
    {
        var station = new StationDriver { Welded = Outputs.Siren };
        station.Pass(2);
        Assert.Equal("OutputFault", station.Events);
        station.Send(Call.Fire());
        station.Pass(3);
        station.Press(Inputs.Acknowledge);
        Assert.DoesNotContain("OutputRestored", station.Events, StringComparison.Ordinal);
        station.Welded = Outputs.None;
        station.Pass(1.1);
        Assert.EndsWith("OutputRestored", station.Events, StringComparison.Ordinal);
    }

    /// <summary>F3: power fails and the siren with it; the one trouble must not hide the other.</summary>
    [Fact]
    public void A_dead_siren_is_told_while_another_trouble_stands()
    {
        var station = StationDriver.Rested();
        station.Held = Inputs.MainsFail;
        station.Pass(1);
        station.Dead = Outputs.Siren;
        station.Send(Call.Fire());
        station.Pass(0.6);
        Assert.Equal("MainsLost Received OutputFault", station.Events);
        Assert.Equal("siren", station.Last.Detail);
    }

    [Fact]
    public void Of_a_glitch_that_has_passed_nothing_is_kept()
    {
        var station = StationDriver.Rested();
        station.Welded = Outputs.Strobe;
        station.Pass(0.3);
        Assert.True(station.State.Senses.Outputs[1].WrongWhenOff);
        station.Welded = Outputs.None;
        station.Pass(0.1);
        Assert.All(station.State.Senses.Outputs, output => Assert.Equal(default, output));
    }

    [Fact]
    public void A_short_glitch_of_an_output_is_no_fault()
    {
        var station = new StationDriver();
        station.Send(Call.Fire());
        for (var i = 0; i < 10; i++)
        {
            station.Dead = Outputs.Siren;
            station.Pass(0.4);
            station.Dead = Outputs.None;
            station.Pass(0.1);
        }

        Assert.DoesNotContain("OutputFault", station.Events, StringComparison.Ordinal);
    }
}
