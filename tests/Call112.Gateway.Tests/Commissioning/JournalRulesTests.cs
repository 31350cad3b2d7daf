using Call112.Gateway.Commissioning;
using Call112.Messages;
using Call112.Station;

namespace Call112.Gateway.Tests.Commissioning;

/// <summary>What the journal must show for a test to pass.</summary>
public sealed class JournalRulesTests
{
    private long _sequence;

    [Fact]
    public void A_self_test_passes_by_its_own_report_and_fails_with_what_did_not_read_back()
    {
        var passed = new SelfTestRule();
        passed.Take(Told(ReportEvent.MainsLost));
        Assert.Null(passed.Found);
        passed.Take(Told(ReportEvent.SelfTestPassed));
        passed.Take(Told(ReportEvent.SelfTestFailed));
        Assert.Equal(Finding.Passed("SelfTestPassed by Button"), passed.Found);

        var failed = new SelfTestRule();
        failed.Take(Told(ReportEvent.SelfTestFailed, detail: "buzzer"));
        Assert.Equal(Finding.Failed("SelfTestFailed by Button: buzzer"), failed.Found);
    }

    [Fact]
    public void An_alarm_must_be_raised_and_end_in_this_order()
    {
        // The door stands open while the technician works: its closing alone shows nothing.
        var door = new AlarmRule(ReportEvent.TamperOpened, ReportEvent.TamperClosed);
        door.Take(Told(ReportEvent.TamperClosed));
        Assert.Equal((null, "TamperOpened was not seen"), (door.Found, door.Missing));
        door.Take(Told(ReportEvent.TamperOpened));
        Assert.Equal((null, "TamperClosed was not seen behind TamperOpened"), (door.Found, door.Missing));
        door.Take(Told(ReportEvent.MainsRestored));
        Assert.Null(door.Found);
        door.Take(Told(ReportEvent.TamperClosed));
        Assert.Equal(Finding.Passed("TamperOpened, TamperClosed"), door.Found);
    }

    [Fact]
    public void A_drill_that_sounds_and_is_answered_by_the_button_passes()
    {
        var rule = new DrillRule();
        Take(rule, Come(1, DispatchStatus.Exercise), Step(1, ReportEvent.Received), Step(1, ReportEvent.Sounding));
        Assert.Equal((true, "K261124-001", 24_211L), (rule.HasCome, rule.Incident, rule.SoundedAfterMs));
        Take(rule, Step(1, ReportEvent.Acknowledged));
        Assert.Equal(AcceptanceResult.Passed, rule.Judge(hasButton: true).Result);
    }

    [Fact]
    public void Berangkat_in_the_place_of_terima_is_found_out_and_a_berangkat_of_its_own_passes()
    {
        var swapped = new DrillRule();
        Take(swapped, Come(1, DispatchStatus.Exercise), Step(1, ReportEvent.Sounding), Step(1, ReportEvent.Acknowledged), Step(1, ReportEvent.Responding));
        Assert.Contains("came in as BERANGKAT", swapped.Judge(hasButton: true).Seen, StringComparison.Ordinal);
        Assert.Equal(AcceptanceResult.Failed, swapped.Judge(hasButton: true).Result);

        var rule = new DrillRule();
        Take(rule, Come(1, DispatchStatus.Exercise), Step(1, ReportEvent.Sounding), Step(1, ReportEvent.Acknowledged));
        var accepted = rule.Judge(hasButton: true);
        Assert.Equal(AcceptanceResult.Failed, rule.JudgeResponding(accepted).Result);
        Take(rule, Later(Step(1, ReportEvent.Responding)));
        Assert.Equal(Finding.Passed("Exercise K261124-001 sounded after 24211 ms, acknowledged by the button; then BERANGKAT"), rule.JudgeResponding(accepted));
        Assert.Equal(AcceptanceResult.Passed, rule.Judge(hasButton: true).Result);
    }

    [Fact]
    public void Berangkat_on_the_screen_does_not_stand_for_the_button()
    {
        var rule = new DrillRule();
        Take(rule, Come(1, DispatchStatus.Exercise), Step(1, ReportEvent.Sounding), Step(1, ReportEvent.Acknowledged));
        Take(rule, Later(Step(1, ReportEvent.Responding, ReportSource.Panel)));
        Assert.Equal(AcceptanceResult.Failed, rule.JudgeResponding(rule.Judge(hasButton: true)).Result);
    }

    [Fact]
    public void A_real_call_ends_the_drill_for_the_button_would_answer_both()
    {
        var rule = new DrillRule();
        Take(rule, Come(1, DispatchStatus.Exercise), Step(1, ReportEvent.Sounding), Come(2, DispatchStatus.Actual));
        Assert.Equal(DrillRule.RealCall, rule.Ended);
    }

    [Theory]
    [InlineData(DispatchStatus.Actual)]
    [InlineData(DispatchStatus.Test)]
    public void Only_an_exercise_is_a_drill(DispatchStatus status)
    {
        var rule = new DrillRule();
        Take(rule, Come(1, status), Step(1, ReportEvent.Sounding), Step(1, ReportEvent.Acknowledged));
        Assert.False(rule.HasCome);
        Assert.Null(rule.SoundedAfterMs);
    }

    [Fact]
    public void The_steps_of_another_dispatch_are_not_the_drills()
    {
        var rule = new DrillRule();
        Take(rule, Come(1, DispatchStatus.Exercise), Come(2, DispatchStatus.Exercise), Step(2, ReportEvent.Sounding), Step(2, ReportEvent.Acknowledged));
        Assert.Null(rule.SoundedAfterMs);
        Assert.Equal(AcceptanceResult.Failed, rule.Judge(hasButton: true).Result);
    }

    [Theory]
    [InlineData(ReportSource.Panel, true, AcceptanceResult.Failed)]
    [InlineData(ReportSource.Panel, false, AcceptanceResult.Passed)]
    [InlineData(ReportSource.Automatic, false, AcceptanceResult.Failed)]
    public void The_screen_answers_for_the_button_only_where_there_is_none(ReportSource source, bool hasButton, AcceptanceResult result)
    {
        var rule = new DrillRule();
        Take(rule, Come(1, DispatchStatus.Exercise), Step(1, ReportEvent.Sounding), Step(1, ReportEvent.Acknowledged, source));
        Assert.Equal(result, rule.Judge(hasButton).Result);
    }

    [Theory]
    [InlineData(ReportEvent.Declined)]
    [InlineData(ReportEvent.Expired)]
    [InlineData(ReportEvent.Cancelled)]
    public void A_drill_that_will_not_sound_is_named_with_the_reason(ReportEvent ended)
    {
        var rule = new DrillRule();
        Take(rule, Come(1, DispatchStatus.Exercise), Step(1, ReportEvent.Received), Step(1, ended));
        Assert.Equal($"{ended} karena", rule.Ended);
    }

    private static void Take(DrillRule rule, params JournalEntry[] entries)
    {
        foreach (var entry in entries)
            rule.Take(entry);
    }

    private JournalEntry.Reported Told(ReportEvent what, string? detail = null) =>
        new(Samples.At(0), Samples.Report(++_sequence, what) with { Detail = detail });

    private static JournalEntry.Reported Later(JournalEntry.Reported entry) =>
        entry with { Report = entry.Report with { OccurredAt = entry.Report.OccurredAt.AddSeconds(4) } };

    private static JournalEntry.DispatchStored Come(int number, DispatchStatus status) =>
        new(Samples.At(0), Samples.Dispatch(number, status: status), TimeSpan.FromMinutes(15), Sounds: true);

    private JournalEntry.Reported Step(int number, ReportEvent what, ReportSource source = ReportSource.Button) =>
        new(Samples.At(0), Samples.Report(++_sequence, what, Samples.Id(number)) with { Source = source });
}
