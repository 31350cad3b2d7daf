using System.Globalization;
using Call112.Station;

namespace Call112.Gateway.Board;

/// <summary>
/// A cabinet in memory, for demo, tests and benchmarks: its inputs are set from the panel's page or by HTTP, its outputs can be watched.
/// Invariant: <see cref="ReadBack"/> is what was last written, except for outputs that were told to fail.
/// </summary>
public sealed class SimulatedBoard : IBoard
{
    private readonly Func<long> _timestampNs;
    private readonly StreamWriter? _trace;
    private volatile int _inputs;
    private volatile int _outputs;
    private volatile int _stuckOff;
    private long _looks;

    /// <param name="tracePath">A file or FIFO for one line per output change, or null.</param>
    /// <param name="time">Clock of the trace's stamps.</param>
    public SimulatedBoard(string? tracePath, TimeProvider time)
    {
        _timestampNs = () => (long)((Int128)time.GetTimestamp() * 1_000_000_000 / time.TimestampFrequency);
        if (tracePath is not null)
            // A FIFO blocks an opening writer until there is a reader; opened for both it does not.
            _trace = new StreamWriter(new FileStream(tracePath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 1)) { AutoFlush = true };
    }

    /// <summary>Raised with the new level set after every change of an output or an input; from any thread.</summary>
    public event Action? Changed;

    public Outputs Outputs => (Outputs)_outputs;

    public Inputs Inputs => (Inputs)_inputs;

    /// <summary>How often the inputs have been read.</summary>
    public long Looks => Volatile.Read(ref _looks);

    public InputSample ReadInputs()
    {
        Volatile.Write(ref _looks, _looks + 1);
        return (Inputs)_inputs;
    }

    public Outputs ReadBack() => (Outputs)_outputs;

    public void Write(Outputs energised)
    {
        var before = (Outputs)_outputs;
        var after = energised & ~(Outputs)_stuckOff;
        _outputs = (int)after;
        if (before == after)
            return;
        if (_trace is not null)
            Trace(before ^ after, after, _timestampNs());
        Changed?.Invoke();
    }

    /// <summary>Sets the level of an input, as a finger or a cut wire would.</summary>
    public void Set(Inputs input, bool active)
    {
        if (active)
            Interlocked.Or(ref _inputs, (int)input);
        else
            Interlocked.And(ref _inputs, ~(int)input);
        Changed?.Invoke();
    }

    /// <summary>Lets outputs fail: they stay off whatever is written.</summary>
    public void FailOff(Outputs outputs) => _stuckOff = (int)outputs;

    public void Dispose() => _trace?.Dispose();

    private void Trace(Outputs changed, Outputs after, long ns)
    {
        try
        {
            foreach (var output in Levels.AllOutputs)
                if ((changed & output) != 0)
                    _trace!.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{ns} {Levels.NameOf(output)} {((after & output) != 0 ? 1 : 0)}"));
        }
        catch (IOException)
        {
            // The reader of the FIFO has gone. A trace is no reason to stop driving relays.
        }
    }
}
