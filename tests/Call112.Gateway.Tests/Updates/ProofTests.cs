using Call112.Gateway.Updates;
using Call112.Messages;
using Call112.Station;

namespace Call112.Gateway.Tests.Updates;

/// <summary>What a new system must show before it is kept (F19).</summary>
public sealed class ProofTests
{
    private static readonly TimeSpan s_steady = TimeSpan.FromSeconds(60);

    [Fact]
    public void A_system_that_reaches_centre_and_broker_for_a_minute_has_proved_itself_and_not_a_moment_earlier()
    {
        var proof = Tested(null);
        Assert.False(proof.Take(Reading(), At(10)));
        Assert.False(proof.Take(Reading(), At(69.9)));
        Assert.Empty(proof.Missing);
        Assert.True(proof.Take(Reading(), At(70)));
    }

    [Fact]
    public void A_break_begins_the_minute_anew()
    {
        var proof = Tested(null);
        proof.Take(Reading(), At(0));
        proof.Take(null, At(59));
        Assert.Equal(["the station does not answer on its panel's address"], proof.Missing);
        Assert.False(proof.Take(Reading(), At(60)));
        Assert.False(proof.Take(Reading(), At(119)));
        Assert.True(proof.Take(Reading(), At(120)));
    }

    [Theory]
    [InlineData(LinkVerdict.Suspect, LinkVerdict.Up, "the centre is not heard")]
    [InlineData(LinkVerdict.Down, LinkVerdict.Up, "the centre is not heard")]
    [InlineData(LinkVerdict.Up, LinkVerdict.Down, "no broker is reached")]
    public void Without_a_word_from_the_system_before_the_centre_and_a_broker_are_asked_for(LinkVerdict center, LinkVerdict uplink, string missing)
    {
        var proof = Tested(null);
        Assert.False(proof.Take(Reading(center, uplink), At(0)));
        Assert.Equal([missing], proof.Missing);
    }

    [Fact]
    public void Whom_the_system_before_did_not_reach_is_not_asked_of_the_new_one()
    {
        var proof = Tested(Reading(LinkVerdict.Down, LinkVerdict.Down));
        proof.Take(Reading(LinkVerdict.Down, LinkVerdict.Down), At(0));
        Assert.True(proof.Take(Reading(LinkVerdict.Down, LinkVerdict.Down), At(60)));
    }

    [Fact]
    public void Each_uplink_that_was_up_must_be_up_again()
    {
        var before = Reading() with { Uplinks = [new("lan", LinkVerdict.Up), new("lte", LinkVerdict.Up), new("old", LinkVerdict.Down)] };
        var proof = Tested(before);
        Assert.False(proof.Take(before with { Uplinks = [new("lan", LinkVerdict.Up), new("lte", LinkVerdict.Down)] }, At(0)));
        Assert.Equal(["uplink lte was up before"], proof.Missing);
        proof.Take(before with { Uplinks = [new("lan", LinkVerdict.Up)] }, At(1));
        Assert.Equal(["uplink lte was up before"], proof.Missing);
        proof.Take(before with { Uplinks = [new("lan", LinkVerdict.Up), new("lte", LinkVerdict.Up)] }, At(2));
        Assert.Empty(proof.Missing);
    }

    [Theory]
    [InlineData(ReportEvent.StorageFault, null, "StorageFault")]
    [InlineData(ReportEvent.OutputFault, "siren", "OutputFault siren")]
    public void A_new_fault_of_disk_or_outputs_is_no_proof_and_an_old_one_does_not_hinder(ReportEvent alarm, string? detail, string missing)
    {
        var faulty = Reading() with { Alarms = [new(alarm, detail)] };
        var proof = Tested(Reading());
        Assert.False(proof.Take(faulty, At(0)));
        Assert.Equal([missing], proof.Missing);
        var known = Tested(faulty);
        known.Take(faulty, At(0));
        Assert.True(known.Take(faulty, At(60)));
        Assert.False(known.Take(faulty with { Alarms = [new(alarm, detail), new(ReportEvent.OutputFault, "door")] }, At(61)));
    }

    [Fact]
    public void Mains_or_tamper_say_nothing_about_a_system()
    {
        var proof = Tested(Reading());
        var reading = Reading() with { Alarms = [new(ReportEvent.MainsLost, null), new(ReportEvent.TamperOpened, null)] };
        proof.Take(reading, At(0));
        Assert.True(proof.Take(reading, At(60)));
    }

    [Fact]
    public void The_self_test_is_asked_for_when_nothing_else_is_missing_and_the_minute_begins_behind_it()
    {
        var proof = new Proof(before: null, s_steady);
        proof.Take(Reading(LinkVerdict.Down), At(0));
        Assert.False(proof.AwaitsSelfTest);
        proof.Take(Reading(), At(100));
        Assert.True(proof.AwaitsSelfTest);
        proof.Tested(SelfTest(ReportEvent.SelfTestPassed));
        Assert.False(proof.Take(Reading(), At(103)));
        Assert.False(proof.AwaitsSelfTest);
        Assert.True(proof.Take(Reading(), At(163)));
    }

    [Fact]
    public void An_output_that_does_not_obey_in_the_self_test_is_no_proof_unless_it_did_not_before_either()
    {
        var before = Reading() with { Alarms = [new(ReportEvent.OutputFault, "lampLink")] };
        var proof = new Proof(before, s_steady);
        proof.Tested(SelfTest(ReportEvent.SelfTestFailed, "lampLink buzzer"));
        Assert.False(proof.Take(before, At(0)));
        Assert.Equal(["the self-test: buzzer"], proof.Missing);
        Assert.True(proof.AwaitsSelfTest);
        proof.Tested(SelfTest(ReportEvent.SelfTestFailed, "lampLink"));
        proof.Take(before, At(1));
        Assert.Empty(proof.Missing);
    }

    [Fact]
    public void The_time_for_the_proof_stands_still_while_somebody_is_called()
    {
        var proof = new Proof(before: null, s_steady);
        var called = Reading() with { Alerts = [new(Guid.CreateVersion7())] };
        proof.Take(Reading(), At(300));
        proof.Take(called, At(310));
        // A crew is out for two hours: the box neither goes back to its old system nor refuses the new one for it.
        proof.Take(called, At(7_500));
        Assert.False(proof.IsOver(At(600)));
        Assert.Equal(["the self-test"], proof.Missing);
        proof.Take(Reading(), At(7_799));
        Assert.False(proof.IsOver(At(600)));
        proof.Take(Reading(), At(7_800));
        Assert.True(proof.IsOver(At(600)));
    }

    [Fact]
    public void A_station_that_does_not_answer_or_is_deaf_has_no_more_time_because_a_task_is_open()
    {
        var silent = new Proof(before: null, s_steady);
        silent.Take(null, At(600));
        Assert.True(silent.IsOver(At(600)));
        var deaf = new Proof(before: null, s_steady);
        deaf.Take(Reading(LinkVerdict.Down) with { Alerts = [new(Guid.CreateVersion7())] }, At(600));
        Assert.True(deaf.IsOver(At(600)));
    }

    [Fact]
    public void A_system_that_is_to_go_back_finishes_its_call_first_for_ten_minutes_at_most()
    {
        var deaf = new Proof(before: null, s_steady);
        var calls = Reading(LinkVerdict.Down) with { Alerts = [new(Guid.CreateVersion7(), Waiting: true)] };
        deaf.Take(calls, At(600));
        Assert.False(deaf.IsOver(At(600)));
        // TERIMA: the task goes on on the old system.
        deaf.Take(calls with { Alerts = [calls.Alerts[0] with { Waiting = false }] }, At(610));
        Assert.True(deaf.IsOver(At(600)));
        deaf.Take(calls, At(1_199));
        Assert.False(deaf.IsOver(At(600)));
        deaf.Take(calls, At(1_200));
        Assert.True(deaf.IsOver(At(600)));
    }

    [Fact]
    public void A_self_test_that_failed_is_asked_for_again_although_it_has_raised_a_fault()
    {
        var proof = new Proof(Reading(), s_steady);
        proof.Tested(SelfTest(ReportEvent.SelfTestFailed, "buzzer"));
        proof.Take(Reading() with { Alarms = [new(ReportEvent.OutputFault, "buzzer")] }, At(0));
        Assert.Equal(["OutputFault buzzer", "the self-test: buzzer"], proof.Missing);
        Assert.True(proof.AwaitsSelfTest);
        // The siren is no part of it: no self-test makes that one good.
        proof.Take(Reading() with { Alarms = [new(ReportEvent.OutputFault, "siren")] }, At(1));
        Assert.False(proof.AwaitsSelfTest);
        proof.Tested(SelfTest(ReportEvent.SelfTestPassed));
        proof.Take(Reading(), At(2));
        Assert.True(proof.Take(Reading(), At(62)));
    }

    private static Proof Tested(StationReading? before)
    {
        var proof = new Proof(before, s_steady);
        proof.Tested(SelfTest(ReportEvent.SelfTestPassed));
        return proof;
    }

    private static Report SelfTest(ReportEvent result, string? detail = null) => new(
        "pkm-uji", 1, "boot", result, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, ClockState.Synchronized, ReportSource.Automatic, Detail: detail);

    private static StationReading Reading(LinkVerdict center = LinkVerdict.Up, LinkVerdict uplink = LinkVerdict.Up) =>
        new(center, [new("lan", uplink)], [], []);

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);
}
