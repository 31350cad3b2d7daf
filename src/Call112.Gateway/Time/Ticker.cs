namespace Call112.Gateway.Time;

/// <summary>
/// Calls at a steady pace. On the machine's own clock by one plain thread that waits: a timer of the thread pool costs five times the
/// processor at 100 Hz, and on a Pi that is idle for days the tick is nearly all there is. On any other clock (tests, simulation) by that
/// clock's timers, so that virtual time drives it.
/// </summary>
public sealed class Ticker : IDisposable
{
    private static readonly TimeSpan s_joinWithin = TimeSpan.FromSeconds(1);

    private readonly AutoResetEvent _stop = new(false);
    private readonly TimeProvider _time;
    private readonly TimeSpan _period;
    private readonly Action _tick;
    private readonly Thread? _thread;
    private readonly ITimer? _timer;
    private volatile bool _stopping;

    /// <param name="tick">Runs on the ticker's thread; a long one delays the next, none is run twice to catch up.</param>
    public Ticker(TimeProvider time, TimeSpan period, Action tick)
    {
        (_time, _period, _tick) = (time, period, tick);
        if (ReferenceEquals(time, TimeProvider.System))
        {
            _thread = new Thread(Run) { Name = "tick", IsBackground = true };
            _thread.Start();
        }
        else
            _timer = time.CreateTimer(_ => tick(), null, period, period);
    }

    public void Dispose()
    {
        _stopping = true;
        _stop.Set();
        // A tick may itself dispose; a thread cannot wait for itself.
        if (_thread is not null && _thread != Thread.CurrentThread)
            _thread.Join(s_joinWithin);
        _timer?.Dispose();
        _stop.Dispose();
    }

    private void Run()
    {
        var next = _time.GetTimestamp();
        var period = (long)(_period.TotalSeconds * _time.TimestampFrequency);
        while (!_stopping)
        {
            next += period;
            var wait = _time.GetElapsedTime(_time.GetTimestamp(), next);
            if (wait > TimeSpan.Zero)
                _stop.WaitOne(wait);
            else
                next = _time.GetTimestamp();
            if (!_stopping)
                _tick();
        }
    }
}
