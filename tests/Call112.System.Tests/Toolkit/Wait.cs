namespace Call112.System.Tests.Toolkit;

/// <summary>Waiting on conditions of real processes. Nothing in these tests sleeps for a time and hopes.</summary>
public static class Wait
{
    /// <summary>Default deadline: generous, because two cores run many processes at once.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    private static readonly TimeSpan s_pollEvery = TimeSpan.FromMilliseconds(15);

    /// <summary>The one clock of this test program.</summary>
    public static TimeProvider Time { get; } = TimeProvider.System;

    /// <summary>The kernel's monotonic clock in nanoseconds, as the board's trace stamps its lines.</summary>
    public static long MonotonicNs => (long)((Int128)Time.GetTimestamp() * 1_000_000_000 / Time.TimestampFrequency);

    public static Task UntilAsync(Func<bool> condition, string what, TimeSpan? within = null) =>
        UntilAsync(() => Task.FromResult(condition()), what, within);

    /// <summary>Waits until the condition holds.</summary>
    /// <exception cref="TimeoutException">It did not within the deadline; the message says which condition.</exception>
    public static async Task UntilAsync(Func<Task<bool>> condition, string what, TimeSpan? within = null)
    {
        var deadline = within ?? Patience;
        var began = Time.GetTimestamp();
        while (!await condition())
        {
            if (Time.GetElapsedTime(began) > deadline)
                throw new TimeoutException($"not within {deadline.TotalSeconds:0} s: {what}");
            await Pause(s_pollEvery);
        }
    }

    /// <summary>Lets a time pass that is part of the scenario: how long a process lives before it is killed.</summary>
    public static Task Pause(TimeSpan time) => Task.Delay(time, Time, TestContext.Current.CancellationToken);
}
