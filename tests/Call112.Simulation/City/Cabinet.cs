using Call112.Gateway.Board;
using Call112.Simulation.Time;
using Call112.Station;

namespace Call112.Simulation.City;

/// <summary>
/// The cabinet of one station: relays, some on a card of their own, and buttons that bounce behind wires that break. It outlives the process,
/// and it is the witness of what was heard: nothing here asks the station what it believes.
/// </summary>
internal sealed class Cabinet(Schedule schedule, Random dice) : IBoard
{
    /// <summary>Outputs on the relay card; lamps and buzzer hang on the Pi itself.</summary>
    public const Outputs Card = Outputs.Siren | Outputs.Strobe | Outputs.Door;

    private const int BouncesMax = 6;

    private static readonly TimeSpan s_longAgo = -TimeSpan.FromHours(1);

    /// <summary>What the bit of a contact behind a broken wire does: it changes at this pace, and means nothing.</summary>
    private static readonly TimeSpan s_nonsense = TimeSpan.FromMilliseconds(70);

    private readonly LoopState[] _loops = new LoopState[Levels.AllInputs.Count];
    private readonly TimeSpan[] _loopSince = [.. Levels.AllInputs.Select(_ => s_longAgo)];
    private readonly TimeSpan[] _disturbedAt = [.. Levels.AllInputs.Select(_ => s_longAgo)];
    private Inputs _forcedOn, _forcedOff, _looksPressed;
    private Outputs _cardHolds;
    private bool _cardThrows, _cardIsFresh;

    /// <summary>Outputs that do not follow: they stay off, or stay on.</summary>
    public Outputs StuckOff { get; set; }

    /// <inheritdoc cref="StuckOff"/>
    public Outputs StuckOn { get; set; }

    /// <summary>Outputs that read other than they are.</summary>
    public Outputs Misread { get; set; }

    /// <summary>Another process holds one of the lines: a start ends with an error that says so.</summary>
    public bool IsLineHeld { get; set; }

    /// <summary>The chip does not answer: every call throws.</summary>
    public bool IsSilent
    {
        get;
        set
        {
            field = value;
            // Whatever moved meanwhile is seen from now on: a fine clock matters again.
            AnsweredSince = schedule.Now;
            Moved();
        }
    }

    /// <summary>Since when the chip answers, or not.</summary>
    public TimeSpan AnsweredSince { get; private set; } = s_longAgo;

    /// <summary>The relay card has vanished from the bus: its relays obey nobody, and the board says so of them and of no other.</summary>
    public bool IsCardGone { get; private set; }

    /// <summary>Since when the card is there, or not.</summary>
    public TimeSpan CardChangedAt { get; private set; } = s_longAgo;

    /// <summary>What fingers, doors and mains do.</summary>
    public Inputs Inputs { get; private set; }

    /// <summary>What the station asked for last.</summary>
    public Outputs Asked { get; private set; }

    /// <summary>What the relays really do.</summary>
    public Outputs Outputs => ((IsCardGone || _cardIsFresh ? (Asked & ~Card) | _cardHolds : Asked) & ~StuckOff) | StuckOn;

    /// <summary>What the outputs read as now; what is on a card that is gone reads as the opposite of what was asked.</summary>
    public Outputs Readable => IsCardGone ? ((Outputs ^ Misread) & ~Card) | (~Asked & Card) : Outputs ^ Misread;

    /// <summary>What the station was last told of its outputs; none if it got no answer.</summary>
    public Outputs Told { get; private set; }

    /// <summary>When an input last changed: until then and a little longer a fine clock matters.</summary>
    public TimeSpan InputsChangedAt { get; private set; } = s_longAgo;

    /// <summary>Raised when an input changes.</summary>
    public Action? InputsChanged { get; set; }

    /// <summary>Raised after every write, also of the same levels.</summary>
    public Action? Written { get; set; }

    /// <summary>What the wire of an input really is, and since when.</summary>
    public (LoopState State, TimeSpan Since) LoopOf(Inputs input) => (_loops[IndexOf(input)], _loopSince[IndexOf(input)]);

    /// <summary>When the line or the wire of an input last broke or was mended.</summary>
    public TimeSpan DisturbedAt(Inputs input) => _disturbedAt[IndexOf(input)];

    /// <summary>The line of an input shows what its contact does.</summary>
    public bool IsHonest(Inputs input) => ((_forcedOn | _forcedOff | _looksPressed) & input) == 0 && LoopOf(input).State == LoopState.Whole;

    public InputSample ReadInputs()
    {
        if (IsSilent)
            throw new IOException("the chip does not answer");
        var (active, cut, shorted) = ((Inputs | _forcedOn | _looksPressed) & ~_forcedOff, Inputs.None, Inputs.None);
        for (var i = 0; i < _loops.Length; i++)
        {
            if (_loops[i] == LoopState.Whole)
                continue;
            var input = Levels.AllInputs[i];
            (cut, shorted) = _loops[i] == LoopState.Cut ? (cut | input, shorted) : (cut, shorted | input);
            active = schedule.Now.Ticks / s_nonsense.Ticks % 2 == 0 ? active | input : active & ~input;
        }

        return new InputSample(active, cut, shorted);
    }

    public Outputs ReadBack()
    {
        Told = Outputs.None;
        if (IsSilent)
            throw new IOException("the chip does not answer");
        return Told = Readable;
    }

    public void Write(Outputs energised)
    {
        if (IsSilent)
            throw new IOException("the chip does not answer");
        Asked = energised;
        _cardIsFresh &= IsCardGone;
        Written?.Invoke();
        // The others have been driven before.
        if (IsCardGone && _cardThrows)
            throw new IOException("the relay card does not answer");
    }

    /// <summary>The process has gone or the power: the relays fall off (hardware; hardware.md).</summary>
    public void FallOff() => Asked = Outputs.None;

    /// <summary>Takes the relay card off the bus.</summary>
    /// <param name="keepsRelays">Only the bus is torn, and the relays stay as they are; otherwise its supply is, and they fall off.</param>
    /// <param name="throws">A write says that the card does not answer; otherwise only the read-back does.</param>
    public void LoseCard(bool keepsRelays, bool throws)
    {
        (_cardHolds, _cardThrows) = (keepsRelays ? Outputs & Card : Outputs.None, throws);
        (IsCardGone, CardChangedAt) = (true, schedule.Now);
    }

    /// <summary>The card is back as after power-up: all its relays are off until they are written.</summary>
    public void FindCard()
    {
        if (!IsCardGone)
            return;
        (_cardHolds, _cardIsFresh, IsCardGone, CardChangedAt) = (Outputs.None, true, false, schedule.Now);
    }

    /// <summary>Somebody moves a contact: it bounces for a few milliseconds, then rests.</summary>
    public void Move(Inputs input, bool active)
    {
        var wait = TimeSpan.Zero;
        for (var i = 2 * dice.Next(BouncesMax / 2); i > 0; i--)
        {
            var level = i % 2 == 0 ? active : !active;
            schedule.After(wait, () => Set(input, level));
            wait += TimeSpan.FromMilliseconds(1 + dice.Next(4));
        }

        schedule.After(wait, () => Set(input, active));
    }

    /// <summary>The line of an input is stuck at a level, whatever its contact does; null lets go.</summary>
    public void Force(Inputs input, bool? active)
    {
        _forcedOn = active == true ? _forcedOn | input : _forcedOn & ~input;
        _forcedOff = active == false ? _forcedOff | input : _forcedOff & ~input;
        Disturbed(input);
    }

    /// <summary>Cuts, shorts or mends the wire of an input.</summary>
    public void SetLoop(Inputs input, LoopState state)
    {
        var i = IndexOf(input);
        if (_loops[i] == state)
            return;
        if (_loops[i] == LoopState.Whole || state == LoopState.Whole)
            _loopSince[i] = schedule.Now;
        _loops[i] = state;
        Disturbed(input);
    }

    /// <summary>A wire between cut and whole passes the voltage of a pressed button.</summary>
    public void LookPressed(Inputs input, bool looks)
    {
        _looksPressed = looks ? _looksPressed | input : _looksPressed & ~input;
        Disturbed(input);
    }

    /// <summary>Everything works again, and nobody holds anything.</summary>
    public void Repair()
    {
        (StuckOff, StuckOn, Misread, IsSilent, IsLineHeld, _looksPressed) = (Outputs.None, Outputs.None, Outputs.None, false, false, Inputs.None);
        FindCard();
        foreach (var input in Levels.AllInputs)
        {
            Force(input, active: null);
            SetLoop(input, LoopState.Whole);
            if ((Inputs & input) != 0)
                Move(input, active: false);
        }
    }

    public void Dispose()
    {
    }

    private static int IndexOf(Inputs input) => System.Numerics.BitOperations.TrailingZeroCount((int)input);

    private void Set(Inputs input, bool active)
    {
        Inputs = active ? Inputs | input : Inputs & ~input;
        Moved();
    }

    private void Disturbed(Inputs input)
    {
        _disturbedAt[IndexOf(input)] = schedule.Now;
        Moved();
    }

    private void Moved()
    {
        InputsChangedAt = schedule.Now;
        InputsChanged?.Invoke();
    }
}
