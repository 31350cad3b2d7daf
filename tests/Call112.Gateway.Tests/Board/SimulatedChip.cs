using System.Device.Gpio;
using Call112.Gateway.Board.Gpio;

namespace Call112.Gateway.Tests.Board;

/// <summary>
/// A GPIO chip in memory, with the pulls of a Pi, that remembers every level that its outputs ever had. Asked for an output without a level it
/// does what libgpiod v2's driver does: drives low (F11). Any thread.
/// </summary>
internal sealed class SimulatedChip(int lines = 28, string label = "simulated-chip") : GpioDriver
{
    /// <summary>GPIO0 … 8 are pulled up, the rest down (hardware.md §3.1).</summary>
    private const int LastPulledUp = 8;

    private readonly Lock _lock = new();
    private readonly Dictionary<int, PinMode> _modes = [];
    private readonly Dictionary<int, PinValue> _driven = [];
    private readonly Dictionary<int, PinValue> _forced = [];
    private readonly Dictionary<int, string> _holders = [];
    private readonly List<(int Line, PinValue Level)> _levels = [];

    /// <summary>Names of lines, as device trees give them.</summary>
    public Dictionary<string, int> Names { get; } = [];

    /// <summary>How often the kernel was asked about a line.</summary>
    public int Asked { get; private set; }

    /// <summary>From this many questions on, no line has a foreign holder any more.</summary>
    public int HoldersDieAfter { get; set; } = int.MaxValue;

    public bool Disposed { get; private set; }

    /// <summary>Every level that outputs were driven to, in order.</summary>
    public IReadOnlyList<(int Line, PinValue Level)> Levels
    {
        get
        {
            lock (_lock)
                return [.. _levels];
        }
    }

    public IReadOnlyList<PinValue> LevelsOf(int line) => [.. Levels.Where(change => change.Line == line).Select(change => change.Level)];

    /// <summary>The chip as the board opens it.</summary>
    public GpioChip Open() => new(label, lines, this, Info);

    /// <summary>What hangs on the line: a button's contact, or a relay that does not follow. Null lets go.</summary>
    public void Force(int line, PinValue? level)
    {
        lock (_lock)
            if (level is { } value)
                _forced[line] = value;
            else
                _forced.Remove(line);
    }

    public void Hold(int line, string consumer) => _holders[line] = consumer;

    public bool IsRequested(int line)
    {
        lock (_lock)
            return _modes.ContainsKey(line);
    }

    public PinValue LevelOf(int line)
    {
        lock (_lock)
            return _forced.TryGetValue(line, out var forced) ? forced
                : _driven.TryGetValue(line, out var driven) ? driven
                : _modes.GetValueOrDefault(line) switch
                {
                    PinMode.InputPullUp => PinValue.High,
                    PinMode.InputPullDown => PinValue.Low,
                    _ => line <= LastPulledUp ? PinValue.High : PinValue.Low,
                };
    }

    protected override int PinCount => lines;

    protected override void OpenPin(int pinNumber)
    {
        lock (_lock)
            _modes[pinNumber] = PinMode.Input;
    }

    protected override void ClosePin(int pinNumber)
    {
        lock (_lock)
            _modes.Remove(pinNumber);
    }

    protected override void SetPinMode(int pinNumber, PinMode mode)
    {
        lock (_lock)
            _modes[pinNumber] = mode;
        if (mode == PinMode.Output)
            Write(pinNumber, PinValue.Low);
    }

    protected override void SetPinMode(int pinNumber, PinMode mode, PinValue initialValue)
    {
        lock (_lock)
            _modes[pinNumber] = mode;
        if (mode == PinMode.Output)
            Write(pinNumber, initialValue);
    }

    protected override PinMode GetPinMode(int pinNumber)
    {
        lock (_lock)
            return _modes[pinNumber];
    }

    protected override bool IsPinModeSupported(int pinNumber, PinMode mode) => true;

    protected override PinValue Read(int pinNumber) => LevelOf(pinNumber);

    protected override void Write(int pinNumber, PinValue value)
    {
        lock (_lock)
        {
            _driven[pinNumber] = value;
            _levels.Add((pinNumber, value));
        }
    }

    protected override WaitForEventResult WaitForEvent(int pinNumber, PinEventTypes eventTypes, CancellationToken cancellationToken) =>
        throw new NotSupportedException("no edge events (decision 0005)");

    protected override void AddCallbackForPinValueChangedEvent(int pinNumber, PinEventTypes eventTypes, PinChangeEventHandler callback) =>
        throw new NotSupportedException("no edge events (decision 0005)");

    protected override void RemoveCallbackForPinValueChangedEvent(int pinNumber, PinChangeEventHandler callback) =>
        throw new NotSupportedException("no edge events (decision 0005)");

    protected override void Dispose(bool disposing)
    {
        Disposed = true;
        lock (_lock)
            _modes.Clear();
        base.Dispose(disposing);
    }

    private GpioLineInfo Info(int line)
    {
        Asked++;
        var name = Names.FirstOrDefault(pair => pair.Value == line).Key ?? "";
        return _holders.TryGetValue(line, out var consumer) && Asked < HoldersDieAfter
            ? new GpioLineInfo(name, true, consumer)
            : new GpioLineInfo(name, IsRequested(line), IsRequested(line) ? "the test" : "");
    }
}
