namespace Call112.Gateway.Tests.World;

/// <summary>
/// Virtual time with two values that move apart: the monotonic clock (timestamps and timers) and the wall clock. The framework's own fake
/// has one value for both and cannot step the wall clock back (F5).
/// Invariants: nothing moves by itself; timers follow the monotonic clock alone; a timer's callback runs on the advancing thread, with both
/// clocks at the moment at which it was due; callbacks run in the order of their due times, equal ones in the order of their setting.
/// Any thread may read and set timers; one thread at a time may advance.
/// </summary>
public sealed class TestClock : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<Timer> _timers = [];
    private TimeSpan _monotonic;
    private DateTimeOffset _wall;
    private long _settings;
    private bool _advancing;

    /// <param name="wall">Wall time at the beginning; some fixed moment by default.</param>
    /// <param name="monotonic">Monotonic time at the beginning; an hour after "boot" by default.</param>
    public TestClock(DateTimeOffset? wall = null, TimeSpan? monotonic = null)
    {
        _wall = wall ?? new DateTimeOffset(2026, 11, 24, 6, 5, 7, TimeSpan.Zero);
        _monotonic = monotonic ?? TimeSpan.FromHours(1);
    }

    /// <summary>The monotonic clock.</summary>
    public TimeSpan Monotonic
    {
        get
        {
            lock (_lock)
                return _monotonic;
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long GetTimestamp() => Monotonic.Ticks;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
            return _wall;
    }

    /// <summary>Time passes: both clocks move, timers fire.</summary>
    public void Advance(TimeSpan by) => Move(by, wall: true);

    /// <summary>The monotonic clock moves and timers fire, while the wall clock stands still.</summary>
    public void AdvanceMonotonic(TimeSpan by) => Move(by, wall: false);

    /// <summary>Somebody sets the wall clock: forward or back. No timer notices.</summary>
    public void StepWall(TimeSpan by)
    {
        lock (_lock)
            _wall += by;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private void Move(TimeSpan by, bool wall)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        TimeSpan end;
        lock (_lock)
        {
            if (_advancing)
                throw new InvalidOperationException("two threads advance the clock");
            _advancing = true;
            end = _monotonic + by;
        }

        // Without it, continuations of a test's own synchronisation context would leave this thread and the order would be lost.
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            while (NextDue(end, wall) is { } timer)
                timer.Fire();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
            lock (_lock)
                _advancing = false;
        }
    }

    /// <summary>Moves the clocks to the next timer's due time and takes it; to the end when none is due before it.</summary>
    private Timer? NextDue(TimeSpan end, bool wall)
    {
        lock (_lock)
        {
            Timer? next = null;
            foreach (var timer in _timers)
                if (timer.Due <= end && (next is null || timer.Due < next.Due || (timer.Due == next.Due && timer.Setting < next.Setting)))
                    next = timer;
            var to = next is null ? end : next.Due > _monotonic ? next.Due : _monotonic;
            if (wall)
                _wall += to - _monotonic;
            _monotonic = to;
            next?.Take_NeedsLock();
            return next;
        }
    }

    private sealed class Timer(TestClock clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan? _period;
        private bool _disposed;

        public TimeSpan Due { get; private set; }

        /// <summary>Orders timers that are due at the same moment.</summary>
        public long Setting { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                if (_disposed)
                    return false;
                clock._timers.Remove(this);
                _period = period == Timeout.InfiniteTimeSpan || period == TimeSpan.Zero ? null : period;
                if (dueTime != Timeout.InfiniteTimeSpan && dueTime > TimeSpan.Zero)
                    Set_NeedsLock(clock._monotonic + dueTime);
                else if (dueTime == TimeSpan.Zero)
                {
                    if (_period is { } next)
                        Set_NeedsLock(clock._monotonic + next);
                    // As a real timer does: at once, and never inside the call that sets it.
                    ThreadPool.UnsafeQueueUserWorkItem(static timer => ((Timer)timer!).Fire(), this);
                }

                return true;
            }
        }

        public void Take_NeedsLock()
        {
            clock._timers.Remove(this);
            if (_period is { } period)
                Set_NeedsLock(Due + period);
        }

        public void Fire() => callback(state);

        public void Dispose()
        {
            lock (clock._lock)
            {
                _disposed = true;
                clock._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Set_NeedsLock(TimeSpan due)
        {
            Due = due;
            Setting = ++clock._settings;
            clock._timers.Add(this);
        }
    }
}
