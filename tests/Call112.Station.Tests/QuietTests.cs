using Call112.Messages;
using Call112.Station.Tests.Language;

namespace Call112.Station.Tests;

/// <summary>When the loop may look less often: nothing runs that a fine clock matters to. A wrong "quiet" is a late siren or a lost press.</summary>
public class QuietTests
{
    [Fact]
    public void A_station_is_quiet_as_soon_as_the_level_of_every_contact_is_known()
    {
        var station = new StationDriver();
        Assert.False(IsQuiet(station));
        Assert.False(station.State.ContactsAreKnown);
        station.Pass(1);
        Assert.True(IsQuiet(station));
        Assert.True(station.State.ContactsAreKnown);
    }

    [Fact]
    public void An_open_alert_keeps_it_awake_until_it_leaves_even_one_that_makes_no_sound()
    {
        var station = Rested();
        station.Send(Call.Test());
        station.Pass(1);
        Assert.False(IsQuiet(station));
        station.Pass(Call.Life, TimeSpan.FromSeconds(1));
        Assert.True(IsQuiet(station));
    }

    [Fact]
    public void A_trouble_keeps_it_awake_until_it_is_over()
    {
        var station = Rested();
        station.CenterLives = false;
        station.Pass(11);
        Assert.False(IsQuiet(station));
        station.CenterLives = true;
        station.Pass(6);
        Assert.True(IsQuiet(station));
    }

    [Fact]
    public void A_chime_keeps_it_awake_for_exactly_as_long_as_it_lasts()
    {
        var station = Rested();
        var fire = Call.Fire();
        station.Send(fire);
        station.Send(fire.Cancel());
        var begins = station.Now.Monotonic;
        Assert.False(station.State.IsQuietAt(begins));
        Assert.False(station.State.IsQuietAt(begins + station.Timing.Chime - TimeSpan.FromTicks(1)));
        Assert.True(station.State.IsQuietAt(begins + station.Timing.Chime));
    }

    [Theory]
    [InlineData(CommandKind.SelfTest, 2.1)]
    [InlineData(CommandKind.Identify, 30.1)]
    public void What_the_centre_asked_for_keeps_it_awake_until_it_is_done(CommandKind kind, double seconds)
    {
        var station = Rested();
        station.Command(kind);
        Assert.False(IsQuiet(station));
        station.Pass(seconds);
        Assert.True(IsQuiet(station));
    }

    /// <summary>F12: not even the first sample of a press or of a release may wait.</summary>
    [Fact]
    public void A_contact_keeps_it_awake_from_the_first_sample_of_a_press_until_the_release_has_settled()
    {
        var station = Rested();
        station.Held = Inputs.Responding;
        station.Pass(StationDriver.Step);
        Assert.False(IsQuiet(station));
        station.Pass(1);
        Assert.False(IsQuiet(station));
        station.Held = Inputs.None;
        station.Pass(StationDriver.Step);
        Assert.False(IsQuiet(station));
        station.Pass(0.1);
        Assert.True(IsQuiet(station));
    }

    private static bool IsQuiet(StationDriver station) => station.State.IsQuietAt(station.Now.Monotonic);

    private static StationDriver Rested()
    {
        var station = new StationDriver();
        station.Pass(1);
        return station;
    }
}
