using Call112.Messages;
using Call112.Station.Tests.Language;

namespace Call112.Station.Tests;

/// <summary>Design, "Behaviour, exactly": restart in the middle. Outputs resume from the journal; limits go on from the recorded start.</summary>
public class RestartTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    /// <summary>F1, F7: what sounds after a restart is decided by the journal, not by what the broker sends again.</summary>
    [Fact]
    public void A_waiting_alert_sounds_on_after_a_restart_without_a_new_report()
    {
        var station = new StationDriver();
        var fire = Call.Fire();
        station.Send(fire);
        station.Pass(5);
        station.Restart(TimeSpan.FromSeconds(3));
        Assert.True(station.Siren);
        station.Pass(5);
        Assert.Equal("Received Sounding", station.StepsOf(fire));
    }

    /// <summary>F7: a siren resumes with the time that it has left.</summary>
    [Fact]
    public void Time_that_ran_before_and_during_a_restart_counts_when_the_machine_ran_on()
    {
        var station = new StationDriver();
        station.Send(Call.Fire());
        station.Pass(20);
        station.Restart(TimeSpan.FromSeconds(25));
        Assert.Equal("0-15 35-45", station.Watch(Outputs.Siren, TimeSpan.FromSeconds(50)));
    }

    /// <summary>F1, F7.</summary>
    [Fact]
    public void Time_in_the_dark_counts_after_a_reboot_when_the_gap_is_known()
    {
        var station = new StationDriver();
        var fire = Call.Fire();
        station.Send(fire);
        station.Pass(20);
        station.Reboot(TimeSpan.FromSeconds(25), known: TimeSpan.FromSeconds(25));
        Assert.Equal("0-15 35-45", station.Watch(Outputs.Siren, TimeSpan.FromSeconds(50)));
        Assert.Equal("Received Sounding Reminded Unacknowledged", station.StepsOf(fire));
        Assert.Equal(80_000, station.Last.ElapsedMs);
    }

    /// <summary>F1, F7.</summary>
    [Fact]
    public void Time_that_ran_before_a_reboot_counts_when_the_gap_is_unknown_up_to_one_time_mark()
    {
        var station = new StationDriver();
        station.Send(Call.Fire());
        station.Pass(25);
        station.Reboot(TimeSpan.FromHours(1), known: null);
        // The newest mark is at 20.01 s: 5 s of the siren's time are given again, never more than one mark's.
        var siren = station.Watch(Outputs.Siren, TimeSpan.FromSeconds(50));
        Assert.Equal("0-39.99", siren);
    }

    /// <summary>F1, F7.</summary>
    [Fact]
    public void Power_cuts_without_end_do_not_give_a_siren_its_time_back()
    {
        var station = new StationDriver();
        station.Send(Call.Fire().Living(TimeSpan.FromDays(1)));
        for (var i = 0; i < 200; i++)
        {
            station.Pass(TimeSpan.FromSeconds(12), TimeSpan.FromMilliseconds(100));
            station.Reboot(TimeSpan.FromSeconds(30), known: null);
        }

        // 60 s and 18 bursts of 10 s, and of each 12 s run at most 2 s are given again.
        Assert.InRange(station.OnTime[Outputs.Siren], TimeSpan.FromSeconds(240), TimeSpan.FromSeconds(240 * 1.25));
        Assert.Equal("", station.Watch(Outputs.Siren, TimeSpan.FromMinutes(2)));
    }

    /// <summary>F1, F5: the clock was set by years while the station was dark.</summary>
    [Fact]
    public void A_gap_that_cannot_be_is_cut_and_silences_nothing()
    {
        foreach (var gap in new[] { TimeSpan.FromDays(-3650), TimeSpan.MinValue })
        {
            var station = new StationDriver();
            station.Send(Call.Fire());
            station.Pass(20);
            station.Send(new StationInput.Start("boot", gap, null, ["lan"]));
            // Nothing is known of the time since the mark at 10.01 s.
            Assert.Equal("0-49.99", station.Watch(Outputs.Siren, TimeSpan.FromSeconds(59)));
        }

        var late = new StationDriver();
        late.Send(Call.Fire());
        late.Send(new StationInput.Start("boot", TimeSpan.MaxValue, null, ["lan"]));
        late.Pass(1);
        Assert.Equal(Outputs.None, late.Outputs);
    }

    /// <summary>F5: a gap is measured on a wall clock that may have been set meanwhile.</summary>
    [Theory]
    [InlineData(long.MinValue, 0)]
    [InlineData(-1, 0)]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(30 * TimeSpan.TicksPerDay, 30 * TimeSpan.TicksPerDay)]
    [InlineData(30 * TimeSpan.TicksPerDay + 1, 30 * TimeSpan.TicksPerDay)]
    [InlineData(long.MaxValue, 30 * TimeSpan.TicksPerDay)]
    public void A_gap_is_believed_from_nothing_to_thirty_days(long ticks, long believed)
    {
        var station = new StationDriver();
        station.Send(new StationInput.Start("boot", TimeSpan.FromTicks(ticks), null, ["lan"]));
        Assert.Equal(TimeSpan.FromTicks(believed), station.Journal.OfType<JournalEntry.Started>().Last().Gap);
    }

    /// <summary>F7.</summary>
    [Fact]
    public void An_alert_that_expires_in_the_dark_does_not_sound_afterwards()
    {
        var station = new StationDriver();
        station.Send(Call.Fire());
        station.Pass(5);
        station.Reboot(TimeSpan.FromMinutes(16), known: TimeSpan.FromMinutes(16));
        station.Pass(1);
        Assert.Equal(Outputs.None, station.Outputs);
        Assert.Empty(station.State.Alerts);
    }

    /// <summary>F1, F6: copies of what had ended are known again.</summary>
    [Fact]
    public void Tasks_chimes_turnout_and_memory_of_ended_alerts_survive_a_reboot()
    {
        var station = new StationDriver();
        var (task, gone) = (Call.Fire(), Call.Medical());
        station.Send(task);
        station.Press(Inputs.Responding);
        station.Pass(60);
        station.Send(gone);
        station.Send(gone.Cancel());
        station.Reboot(s_second, known: s_second);
        Assert.Equal(Outputs.Strobe | Outputs.LampStatus, station.Outputs & ~Outputs.Buzzer);
        Assert.Equal("0-0.7 1-1.7", station.Watch(Outputs.Buzzer, TimeSpan.FromSeconds(5)));
        station.Touch(PanelAction.Arrive, task);
        Assert.InRange(station.Last.ElapsedMs!.Value, 66_000, 66_500);
        station.Send(gone);
        Assert.Equal("Cancelled", station.Last.Detail);
    }

    /// <summary>F1.</summary>
    [Fact]
    public void A_task_of_4_h_counts_the_dark_hours_of_a_reboot()
    {
        var station = new StationDriver();
        station.Send(Call.Fire());
        station.Press(Inputs.Acknowledge);
        station.Reboot(TimeSpan.FromHours(3), known: TimeSpan.FromHours(3));
        station.Pass(TimeSpan.FromMinutes(59), s_second);
        Assert.Single(station.State.Alerts);
        station.Pass(TimeSpan.FromMinutes(2), s_second);
        Assert.Empty(station.State.Alerts);
    }

    /// <summary>F1.</summary>
    [Fact]
    public void Alarms_stand_after_a_restart_and_clear_by_what_the_board_shows()
    {
        var station = new StationDriver { Held = Inputs.Panic | Inputs.Tamper | Inputs.MainsFail };
        station.Pass(1);
        Assert.Equal("PanicPressed TamperOpened MainsLost", station.Events);
        station.Restart(s_second);
        station.Held = Inputs.Panic | Inputs.MainsFail;
        station.Pass(1);
        Assert.Equal("PanicPressed TamperOpened MainsLost TamperClosed", station.Events);
        Assert.True(station.State.Stands(ReportEvent.PanicPressed));
    }

    /// <summary>F7: nobody is woken a second time by a power cut.</summary>
    [Fact]
    public void A_silenced_alert_stays_silent_after_a_restart()
    {
        var station = new StationDriver();
        station.Send(Call.Fire());
        station.Command(CommandKind.Silence);
        station.Restart(s_second);
        Assert.Equal("", station.Watch(Outputs.Siren, TimeSpan.FromSeconds(30)));
        Assert.NotEqual("", station.Watch(Outputs.Strobe, s_second));
    }

    [Fact]
    public void A_finding_in_the_journal_is_reported_and_does_not_stand_F2()
    {
        var station = new StationDriver(started: false);
        station.Send(new StationInput.Start("boot-1", TimeSpan.Zero, "set aside: not a database", ["lan"]));
        Assert.Equal("Started StorageFault StorageRestored", string.Join(' ', station.Reports.Select(report => report.Event)));
        Assert.Equal("journal: set aside: not a database", station.Reports[0].Detail);
        Assert.Empty(station.State.Alarms);
        Assert.Null(new StationDriver().Reports[0].Detail);
    }

    /// <summary>F1: what is only remembered ages by the dark time as what sounds does: ended dispatches, counts, the modem's reboot.</summary>
    [Fact]
    public void A_reboot_moves_all_that_is_remembered_by_the_same()
    {
        var (station, dark) = (new StationDriver(), TimeSpan.FromHours(1));
        var (gone, real) = (Call.Medical(), Call.Fire());
        station.Send(gone);
        station.Pass(5);
        station.Send(gone.Cancel());
        station.Pass(2);
        station.Send(new StationInput.ModemRungTaken(ModemRung.PiReboot, "no modem for 1200 s"));
        station.Pass(2);
        station.Send(new StationInput.MessageRefused("not JSON: x", null));
        station.Pass(2);
        station.Send(real);
        station.Pass(2);
        var before = Ages();
        station.Reboot(dark, known: dark);
        Assert.Equal(before.Select(age => age + dark), Ages());
        Assert.Equal([13, 8, 6, 4, 4, 2], before.Select(age => age!.Value.TotalSeconds));
        station.Send(gone);
        Assert.Equal(3_613_000, station.Last.ElapsedMs);

        List<TimeSpan?> Ages()
        {
            var (state, ended) = (station.State, station.State.Ended[gone.DispatchId]);
            var anchors = new[] { ended.ReceivedAt, ended.EndedAt, state.ModemRebootAt }
                .Concat(state.Tellings.Where(telling => telling.Event == ReportEvent.Rejected).Select(telling => (TimeSpan?)telling.Since))
                .Append(state.LastActualAt);
            return [.. anchors.Select(anchor => station.Now.Monotonic - anchor)];
        }
    }

    /// <summary>F1: an alert of before the power cut must not silence for good what comes after it.</summary>
    [Fact]
    public void A_drill_after_a_reboot_sounds_although_a_real_alert_came_before_it()
    {
        var station = new StationDriver();
        var fire = Call.Fire();
        station.Pass(60);
        station.Send(fire);
        station.Send(fire.Cancel());
        station.Reboot(s_second, known: s_second);
        station.Send(Call.Drill());
        Assert.True(station.Siren);
    }

    [Fact]
    public void An_uplink_that_the_configuration_no_longer_has_does_not_stay_lost()
    {
        var station = new StationDriver { CenterLives = false };
        station.Pass(11);
        Assert.True(station.State.Stands(ReportEvent.UplinkLost, "lan"));
        station.Uplinks = ["lte"];
        station.Restart(s_second);
        Assert.False(station.State.Stands(ReportEvent.UplinkLost, "lan"));
    }

    [Fact]
    public void Time_is_journaled_only_while_a_siren_has_time_left_F3()
    {
        var station = new StationDriver();
        station.Send(Call.Fire().Living(TimeSpan.FromDays(2)));
        station.Send(Call.Test().Living(TimeSpan.FromDays(2)));
        station.Pass(TimeSpan.FromHours(24), s_second);
        Assert.InRange(station.Journal.OfType<JournalEntry.TimeMarked>().Count(), 55, 60);
    }

    /// <summary>F20: what a broker still holds of an earlier run is this card's own word; a copied card goes on with boot ids of its own.</summary>
    [Fact]
    public void A_card_knows_its_newest_thirty_two_earlier_runs_and_no_others()
    {
        var station = new StationDriver();
        for (var run = 1; run < StationState.EarlierBootsMax + 2; run++)
            station.Restart(s_second);
        Assert.Equal($"boot-{StationState.EarlierBootsMax + 2}", station.State.BootId);
        Assert.Equal(Enumerable.Range(2, StationState.EarlierBootsMax).Select(run => $"boot-{run}"), station.State.EarlierBoots);
        Assert.True(station.State.IsOwnBoot(station.State.BootId));
        Assert.True(station.State.IsOwnBoot("boot-2"));
        Assert.False(station.State.IsOwnBoot("boot-1"));
        Assert.False(station.State.IsOwnBoot("the boot of a copy"));
    }

    [Fact]
    public void A_box_whose_journal_began_with_this_run_waits_five_minutes_before_it_calls_a_stranger_another_box()
    {
        var station = new StationDriver();
        var almost = Links.EarlierRunsSpeak - TimeSpan.FromTicks(1);
        Assert.False(Links.IsAnotherBox(station.State, station.State.BootId, Links.EarlierRunsSpeak));
        Assert.False(Links.IsAnotherBox(station.State, "a stranger", almost));
        Assert.True(Links.IsAnotherBox(station.State, "a stranger", Links.EarlierRunsSpeak));
        var first = station.State.BootId;
        station.Restart(s_second);
        Assert.False(Links.IsAnotherBox(station.State, first, Links.EarlierRunsSpeak));
        Assert.True(Links.IsAnotherBox(station.State, "a stranger", TimeSpan.Zero));
    }
}
