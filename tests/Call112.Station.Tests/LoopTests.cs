using Call112.Messages;
using Call112.Station.Tests.Language;
using CsCheck;

namespace Call112.Station.Tests;

/// <summary>F12, decision 0014: a supervised loop that is cut or shorted is told at once, and nothing behind it is believed.</summary>
public class LoopTests
{
    private static readonly TimeSpan s_step = StationDriver.Step;

    public static TheoryData<Inputs> AllInputs => [.. Levels.AllInputs];

    [Theory]
    [MemberData(nameof(AllInputs))]
    public void A_cut_and_a_short_are_told_by_the_name_of_the_input_and_end_one_second_after_the_repair(Inputs input)
    {
        var name = Levels.NameOf(input);
        foreach (var (cut, shorted, told) in new[] { (input, Inputs.None, $"{name} loop cut"), (Inputs.None, input, $"{name} loop shorted") })
        {
            var station = StationDriver.Rested();
            (station.Cut, station.Shorted) = (cut, shorted);
            station.Pass(2);
            Assert.Equal(told, station.LoopsTold);
            (station.Cut, station.Shorted) = (Inputs.None, Inputs.None);
            station.Pass(2);
            Assert.Equal($"{told}, -{told}", station.LoopsTold);
            Assert.Equal("InputStuck InputRestored", station.Events);
        }
    }

    [Fact]
    public void A_break_counts_after_500_ms_and_not_before_and_its_end_after_a_second_and_not_before()
    {
        var station = StationDriver.Rested();
        station.Cut = Inputs.Panic;
        station.Pass(s_step);
        station.Pass(station.Timing.LoopBrokenAfter - s_step);
        Assert.Equal("", station.LoopsTold);
        station.Pass(s_step);
        Assert.Equal("panic loop cut", station.LoopsTold);

        station.Cut = Inputs.None;
        station.Pass(s_step);
        station.Pass(station.Timing.InputRestoredAfter - s_step);
        Assert.Equal("panic loop cut", station.LoopsTold);
        station.Pass(s_step);
        Assert.Equal("panic loop cut, -panic loop cut", station.LoopsTold);
    }

    /// <summary>A wire that is cut shows what it wants; the attacker who cuts it must neither start nor end anything but the fault.</summary>
    [Fact]
    public void Behind_a_broken_loop_nothing_is_pressed_and_nothing_released()
    {
        var station = new StationDriver(new StationOptions { Id = "pos", PanicSiren = true });
        station.Pass(1);
        station.Cut = Inputs.Panic | Inputs.Acknowledge | Inputs.Tamper;
        var fire = Call.Fire();
        station.Send(fire);
        for (var i = 0; i < 50; i++)
        {
            station.Held ^= Inputs.Panic | Inputs.Acknowledge | Inputs.Tamper;
            station.Pass(0.1);
        }

        Assert.True(station.Open(fire)!.Waits);
        Assert.Equal("acknowledge loop cut, panic loop cut, tamper loop cut", station.LoopsTold);
        Assert.DoesNotContain(station.Reports, report => report.Event is ReportEvent.PanicPressed or ReportEvent.TamperOpened);
    }

    [Fact]
    public void A_cut_panic_loop_is_told_and_does_not_sound_even_where_panic_does()
    {
        var station = new StationDriver(new StationOptions { Id = "pos", PanicSiren = true });
        station.Pass(1);
        (station.Cut, station.Held) = (Inputs.Panic, Inputs.Panic);
        station.Pass(90);
        Assert.Equal("InputStuck", station.Events);
        Assert.Equal(TimeSpan.Zero, station.OnTime[Outputs.Siren]);
    }

    [Fact]
    public void A_stuck_button_does_not_become_a_broken_loop_and_a_broken_loop_hides_no_other_input()
    {
        var station = StationDriver.Rested();
        station.Held = Inputs.Test;
        station.Shorted = Inputs.Responding;
        station.Pass(61);
        Assert.Equal("responding loop shorted, test", station.LoopsTold);
        station.Press(Inputs.Panic);
        Assert.Equal(ReportEvent.PanicPressed, station.Last.Event);
    }

    [Fact]
    public void After_the_repair_the_next_press_counts()
    {
        var station = Broken(Inputs.Acknowledge);
        station.Pass(1.2);
        station.Send(Call.Fire());
        station.Press(Inputs.Acknowledge);
        Assert.False(station.State.AnyWaits);
    }

    [Fact]
    public void Until_the_loop_was_whole_for_a_second_no_press_counts()
    {
        var station = Broken(Inputs.Acknowledge);
        station.Send(Call.Fire());
        station.Press(Inputs.Acknowledge, TimeSpan.FromSeconds(0.5));
        Assert.True(station.State.AnyWaits);
    }

    [Fact]
    public void A_button_found_pressed_after_the_repair_is_no_press()
    {
        var station = Broken(Inputs.Acknowledge);
        station.Send(Call.Fire());
        station.Held = Inputs.Acknowledge;
        station.Pass(3);
        Assert.True(station.State.AnyWaits);
    }

    /// <summary>As at a start: better once too often.</summary>
    [Fact]
    public void A_panic_button_found_pressed_after_the_repair_is_reported_once()
    {
        var station = Broken(Inputs.Panic);
        station.Held = Inputs.Panic;
        station.Pass(5);
        Assert.Equal(1, station.Reports.Count(report => report.Event == ReportEvent.PanicPressed));
    }

    [Fact]
    public void A_key_found_turned_after_the_repair_clears_nothing()
    {
        var station = StationDriver.Rested();
        station.Press(Inputs.Panic);
        Break(station, Inputs.Test);
        station.Held = Inputs.Test;
        station.Pass(10);
        Assert.True(station.State.Stands(ReportEvent.PanicPressed));
    }

    [Fact]
    public void Panic_is_not_cleared_while_its_loop_is_broken()
    {
        var station = StationDriver.Rested();
        station.Press(Inputs.Panic);
        station.Cut = Inputs.Panic;
        station.Pass(1);
        station.Press(Inputs.Test, TimeSpan.FromSeconds(4));
        Assert.True(station.State.Stands(ReportEvent.PanicPressed));
        station.Cut = Inputs.None;
        station.Pass(2);
        station.Press(Inputs.Test, TimeSpan.FromSeconds(4));
        Assert.False(station.State.Stands(ReportEvent.PanicPressed));
    }

    [Fact]
    public void Panic_is_not_cleared_in_the_samples_in_which_its_loop_is_cut_or_not_yet_known_again()
    {
        foreach (var cutAt in new[] { 2.98, 1.0 })
        {
            var station = StationDriver.Rested();
            station.Press(Inputs.Panic);
            station.Held = Inputs.Test;
            station.Pass(cutAt);
            station.Cut = Inputs.Panic;
            // The second time the loop is whole again for just a second when TEST has been held for three.
            station.Pass(cutAt > 2 ? 0.4 : 1.0);
            station.Cut = Inputs.None;
            station.Pass(2);
            Assert.True(station.State.Stands(ReportEvent.PanicPressed), $"cut at {cutAt} s");
        }
    }

    /// <summary>On its way from open to whole a wire passes the window of "pressed": two short looks are not one long press.</summary>
    [Fact]
    public void Looks_of_pressed_between_broken_samples_are_no_press()
    {
        var station = StationDriver.Rested();
        for (var i = 0; i < 200; i++)
        {
            (station.Held, station.Cut) = (Inputs.Panic, Inputs.None);
            station.Pass(0.02);
            (station.Held, station.Cut) = (Inputs.None, Inputs.Panic);
            station.Pass(0.01);
        }

        Assert.DoesNotContain(station.Reports, report => report.Event == ReportEvent.PanicPressed);
    }

    [Fact]
    public void A_press_that_begins_with_a_short_break_counts_when_it_has_settled_anew()
    {
        var station = StationDriver.Rested();
        station.Cut = Inputs.Panic;
        station.Pass(0.1);
        (station.Cut, station.Held) = (Inputs.None, Inputs.Panic);
        station.Pass(0.02);
        Assert.Equal("", station.Events);
        station.Pass(0.02);
        Assert.Equal("PanicPressed", station.Events);
    }

    [Fact]
    public void A_cut_wire_that_then_touches_is_told_as_shorted_too_and_both_end_together()
    {
        var station = StationDriver.Rested();
        station.Cut = Inputs.Panic;
        station.Pass(1);
        (station.Cut, station.Shorted) = (Inputs.None, Inputs.Panic);
        station.Pass(0.4);
        Assert.Equal("panic loop cut", station.LoopsTold);
        station.Pass(0.2);
        Assert.Equal("panic loop cut, panic loop shorted", station.LoopsTold);
        station.Shorted = Inputs.None;
        station.Pass(1.1);
        Assert.Equal("panic loop cut, panic loop shorted, -panic loop cut, -panic loop shorted", station.LoopsTold);
    }

    [Fact]
    public void A_cut_wire_that_then_touches_is_told_as_shorted_when_that_has_lasted_500_ms_and_not_before()
    {
        var station = StationDriver.Rested();
        station.Cut = Inputs.Panic;
        station.Pass(1);
        (station.Cut, station.Shorted) = (Inputs.None, Inputs.Panic);
        station.Pass(s_step);
        station.Pass(station.Timing.LoopBrokenAfter - s_step);
        Assert.Equal("panic loop cut", station.LoopsTold);
        station.Pass(s_step);
        Assert.Equal("panic loop cut, panic loop shorted", station.LoopsTold);
    }

    [Fact]
    public void A_loop_that_is_cut_and_shorted_by_turns_is_broken()
    {
        var station = StationDriver.Rested();
        for (var i = 0; i < 30; i++)
        {
            (station.Cut, station.Shorted) = i % 2 == 0 ? (Inputs.Test, Inputs.None) : (Inputs.None, Inputs.Test);
            station.Pass(0.02);
        }

        Assert.Contains(station.LoopsTold, new[] { "test loop cut", "test loop shorted" });
    }

    [Fact]
    public void A_loop_that_is_called_both_is_cut()
    {
        var station = StationDriver.Rested();
        (station.Cut, station.Shorted) = (Inputs.Panic, Inputs.Panic);
        station.Pass(1);
        Assert.Equal("panic loop cut", station.LoopsTold);
    }

    [Fact]
    public void A_loop_broken_at_the_start_is_told_and_keeps_nobody_from_being_ready()
    {
        var station = new StationDriver { Cut = Inputs.Panic };
        station.Pass(0.4);
        Assert.False(station.State.ContactsAreKnown);
        station.Pass(0.2);
        Assert.True(station.State.ContactsAreKnown);
        Assert.Equal("panic loop cut", station.LoopsTold);
    }

    [Fact]
    public void Over_a_restart_the_trouble_stands_until_the_loop_was_whole_for_a_second_again()
    {
        var station = StationDriver.Rested();
        station.Cut = Inputs.Panic;
        station.Pass(1);
        station.Restart(TimeSpan.FromSeconds(5));
        station.Pass(1);
        Assert.Equal("panic loop cut", station.LoopsTold);
        station.Cut = Inputs.None;
        station.Restart(TimeSpan.FromSeconds(5));
        station.Pass(1);
        Assert.Equal("panic loop cut", station.LoopsTold);
        station.Pass(s_step);
        Assert.Equal("panic loop cut, -panic loop cut", station.LoopsTold);
    }

    [Fact]
    public void A_loop_keeps_the_station_awake_from_its_first_broken_sample_until_it_was_whole_for_a_second()
    {
        var station = StationDriver.Rested();
        Assert.True(station.State.IsQuietAt(station.Now.Monotonic));
        station.Cut = Inputs.Tamper;
        station.Pass(s_step);
        Assert.False(station.State.IsQuietAt(station.Now.Monotonic));
        station.Cut = Inputs.None;
        station.Pass(0.9);
        Assert.False(station.State.IsQuietAt(station.Now.Monotonic));
        station.Pass(0.2);
        Assert.True(station.State.IsQuietAt(station.Now.Monotonic));
    }

    [Fact]
    public void What_stood_before_the_break_stands_on_and_what_changed_behind_it_shows_after_the_repair()
    {
        var station = StationDriver.Rested();
        station.Held = Inputs.Tamper | Inputs.MainsFail;
        station.Pass(1);
        station.Cut = Inputs.Tamper | Inputs.MainsFail;
        station.Pass(1);
        station.Held = Inputs.Tamper;
        station.Pass(5);
        Assert.True(station.State.Stands(ReportEvent.MainsLost));
        station.Cut = Inputs.None;
        station.Pass(1.2);
        Assert.False(station.State.Stands(ReportEvent.MainsLost));
        Assert.True(station.State.Stands(ReportEvent.TamperOpened));
        Assert.Equal(1, station.Reports.Count(report => report.Event == ReportEvent.TamperOpened));
    }

    /// <summary>Any life of a wire and of the contact behind it, held against the two sentences of the decision.</summary>
    [Fact]
    public void For_any_wire_a_break_of_500_ms_is_told_and_a_press_is_only_what_was_seen_through_a_whole_loop() =>
        Gen.Select(Gen.Int[0, 3], Gen.Bool, Gen.Int[1, 120]).Array[1, 40].Sample(pieces =>
        {
            var station = StationDriver.Rested();
            var (brokenFor, openSeenFor, openEver) = (0, 0, false);
            foreach (var (wire, open, samples) in pieces)
            {
                (station.Cut, station.Shorted) = (wire == 1 ? Inputs.Panic : Inputs.None, wire == 2 ? Inputs.Panic : Inputs.None);
                station.Held = open ? Inputs.Panic : Inputs.None;
                station.Pass(TimeSpan.FromMilliseconds(10 * samples));
                var whole = wire is 0 or 3;
                brokenFor = whole ? 0 : brokenFor + samples;
                openSeenFor = whole && open ? openSeenFor + samples : 0;
                openEver |= openSeenFor >= 3;
                if (brokenFor > 50)
                    Assert.Contains(station.State.Alarms, alarm => alarm.Event == ReportEvent.InputStuck);
                if (!openEver)
                    Assert.DoesNotContain(station.Reports, report => report.Event == ReportEvent.PanicPressed);
            }
        }, iter: 300);

    /// <summary>A station whose loop was broken and is just being whole again.</summary>
    private static StationDriver Broken(Inputs input)
    {
        var station = StationDriver.Rested();
        Break(station, input);
        return station;
    }

    internal static void Break(StationDriver station, Inputs input)
    {
        station.Pass(1.1);
        station.Cut = input;
        station.Pass(0.6);
        station.Cut = Inputs.None;
    }
}
