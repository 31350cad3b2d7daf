using Call112.Messages;
using Call112.Station.Tests.Language;
using CsCheck;

namespace Call112.Station.Tests;

/// <summary>Two ways to the centre, each judged by its own evidence (F9); decision 0015.</summary>
public class TwoUplinkTests
{
    private static readonly StationTiming s_timing = new();

    private readonly StationDriver _station;

    public TwoUplinkTests()
    {
        _station = new StationDriver { CenterLives = false, Uplinks = ["lan", "lte"], Metered = ["lte"] };
        _station.Restart(TimeSpan.Zero);
        Prove("lan", "lte");
        Hear("lan", "lte");
    }

    private TimeSpan Now => _station.Now.Monotonic;

    [Fact]
    public void A_metered_uplink_keeps_its_own_profile_while_the_line_is_well()
    {
        for (var i = 0; i < 8; i++)
        {
            Prove("lan");
            _station.Pass(5);
        }

        Assert.Equal((LinkVerdict.Up, true), (VerdictOf("lte"), Links.IsFrugal(Of("lte"))));
        // The modem's ladder sees the same.
        Assert.Equal(LinkVerdict.Up, _station.State.VerdictOn("lte", s_timing, Now));
        for (var i = 0; i < 10; i++)
        {
            Prove("lan");
            _station.Pass(5);
        }

        Assert.Equal("lte", Assert.Single(_station.Reports, report => report.Event == ReportEvent.UplinkLost).Detail);
    }

    [Fact]
    public void While_the_line_is_in_trouble_the_metered_uplink_keeps_the_normal_profile()
    {
        _station.Send(new StationInput.UplinkDoubted("lan"));
        Assert.Equal((LinkVerdict.Suspect, false), (VerdictOf("lan"), Links.IsFrugal(Of("lte"))));
        // It was silent for long by its own pace; it has a whole deadline of the new one.
        _station.Pass(9.9);
        Assert.NotEqual(LinkVerdict.Down, VerdictOf("lte"));
        _station.Pass(0.2);
        Assert.Equal(LinkVerdict.Down, VerdictOf("lte"));
        Prove("lan");
        Assert.False(Links.IsFrugal(Of("lte")), "the longer deadline would believe it again without a word from it");
        Prove("lte");
        Assert.True(Links.IsFrugal(Of("lte")));
    }

    [Fact]
    public void The_silence_of_the_line_alone_hurries_the_metered_uplink_before_the_line_is_lost()
    {
        _station.Pass(7.1);
        Assert.False(Links.IsFrugal(Of("lte")));
        Assert.Equal("", _station.Events);
    }

    [Fact]
    public void Two_metered_uplinks_do_not_hurry_each_other()
    {
        var station = new StationDriver { CenterLives = false, Uplinks = ["lte", "sat"], Metered = ["lte", "sat"] };
        station.Restart(TimeSpan.Zero);
        station.Pass(44);
        Assert.All(station.State.Senses.Uplinks, uplink => Assert.True(Links.IsFrugal(uplink)));
        Assert.Equal("", station.Events);
        station.Pass(47);
        Assert.Equal(3, station.Reports.Count(report => report.Event is ReportEvent.UplinkLost or ReportEvent.CenterLost));
    }

    /// <summary>F9: what still comes in proves one direction.</summary>
    [Fact]
    public void An_uplink_that_still_hears_the_centre_is_lost_ten_seconds_after_its_last_answer_once_one_is_overdue()
    {
        _station.Pass(4);
        Hear("lan");
        _station.Pass(2);
        _station.Send(new StationInput.UplinkDoubted("lan"));
        Hear("lan");
        _station.Pass(3.9);
        Hear("lan");
        Assert.Equal(LinkVerdict.Suspect, VerdictOf("lan"));
        _station.Pass(0.2);
        Assert.Equal("UplinkLost", _station.Events);
        Hear("lan");
        Assert.Equal("UplinkLost", _station.Events);
        Prove("lan");
        Assert.Equal("UplinkLost UplinkRestored", _station.Events);
    }

    [Fact]
    public void The_centres_heartbeat_proves_the_uplink_that_brought_it_while_no_answer_is_overdue()
    {
        for (var i = 0; i < 4; i++)
        {
            _station.Pass(5);
            Hear("lan");
        }

        Assert.Equal((LinkVerdict.Up, ""), (VerdictOf("lan"), _station.Events));
    }

    /// <summary>F10, F14: a broker that answers and delivers nothing.</summary>
    [Fact]
    public void An_uplink_that_answers_while_the_centre_is_heard_through_the_other_only_is_deaf()
    {
        for (var i = 0; i < 3; i++)
        {
            _station.Pass(5);
            Prove("lan", "lte");
            Hear("lte");
        }

        Assert.Equal((true, LinkVerdict.Down), (Of("lan").IsDeaf, VerdictOf("lan")));
        Assert.Equal("UplinkLost", _station.Events);
        Prove("lan");
        Assert.Equal("UplinkLost", _station.Events);
        Hear("lan");
        Assert.Equal("UplinkLost UplinkRestored", _station.Events);
    }

    [Fact]
    public void A_centre_that_is_away_makes_no_uplink_deaf()
    {
        for (var i = 0; i < 40; i++)
        {
            _station.Pass(5);
            Prove("lan", "lte");
        }

        Assert.Equal("CenterLost", _station.Events);
    }

    [Fact]
    public void An_uplink_that_comes_back_listens_anew()
    {
        _station.Send(new StationInput.UplinkDoubted("lan"));
        for (var i = 0; i < 24; i++)
        {
            _station.Pass(5);
            Prove("lte");
            Hear("lte");
        }

        Prove("lan");
        _station.Pass(5);
        Assert.Equal("UplinkLost UplinkRestored", _station.Events);
    }

    [Fact]
    public void Reports_go_by_the_best_proven_uplink_and_by_the_line_before_the_modem()
    {
        string[] both = ["lan", "lte"];
        string? Best(params string[] open) => Links.Best(_station.State.Senses, s_timing, Now, open);
        Assert.Equal(("lan", "lte", null), (Best(both), Best("lte"), Best()));
        _station.Send(new StationInput.UplinkDoubted("lan"));
        Assert.Equal("lte", Best(both));
        _station.Send(new StationInput.UplinkDoubted("lte"));
        Assert.Equal("lan", Best(both));
        Prove("lte");
        Assert.Equal("lte", Best(both));
        Prove("lan");
        Assert.Equal("lan", Best(both));
    }

    /// <summary>F20, F13: for the state message.</summary>
    [Fact]
    public void Faults_of_an_uplink_are_named_while_they_stand()
    {
        string Faults() => string.Join(" | ", Links.FaultsOf(_station.State.Senses, _station.Now));
        Assert.Equal("", Faults());
        _station.Send(new StationInput.UplinkTakenOver("lte"));
        _station.Send(new StationInput.CertificateRead("lan", new CertificateSense(_station.Now.Wall.AddDays(31), "no such file")));
        Assert.Equal("CertificateFault:lan: no such file | IdentityTaken:lte", Faults());
        _station.Pass(Links.TakenOverStands, TimeSpan.FromSeconds(1));
        _station.Send(new StationInput.CertificateRead("lan", new CertificateSense(_station.Now.Wall.AddDays(29), null)));
        Assert.StartsWith("CertificateExpires:lan 2026-", Faults(), StringComparison.Ordinal);
        // A clock that nobody has set knows no date (F4).
        _station.Now = _station.Now with { Clock = ClockState.Unsynchronized };
        Assert.Equal("", Faults());
    }

    /// <summary>Any evidence in any order: verdict, pace and alarm agree with what the evidence alone says.</summary>
    [Fact]
    public void No_order_of_evidence_makes_a_link_lie() => Gen.Select(Gen.Int[0, 6], Gen.Int[1, 400]).Array[1, 60].Sample(acts =>
    {
        var station = new StationDriver { CenterLives = false, Uplinks = ["lan", "lte"], Metered = ["lte"] };
        station.Restart(TimeSpan.Zero);
        var answered = station.State.Senses.Uplinks.ToDictionary(uplink => uplink.Name, uplink => uplink.LastProof);
        foreach (var (what, tenths) in acts)
        {
            var name = what % 2 == 0 ? "lan" : "lte";
            station.Send(what switch
            {
                0 or 1 => new StationInput.UplinkProved(name),
                2 or 3 => new StationInput.CenterHeard(name),
                4 or 5 => new StationInput.UplinkDoubted(name),
                _ => new StationInput.Tick(),
            });
            if (what < 2)
                answered[name] = station.Now.Monotonic;
            station.Pass(TimeSpan.FromMilliseconds(tenths * 100), TimeSpan.FromMilliseconds(100));
            var now = station.Now.Monotonic;
            foreach (var uplink in station.State.Senses.Uplinks)
            {
                var verdict = Links.VerdictOf(uplink, station.Timing, now);
                Assert.Equal(answered[uplink.Name], uplink.LastProof);
                if (verdict == LinkVerdict.Down)
                    Assert.True(station.State.Stands(ReportEvent.UplinkLost, uplink.Name), "a lost link that is not reported");
                // Without an answer and without the centre, no link is believed for longer than the slowest profile allows.
                if (verdict == LinkVerdict.Up)
                    Assert.True(now - (uplink.LastProof > uplink.CenterHeardAt ? uplink.LastProof : uplink.CenterHeardAt) < station.Timing.MeteredSuspectAfter);
                if (verdict == LinkVerdict.Up && station.State.Stands(ReportEvent.UplinkLost, uplink.Name))
                    Assert.Fail("a proven link that is still reported lost");
            }

            var best = Links.Best(station.State.Senses, station.Timing, now, ["lan", "lte"]);
            var verdicts = station.State.Senses.Uplinks.ToDictionary(uplink => uplink.Name, uplink => Links.VerdictOf(uplink, station.Timing, now));
            Assert.Equal(verdicts.Values.Min(), verdicts[best!]);
        }
    }, iter: 300);

    private void Prove(params string[] uplinks)
    {
        foreach (var uplink in uplinks)
            _station.Send(new StationInput.UplinkProved(uplink));
    }

    private void Hear(params string[] uplinks)
    {
        foreach (var uplink in uplinks)
            _station.Send(new StationInput.CenterHeard(uplink));
    }

    private UplinkSense Of(string name) => _station.State.Senses.Uplinks.Single(uplink => uplink.Name == name);

    private LinkVerdict VerdictOf(string name) => Links.VerdictOf(Of(name), s_timing, Now);
}
