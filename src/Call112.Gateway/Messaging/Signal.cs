namespace Call112.Gateway.Messaging;

/// <summary>Wakes one waiter; any number of sets before the wait count as one. Setting never throws, also when the waiter has gone.</summary>
internal sealed class Signal : IDisposable
{
    private readonly SemaphoreSlim _semaphore = new(0, 1);

    public void Set()
    {
        try
        {
            if (_semaphore.CurrentCount == 0)
                _semaphore.Release();
        }
        catch (Exception e) when (e is SemaphoreFullException or ObjectDisposedException)
        {
            // Somebody else set it in the same moment; or its waiter, a page that was closed, went while the station told its listeners.
        }
    }

    public void Dispose() => _semaphore.Dispose();

    public Task WaitAsync(CancellationToken cancel) => _semaphore.WaitAsync(cancel);

    /// <summary>True when it was set, false when the time ran out.</summary>
    public async Task<bool> WaitAsync(TimeSpan atMost, TimeProvider time, CancellationToken cancel)
    {
        using var late = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancel);
        try
        {
            await _semaphore.WaitAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return false;
        }
    }
}
