using Call112.Messages;

namespace Call112.Station.Tests;

/// <summary>Options: limits are checked with a clear message before the start; duty hours are local time.</summary>
public class OptionsTests
{
    private static readonly StationOptions s_good = new() { Id = "pkm-gogagoman" };

    [Fact]
    public void The_defaults_are_within_their_limits() => Assert.Empty(s_good.Validate());

    [Fact]
    public void Every_time_has_limits_and_is_named_when_it_is_outside()
    {
        var times = typeof(StationTiming).GetProperties().Where(property => property is { CanWrite: true } && property.PropertyType == typeof(TimeSpan)).ToList();
        Assert.True(times.Count >= 25);
        foreach (var time in times)
            foreach (var wrong in new[] { TimeSpan.FromSeconds(-1), TimeSpan.FromDays(2), TimeSpan.MaxValue })
            {
                var timing = new StationTiming();
                time.SetValue(timing, wrong);
                var path = $"timing.{char.ToLowerInvariant(time.Name[0])}{time.Name[1..]}Seconds";
                Assert.Contains((s_good with { Timing = timing }).Validate(), error => error.Field == path && error.Reason.Contains("must", StringComparison.Ordinal));
            }
    }

    [Fact]
    public void A_burst_fits_its_period_and_suspicion_comes_before_loss()
    {
        Assert.Single((s_good with { Timing = new() { SirenBurst = TimeSpan.FromSeconds(31) } }).Validate(), error => error.Field == "timing.sirenBurstSeconds");
        Assert.Single((s_good with { Timing = new() { LinkSuspectAfter = TimeSpan.FromSeconds(11) } }).Validate(), error => error.Field == "timing.linkSuspectAfterSeconds");
    }

    [Fact]
    public void Names_zones_and_kinds_are_checked()
    {
        Assert.Single((s_good with { Id = "Pkm Gogagoman" }).Validate(), error => error.Field == "station.id");
        Assert.Single((s_good with { Groups = ["puskesmas", "+"] }).Validate(), error => error.Field == "station.groups");
        Assert.Single((s_good with { UtcOffsetMinutes = 841 }).Validate(), error => error.Field == "station.utcOffsetMinutes");
        Assert.Single((s_good with { Kind = (StationKind)99 }).Validate(), error => error.Field == "station.kind");
        Assert.Single((s_good with { Annunciation = (AnnunciationStyle)99 }).Validate(), error => error.Field == "station.annunciation");
    }

    [Fact]
    public void Every_name_of_an_input_and_an_output_leads_back_to_it()
    {
        Assert.Equal(Enum.GetValues<Inputs>().Where(input => input != Inputs.None), Levels.AllInputs);
        Assert.Equal(Enum.GetValues<Outputs>().Where(output => output != Outputs.None), Levels.AllOutputs);
        Assert.All(Levels.AllInputs, input => Assert.Equal(input, Levels.InputNamed(Levels.NameOf(input))));
        Assert.Equal(Levels.AllOutputs.Count, Levels.AllOutputs.Select(Levels.NameOf).Distinct().Count());
        Assert.Null(Levels.InputNamed("doorbell"));
    }

    [Theory]
    [InlineData("08:00", "16:00", "2026-11-23T07:59:59", false)]
    [InlineData("08:00", "16:00", "2026-11-23T08:00:00", true)]
    [InlineData("08:00", "16:00", "2026-11-23T15:59:59", true)]
    [InlineData("08:00", "16:00", "2026-11-23T16:00:00", false)]
    [InlineData("22:00", "06:00", "2026-11-23T21:59:59", false)]
    [InlineData("22:00", "06:00", "2026-11-23T22:00:00", true)]
    [InlineData("22:00", "06:00", "2026-11-23T23:59:59", true)]
    [InlineData("22:00", "06:00", "2026-11-24T05:59:59", true)]
    [InlineData("22:00", "06:00", "2026-11-24T06:00:00", false)]
    [InlineData("00:00", "00:00", "2026-11-24T03:00:00", true)]
    [InlineData("08:00", "08:00", "2026-11-24T03:00:00", true)]
    public void A_window_holds_its_beginning_and_not_its_end_and_may_run_over_midnight(string from, string to, string local, bool onDuty) =>
        Assert.Equal(onDuty, new DutyWindow(TimeOnly.Parse(from, null), TimeOnly.Parse(to, null), []).Contains(Local(local)));

    [Theory]
    [InlineData("2026-11-27T23:00:00", true)] // Friday night
    [InlineData("2026-11-28T05:00:00", true)] // still Friday's window
    [InlineData("2026-11-28T23:00:00", false)] // Saturday night
    [InlineData("2026-11-27T05:00:00", false)] // Thursday's window
    public void Days_are_those_on_which_a_window_begins(string local, bool onDuty) =>
        Assert.Equal(onDuty, new DutyWindow(new TimeOnly(22, 0), new TimeOnly(6, 0), [DayOfWeek.Friday]).Contains(Local(local)));

    [Fact]
    public void Duty_hours_are_local_time_of_the_post()
    {
        var office = s_good with { DutyHours = [new DutyWindow(new TimeOnly(8, 0), new TimeOnly(16, 0), [])] };
        Assert.True(office.IsOnDuty(At("2026-11-23T00:00:00Z")));
        Assert.False(office.IsOnDuty(At("2026-11-23T08:00:00Z")));
        Assert.True((office with { UtcOffsetMinutes = 0 }).IsOnDuty(At("2026-11-23T08:00:00Z")));
        Assert.True(office.IsOnDuty(At("2026-11-23T08:00:00Z") with { Clock = ClockState.Unsynchronized }));
        Assert.True(s_good.IsOnDuty(At("2026-11-23T08:00:00Z")));
    }

    [Fact]
    public void A_post_is_on_duty_in_any_of_its_windows()
    {
        var shifts = s_good with
        {
            UtcOffsetMinutes = 0,
            DutyHours = [new DutyWindow(new TimeOnly(8, 0), new TimeOnly(12, 0), []), new DutyWindow(new TimeOnly(13, 0), new TimeOnly(17, 0), [])],
        };
        Assert.True(shifts.IsOnDuty(At("2026-11-23T09:00:00Z")));
        Assert.False(shifts.IsOnDuty(At("2026-11-23T12:30:00Z")));
        Assert.True(shifts.IsOnDuty(At("2026-11-23T14:00:00Z")));
    }

    [Fact]
    public void A_post_without_a_name_has_none_and_one_that_never_ran_has_no_boot()
    {
        Assert.Equal("", new StationOptions { Id = "pkm-gogagoman" }.Name);
        Assert.Equal("", new StationState().BootId);
    }

    private static StationTime At(string utc) => new(default, DateTimeOffset.Parse(utc, null), ClockState.Synchronized);

    private static DateTimeOffset Local(string time) => DateTimeOffset.Parse(time + "+08:00", null);
}
