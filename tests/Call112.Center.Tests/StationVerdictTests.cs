using Call112.Center.Book;
using Call112.Messages;

namespace Call112.Center.Tests;

/// <summary>What silence, heartbeats, wills and boot ids say of a station and of each of its uplinks (F9, F20).</summary>
public class StationVerdictTests
{
    private readonly BookBench _bench = new();

    [Fact]
    public void Silence_makes_a_station_suspect_after_seven_and_down_after_ten_seconds()
    {
        _bench.Beat(1);
        _bench.PassSeconds(6.9);
        Assert.Equal(StationVerdict.Up, _bench.StationView().Verdict);
        _bench.PassSeconds(0.2);
        Assert.Equal(StationVerdict.Suspect, _bench.StationView().Verdict);
        _bench.PassSeconds(3);
        Assert.Equal(StationVerdict.Down, _bench.StationView().Verdict);
        _bench.Report(_bench.Step(null, 1, ReportEvent.Started));
        Assert.Equal(StationVerdict.Up, _bench.StationView().Verdict);
    }

    [Fact]
    public void A_metered_station_has_ninety_seconds()
    {
        _bench.Beat(1, every: 30);
        _bench.PassSeconds(30);
        _bench.Beat(2, every: 30);
        Assert.True(_bench.StationView().Metered);
        _bench.PassSeconds(62);
        Assert.Equal(StationVerdict.Up, _bench.StationView().Verdict);
        _bench.PassSeconds(27);
        Assert.Equal(StationVerdict.Suspect, _bench.StationView().Verdict);
        _bench.PassSeconds(2);
        Assert.Equal(StationVerdict.Down, _bench.StationView().Verdict);
    }

    [Fact]
    public void Lost_heartbeats_do_not_make_a_station_metered()
    {
        _bench.Beat(1);
        _bench.PassSeconds(30);
        _bench.Beat(7);
        Assert.False(_bench.StationView().Metered);
    }

    [Fact]
    public void What_the_broker_remembers_is_no_sign_of_life()
    {
        _bench.Birth(retained: true);
        Assert.Null(_bench.StationView().LastSeenAt);
        _bench.PassSeconds(11);
        Assert.Equal(StationVerdict.Down, _bench.StationView().Verdict);
    }

    [Fact]
    public void Two_runs_that_take_turns_are_a_cloned_identity()
    {
        // F20: a cloned card.
        _bench.Beat(1, "boot-1");
        _bench.Beat(1, "boot-2");
        _bench.PassSeconds(5);
        _bench.Beat(2, "boot-1");
        Assert.False(_bench.StationView().ClonedIdentity);
        _bench.Beat(2, "boot-2");
        Assert.True(_bench.StationView().ClonedIdentity);
        _bench.PassSeconds(181);
        Assert.False(_bench.StationView().ClonedIdentity);
    }

    [Fact]
    public void Two_boxes_that_push_each_other_out_once_a_minute_stay_a_cloned_identity()
    {
        // F20: a box that was taken over waits 30 to 60 s before its next turn.
        _bench.Beat(1, "boot-1");
        for (var turn = 2; turn <= 12; turn++)
        {
            _bench.PassSeconds(59);
            var effects = _bench.Do(new HeartbeatReceived(new Heartbeat(
                BookBench.Station, turn % 2 == 0 ? "boot-2" : "boot-1", turn, _bench.Now.Wall, ClockState.Synchronized, turn * 5_000, 0, 0)));
            Assert.Equal(turn >= 4, _bench.StationView().ClonedIdentity);
            Assert.Equal(turn == 4, effects.OfType<Noted>().Any(note => note.Text.Contains("two boxes", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void Each_uplink_is_judged_by_its_own_heartbeats_and_the_station_by_any()
    {
        // The line dies at once; the modem, which had the metered pace, speeds up as the station notices.
        BeatBy("lan", 1, 5_000);
        BeatBy("lte", 1, 30_000);
        _bench.PassSeconds(6);
        BeatBy("lte", 2, 5_000);
        _bench.PassSeconds(4.5);
        Assert.Equal(StationVerdict.Up, _bench.StationView().Verdict);
        Assert.Equal([("lan", StationVerdict.Down), ("lte", StationVerdict.Up)], Ways());
        BeatBy("lte", 3, 5_000);
        _bench.PassSeconds(10.1);
        Assert.Equal(StationVerdict.Down, _bench.StationView().Verdict);
        Assert.Equal([("lan", StationVerdict.Down), ("lte", StationVerdict.Down)], Ways());
        BeatBy("lan", 2, 5_000);
        Assert.Equal((StationVerdict.Up, ("lan", StationVerdict.Up)), (_bench.StationView().Verdict, Ways()[0]));
    }

    [Fact]
    public void Both_uplinks_lost_at_once_are_known_within_ten_seconds_whatever_the_pace_of_the_modem()
    {
        BeatBy("lte", 1, 30_000);
        BeatBy("lan", 1, 5_000);
        Assert.False(_bench.StationView().Metered);
        _bench.PassSeconds(10.1);
        Assert.Equal(StationVerdict.Down, _bench.StationView().Verdict);
    }

    [Fact]
    public void A_modem_that_slows_down_again_is_not_suspected()
    {
        BeatBy("lte", 1, 5_000);
        Assert.False(Assert.Single(_bench.StationView().Uplinks).Metered);
        BeatBy("lte", 2, 30_000);
        _bench.PassSeconds(62);
        Assert.Equal([("lte", StationVerdict.Up)], Ways());
    }

    [Fact]
    public void A_station_that_goes_on_beating_outlives_a_will_that_came_behind_its_birth()
    {
        _bench.Birth();
        _bench.Beat(1);
        _bench.Birth(online: false);
        Assert.False(_bench.StationView().Online);
        _bench.Beat(2);
        _bench.Beat(2);
        Assert.False(_bench.StationView().Online);      // it was under way, and a copy of it
        _bench.Beat(3);
        Assert.True(_bench.StationView().Online);
        _bench.Birth(online: false);
        _bench.Beat(4);
        Assert.False(_bench.StationView().Online);
    }

    [Fact]
    public void The_will_of_one_uplink_is_not_the_death_of_the_station_while_the_other_lives()
    {
        _bench.Birth();
        BeatBy("lan", 1, 5_000);
        BeatBy("lte", 1, 5_000);
        Dies("lan");
        var station = _bench.StationView();
        Assert.True(station.Online);
        Assert.Equal([("lan", StationVerdict.Down), ("lte", StationVerdict.Up)], Ways());
        Dies("lte");
        Assert.False(_bench.StationView().Online);
        BeatBy("lan", 2, 5_000);
        Assert.Equal(("lan", StationVerdict.Up), Ways()[0]);
    }

    private List<(string, StationVerdict)> Ways() => [.. _bench.StationView().Uplinks.Select(way => (way.Name, way.Verdict))];

    private void BeatBy(string uplink, long number, long everyMs) => _bench.Do(new HeartbeatReceived(new Heartbeat(
        BookBench.Station, "boot-1", number, _bench.Now.Wall, ClockState.Synchronized, number * everyMs, 0, 0, uplink, everyMs)));

    private void Dies(string uplink) => _bench.Do(new StatusReceived(
        new StationStatus(Online: false, BookBench.Station, "boot-1", _bench.Now.Wall, ClockState.Synchronized, Uplink: uplink), Retained: false));

    [Fact]
    public void Restarts_are_no_cloned_identity()
    {
        for (var n = 1; n <= 10; n++)
            _bench.Birth($"boot-{n}");
        Assert.False(_bench.StationView().ClonedIdentity);
    }
}
