using Call112.Station;

namespace Call112.Gateway.Board;

/// <summary>
/// Inputs as they last stood still. While inputs are blanked the last sample cannot be repeated as it is: a spike that was sampled once just
/// before the relay moved would be held for the whole time, and would come out of it as a press (hardware.md §3.2). A level counts here once it
/// has been the same in <see cref="Samples"/> samples.
/// </summary>
internal struct Steady()
{
    /// <summary>Samples, 10 ms apart: as long as a press takes to be accepted.</summary>
    public const int Samples = 3;

    private Bits _active, _cut, _shorted;
    private bool _any;

    public readonly InputSample Sample => new((Inputs)_active.Level, (Inputs)_cut.Level, (Inputs)_shorted.Level);

    public void Add(InputSample sample)
    {
        if (!_any)
            // Nothing is known from before: the first sample is what there is.
            (_any, _active, _cut, _shorted) = (true, Bits.All((int)sample.Active), Bits.All((int)sample.Cut), Bits.All((int)sample.Shorted));
        _active.Add((int)sample.Active);
        _cut.Add((int)sample.Cut);
        _shorted.Add((int)sample.Shorted);
    }

    private struct Bits
    {
        private int _last, _beforeLast;

        public int Level { get; private set; }

        public static Bits All(int level) => new() { Level = level, _last = level, _beforeLast = level };

        public void Add(int level)
        {
            Level = (Level | (level & _last & _beforeLast)) & (level | _last | _beforeLast);
            (_beforeLast, _last) = (_last, level);
        }
    }
}
