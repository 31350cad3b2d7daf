using Call112.Gateway.Board.I2c;
using Call112.Gateway.Board.Profiles;
using Call112.Station;

namespace Call112.Gateway.Board;

/// <summary>
/// A real cabinet, as its profile wires it: GPIO lines over libgpiod, relay cards, converters and gauges over I²C.
/// Invariants: every output has been at its off level since the line was requested (F11); an output whose card or chip is silent, or whose proof
/// is missing, reads back as the opposite of what was asked, and costs no other output anything; inputs keep their steady level for
/// <see cref="BoardProfile.BlankInputsMs"/> after a relay moved; no bus is waited for in <see cref="ReadInputs"/> or <see cref="ReadBack"/>;
/// after <see cref="Safe"/> nothing is energised any more, whoever writes what.
/// Not its business: debouncing, retries and the 500 ms within which an output must follow. These are the core's.
/// </summary>
public sealed class LinuxBoard : IBoard
{
    /// <summary>An input that a chip on the bus reads is believed for so long without a new answer.</summary>
    public static readonly TimeSpan InputsFreshFor = TimeSpan.FromSeconds(1);

    /// <summary>A current that proves an output is believed for so long: within the time in which the core expects the proof.</summary>
    public static readonly TimeSpan ProofFreshFor = TimeSpan.FromMilliseconds(500);

    /// <summary>A gauge that has been silent for longer tells nothing.</summary>
    public static readonly TimeSpan GaugesFreshFor = TimeSpan.FromSeconds(5);

    /// <summary>How long a stop waits for a write that is under way.</summary>
    private static readonly TimeSpan s_writeUnderWay = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Outputs that can make an alert heard or seen: without a wire they read as off, so that no report says Sounding. The others are simply not
    /// built into this cabinet, which is no fault of theirs.
    /// </summary>
    private const Outputs Announcers = Outputs.Siren | Outputs.Buzzer | Outputs.LampStatus;

    private readonly BoardWiring _wiring;
    private readonly TimeProvider _time;
    private readonly ILogger<LinuxBoard> _log;
    private readonly TimeSpan _blank;
    private readonly Outputs _relays;
    private readonly Outputs _absent;
    private readonly Lock _writing = new();
    private readonly I2cPolling? _polling;
    private Outputs _commanded;
    private long _movedAt;
    private bool _hasMoved;
    private bool _healthy;
    private bool _cardsSilent;
    private volatile bool _safe;
    private bool _disposed;
    private Steady _steady = new();

    /// <summary>Requests every line and looks for every chip. Outputs are at their off level when this returns.</summary>
    /// <exception cref="BoardException">A chip is missing, a line is held or does not exist; nothing stays requested.</exception>
    public LinuxBoard(BoardProfile profile, ILogger<LinuxBoard> log)
        : this(profile, log, new BoardSeat())
    {
    }

    internal LinuxBoard(BoardProfile profile, ILogger<LinuxBoard> log, BoardSeat seat)
    {
        (_time, _log, _blank) = (seat.Time, log, TimeSpan.FromMilliseconds(profile.BlankInputsMs));
        Profile = profile;
        _wiring = BoardWiring.Of(profile, seat, PartTold);
        foreach (var output in _wiring.Outputs)
            if (output.MovesRelay)
                _relays |= output.Bit;
        _absent = AllOf(Levels.AllOutputs) & ~AllOf(_wiring.Outputs.Select(output => output.Bit));
        // A chip that is silent now is a fault that stands, and no reason for a post to stay deaf: what answers is driven.
        foreach (var part in _wiring.Parts)
            part.Poll();
        if (_wiring.Parts.Count > 0)
            _polling = new I2cPolling(_wiring.Parts, _wiring.Parts.Min(part => part.Every), seat.Time);
    }

    public BoardProfile Profile { get; }

    public BoardGauges Gauges
    {
        get
        {
            var (battery, siren, fuel) = (_wiring.Battery, _wiring.SirenCurrent, _wiring.FuelGauge);
            var batteryKnown = battery?.Age <= GaugesFreshFor;
            var fuelKnown = fuel?.Age <= GaugesFreshFor;
            return new BoardGauges(
                batteryKnown ? battery!.Volts : fuelKnown ? fuel!.Volts : null,
                fuelKnown ? fuel!.Percent : null,
                // The usual UPS HATs wire the shunt so that a positive current charges (hardware.md §4).
                batteryKnown ? -battery!.Amperes : null,
                siren?.Age <= GaugesFreshFor ? siren!.Amperes : null);
        }
    }

    public InputSample ReadInputs()
    {
        if (_hasMoved && _time.GetElapsedTime(_movedAt) < _blank)
            return _steady.Sample;
        var (active, cut, shorted) = (Inputs.None, Inputs.None, Inputs.None);
        foreach (var input in _wiring.Inputs)
            switch (input.Read())
            {
                case WireState.Idle:
                    break;
                case WireState.Active:
                    active |= input.Bit;
                    break;
                case WireState.Cut:
                    cut |= input.Bit;
                    break;
                case WireState.Shorted:
                    shorted |= input.Bit;
                    break;
            }

        var sample = new InputSample(active, cut, shorted);
        _steady.Add(sample);
        return sample;
    }

    public void Write(Outputs energised)
    {
        lock (_writing)
        {
            if (_safe)
                return;
            Drive_NeedsLock(energised);
        }
    }

    public Outputs ReadBack()
    {
        var commanded = _commanded;
        var actual = commanded & _absent & ~Announcers;
        foreach (var output in _wiring.Outputs)
        {
            if (output.Bit == Outputs.None)
                continue;
            var asked = (commanded & output.Bit) != 0;
            if (ActualOf(output) ?? !asked)
                actual |= output.Bit;
        }

        return actual;
    }

    /// <summary>
    /// Outputs off, for good: the first thing of a crash handler. Those that the profile lets hold their level are left as they are. Any number of
    /// calls, from any thread.
    /// </summary>
    public void Safe()
    {
        _safe = true;
        // A write that hangs on a bus must not keep the lines from being driven.
        var alone = _writing.TryEnter(s_writeUnderWay);
        try
        {
            if (!_disposed)
                MakeSafe();
        }
        finally
        {
            if (alone)
                _writing.Exit();
        }
    }

    public void Dispose()
    {
        if (_disposed)
            return;
        Safe();
        _disposed = true;
        _polling?.Dispose();
        _wiring.Dispose();
    }

    private void Drive_NeedsLock(Outputs energised)
    {
        var failed = false;
        foreach (var output in _wiring.Outputs)
            if (output.Bit != Outputs.None)
                failed |= !Try(output, (energised & output.Bit) != 0);
        failed |= !DriveCards(card => card.Drive());
        if (((energised ^ _commanded) & _relays) != 0)
            (_movedAt, _hasMoved) = (_time.GetTimestamp(), true);
        _commanded = energised;
        if (_healthy || failed)
            return;
        // Everything could be driven once: from here on the box is alive, until it says otherwise or dies.
        _healthy = true;
        foreach (var output in _wiring.Outputs)
            if (output.Bit == Outputs.None)
                Try(output, true);
        DriveCards(card => card.Drive());
    }

    private void MakeSafe()
    {
        foreach (var output in _wiring.Outputs)
            if (output.Line.OnCrash == CrashLevel.Off)
                Try(output, false);
        DriveCards(card => card.Insist());
        _commanded = Outputs.None;
        _healthy = false;
    }

    private bool Try(OutputPort output, bool energised)
    {
        try
        {
            output.Drive(energised);
            return true;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Tell(output, e);
            return false;
        }
    }

    private bool? ActualOf(OutputPort output)
    {
        try
        {
            var actual = output.Actual();
            output.ToldFailing = false;
            return actual;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Tell(output, e);
            return null;
        }
    }

    private bool DriveCards(Action<RelayCard> drive)
    {
        var silent = false;
        foreach (var card in _wiring.Cards)
            try
            {
                drive(card);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                silent = true;
                if (!_cardsSilent)
                    _log.LogError(LogEvents.BoardPartSilent,
                        "The relay card '{Name}' does not follow ({Reason}); its outputs count as faulty, the others go on.", card.Name, e.Message);
            }

        _cardsSilent = silent;
        return !silent;
    }

    private void Tell(OutputPort output, Exception e)
    {
        if (!output.ToldFailing)
            _log.LogError(LogEvents.BoardPartSilent,
                "Output {Function} ({Line}) does not answer: {Reason}", output.Line.Function, BoardException.Name(output.Line.To), e.Message);
        output.ToldFailing = true;
    }

    private void PartTold(I2cPart part, Exception? e)
    {
        if (e is null)
            _log.LogInformation(LogEvents.BoardPartBack, "'{Name}' (I²C 0x{Address:x2}) answers again.", part.Name, part.Address);
        else
            _log.LogError(LogEvents.BoardPartSilent,
                "'{Name}' (I²C 0x{Address:x2}) does not answer: {Reason}. Check its plug, its supply and its address (i2cdetect -y {Bus}).",
                part.Name, part.Address, e.Message, Profile.I2cBus);
    }

    private static Outputs AllOf(IEnumerable<Outputs> outputs)
    {
        var all = Outputs.None;
        foreach (var output in outputs)
            all |= output;
        return all;
    }
}
