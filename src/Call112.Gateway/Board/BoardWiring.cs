using Call112.Gateway.Board.Gpio;
using Call112.Gateway.Board.I2c;
using Call112.Gateway.Board.Profiles;
using Call112.Station;

namespace Call112.Gateway.Board;

/// <summary>
/// A profile, wired up: its lines requested, its chips opened. All or nothing: whatever cannot be had gives the rest back and names itself.
/// </summary>
internal sealed class BoardWiring : IDisposable
{
    /// <summary>The function that the board itself drives.</summary>
    public const string HealthFunction = "health";

    /// <summary>Supervised loops and isolated inputs: at least two samples within the shortest press that counts, 40 ms.</summary>
    private static readonly TimeSpan s_inputsEvery = TimeSpan.FromMilliseconds(20);

    /// <summary>A current that proves an output: several answers within the 500 ms of the proof.</summary>
    private static readonly TimeSpan s_proofEvery = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan s_gaugesEvery = TimeSpan.FromSeconds(1);

    private readonly BoardProfile _profile;
    private readonly BoardSeat _seat;
    private readonly Action<I2cPart, Exception?> _told;
    private readonly List<OutputPort> _outputs = [];
    private readonly List<InputPort> _inputs = [];
    private readonly Dictionary<string, I2cPart> _parts = new(StringComparer.Ordinal);
    private GpioChip? _chip;

    private BoardWiring(BoardProfile profile, BoardSeat seat, Action<I2cPart, Exception?> told) => (_profile, _seat, _told) = (profile, seat, told);

    /// <summary>GPIO outputs first: they are driven before any bus is touched.</summary>
    public IReadOnlyList<OutputPort> Outputs => _outputs;

    public IReadOnlyList<InputPort> Inputs => _inputs;

    public IReadOnlyList<RelayCard> Cards { get; private set; } = [];

    public IReadOnlyList<I2cPart> Parts { get; private set; } = [];

    public Ina219? Battery { get; private set; }

    public Ina219? SirenCurrent { get; private set; }

    public Max17040? FuelGauge { get; private set; }

    /// <exception cref="BoardException">A line or a bus cannot be had.</exception>
    public static BoardWiring Of(BoardProfile profile, BoardSeat seat, Action<I2cPart, Exception?> told)
    {
        var wiring = new BoardWiring(profile, seat, told);
        try
        {
            wiring.Open();
            return wiring;
        }
        catch
        {
            wiring.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var part in _parts.Values)
            part.Dispose();
        _chip?.Dispose();
    }

    private void Open()
    {
        // Outputs before all else, so that the time in which a relay is nobody's is as short as it can be.
        foreach (var line in _profile.Outputs.Where(line => line.To.Card is null))
            AddGpio(line);
        foreach (var device in _profile.Devices ?? [])
            if (device.Kind != DeviceKind.KernelRtc)
                _parts[device.Name] = Part(device);
        Parts = [.. _parts.Values];
        Cards = [.. _parts.Values.OfType<RelayCard>()];
        foreach (var line in _profile.Outputs.Where(line => line.To.Card is not null))
            AddCard(line);
        foreach (var output in _outputs)
            if (output.Line.Feedback is { } feedback)
                output.Proof = Proof(output.Line.Function, feedback);
        foreach (var line in _profile.Inputs)
            _inputs.Add(Input(line));
    }

    private GpioChip Chip() => _chip ??= _seat.OpenChip(_profile.Chip);

    private void AddGpio(OutputLine line)
    {
        var offset = Chip().Find(line.Function, line.To);
        Chip().OpenOutput(line.Function, offset, line.To, GpioOutput.LevelOf(false, line.ActiveLow));
        _outputs.Add(new GpioOutput(line, BitOf(line), Chip(), offset));
    }

    private void AddCard(OutputLine line)
    {
        var output = new CardOutput(line, BitOf(line), Named<RelayCard>(line.Function, line.To.Card!.Device), Channel(line.Function, line.To.Card));
        // Off, whichever contact that is; the card is driven when all its relays have been told.
        output.Drive(false);
        _outputs.Add(output);
    }

    private Func<bool?> Proof(string function, OutputFeedback feedback)
    {
        if (feedback.Current is { } name)
        {
            var sensor = Named<Ina219>(function, name);
            var above = (feedback.AboveMilliamperes ?? throw Wrong(function, "its feedback names a current sensor and no aboveMilliamperes")) / 1000;
            return () => sensor.Age > LinuxBoard.ProofFreshFor ? null : sensor.Amperes > above;
        }

        var field = $"{function}.feedback";
        var to = feedback.Input ?? throw Wrong(function, "its feedback names neither an input nor a current sensor");
        var line = new InputLine(field, to, feedback.ActiveLow, feedback.Bias);
        var port = Input(line);
        return () => port.Read() switch
        {
            WireState.Active => true,
            WireState.Idle => false,
            WireState.Cut or WireState.Shorted => null,
            var other => throw new InvalidOperationException($"{other}"),
        };
    }

    private InputPort Input(InputLine line)
    {
        var bit = Levels.InputNamed(line.Function) ?? Station.Inputs.None;
        if (line.Loop is { } loop)
            return new LoopInput(line, bit, Named<Ads1115>(line.Function, loop.Device), loop);
        if (line.To is not { } to)
            throw Wrong(line.Function, "it is wired to nothing");
        if (to.Card is { } channel)
            return new CardInput(line, bit, Named<RelayCard>(line.Function, channel.Device), Channel(line.Function, channel));
        var offset = Chip().Find(line.Function, to);
        Chip().OpenInput(line.Function, offset, to, line.Bias);
        return new GpioInput(line, bit, Chip(), offset);
    }

    private I2cPart Part(BoardDevice device)
    {
        try
        {
            var opened = _seat.OpenI2c(_profile.I2cBus, device.Address);
            switch (device.Kind)
            {
                case DeviceKind.Sequent4Rel4In:
                    return new RelayCard(device.Name, opened, _seat.Time, _told) { Every = s_inputsEvery };
                case DeviceKind.Ads1115:
                    var loops = _profile.Inputs.Where(input => input.Loop?.Device == device.Name);
                    int[] channels = [.. loops.Select(input => input.Loop!.Channel).Distinct()];
                    return new Ads1115(device.Name, opened, channels, _seat.Time, _told) { Every = s_inputsEvery };
                case DeviceKind.Ina219:
                    var proves = _profile.Outputs.Any(output => output.Feedback?.Current == device.Name);
                    var ina = new Ina219(device.Name, opened, device.ShuntOhms ?? Ina219.UsualShuntOhms, _seat.Time, _told)
                    {
                        Every = proves ? s_proofEvery : s_gaugesEvery,
                    };
                    if (device.Role == GaugeRole.Battery)
                        Battery = ina;
                    if (device.Role == GaugeRole.Siren)
                        SirenCurrent = ina;
                    return ina;
                case DeviceKind.Max17040:
                    return FuelGauge = new Max17040(device.Name, opened, _seat.Time, _told) { Every = s_gaugesEvery };
                case DeviceKind.KernelRtc:
                default:
                    throw Wrong(device.Name, $"a {device.Kind} is not driven from here");
            }
        }
        catch (IOException e)
        {
            throw new BoardException(
                $"{device.Name}: the I²C bus {_profile.I2cBus} cannot be opened ({e.Message})",
                "write dtparam=i2c_arm=on into config.txt and i2c-dev into /etc/modules, restart, and let the user of the service into the group i2c",
                inner: e);
        }
    }

    private T Named<T>(string function, string name)
        where T : I2cPart => _parts.GetValueOrDefault(name) as T ?? throw Wrong(function, $"no {typeof(T).Name} is named '{name}' in devices");

    private static int Channel(string function, CardChannel channel) =>
        channel.Channel is >= 1 and <= RelayCard.Channels
            ? channel.Channel
            : throw Wrong(function, $"channel {channel.Channel} is not 1 … {RelayCard.Channels}");

    private static Outputs BitOf(OutputLine line)
    {
        if (line.Function == HealthFunction)
            return Station.Outputs.None;
        foreach (var output in Levels.AllOutputs)
            if (Levels.NameOf(output) == line.Function)
                return output;
        var names = string.Join(' ', Levels.AllOutputs.Select(Levels.NameOf));
        throw Wrong(line.Function, $"no output has that name; there are {names} {HealthFunction}");
    }

    private static BoardException Wrong(string function, string what) => new($"{function}: {what}", "correct the profile");
}
