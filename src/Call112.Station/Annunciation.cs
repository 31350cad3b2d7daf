using Call112.Messages;

namespace Call112.Station;

/// <summary>
/// What the outputs should be: a function of the state and of monotonic time, and of nothing else. Nobody turns a relay on or off;
/// this is evaluated every tick, and after a restart it gives the same answer (design, promise 3).
/// </summary>
public static class Annunciation
{
    /// <summary>Flash of the strobe while nobody has acknowledged; steady afterwards.</summary>
    private static readonly Cadence s_strobe = Cadence.OfMs(700, 300);

    private static readonly Cadence s_waitingLamp = Cadence.OfMs(600, 400);

    private static readonly Cadence s_discreetLamp = Cadence.OfMs(1000, 1000);

    private static readonly Cadence s_panicLamp = Cadence.OfMs(200, 200);

    private static readonly Cadence s_chime = Cadence.OfMs(700, 300);

    private static readonly Cadence s_identify = Cadence.OfMs(200, 800);

    /// <summary>The outputs that should be energised now.</summary>
    public static Outputs Of(StationState state, StationOptions options, TimeSpan now)
    {
        var outputs = OfAlerts(state, options, now) | OfStation(state, options.Timing, now);
        if (options.PanicSiren && state.Stands(ReportEvent.PanicPressed))
            outputs |= OfPanicSiren(state, options, now);
        return outputs;
    }

    /// <summary>What one waiting alert asks for now, as if it were alone. Empty for an alert that does not wait.</summary>
    public static Outputs OfWaiting(Alert alert, StationState state, StationOptions options, TimeSpan now)
    {
        if (!alert.Waits)
            return Outputs.None;
        var lamp = Lit(alert.Dispatch.IsDiscreet ? s_discreetLamp : s_waitingLamp, alert.SoundsSince, now, Outputs.LampStatus);
        if (!IsAudible(alert, options) || IsPreempted(alert, state))
            return lamp;
        var elapsed = now - alert.SoundsSince;
        var outputs = lamp | Lit(s_strobe, alert.SoundsSince, now, Outputs.Strobe);
        if (!alert.Silenced && InEnvelope(elapsed, options.Timing) && Cadence.Of(alert).IsOn(elapsed))
            outputs |= SounderOf(options);
        if (options.Style == AnnunciationStyle.Siren && elapsed < options.Timing.DoorPulse && OpensDoor(alert.Dispatch))
            outputs |= Outputs.Door;
        return outputs;
    }

    /// <summary>The output that makes this alert heard or, where it must be silent, seen: what a Sounding report must have read back.</summary>
    public static Outputs PrimaryOf(Alert alert, StationOptions options) => IsAudible(alert, options) ? SounderOf(options) : Outputs.LampStatus;

    /// <summary>True for a drill that a real alert has silenced: while any Actual waits, and for good if one came after the drill began.</summary>
    public static bool IsPreempted(Alert alert, StationState state)
    {
        if (alert.Dispatch.Status != DispatchStatus.Exercise)
            return false;
        if (state.LastActualAt is { } actual && actual >= alert.SoundsSince)
            return true;
        foreach (var other in state.Alerts)
            if (other.Waits && other.Dispatch.Status == DispatchStatus.Actual)
                return true;
        return false;
    }

    /// <summary>True when the alert may be heard at this post at all.</summary>
    public static bool IsAudible(Alert alert, StationOptions options) =>
        alert.Dispatch.Status != DispatchStatus.Test && !alert.Dispatch.IsDiscreet && options.Style != AnnunciationStyle.Light;

    private static Outputs OfAlerts(StationState state, StationOptions options, TimeSpan now)
    {
        var outputs = Outputs.None;
        Alert? loudest = null;
        foreach (var alert in state.Alerts)
        {
            if (!alert.Waits)
            {
                outputs |= OfTask(alert, options);
                continue;
            }

            outputs |= OfWaiting(alert, state, options, now) & ~(Outputs.Siren | Outputs.Buzzer);
            // One cadence at a time: two patterns over each other are none. The newest is the one the crew has not understood yet.
            if (IsAudible(alert, options) && !IsPreempted(alert, state) && (loudest is null || alert.SoundsSince >= loudest.SoundsSince))
                loudest = alert;
        }

        return loudest is null ? outputs : outputs | OfWaiting(loudest, state, options, now);
    }

    /// <summary>An acknowledged task: strobe and lamp steady, so that whoever comes in sees that something is on.</summary>
    private static Outputs OfTask(Alert alert, StationOptions options) =>
        IsAudible(alert, options) ? Outputs.Strobe | Outputs.LampStatus : Outputs.LampStatus;

    private static Outputs OfStation(StationState state, StationTiming timing, TimeSpan now)
    {
        var outputs = Outputs.None;
        if (state.ChimeSince is { } chime && now - chime < state.ChimeFor)
            outputs |= Lit(s_chime, chime, now, Outputs.Buzzer);
        foreach (var alarm in state.Alarms)
        {
            if (alarm.Event == ReportEvent.PanicPressed)
                outputs |= Lit(s_panicLamp, alarm.Since, now, Outputs.LampStatus);
            if (alarm.Event is not (ReportEvent.CenterLost or ReportEvent.UplinkLost))
                continue;
            outputs |= Outputs.LampLink;
            if (alarm.Event == ReportEvent.CenterLost && !state.AnyWaits && Within(now - alarm.Since, timing.LostChirpEvery) < timing.Chirp)
                outputs |= Outputs.Buzzer;
        }

        if (state.Senses.SelfTest is { } test && now - test.Since < timing.SelfTest)
            outputs |= Outputs.LampStatus | Outputs.LampLink | Outputs.Buzzer;
        if (state.Senses.IdentifySince is { } identify && now - identify < timing.Identify)
            outputs |= Lit(s_identify, identify, now, Outputs.LampStatus | Outputs.LampLink | Outputs.Buzzer);
        return outputs;
    }

    private static Outputs OfPanicSiren(StationState state, StationOptions options, TimeSpan now)
    {
        foreach (var alarm in state.Alarms)
            if (alarm.Event == ReportEvent.PanicPressed && InEnvelope(now - alarm.Since, options.Timing))
                return SounderOf(options);
        return Outputs.None;
    }

    private static Outputs SounderOf(StationOptions options) => options.Style switch
    {
        AnnunciationStyle.Siren => Outputs.Siren,
        AnnunciationStyle.Chime => Outputs.Buzzer,
        AnnunciationStyle.Light => Outputs.None,
        _ => throw new ArgumentOutOfRangeException(nameof(options), options.Style, null),
    };

    /// <summary>A dispatch without zones means the whole post.</summary>
    private static bool OpensDoor(Dispatch dispatch) => dispatch.Zones is not { Count: > 0 } zones || zones.Contains("bay");

    /// <summary>60 s without a break, then the last 10 s of every 30 s, and silence after 10 min (design, behaviour table).</summary>
    private static bool InEnvelope(TimeSpan elapsed, StationTiming timing)
    {
        if (elapsed < TimeSpan.Zero || elapsed >= timing.SirenLimit)
            return false;
        return elapsed < timing.SirenFirst || Within(elapsed - timing.SirenFirst, timing.SirenBurstPeriod) >= timing.SirenBurstPeriod - timing.SirenBurst;
    }

    private static Outputs Lit(Cadence cadence, TimeSpan since, TimeSpan now, Outputs outputs) => cadence.IsOn(now - since) ? outputs : Outputs.None;

    private static TimeSpan Within(TimeSpan elapsed, TimeSpan period) => TimeSpan.FromTicks(elapsed.Ticks % period.Ticks);
}

/// <summary>A repeated on-off pattern that begins with on. On parts of a siren are at least 600 ms long, so that a relay that does not follow is seen as a fault.</summary>
public readonly record struct Cadence(TimeSpan On, TimeSpan Off)
{
    public static Cadence OfMs(int onMs, int offMs) => new(TimeSpan.FromMilliseconds(onMs), TimeSpan.FromMilliseconds(offMs));

    /// <summary>The cadence that tells a crew what it is before it reads the panel. A drill has its own (contract, "Dispatch").</summary>
    public static Cadence Of(Alert alert) => alert.Dispatch.Status == DispatchStatus.Exercise ? OfMs(600, 2400) : alert.Category switch
    {
        Category.Fire => OfMs(1000, 0),
        Category.Rescue => OfMs(2000, 500),
        Category.Medical => OfMs(700, 300),
        Category.TrafficAccident => OfMs(1200, 400),
        Category.Disaster => OfMs(4000, 1000),
        Category.Security => OfMs(600, 200),
        // Protection is discreet and never sounds. A category from a later version is Other (contract): nothing unknown may stop a siren.
        _ => OfMs(1500, 500),
    };

    /// <summary>The level at a time since the pattern's start; off before it.</summary>
    public bool IsOn(TimeSpan elapsed) => elapsed >= TimeSpan.Zero && elapsed.Ticks % (On + Off).Ticks < On.Ticks;
}
