namespace Call112.Gateway.Tests.World;

/// <summary>Runs what is given to it on the thread pool, and knows whether any of it is waiting or under way: then virtual time stands still.</summary>
internal sealed class Hands : SynchronizationContext
{
    private int _busy;

    public bool AreBusy => Volatile.Read(ref _busy) > 0;

    /// <summary>Begins a task whose every continuation is one of these.</summary>
    public Task Run(Func<Task> begin)
    {
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            return begin();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        Interlocked.Increment(ref _busy);
        ThreadPool.UnsafeQueueUserWorkItem(
            _ =>
            {
                var before = Current;
                SetSynchronizationContext(this);
                try
                {
                    d(state);
                }
                finally
                {
                    SetSynchronizationContext(before);
                    Interlocked.Decrement(ref _busy);
                }
            },
            null);
    }

    public override SynchronizationContext CreateCopy() => this;
}
