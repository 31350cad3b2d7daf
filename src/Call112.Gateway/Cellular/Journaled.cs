using Call112.Station;

namespace Call112.Gateway.Cellular;

/// <summary>Inputs of the modem's keeper whose effect must be on the disk before it goes on.</summary>
internal static class Journaled
{
    /// <summary>Posts an input. The task that it gives completes once the journal has what the input led to, and in the caller's context.</summary>
    public static async ValueTask<Task> PostJournaledAsync(this StationLoop station, StationInput input)
    {
        var stored = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await station.PostAsync(input, () => stored.TrySetResult());
        return WaitAsync();

        // The bare task, combined with a deadline, would go on in a thread of the pool whatever the context.
        async Task WaitAsync() => await stored.Task;
    }
}
