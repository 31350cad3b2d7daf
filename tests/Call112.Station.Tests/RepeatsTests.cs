using System.Globalization;
using Call112.Messages;
using Call112.Station.Tests.Language;
using CsCheck;

namespace Call112.Station.Tests;

/// <summary>What repeats is counted: a flood fills neither the journal nor the outbox, and no message stays without an answer (F3, F21; decision 0010).</summary>
public class RepeatsTests
{
    /// <summary>F3: ten thousand refusals are twenty reports and one that counts the rest.</summary>
    [Fact]
    public void A_flood_of_refused_messages_is_told_twenty_times_then_counted()
    {
        var station = new StationDriver();
        for (var i = 0; i < 10_000; i++)
            Refuse(station, $"not JSON: byte {i}");
        Assert.Equal(Repeats.SameMax, Rejected(station).Count);
        station.Pass(Repeats.SummaryAfter, TimeSpan.FromSeconds(1));
        Assert.Equal("repeated: 9980 more, the last: not JSON: byte 9999", Rejected(station)[^1].Reason);
        Assert.Equal(Repeats.SameMax + 1, Rejected(station).Count);
        station.Pass(Repeats.SummaryAfter, TimeSpan.FromSeconds(1));
        Assert.Equal(Repeats.SameMax + 1, Rejected(station).Count);
    }

    /// <summary>One babbler must not hide that somebody else's message is refused for another reason.</summary>
    [Fact]
    public void Another_kind_of_refusal_is_still_told_beside_a_flood()
    {
        var station = new StationDriver();
        for (var i = 0; i < 1_000; i++)
            Refuse(station, $"topic: '{i}'");
        var id = Guid.NewGuid();
        station.Send(new StationInput.MessageRefused("retained", id));
        Assert.Equal(("retained", id), (station.Last.Reason, station.Last.DispatchId));
    }

    /// <summary>Contract, "Report": a Duplicate carries the present step, also when it stands for many.</summary>
    [Fact]
    public void A_flood_of_copies_is_told_with_the_step_of_the_end_and_drowns_no_other_dispatch()
    {
        var station = new StationDriver();
        var (fire, medical) = (Call.Fire(), Call.Medical());
        station.Send(fire);
        station.Send(medical);
        for (var i = 0; i < 5_000; i++)
            station.Send(fire);
        Assert.Equal(Repeats.SameMax, station.Reports.Count(report => report.Event == ReportEvent.Duplicate));
        station.Send(medical);
        Assert.Equal((ReportEvent.Duplicate, medical.DispatchId), (station.Last.Event, station.Last.DispatchId));
        station.Press(Inputs.Acknowledge);
        station.Pass(Repeats.SummaryAfter, TimeSpan.FromSeconds(1));
        var summary = station.Reports.Last(report => report.Event == ReportEvent.Duplicate);
        Assert.Equal((fire.DispatchId, "Acknowledged", "repeated: 4980 more"), (summary.DispatchId, summary.Detail, summary.Reason));
        Assert.InRange(summary.ElapsedMs!.Value, 60_000, 61_000);
    }

    [Fact]
    public void A_real_dispatch_sounds_and_is_reported_in_the_middle_of_a_flood()
    {
        var station = new StationDriver();
        var known = Call.Medical() with { Status = DispatchStatus.Test };
        station.Send(known);
        for (var i = 0; i < 3_000; i++)
        {
            station.Send(known);
            Refuse(station, "not JSON: x");
        }

        var fire = Call.Fire();
        station.Send(fire);
        Assert.True(station.Siren, "the flood silenced a dispatch");
        station.Pass(0.1);
        station.Press(Inputs.Acknowledge);
        Assert.Equal("Received Sounding Acknowledged", station.StepsOf(fire));
    }

    /// <summary>F3: a crash loop must not begin to count anew at each start; and only the counts of the present minute are lost with it.</summary>
    [Fact]
    public void A_restart_does_not_give_a_flood_its_reports_back()
    {
        var station = new StationDriver();
        for (var boot = 0; boot < 30; boot++)
        {
            for (var i = 0; i < 100; i++)
                Refuse(station, "not JSON: x");
            station.Restart(TimeSpan.FromSeconds(2));
        }

        Assert.Equal(Repeats.SameMax, Rejected(station).Count);
    }

    [Fact]
    public void An_orderly_stop_tells_what_was_counted()
    {
        var station = new StationDriver();
        for (var i = 0; i < 25; i++)
            Refuse(station, "not JSON: x");
        station.Send(new StationInput.Stop());
        Assert.Equal(["repeated: 5 more, the last: not JSON: x", null], station.Reports.TakeLast(2).Select(report => report.Reason));
        Assert.Equal(ReportEvent.Stopping, station.Last.Event);
    }

    /// <summary>F12: a loose tamper contact for a day is a few hundred reports, and the trouble stands while it chatters.</summary>
    [Theory]
    [InlineData(Inputs.Tamper, ReportEvent.TamperOpened)]
    [InlineData(Inputs.MainsFail, ReportEvent.MainsLost)]
    [InlineData(Inputs.BatteryLow, ReportEvent.BatteryLow)]
    public void A_contact_that_chatters_for_an_hour_is_a_few_reports_and_its_trouble_stands(Inputs input, ReportEvent raised)
    {
        var station = new StationDriver();
        station.Pass(1);
        var before = station.Reports.Count;
        for (var second = 0; second < 3_600; second++)
        {
            station.Held ^= input;
            station.Pass(TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(100));
            if (second > 60)
                Assert.True(station.State.Stands(raised) || second % 600 < 60, $"the trouble ended in second {second} while the contact chattered");
        }

        Assert.InRange(station.Reports.Count - before, 10, 6 * 2 * (Repeats.RaisesMax + 1));
        station.Held &= ~input;
        station.Pass(Repeats.ChatterRest + TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(100));
        Assert.False(station.State.Stands(raised), "a contact at rest is well again");
    }

    /// <summary>The first opening is told at once however the contact behaved before; nothing here may delay an alarm.</summary>
    [Fact]
    public void A_chattering_contact_is_raised_without_delay()
    {
        var station = new StationDriver();
        station.Pass(1);
        for (var i = 0; i < 200; i++)
            Toggle(station, Inputs.Tamper, TimeSpan.FromMilliseconds(150));
        station.Pass(Repeats.ChatterRest + TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(100));
        Assert.Equal(ReportEvent.TamperClosed, station.Last.Event);
        station.Held |= Inputs.Tamper;
        station.Pass(TimeSpan.FromMilliseconds(100));
        Assert.Equal(ReportEvent.TamperOpened, station.Last.Event);
    }

    [Fact]
    public void A_panic_loop_that_chatters_is_counted_and_one_hold_of_TEST_ends_it()
    {
        var station = new StationDriver();
        station.Pass(1);
        for (var i = 0; i < 200; i++)
            Toggle(station, Inputs.Panic, TimeSpan.FromMilliseconds(120));
        var told = station.Reports.Count(report => report.Event == ReportEvent.PanicPressed);
        Assert.InRange(told, Repeats.AllMax, Repeats.AllMax + 1);
        station.Press(Inputs.Test, TimeSpan.FromSeconds(3.2));
        Assert.Equal(ReportEvent.PanicCleared, station.Last.Event);
        Assert.Equal(FormattableString.Invariant($"repeated: {200 - told} more"), station.Reports[^2].Reason);
        Assert.False(station.State.Stands(ReportEvent.PanicPressed));
        station.Pass(Repeats.SummaryAfter * 2, TimeSpan.FromSeconds(1));
        Assert.False(station.State.Stands(ReportEvent.PanicPressed), "a late summary raised the alarm again");
        station.Press(Inputs.Panic);
        Assert.Equal(ReportEvent.PanicPressed, station.Last.Event);
    }

    /// <summary>F3: an output with a loose wire fails and recovers all day.</summary>
    [Fact]
    public void An_output_that_fails_on_and_off_is_a_few_reports_and_its_fault_stands()
    {
        var station = new StationDriver();
        station.Pass(1);
        for (var i = 0; i < 300; i++)
        {
            station.Welded ^= Outputs.Strobe;
            station.Pass(TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(100));
        }

        Assert.InRange(station.Reports.Count(report => report.Event is ReportEvent.OutputFault or ReportEvent.OutputRestored), 9, 2 * (Repeats.RaisesMax + 1));
        station.Welded = Outputs.None;
        station.Pass(Repeats.ChatterRest + TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(100));
        Assert.Equal(ReportEvent.OutputRestored, station.Last.Event);
    }

    /// <summary>F3: ten thousand Silence commands without an id were ten thousand entries of the journal.</summary>
    [Fact]
    public void Silence_again_and_again_is_one_entry()
    {
        var station = new StationDriver();
        station.Send(Call.Fire());
        for (var i = 0; i < 1_000; i++)
            station.Command(CommandKind.Silence);
        Assert.Single(station.Journal.OfType<JournalEntry.Silenced>());
        station.Send(Call.Medical());
        station.Command(CommandKind.Silence);
        Assert.Equal(2, station.Journal.OfType<JournalEntry.Silenced>().Count());
        Assert.False(station.Siren);
    }

    /// <summary>Contract: every refused message is answered. For any flood, told and counted together are what came; and the journal stays small.</summary>
    [Fact]
    public void For_any_flood_told_and_counted_are_together_what_came_and_the_rate_has_a_bound() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[1, 120], Gen.Int[0, 150]).Array[1, 25].Sample(bursts =>
        {
            var station = new StationDriver();
            var copied = Call.Test();
            station.Send(copied);
            var (refused, copies, began) = (0L, 0L, station.Now.Monotonic);
            foreach (var (kind, count, seconds) in bursts)
            {
                for (var i = 0; i < count; i++)
                    if (kind == 3)
                        station.Send(copied);
                    else
                        Refuse(station, $"kind {kind}: {i}");
                (refused, copies) = kind == 3 ? (refused, copies + count) : (refused + count, copies);
                station.Pass(TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(5));
            }

            station.Send(new StationInput.Stop());
            Assert.Equal(refused, Answered(station, ReportEvent.Rejected));
            Assert.Equal(copies, Answered(station, ReportEvent.Duplicate));
            var minutes = (station.Now.Monotonic - began).TotalMinutes;
            var windows = Math.Ceiling(minutes / Repeats.Window.TotalMinutes) + 1;
            foreach (var limited in new[] { ReportEvent.Rejected, ReportEvent.Duplicate })
                Assert.InRange(station.Reports.Count(report => report.Event == limited), 0, windows * Repeats.AllMax + minutes + 2);
        }, iter: 150);

    /// <summary>How many messages the reports of an event answer: one each, and what summaries say.</summary>
    private static long Answered(StationDriver station, ReportEvent what) => station.Reports.Where(report => report.Event == what).Sum(report =>
        report.Reason?.StartsWith(Repeats.SummaryMark, StringComparison.Ordinal) == true
            ? long.Parse(report.Reason[Repeats.SummaryMark.Length..].Split(' ')[0], CultureInfo.InvariantCulture)
            : 1);

    private static void Refuse(StationDriver station, string reason) => station.Send(new StationInput.MessageRefused(reason, null));

    private static List<Report> Rejected(StationDriver station) => [.. station.Reports.Where(report => report.Event == ReportEvent.Rejected)];

    private static void Toggle(StationDriver station, Inputs input, TimeSpan each)
    {
        station.Held |= input;
        station.Pass(each);
        station.Held &= ~input;
        station.Pass(each);
    }
}
