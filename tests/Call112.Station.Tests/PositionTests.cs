using Call112.Messages;
using Call112.Station.Tests.Language;
using CsCheck;

namespace Call112.Station.Tests;

/// <summary>Where the box is, and PositionMoved: a stolen box, or the wrong card in a box (issue 5).</summary>
public class PositionTests
{
    private static readonly GeoPoint s_away = Receiver.Post.North(400);

    [Fact]
    public void A_box_that_stands_elsewhere_for_five_minutes_is_told_once_with_its_metres_and_place()
    {
        var station = Surveyed();
        station.Tell(s_away, seconds: 302);
        Assert.Equal("", station.Events);
        station.Tell(s_away, seconds: 1);
        Assert.Equal("PositionMoved", station.Events);
        Assert.Equal("400 m off, at 0.73820,124.31620", station.Last.Detail);
        station.Tell(s_away, seconds: 1_000);
        Assert.Equal("PositionMoved", station.Events);
    }

    [Fact]
    public void A_box_in_its_place_tells_nothing()
    {
        var station = Surveyed();
        station.Tell(Receiver.Post.North(149), seconds: 700);
        Assert.Equal("", station.Events);
        Assert.Null(station.State.Senses.Gnss.BackSince);
        Assert.Equal(GnssState.Fixed, Reading(station)!.State);
    }

    /// <summary>Farther than the limit: a box at the limit is where it belongs.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_box_at_the_limit_itself_is_in_its_place_and_one_beyond_it_is_not(bool beyond)
    {
        var limit = Receiver.Post.DistanceTo(s_away);
        var position = new PositionOptions { Surveyed = Receiver.Post, MovedBeyondM = beyond ? Math.BitDecrement(limit) : limit };
        var station = new StationDriver(Options() with { Position = position });
        station.Tell(s_away, seconds: 310);
        Assert.Equal(beyond ? "PositionMoved" : "", station.Events);
    }

    [Fact]
    public void A_box_is_back_in_the_moment_in_which_it_was_back_for_five_minutes()
    {
        var station = Surveyed();
        station.Tell(s_away, seconds: 310);
        station.Tell(Receiver.Post, seconds: 30);
        var back = station.State.Senses.Gnss.BackSince!.Value + station.Options.Position.MovedAfter;
        station.Tell(Receiver.Post, (back - station.Now.Monotonic).TotalSeconds - 1);
        Assert.True(station.State.Senses.Gnss.Moved);
        station.Tell(Receiver.Post, seconds: 1);
        Assert.Equal((back, false), (station.Now.Monotonic, station.State.Senses.Gnss.Moved));
    }

    /// <summary>F4, F5: a date is held against the clock only while the clock is right.</summary>
    [Theory]
    [InlineData(ClockState.Synchronized, false)]
    [InlineData(ClockState.Unsynchronized, true)]
    public void A_fix_of_another_year_is_refused_by_a_clock_that_is_right_and_believed_while_nobody_knows_the_time(ClockState clock, bool believed)
    {
        var station = new StationDriver(Options(), clock);
        for (var i = 0; i < FixRules.FixesNeeded; i++)
        {
            station.Pass(1);
            station.Send(new StationInput.FixOffered(Receiver.Fix(station.Now with { Wall = station.Now.Wall.AddYears(2) })));
        }

        Assert.Equal(believed, station.State.Senses.Gnss.Filter.LastBelieved is not null);
    }

    [Fact]
    public void A_walk_of_less_than_five_minutes_tells_nothing()
    {
        var station = Surveyed();
        for (var walk = 0; walk < 5; walk++)
        {
            station.Tell(s_away, seconds: 290);
            station.Tell(Receiver.Post, seconds: 10);
        }

        Assert.Equal("", station.Events);
    }

    [Fact]
    public void It_is_told_again_only_after_the_box_was_back_for_five_minutes()
    {
        var station = Surveyed();
        station.Tell(s_away, seconds: 310);
        station.Tell(Receiver.Post, seconds: 290);
        station.Tell(s_away, seconds: 400);
        Assert.Equal("PositionMoved", station.Events);
        station.Tell(Receiver.Post, seconds: 310);
        station.Tell(s_away, seconds: 310);
        Assert.Equal("PositionMoved PositionMoved", station.Events);
    }

    /// <summary>Without a surveyed position there is no anchor: the first believed fix may already be the thief's (decision 0016).</summary>
    [Fact]
    public void Without_a_surveyed_position_nothing_is_an_anchor()
    {
        var station = new StationDriver();
        station.Send(new StationInput.GnssLinked(GnssLink.Listening, null));
        station.Tell(Receiver.Post, seconds: 10);
        station.Tell(s_away, seconds: 700);
        Assert.Equal("", station.Events);
        Assert.Null(Reading(station)!.OffSurveyedM);
    }

    [Fact]
    public void Silence_of_the_receiver_is_no_proof_of_having_been_back()
    {
        var station = Surveyed();
        station.Tell(s_away, seconds: 10);
        station.Send(new StationInput.GnssLinked(GnssLink.Silent, "nothing"));
        station.Pass(TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(1));
        Assert.Equal("", station.Events);
        station.Send(new StationInput.GnssLinked(GnssLink.Listening, null));
        station.Tell(s_away, seconds: 3);
        Assert.Equal("PositionMoved", station.Events);
    }

    [Fact]
    public void A_box_that_was_moved_sounds_as_ever()
    {
        var station = Surveyed();
        station.Tell(s_away, seconds: 310);
        var fire = Call.Fire();
        station.Send(fire);
        Assert.True(station.Siren);
    }

    [Fact]
    public void A_fix_is_stale_after_ten_seconds_and_the_state_says_why_there_is_none()
    {
        var station = Surveyed();
        Assert.Equal(GnssState.NoFix, Reading(station)!.State);
        station.Tell(Receiver.Post, seconds: 2);
        Assert.Equal(GnssState.Unproven, Reading(station)!.State);
        station.Tell(Receiver.Post, seconds: 1);
        var reading = Reading(station)!;
        Assert.Equal((GnssState.Fixed, 3, 9, 8d, 0L, 0d), (reading.State, reading.Mode!.Value, reading.SatellitesUsed!.Value, reading.HorizontalErrorM!.Value, reading.FixAgeMs!.Value, reading.OffSurveyedM!.Value));
        station.Pass(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1));
        Assert.Equal(GnssState.Fixed, Reading(station)!.State);
        station.Pass(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        Assert.Equal((GnssState.NoFix, 11_000L), (Reading(station)!.State, Reading(station)!.FixAgeMs!.Value));
        station.Send(new StationInput.FixOffered(new Fix("/dev/a", 1)));
        Assert.Equal(GnssState.NoFix, Reading(station)!.State);
    }

    [Theory]
    [InlineData(GnssLink.Unreachable, GnssState.Unreachable)]
    [InlineData(GnssLink.NoReceiver, GnssState.NoReceiver)]
    [InlineData(GnssLink.Silent, GnssState.Silent)]
    public void A_broken_link_is_told_whatever_the_last_fix_was(GnssLink link, GnssState state)
    {
        var station = Surveyed();
        station.Tell(Receiver.Post, seconds: 5);
        station.Send(new StationInput.GnssLinked(link, "words"));
        Assert.Equal(state, Reading(station)!.State);
        Assert.Equal(Receiver.Post.Latitude, Reading(station)!.Latitude);
    }

    [Fact]
    public void A_station_without_a_receiver_has_no_reading()
    {
        var station = new StationDriver();
        station.Pass(20);
        Assert.Null(Reading(station));
        Assert.Equal(0, station.State.Senses.Gnss.Revision);
    }

    [Fact]
    public void There_is_something_new_to_tell_when_the_state_changes_or_the_box_has_moved_25_m()
    {
        var station = Surveyed();
        station.Tell(Receiver.Post, seconds: 60);
        var told = station.State.Senses.Gnss.Revision;
        station.Tell(Receiver.Post.North(24), seconds: 60);
        Assert.Equal(told, station.State.Senses.Gnss.Revision);
        station.Tell(Receiver.Post.North(26), seconds: 60);
        Assert.Equal(told + 1, station.State.Senses.Gnss.Revision);
        station.Pass(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(1));
        Assert.Equal(told + 2, station.State.Senses.Gnss.Revision);
    }

    [Fact]
    public void What_is_new_is_told_with_the_link_or_the_fix_that_brought_it()
    {
        var station = Surveyed();
        var revisions = new List<long> { station.State.Senses.Gnss.Revision };
        for (var i = 0; i < FixRules.FixesNeeded; i++)
        {
            station.Now = station.Now.After(TimeSpan.FromSeconds(1));
            station.Send(new StationInput.FixOffered(Receiver.Fix(station.Now)));
            revisions.Add(station.State.Senses.Gnss.Revision);
        }

        // The receiver is there, has a fix, and with the third one it is believed.
        Assert.Equal([1, 2, 2, 3], revisions);
    }

    /// <summary>A box that creeps is found out though its receiver falls silent on the way.</summary>
    [Fact]
    public void The_25_m_are_counted_from_the_place_that_was_last_worth_telling()
    {
        var station = Surveyed();
        station.Tell(Receiver.Post, seconds: 5);
        station.Tell(Receiver.Post.North(20), seconds: 5);
        station.Send(new StationInput.GnssLinked(GnssLink.Silent, "nothing"));
        station.Send(new StationInput.GnssLinked(GnssLink.Listening, null));
        var told = station.State.Senses.Gnss.Revision;
        station.Tell(Receiver.Post.North(40), seconds: 5);
        Assert.Equal(told + 1, station.State.Senses.Gnss.Revision);
    }

    /// <summary>However the box is moved, beyond the limit and with whatever pauses of the receiver, it is told within five minutes and three fixes.</summary>
    [Fact]
    public void A_moved_box_is_always_told_within_five_minutes_and_three_fixes() =>
        Gen.Select(Gen.Double[160, 20_000], Gen.Int[0, 400], Gen.Int[1, 20]).Sample((metres, before, everySeconds) =>
        {
            var (state, options) = (StationState.Empty, Options());
            var now = new StationTime(TimeSpan.FromHours(1), Call.Now, ClockState.Synchronized);
            var moved = 0;
            for (var i = 0; i < before; i++)
                Offer(Receiver.Post);
            Assert.Equal(0, moved);
            // The way there takes as long as the fastest vehicle needs.
            now = now.After(TimeSpan.FromSeconds(metres / 60));
            var (until, fixes) = (now.Monotonic + TimeSpan.FromMinutes(5), 0);
            while (now.Monotonic <= until || fixes++ < 3)
                Offer(Receiver.Post.North(metres));
            Assert.Equal(1, moved);

            void Offer(GeoPoint at)
            {
                now = now.After(TimeSpan.FromSeconds(everySeconds));
                var applied = StationCore.Apply(state, new StationInput.FixOffered(Receiver.Fix(now, at)), now, options);
                state = applied.State;
                moved += applied.Reports.Count(report => report.Event == ReportEvent.PositionMoved);
            }
        }, iter: 200);

    [Theory]
    [InlineData(59, 300, "position.movedBeyondMetres")]
    [InlineData(double.NaN, 300, "position.movedBeyondMetres")]
    [InlineData(150, 29, "position.movedAfterSeconds")]
    [InlineData(150, 3601, "position.movedAfterSeconds")]
    public void A_limit_outside_its_own_limits_is_named(double metres, double seconds, string field) => Assert.Equal(
        field, Assert.Single(new PositionOptions { MovedBeyondM = metres, MovedAfter = TimeSpan.FromSeconds(seconds) }.Validate()).Field);

    private static StationOptions Options() => new() { Id = "pkm-gogagoman", Position = new PositionOptions { Surveyed = Receiver.Post } };

    private static StationDriver Surveyed()
    {
        var station = new StationDriver(Options());
        station.Send(new StationInput.GnssLinked(GnssLink.Listening, null));
        return station;
    }

    private static GnssReading? Reading(StationDriver station) =>
        station.State.Senses.Gnss.ReadingAt(station.Now.Monotonic, station.Options.Position.Surveyed);
}
