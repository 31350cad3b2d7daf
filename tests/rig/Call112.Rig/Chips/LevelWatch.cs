using Call112.System.Tests.Toolkit;

namespace Call112.Rig.Chips;

/// <summary>
/// Looks at the levels of some lines as often as it can, on a thread of its own. It sees what the trace cannot: the level that a line falls
/// to when whoever drove it is gone. The rig has one processor, so what happens while another thread has it shows up late by its time slice.
/// </summary>
internal sealed class LevelWatch : IDisposable
{
    private readonly SimulatedChip _chip;
    private readonly IReadOnlyList<(int Line, bool Safe)> _lines;
    private readonly Thread _thread;
    private readonly long _beganNs = Wait.MonotonicNs;
    private volatile bool _stopping;
    private long _samples;
    private long _unsafeSamples;
    private long _longestGapNs;
    private long _endedNs;

    /// <param name="lines">Lines with the level that is safe.</param>
    public LevelWatch(SimulatedChip chip, IReadOnlyList<(int Line, bool Safe)> lines)
    {
        (_chip, _lines) = (chip, lines);
        _thread = new Thread(Run) { Name = "levels", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Samples in which a line had a level that is not safe.</summary>
    public long UnsafeSamples => Interlocked.Read(ref _unsafeSamples);

    /// <summary>Samples of all lines per second.</summary>
    public double Rate => Interlocked.Read(ref _samples) / (((_endedNs == 0 ? Wait.MonotonicNs : _endedNs) - _beganNs) / 1e9);

    /// <summary>Longest time between two samples, ms.</summary>
    public double LongestGapMs => Interlocked.Read(ref _longestGapNs) / 1e6;

    public void Dispose()
    {
        _stopping = true;
        _thread.Join();
        _endedNs = Wait.MonotonicNs;
    }

    private void Run()
    {
        var last = Wait.MonotonicNs;
        while (!_stopping)
        {
            var isSafe = true;
            foreach (var (line, safe) in _lines)
                isSafe &= _chip.Level(line) == safe;
            var now = Wait.MonotonicNs;
            if (!isSafe)
                Interlocked.Increment(ref _unsafeSamples);

            Interlocked.Increment(ref _samples);
            if (now - last > _longestGapNs)
                Interlocked.Exchange(ref _longestGapNs, now - last);
            last = now;
        }
    }
}
