using Call112.Messages;
using Call112.Station.Tests.Language;

namespace Call112.Station.Tests;

/// <summary>The wall clock: wrong at boot, stepping while it runs, and what the hour means for a post.</summary>
public class ClockTests
{
    private static readonly DutyWindow s_office = new(new TimeOnly(8, 0), new TimeOnly(16, 0), []);

    [Theory]
    [InlineData(-3600d)]
    [InlineData(3600d)]
    [InlineData(-10 * 365.25 * 86400)]
    [InlineData(10 * 365.25 * 86400)]
    [InlineData(19 * 365.25 * 86400)]
    public void A_clock_step_while_sounding_changes_no_duration_F5(double seconds)
    {
        var station = new StationDriver();
        var fire = Call.Fire();
        station.Send(fire);
        station.Pass(20);
        station.StepWall(TimeSpan.FromSeconds(seconds));

        Assert.Equal("0-40 60-70 90-100", station.Watch(Outputs.Siren, TimeSpan.FromSeconds(100)));
        Assert.Equal("Received Sounding Reminded Unacknowledged", station.StepsOf(fire));
        Assert.Single(station.Reports, report => report.Event == ReportEvent.ClockSet);
        Assert.DoesNotContain(station.Reports, report => report.Event is ReportEvent.CenterLost or ReportEvent.UplinkLost);

        station.Pass(TimeSpan.FromMinutes(14), TimeSpan.FromMilliseconds(100));
        Assert.Empty(station.State.Alerts);
    }

    /// <summary>F5: slewing by a time daemon is everyday life.</summary>
    [Fact]
    public void A_step_below_5_s_is_not_worth_a_report()
    {
        var station = new StationDriver();
        station.Pass(1);
        station.StepWall(TimeSpan.FromSeconds(4.9));
        station.Pass(3);
        Assert.Equal("", station.Events);
    }

    [Fact]
    public void A_step_of_5_s_is_reported_once()
    {
        var station = new StationDriver();
        station.Pass(1);
        station.StepWall(TimeSpan.FromSeconds(5));
        station.Pass(3);
        Assert.Equal("ClockSet", station.Events);
        Assert.Equal("step 5.000 s", station.Last.Detail);
    }

    /// <summary>F5: many small steps in seconds of their own are no step, however far they lead.</summary>
    [Fact]
    public void A_clock_that_is_slewed_for_a_minute_is_not_worth_a_report()
    {
        var station = new StationDriver();
        for (var i = 0; i < 60; i++)
        {
            station.StepWall(TimeSpan.FromSeconds(0.5));
            station.Pass(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        }

        Assert.Equal("", station.Events);
    }

    /// <summary>F5: steps are measured from a moment of the last second. A step or a change of what the clock is worth begins a new one.</summary>
    [Theory]
    [InlineData(0.99, 0, false, false)]
    [InlineData(1, 0, false, true)]
    [InlineData(0.5, 6, false, true)]
    [InlineData(0.5, 0, true, true)]
    public void The_moment_from_which_a_step_is_measured_is_a_second_old_at_most(double ran, double step, bool lost, bool anew)
    {
        var station = new StationDriver();
        var began = station.State.Senses.Reference;
        station.Now = station.Now.After(TimeSpan.FromSeconds(ran));
        station.StepWall(TimeSpan.FromSeconds(step));
        if (lost)
            station.Now = station.Now with { Clock = ClockState.Unsynchronized };
        station.Send(new StationInput.Tick());
        Assert.Equal(anew ? station.Now : began, station.State.Senses.Reference);
    }

    /// <summary>F4, F5: the first right time is a step too.</summary>
    [Fact]
    public void A_clock_that_becomes_synchronised_is_reported_with_its_step()
    {
        var station = new StationDriver(clock: ClockState.Unsynchronized);
        station.Pass(1);
        station.StepWall(TimeSpan.FromSeconds(2.5));
        station.Synchronize();
        station.Pass(3);
        Assert.Equal("ClockSet", station.Events);
        Assert.Equal("step 2.500 s", station.Last.Detail);
        Assert.Equal(ClockState.Synchronized, station.Last.Clock);
    }

    [Theory]
    [InlineData("1970-01-01T00:00:05Z")]
    [InlineData("2026-07-01T00:00:00Z")]
    [InlineData("2040-01-01T00:00:00Z")]
    public void While_nobody_knows_the_time_nothing_counts_as_expired_F4(string wall)
    {
        var station = new StationDriver(clock: ClockState.Unsynchronized);
        station.StepWall(DateTimeOffset.Parse(wall, System.Globalization.CultureInfo.InvariantCulture) - station.Now.Wall);
        var fire = Call.Fire();
        station.Send(fire);
        Assert.True(station.Siren);
        Assert.Equal(ClockState.Unsynchronized, station.Last.Clock);

        station.Pass(TimeSpan.FromMinutes(14), TimeSpan.FromMilliseconds(100));
        Assert.Single(station.State.Alerts);
        station.Pass(TimeSpan.FromMinutes(2), TimeSpan.FromMilliseconds(100));
        Assert.Empty(station.State.Alerts);
    }

    [Fact]
    public void An_alert_whose_own_times_contradict_each_other_sounds_as_long_as_a_siren_may_F4()
    {
        var station = new StationDriver(clock: ClockState.Unsynchronized);
        station.Send(Call.Fire().Living(TimeSpan.FromHours(-1)));
        Assert.Equal("0-60", station.Watch(Outputs.Siren, TimeSpan.FromSeconds(75)));
        station.Pass(TimeSpan.FromMinutes(9), TimeSpan.FromMilliseconds(100));
        Assert.Empty(station.State.Alerts);
    }

    /// <summary>F7: what is stale is logged, and no more.</summary>
    [Fact]
    public void Expired_on_arrival_is_reported_and_never_sounds()
    {
        var station = new StationDriver();
        var fire = Call.Fire().Living(TimeSpan.FromSeconds(1));
        station.StepWall(TimeSpan.FromSeconds(1));
        station.Send(fire);
        Assert.Equal(("Expired", Outputs.None), (station.StepsOf(fire), station.Outputs));
    }

    [Fact]
    public void Outside_duty_hours_a_post_chimes_10_s_and_declines_by_itself()
    {
        var station = Office(hourUtc: 9);
        var fire = Call.Fire().Living(TimeSpan.FromDays(1));
        station.Send(fire);
        Assert.Equal("Received Declined(OutOfHours)", station.StepsOf(fire));
        Assert.Equal(ReportSource.Automatic, station.Last.Source);
        var buzzer = station.Watch(Outputs.Buzzer, TimeSpan.FromSeconds(30)).Split(' ');
        Assert.Equal((10, "9-9.7"), (buzzer.Length, buzzer[^1]));
        Assert.Equal(TimeSpan.Zero, station.OnTime[Outputs.Siren] + station.OnTime[Outputs.Strobe]);
        Assert.Empty(station.State.Alerts);
    }

    [Fact]
    public void Outside_duty_hours_a_discreet_alert_is_declined_without_a_sound()
    {
        var station = Office(hourUtc: 9);
        station.Send(Call.Discreet().Living(TimeSpan.FromDays(1)));
        station.Send(Call.Test().Living(TimeSpan.FromDays(1)));
        Assert.EndsWith("Received Declined(OutOfHours) Received Declined(OutOfHours)", station.Events, StringComparison.Ordinal);
        Assert.Equal("", station.Watch(Outputs.Buzzer, TimeSpan.FromSeconds(15)));
    }

    /// <summary>F4: a clock that is wrong at boot must not send a post off duty.</summary>
    [Fact]
    public void Within_duty_hours_and_while_nobody_knows_the_hour_a_post_is_on_duty()
    {
        var within = Office(hourUtc: 1);
        within.Send(Call.Fire());
        Assert.True(within.Siren);

        var unknown = Office(hourUtc: 9);
        unknown.Now = unknown.Now with { Clock = ClockState.Unsynchronized };
        unknown.Send(Call.Fire());
        Assert.True(unknown.Siren);
    }

    [Fact]
    public void A_change_outside_duty_hours_does_not_sound_what_had_ended()
    {
        var station = Office(hourUtc: 7);
        var fire = Call.Fire().Living(TimeSpan.FromDays(1));
        station.Send(fire);
        station.Touch(PanelAction.Complete, fire);
        station.StepWall(TimeSpan.FromHours(2));
        station.Send(fire.Update());
        Assert.Equal("Received Acknowledged Completed Updated Declined(OutOfHours)", station.StepsOf(fire));
        station.Pass(15);
        Assert.Equal(TimeSpan.Zero, station.OnTime[Outputs.Siren]);
    }

    private static StationDriver Office(int hourUtc)
    {
        var station = new StationDriver(new StationOptions { Id = "dinsos", Annunciation = AnnunciationStyle.Siren, DutyHours = [s_office] });
        station.StepWall(new DateTimeOffset(2026, 11, 23, hourUtc, 0, 0, TimeSpan.Zero) - station.Now.Wall);
        station.Restart(TimeSpan.Zero);
        return station;
    }
}
