using Call112.Gateway.Board;
using Call112.Station;

namespace Call112.Gateway.Tests.World;

/// <summary>A cabinet that remembers every change of its outputs, and whose calls fail on demand. Inputs may be set from any thread.</summary>
public sealed class RecordingBoard(TimeProvider time) : IBoard
{
    private readonly Lock _lock = new();
    private readonly List<(TimeSpan At, Outputs Outputs)> _changes = [];
    private volatile int _outputs;
    private volatile int _inputs;
    private volatile int _stuckOff;

    /// <summary>Raised inside each write that changes something, with the new outputs.</summary>
    public event Action<Outputs>? Written;

    public bool ReadFails { get; set; }

    public bool WriteFails { get; set; }

    public bool ReadBackFails { get; set; }

    /// <summary>Outputs that stay off whatever is written.</summary>
    public Outputs StuckOff
    {
        get => (Outputs)_stuckOff;
        set => _stuckOff = (int)value;
    }

    public Outputs Outputs => (Outputs)_outputs;

    /// <summary>How often the outputs were written.</summary>
    public int Writes { get; private set; }

    public int Reads { get; private set; }

    /// <summary>Levels of the inputs.</summary>
    public Inputs Inputs
    {
        get => (Inputs)_inputs;
        set => _inputs = (int)value;
    }

    /// <summary>Every change of the outputs, with the monotonic time at which it was written.</summary>
    public IReadOnlyList<(TimeSpan At, Outputs Outputs)> Changes
    {
        get
        {
            lock (_lock)
                return [.. _changes];
        }
    }

    public InputSample ReadInputs()
    {
        Reads++;
        return ReadFails ? throw new IOException("the chip does not answer") : Inputs;
    }

    public void Write(Outputs energised)
    {
        Writes++;
        if (WriteFails)
            throw new IOException("the chip does not answer");
        var after = energised & ~StuckOff;
        if (after == Outputs)
            return;
        _outputs = (int)after;
        lock (_lock)
            _changes.Add((TimeSpan.FromTicks((long)((Int128)time.GetTimestamp() * TimeSpan.TicksPerSecond / time.TimestampFrequency)), after));
        Written?.Invoke(after);
    }

    public Outputs ReadBack() => ReadBackFails ? throw new IOException("the chip does not answer") : Outputs;

    public void Dispose()
    {
        // It drives nothing.
    }
}
