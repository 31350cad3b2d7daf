using Call112.Messages;
using Call112.Station.Tests.Language;

namespace Call112.Station.Tests;

/// <summary>Several alerts, tasks and troubles at once: none hides, doubles or takes away what another asks of an output.</summary>
public class SideBySideTests
{
    [Fact]
    public void Two_tasks_light_strobe_and_lamp_as_one_does()
    {
        var station = new StationDriver();
        station.Send(Call.Fire());
        station.Send(Call.Medical());
        station.Touch(PanelAction.Acknowledge);
        Assert.Equal(Outputs.Strobe | Outputs.LampStatus, station.Outputs);
    }

    [Fact]
    public void A_task_that_is_newer_than_a_waiting_alert_does_not_take_its_siren()
    {
        var station = new StationDriver();
        station.Send(Call.Fire());
        station.Pass(1);
        var medical = Call.Medical();
        station.Send(medical);
        station.Touch(PanelAction.Acknowledge, medical);
        Assert.True(station.Siren);
    }

    [Fact]
    public void Only_the_newest_cadence_is_heard_and_that_of_the_older_alert_does_not_fill_its_pauses()
    {
        var station = new StationDriver();
        station.Send(Call.Fire());
        station.Send(Call.Medical());
        Assert.Equal("0-0.7 1-1.7", station.Watch(Outputs.Siren, TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public void A_post_of_the_buzzer_hears_only_the_newest_cadence_too()
    {
        var station = new StationDriver(new StationOptions { Id = "rsud", Kind = StationKind.Rsud });
        station.Send(Call.Fire());
        station.Send(Call.Medical());
        Assert.Equal("0-0.7 1-1.7", station.Watch(Outputs.Buzzer, TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public void The_chime_of_a_change_is_heard_while_the_station_is_deaf_and_the_chirp_does_not_cut_it()
    {
        var station = new StationDriver { CenterLives = false };
        station.Pass(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1));
        var fire = Call.Fire();
        station.Send(fire);
        station.Touch(PanelAction.Acknowledge);
        station.Send(fire.Update());
        Assert.Equal(Outputs.Buzzer | Outputs.LampLink | Outputs.Strobe | Outputs.LampStatus, station.Outputs);
    }

    [Fact]
    public void The_link_lamp_is_lit_by_one_lost_uplink_and_by_two_and_by_the_centre_beside_them()
    {
        var station = new StationDriver { CenterLives = false, Uplinks = ["lan", "lte"] };
        station.Restart(TimeSpan.Zero);
        station.Pass(TimeSpan.FromSeconds(11), TimeSpan.FromSeconds(1));
        Assert.Equal("CenterLost UplinkLost UplinkLost", station.Events);
        Assert.Equal(Outputs.LampLink, station.Outputs);
        station.Send(new StationInput.CenterHeard());
        Assert.Equal(Outputs.LampLink, station.Outputs);
        station.Send(new StationInput.UplinkProved("lan"));
        Assert.Equal(Outputs.LampLink, station.Outputs);
        station.Send(new StationInput.UplinkProved("lte"));
        Assert.Equal(Outputs.None, station.Outputs);
    }

    [Fact]
    public void No_other_trouble_lights_the_link_lamp()
    {
        var station = new StationDriver();
        station.Send(new StationInput.StorageFailed("disk full"));
        Assert.Equal(Outputs.None, station.Outputs);
    }

    [Fact]
    public void Identify_and_a_self_test_drive_each_output_together_as_each_does_alone()
    {
        var station = new StationDriver();
        station.Command(CommandKind.Identify);
        station.Command(CommandKind.SelfTest);
        Assert.Equal(Outputs.LampStatus | Outputs.LampLink | Outputs.Buzzer, station.Outputs);
        var fire = Call.Fire();
        station.Send(fire);
        station.Touch(PanelAction.Acknowledge, fire);
        Assert.Equal(Outputs.LampStatus | Outputs.LampLink | Outputs.Buzzer | Outputs.Strobe, station.Outputs);
    }

    /// <summary>F15: the last path is for the hour in which every uplink is down, and for no other.</summary>
    [Fact]
    public void A_station_is_cut_off_only_while_every_uplink_it_has_is_lost()
    {
        Assert.False(StationState.Empty.IsCutOff);
        var station = new StationDriver { CenterLives = false, Uplinks = ["lan", "lte"] };
        station.Restart(TimeSpan.Zero);
        Assert.False(station.State.IsCutOff);
        station.Pass(TimeSpan.FromSeconds(11), TimeSpan.FromSeconds(1));
        Assert.True(station.State.IsCutOff);
        station.Send(new StationInput.UplinkProved("lte"));
        Assert.False(station.State.IsCutOff);
    }

    [Fact]
    public void An_uplink_that_the_start_did_not_name_is_judged_from_its_first_proof()
    {
        var station = new StationDriver();
        Assert.Null(station.State.VerdictOn("lte", station.Timing, station.Now.Monotonic));
        station.Send(new StationInput.UplinkProved("lte"));
        Assert.Equal(["lan", "lte"], station.State.Senses.Uplinks.Select(uplink => uplink.Name));
        Assert.Equal(LinkVerdict.Up, station.State.VerdictOn("lte", station.Timing, station.Now.Monotonic));
        Assert.Equal(LinkVerdict.Down, station.State.VerdictOn("lte", station.Timing, station.Now.Monotonic + station.Timing.LinkLostAfter));
    }

    [Fact]
    public void An_alert_has_the_priority_and_the_category_that_its_dispatch_says_and_2_and_Other_without()
    {
        var station = new StationDriver();
        var (first, bare) = (Call.Alert(Category.Rescue, priority: 1), Call.Fire() with { Incident = null });
        station.Send(first);
        station.Send(bare);
        Assert.Equal((1, Category.Rescue), (station.Open(first)!.Priority, station.Open(first)!.Category));
        Assert.Equal((2, Category.Other), (station.Open(bare)!.Priority, station.Open(bare)!.Category));
    }

    /// <summary>F6: what counts is whether it is more urgent than the alert was, not than others are.</summary>
    [Fact]
    public void A_change_that_keeps_priority_1_does_not_sound_again()
    {
        var station = new StationDriver();
        var fire = Call.Alert(Category.Fire, priority: 1);
        station.Send(fire);
        station.Touch(PanelAction.Acknowledge, fire);
        station.Send(fire.Update());
        Assert.False(station.Siren);
        Assert.Equal(ReportEvent.Acknowledged, station.Open(fire)!.Step);
    }

    /// <summary>F1: every time of an alert moves with the clock of the new run.</summary>
    [Fact]
    public void A_reboot_moves_every_time_of_a_task_by_the_same()
    {
        var station = new StationDriver();
        var fire = Call.Fire();
        station.Send(fire);
        station.Pass(7);
        station.Touch(PanelAction.Acknowledge, fire);
        station.Pass(3);
        station.Touch(PanelAction.Respond, fire);
        var (before, now) = (station.Open(fire)!, station.Now.Monotonic);
        station.Reboot(TimeSpan.FromMinutes(5), known: TimeSpan.FromMinutes(5));
        var (after, shift) = (station.Open(fire)!, station.Now.Monotonic - now - TimeSpan.FromMinutes(5));
        Assert.Equal(
            (before.ReceivedAt + shift, before.SoundsSince + shift, before.LapsesAt + shift, before.AcknowledgedAt + shift, before.RespondedAt + shift),
            (after.ReceivedAt, after.SoundsSince, after.LapsesAt, after.AcknowledgedAt, after.RespondedAt));
        Assert.NotNull(after.RespondedAt);
    }
}
