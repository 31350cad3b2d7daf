namespace Call112.Gateway.Messaging;

/// <summary>
/// Wakes one waiter; any number of sets before the wait count as one. Setting never throws, also when the waiter has gone.
/// Invariant: whoever waits goes on in its own context, never on the thread that sets (the station loop's, the journal's).
/// </summary>
internal sealed class Signal
{
    private readonly Lock _lock = new();
    private TaskCompletionSource<bool>? _waiter;
    private bool _set;

    public void Set()
    {
        TaskCompletionSource<bool>? waiter;
        lock (_lock)
        {
            (waiter, _waiter) = (_waiter, null);
            _set = waiter is null;
        }

        // It may have given up in this moment: then the set is kept for the next wait.
        if (waiter is not null && !waiter.TrySetResult(true))
            lock (_lock)
                _set = true;
    }

    /// <summary>Forgets a set that nobody waited for.</summary>
    public void Clear()
    {
        lock (_lock)
            _set = false;
    }

    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public async Task WaitAsync(CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (Begin() is not { } waiter)
            return;
        using (cancel.UnsafeRegister(static waiter => ((TaskCompletionSource<bool>)waiter!).TrySetResult(false), waiter))
            if (await waiter.Task)
                return;
        Forget(waiter);
        throw new OperationCanceledException(cancel);
    }

    /// <summary>True when it was set, false when the time ran out.</summary>
    public async Task<bool> WaitAsync(TimeSpan atMost, TimeProvider time, CancellationToken cancel)
    {
        using var late = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancel);
        try
        {
            await WaitAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Null when it is set already.</summary>
    private TaskCompletionSource<bool>? Begin()
    {
        lock (_lock)
        {
            if (_set)
            {
                _set = false;
                return null;
            }

            return _waiter = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private void Forget(TaskCompletionSource<bool> waiter)
    {
        lock (_lock)
            if (_waiter == waiter)
                _waiter = null;
    }
}
