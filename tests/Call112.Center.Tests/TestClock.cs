namespace Call112.Center.Tests;

/// <summary>
/// A clock that moves only when the test says so; wall and monotonic time are two values, so that one can step alone (F5).
/// Timers fire on the thread that advances it, in the order of their times. Safe for use by several threads.
/// </summary>
internal sealed class TestClock : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<Timer> _timers = [];
    private TimeSpan _monotonic;
    private DateTimeOffset _wall = new(2026, 11, 24, 6, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return _wall;
    }

    public override long GetTimestamp()
    {
        lock (_gate)
            return _monotonic.Ticks;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves both clocks and fires every timer that comes due on the way.</summary>
    public void Advance(TimeSpan by)
    {
        var end = Read() + by;
        while (true)
        {
            Timer? next;
            lock (_gate)
            {
                next = _timers.Where(timer => timer.Due <= end).MinBy(timer => timer.Due);
                var to = next is null ? end : next.Due!.Value > _monotonic ? next.Due.Value : _monotonic;
                (_wall, _monotonic) = (_wall + (to - _monotonic), to);
                next?.Rearm();
            }

            if (next is null)
                return;
            next.Fire();
        }
    }

    private TimeSpan Read()
    {
        lock (_gate)
            return _monotonic;
    }

    private sealed class Timer(TestClock clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        public TimeSpan? Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                _period = period;
                Due = dueTime == Timeout.InfiniteTimeSpan ? null : clock._monotonic + dueTime;
                clock._timers.Remove(this);
                if (Due is not null)
                    clock._timers.Add(this);
            }

            return true;
        }

        public void Rearm()
        {
            Due = _period > TimeSpan.Zero ? Due + _period : null;
            if (Due is null)
                clock._timers.Remove(this);
        }

        public void Fire() => callback(state);

        public void Dispose()
        {
            lock (clock._gate)
                clock._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
