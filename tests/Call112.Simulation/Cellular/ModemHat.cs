using System.Device.Gpio;
using Call112.Gateway.Board.Gpio;
using Call112.Gateway.Board.Profiles;

namespace Call112.Simulation.Cellular;

/// <summary>The lines of the HAT that the modem sits on: its power key and its supply.</summary>
internal sealed class ModemHat(SimulatedModem modem) : GpioDriver
{
    private const int PowerKey = 6, PowerDown = 26, Lines = 28;

    private readonly Dictionary<int, PinMode> _modes = [];
    private readonly Dictionary<int, PinValue> _levels = [];

    public static BoardProfile Profile { get; } = new(
        "city", "A post of the simulated city.", ["simulated-chip"], [], [],
        Hats:
        [
            new Hat(
                "modem",
                [new HatPin(PowerKey, "PWRKEY", Role: HatPinRole.PowerKey), new HatPin(PowerDown, "POWER DOWN", Role: HatPinRole.PowerDown)],
                Verified: true),
        ]);

    protected override int PinCount => Lines;

    public GpioChip Open() => new("simulated-chip", Lines, this, _ => new GpioLineInfo("", Used: false, ""));

    /// <summary>The process has gone: its lines are let go, and are pulled down.</summary>
    public void Release()
    {
        foreach (var line in _modes.Keys.ToList())
            Write(line, PinValue.Low);
    }

    protected override void OpenPin(int pinNumber) => _modes[pinNumber] = PinMode.Input;

    protected override void ClosePin(int pinNumber) => _modes.Remove(pinNumber);

    protected override void SetPinMode(int pinNumber, PinMode mode) => _modes[pinNumber] = mode;

    protected override void SetPinMode(int pinNumber, PinMode mode, PinValue initialValue)
    {
        _modes[pinNumber] = mode;
        Write(pinNumber, initialValue);
    }

    protected override PinMode GetPinMode(int pinNumber) => _modes[pinNumber];

    protected override bool IsPinModeSupported(int pinNumber, PinMode mode) => true;

    protected override PinValue Read(int pinNumber) => _levels.GetValueOrDefault(pinNumber, PinValue.Low);

    protected override void Write(int pinNumber, PinValue value)
    {
        var before = Read(pinNumber);
        _levels[pinNumber] = value;
        if (before == value)
            return;
        if (pinNumber == PowerKey)
            modem.SetPowerKey(isDown: value == PinValue.High);
        else if (pinNumber == PowerDown)
            modem.SetSupply(isOn: value == PinValue.Low);
    }

    protected override WaitForEventResult WaitForEvent(int pinNumber, PinEventTypes eventTypes, CancellationToken cancellationToken) =>
        throw new NotSupportedException("no edge events (decision 0005)");

    protected override void AddCallbackForPinValueChangedEvent(int pinNumber, PinEventTypes eventTypes, PinChangeEventHandler callback) =>
        throw new NotSupportedException("no edge events (decision 0005)");

    protected override void RemoveCallbackForPinValueChangedEvent(int pinNumber, PinChangeEventHandler callback) =>
        throw new NotSupportedException("no edge events (decision 0005)");
}
