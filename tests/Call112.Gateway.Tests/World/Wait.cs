namespace Call112.Gateway.Tests.World;

/// <summary>Waits in real time for what other threads are about to do: on a condition, with a deadline, never for a mere while.</summary>
public static class Wait
{
    /// <summary>Far beyond what a loaded machine needs; a test that reaches it has failed.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private const int TurnsMax = 100;

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(1);

    /// <summary>Until the condition holds.</summary>
    /// <param name="what">Words for the failure.</param>
    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        // Most of what is waited for is done within some turns of the thread pool; a millisecond at each of ten thousand steps is a test of a minute.
        for (var turn = 0; turn < TurnsMax && !condition(); turn++)
            await Task.Yield();
        var began = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            if (TimeProvider.System.GetElapsedTime(began) > Deadline)
                throw new TimeoutException($"not within {Deadline.TotalSeconds} s: {what}");
            await Task.Delay(s_look, TimeProvider.System);
        }
    }
}
