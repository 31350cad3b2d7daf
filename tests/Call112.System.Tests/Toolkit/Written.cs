using Call112.Messages;

namespace Call112.System.Tests.Toolkit;

/// <summary>Dispatches as a centre writes them.</summary>
public static class Written
{
    private static int s_incidents;

    /// <summary>A new alert. Fire, because its cadence has no pause: the siren is on exactly while an alert waits.</summary>
    public static Dispatch Alert(Category category = Category.Fire, TimeSpan? timeToLive = null, TimeSpan? age = null)
    {
        var sent = Wait.Time.GetUtcNow() - (age ?? TimeSpan.Zero);
        return new Dispatch(
            Guid.CreateVersion7(),
            MessageType.Alert,
            DispatchStatus.Actual,
            sent,
            sent + (timeToLive ?? TimeSpan.FromMinutes(15)),
            Incident: new Incident($"K{Interlocked.Increment(ref s_incidents):000000}", category, "Kebakaran rumah", Priority: 1, Location: new Location(Village: "Mogolaing")));
    }

    /// <summary>One that was sent 25 hours ago and has long expired.</summary>
    public static Dispatch Stale() => Alert(age: TimeSpan.FromHours(25));
}
