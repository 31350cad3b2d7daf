using Call112.Gateway.Messaging;
using Call112.Gateway.Tests.World;

namespace Call112.Gateway.Tests.Messaging;

public sealed class SignalTests
{
    [Fact]
    public async Task Many_sets_wake_once_and_a_wait_without_one_runs_out()
    {
        var clock = new TestClock();
        var signal = new Signal();
        signal.Set();
        signal.Set();
        await signal.WaitAsync(CancellationToken.None);
        var second = signal.WaitAsync(TimeSpan.FromSeconds(2), clock, CancellationToken.None);
        clock.Advance(TimeSpan.FromSeconds(1.9));
        Assert.False(second.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.False(await second);
    }

    [Fact]
    public async Task A_set_after_the_waiter_has_gone_is_kept_for_the_next()
    {
        var signal = new Signal();
        using var cancel = new CancellationTokenSource();
        var gone = signal.WaitAsync(cancel.Token);
        cancel.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        signal.Set();
        Assert.True(signal.WaitAsync(CancellationToken.None).IsCompletedSuccessfully);
    }
}
