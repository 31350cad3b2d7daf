using System.Device.Gpio;
using Call112.Gateway.Board;
using Call112.Gateway.Board.Gpio;
using Call112.Gateway.Board.Profiles;
using Call112.Station;
using static Call112.Gateway.Tests.Board.BoardDesk;

namespace Call112.Gateway.Tests.Board;

/// <summary>The cabinet's lines: how they are requested, driven and read.</summary>
public sealed class LinuxBoardTests : IDisposable
{
    private readonly BoardDesk _desk = new();

    public void Dispose() => _desk.Dispose();

    /// <summary>F11, hardware.md §6: a relay that pulls on a low line must not see one low moment, however short.</summary>
    [Fact]
    public void An_active_low_relay_is_high_from_its_first_moment_to_its_last_and_low_only_while_it_is_energised()
    {
        var board = _desk.Start(Profile([Relay("siren", 26), new OutputLine("buzzer", new WiredTo(22))]));
        Assert.Equal([PinValue.High], _desk.Chip.LevelsOf(26));
        Assert.Equal([PinValue.Low], _desk.Chip.LevelsOf(22));
        board.Write(Outputs.Siren | Outputs.Buzzer);
        board.Write(Outputs.None);
        board.Dispose();
        Assert.All(_desk.Chip.LevelsOf(26), (level, i) => Assert.Equal(i == 1 ? PinValue.Low : PinValue.High, level));
        Assert.All(_desk.Chip.LevelsOf(22), (level, i) => Assert.Equal(i == 1 ? PinValue.High : PinValue.Low, level));
    }

    [Theory]
    [InlineData("gpioset", "'gpioset'", false)]
    [InlineData("call112-gateway", "'call112-gateway'", true)]
    [InlineData("", "without a name", false)]
    public void A_busy_line_stops_the_start_names_line_pin_holder_and_remedy_and_gives_everything_back(string consumer, string named, bool service)
    {
        _desk.Chip.Hold(20, consumer);
        var e = Assert.Throws<BoardException>(() => _desk.Start(Profile([Relay("siren", 26), new OutputLine("strobe", new WiredTo(20, Pin: 38))])));
        Assert.Contains("strobe", e.Problem, StringComparison.Ordinal);
        Assert.Contains(named, e.Problem, StringComparison.Ordinal);
        Assert.Equal(("GPIO20 (pin 38)", 38, service), (e.Line, e.Pin, e.Holder!.IsService));
        Assert.NotEmpty(e.Remedy);
        Assert.True(_desk.Chip.Disposed);
    }

    /// <summary>libgpiod v2 lines carry the process's number; the kernel knows its name.</summary>
    [Fact]
    public void A_holder_on_libgpiod_v2_is_named_by_its_process()
    {
        var here = File.ReadAllText("/proc/self/comm").Trim();
        var holder = LineHolder.Of($"C#-LibGpiodV2Driver-{Environment.ProcessId}");
        Assert.Equal((here, here == LineHolder.OurProgram), (holder.Program, holder.IsService));
        Assert.Null(LineHolder.Of("C#-LibGpiodV2Driver-").Program);
        Assert.Null(LineHolder.Of($"C#-LibGpiodV2Driver-{int.MaxValue}").Program);
    }

    [Fact]
    public void A_missing_chip_is_named_with_what_there_is_instead()
    {
        var e = Assert.Throws<BoardException>(() => GpioChip.Open(["no-such-label", "nor-this"]));
        Assert.Contains("'no-such-label' or 'nor-this'", e.Problem, StringComparison.Ordinal);
        Assert.Contains("gpiodetect", e.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(28, null, "GPIO28")]
    [InlineData(-1, null, "GPIO-1")]
    [InlineData(null, "RELAY_9", "'RELAY_9'")]
    public void A_line_that_the_chip_does_not_have_is_named(int? gpio, string? name, string told)
    {
        var e = Assert.Throws<BoardException>(() => _desk.Start(Profile([new OutputLine("siren", new WiredTo(gpio, name))])));
        Assert.StartsWith("siren:", e.Problem, StringComparison.Ordinal);
        Assert.Contains(told, e.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_is_found_by_its_name()
    {
        _desk.Chip.Names["RELAY_1"] = 13;
        var board = _desk.Start(Profile([new OutputLine("siren", new WiredTo(Line: "RELAY_1"))]));
        board.Write(Outputs.Siren);
        Assert.Equal(PinValue.High, _desk.Chip.LevelOf(13));
    }

    [Fact]
    public void Inputs_follow_polarity_and_bias()
    {
        var board = _desk.Start(Profile(inputs:
        [
            new InputLine("acknowledge", new WiredTo(17)),
            new InputLine("panic", new WiredTo(23), ActiveLow: false, NormallyClosed: true),
            new InputLine("batteryLow", new WiredTo(5), ActiveLow: false, Bias: LineBias.PullDown),
        ]));
        // The panic loop is not connected: open, which is panic.
        Assert.Equal(Inputs.Panic, board.ReadInputs().Active);
        _desk.Chip.Force(17, PinValue.Low);
        _desk.Chip.Force(23, PinValue.Low);
        _desk.Chip.Force(5, PinValue.High);
        Assert.Equal(Inputs.Acknowledge | Inputs.BatteryLow, board.ReadInputs().Active);
    }

    [Fact]
    public void A_line_that_does_not_follow_reads_back_as_it_is()
    {
        var board = _desk.Start(Profile([Relay("siren", 26), Relay("strobe", 20)]));
        _desk.Chip.Force(26, PinValue.High);
        board.Write(Outputs.Siren | Outputs.Strobe);
        Assert.Equal(Outputs.Strobe, board.ReadBack());
        _desk.Chip.Force(26, null);
        Assert.Equal(Outputs.Siren | Outputs.Strobe, board.ReadBack());
    }

    /// <summary>A second pole of the relay proves more than the line: a line may follow and the relay not.</summary>
    [Fact]
    public void A_feedback_input_decides_over_the_lines_own_level()
    {
        var board = _desk.Start(Profile([Relay("siren", 26, feedback: new OutputFeedback(new WiredTo(18)))]));
        board.Write(Outputs.Siren);
        Assert.Equal(Outputs.None, board.ReadBack());
        _desk.Chip.Force(18, PinValue.Low);
        Assert.Equal(Outputs.Siren, board.ReadBack());
    }

    /// <summary>Design, promise 4: a post without a siren must never report that it sounded; one without a door has none to fail.</summary>
    [Fact]
    public void A_siren_that_is_not_wired_reads_back_silent_and_a_door_that_is_not_wired_is_no_fault()
    {
        var board = _desk.Start(Profile([Relay("strobe", 20)]));
        board.Write(Outputs.Siren | Outputs.Strobe | Outputs.Door);
        Assert.Equal(Outputs.Strobe | Outputs.Door, board.ReadBack());
    }

    /// <summary>hardware.md §3.2: the load's own spike on the inputs' cables.</summary>
    [Fact]
    public void Inputs_are_blanked_for_100_ms_after_a_relay_moved_and_a_lamp_blanks_nothing()
    {
        var board = _desk.Start(Profile(
            [Relay("siren", 26), new OutputLine("lampStatus", new WiredTo(27))],
            [new InputLine("acknowledge", new WiredTo(17))],
            blankInputsMs: 100));
        _desk.Tick(5);
        board.Write(Outputs.Siren);
        _desk.Chip.Force(17, PinValue.Low);
        _desk.Clock.Advance(TimeSpan.FromMilliseconds(99));
        Assert.Equal(Inputs.None, board.ReadInputs().Active);
        _desk.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(Inputs.Acknowledge, board.ReadInputs().Active);
        board.Write(Outputs.Siren | Outputs.LampStatus);
        _desk.Chip.Force(17, null);
        Assert.Equal(Inputs.None, board.ReadInputs().Active);
    }

    /// <summary>Held for 100 ms, the one sample of a spike would be a press (F12).</summary>
    [Fact]
    public void A_spike_sampled_just_before_a_relay_moves_is_not_held_and_a_press_that_stood_is()
    {
        var board = _desk.Start(Profile(
            [Relay("siren", 26)], [new InputLine("acknowledge", new WiredTo(17)), new InputLine("test", new WiredTo(24))], blankInputsMs: 100));
        _desk.Tick(5);
        _desk.Chip.Force(24, PinValue.Low);
        _desk.Tick(3);
        _desk.Chip.Force(17, PinValue.Low);
        _desk.Tick(1);
        board.Write(Outputs.Siren);
        _desk.Clock.Advance(TimeSpan.FromMilliseconds(10));
        Assert.Equal(Inputs.Test, board.ReadInputs().Active);
    }

    [Fact]
    public void The_health_relay_is_energised_by_the_first_write_and_released_at_the_end()
    {
        var board = _desk.Start(Profile([Relay("siren", 26), new OutputLine("health", new WiredTo(19), Contact: RelayContact.NormallyClosed)]));
        Assert.Equal(PinValue.Low, _desk.Chip.LevelOf(19));
        board.Write(Outputs.None);
        Assert.Equal(PinValue.High, _desk.Chip.LevelOf(19));
        board.Write(Outputs.Siren);
        Assert.Equal(PinValue.High, _desk.Chip.LevelOf(19));
        board.Dispose();
        Assert.Equal(PinValue.Low, _desk.Chip.LevelOf(19));
    }

    /// <summary>F11: what the loop still writes after the crash handler ran must reach no relay.</summary>
    [Fact]
    public void After_safe_every_output_is_off_but_those_that_hold_and_no_write_counts_any_more()
    {
        var board = _desk.Start(Profile([Relay("siren", 26), Relay("door", 21, CrashLevel.Hold)]));
        board.Write(Outputs.Siren | Outputs.Door);
        board.Safe();
        board.Safe();
        board.Write(Outputs.Siren);
        Assert.Equal((PinValue.High, PinValue.Low), (_desk.Chip.LevelOf(26), _desk.Chip.LevelOf(21)));
        board.Dispose();
        Assert.Equal((PinValue.High, PinValue.Low), (_desk.Chip.LevelOf(26), _desk.Chip.LevelOf(21)));
    }

    [Theory]
    [InlineData("hupe", "no output has that name")]
    [InlineData("siren", "wired to nothing")]
    public void What_the_profile_cannot_mean_is_named(string function, string told)
    {
        var e = Assert.Throws<BoardException>(() => _desk.Start(Profile([new OutputLine(function, new WiredTo(26))], [new InputLine("panic")])));
        Assert.Contains(told, e.Problem, StringComparison.Ordinal);
        Assert.Contains("profile", e.Remedy, StringComparison.Ordinal);
    }
}
