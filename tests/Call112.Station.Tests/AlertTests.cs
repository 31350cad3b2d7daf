using Call112.Messages;
using Call112.Station.Tests.Language;

namespace Call112.Station.Tests;

/// <summary>Design, "Behaviour, exactly": a new alert, and what time does to it.</summary>
public class AlertTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    [Fact]
    public void An_alert_sounds_in_the_same_instant_and_is_reported_as_received()
    {
        var station = new StationDriver();
        var fire = Call.Fire();

        station.Send(fire);

        Assert.Equal(Outputs.Siren | Outputs.Strobe | Outputs.Door | Outputs.LampStatus, station.Outputs);
        Assert.Equal("Received", station.StepsOf(fire));
        Assert.Equal(0, station.Last.ElapsedMs);
        Assert.Equal(fire.Incident!.IncidentId, station.Last.IncidentId);
    }

    [Fact]
    public void Sounding_is_reported_once_and_only_when_the_outputs_read_back()
    {
        var station = new StationDriver();
        var fire = Call.Fire();
        station.Send(fire);

        station.Pass(StationDriver.Step);
        Assert.Equal("Received Sounding", station.StepsOf(fire));
        Assert.Equal(10, station.Last.ElapsedMs);

        station.Pass(20);
        Assert.Equal("Received Sounding", station.StepsOf(fire));
    }

    [Fact]
    public void Sounding_is_never_reported_while_the_siren_relay_is_dead()
    {
        var station = new StationDriver { Dead = Outputs.Siren };
        var fire = Call.Fire();
        station.Send(fire);

        station.Pass(20);

        Assert.Equal("Received", station.StepsOf(fire));
        Assert.Contains(station.Reports, report => report is { Event: ReportEvent.OutputFault, Detail: "siren" });
    }

    [Theory]
    [InlineData(Outputs.Strobe)]
    [InlineData(Outputs.Door)]
    [InlineData(Outputs.LampStatus)]
    public void A_dead_output_beside_the_siren_does_not_hide_that_the_siren_sounds(Outputs dead)
    {
        var station = new StationDriver { Dead = dead };
        var fire = Call.Fire();
        station.Send(fire);

        station.Pass(StationDriver.Step);

        Assert.Equal("Received Sounding", station.StepsOf(fire));
    }

    [Fact]
    public void The_siren_sounds_60_s_then_the_last_10_s_of_every_30_s_and_never_after_10_min()
    {
        var station = new StationDriver();
        station.Send(Call.Fire());

        var siren = station.Watch(Outputs.Siren, TimeSpan.FromMinutes(14));

        var bursts = Enumerable.Range(0, 18).Select(i => $"{80 + i * 30}-{90 + i * 30}");
        Assert.Equal("0-60 " + string.Join(' ', bursts), siren);
    }

    [Fact]
    public void The_strobe_goes_on_after_the_siren_until_the_alert_expires()
    {
        var station = new StationDriver();
        station.Send(Call.Fire());

        station.Pass(TimeSpan.FromMinutes(14.9), TimeSpan.FromMilliseconds(100));
        Assert.Contains("0-0.7", station.Watch(Outputs.Strobe, s_second));

        station.Pass(TimeSpan.FromMinutes(1), TimeSpan.FromMilliseconds(100));
        Assert.Equal(Outputs.None, station.Outputs);
        Assert.Empty(station.State.Alerts);
    }

    [Fact]
    public void An_alert_of_seven_days_still_falls_silent_after_10_min()
    {
        var station = new StationDriver();
        station.Send(Call.Fire().Living(TimeSpan.FromDays(400)));

        station.Pass(TimeSpan.FromMinutes(10), TimeSpan.FromMilliseconds(50));
        Assert.Equal("", station.Watch(Outputs.Siren, TimeSpan.FromHours(1), TimeSpan.FromMilliseconds(500)));
        Assert.NotEqual("", station.Watch(Outputs.Strobe, s_second));

        station.Pass(TimeSpan.FromDays(7), TimeSpan.FromMinutes(1));
        Assert.Empty(station.State.Alerts);
    }

    [Theory]
    [InlineData(Category.Medical, 60)]
    [InlineData(Category.Disaster, 60)]
    [InlineData(Category.Fire, 80)]
    public void Nobody_presses_is_reported_at_30_s_and_at_60_s_and_for_fires_at_80_s(Category category, int unacknowledgedAt)
    {
        var station = new StationDriver();
        var alert = Call.Alert(category);
        station.Send(alert);

        station.Pass(29.99);
        Assert.Equal("Received Sounding", station.StepsOf(alert));
        station.Pass(StationDriver.Step);
        Assert.Equal("Received Sounding Reminded", station.StepsOf(alert));
        Assert.Equal(30_000, station.Last.ElapsedMs);
        station.Pass(TimeSpan.FromSeconds(unacknowledgedAt - 30) - StationDriver.Step);
        Assert.Equal("Received Sounding Reminded", station.StepsOf(alert));
        station.Pass(StationDriver.Step);
        Assert.Equal("Received Sounding Reminded Unacknowledged", station.StepsOf(alert));
        Assert.Equal(unacknowledgedAt * 1000, station.Last.ElapsedMs);
        Assert.Equal(ReportSource.Automatic, station.Last.Source);

        station.Pass(TimeSpan.FromMinutes(20), s_second);
        Assert.Equal("Received Sounding Reminded Unacknowledged", station.StepsOf(alert));
    }

    [Theory]
    [InlineData(Category.Fire, "0-5")]
    [InlineData(Category.Rescue, "0-2 2.5-4.5")]
    [InlineData(Category.Medical, "0-0.7 1-1.7 2-2.7 3-3.7 4-4.7")]
    [InlineData(Category.TrafficAccident, "0-1.2 1.6-2.8 3.2-4.4 4.8-5")]
    [InlineData(Category.Disaster, "0-4")]
    [InlineData(Category.Security, "0-0.6 0.8-1.4 1.6-2.2 2.4-3 3.2-3.8 4-4.6 4.8-5")]
    [InlineData(Category.Other, "0-1.5 2-3.5 4-5")]
    public void Every_category_has_a_cadence_of_its_own(Category category, string cadence)
    {
        var station = new StationDriver();
        station.Send(Call.Alert(category));
        Assert.Equal(cadence, station.Watch(Outputs.Siren, TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public void A_category_from_a_later_version_sounds_like_Other()
    {
        var station = new StationDriver();
        station.Send(Call.Alert((Category)99));
        Assert.Equal("0-1.5 2-3.5 4-5", station.Watch(Outputs.Siren, TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public void An_alert_without_incident_details_still_sounds()
    {
        var station = new StationDriver();
        var bare = Call.Fire() with { Incident = null };
        station.Send(bare);
        Assert.True(station.Siren);
        station.Pass(90);
        Assert.Equal("Received Sounding Reminded Unacknowledged", station.StepsOf(bare));
    }

    [Fact]
    public void The_door_relay_is_held_10_s_for_the_whole_post_and_for_the_bay_only()
    {
        Assert.Equal("0-10", DoorOf(null));
        Assert.Equal("0-10", DoorOf([]));
        Assert.Equal("0-10", DoorOf(["crew", "bay"]));
        Assert.Equal("", DoorOf(["crew"]));

        static string DoorOf(IReadOnlyList<string>? zones)
        {
            var station = new StationDriver();
            station.Send(Call.Fire() with { Zones = zones });
            return station.Watch(Outputs.Door, TimeSpan.FromSeconds(30));
        }
    }

    [Theory]
    [InlineData(StationKind.Damkar, Outputs.Siren)]
    [InlineData(StationKind.Bpbd, Outputs.Siren)]
    [InlineData(StationKind.Puskesmas, Outputs.Siren)]
    [InlineData(StationKind.Rsud, Outputs.Buzzer)]
    [InlineData(StationKind.Dinkes, Outputs.Buzzer)]
    [InlineData(StationKind.Dinsos, Outputs.Buzzer)]
    [InlineData(StationKind.Dishub, Outputs.Buzzer)]
    [InlineData(StationKind.Diskominfo, Outputs.Buzzer)]
    [InlineData(StationKind.Dpppa, Outputs.None)]
    [InlineData(StationKind.UptdPpa, Outputs.None)]
    public void How_loud_a_post_is_follows_from_its_kind(StationKind kind, Outputs sounder)
    {
        var station = new StationDriver(new StationOptions { Id = "post", Kind = kind });
        var fire = Call.Fire();
        station.Send(fire);
        Assert.Equal(sounder, station.Outputs & (Outputs.Siren | Outputs.Buzzer));
        Assert.True(station.Outputs.HasFlag(Outputs.LampStatus));
        Assert.Equal(sounder != Outputs.None, station.Outputs.HasFlag(Outputs.Strobe));
        station.Pass(1);
        Assert.Equal("Received Sounding", station.StepsOf(fire));
    }

    [Theory]
    [InlineData(AnnunciationStyle.Chime)]
    [InlineData(AnnunciationStyle.Light)]
    public void A_post_that_is_not_to_use_the_siren_never_does(AnnunciationStyle style)
    {
        var station = new StationDriver(new StationOptions { Id = "post", Kind = StationKind.Damkar, Annunciation = style });
        var fire = Call.Fire();
        station.Send(fire);
        station.Pass(30);
        station.Send(fire.Update(priority: 1));
        station.Pass(5);
        station.Send(fire.Cancel());
        station.Pass(5);
        Assert.Equal(TimeSpan.Zero, station.OnTime[Outputs.Siren]);
        Assert.Equal(style == AnnunciationStyle.Chime, station.OnTime[Outputs.Buzzer] > TimeSpan.Zero);
    }

    [Fact]
    public void A_discreet_alert_is_light_only_whoever_asks_for_discretion()
    {
        foreach (var discreet in new[] { Call.Discreet(), Call.Fire() with { Discreet = true } })
        {
            var station = new StationDriver();
            station.Send(discreet);
            station.Pass(120);
            station.Send(discreet.Update(priority: 1));
            station.Pass(10);
            station.Send(discreet.Cancel());
            station.Pass(10);
            Assert.Equal("Received Sounding Reminded Unacknowledged Updated Sounding Cancelled", station.StepsOf(discreet));
            Assert.Equal(TimeSpan.Zero, station.OnTime[Outputs.Siren] + station.OnTime[Outputs.Buzzer] + station.OnTime[Outputs.Strobe] + station.OnTime[Outputs.Door]);
            Assert.True(station.OnTime[Outputs.LampStatus] > TimeSpan.Zero);
        }
    }

    [Fact]
    public void A_change_that_forgets_to_say_discreet_does_not_start_a_siren()
    {
        foreach (var completed in new[] { false, true })
        {
            var station = new StationDriver();
            var discreet = Call.Discreet();
            station.Send(discreet);
            station.Pass(1);
            if (completed)
                station.Touch(PanelAction.Complete, discreet);
            var change = discreet.Update(priority: 1);
            station.Send(change with { Incident = change.Incident! with { Category = Category.Medical } });
            station.Pass(10);
            Assert.Equal(TimeSpan.Zero, station.OnTime[Outputs.Siren] + station.OnTime[Outputs.Buzzer] + station.OnTime[Outputs.Door]);
            Assert.True(station.Open(discreet)!.Dispatch.IsDiscreet);
        }
    }

    [Fact]
    public void A_test_is_lamp_and_report_without_siren_or_reminder()
    {
        var station = new StationDriver();
        var test = Call.Test();
        station.Send(test);
        station.Pass(120);
        station.Press(Inputs.Acknowledge);

        Assert.Equal("Received Sounding Acknowledged", station.StepsOf(test));
        Assert.Equal(TimeSpan.Zero, station.OnTime[Outputs.Siren] + station.OnTime[Outputs.Buzzer] + station.OnTime[Outputs.Strobe]);
        station.Pass(TimeSpan.FromMinutes(15), s_second);
        Assert.Empty(station.State.Alerts);
        Assert.Equal(Outputs.None, station.Outputs);
    }

    [Fact]
    public void A_drill_has_its_own_cadence()
    {
        var station = new StationDriver();
        station.Send(Call.Drill());
        Assert.Equal("0-0.6 3-3.6 6-6.6", station.Watch(Outputs.Siren, TimeSpan.FromSeconds(8)));
    }

    [Fact]
    public void An_actual_alert_silences_a_drill_at_once_and_for_good()
    {
        var station = new StationDriver();
        var (drill, medical) = (Call.Drill(), Call.Medical());
        station.Send(drill);
        station.Pass(3);
        station.Send(medical);
        // Not the drill's cadence, and not both over each other.
        Assert.Equal("0-0.7 1-1.7 2-2.7", station.Watch(Outputs.Siren, TimeSpan.FromSeconds(3)));
        station.Send(medical.Cancel());
        Assert.Equal("", station.Watch(Outputs.Siren, TimeSpan.FromMinutes(2)));
        Assert.True(station.Open(drill)!.Waits);
    }

    [Fact]
    public void A_drill_that_arrives_while_a_real_alert_waits_does_not_sound_until_it_is_answered()
    {
        var station = new StationDriver();
        station.Send(Call.Fire());
        station.Pass(61);
        station.Send(Call.Drill());
        Assert.Equal("", station.Watch(Outputs.Siren, TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void A_second_alert_sounds_as_new_and_one_press_acknowledges_both()
    {
        var station = new StationDriver();
        var (fire, medical) = (Call.Fire(), Call.Medical());
        station.Send(fire);
        station.Pass(70);
        Assert.False(station.Siren);
        station.Send(medical);
        Assert.Equal("0-0.7 1-1.7", station.Watch(Outputs.Siren, TimeSpan.FromSeconds(2)));

        station.Press(Inputs.Acknowledge);

        Assert.Equal("Received Sounding Reminded Acknowledged", station.StepsOf(fire));
        Assert.Equal("Received Sounding Acknowledged", station.StepsOf(medical));
        Assert.False(station.Siren);
    }

    [Fact]
    public void A_second_alert_sounds_as_new_after_the_first_was_acknowledged()
    {
        var station = new StationDriver();
        station.Send(Call.Fire());
        station.Press(Inputs.Acknowledge);
        station.Send(Call.Medical());
        Assert.True(station.Siren);
    }

    [Fact]
    public void A_drill_that_was_acknowledged_leaves_at_the_moment_at_which_it_expires()
    {
        var station = new StationDriver();
        var drill = Call.Drill().Living(TimeSpan.FromMinutes(5));
        station.Send(drill);
        station.Touch(PanelAction.Acknowledge);
        var lapses = station.Open(drill)!.LapsesAt;
        station.Pass(lapses - StationDriver.Step - station.Now.Monotonic, TimeSpan.FromSeconds(1));
        Assert.NotNull(station.Open(drill));
        station.Pass(StationDriver.Step);
        Assert.Null(station.Open(drill));
    }
}
