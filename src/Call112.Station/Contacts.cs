using Call112.Messages;

namespace Call112.Station;

/// <summary>
/// Buttons and loops, from sampled levels. A button counts when it is pressed after a release; a button that is active for too long is
/// stuck and ignored until it has been released for a while (F12). A loop or a power signal is its level. What hangs on a broken wire is
/// neither pressed nor released (<see cref="Loops"/>).
/// </summary>
internal static class Contacts
{
    private const Inputs Momentary = Inputs.Acknowledge | Inputs.Responding | Inputs.Panic | Inputs.Test;

    public static void Sample(Decision decision, InputSample sample)
    {
        var (active, now) = (sample.Active, decision.Now.Monotonic);
        for (var i = 0; i < Levels.AllInputs.Count; i++)
        {
            var (before, loop) = Loops.Sample(decision, i, sample);
            if (!loop.Counts)
                continue;
            var input = Levels.AllInputs[i];
            var contacts = decision.State.Senses.Contacts;
            var (next, edge) = BehindLoop(contacts[i], before, now).Sample((active & input) != 0, now, decision.Timing.Settle, decision.Timing.Release);
            if (next != contacts[i])
                decision.Sense(decision.State.Senses with { Contacts = contacts.SetItem(i, next) });
            if (next.Known)
                Judge(decision, input, next, edge);
        }
    }

    /// <summary>
    /// A contact that nobody saw for a moment settles anew. After a repair it is found as at a start: whoever twists wires together, or stood on
    /// the button meanwhile, has pressed nothing (decision 0014).
    /// </summary>
    private static Debouncer BehindLoop(Debouncer contact, Loop before, TimeSpan now)
    {
        if (before.IsBroken)
            return default;
        return before.Counts ? contact : contact with { CandidateSince = now };
    }

    private static void Judge(Decision decision, Inputs input, Debouncer contact, Edge edge)
    {
        if ((input & Momentary) == 0)
        {
            Level(decision, input, contact, edge);
            return;
        }

        var held = decision.Now.Monotonic - contact.Since;
        var name = Levels.NameOf(input);
        if (decision.State.Stands(ReportEvent.InputStuck, name))
        {
            if (!contact.Active && held >= decision.Timing.InputRestoredAfter)
                decision.Clear(ReportEvent.InputStuck, name);
            return;
        }

        if (contact.Active && held >= decision.Timing.InputStuckAfter)
        {
            decision.Raise(ReportEvent.InputStuck, name);
            return;
        }

        Button(decision, input, contact, edge, held);
    }

    private static void Button(Decision decision, Inputs input, Debouncer contact, Edge edge, TimeSpan held)
    {
        switch (input)
        {
            case Inputs.Acknowledge when edge == Edge.Pressed:
                Crew.Acknowledge(decision, ReportSource.Button);
                break;
            case Inputs.Responding when edge == Edge.Pressed:
                Crew.Respond(decision, ReportSource.Button);
                break;
            // A panic loop that is found open at start may have been opened while the box was dark: better once too often.
            case Inputs.Panic when edge == Edge.Pressed || (edge == Edge.FoundActive && !decision.State.Stands(ReportEvent.PanicPressed)):
                Panic(decision);
                break;
            case Inputs.Test:
                Test(decision, contact, edge, held);
                break;
        }
    }

    /// <summary>Held for 3 s it clears panic, once the loop is closed again; a short press starts a self-test.</summary>
    private static void Test(Decision decision, Debouncer contact, Edge edge, TimeSpan held)
    {
        var senses = decision.State.Senses;
        if (edge is Edge.Pressed or Edge.FoundActive)
            decision.Sense(senses with { HoldServed = edge == Edge.FoundActive });
        else if (edge == Edge.Released && !senses.HoldServed)
            Commands.StartSelfTest(decision, ReportSource.Button);
        else if (contact.Active && !senses.HoldServed && held >= decision.Timing.PanicClearHold)
        {
            decision.Sense(senses with { HoldServed = true });
            var panic = senses.Contacts[IndexOfPanic];
            // Behind a broken loop nobody knows whether it is closed.
            if (panic.Active || !panic.Known || !senses.Loops[IndexOfPanic].Counts)
                return;
            // Told after the end, it would be a new alarm.
            Repeats.TellNow(decision, ReportEvent.PanicPressed);
            decision.Clear(ReportEvent.PanicPressed, source: ReportSource.Button);
        }
    }

    private static int IndexOfPanic { get; } = Levels.AllInputs.ToList().IndexOf(Inputs.Panic);

    /// <summary>The first press is always reported at once; a loop that chatters while panic stands is counted.</summary>
    private static void Panic(Decision decision)
    {
        if (decision.State.Stands(ReportEvent.PanicPressed))
            Repeats.Tell(decision, ReportEvent.PanicPressed, new Telltale(ReportSource.Button));
        else
            decision.Report(ReportEvent.PanicPressed, ReportSource.Button);
    }

    /// <summary>A trouble is raised at once, always; that of a contact which chatters ends only after a rest (F3).</summary>
    private static void Level(Decision decision, Inputs input, Debouncer contact, Edge edge)
    {
        var alarm = input switch
        {
            Inputs.Tamper => ReportEvent.TamperOpened,
            Inputs.MainsFail => ReportEvent.MainsLost,
            Inputs.BatteryLow => ReportEvent.BatteryLow,
            _ => throw new ArgumentOutOfRangeException(nameof(input), input, "no level input"),
        };
        if (contact.Active && edge != Edge.None)
            decision.Raise(alarm);
        else if (!contact.Active && decision.State.Stands(alarm)
            && decision.Now.Monotonic - contact.Since >= Repeats.RestBefore(decision, alarm, usual: TimeSpan.Zero))
            decision.Clear(alarm);
    }
}
