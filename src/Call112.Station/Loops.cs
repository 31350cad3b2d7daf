using System.Collections.Immutable;
using Call112.Messages;

namespace Call112.Station;

/// <summary>What a supervised loop shows beside its contact (hardware.md §3.2: normal and pressed lie between cut and short).</summary>
public enum LoopState
{
    /// <summary>The end-of-line resistor is seen: the contact can be believed.</summary>
    Whole,
    Cut,
    Shorted,
}

/// <summary>
/// The wire of one input over time. It is broken once it was cut or shorted for <see cref="StationTiming.LoopBrokenAfter"/>, in one piece or
/// in several without <see cref="StationTiming.InputRestoredAfter"/> of wholeness between them: a wire that chatters is as unusable as one that
/// is cut. It is whole again after that same rest.
/// </summary>
/// <param name="Seen">What the newest sample showed.</param>
/// <param name="Since">Since when every sample showed <paramref name="Seen"/>; null before the first sample of this run.</param>
/// <param name="BrokenBefore">How long it was cut or shorted before <paramref name="Since"/>, since it was last whole.</param>
/// <param name="IsBroken">Nothing behind it can be believed.</param>
public readonly record struct Loop(LoopState Seen, TimeSpan? Since, TimeSpan BrokenBefore, bool IsBroken)
{
    /// <summary>The contact behind it can be believed in this instant.</summary>
    public bool Counts => Seen == LoopState.Whole && !IsBroken;

    /// <summary>Neither broken nor on the way to it: no sample need be looked at while nothing changes.</summary>
    public bool IsQuiet => Seen == LoopState.Whole && BrokenBefore == TimeSpan.Zero;

    /// <summary>Takes one sample.</summary>
    public Loop Sample(LoopState seen, TimeSpan now, StationTiming timing)
    {
        var next = Since is not null && seen == Seen
            ? this
            : this with { Seen = seen, Since = now, BrokenBefore = Seen == LoopState.Whole ? BrokenBefore : BrokenBefore + HeldAt(now) };
        var held = next.HeldAt(now);
        if (seen != LoopState.Whole)
            return next with { IsBroken = next.IsBroken || next.BrokenBefore + held >= timing.LoopBrokenAfter };
        return held >= timing.InputRestoredAfter ? next with { BrokenBefore = TimeSpan.Zero, IsBroken = false } : next;
    }

    /// <summary>For how long every sample has shown the same.</summary>
    public TimeSpan HeldAt(TimeSpan now) => now - (Since ?? now);
}

/// <summary>
/// Broken loops as troubles: InputStuck with the detail "panic loop cut" or "panic loop shorted" (decision 0014). Raised at once, always; a
/// loop that chatters ends its trouble only after a rest, while its contact counts again as soon as the loop is whole (F3, F12).
/// </summary>
internal static class Loops
{
    private static readonly ImmutableArray<string> s_cut = [.. Levels.AllInputs.Select(input => $"{Levels.NameOf(input)} loop cut")];

    private static readonly ImmutableArray<string> s_shorted = [.. Levels.AllInputs.Select(input => $"{Levels.NameOf(input)} loop shorted")];

    /// <summary>Judges the loop of one input, and tells what it was before this sample and what it is now.</summary>
    /// <param name="index">Of the input, in <see cref="Levels.AllInputs"/>.</param>
    public static (Loop Before, Loop Now) Sample(Decision decision, int index, InputSample sample)
    {
        var now = decision.Now.Monotonic;
        var senses = decision.State.Senses;
        var before = senses.Loops[index];
        var loop = before.Sample(SeenIn(sample, Levels.AllInputs[index]), now, decision.Timing);
        if (loop != before)
            decision.Sense(senses with { Loops = senses.Loops.SetItem(index, loop) });
        if (loop.Seen != LoopState.Whole)
            Raise(decision, index, loop, isNew: loop.IsBroken && !before.IsBroken);
        else if (decision.State.Alarms.Length > 0 && !loop.IsBroken)
        {
            Clear(decision, s_cut[index], loop);
            Clear(decision, s_shorted[index], loop);
        }

        return (before, loop);
    }

    /// <summary>A wire that was cut and now touches is told of too, once that has lasted; both end together.</summary>
    private static void Raise(Decision decision, int index, Loop loop, bool isNew)
    {
        if (isNew || loop.HeldAt(decision.Now.Monotonic) >= decision.Timing.LoopBrokenAfter)
            decision.Raise(ReportEvent.InputStuck, loop.Seen == LoopState.Cut ? s_cut[index] : s_shorted[index]);
    }

    private static void Clear(Decision decision, string name, Loop loop)
    {
        if (decision.State.Stands(ReportEvent.InputStuck, name)
            && loop.HeldAt(decision.Now.Monotonic) >= Repeats.RestBefore(decision, ReportEvent.InputStuck, decision.Timing.InputRestoredAfter, name))
            decision.Clear(ReportEvent.InputStuck, name);
    }

    /// <summary>A board that calls one loop both contradicts itself: it is broken, and cut is the word that sends somebody to look.</summary>
    private static LoopState SeenIn(InputSample sample, Inputs input) => (sample.Cut & input) != 0
        ? LoopState.Cut
        : (sample.Shorted & input) != 0 ? LoopState.Shorted : LoopState.Whole;
}
