using Call112.Gateway.Time;

namespace Call112.Gateway.Board.I2c;

/// <summary>
/// The one thread that asks the chips on the bus. It is not the station loop's: a chip that holds the clock line down blocks a question for as
/// long as the kernel waits, and no siren may wait for a fuel gauge.
/// Invariant: no chip is asked twice at the same time.
/// </summary>
internal sealed class I2cPolling : IDisposable
{
    private readonly (I2cPart Part, long EveryTicks)[] _parts;
    private readonly Ticker _ticker;
    private long _tick;

    /// <param name="step">Pace of the thread; each part is asked in whole steps.</param>
    public I2cPolling(IReadOnlyList<I2cPart> parts, TimeSpan step, TimeProvider time)
    {
        _parts = [.. parts.Select(part => (part, Math.Max(1, part.Every.Ticks / step.Ticks)))];
        _ticker = new Ticker(time, step, Step);
    }

    public void Dispose() => _ticker.Dispose();

    private void Step()
    {
        foreach (var (part, every) in _parts)
            if (_tick % every == 0)
                part.Poll();
        _tick++;
    }
}
