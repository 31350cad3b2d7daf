using Call112.Messages;
using Call112.Station.Tests.Language;

namespace Call112.Station.Tests;

/// <summary>What happens at the very moment of a limit, and not one sample before it (F5, F12); numbers that a report carries.</summary>
public class EdgeTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    [Fact]
    public void A_power_signal_is_told_in_the_sample_in_which_it_has_settled()
    {
        var station = StationDriver.Rested();
        station.Held = Inputs.MainsFail;
        station.Pass(0.02);
        Assert.False(station.State.Stands(ReportEvent.MainsLost));
        station.Pass(0.01);
        Assert.True(station.State.Stands(ReportEvent.MainsLost));
    }

    [Fact]
    public void A_button_is_stuck_sixty_seconds_after_its_first_sample_F12()
    {
        var station = StationDriver.Rested();
        station.Held = Inputs.Acknowledge;
        station.Pass(0.01);
        station.Pass(59.99);
        Assert.Equal("", station.Events);
        station.Pass(0.01);
        Assert.Equal("InputStuck", station.Events);
    }

    /// <summary>Samples were lost for a minute: nobody saw the press begin.</summary>
    [Fact]
    public void A_button_that_is_first_seen_settled_after_a_minute_is_stuck_and_acknowledges_nothing_F12()
    {
        var station = StationDriver.Rested();
        var fire = Call.Fire();
        station.Send(fire);
        station.Held = Inputs.Acknowledge;
        station.Pass(TimeSpan.FromSeconds(122), TimeSpan.FromSeconds(61));
        Assert.True(station.State.Stands(ReportEvent.InputStuck, "acknowledge"));
        Assert.True(station.Open(fire)!.Waits);
    }

    [Fact]
    public void TEST_clears_panic_three_seconds_after_its_first_sample_and_not_while_its_own_loop_is_cut()
    {
        var station = Panicking();
        station.Held = Inputs.Test;
        station.Pass(0.01);
        station.Pass(2.99);
        Assert.True(station.State.Stands(ReportEvent.PanicPressed));
        station.Pass(0.01);
        Assert.False(station.State.Stands(ReportEvent.PanicPressed));

        station = Panicking();
        station.Held = Inputs.Test;
        station.Pass(2.8);
        station.Cut = Inputs.Test;
        station.Pass(0.4);
        Assert.True(station.State.Stands(ReportEvent.PanicPressed));
    }

    [Fact]
    public void An_alert_lapses_in_the_moment_in_which_it_expires_and_a_task_four_hours_after_it_was_taken()
    {
        var station = new StationDriver();
        station.Send(Call.Fire());
        station.Pass(Call.Life - StationDriver.Step, s_second);
        Assert.Single(station.State.Alerts);
        station.Pass(StationDriver.Step);
        Assert.Empty(station.State.Alerts);

        station.Send(Call.Fire().Living(TimeSpan.FromDays(1)));
        station.Touch(PanelAction.Acknowledge);
        station.Pass(station.Timing.TaskLimit - StationDriver.Step, TimeSpan.FromMinutes(1));
        Assert.Single(station.State.Alerts);
        station.Pass(StationDriver.Step);
        Assert.Empty(station.State.Alerts);
    }

    [Fact]
    public void Every_report_about_a_dispatch_counts_from_its_arrival_also_after_its_end_F6()
    {
        var station = new StationDriver();
        var (open, declined) = (Call.Fire(), Call.Medical());
        station.Send(open);
        station.Send(declined);
        station.Touch(PanelAction.Decline, declined, DeclineReason.CrewOut);
        station.Pass(7);
        station.Send(open);
        Assert.Equal((ReportEvent.Duplicate, 7_000), (station.Last.Event, station.Last.ElapsedMs));
        station.Send(declined.Update());
        Assert.Equal((ReportEvent.Updated, 7_000), (station.Last.Event, station.Last.ElapsedMs));
        station.Send(declined.Cancel());
        Assert.Equal((ReportEvent.Cancelled, 7_000), (station.Last.Event, station.Last.ElapsedMs));
    }

    [Fact]
    public void Only_the_end_of_a_task_has_an_outcome()
    {
        var station = new StationDriver();
        var fire = Call.Fire();
        station.Send(fire);
        station.Touch(PanelAction.Arrive, fire, outcome: Outcome.FalseReport);
        Assert.Equal((ReportEvent.OnScene, null), (station.Last.Event, station.Last.Outcome));
        station.Touch(PanelAction.Complete, fire, outcome: Outcome.FalseReport);
        Assert.Equal((ReportEvent.Completed, Outcome.FalseReport), (station.Last.Event, station.Last.Outcome));
    }

    /// <summary>F3: a list without a limit is a card that fills.</summary>
    [Fact]
    public void A_dispatch_that_comes_back_after_its_end_has_room_made_for_it_too()
    {
        var station = new StationDriver();
        var fire = Call.Fire();
        station.Send(fire);
        station.Touch(PanelAction.Complete, fire);
        for (var i = 0; i < StationState.OpenMax; i++)
            station.Send(Call.Medical());
        station.Send(fire.Update());
        Assert.Equal(StationState.OpenMax, station.State.Alerts.Length);
        Assert.True(station.Open(fire)!.Waits);
    }

    /// <summary>F4: without a clock the message's own times say how long it lives; when they contradict each other, as long as a siren may sound.</summary>
    [Theory]
    [InlineData(ClockState.Unsynchronized, 900, 900)]
    [InlineData(ClockState.Unsynchronized, 0, 600)]
    [InlineData(ClockState.Unsynchronized, -60, 600)]
    [InlineData(ClockState.Synchronized, 900, 300)]
    [InlineData(ClockState.Synchronized, 600, 0)]
    [InlineData(ClockState.Synchronized, -60, 0)]
    public void A_dispatch_of_ten_minutes_ago_lives_as_long_as_the_clock_allows(ClockState clock, int life, int seconds)
    {
        var station = new StationDriver(clock: clock);
        station.StepWall(TimeSpan.FromMinutes(10));
        station.Send(Call.Fire().Living(TimeSpan.FromSeconds(life)));
        Assert.Equal(TimeSpan.FromSeconds(seconds), station.Journal.OfType<JournalEntry.DispatchStored>().Single().LapsesAfter);
    }

    [Fact]
    public void Inputs_and_outputs_have_the_names_of_the_contract()
    {
        Assert.Equal(["siren", "strobe", "door", "lampStatus", "lampLink", "buzzer"], Levels.AllOutputs.Select(Levels.NameOf));
        Assert.Equal(["acknowledge", "responding", "panic", "test", "tamper", "mainsFail", "batteryLow"], Levels.AllInputs.Select(Levels.NameOf));
    }

    private static StationDriver Panicking()
    {
        var station = StationDriver.Rested();
        station.Press(Inputs.Panic);
        return station;
    }
}
