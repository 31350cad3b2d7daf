using System.Device.Gpio;
using System.Device.Gpio.Drivers;
using System.Runtime.CompilerServices;

namespace Call112.Gateway.Board.Gpio;

/// <summary>
/// libgpiod v2 (libgpiod.so.3) with direction and first level of an output set in one request. <see cref="LibGpiodV2Driver"/> 4.2.0 makes the
/// line an output, low, and writes the level afterwards: a pulse on every active-low relay (hardware.md §6, F11). Its <c>Write</c> on a line
/// that nobody requested yet does ask for both at once, and is called here before anything else requests the line.
/// Invariants: a line is requested only by <see cref="SetPinMode(int, PinMode)"/> or <see cref="SetPinMode(int, PinMode, PinValue)"/>, never by
/// <see cref="OpenPin"/>; no edge event is ever asked for.
/// </summary>
internal sealed class OneStepV2Driver(int chip) : GpioDriver
{
    private readonly LibGpiodV2Driver _driver = new(chip);
    private readonly Dictionary<int, PinMode> _modes = [];

    protected override int PinCount => LinesOf(_driver);

    /// <summary>Requests nothing: a line that is held "as it is" would already be an output's first state.</summary>
    protected override void OpenPin(int pinNumber)
    {
        lock (_modes)
            _modes[pinNumber] = PinMode.Input;
    }

    protected override void ClosePin(int pinNumber)
    {
        lock (_modes)
            _modes.Remove(pinNumber);
        Close(_driver, pinNumber);
    }

    /// <summary><see cref="PinMode.Input"/> leaves the bias to the firmware, as libgpiod v1 does; the inner driver switches it off.</summary>
    protected override void SetPinMode(int pinNumber, PinMode mode)
    {
        if (mode == PinMode.Input)
            // Reading a line that nobody requested requests it as an input, and says nothing about its bias.
            Get(_driver, pinNumber);
        else
            Mode(_driver, pinNumber, mode);
        lock (_modes)
            _modes[pinNumber] = mode;
    }

    protected override void SetPinMode(int pinNumber, PinMode mode, PinValue initialValue)
    {
        if (mode != PinMode.Output)
        {
            SetPinMode(pinNumber, mode);
            return;
        }

        Put(_driver, pinNumber, initialValue);
        lock (_modes)
            _modes[pinNumber] = mode;
    }

    /// <summary>As it was set; the inner driver asks the kernel at each write, and leaks a handle to the finaliser each time.</summary>
    protected override PinMode GetPinMode(int pinNumber)
    {
        lock (_modes)
            return _modes[pinNumber];
    }

    protected override bool IsPinModeSupported(int pinNumber, PinMode mode) =>
        mode is PinMode.Input or PinMode.Output or PinMode.InputPullDown or PinMode.InputPullUp;

    protected override PinValue Read(int pinNumber) => Get(_driver, pinNumber);

    protected override void Write(int pinNumber, PinValue value) => Put(_driver, pinNumber, value);

    protected override WaitForEventResult WaitForEvent(int pinNumber, PinEventTypes eventTypes, CancellationToken cancellationToken) =>
        throw NoEvents();

    protected override void AddCallbackForPinValueChangedEvent(int pinNumber, PinEventTypes eventTypes, PinChangeEventHandler callback) =>
        throw NoEvents();

    protected override void RemoveCallbackForPinValueChangedEvent(int pinNumber, PinChangeEventHandler callback) => throw NoEvents();

    public override GpioChipInfo GetChipInfo() => _driver.GetChipInfo();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _driver.Dispose();
        base.Dispose(disposing);
    }

    private static NotSupportedException NoEvents() => new("inputs are polled; edge events are not used (decision 0005)");

    // The driver's own methods are protected, and a GpioController before it would refuse the one write that matters.
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_PinCount")]
    private static extern int LinesOf(LibGpiodV2Driver driver);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "ClosePin")]
    private static extern void Close(LibGpiodV2Driver driver, int line);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "SetPinMode")]
    private static extern void Mode(LibGpiodV2Driver driver, int line, PinMode mode);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "Read")]
    private static extern PinValue Get(LibGpiodV2Driver driver, int line);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "Write")]
    private static extern void Put(LibGpiodV2Driver driver, int line, PinValue value);
}
