using CsCheck;

namespace Call112.Station.Tests;

/// <summary>F15: an LTE modem that hangs is brought back by ever harder means, and never at the cost of an alert (decision 0017).</summary>
public class ModemLadderTests
{
    private static readonly LadderOptions s_options = new();

    private static readonly HashSet<ModemRung> s_all = [.. Enum.GetValues<ModemRung>()];

    private static readonly ModemEvidence s_dead = new(LinkVerdict.Down, Present: false, Registered: false, MayReboot: true, null);

    private static readonly ModemEvidence s_well = new(LinkVerdict.Up, Present: true, Registered: true, MayReboot: true, null);

    [Fact]
    public void A_dead_modem_is_tried_from_the_gentlest_rung_to_the_hardest()
    {
        var rungs = Climb(_ => s_dead, s_all, TimeSpan.FromHours(1)).Select(taken => taken.Rung);
        Assert.Equal(Enum.GetValues<ModemRung>(), rungs.Take(7));
    }

    [Fact]
    public void The_first_rung_waits_for_a_minute_of_trouble()
    {
        var (ladder, early) = ModemLadder.Bottom.Look(s_dead, s_all, s_options, TimeSpan.Zero);
        Assert.Null(early);
        (ladder, early) = ladder.Look(s_dead, s_all, s_options, TimeSpan.FromSeconds(59));
        Assert.Null(early);
        Assert.Equal("no modem for 60 s", ladder.Look(s_dead, s_all, s_options, TimeSpan.FromSeconds(60)).Take!.Reason);
    }

    [Fact]
    public void A_modem_that_only_has_no_network_is_left_alone_for_ten_minutes()
    {
        var taken = Climb(_ => s_dead with { Present = true }, s_all, TimeSpan.FromMinutes(30));
        Assert.Equal(TimeSpan.FromMinutes(10), taken[0].At);
        Assert.Contains("no network", taken[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_registered_modem_without_proof_of_the_link_is_not_left_alone()
    {
        var taken = Climb(_ => s_dead with { Present = true, Registered = true }, s_all, TimeSpan.FromMinutes(5));
        Assert.Equal((ModemRung.Reconnect, TimeSpan.FromSeconds(60)), (taken[0].Rung, taken[0].At));
    }

    [Fact]
    public void Proof_of_use_leads_back_to_the_bottom()
    {
        var minute = TimeSpan.FromMinutes(1);
        // Dead until the third rung, well for a minute, dead again.
        var taken = Climb(at => at >= 5 * minute && at < 6 * minute ? s_well : s_dead, s_all, TimeSpan.FromMinutes(15));
        var second = taken.First(rung => rung.At >= 6 * minute);
        Assert.Equal(ModemRung.Reconnect, second.Rung);
    }

    [Fact]
    public void A_rung_that_the_board_cannot_do_is_skipped_by_name()
    {
        var taken = Climb(_ => s_dead, new HashSet<ModemRung> { ModemRung.Reconnect, ModemRung.SupplyCut }, TimeSpan.FromMinutes(5));
        Assert.Equal(ModemRung.SupplyCut, taken[1].Rung);
        Assert.Equal([ModemRung.DisableEnable, ModemRung.ModemReset, ModemRung.UsbReenumeration, ModemRung.PowerKey], taken[1].Skipped);
    }

    [Fact]
    public void The_Pi_is_not_rebooted_while_an_alert_is_open_and_the_softer_rungs_go_on()
    {
        var taken = Climb(_ => s_dead with { MayReboot = false }, s_all, TimeSpan.FromHours(12));
        Assert.DoesNotContain(taken, rung => rung.Rung == ModemRung.PiReboot);
        Assert.True(taken.Count(rung => rung.Rung == ModemRung.ModemReset) > 3, "the ladder begins anew");
    }

    [Fact]
    public void A_board_that_can_do_nothing_else_is_rebooted_after_a_quarter_of_an_hour_and_not_at_once()
    {
        var taken = Climb(_ => s_dead, new HashSet<ModemRung> { ModemRung.PiReboot }, TimeSpan.FromMinutes(30));
        Assert.Equal([(ModemRung.PiReboot, TimeSpan.FromMinutes(15))], taken.Select(rung => (rung.Rung, rung.At)));
    }

    [Fact]
    public void A_reboot_of_an_earlier_run_counts_for_six_hours()
    {
        var before = TimeSpan.FromHours(2);
        var taken = Climb(_ => s_dead with { LastRebootAt = -before }, s_all, TimeSpan.FromHours(12));
        Assert.All(taken.Where(rung => rung.Rung == ModemRung.PiReboot), rung => Assert.True(rung.At >= s_options.RebootEvery - before));
        Assert.Contains(taken, rung => rung.Rung == ModemRung.PiReboot);
    }

    [Fact]
    public void An_open_alert_panic_or_a_broken_journal_forbids_the_reboot_and_the_link_lamp_does_not()
    {
        var station = new Language.StationDriver();
        station.Pass(0.1);
        Assert.True(May(station));
        station.CenterLives = false;
        // The chirp of the buzzer has ended by then; the amber lamp stands.
        station.Pass(15);
        Assert.Equal(Outputs.LampLink, station.Outputs);
        Assert.True(May(station));
        station.CenterLives = true;
        var fire = Language.Call.Fire();
        station.Send(fire);
        Assert.False(May(station));
        station.Touch(PanelAction.Acknowledge, fire);
        Assert.False(May(station), "a crew is out");
        station.Touch(PanelAction.Complete, fire);
        station.Pass(4);
        Assert.True(May(station));
        station.Send(new StationInput.StorageFailed("disk full"));
        Assert.False(May(station), "the reboot would be forgotten");
    }

    /// <summary>Between two flashes nothing is on; somebody is called all the same.</summary>
    [Fact]
    public void An_alert_forbids_the_reboot_also_while_its_lamp_is_dark()
    {
        var station = Language.StationDriver.Rested();
        station.Send(Language.Call.Discreet());
        station.Pass(1.5);
        Assert.Equal(Outputs.None, station.Outputs);
        Assert.False(May(station));
    }

    [Fact]
    public void A_reboot_is_remembered_over_the_restart_that_it_causes()
    {
        var station = new Language.StationDriver();
        station.Send(new StationInput.ModemRungTaken(ModemRung.ModemReset, "no modem for 60 s"));
        Assert.Null(station.State.ModemRebootAt);
        station.Send(new StationInput.ModemRungTaken(ModemRung.PiReboot, "no modem for 1200 s"));
        station.Restart(TimeSpan.FromSeconds(40));
        Assert.Equal(TimeSpan.FromSeconds(40), station.Now.Monotonic - station.State.ModemRebootAt);
    }

    /// <summary>Any evidence at any times: the invariants of the ladder.</summary>
    [Fact]
    public void Whatever_happens_waits_and_reboot_rules_hold() => Gen.Select(
        Gen.Select(Gen.Int[1, 120], Gen.Nullable(Gen.Enum<LinkVerdict>()), Gen.Bool, Gen.Bool, Gen.Bool)
            .Select((step, link, present, registered, may) => (Step: TimeSpan.FromSeconds(step), Evidence: new ModemEvidence(link, present, registered, may, null)))
            .Array[1, 400],
        Gen.Enum<ModemRung>().HashSet[0, 7]).Sample((looks, able) =>
    {
        var (ladder, now) = (ModemLadder.Bottom, TimeSpan.Zero);
        (ModemRung Rung, TimeSpan At)? last = null;
        TimeSpan? reboot = null;
        foreach (var (step, evidence) in looks)
        {
            now += step;
            (ladder, var take) = ladder.Look(evidence, able, s_options, now);
            var proved = evidence.Link is { } link ? link == LinkVerdict.Up : evidence is { Present: true, Registered: true };
            if (proved && (ladder.Next, ladder.Round, ladder.TroubleSince) != (ModemRung.Reconnect, 0, null))
                throw new InvalidOperationException("proof of use does not lead to the bottom");
            if (take is null)
                continue;
            if (!able.Contains(take.Rung))
                throw new InvalidOperationException($"{take.Rung} is not of this board");
            if (last is { } before && now - before.At < s_options.After(before.Rung))
                throw new InvalidOperationException($"{take.Rung} {now - before.At} after {before.Rung}");
            if (take.Rung == ModemRung.PiReboot && !evidence.MayReboot)
                throw new InvalidOperationException("a reboot that may not be");
            if (take.Rung == ModemRung.PiReboot && reboot is { } at && now - at < LadderOptions.RebootEveryMin)
                throw new InvalidOperationException($"a reboot {now - at} after the other");
            (last, reboot) = ((take.Rung, now), take.Rung == ModemRung.PiReboot ? now : reboot);
        }
    });

    /// <summary>From any state a link that stays dead leads to a rung, again and again.</summary>
    [Fact]
    public void While_the_link_stays_dead_a_rung_always_comes() => Gen.Select(
        Gen.Select(Gen.Int[1, 120], Gen.Nullable(Gen.Enum<LinkVerdict>()), Gen.Bool, Gen.Bool, Gen.Bool)
            .Select((step, link, present, registered, may) => (Step: TimeSpan.FromSeconds(step), Evidence: new ModemEvidence(link, present, registered, may, null)))
            .Array[0, 100],
        Gen.Enum<ModemRung>().Where(rung => rung != ModemRung.PiReboot),
        Gen.Bool, Gen.Bool).Sample((looks, only, present, registered) =>
    {
        var (ladder, now) = (ModemLadder.Bottom, TimeSpan.Zero);
        var able = new HashSet<ModemRung> { only, ModemRung.PiReboot };
        foreach (var (step, evidence) in looks)
            ladder = ladder.Look(evidence, able, s_options, now += step).Ladder;
        // The longest wait of the last round, and the patience with a modem that only has no network.
        var bound = s_options.AfterPiReboot * (1 << LadderOptions.DoublingsMax) + s_options.RegistrationPatience + TimeSpan.FromMinutes(2);
        var dead = new ModemEvidence(LinkVerdict.Down, present, registered, MayReboot: false, null);
        for (var round = 0; round < 5; round++)
        {
            RungDecision? take = null;
            for (var began = now; take is null;)
            {
                now += TimeSpan.FromSeconds(10);
                (ladder, take) = ladder.Look(dead, able, s_options, now);
                if (take is null && now - began > bound)
                    throw new InvalidOperationException($"nothing for {now - began}");
            }
        }
    });

    [Fact]
    public void Every_wait_outside_its_limits_is_named()
    {
        Assert.Empty(s_options.Validate());
        var wrong = new LadderOptions { Patience = TimeSpan.Zero, RebootEvery = TimeSpan.FromHours(5) };
        Assert.Equal(["cellular.ladder.patienceSeconds", "cellular.ladder.rebootEverySeconds"], wrong.Validate().Select(error => error.Field));
    }

    private static bool May(Language.StationDriver station) => ModemLadder.MayReboot(station.State, new StationOptions { Id = "pkm-gogagoman" }, station.Now.Monotonic);

    private static List<(ModemRung Rung, TimeSpan At, string Reason, IReadOnlyList<ModemRung> Skipped)> Climb(
        Func<TimeSpan, ModemEvidence> evidence, IReadOnlySet<ModemRung> able, TimeSpan until)
    {
        var ladder = ModemLadder.Bottom;
        var taken = new List<(ModemRung, TimeSpan, string, IReadOnlyList<ModemRung>)>();
        for (var now = TimeSpan.Zero; now <= until; now += TimeSpan.FromSeconds(5))
        {
            (ladder, var take) = ladder.Look(evidence(now), able, s_options, now);
            if (take is not null)
                taken.Add((take.Rung, now, take.Reason, take.Skipped));
        }

        return taken;
    }
}
