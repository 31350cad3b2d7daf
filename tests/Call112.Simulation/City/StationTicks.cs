using Call112.Gateway;
using Call112.Simulation.Time;

namespace Call112.Simulation.City;

/// <summary>
/// Ticks of one station: every 10 ms while an input moves or has just moved, every 250 ms while anything runs, every second while all is quiet.
/// A real box ticks always, and a tick without a change does nothing; here that nothing is left out, which makes a city of years cheap.
/// </summary>
internal sealed class StationTicks : IDisposable
{
    private static readonly TimeSpan s_settling = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan s_busy = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_quiet = TimeSpan.FromSeconds(1);

    private readonly Life _life;
    private readonly Cabinet _cabinet;
    private readonly Action _tick;
    private readonly Func<bool> _isQuiet;
    private readonly TimeSpan _startedAt;
    private long _plan;
    private TimeSpan _next;

    public StationTicks(Life life, Cabinet cabinet, Func<bool> isQuiet, Action tick)
    {
        (_life, _cabinet, _isQuiet, _tick) = (life, cabinet, isQuiet, tick);
        _startedAt = life.Schedule.Now;
        Plan(StationLoop.TickEvery);
    }

    /// <summary>Something happened: the next tick comes within 10 ms.</summary>
    public void Hasten()
    {
        if (_next > _life.Schedule.Now + StationLoop.TickEvery)
            Plan(StationLoop.TickEvery);
    }

    public void Dispose() => _plan = -1;

    private void Plan(TimeSpan wait)
    {
        if (_plan < 0)
            return;
        var plan = ++_plan;
        _next = _life.Schedule.Now + wait;
        _life.Schedule.At(_next, () =>
        {
            if (plan != _plan || _life.IsOver)
                return;
            _life.Run(_tick);
            var now = _life.Schedule.Now;
            var moves = now - _startedAt < s_settling || now - _cabinet.InputsChangedAt < s_settling;
            Plan(moves ? StationLoop.TickEvery : _isQuiet() ? s_quiet : s_busy);
        });
    }
}
