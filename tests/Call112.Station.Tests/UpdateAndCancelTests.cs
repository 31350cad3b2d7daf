using Call112.Messages;
using Call112.Station.Tests.Language;

namespace Call112.Station.Tests;

/// <summary>Design, "Behaviour, exactly": Update, Cancel, duplicates, what is late.</summary>
public class UpdateAndCancelTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    /// <summary>F6: the same id with changed content is no copy.</summary>
    [Fact]
    public void An_update_changes_the_panel_and_chimes_3_s_without_the_siren()
    {
        var station = Acknowledged(out var fire);
        station.Send(fire.Update());
        Assert.Equal("0-0.7 1-1.7 2-2.7", station.Watch(Outputs.Buzzer, TimeSpan.FromSeconds(10)));
        Assert.Equal("Received Sounding Acknowledged Updated", station.StepsOf(fire));
        Assert.Equal("revision 1", station.Open(fire)!.Dispatch.Incident!.Narrative);
        Assert.Equal(ReportEvent.Acknowledged, station.Open(fire)!.Step);
        Assert.False(station.Siren);
    }

    /// <summary>F6.</summary>
    [Fact]
    public void An_update_of_what_still_sounds_does_not_give_the_siren_its_time_back()
    {
        var station = new StationDriver();
        var fire = Call.Fire();
        station.Send(fire);
        station.Pass(50);
        station.Send(fire.Update());
        Assert.Equal("0-10", station.Watch(Outputs.Siren, TimeSpan.FromSeconds(29)));
    }

    /// <summary>F6: an amendment that matters sounds, once.</summary>
    [Fact]
    public void An_update_sounds_again_when_the_priority_rose_and_must_be_acknowledged_again()
    {
        var station = Acknowledged(out var fire);
        station.Send(fire.Update(priority: 1));
        Assert.True(station.Siren);
        Assert.True(station.Open(fire)!.Waits);
        station.Pass(35);
        station.Press(Inputs.Acknowledge);
        Assert.Equal("Received Sounding Acknowledged Updated Sounding Reminded Acknowledged", station.StepsOf(fire));
    }

    /// <summary>F6: what sounds again is missed again, and the centre must know.</summary>
    [Fact]
    public void An_update_that_sounds_again_is_reported_unacknowledged_again()
    {
        var station = new StationDriver();
        var fire = Call.Fire();
        station.Send(fire);
        station.Pass(81);
        station.Send(fire.Update(priority: 1));
        station.Pass(81);
        Assert.Equal("Received Sounding Reminded Unacknowledged Updated Sounding Reminded Unacknowledged", station.StepsOf(fire));
    }

    [Theory]
    [InlineData(10, false)]
    [InlineData(30, true)]
    public void An_update_that_lives_longer_or_shorter_changes_when_its_alert_expires(int minutes, bool waits)
    {
        var station = new StationDriver();
        var fire = Call.Fire();
        station.Send(fire);
        station.Send(fire.Update().Living(TimeSpan.FromMinutes(minutes)));
        station.Pass(TimeSpan.FromMinutes(waits ? 29 : 11), TimeSpan.FromSeconds(1));
        Assert.Equal(waits, station.Open(fire) is not null);
    }

    /// <summary>F6.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void An_update_with_the_same_or_a_lower_priority_does_not_sound(int priority)
    {
        var station = Acknowledged(out var fire);
        station.Send(fire.Update(priority));
        Assert.False(station.Siren);
    }

    /// <summary>F6.</summary>
    [Fact]
    public void A_drill_that_turns_real_sounds_again()
    {
        var station = new StationDriver();
        var drill = Call.Drill();
        station.Send(drill);
        station.Press(Inputs.Acknowledge);
        station.Send(drill.Update() with { Status = DispatchStatus.Actual });
        Assert.True(station.Siren);
    }

    /// <summary>F6.</summary>
    [Fact]
    public void An_update_sounds_again_after_the_station_had_completed_it()
    {
        var station = Acknowledged(out var fire);
        station.Touch(PanelAction.Complete, fire);
        station.Send(fire.Update());
        Assert.True(station.Siren);
        Assert.Equal("Received Sounding Acknowledged Completed Updated", station.StepsOf(fire));
        Assert.Empty(station.State.Ended);
    }

    /// <summary>F6.</summary>
    [Fact]
    public void An_update_after_a_decline_sounds_only_when_the_priority_rose()
    {
        var station = new StationDriver();
        var fire = Call.Fire();
        station.Send(fire);
        station.Touch(PanelAction.Decline, fire, DeclineReason.CrewOut);

        station.Send(fire.Update());
        Assert.Equal(Outputs.None, station.Outputs);
        Assert.Equal("Received Declined(CrewOut) Updated", station.StepsOf(fire));

        station.Send(fire.Update());
        Assert.Equal(ReportEvent.Duplicate, station.Last.Event);

        station.Send(fire.Update().Update(priority: 1));
        Assert.True(station.Siren);
    }

    /// <summary>F6: overtaken on the way.</summary>
    [Fact]
    public void An_update_whose_alert_never_came_sounds_and_the_late_alert_is_a_copy()
    {
        var station = new StationDriver();
        var fire = Call.Fire();
        station.Send(fire.Update());
        Assert.True(station.Siren);
        station.Press(Inputs.Acknowledge);
        station.Send(fire);
        Assert.False(station.Siren);
        Assert.Equal("Received Sounding Acknowledged Duplicate", station.StepsOf(fire));
        Assert.Equal("Acknowledged", station.Last.Detail);
    }

    /// <summary>F7: stale once, live again.</summary>
    [Fact]
    public void An_alert_that_expired_unheard_sounds_when_the_centre_changes_and_extends_it()
    {
        var station = new StationDriver();
        var fire = Call.Fire().Living(TimeSpan.FromMinutes(1));
        station.Send(fire);
        station.Pass(90);
        Assert.Empty(station.State.Alerts);

        station.Send(fire.Update().Living(TimeSpan.FromMinutes(20)));

        Assert.True(station.Siren);
        Assert.True(station.Open(fire)!.Waits);
    }

    /// <summary>F7: a stale message changes nothing that lives.</summary>
    [Fact]
    public void A_late_update_past_its_own_life_does_not_end_an_alert_that_waits()
    {
        var station = new StationDriver();
        var fire = Call.Fire();
        station.Send(fire);
        station.Pass(40);
        station.Send(fire.Update().Living(TimeSpan.FromSeconds(30)));
        station.Pass(1);
        Assert.True(station.Siren);
        Assert.Equal("revision 1", station.Open(fire)!.Dispatch.Incident!.Narrative);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_cancel_ends_the_siren_at_once_with_a_chime_of_3_s(bool acknowledged)
    {
        var station = new StationDriver();
        var fire = Call.Fire();
        station.Send(fire);
        station.Pass(1);
        if (acknowledged)
            station.Press(Inputs.Acknowledge);

        station.Send(fire.Cancel());

        Assert.Equal(Outputs.Buzzer, station.Outputs);
        Assert.Equal("0-0.7 1-1.7 2-2.7", station.Watch(Outputs.Buzzer, TimeSpan.FromSeconds(10)));
        Assert.Equal(ReportEvent.Cancelled, station.State.Ended[fire.DispatchId].Step);
        Assert.EndsWith("Cancelled", station.StepsOf(fire), StringComparison.Ordinal);
    }

    /// <summary>F7: what is over must not sound late.</summary>
    [Fact]
    public void A_cancel_that_overtakes_its_alert_is_remembered_and_the_late_alert_never_sounds()
    {
        var station = new StationDriver();
        var fire = Call.Fire();
        station.Send(fire.Cancel());
        Assert.Equal(Outputs.None, station.Outputs);
        station.Send(fire);
        station.Restart(s_second);
        station.Send(fire.Update(priority: 1));
        Assert.Equal(Outputs.None, station.Outputs);
        Assert.Equal("Cancelled Duplicate Duplicate", station.StepsOf(fire));
        Assert.Equal("Cancelled", station.Last.Detail);
    }

    /// <summary>F7: what is over must not sound late.</summary>
    [Fact]
    public void A_cancel_after_completion_leaves_it_completed_and_no_overtaken_update_sounds()
    {
        var station = Acknowledged(out var fire);
        station.Touch(PanelAction.Complete, fire);
        station.Send(fire.Cancel());
        station.Send(fire.Cancel());
        station.Send(fire.Update());
        Assert.Equal(Outputs.None, station.Outputs);
        Assert.Equal("Received Sounding Acknowledged Completed Duplicate Duplicate Duplicate", station.StepsOf(fire));
        Assert.Equal("Completed", station.Last.Detail);
        // The second Cancel brought nothing to remember: copies that come for hours must not wear the card.
        Assert.Single(station.Journal.OfType<JournalEntry.AmendedAfterEnd>());
    }

    /// <summary>F7.</summary>
    [Fact]
    public void A_cancel_of_what_was_declined_is_reported_with_its_incident_and_is_final()
    {
        var station = new StationDriver();
        var fire = Call.Fire();
        station.Send(fire);
        station.Touch(PanelAction.Decline, fire, DeclineReason.CrewOut);
        station.Send(fire.Cancel());
        Assert.Equal(ReportEvent.Cancelled, station.Last.Event);
        Assert.Equal(fire.Incident!.IncidentId, station.Last.IncidentId);
        Assert.Equal(Category.Fire, station.State.Ended[fire.DispatchId].Category);
        Assert.Equal(Outputs.None, station.Outputs);
        station.Restart(s_second);
        station.Send(fire.Update(priority: 1));
        Assert.Equal(ReportEvent.Duplicate, station.Last.Event);
        Assert.Equal(Outputs.None, station.Outputs);
    }

    [Fact]
    public void Second_copy_of_a_dispatch_does_not_sound_again_and_tells_the_present_step_F6()
    {
        var station = Acknowledged(out var fire);
        foreach (var (action, step) in new[] { (PanelAction.Respond, "Responding"), (PanelAction.Arrive, "OnScene"), (PanelAction.Complete, "Completed") })
        {
            station.Touch(action, fire);
            station.Send(fire);
            Assert.Equal((ReportEvent.Duplicate, step), (station.Last.Event, station.Last.Detail));
            Assert.False(station.Siren);
        }
    }

    [Fact]
    public void A_copy_after_a_restart_does_not_sound_again_F6()
    {
        var station = Acknowledged(out var fire);
        station.Reboot(TimeSpan.FromMinutes(1), known: null);
        station.Send(fire);
        Assert.Equal(("Acknowledged", false), (station.Last.Detail, station.Siren));
    }

    [Fact]
    public void A_backlog_after_6_h_offline_sounds_for_what_lives_and_reports_the_rest_as_expired_F7()
    {
        var station = new StationDriver();
        station.StepWall(TimeSpan.FromHours(6));
        var old = Enumerable.Range(0, 49).Select(_ => Call.Fire()).ToList();
        var live = Call.Medical().Living(TimeSpan.FromHours(7));
        foreach (var dispatch in old)
            station.Send(dispatch);
        Assert.Equal(Outputs.None, station.Outputs);
        station.Send(live);
        Assert.True(station.Siren);
        Assert.All(old, dispatch => Assert.Equal("Expired", station.StepsOf(dispatch)));
        Assert.Single(station.State.Alerts);
    }

    /// <summary>F7: stale once, live again.</summary>
    [Fact]
    public void An_expired_alert_sounds_when_a_live_change_of_it_comes()
    {
        var station = new StationDriver();
        station.StepWall(TimeSpan.FromMinutes(16));
        var fire = Call.Fire();
        station.Send(fire);
        station.Send(fire);
        Assert.Equal("Expired Duplicate", station.StepsOf(fire));
        station.Send(fire.Update().Living(TimeSpan.FromHours(1)));
        Assert.True(station.Siren);
    }

    /// <summary>F18: what is open has a limit.</summary>
    [Fact]
    public void The_open_list_drops_the_oldest_task_first_and_never_grows_over_its_limit()
    {
        var station = new StationDriver();
        var first = Call.Fire();
        station.Send(first);
        var task = Call.Fire();
        station.Send(task);
        station.Touch(PanelAction.Acknowledge, task);
        for (var i = 2; i < StationState.OpenMax; i++)
            station.Send(Call.Fire());

        // What ends in the same instant needs no room.
        station.Send(Call.Fire().Cancel());
        station.Send(Call.Fire().Living(TimeSpan.FromSeconds(-1)));
        Assert.NotNull(station.Open(task));

        station.Send(Call.Fire());
        Assert.Null(station.Open(task));
        Assert.NotNull(station.Open(first));
        Assert.Equal(StationState.OpenMax, station.State.Alerts.Length);
        station.Send(Call.Fire());
        Assert.Null(station.Open(first));
        Assert.Equal(StationState.OpenMax, station.State.Alerts.Length);
    }

    /// <summary>F6, F18: copies are known again for as long as memory allows.</summary>
    /// <summary>F6: one that is open again is not among the ended, and the order of the others stays.</summary>
    [Fact]
    public void A_dispatch_that_is_open_again_leaves_the_memory_of_the_ended_and_the_others_stay_in_order()
    {
        var station = new StationDriver();
        var calls = Enumerable.Range(0, 4).Select(_ => Call.Fire()).ToList();
        foreach (var call in calls)
        {
            station.Send(call);
            station.Touch(PanelAction.Complete, call);
        }

        station.Send(calls[1].Update());
        var ended = new[] { calls[0], calls[2], calls[3] }.Select(call => call.DispatchId).ToList();
        Assert.Equal(ended, station.State.EndedOrder);
        Assert.Equal(ended.Order(), station.State.Ended.Keys.Order());
    }

    [Fact]
    public void Ended_dispatches_are_remembered_up_to_their_limit_oldest_first_out()
    {
        var station = new StationDriver();
        var calls = Enumerable.Range(0, StationState.EndedMax + 3).Select(_ => Call.Fire()).ToList();
        foreach (var call in calls)
            station.Send(call.Cancel());
        Assert.Equal(StationState.EndedMax, station.State.Ended.Count);
        Assert.DoesNotContain(calls[2].DispatchId, station.State.Ended.Keys);
        Assert.Contains(calls[3].DispatchId, station.State.Ended.Keys);
    }

    private static StationDriver Acknowledged(out Dispatch fire)
    {
        var station = new StationDriver();
        fire = Call.Fire();
        station.Send(fire);
        station.Pass(1);
        station.Press(Inputs.Acknowledge);
        return station;
    }
}
