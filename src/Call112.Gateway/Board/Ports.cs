using System.Device.Gpio;
using Call112.Gateway.Board.Gpio;
using Call112.Gateway.Board.I2c;
using Call112.Gateway.Board.Profiles;
using Call112.Station;

namespace Call112.Gateway.Board;

/// <summary>An output as it is wired.</summary>
/// <param name="bit">The station's output; <see cref="Outputs.None"/> for <c>health</c>, which is the board's own.</param>
internal abstract class OutputPort(OutputLine line, Outputs bit)
{
    public OutputLine Line { get; } = line;

    public Outputs Bit { get; } = bit;

    /// <summary>Energising it moves a relay, which throws a spike into the inputs' cables (hardware.md §3.2).</summary>
    public bool MovesRelay => Line.Contact != RelayContact.None || Line.To.Card is not null;

    /// <summary>Tells whether the load is really on; null when that cannot be known now. Null delegate: the line's own level says it.</summary>
    public Func<bool?>? Proof { get; set; }

    /// <summary>The failure was told already; until it works again it is not told again.</summary>
    public bool ToldFailing { get; set; }

    /// <summary>Drives the line, or says what its card should do at the next <see cref="RelayCard.Drive"/>.</summary>
    public abstract void Drive(bool energised);

    /// <summary>The level of the line itself; null when it cannot be known now.</summary>
    public abstract bool? Level();

    public bool? Actual() => Proof is { } proof ? proof() : Level();
}

internal sealed class GpioOutput(OutputLine line, Outputs bit, GpioChip chip, int offset) : OutputPort(line, bit)
{
    public override void Drive(bool energised) => chip.Write(offset, LevelOf(energised, Line.ActiveLow));

    public override bool? Level() => chip.Read(offset) == LevelOf(true, Line.ActiveLow);

    public static PinValue LevelOf(bool energised, bool activeLow) => energised != activeLow ? PinValue.High : PinValue.Low;
}

internal sealed class CardOutput(OutputLine line, Outputs bit, RelayCard card, int channel) : OutputPort(line, bit)
{
    public override void Drive(bool energised) => card.Want(channel, energised != Line.ActiveLow);

    public override bool? Level() => card.IsEnergised(channel) is { } energised ? energised != Line.ActiveLow : null;
}

/// <summary>What an input's wire says.</summary>
internal enum WireState
{
    Idle,
    Active,
    Cut,
    Shorted,
}

/// <summary>An input as it is wired.</summary>
internal abstract class InputPort(InputLine line, Inputs bit)
{
    public InputLine Line { get; } = line;

    public Inputs Bit { get; } = bit;

    /// <exception cref="IOException">The chip does not tell.</exception>
    public abstract WireState Read();

    protected static WireState Of(bool active) => active ? WireState.Active : WireState.Idle;
}

internal sealed class GpioInput(InputLine line, Inputs bit, GpioChip chip, int offset) : InputPort(line, bit)
{
    public override WireState Read() => Of(chip.Read(offset) == PinValue.High != Line.ActiveLow);
}

/// <summary>An isolated input of a card: "low" is no current. A card that is silent tells nothing about the wire, as a cut wire does.</summary>
internal sealed class CardInput(InputLine line, Inputs bit, RelayCard card, int channel) : InputPort(line, bit)
{
    public override WireState Read() => card.Age > LinuxBoard.InputsFreshFor ? WireState.Cut : Of(card.InputOn(channel) != Line.ActiveLow);
}

/// <summary>
/// A supervised loop. A converter that has been silent for a second is told as a cut loop: the station then says that it cannot hear the button,
/// which is true, instead of reading the last voltage for ever (F17).
/// </summary>
internal sealed class LoopInput(InputLine line, Inputs bit, Ads1115 converter, SupervisedLoop loop) : InputPort(line, bit)
{
    public override WireState Read() => converter.Age > LinuxBoard.InputsFreshFor ? WireState.Cut : StateOf(converter.Volts(loop.Channel), loop);

    /// <summary>The windows of hardware.md §3.2: short, normal, pressed, cut, upwards.</summary>
    public static WireState StateOf(double volts, SupervisedLoop loop) =>
        volts < loop.ShortBelowVolts ? WireState.Shorted
        : volts < loop.PressedAboveVolts ? WireState.Idle
        : volts < loop.CutAboveVolts ? WireState.Active
        : WireState.Cut;
}
