using Call112.Messages;

namespace Call112.Station;

/// <summary>Believes an output only when it reads back as driven (design, promise 4): confirms Sounding, raises and clears OutputFault.</summary>
internal static class ReadBack
{
    public static void Compare(Decision decision, Outputs commanded, Outputs actual)
    {
        for (var i = 0; i < Levels.AllOutputs.Count; i++)
            Judge(decision, i, (commanded & Levels.AllOutputs[i]) != 0, (actual & Levels.AllOutputs[i]) != 0);
        foreach (var alert in decision.State.Alerts)
            if (alert is { Waits: true, SoundingConfirmed: false })
                Confirm(decision, alert, commanded & actual);
        if (decision.State.Senses.SelfTest is { } run)
            decision.Sense(decision.State.Senses with { SelfTest = run with { Confirmed = run.Confirmed | (commanded & actual) } });
    }

    private static void Confirm(Decision decision, Alert alert, Outputs energised)
    {
        // Only what makes the alert heard counts here: a dead strobe or a door that is not wired is an OutputFault, not silence.
        var primary = Annunciation.PrimaryOf(alert, decision.Options);
        var asked = Annunciation.OfWaiting(alert, decision.State, decision.Options, decision.Now.Monotonic);
        if ((asked & energised & primary) != 0)
            decision.Report(ReportEvent.Sounding, alert: alert);
    }

    /// <summary>
    /// A fault ends only when the output follows at the level at which it failed: a dead siren relay "reads right" in every pause of the
    /// cadence. After a restart that level is not known, and the dangerous one is taken: the output must be seen energised.
    /// </summary>
    private static void Judge(Decision decision, int index, bool commanded, bool actual)
    {
        var senses = decision.State.Senses;
        var sense = senses.Outputs[index];
        var name = Levels.NameOf(Levels.AllOutputs[index]);
        var now = decision.Now.Monotonic;
        var faulty = decision.State.Alarms.Length > 0 && decision.State.Stands(ReportEvent.OutputFault, name);
        var next = commanded != actual
            ? new OutputSense(sense.WrongSince ?? now, null, WrongWhenOff: !commanded)
            : !faulty
                ? default
                : sense with { WrongSince = null, RightSince = sense.RightSince ?? (commanded != sense.WrongWhenOff ? now : null) };
        if (next != sense)
            decision.Sense(senses with { Outputs = senses.Outputs.SetItem(index, next) });
        if (!faulty && next.WrongSince is { } wrong && now - wrong >= decision.Timing.ReadBackWithin)
            decision.Raise(ReportEvent.OutputFault, name);
        else if (faulty && next.RightSince is { } since
            && now - since >= Repeats.RestBefore(decision, ReportEvent.OutputFault, decision.Timing.OutputRetry, name))
            decision.Clear(ReportEvent.OutputFault, name);
    }
}
