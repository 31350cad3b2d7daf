using System.Collections.Immutable;
using Call112.Messages;

namespace Call112.Station;

/// <summary>
/// The behaviour of a station box (design, "Behaviour, exactly") as a pure function: no I/O, no clock, no thread. Same state, same
/// input, same time: same result. Each feature's rules are in a file of their own.
/// </summary>
public static class StationCore
{
    /// <summary>Longest time without a run that is believed: longer than the longest life of a dispatch, so nothing is lost by the cut.</summary>
    public static readonly TimeSpan GapMax = TimeSpan.FromDays(30);

    /// <summary>Applies one input.</summary>
    /// <param name="now">The moment of the input; its monotonic part must not be before that of an earlier input.</param>
    public static Applied Apply(StationState state, StationInput input, StationTime now, StationOptions options)
    {
        var decision = new Decision(state, options, now);
        switch (input)
        {
            case StationInput.Start e:
                Start(decision, e);
                break;
            case StationInput.Stop:
                Repeats.TellNow(decision);
                decision.Report(ReportEvent.Stopping);
                break;
            case StationInput.DispatchArrived e:
                Dispatches.Arrive(decision, e.Dispatch);
                break;
            case StationInput.MessageRefused e:
                Repeats.Tell(decision, ReportEvent.Rejected, new Telltale(ReportSource.Automatic, e.DispatchId, Reason: e.Reason));
                break;
            case StationInput.CommandArrived e:
                Commands.Arrive(decision, e.Command);
                break;
            case StationInput.ReceiptArrived e:
                Receipts.Arrive(decision, e.UpTo, e.SentUpTo);
                break;
            case StationInput.CenterHeard e:
                Links.CenterHeard(decision, e.Uplink);
                break;
            case StationInput.UplinkProved e:
                Links.UplinkProved(decision, e.Uplink);
                break;
            case StationInput.UplinkDoubted e:
                Links.UplinkDoubted(decision, e.Uplink);
                break;
            case StationInput.UplinkTakenOver e:
                Links.UplinkTakenOver(decision, e.Uplink);
                break;
            case StationInput.CertificateRead e:
                Links.CertificateRead(decision, e.Uplink, e.Certificate);
                break;
            case StationInput.InputsSampled e:
                Contacts.Sample(decision, e.Sample);
                break;
            case StationInput.OutputsReadBack e:
                ReadBack.Compare(decision, e.Commanded, e.Actual);
                break;
            case StationInput.PanelTouched e:
                Crew.Touch(decision, e);
                break;
            case StationInput.SelfTestAsked:
                Commands.StartSelfTest(decision, ReportSource.Automatic);
                break;
            case StationInput.SmsArrived e:
                Sms.Arrive(decision, e);
                break;
            case StationInput.ModemRungTaken e:
                decision.Report(ReportEvent.ModemReset, detail: $"{e.Rung}: {e.Reason}");
                break;
            case StationInput.StorageFailed e:
                if (!state.Alarms.Any(alarm => alarm.Event == ReportEvent.StorageFault))
                    decision.Raise(ReportEvent.StorageFault, e.Detail);
                break;
            case StationInput.StorageRecovered:
                ClearStorageFaults(decision);
                break;
            case StationInput.FixOffered e:
                Positions.Offer(decision, e.Fix);
                break;
            case StationInput.GnssLinked e:
                Positions.Link(decision, e);
                break;
            case StationInput.Tick:
                Tick(decision);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(input), input, "an input without a rule");
        }

        return decision.Applied;
    }

    private static void Start(Decision decision, StationInput.Start start)
    {
        // A gap is measured on a wall clock that may have been set back or forward by years. A negative one would move every anchor
        // into the future and silence what must sound on.
        var gap = start.Gap < TimeSpan.Zero ? TimeSpan.Zero : start.Gap > GapMax ? GapMax : start.Gap;
        decision.Record(new JournalEntry.Started(decision.Now, start.BootId, gap));
        var now = decision.Now.Monotonic;
        decision.Sense(decision.State.Senses with
        {
            Reference = decision.Now,
            CenterHeardAt = now,
            Uplinks = [.. start.Uplinks.Select(name => new UplinkSense(name, now, start.Metered?.Contains(name) ?? false, now))],
        });
        decision.Report(ReportEvent.Started, detail: start.JournalFinding is null ? null : $"journal: {start.JournalFinding}");
        // The journal was just read, so it works now; what was wrong with it is still worth a report of its own.
        if (start.JournalFinding is { } finding)
            decision.Raise(ReportEvent.StorageFault, finding);
        ClearStorageFaults(decision);
        // An uplink that the configuration no longer has cannot come back.
        foreach (var alarm in decision.State.Alarms.Where(alarm => alarm.Event == ReportEvent.UplinkLost && !start.Uplinks.Contains(alarm.Detail)).ToImmutableArray())
            decision.Clear(ReportEvent.UplinkLost, alarm.Detail);
    }

    private static void Tick(Decision decision)
    {
        Clock(decision);
        Links.Judge(decision);
        Dispatches.PassTime(decision);
        Commands.PassTime(decision);
        Repeats.PassTime(decision);
        Positions.PassTime(decision);
        if (decision.Now.Monotonic - decision.State.LastEntryAt >= decision.Timing.TimeMarkEvery && AnySounderHasTime(decision))
            decision.Record(new JournalEntry.TimeMarked(decision.Now));
    }

    /// <summary>
    /// True until the journal itself knows that every siren's limit has passed: one mark comes after the limit, or a power cut would
    /// repeat the last burst. Later, or for what has no siren, an entry each period would only wear the card (F3).
    /// </summary>
    private static bool AnySounderHasTime(Decision decision)
    {
        var (known, limit) = (decision.State.LastEntryAt, decision.Timing.SirenLimit);
        foreach (var alert in decision.State.Alerts)
            if (alert.Waits && alert.Dispatch.Status != DispatchStatus.Test && known - alert.SoundsSince < limit)
                return true;
        if (!decision.Options.PanicSiren)
            return false;
        foreach (var alarm in decision.State.Alarms)
            if (alarm.Event == ReportEvent.PanicPressed && known - alarm.Since < limit)
                return true;
        return false;
    }

    /// <summary>Sees a wall clock that was set, by its distance from the monotonic clock (F5). Nothing else depends on it.</summary>
    private static void Clock(Decision decision)
    {
        var now = decision.Now;
        if (decision.State.Senses.Reference is not { } reference)
        {
            decision.Sense(decision.State.Senses with { Reference = now });
            return;
        }

        var ran = now.Monotonic - reference.Monotonic;
        var step = now.Wall - reference.Wall - ran;
        var synchronized = now.Clock == ClockState.Synchronized && reference.Clock != ClockState.Synchronized;
        var set = synchronized || step.Duration() >= decision.Timing.ClockStep;
        if (set)
            decision.Report(ReportEvent.ClockSet, detail: FormattableString.Invariant($"step {step.TotalSeconds:0.000} s"));
        if (set || ran >= TimeSpan.FromSeconds(1) || now.Clock != reference.Clock)
            decision.Sense(decision.State.Senses with { Reference = now });
    }

    private static void ClearStorageFaults(Decision decision)
    {
        foreach (var alarm in decision.State.Alarms.Where(alarm => alarm.Event == ReportEvent.StorageFault).ToImmutableArray())
            decision.Clear(ReportEvent.StorageFault, alarm.Detail);
    }
}
