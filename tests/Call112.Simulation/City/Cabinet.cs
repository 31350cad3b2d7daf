using Call112.Gateway.Board;
using Call112.Simulation.Time;
using Call112.Station;

namespace Call112.Simulation.City;

/// <summary>
/// The cabinet of one station: relays, and buttons that bounce. It outlives the process, and it is the witness of what was heard: nothing here
/// asks the station what it believes.
/// </summary>
internal sealed class Cabinet(Schedule schedule, Random dice) : IBoard
{
    private const int BouncesMax = 6;

    /// <summary>Outputs that do not follow: they stay off, or stay on.</summary>
    public Outputs StuckOff { get; set; }

    /// <inheritdoc cref="StuckOff"/>
    public Outputs StuckOn { get; set; }

    /// <summary>The chip does not answer: every call throws.</summary>
    public bool IsSilent
    {
        get;
        set
        {
            field = value;
            // Whatever moved meanwhile is seen from now on: a fine clock matters again.
            (AnsweredSince, InputsChangedAt) = (schedule.Now, schedule.Now);
            InputsChanged?.Invoke();
        }
    }

    /// <summary>Since when the chip answers, or not.</summary>
    public TimeSpan AnsweredSince { get; private set; } = -TimeSpan.FromHours(1);

    public Inputs Inputs { get; private set; }

    /// <summary>What the station asked for last.</summary>
    public Outputs Asked { get; private set; }

    /// <summary>What the relays really do.</summary>
    public Outputs Outputs => (Asked & ~StuckOff) | StuckOn;

    /// <summary>When an input last changed: until then and a little longer a fine clock matters.</summary>
    public TimeSpan InputsChangedAt { get; private set; } = -TimeSpan.FromHours(1);

    /// <summary>Raised when an input changes.</summary>
    public Action? InputsChanged { get; set; }

    /// <summary>Raised after every write, also of the same levels.</summary>
    public Action? Written { get; set; }

    public InputSample ReadInputs() => IsSilent ? throw new IOException("the chip does not answer") : Inputs;

    public Outputs ReadBack() => IsSilent ? throw new IOException("the chip does not answer") : Outputs;

    public void Write(Outputs energised)
    {
        if (IsSilent)
            throw new IOException("the chip does not answer");
        Asked = energised;
        Written?.Invoke();
    }

    /// <summary>The process has gone or the power: the relays fall off (hardware; hardware.md).</summary>
    public void FallOff() => Asked = Outputs.None;

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

    public void Dispose()
    {
    }

    private void Set(Inputs input, bool active)
    {
        Inputs = active ? Inputs | input : Inputs & ~input;
        InputsChangedAt = schedule.Now;
        InputsChanged?.Invoke();
    }
}
