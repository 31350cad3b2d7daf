using Call112.Messages;
using Call112.Station.Tests.Language;

namespace Call112.Station.Tests;

/// <summary>Links at the edges of their limits, and stations with no uplink, or with more than two (F9, F20; decision 0015).</summary>
public class LinkLimitTests
{
    private static readonly StationTiming s_timing = new();

    /// <summary>F10, F14.</summary>
    [Fact]
    public void Of_three_uplinks_the_one_through_which_the_centre_is_not_heard_is_deaf_and_the_others_are_not()
    {
        var station = Linked(["lan", "lte", "sat"]);
        for (var i = 0; i < 3; i++)
        {
            station.Pass(5);
            Prove(station);
            Hear(station, "lte", "sat");
        }

        Assert.Equal([true, false, false], station.State.Senses.Uplinks.Select(uplink => uplink.IsDeaf));
        Assert.Equal("lan", Assert.Single(station.Reports, report => report.Event == ReportEvent.UplinkLost).Detail);
    }

    /// <summary>After ten seconds of silence on one uplink; the centre counts as heard through the other for less than seven (F9).</summary>
    [Theory]
    [InlineData(3_010, true)]
    [InlineData(3_000, false)]
    public void An_uplink_is_deaf_at_the_limit_of_its_silence_if_the_centre_was_heard_elsewhere_within_seven_seconds(int heardAfterMs, bool isDeaf)
    {
        var station = Linked(["lan", "lte"]);
        station.Pass(TimeSpan.FromMilliseconds(heardAfterMs));
        Hear(station, "lte");
        station.Pass(TimeSpan.FromMilliseconds(5_000 - heardAfterMs));
        Prove(station);
        station.Pass(s_timing.LinkLostAfter - TimeSpan.FromSeconds(5) - StationDriver.Step);
        Assert.False(station.State.Senses.Uplinks[0].IsDeaf);
        station.Pass(StationDriver.Step);
        Assert.Equal(isDeaf, station.State.Senses.Uplinks[0].IsDeaf);
    }

    [Fact]
    public void A_station_without_an_uplink_judges_the_centre_by_the_normal_profile() => Assert.Equal(
        (LinkVerdict.Up, LinkVerdict.Down),
        (Links.VerdictOfCenter(Senses.None, s_timing, TimeSpan.FromSeconds(6)), Links.VerdictOfCenter(Senses.None, s_timing, s_timing.LinkLostAfter)));

    [Fact]
    public void A_start_that_names_no_metered_uplink_has_none()
    {
        var station = new StationDriver();
        station.Send(new StationInput.Start("boot", TimeSpan.Zero, null, ["lan", "lte"]));
        Assert.All(station.State.Senses.Uplinks, uplink => Assert.False(uplink.IsMetered));
    }

    [Fact]
    public void Among_equals_reports_go_by_the_line_also_where_the_modem_is_named_first()
    {
        var station = Linked(["lte", "lan"], metered: ["lte"]);
        Assert.Equal("lan", Links.Best(station.State.Senses, s_timing, station.Now.Monotonic, ["lte", "lan"]));
    }

    /// <summary>The pace goes by the newest word, and not by the next look at the clock.</summary>
    [Fact]
    public void A_hurried_uplink_slows_down_as_soon_as_the_centre_is_heard_through_it()
    {
        var station = Linked(["lan", "lte"], metered: ["lte"]);
        station.Send(new StationInput.UplinkDoubted("lan"));
        station.Pass(8);
        station.Send(new StationInput.UplinkProved("lan"));
        Assert.False(Links.IsFrugal(station.State.Senses.Uplinks[1]), "nothing was heard of it at the faster pace");
        Hear(station, "lte");
        Assert.True(Links.IsFrugal(station.State.Senses.Uplinks[1]));
    }

    /// <summary>F20.</summary>
    [Fact]
    public void The_fault_of_a_taken_identity_stands_for_five_minutes_however_long_the_station_has_run()
    {
        var met = TimeSpan.FromHours(9);
        var uplink = new UplinkSense("lan", met, TakenOverAt: met);
        Assert.True(Links.IsTaken(uplink, met));
        Assert.True(Links.IsTaken(uplink, met + Links.TakenOverStands - TimeSpan.FromTicks(1)));
        Assert.False(Links.IsTaken(uplink, met + Links.TakenOverStands));
    }

    /// <summary>A station that has just heard the centre through every uplink, and hears no more by itself.</summary>
    private static StationDriver Linked(string[] uplinks, string[]? metered = null)
    {
        var station = new StationDriver { CenterLives = false, Uplinks = uplinks, Metered = metered ?? [] };
        station.Restart(TimeSpan.Zero);
        Prove(station);
        Hear(station, uplinks);
        return station;
    }

    private static void Prove(StationDriver station)
    {
        foreach (var uplink in station.Uplinks)
            station.Send(new StationInput.UplinkProved(uplink));
    }

    private static void Hear(StationDriver station, params string[] uplinks)
    {
        foreach (var uplink in uplinks)
            station.Send(new StationInput.CenterHeard(uplink));
    }
}
