using Call112.Messages;
using Call112.Station.Tests.Language;

namespace Call112.Station.Tests;

/// <summary>Design, "Behaviour, exactly": TERIMA, BERANGKAT and the panel's buttons.</summary>
public class CrewTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Acknowledge_stops_the_siren_and_makes_strobe_and_lamp_steady()
    {
        var station = new StationDriver();
        var fire = Call.Fire();
        station.Send(fire);
        station.Pass(5);
        station.Held = Inputs.Acknowledge;
        station.Pass(TimeSpan.FromMilliseconds(20));
        Assert.True(station.Siren);
        station.Pass(StationDriver.Step);

        Assert.Equal(Outputs.Strobe | Outputs.LampStatus, station.Outputs);
        Assert.Equal("Received Sounding Acknowledged", station.StepsOf(fire));
        Assert.Equal(ReportSource.Button, station.Last.Source);
        Assert.Equal(5_030, station.Last.ElapsedMs);
        station.Held = Inputs.None;
        Assert.Equal("0-300", station.Watch(Outputs.Strobe, TimeSpan.FromMinutes(5), TimeSpan.FromMilliseconds(100)));
    }

    [Fact]
    public void A_task_leaves_the_panel_4_h_after_it_was_acknowledged()
    {
        var station = new StationDriver();
        station.Send(Call.Fire());
        station.Pass(TimeSpan.FromMinutes(10), s_second);
        station.Press(Inputs.Acknowledge);

        station.Pass(TimeSpan.FromHours(4) - s_second, TimeSpan.FromMinutes(1));
        Assert.Equal(Outputs.Strobe | Outputs.LampStatus, station.Outputs);
        station.Pass(s_second);
        Assert.Equal(Outputs.None, station.Outputs);
        Assert.Empty(station.State.Alerts);
    }

    [Fact]
    public void An_alert_that_is_acknowledged_after_hours_still_becomes_a_task()
    {
        var station = new StationDriver();
        station.Send(Call.Alert(Category.Disaster).Living(TimeSpan.FromHours(12)));
        station.Pass(TimeSpan.FromHours(5), s_second);
        station.Press(Inputs.Acknowledge);
        station.Pass(TimeSpan.FromHours(3), s_second);
        Assert.Single(station.State.Alerts);
    }

    [Fact]
    public void A_press_with_nothing_to_acknowledge_reports_nothing()
    {
        var station = new StationDriver();
        station.Press(Inputs.Acknowledge);
        station.Press(Inputs.Responding);
        Assert.Equal("", station.Events);
    }

    [Fact]
    public void Responding_acknowledges_what_waits_and_takes_the_newest_alert()
    {
        var station = new StationDriver();
        var (older, newer) = (Call.Fire(), Call.Medical());
        station.Send(older);
        station.Send(newer);
        station.Pass(1);

        station.Press(Inputs.Responding);

        Assert.Equal("Received Sounding Acknowledged", station.StepsOf(older));
        Assert.Equal("Received Sounding Acknowledged Responding", station.StepsOf(newer));
        Assert.NotNull(station.Open(newer)!.RespondedAt);
        Assert.False(station.Siren);

        station.Press(Inputs.Responding);
        Assert.Equal("Received Sounding Acknowledged Responding", station.StepsOf(older));
    }

    [Fact]
    public void The_panel_climbs_the_whole_ladder()
    {
        var station = new StationDriver();
        var medical = Call.Medical();
        station.Send(medical);
        station.Pass(1);
        foreach (var action in new[] { PanelAction.Acknowledge, PanelAction.Respond, PanelAction.Arrive, PanelAction.ToHospital, PanelAction.AtHospital })
            station.Touch(action, medical);
        station.Touch(PanelAction.Complete, medical, outcome: Outcome.HandedOn);

        Assert.Equal("Received Sounding Acknowledged Responding OnScene Transporting AtHospital Completed", station.StepsOf(medical));
        Assert.All(station.Reports.Where(report => report.Event is >= ReportEvent.Acknowledged and <= ReportEvent.Completed), report => Assert.Equal(ReportSource.Panel, report.Source));
        Assert.Equal(Outcome.HandedOn, station.Last.Outcome);
        Assert.Equal(Outputs.None, station.Outputs);
        Assert.Equal(Outcome.HandedOn, station.State.Ended[medical.DispatchId].Outcome);
    }

    [Fact]
    public void No_step_of_the_ladder_is_reported_twice_or_backwards()
    {
        var station = new StationDriver();
        var medical = Call.Medical();
        station.Send(medical);
        station.Touch(PanelAction.Arrive, medical);
        station.Touch(PanelAction.Respond, medical);
        station.Touch(PanelAction.Arrive, medical);
        station.Touch(PanelAction.Acknowledge, medical);
        Assert.Equal("Received Acknowledged OnScene", station.StepsOf(medical));
    }

    [Theory]
    [InlineData(DeclineReason.AmbulanceOut)]
    [InlineData(DeclineReason.CrewOut)]
    [InlineData(null)]
    public void A_decline_ends_the_alert_here_and_says_why(DeclineReason? reason)
    {
        var station = new StationDriver();
        var medical = Call.Medical();
        station.Send(medical);
        station.Touch(PanelAction.Decline, medical, reason);
        Assert.Equal($"Received Declined({reason ?? DeclineReason.Other})", station.StepsOf(medical));
        Assert.Equal(Outputs.None, station.Outputs);
    }

    [Fact]
    public void A_touch_for_an_alert_that_is_gone_does_nothing()
    {
        var station = new StationDriver();
        var (gone, open) = (Call.Fire(), Call.Medical());
        station.Send(gone);
        station.Send(gone.Cancel());
        station.Send(open);
        foreach (var action in Enum.GetValues<PanelAction>())
            Assert.Empty(station.Touch(action, gone));
        Assert.True(station.Open(open)!.Waits);
    }

    [Fact]
    public void A_touch_without_an_alert_means_what_waits_first_and_the_newest_task_then()
    {
        var station = new StationDriver();
        var (task, waiting) = (Call.Fire(), Call.Medical());
        station.Send(task);
        station.Touch(PanelAction.Acknowledge);
        station.Send(waiting);
        station.Touch(PanelAction.Decline, reason: DeclineReason.CrewOut);
        Assert.Equal("Received Declined(CrewOut)", station.StepsOf(waiting));
        station.Touch(PanelAction.Complete);
        Assert.Equal("Received Acknowledged Completed", station.StepsOf(task));
    }

    [Fact]
    public void A_touch_without_an_alert_means_the_one_that_waits_though_a_newer_one_is_a_task_already()
    {
        var station = new StationDriver();
        var (waiting, task) = (Call.Fire(), Call.Medical());
        station.Send(waiting);
        station.Send(task);
        station.Touch(PanelAction.Acknowledge, task);
        station.Touch(PanelAction.Decline, reason: DeclineReason.CrewOut);
        Assert.Equal("Received Declined(CrewOut)", station.StepsOf(waiting));
        Assert.Equal("Received Acknowledged", station.StepsOf(task));
    }

    [Fact]
    public void Berangkat_on_the_panel_acknowledges_what_waits_and_goes()
    {
        var station = new StationDriver();
        var fire = Call.Fire();
        station.Send(fire);
        station.Touch(PanelAction.Respond);
        Assert.Equal("Received Acknowledged Responding", station.StepsOf(fire));
        Assert.All(station.Reports.TakeLast(2), report => Assert.Equal(ReportSource.Panel, report.Source));
        Assert.False(station.Siren);
    }
}
