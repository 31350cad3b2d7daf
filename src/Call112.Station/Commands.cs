using Call112.Messages;

namespace Call112.Station;

/// <summary>
/// What the centre may ask for: SelfTest, Identify, Silence; ReportNow and RenewCertificate concern only the uplinks, Update the machine (contract,
/// topic <c>command</c>).
/// </summary>
internal static class Commands
{
    public static void Arrive(Decision decision, StationCommand command)
    {
        if (command.CommandId is { } id && !IsFirst(decision, id))
            return;
        switch (command.Command)
        {
            case CommandKind.SelfTest:
                StartSelfTest(decision, ReportSource.Center);
                break;
            case CommandKind.Identify:
                decision.Sense(decision.State.Senses with { IdentifySince = decision.Now.Monotonic });
                break;
            case CommandKind.Silence:
                // Again and again changes nothing, and must not fill the journal (F3).
                if (decision.State.Alerts.Any(alert => alert.Waits && !alert.Silenced))
                    decision.Record(new JournalEntry.Silenced(decision.Now));
                break;
            case CommandKind.ReportNow or CommandKind.RenewCertificate or CommandKind.Update:
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(command), command.Command, "a command without a rule");
        }
    }

    /// <summary>Drives lamps and buzzer for a moment and looks at what reads back. Silent for the neighbourhood: never the siren.</summary>
    public static void StartSelfTest(Decision decision, ReportSource source)
    {
        if (decision.State.Senses.SelfTest is null)
            decision.Sense(decision.State.Senses with { SelfTest = new SelfTestRun(decision.Now.Monotonic, source, Outputs.None) });
    }

    public static void PassTime(Decision decision)
    {
        var senses = decision.State.Senses;
        if (senses.SelfTest is { } run && decision.Now.Monotonic - run.Since >= decision.Timing.SelfTest)
        {
            decision.Sense(senses with { SelfTest = null });
            var missing = Levels.AllOutputs.Where(output => (Levels.SelfTested & output) != 0 && (run.Confirmed & output) == 0).Select(Levels.NameOf).ToList();
            if (missing.Count == 0)
                Repeats.Tell(decision, ReportEvent.SelfTestPassed, new Telltale(run.Source));
            else
                Repeats.Tell(decision, ReportEvent.SelfTestFailed, new Telltale(run.Source, Detail: string.Join(' ', missing)));
        }
        else if (senses.IdentifySince is { } since && decision.Now.Monotonic - since >= decision.Timing.Identify)
            decision.Sense(senses with { IdentifySince = null });
    }

    private static bool IsFirst(Decision decision, Guid id)
    {
        var seen = decision.State.Senses.Commands;
        if (seen.Contains(id))
            return false;
        if (seen.Count() >= Senses.CommandsMax)
            seen = seen.Dequeue();
        decision.Sense(decision.State.Senses with { Commands = seen.Enqueue(id) });
        return true;
    }
}
