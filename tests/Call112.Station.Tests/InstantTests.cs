using Call112.Messages;
using Call112.Station.Tests.Language;

namespace Call112.Station.Tests;

/// <summary>
/// Outputs are a function of state and time (design, promise 3): asked for single instants around every edge, without letting the time pass.
/// A limit that is a sample late is a siren that is on for too long, or a relay that is written twice (F5, F11).
/// </summary>
public class InstantTests
{
    [Theory]
    [InlineData(-0.001, false)]
    [InlineData(0, true)]
    [InlineData(59.999, true)]
    [InlineData(60, false)]
    [InlineData(79.999, false)]
    [InlineData(80, true)]
    [InlineData(89.999, true)]
    [InlineData(90, false)]
    [InlineData(110, true)]
    [InlineData(589.999, false)]
    [InlineData(590, true)]
    [InlineData(599.999, true)]
    [InlineData(600, false)]
    [InlineData(620, false)]
    [InlineData(86_400, false)]
    public void The_siren_of_a_fire_and_that_of_panic_keep_the_envelope_to_the_millisecond(double seconds, bool on)
    {
        var station = new StationDriver();
        station.Send(Call.Fire().Living(TimeSpan.FromDays(2)));
        Assert.Equal(on, IsOn(station, Outputs.Siren, seconds));

        station = new StationDriver(new StationOptions { Id = "pkm-gogagoman", PanicSiren = true });
        station.Press(Inputs.Panic);
        station.Now = station.Now with { Monotonic = station.State.Alarms.Single().Since };
        Assert.Equal(on, IsOn(station, Outputs.Siren, seconds));
    }

    /// <summary>By the defaults the first part is twice the period; a post may set another.</summary>
    [Theory]
    [InlineData(49.999, true)]
    [InlineData(50, false)]
    [InlineData(60, false)]
    [InlineData(69.999, false)]
    [InlineData(70, true)]
    [InlineData(80, false)]
    public void The_bursts_are_counted_from_the_end_of_the_first_part(double seconds, bool on)
    {
        var station = new StationDriver(new StationOptions { Id = "pkm-gogagoman", Timing = new() { SirenFirst = TimeSpan.FromSeconds(50) } });
        station.Send(Call.Fire());
        Assert.Equal(on, IsOn(station, Outputs.Siren, seconds));
    }

    /// <summary>By the defaults the limit is the end of a burst; a post may set one within the first part.</summary>
    [Theory]
    [InlineData(44.999, true)]
    [InlineData(45, false)]
    public void A_siren_falls_silent_at_its_limit_also_in_the_middle_of_its_first_part(double seconds, bool on)
    {
        var station = new StationDriver(new StationOptions { Id = "pkm-gogagoman", Timing = new() { SirenLimit = TimeSpan.FromSeconds(45) } });
        station.Send(Call.Fire());
        Assert.Equal(on, IsOn(station, Outputs.Siren, seconds));
    }

    [Theory]
    [InlineData(Category.Rescue, 2.0, 0.5)]
    [InlineData(Category.Medical, 0.7, 0.3)]
    [InlineData(Category.TrafficAccident, 1.2, 0.4)]
    [InlineData(Category.Disaster, 4.0, 1.0)]
    [InlineData(Category.Security, 0.6, 0.2)]
    [InlineData(Category.Other, 1.5, 0.5)]
    public void A_category_has_its_own_cadence_to_the_millisecond(Category category, double on, double off)
    {
        var station = new StationDriver();
        station.Send(Call.Alert(category));
        AssertCadence(station, Outputs.Siren, on, off);
    }

    [Fact]
    public void A_drill_has_a_cadence_of_its_own_whatever_its_category()
    {
        var station = new StationDriver();
        station.Send(Call.Drill());
        AssertCadence(station, Outputs.Siren, 0.6, 2.4);
    }

    [Fact]
    public void Strobe_and_lamp_flash_while_an_alert_waits_and_the_door_is_held_for_ten_seconds()
    {
        var station = new StationDriver();
        station.Send(Call.Fire());
        AssertCadence(station, Outputs.Strobe, 0.7, 0.3);
        AssertCadence(station, Outputs.LampStatus, 0.6, 0.4);
        Assert.Equal((true, false), (IsOn(station, Outputs.Door, 9.999), IsOn(station, Outputs.Door, 10)));
        station.Touch(PanelAction.Acknowledge);
        foreach (var seconds in new[] { 0, 0.65, 0.75, 5 })
            Assert.Equal(Outputs.Strobe | Outputs.LampStatus, At(station, seconds));
    }

    [Fact]
    public void A_discreet_alert_and_standing_panic_each_have_a_slow_and_a_fast_lamp_and_nothing_else()
    {
        var station = new StationDriver();
        station.Send(Call.Discreet());
        AssertCadence(station, Outputs.LampStatus, 1.0, 1.0);
        Assert.Equal(Outputs.None, At(station, 1.5));
        station.Touch(PanelAction.Acknowledge);
        Assert.Equal(Outputs.LampStatus, At(station, 1.5));

        station = new StationDriver();
        station.Press(Inputs.Panic);
        station.Now = station.Now with { Monotonic = station.State.Alarms.Single().Since };
        AssertCadence(station, Outputs.LampStatus, 0.2, 0.2);
        Assert.Equal(Outputs.None, At(station, 0.3));
    }

    [Fact]
    public void A_chime_lasts_three_seconds_and_has_pauses()
    {
        var station = new StationDriver();
        var fire = Call.Fire();
        station.Send(fire);
        station.Send(fire.Cancel());
        AssertCadence(station, Outputs.Buzzer, 0.7, 0.3);
        Assert.Equal((true, false), (IsOn(station, Outputs.Buzzer, 2.5), IsOn(station, Outputs.Buzzer, 3)));
    }

    [Fact]
    public void Identify_flashes_for_thirty_seconds_and_a_self_test_is_steady_for_two()
    {
        const Outputs Shown = Outputs.LampStatus | Outputs.LampLink | Outputs.Buzzer;
        var station = new StationDriver();
        station.Command(CommandKind.Identify);
        AssertCadence(station, Outputs.LampLink, 0.2, 0.8);
        Assert.Equal((Shown, Outputs.None), (At(station, 29.1), At(station, 30)));

        station = new StationDriver();
        station.Command(CommandKind.SelfTest);
        Assert.Equal((Shown, Shown, Outputs.None), (At(station, 0), At(station, 1.999), At(station, 2)));
    }

    /// <summary>F9: the lamp is steady, the chirp is short.</summary>
    [Fact]
    public void A_deaf_station_lights_its_lamp_and_chirps_for_a_fifth_of_a_second_each_minute()
    {
        var station = new StationDriver();
        station.Pass(7);
        station.CenterLives = false;
        station.Pass(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1));
        station.Now = station.Now with { Monotonic = station.State.Alarms.Single(alarm => alarm.Event == ReportEvent.CenterLost).Since };
        foreach (var (seconds, chirps) in new[] { (0, true), (0.199, true), (0.2, false), (59.999, false), (60, true), (60.2, false) })
            Assert.Equal(chirps ? Outputs.LampLink | Outputs.Buzzer : Outputs.LampLink, At(station, seconds));
    }

    [Fact]
    public void A_pattern_is_off_before_it_begins() => Assert.Equal(
        (false, true, false, true),
        (Cadence.OfMs(700, 300).IsOn(TimeSpan.FromTicks(-1)), Cadence.OfMs(700, 300).IsOn(TimeSpan.Zero),
            Cadence.OfMs(700, 300).IsOn(TimeSpan.FromMilliseconds(700)), Cadence.OfMs(700, 300).IsOn(TimeSpan.FromMilliseconds(1000))));

    private static void AssertCadence(StationDriver station, Outputs output, double on, double off)
    {
        foreach (var (seconds, isOn) in new[] { (0, true), (on - 0.001, true), (on, false), (on + off - 0.001, false), (on + off, true), (on + off + on, false) })
            Assert.True(isOn == IsOn(station, output, seconds), $"{output} at {seconds} s");
    }

    private static bool IsOn(StationDriver station, Outputs output, double seconds) => At(station, seconds).HasFlag(output);

    private static Outputs At(StationDriver station, double seconds) =>
        Annunciation.Of(station.State, station.Options, station.Now.Monotonic + TimeSpan.FromSeconds(seconds));
}
