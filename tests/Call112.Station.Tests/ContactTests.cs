using Call112.Messages;
using Call112.Station.Tests.Language;

namespace Call112.Station.Tests;

/// <summary>Design, "Behaviour, exactly": panic, TEST, stuck inputs, loops and power signals (F12).</summary>
public class ContactTests
{
    [Fact]
    public void Panic_is_reported_within_100_ms_of_the_stable_edge_and_the_lamp_blinks_silently()
    {
        var station = new StationDriver { Held = Inputs.None };
        station.Pass(1);
        station.Held = Inputs.Panic;
        station.Pass(TimeSpan.FromMilliseconds(100));
        Assert.Equal("PanicPressed", station.Events);
        Assert.Equal(ReportSource.Button, station.Last.Source);
        Assert.Equal(9, station.Watch(Outputs.LampStatus, TimeSpan.FromSeconds(3.5)).Split(' ').Length);
        Assert.Equal(TimeSpan.Zero, station.OnTime[Outputs.Siren] + station.OnTime[Outputs.Buzzer]);
    }

    [Fact]
    public void Panic_found_open_at_start_is_reported_once()
    {
        var station = new StationDriver { Held = Inputs.Panic };
        station.Pass(1);
        station.Restart(TimeSpan.FromSeconds(1));
        station.Pass(1);
        Assert.Equal("PanicPressed", station.Events);
    }

    [Fact]
    public void Each_press_of_panic_is_reported()
    {
        var station = new StationDriver();
        station.Pass(1);
        station.Press(Inputs.Panic);
        station.Press(Inputs.Panic);
        Assert.Equal("PanicPressed PanicPressed", station.Events);
        Assert.Single(station.State.Alarms);
    }

    [Fact]
    public void Panic_siren_sounds_by_profile_within_the_limit_of_every_siren_even_over_power_cuts()
    {
        var station = new StationDriver(new StationOptions { Id = "pos", PanicSiren = true });
        station.Pass(1);
        station.Held = Inputs.Panic;
        station.Pass(1);
        Assert.True(station.Siren);
        for (var i = 0; i < 100; i++)
        {
            station.Pass(TimeSpan.FromSeconds(12), TimeSpan.FromMilliseconds(100));
            station.Reboot(TimeSpan.FromSeconds(30), known: null);
        }

        Assert.InRange(station.OnTime[Outputs.Siren], TimeSpan.FromSeconds(240), TimeSpan.FromSeconds(240 * 1.25));
        Assert.False(station.Siren);
    }

    [Fact]
    public void Test_held_3_s_clears_panic_once_the_loop_is_closed()
    {
        var station = new StationDriver();
        station.Pass(1);
        station.Held = Inputs.Panic;
        station.Pass(5);
        station.Press(Inputs.Test, TimeSpan.FromSeconds(4));
        Assert.Equal("PanicPressed", station.Events);

        station.Held = Inputs.None;
        station.Pass(1);
        station.Press(Inputs.Test, TimeSpan.FromSeconds(2.9));
        Assert.True(station.State.Stands(ReportEvent.PanicPressed));
        station.Pass(5);
        station.Press(Inputs.Test, TimeSpan.FromSeconds(3.1));
        station.Pass(5);

        Assert.Equal("PanicPressed SelfTestPassed PanicCleared", station.Events);
        Assert.Equal(Outputs.None, station.Outputs);
    }

    [Fact]
    public void Test_found_pressed_at_start_clears_nothing()
    {
        var station = new StationDriver { Held = Inputs.Test };
        station.Send(new StationInput.InputsSampled(Inputs.None));
        station.Pass(1);
        station.Held |= Inputs.Panic;
        station.Pass(1);
        station.Held &= ~Inputs.Panic;
        station.Pass(10);
        Assert.True(station.State.Stands(ReportEvent.PanicPressed));
        station.Held = Inputs.None;
        station.Pass(5);
        Assert.Equal("PanicPressed", station.Events);
    }

    [Fact]
    public void A_button_stuck_for_an_hour_is_one_fault_and_acknowledges_only_once_F12()
    {
        var station = new StationDriver();
        station.Send(Call.Fire());
        station.Pass(1);
        station.Held = Inputs.Acknowledge;
        station.Pass(59.9);
        Assert.Equal("Received Sounding Acknowledged", station.Events);
        station.Pass(1);
        Assert.Equal("Received Sounding Acknowledged InputStuck", station.Events);
        Assert.Equal("acknowledge", station.Last.Detail);

        var medical = Call.Medical();
        station.Send(medical);
        station.Pass(TimeSpan.FromHours(1), TimeSpan.FromMilliseconds(50));
        Assert.Equal("Received Sounding Reminded Unacknowledged", station.StepsOf(medical));
        Assert.DoesNotContain("InputRestored", station.Events, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stuck_button_counts_again_after_it_has_been_released_for_1_s()
    {
        var station = new StationDriver();
        station.Pass(1);
        station.Held = Inputs.Acknowledge;
        station.Pass(61);
        station.Send(Call.Medical());

        station.Held = Inputs.None;
        station.Pass(0.5);
        station.Press(Inputs.Acknowledge);
        Assert.True(station.Siren || station.State.AnyWaits);
        Assert.DoesNotContain("Acknowledged", station.Events, StringComparison.Ordinal);

        station.Pass(1.1);
        Assert.Contains("InputRestored", station.Events, StringComparison.Ordinal);
        station.Press(Inputs.Acknowledge);
        Assert.Contains("Acknowledged", station.Events, StringComparison.Ordinal);
    }

    [Fact]
    public void A_button_pressed_at_boot_is_no_press_and_the_next_one_is_F12()
    {
        var station = new StationDriver { Held = Inputs.Acknowledge };
        station.Send(Call.Fire());
        station.Pass(2);
        Assert.True(station.State.AnyWaits);
        station.Held = Inputs.None;
        station.Pass(1);
        station.Press(Inputs.Acknowledge);
        Assert.False(station.State.AnyWaits);
    }

    [Fact]
    public void A_spike_of_15_ms_is_no_press_F12()
    {
        var station = new StationDriver();
        station.Send(Call.Fire());
        station.Pass(1);
        for (var i = 0; i < 100; i++)
        {
            station.Press(Inputs.Acknowledge | Inputs.Panic, TimeSpan.FromMilliseconds(15));
        }

        Assert.Equal("Received Sounding", station.Events);
    }

    [Theory]
    [InlineData(Inputs.Tamper, "TamperOpened", "TamperClosed")]
    [InlineData(Inputs.MainsFail, "MainsLost", "MainsRestored")]
    [InlineData(Inputs.BatteryLow, "BatteryLow", "BatteryNormal")]
    public void Loops_and_power_signals_are_their_level(Inputs input, string raised, string cleared)
    {
        var station = new StationDriver { Held = input };
        station.Pass(100);
        Assert.Equal(raised, station.Events);
        station.Held = Inputs.None;
        station.Pass(100);
        Assert.Equal($"{raised} {cleared}", station.Events);
    }

    [Fact]
    public void Two_buttons_at_once_are_both_seen()
    {
        var station = new StationDriver();
        var fire = Call.Fire();
        station.Send(fire);
        station.Pass(1);
        station.Press(Inputs.Acknowledge | Inputs.Responding | Inputs.Panic);
        Assert.Equal("Received Sounding Acknowledged Responding PanicPressed", station.Events);
    }

    [Fact]
    public void Panic_and_an_alert_at_once_do_not_silence_each_other()
    {
        var station = new StationDriver(new StationOptions { Id = "pos", PanicSiren = true });
        station.Pass(1);
        station.Send(Call.Fire());
        station.Held = Inputs.Panic;
        Assert.Equal("0-20", station.Watch(Outputs.Siren, TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public void A_stuck_button_is_restored_at_the_end_of_the_second_and_not_before()
    {
        var station = new StationDriver();
        station.Pass(1);
        station.Held = Inputs.Acknowledge;
        station.Pass(61);
        station.Held = Inputs.None;
        station.Pass(StationDriver.Step);
        station.Pass(station.Timing.InputRestoredAfter - StationDriver.Step);
        Assert.True(station.State.Stands(ReportEvent.InputStuck, "acknowledge"));
        station.Pass(StationDriver.Step);
        Assert.False(station.State.Stands(ReportEvent.InputStuck, "acknowledge"));
    }
}
