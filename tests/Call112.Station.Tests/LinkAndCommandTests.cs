using Call112.Messages;
using Call112.Station.Tests.Language;

namespace Call112.Station.Tests;

/// <summary>Design, "Behaviour, exactly": centre and uplinks, commands, storage.</summary>
public class LinkAndCommandTests
{
    [Fact]
    public void A_station_that_is_deaf_tells_its_own_staff_after_10_s_F9()
    {
        var station = new StationDriver { CenterLives = false };
        station.Pass(9.99);
        Assert.Equal(("", Outputs.None), (station.Events, station.Outputs));
        station.Pass(0.01);
        Assert.Equal("CenterLost UplinkLost", station.Events);
        Assert.Equal("0-0.2 60-60.2 120-120.2", station.Watch(Outputs.Buzzer, TimeSpan.FromSeconds(150)));
        Assert.True(station.Outputs.HasFlag(Outputs.LampLink));
    }

    /// <summary>F9: on a metered line too, silence has an end.</summary>
    [Fact]
    public void The_metered_profile_waits_90_s()
    {
        var station = new StationDriver(new StationOptions { Id = "post", Timing = new() { LinkSuspectAfter = TimeSpan.FromSeconds(60), LinkLostAfter = TimeSpan.FromSeconds(90) } }) { CenterLives = false };
        station.Pass(89.9);
        Assert.Equal("", station.Events);
        station.Pass(0.1);
        Assert.Equal("CenterLost UplinkLost", station.Events);
    }

    /// <summary>F9: only proof restores a link.</summary>
    [Fact]
    public void The_centre_is_restored_by_its_next_heartbeat_and_an_uplink_by_its_own_proof_only()
    {
        var station = new StationDriver { CenterLives = false };
        station.Pass(11);
        station.Send(new StationInput.CenterHeard());
        Assert.EndsWith("CenterRestored", station.Events, StringComparison.Ordinal);
        Assert.True(station.Outputs.HasFlag(Outputs.LampLink));
        station.Send(new StationInput.UplinkProved("lan"));
        Assert.Equal("CenterLost UplinkLost CenterRestored UplinkRestored", station.Events);
        Assert.Equal(Outputs.None, station.Outputs);
    }

    /// <summary>F9: each line is judged by its own proof.</summary>
    [Fact]
    public void One_of_two_uplinks_lost_is_reported_by_name_and_lights_the_lamp_without_a_chirp()
    {
        var station = new StationDriver { CenterLives = false, Uplinks = ["lan", "lte"] };
        station.Restart(TimeSpan.Zero);
        for (var i = 0; i < 20; i++)
        {
            station.Send(new StationInput.UplinkProved("lte"));
            station.Send(new StationInput.CenterHeard());
            station.Pass(1);
        }

        Assert.Equal("UplinkLost", station.Events);
        Assert.Equal("lan", station.Last.Detail);
        Assert.Equal(Outputs.LampLink, station.Outputs);
        Assert.Equal(TimeSpan.Zero, station.OnTime[Outputs.Buzzer]);
    }

    [Fact]
    public void A_deaf_station_does_not_chirp_into_an_alert()
    {
        var station = new StationDriver();
        station.Send(Call.Fire());
        station.CenterLives = false;
        station.Pass(70);
        Assert.True(station.State.Stands(ReportEvent.CenterLost));
        Assert.Equal(TimeSpan.Zero, station.OnTime[Outputs.Buzzer]);
    }

    [Fact]
    public void A_steady_flow_of_proof_reports_nothing_for_a_day()
    {
        var station = new StationDriver();
        var entries = station.Journal.Count;
        station.Pass(TimeSpan.FromDays(1), TimeSpan.FromSeconds(1));
        Assert.Equal(entries, station.Journal.Count);
    }

    [Fact]
    public void Silence_stops_the_siren_only_and_the_next_alert_sounds()
    {
        var station = new StationDriver();
        var fire = Call.Fire();
        station.Send(fire);
        station.Pass(5);
        station.Command(CommandKind.Silence);
        Assert.Equal("", station.Watch(Outputs.Siren, TimeSpan.FromSeconds(30)));
        Assert.NotEqual("", station.Watch(Outputs.Strobe, TimeSpan.FromSeconds(1)));
        Assert.Equal("Received Sounding Reminded", station.StepsOf(fire));
        station.Send(Call.Medical());
        Assert.True(station.Siren);
    }

    [Fact]
    public void Silence_is_for_what_waits_and_leaves_a_task_as_it_is()
    {
        var station = new StationDriver();
        var (task, fire) = (Call.Medical(), Call.Fire());
        station.Send(task);
        station.Touch(PanelAction.Acknowledge, task);
        station.Send(fire);
        station.Command(CommandKind.Silence);
        Assert.Equal((false, true), (station.Open(task)!.Silenced, station.Open(fire)!.Silenced));
    }

    [Fact]
    public void A_silenced_alert_sounds_again_when_its_priority_rises()
    {
        var station = new StationDriver();
        var fire = Call.Fire();
        station.Send(fire);
        station.Command(CommandKind.Silence);
        station.Send(fire.Update());
        Assert.False(station.Siren);
        station.Send(fire.Update().Update(priority: 1));
        Assert.True(station.Siren);
    }

    [Fact]
    public void An_update_that_is_offered_is_the_machines_matter_and_leaves_a_sounding_alert_as_it_is()
    {
        var station = new StationDriver();
        station.Send(Call.Fire());
        station.Pass(5);
        Assert.Empty(station.Command(CommandKind.Update));
        Assert.True(station.Siren);
    }

    [Fact]
    public void Silence_with_nothing_waiting_leaves_no_trace()
    {
        var station = new StationDriver();
        Assert.Empty(station.Command(CommandKind.Silence));
        station.Send(Call.Fire());
        Assert.True(station.Siren);
    }

    [Fact]
    public void A_command_is_carried_out_once_however_often_it_comes()
    {
        var station = new StationDriver();
        var id = new Guid(7, 7, 7, [1, 2, 3, 4, 5, 6, 7, 8]);
        station.Send(Call.Fire());
        station.Command(CommandKind.Silence, id);
        Assert.False(station.Siren);
        station.Send(Call.Medical());
        station.Command(CommandKind.Silence, id);
        Assert.True(station.Siren);
    }

    /// <summary>F18: what is remembered has a limit.</summary>
    [Fact]
    public void Command_ids_are_remembered_up_to_their_limit()
    {
        var station = new StationDriver();
        for (var i = 0; i < Senses.CommandsMax + 10; i++)
            station.Command(CommandKind.ReportNow, new Guid(i, 0, 0, new byte[8]));
        Assert.Equal(Senses.CommandsMax, station.State.Senses.Commands.Count());
        Assert.Contains(new Guid(73, 0, 0, new byte[8]), station.State.Senses.Commands);
        Assert.Equal("", station.Events);
    }

    [Fact]
    public void A_self_test_drives_lamps_and_buzzer_for_2_s_never_the_siren_and_reports()
    {
        var station = new StationDriver();
        station.Command(CommandKind.SelfTest);
        Assert.Equal("0-2", station.Watch(Outputs.Buzzer, TimeSpan.FromSeconds(5)));
        Assert.Equal("SelfTestPassed", station.Events);
        Assert.Equal(ReportSource.Center, station.Last.Source);
        Assert.Equal(TimeSpan.Zero, station.OnTime[Outputs.Siren]);

        station.Dead = Outputs.Buzzer | Outputs.LampLink;
        station.Press(Inputs.Test);
        station.Pass(5);
        var failed = station.Reports.Single(report => report.Event == ReportEvent.SelfTestFailed);
        Assert.Equal(("lampLink buzzer", ReportSource.Button), (failed.Detail, failed.Source));
    }

    [Fact]
    public void A_self_test_that_the_box_asks_for_is_its_own()
    {
        var station = new StationDriver();
        station.Send(new StationInput.SelfTestAsked());
        station.Pass(5);
        Assert.Equal("SelfTestPassed", station.Events);
        Assert.Equal(ReportSource.Automatic, station.Last.Source);
    }

    [Fact]
    public void A_self_test_ends_even_if_no_tick_comes()
    {
        var station = new StationDriver();
        station.Command(CommandKind.SelfTest);
        station.Now = station.Now.After(TimeSpan.FromSeconds(2));
        Assert.Equal(Outputs.None, station.Outputs);
    }

    [Fact]
    public void Identify_blinks_and_chirps_for_half_a_minute()
    {
        var station = new StationDriver();
        station.Command(CommandKind.Identify);
        var spans = station.Watch(Outputs.LampStatus, TimeSpan.FromMinutes(1)).Split(' ');
        Assert.Equal((30, "0-0.2", "29-29.2"), (spans.Length, spans[0], spans[^1]));
        Assert.Null(station.State.Senses.IdentifySince);
    }

    [Fact]
    public void A_failing_store_is_reported_once_and_the_siren_sounds_F3()
    {
        var station = new StationDriver();
        station.Send(new StationInput.StorageFailed("disk full"));
        station.Send(new StationInput.StorageFailed("read-only"));
        station.Send(Call.Fire());
        Assert.True(station.Siren);
        station.Send(new StationInput.StorageRecovered());
        station.Send(new StationInput.StorageRecovered());
        Assert.Equal("StorageFault Received StorageRestored", station.Events);
        Assert.Equal("disk full", station.Reports[^3].Detail);
    }

    [Fact]
    public void A_refused_message_is_reported_with_its_reason_and_sounds_nothing_F7()
    {
        var station = new StationDriver();
        var id = Call.Fire().DispatchId;
        station.Send(new StationInput.MessageRefused("retained", id));
        Assert.Equal("Rejected(retained)", station.Events);
        Assert.Equal(id, station.Last.DispatchId);
        Assert.Equal(Outputs.None, station.Outputs);
    }

    [Fact]
    public void A_reason_that_is_too_long_is_cut_and_never_within_a_character()
    {
        var station = new StationDriver();
        station.Send(new StationInput.MessageRefused(new string('x', Report.TextMaxLength - 1) + "\U0001F692", null));
        Assert.Equal(new string('x', Report.TextMaxLength - 1), station.Last.Reason);
        station.Send(new StationInput.MessageRefused(new string('x', Report.TextMaxLength + 1), null));
        Assert.Equal(Report.TextMaxLength, station.Last.Reason!.Length);
    }

    [Fact]
    public void Only_a_trouble_has_a_report_that_clears_it() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Troubles.ClearOf(ReportEvent.Received));
}
