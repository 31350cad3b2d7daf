using System.Collections.Immutable;
using Call112.Messages;

namespace Call112.Station;

/// <summary>How often a report was made in its present window; durable, folded from the reports themselves.</summary>
/// <param name="About">The kind of reason, the dispatch or the output or input that it was about; null counts all of the event together.</param>
/// <param name="Since">When the window began, on the monotonic clock.</param>
public readonly record struct Telling(ReportEvent Event, string? About, TimeSpan Since, int Count);

/// <summary>Reports of one event that were not made, and are told as one; lost at a crash, like everything that the box only perceives.</summary>
/// <param name="Since">When the first of them was held back.</param>
/// <param name="Newest">The newest of them, as it would have been told.</param>
public sealed record Untold(ReportEvent Event, TimeSpan Since, long Count, Telltale Newest);

/// <summary>What a report says beyond its event.</summary>
public sealed record Telltale(
    ReportSource Source,
    Guid? DispatchId = null,
    string? IncidentId = null,
    TimeSpan? Elapsed = null,
    string? Reason = null,
    string? Detail = null);

/// <summary>
/// What others can make the station say over and over is said a few times, then counted: a flood of messages or a loose contact must
/// not fill the journal, wear the card or drown the reports that matter (F3, F21; decision 0010). Nothing is left out in silence: a
/// summary, at most one each minute, carries the number and the newest of what it stands for.
/// Never limited: the steps of a dispatch, the first report of a trouble, and whatever drives an output.
/// </summary>
public static class Repeats
{
    /// <summary>Reports are counted in windows of this length.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    /// <summary>What was held back is told after this, as one.</summary>
    public static readonly TimeSpan SummaryAfter = TimeSpan.FromSeconds(60);

    /// <summary>Reports of one event about one thing (a kind of reason, a dispatch), and of one event about anything, in a window.</summary>
    public const int SameMax = 20, AllMax = 50;

    /// <summary>A contact or output that raised its trouble so often in a window chatters.</summary>
    public const int RaisesMax = 5;

    /// <summary>The trouble of what chatters ends only after so long a rest.</summary>
    public static readonly TimeSpan ChatterRest = TimeSpan.FromSeconds(60);

    /// <summary>Things that are counted for one event; a further one pushes out the oldest, and <see cref="AllMax"/> still holds.</summary>
    private const int AboutsMax = 32;

    /// <summary>Begins the reason of a summary.</summary>
    public const string SummaryMark = "repeated: ";

    /// <summary>The counts after one more report.</summary>
    public static ImmutableArray<Telling> Counted(ImmutableArray<Telling> tellings, Report report, TimeSpan now)
    {
        if (!IsCounted(report.Event))
            return tellings;
        tellings = Counted(tellings, report.Event, about: null, now);
        var about = AboutOf(report.Event, report.DispatchId, report.Reason, report.Detail);
        return about is null ? tellings : Counted(tellings, report.Event, about, now);
    }

    /// <summary>Reports now, or counts for the next summary.</summary>
    internal static void Tell(Decision decision, ReportEvent what, Telltale told)
    {
        var about = AboutOf(what, told.DispatchId, told.Reason, told.Detail);
        if (CountOf(decision, what, null) < AllMax && (about is null || CountOf(decision, what, about) < SameMax))
        {
            Report(decision, what, told);
            return;
        }

        var untold = decision.State.Senses.Untold;
        var index = IndexOf(untold, what);
        decision.Sense(decision.State.Senses with
        {
            Untold = index < 0
                ? untold.Add(new Untold(what, decision.Now.Monotonic, 1, told))
                : untold.SetItem(index, untold[index] with { Count = untold[index].Count + 1, Newest = told }),
        });
    }

    /// <summary>How long what raised this trouble must have been well before the trouble ends: longer once it chatters.</summary>
    internal static TimeSpan RestBefore(Decision decision, ReportEvent alarm, TimeSpan usual, string? about = null)
    {
        var longer = ChatterRest > usual ? ChatterRest : usual;
        return CountOf(decision, alarm, about) >= RaisesMax ? longer : usual;
    }

    internal static void PassTime(Decision decision)
    {
        foreach (var untold in decision.State.Senses.Untold)
            if (decision.Now.Monotonic - untold.Since >= SummaryAfter)
                Summarise(decision, untold);
    }

    /// <summary>Tells at once what was held back: before the station stops, or before that event's trouble ends.</summary>
    internal static void TellNow(Decision decision, ReportEvent? only = null)
    {
        foreach (var untold in decision.State.Senses.Untold)
            if (only is null || untold.Event == only)
                Summarise(decision, untold);
    }

    private static void Summarise(Decision decision, Untold untold)
    {
        decision.Sense(decision.State.Senses with { Untold = decision.State.Senses.Untold.Remove(untold) });
        var newest = untold.Newest;
        if (untold.Event == ReportEvent.Duplicate && newest.DispatchId is { } id)
            newest = Present(decision, id, newest);
        var reason = FormattableString.Invariant($"{SummaryMark}{untold.Count} more");
        Report(decision, untold.Event, newest with { Reason = newest.Reason is null ? reason : $"{reason}, the last: {newest.Reason}" });
    }

    /// <summary>A Duplicate carries the present step (contract, "Report"), which may have moved on since the copy came.</summary>
    private static Telltale Present(Decision decision, Guid id, Telltale newest)
    {
        var now = decision.Now.Monotonic;
        if (decision.State.Find(id) is { } open)
            return newest with { Detail = open.Step.ToString(), Elapsed = now - open.ReceivedAt };
        return decision.State.Ended.TryGetValue(id, out var ended)
            ? newest with { Detail = ended.Step.ToString(), Elapsed = now - ended.ReceivedAt }
            : newest;
    }

    private static void Report(Decision decision, ReportEvent what, Telltale told) =>
        decision.Report(what, told.Source, told.DispatchId, told.IncidentId, told.Elapsed, told.Reason, outcome: null, told.Detail);

    private static bool IsCounted(ReportEvent what) => what
        is ReportEvent.Rejected or ReportEvent.Duplicate or ReportEvent.PanicPressed or ReportEvent.SelfTestPassed or ReportEvent.SelfTestFailed
        or ReportEvent.TamperOpened or ReportEvent.MainsLost or ReportEvent.BatteryLow or ReportEvent.OutputFault or ReportEvent.InputStuck;

    /// <summary>
    /// What a limit of its own is kept for, so that one babbler does not hide the others: the copies of one dispatch, one output, one kind of
    /// refusal. The kind is what stands before the colon: a field of the contract or fixed words, so that there are few.
    /// </summary>
    private static string? AboutOf(ReportEvent what, Guid? dispatchId, string? reason, string? detail) => what switch
    {
        ReportEvent.Rejected when reason is not null => reason.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon ? reason[..colon] : reason,
        ReportEvent.Duplicate => dispatchId?.ToString(),
        ReportEvent.OutputFault or ReportEvent.InputStuck => detail,
        _ => null,
    };

    private static int CountOf(Decision decision, ReportEvent what, string? about)
    {
        foreach (var telling in decision.State.Tellings)
            if (telling.Event == what && telling.About == about)
                return IsOver(telling, decision.Now.Monotonic) ? 0 : telling.Count;
        return 0;
    }

    private static bool IsOver(Telling telling, TimeSpan now) => now - telling.Since >= Window;

    private static ImmutableArray<Telling> Counted(ImmutableArray<Telling> tellings, ReportEvent what, string? about, TimeSpan now)
    {
        var (found, abouts, oldest) = (-1, 0, -1);
        for (var i = 0; i < tellings.Length; i++)
        {
            if (tellings[i].Event != what)
                continue;
            if (tellings[i].About == about)
                found = i;
            if (tellings[i].About is null)
                continue;
            abouts++;
            if (oldest < 0 || tellings[i].Since < tellings[oldest].Since)
                oldest = i;
        }

        if (found >= 0)
            return tellings.SetItem(found, Next(tellings[found]));
        if (about is not null && abouts >= AboutsMax)
            tellings = tellings.RemoveAt(oldest);
        return tellings.Add(new Telling(what, about, now, 1));

        Telling Next(Telling last) => IsOver(last, now) ? last with { Since = now, Count = 1 } : last with { Count = last.Count + 1 };
    }

    private static int IndexOf(ImmutableArray<Untold> untold, ReportEvent what)
    {
        for (var i = 0; i < untold.Length; i++)
            if (untold[i].Event == what)
                return i;
        return -1;
    }
}
