namespace Call112.Station.Tests;

/// <summary>F15: how long the recovery ladder waits, after each rung and from round to round, to the second (decision 0017).</summary>
public class ModemLadderWaitTests
{
    private static readonly LadderOptions s_options = new();

    private static readonly HashSet<ModemRung> s_all = [.. Enum.GetValues<ModemRung>()];

    private static readonly ModemEvidence s_dead = new(LinkVerdict.Down, Present: false, Registered: false, MayReboot: true, null);

    [Theory]
    [InlineData(ModemRung.Reconnect, 60)]
    [InlineData(ModemRung.DisableEnable, 60)]
    [InlineData(ModemRung.ModemReset, 180)]
    [InlineData(ModemRung.UsbReenumeration, 150)]
    [InlineData(ModemRung.PowerKey, 180)]
    [InlineData(ModemRung.SupplyCut, 240)]
    [InlineData(ModemRung.PiReboot, 600)]
    public void Each_rung_has_its_own_time_to_work(ModemRung rung, int seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), s_options.After(rung));

    [Fact]
    public void A_rung_that_nobody_knows_has_no_wait_and_the_error_says_so()
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => s_options.After((ModemRung)7));
        Assert.StartsWith("a rung without a wait", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_round_climbs_by_the_waits_and_reboots_when_its_patience_is_over()
    {
        var taken = Climb(s_dead, s_all, seconds: 1_600);
        Assert.Equal(
            [
                (ModemRung.Reconnect, 60),
                (ModemRung.DisableEnable, 120),
                (ModemRung.ModemReset, 180),
                (ModemRung.UsbReenumeration, 360),
                (ModemRung.PowerKey, 510),
                (ModemRung.SupplyCut, 690),
                (ModemRung.PiReboot, 930),
                (ModemRung.Reconnect, 1_530),
            ],
            taken.Select(each => (each.Decision.Rung, each.Second)));
        Assert.All(taken.Take(7), each => Assert.Empty(each.Decision.Skipped));
        Assert.Equal("no modem for 930 s", taken[6].Decision.Reason);
    }

    /// <summary>The trouble counts from its own beginning, and not from that of the machine.</summary>
    [Fact]
    public void A_trouble_that_begins_an_hour_after_the_start_is_given_the_same_patience()
    {
        var began = TimeSpan.FromHours(1);
        var taken = Climb(s_dead, s_all, seconds: 120, began);
        Assert.Equal([(60, "no modem for 60 s"), (120, "no modem for 120 s")], taken.Select(each => (each.Second, each.Decision.Reason)));
        taken = Climb(s_dead, new HashSet<ModemRung> { ModemRung.PiReboot }, seconds: 900, began);
        Assert.Equal([900], taken.Select(each => each.Second));
    }

    /// <summary>A board with one soft rung only: 60 s, then 120, 240 and 480, and never longer.</summary>
    [Fact]
    public void The_wait_doubles_from_round_to_round_three_times_at_most()
    {
        var taken = Climb(s_dead with { MayReboot = false }, new HashSet<ModemRung> { ModemRung.Reconnect }, seconds: 3_000);
        Assert.Equal([60, 120, 240, 480, 960, 1_440, 1_920, 2_400, 2_880], taken.Select(each => each.Second));
        Assert.Equal(s_options.AfterReconnect * 8, taken[^1].Ladder.LastWait);
        Assert.Equal(
            [ModemRung.DisableEnable, ModemRung.ModemReset, ModemRung.UsbReenumeration, ModemRung.PowerKey, ModemRung.SupplyCut, ModemRung.PiReboot],
            taken[1].Decision.Skipped);
    }

    [Fact]
    public void A_board_that_can_do_nothing_takes_no_rung_and_stays_where_it_was()
    {
        var (ladder, _) = ModemLadder.Bottom.Look(s_dead, new HashSet<ModemRung>(), s_options, TimeSpan.Zero);
        var (after, take) = ladder.Look(s_dead, new HashSet<ModemRung>(), s_options, TimeSpan.FromHours(1));
        Assert.Null(take);
        Assert.Equal(ladder, after);
    }

    [Fact]
    public void A_late_proof_is_neither_trouble_nor_proof()
    {
        var (ladder, _) = ModemLadder.Bottom.Look(s_dead, s_all, s_options, TimeSpan.FromSeconds(5));
        var (after, take) = ladder.Look(s_dead with { Link = LinkVerdict.Suspect }, s_all, s_options, TimeSpan.FromSeconds(100));
        Assert.Equal((ladder, null), (after, take));
        Assert.Equal(ModemLadder.Bottom, ModemLadder.Bottom.Look(s_dead with { Link = LinkVerdict.Suspect }, s_all, s_options, TimeSpan.Zero).Ladder);
    }

    /// <summary>Where no uplink runs over the modem, it works when it is there and has a network, and only then.</summary>
    [Theory]
    [InlineData(true, true, true)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    [InlineData(false, false, false)]
    public void A_modem_without_an_uplink_is_judged_by_its_registration(bool present, bool registered, bool works)
    {
        var (ladder, _) = ModemLadder.Bottom.Look(new ModemEvidence(null, present, registered, MayReboot: true, null), s_all, s_options, TimeSpan.Zero);
        Assert.Equal(works, ladder.TroubleSince is null);
    }

    [Fact]
    public void Proof_forgets_the_round_and_the_time_without_a_network_and_keeps_the_last_wait()
    {
        var dead = s_dead with { Present = true };
        var taken = Climb(dead, s_all, seconds: 700)[^1];
        Assert.Equal((ModemRung.DisableEnable, 660), (taken.Decision.Rung, taken.Second));
        Assert.Equal(TimeSpan.Zero, taken.Ladder.UnregisteredSince);
        var (proved, take) = taken.Ladder.Look(dead with { Link = LinkVerdict.Up }, s_all, s_options, TimeSpan.FromSeconds(661));
        Assert.Null(take);
        Assert.Equal(taken.Ladder with { TroubleSince = null, UnregisteredSince = null, Next = ModemRung.Reconnect, Round = 0 }, proved);
    }

    [Fact]
    public void A_modem_that_finds_a_network_and_loses_it_again_has_its_ten_minutes_anew()
    {
        var searching = s_dead with { Present = true };
        var (ladder, _) = ModemLadder.Bottom.Look(searching, s_all, s_options, TimeSpan.Zero);
        (ladder, _) = ladder.Look(searching with { Registered = true }, s_all, s_options, TimeSpan.FromSeconds(30));
        Assert.Null(ladder.UnregisteredSince);
        (ladder, _) = ladder.Look(searching, s_all, s_options, TimeSpan.FromSeconds(40));
        (ladder, var take) = ladder.Look(searching, s_all, s_options, TimeSpan.FromSeconds(639));
        Assert.Null(take);
        Assert.Equal("no network for 640 s", ladder.Look(searching, s_all, s_options, TimeSpan.FromSeconds(640)).Take!.Reason);
    }

    [Fact]
    public void A_registered_modem_that_is_not_proved_is_named_by_that()
    {
        var taken = Climb(s_dead with { Present = true, Registered = true }, s_all, seconds: 60);
        Assert.Equal("no proof of the link for 60 s", Assert.Single(taken).Decision.Reason);
    }

    [Theory]
    [InlineData(21_599, false)]
    [InlineData(21_600, true)]
    public void A_reboot_is_free_again_six_hours_after_the_one_of_an_earlier_run_to_the_second(int secondsAgo, bool free)
    {
        var (ladder, _) = ModemLadder.Bottom.Look(s_dead, s_all, s_options, TimeSpan.Zero);
        var now = s_options.RebootPatience;
        var evidence = s_dead with { LastRebootAt = now - TimeSpan.FromSeconds(secondsAgo) };
        Assert.Equal(free, ladder.Look(evidence, new HashSet<ModemRung> { ModemRung.PiReboot }, s_options, now).Take is not null);
    }

    /// <summary>The ladder knows its own reboot also before the journal tells it of one.</summary>
    [Fact]
    public void Two_reboots_of_one_run_are_six_hours_apart_and_the_rounds_between_them_wait_longer()
    {
        var taken = Climb(s_dead, new HashSet<ModemRung> { ModemRung.PiReboot }, seconds: 44_000);
        Assert.Equal([900, 22_500], taken.Select(each => each.Second));
        Assert.Equal([s_options.AfterPiReboot, s_options.AfterPiReboot * 2], taken.Select(each => each.Ladder.LastWait));
        Assert.Equal([1, 2], taken.Select(each => each.Ladder.Round));
    }

    /// <summary>Looks every second from the beginning of the trouble.</summary>
    private static List<(ModemLadder Ladder, RungDecision Decision, int Second)> Climb(
        ModemEvidence evidence, IReadOnlySet<ModemRung> able, int seconds, TimeSpan began = default)
    {
        var ladder = ModemLadder.Bottom;
        var taken = new List<(ModemLadder, RungDecision, int)>();
        for (var second = 0; second <= seconds; second++)
        {
            (ladder, var take) = ladder.Look(evidence, able, s_options, began + TimeSpan.FromSeconds(second));
            if (take is not null)
                taken.Add((ladder, take, second));
        }

        return taken;
    }
}
