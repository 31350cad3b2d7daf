using Call112.Messages;

namespace Call112.Station;

/// <summary>Believes an output only when it reads back as driven (design, promise 4): confirms Sounding, raises and clears OutputFault.</summary>
internal static class ReadBack
{
    public static void Compare(Decision decision, Outputs commanded, Outputs actual)
    {
        for (var i = 0; i < Levels.AllOutputs.Count; i++)
            Judge(decision, i, Levels.AllOutputs[i], ((commanded ^ actual) & Levels.AllOutputs[i]) == 0);
        foreach (var alert in decision.State.Alerts)
            if (alert is { Waits: true, SoundingConfirmed: false })
                Confirm(decision, alert, commanded & actual);
        if (decision.State.Senses.SelfTest is { } run)
            decision.Sense(decision.State.Senses with { SelfTest = run with { Confirmed = run.Confirmed | (commanded & actual) } });
    }

    private static void Confirm(Decision decision, Alert alert, Outputs energised)
    {
        var primary = Annunciation.PrimaryOf(alert, decision.Options);
        var asked = Annunciation.OfWaiting(alert, decision.State, decision.Options, decision.Now.Monotonic);
        if ((asked & primary) != 0 && (energised & asked) == asked)
            decision.Report(ReportEvent.Sounding, alert: alert);
    }

    private static void Judge(Decision decision, int index, Outputs output, bool right)
    {
        var senses = decision.State.Senses;
        var sense = senses.Outputs[index];
        var name = Levels.NameOf(output);
        var now = decision.Now.Monotonic;
        var faulty = decision.State.Alarms.Length > 0 && decision.State.Stands(ReportEvent.OutputFault, name);
        var next = right
            ? new OutputSense(null, faulty ? sense.RightSince ?? now : null)
            : new OutputSense(sense.WrongSince ?? now, null);
        if (next != sense)
            decision.Sense(senses with { Outputs = senses.Outputs.SetItem(index, next) });
        if (!faulty && next.WrongSince is { } wrong && now - wrong >= decision.Timing.ReadBackWithin)
            decision.Raise(ReportEvent.OutputFault, name);
        else if (faulty && next.RightSince is { } since && now - since >= decision.Timing.OutputRetry)
            decision.Clear(ReportEvent.OutputFault, name);
    }
}
