using Call112.Gateway.IotBindings.Lcd;
using Call112.Gateway.Tests.World;
using Call112.Messages;
using Call112.Station;
using Microsoft.Extensions.Logging;

namespace Call112.Gateway.Tests.IotBindings;

/// <summary>The opt-in display, from the station's state to the characters in the controller's memory.</summary>
public sealed class StatusDisplayTests : IDisposable
{
    private static readonly StationOptions s_options = new() { Id = "pkm-gogagoman", Name = "Puskesmas Gogagoman" };

    private readonly SimulatedLcd _lcd = new();
    private readonly TestClock _clock = new();
    private readonly RecordingLogs _logs = new();
    private StationState _state = StationState.Empty;

    public void Dispose() => _lcd.Dispose();

    [Fact]
    public void Four_rows_show_name_links_and_the_newest_waiting_alert_with_its_place()
    {
        Hear();
        Open(Samples.Dispatch(1, Category.Medical), ReportEvent.Sounding);
        Open(Samples.Dispatch(2), ReportEvent.Sounding);
        Open(Samples.Dispatch(3, Category.Rescue), ReportEvent.Acknowledged);
        Open(Samples.Dispatch(4, Category.Disaster, DispatchStatus.Exercise), ReportEvent.Sounding);
        Display(LcdSize.Lcd2004).Look();
        Assert.Equal(["Puskesmas Gogagoman ", "TERHUBUNG          *", "KEBAKARAN +3        ", "Mogolaing           "], Rows(4, 20));
        Assert.True(_lcd.IsLit);
    }

    [Fact]
    public void Two_rows_show_the_name_while_all_is_well_and_the_trouble_of_the_links_otherwise()
    {
        Hear();
        var display = Display(LcdSize.Lcd1602);
        display.Look();
        Assert.Equal(["Puskesmas Goga *", "SIAGA           "], Rows(2, 16));
        _clock.Advance(TimeSpan.FromSeconds(11));
        display.Look();
        Assert.Equal(["TERPUTUS        ", "SIAGA           "], Rows(2, 16));
        Open(Samples.Dispatch(), ReportEvent.Sounding);
        display.Look();
        Assert.Equal(["! KEBAKARAN     ", "Mogolaing       "], Rows(2, 16));
    }

    /// <summary>Whoever stands before the cabinet reads the display.</summary>
    [Theory]
    [InlineData(Category.Protection, false, "KODE PPA            ")]
    [InlineData(Category.Medical, true, "KODE K261124-001    ")]
    public void A_discreet_dispatch_shows_its_code_and_nothing_else(Category category, bool discreet, string code)
    {
        Hear();
        Open(Samples.Dispatch(1, category, discreet: discreet), ReportEvent.Sounding);
        Display(LcdSize.Lcd2004).Look();
        Assert.Equal([code, "Hubungi pusat       "], Rows(4, 20)[2..]);
    }

    [Fact]
    public void One_late_uplink_is_shown_although_the_center_is_heard()
    {
        Hear();
        _state = _state with { Senses = _state.Senses with { Uplinks = [new UplinkSense("lan", _clock.Monotonic - TimeSpan.FromMinutes(5))] } };
        Display(LcdSize.Lcd2004).Look();
        Assert.StartsWith("TERPUTUS ", Rows(4, 20)[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Characters_that_the_display_lacks_become_question_marks()
    {
        Hear();
        Display(LcdSize.Lcd2004, s_options with { Name = "Pos é\\~\nA" }).Look();
        Assert.Equal("Pos ????A           ", Rows(4, 20)[0]);
    }

    /// <summary>F12, F17: silent for an hour, the display costs two lines of log and a try every five seconds.</summary>
    [Fact]
    public void A_display_that_was_unplugged_is_told_once_tried_again_and_set_up_anew()
    {
        Hear();
        var display = Display(LcdSize.Lcd2004);
        display.Look();
        _lcd.Unplugged = true;
        for (var i = 0; i < 100; i++)
        {
            _clock.Advance(StatusDisplay.LookEvery);
            display.Look();
        }

        var lost = Assert.Single(_logs.Lines, line => line.Text.Contains("0x27", StringComparison.Ordinal));
        Assert.Contains("Remote I/O error", lost.Text, StringComparison.Ordinal);
        _lcd.PowerUp();
        _lcd.Unplugged = false;
        _clock.Advance(StatusDisplay.RetryEvery);
        display.Look();
        Assert.StartsWith("Puskesmas Gogagoman", Rows(4, 20)[0], StringComparison.Ordinal);
        Assert.Equal(2, _logs.Lines.Count(line => line.Text.Contains("0x27", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_silent_display_is_left_alone_for_five_seconds()
    {
        Hear();
        var display = Display(LcdSize.Lcd2004);
        _lcd.Unplugged = true;
        display.Look();
        _lcd.Unplugged = false;
        display.Look();
        Assert.Equal(0, _lcd.Taken);
        _clock.Advance(StatusDisplay.RetryEvery);
        display.Look();
        Assert.NotEqual(0, _lcd.Taken);
    }

    [Fact]
    public void A_display_that_a_spike_garbled_is_readable_again_after_its_next_set_up()
    {
        Hear();
        var display = Display(LcdSize.Lcd2004);
        display.Look();
        _lcd.Spike();
        _clock.Advance(TimeSpan.FromSeconds(1));
        display.Look();
        Assert.NotEqual("TERHUBUNG           ", Rows(4, 20)[1]);
        _clock.Advance(StatusDisplay.SetUpEvery);
        Hear();
        display.Look();
        Assert.StartsWith("Puskesmas Gogagoman", Rows(4, 20)[0], StringComparison.Ordinal);
        Assert.StartsWith("TERHUBUNG", Rows(4, 20)[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_that_say_the_same_are_not_sent_again()
    {
        Hear();
        var display = Display(LcdSize.Lcd2004);
        display.Look();
        var taken = _lcd.Taken;
        display.Look();
        Assert.Equal(taken, _lcd.Taken);
        // The star of the second row: its address and 20 characters, in halves.
        _clock.Advance(TimeSpan.FromSeconds(1));
        display.Look();
        Assert.Equal(taken + (2 * 21), _lcd.Taken);
    }

    [Fact]
    public async Task A_service_that_stops_says_so_on_the_display_and_lets_go_of_the_bus()
    {
        Hear();
        var display = Display(LcdSize.Lcd1602);
        await display.StartAsync(CancellationToken.None);
        await Wait.UntilAsync(() => Volatile.Read(ref _looks) > 0, "the first look");
        await display.StopAsync(CancellationToken.None);
        Assert.Equal(["LAYANAN BERHENTI", "Tidak ada alarm!"], Rows(2, 16));
        Assert.Equal(1, _lcd.Disposed);
        display.Dispose();
    }

    private int _looks;

    private StatusDisplay Display(LcdSize size, StationOptions? options = null) => new(
        new LcdPlace(size, 1, 0x27), options ?? s_options, State, () => _clock.Monotonic, _clock, new LogOf(_logs), () => _lcd);

    private StationState State()
    {
        Interlocked.Increment(ref _looks);
        return _state;
    }

    private string[] Rows(int rows, int width) => [.. Enumerable.Range(0, rows).Select(row => _lcd.Row(row, width))];

    private void Hear() => _state = _state with { Senses = _state.Senses with { CenterHeardAt = _clock.Monotonic } };

    private void Open(Dispatch dispatch, ReportEvent step) => _state = _state with
    {
        Alerts = _state.Alerts.Add(new Alert(dispatch, _clock.Monotonic, Samples.Wall, _clock.Monotonic, TimeSpan.MaxValue, step)),
    };

    private sealed class LogOf(RecordingLogs logs) : ILogger<StatusDisplay>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            logs.Log(logLevel, eventId, state, exception, formatter);
    }
}
