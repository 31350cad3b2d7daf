namespace Call112.Simulation.Time;

/// <summary>The wall clock of a machine: what it shows, and whether anybody disciplines it. Survives the process.</summary>
internal sealed class WallClock(Schedule schedule)
{
    /// <summary>The true time of the city's beginning.</summary>
    public static readonly DateTimeOffset Beginning = new(2026, 11, 24, 22, 5, 7, TimeSpan.Zero);

    /// <summary>How far it is wrong.</summary>
    public TimeSpan Error { get; set; }

    /// <summary>A clock that is wrong is not synchronized: a daemon that lies is not part of this city (see README).</summary>
    public bool IsRight => Error == TimeSpan.Zero;

    public DateTimeOffset True => Beginning + schedule.Now;

    public DateTimeOffset Now => True + Error;
}

/// <summary>The clocks as one run of a process sees them. Timers follow the monotonic clock and die with the process.</summary>
internal sealed class LifeClock(Life life, WallClock wall, TimeSpan machineBootedAt) : TimeProvider
{
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long GetTimestamp() => (life.Schedule.Now - machineBootedAt).Ticks;

    public override DateTimeOffset GetUtcNow() => wall.Now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(life, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class Timer(Life life, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        // Counts the settings: an alarm of an earlier one does nothing.
        private int _setting;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _setting++;
            _period = period;
            if (dueTime != Timeout.InfiniteTimeSpan)
                Ring(dueTime, _setting);
            return true;
        }

        public void Dispose() => _setting++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Ring(TimeSpan wait, int setting) => life.Schedule.After(wait, () =>
        {
            if (setting != _setting || life.IsOver)
                return;
            if (_period > TimeSpan.Zero)
                Ring(_period, setting);
            life.Run(() => callback(state));
        });
    }
}
