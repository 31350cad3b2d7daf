using System.Device.I2c;
using Call112.Station;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Call112.Gateway.IotBindings.Lcd;

/// <summary>Where the display hangs.</summary>
/// <param name="Bus">I²C bus; 1 on a Pi's header.</param>
/// <param name="Address">PCF8574 0x20 … 0x27, PCF8574A 0x38 … 0x3F.</param>
public sealed record LcdPlace(LcdSize Size, int Bus, int Address);

/// <summary>
/// Shows the station's state on a character display, looked at every <see cref="LookEvery"/>.
/// Invariants: only this service's own task waits for the bus, so a dead display delays no alert (design, promise 1); a failure is told
/// once, and so is the first success after it; a display that is gone is tried again every <see cref="RetryEvery"/>.
/// Not its business: alerting. A display that fails is a line in the log, and no fault of an output.
/// </summary>
public sealed class StatusDisplay : BackgroundService
{
    /// <summary>Time from a change of the state to the display, at most, while the bus answers.</summary>
    public static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    public static readonly TimeSpan RetryEvery = TimeSpan.FromSeconds(5);

    /// <summary>How long a garbled display stays so at most.</summary>
    public static readonly TimeSpan SetUpEvery = TimeSpan.FromMinutes(10);

    // In the gateway's range for the board (LogEvents), which this project does not see.
    private static readonly EventId s_silent = new(421, "DisplaySilent");
    private static readonly EventId s_back = new(422, "DisplayBack");

    private readonly LcdPlace _place;
    private readonly StationOptions _options;
    private readonly Func<StationState> _state;
    private readonly TimeProvider _time;
    private readonly Func<TimeSpan> _now;
    private readonly ILogger<StatusDisplay> _log;
    private readonly LcdScreen _screen;
    private bool _silent;
    private long _setUpAt;
    private long _triedAt;

    /// <param name="state">The newest state; asked by the display's task.</param>
    /// <param name="now">The monotonic clock on which the state's times stand.</param>
    public StatusDisplay(
        LcdPlace place, StationOptions options, Func<StationState> state, Func<TimeSpan> now, TimeProvider time, ILogger<StatusDisplay> log)
        : this(place, options, state, now, time, log, () => I2cDevice.Create(new I2cConnectionSettings(place.Bus, place.Address)))
    {
    }

    internal StatusDisplay(
        LcdPlace place, StationOptions options, Func<StationState> state, Func<TimeSpan> now, TimeProvider time, ILogger<StatusDisplay> log,
        Func<I2cDevice> open)
    {
        (_place, _options, _state, _now, _time, _log) = (place, options, state, now, time, log);
        _screen = new LcdScreen(place.Size, open);
        _setUpAt = time.GetTimestamp();
    }

    /// <summary>One look: shows what the state says now, unless the display was silent a moment ago. Throws nothing (F12).</summary>
    internal void Look() => Look(() => StatusLines.Of(_state(), _options, _now(), _place.Size));

    /// <summary>Says that nobody watches any more, and lets go of the bus; for the display's task.</summary>
    internal void Leave()
    {
        Look(() => StatusLines.Stopped(_options, _place.Size));
        _screen.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookEvery, _time);
        try
        {
            do
                Look();
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            Leave();
        }
    }

    private void Look(Func<IReadOnlyList<string>> rows)
    {
        if (_silent && _time.GetElapsedTime(_triedAt) < RetryEvery)
            return;
        _triedAt = _time.GetTimestamp();
        try
        {
            if (_time.GetElapsedTime(_setUpAt) >= SetUpEvery)
            {
                _screen.Forget();
                _setUpAt = _triedAt;
            }

            _screen.Show(rows());
            if (_silent)
                _log.LogInformation(s_back, "The display (I²C 0x{Address:x2}) answers again.", _place.Address);
            _silent = false;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            if (!_silent)
                _log.LogError(s_silent,
                    "The display (I²C 0x{Address:x2}) does not answer: {Reason}. Check its plug, its supply and its address (i2cdetect -y {Bus}).",
                    _place.Address, e.Message, _place.Bus);
            _silent = true;
        }
    }
}
