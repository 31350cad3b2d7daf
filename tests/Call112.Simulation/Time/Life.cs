namespace Call112.Simulation.Time;

/// <summary>
/// One run of a process: from its start to its death. Everything that it does later (timers, continuations, packets) goes through here, so that a
/// process which was killed does nothing any more, whatever it had under way.
/// </summary>
internal sealed class Life(Schedule schedule)
{
    private LifeContext? _context;

    public bool IsOver { get; private set; }

    public Schedule Schedule { get; } = schedule;

    public void End() => IsOver = true;

    /// <summary>Runs a piece of the process now, if it still lives.</summary>
    public void Run(Action action)
    {
        if (IsOver)
            return;
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(_context ??= new LifeContext(this));
        try
        {
            action();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    /// <summary>Runs a piece of the process later.</summary>
    public void After(TimeSpan wait, Action action) => Schedule.After(wait, () => Run(action));

    /// <summary>Continuations of the process, in the order in which they became ready.</summary>
    private sealed class LifeContext(Life life) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state)
        {
            // The collector finds timers that a dead process left behind, and they wake whoever waited, in a thread of the collector's.
            if (!life.IsOver)
                life.Schedule.After(TimeSpan.Zero, () => life.Run(() => d(state)));
        }

        public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("nothing waits in a world with one thread");

        public override SynchronizationContext CreateCopy() => this;
    }
}
