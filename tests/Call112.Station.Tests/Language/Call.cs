using Call112.Messages;

namespace Call112.Station.Tests.Language;

/// <summary>Dispatches as a centre would send them. Every alert gets an id of its own; <see cref="Now"/> is when all of them are sent.</summary>
internal static class Call
{
    public static readonly DateTimeOffset Now = new(2026, 11, 23, 6, 5, 7, TimeSpan.Zero);

    /// <summary>Time to live of every dispatch that does not say another.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(15);

    private static int s_last;

    public static Dispatch Fire() => Alert(Category.Fire);

    public static Dispatch Medical() => Alert(Category.Medical);

    public static Dispatch Drill() => Alert(Category.Medical) with { Status = DispatchStatus.Exercise };

    public static Dispatch Test() => Alert(Category.Medical) with { Status = DispatchStatus.Test };

    public static Dispatch Discreet() => Alert(Category.Protection);

    public static Dispatch Alert(Category category, int priority = 2)
    {
        var number = Interlocked.Increment(ref s_last);
        return new Dispatch(
            new Guid(number, 0x112, 0x7000, 0x80, 0, 0, 0, 0, 0, 0, 1),
            MessageType.Alert,
            DispatchStatus.Actual,
            Now,
            Now + Life,
            Incident: new Incident($"K{number}", category, Priority: priority, Location: new Location(Village: "Mogolaing")));
    }

    /// <summary>The next change of a dispatch.</summary>
    public static Dispatch Update(this Dispatch dispatch, int? priority = null) => dispatch with
    {
        MessageType = MessageType.Update,
        Revision = dispatch.Revision + 1,
        Incident = dispatch.Incident! with { Priority = priority ?? dispatch.Incident.Priority, Narrative = $"revision {dispatch.Revision + 1}" },
    };

    /// <summary>A Cancel as a centre sends it: it names the dispatch and nothing else.</summary>
    public static Dispatch Cancel(this Dispatch dispatch) => dispatch with { MessageType = MessageType.Cancel, Incident = null };

    public static Dispatch Living(this Dispatch dispatch, TimeSpan life) => dispatch with { ExpiresAt = dispatch.SentAt + life };
}
