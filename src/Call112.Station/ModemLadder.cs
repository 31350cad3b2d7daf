using System.Globalization;
using Call112.Messages;

namespace Call112.Station;

/// <summary>The rungs of the recovery ladder, from the gentlest (hardware.md §1.3, decision 0017).</summary>
public enum ModemRung
{
    /// <summary>NetworkManager's connection down and up.</summary>
    Reconnect,

    /// <summary>The modem's radio off and on.</summary>
    DisableEnable,

    /// <summary>The modem's own reset.</summary>
    ModemReset,

    /// <summary>The USB device is taken off the bus and put back.</summary>
    UsbReenumeration,

    /// <summary>The modem is switched off and on by its power key.</summary>
    PowerKey,

    /// <summary>The modem's supply is cut.</summary>
    SupplyCut,

    /// <summary>The whole computer starts anew.</summary>
    PiReboot,
}

/// <summary>How long to wait, in one place. Immutable; checked by <see cref="Validate"/>.</summary>
public sealed record LadderOptions
{
    /// <summary>Shortest time between two reboots that may be configured: a Pi that reboots more often is no station.</summary>
    public static readonly TimeSpan RebootEveryMin = TimeSpan.FromHours(6);

    /// <summary>Waits double from one round to the next, at most so often.</summary>
    public const int DoublingsMax = 3;

    /// <summary>The trouble must have lasted so long before the first rung.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A modem that answers and only has no network is left alone for so long (openwrt/packages#23590).</summary>
    public TimeSpan RegistrationPatience { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Wait after each rung before the next, in the order of <see cref="ModemRung"/>.</summary>
    public TimeSpan AfterReconnect { get; init; } = TimeSpan.FromSeconds(60);

    /// <inheritdoc cref="AfterReconnect"/>
    public TimeSpan AfterDisableEnable { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The modem is gone for up to 20 s, back within 120 s, and its AT port answers 10 s later (hardware.md §1.2, §1.3).</summary>
    public TimeSpan AfterModemReset { get; init; } = TimeSpan.FromSeconds(180);

    /// <inheritdoc cref="AfterReconnect"/>
    public TimeSpan AfterUsbReenumeration { get; init; } = TimeSpan.FromSeconds(150);

    /// <inheritdoc cref="AfterReconnect"/>
    public TimeSpan AfterPowerKey { get; init; } = TimeSpan.FromSeconds(180);

    /// <inheritdoc cref="AfterReconnect"/>
    public TimeSpan AfterSupplyCut { get; init; } = TimeSpan.FromSeconds(240);

    /// <inheritdoc cref="AfterReconnect"/>
    public TimeSpan AfterPiReboot { get; init; } = TimeSpan.FromSeconds(600);

    /// <summary>The trouble must have lasted so long before the Pi is rebooted, however few rungs the board has below.</summary>
    public TimeSpan RebootPatience { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Shortest time between two reboots of the Pi.</summary>
    public TimeSpan RebootEvery { get; init; } = RebootEveryMin;

    /// <summary>The wait after a rung in the first round.</summary>
    public TimeSpan After(ModemRung rung) => rung switch
    {
        ModemRung.Reconnect => AfterReconnect,
        ModemRung.DisableEnable => AfterDisableEnable,
        ModemRung.ModemReset => AfterModemReset,
        ModemRung.UsbReenumeration => AfterUsbReenumeration,
        ModemRung.PowerKey => AfterPowerKey,
        ModemRung.SupplyCut => AfterSupplyCut,
        ModemRung.PiReboot => AfterPiReboot,
        _ => throw new ArgumentOutOfRangeException(nameof(rung), rung, "a rung without a wait"),
    };

    /// <summary>Every value outside its limits, by its path in station.json.</summary>
    public IEnumerable<FieldError> Validate()
    {
        (string Name, TimeSpan Value, double MinSeconds, double MaxSeconds)[] limits =
        [
            ("patience", Patience, 10, 3_600),
            ("registrationPatience", RegistrationPatience, 60, 86_400),
            ("afterReconnect", AfterReconnect, 10, 3_600),
            ("afterDisableEnable", AfterDisableEnable, 10, 3_600),
            ("afterModemReset", AfterModemReset, 30, 3_600),
            ("afterUsbReenumeration", AfterUsbReenumeration, 30, 3_600),
            ("afterPowerKey", AfterPowerKey, 30, 3_600),
            ("afterSupplyCut", AfterSupplyCut, 30, 3_600),
            ("afterPiReboot", AfterPiReboot, 60, 86_400),
            ("rebootPatience", RebootPatience, 300, 86_400),
            ("rebootEvery", RebootEvery, RebootEveryMin.TotalSeconds, 30 * 86_400),
        ];
        foreach (var (name, value, min, max) in limits)
            if (value.TotalSeconds < min || value.TotalSeconds > max)
                yield return new FieldError(
                    $"cellular.ladder.{name}Seconds", string.Create(CultureInfo.InvariantCulture, $"must be from {min} to {max} s, is {value.TotalSeconds}"));
    }
}

/// <summary>What is known of modem and line at one moment.</summary>
/// <param name="Link">The core's verdict on the uplink that runs over the modem; null when no uplink does.</param>
/// <param name="Present">ModemManager shows the modem.</param>
/// <param name="Registered">The modem has a network.</param>
/// <param name="MayReboot">No alert is open, nothing sounds, and the journal keeps what it is given: <see cref="ModemLadder.MayReboot"/>.</param>
/// <param name="LastRebootAt">When the ladder last rebooted the Pi, on the monotonic clock of this run; null for never.</param>
public readonly record struct ModemEvidence(LinkVerdict? Link, bool Present, bool Registered, bool MayReboot, TimeSpan? LastRebootAt);

/// <summary>A rung to take now.</summary>
/// <param name="Reason">For people and for the report: what has been wrong, and for how long.</param>
/// <param name="Skipped">Rungs below it that this board cannot do, or may not do now.</param>
public sealed record RungDecision(ModemRung Rung, string Reason, IReadOnlyList<ModemRung> Skipped);

/// <summary>
/// Climbs from the gentlest means to the hardest while the modem stays useless, and comes back to the bottom when it is proved useful (F15).
/// Invariants: two rungs are never closer than the wait of the first; the Pi is never rebooted while <see cref="ModemEvidence.MayReboot"/> is false,
/// nor within <see cref="LadderOptions.RebootEvery"/> of the last time; a modem that only has no network is left alone for
/// <see cref="LadderOptions.RegistrationPatience"/>; while the trouble lasts, some rung is always due after a bounded time.
/// Not its business: how a rung is done, and whether it worked; only proof counts.
/// </summary>
/// <param name="TroubleSince">Since when the modem has been useless without a break; null while it is not.</param>
/// <param name="UnregisteredSince">Since when it answers without a network.</param>
/// <param name="Next">Lowest rung that may come next.</param>
/// <param name="Round">How often the top was reached since the last proof.</param>
/// <param name="Last">The rung that was taken last, kept over a proof: waits hold all the same.</param>
public sealed record ModemLadder(
    TimeSpan? TroubleSince = null,
    TimeSpan? UnregisteredSince = null,
    ModemRung Next = ModemRung.Reconnect,
    int Round = 0,
    ModemRung? Last = null,
    TimeSpan LastAt = default,
    TimeSpan LastWait = default,
    TimeSpan? LastRebootAt = null)
{
    public static ModemLadder Bottom { get; } = new();

    /// <summary>One look at the evidence.</summary>
    /// <param name="able">Rungs that this board can do.</param>
    /// <param name="now">Monotonic; must not be before that of an earlier look.</param>
    /// <returns>The ladder afterwards, and the rung to take now or null.</returns>
    public (ModemLadder Ladder, RungDecision? Take) Look(ModemEvidence evidence, IReadOnlySet<ModemRung> able, LadderOptions options, TimeSpan now)
    {
        var works = evidence.Link is { } link ? link == LinkVerdict.Up : evidence is { Present: true, Registered: true };
        if (works)
            return (this with { TroubleSince = null, UnregisteredSince = null, Next = ModemRung.Reconnect, Round = 0 }, null);
        // A late proof is neither trouble nor proof.
        if (evidence.Link == LinkVerdict.Suspect)
            return (this, null);

        var seen = this with
        {
            TroubleSince = TroubleSince ?? now,
            UnregisteredSince = evidence is { Present: true, Registered: false } ? UnregisteredSince ?? now : null,
        };
        return seen.IsDue(options, now) ? seen.Climb(evidence, able, options, now) : (seen, null);
    }

    /// <summary>Whether nothing that a reboot would cut off is under way: no alert is open, no output but the amber link lamp is on, the journal
    /// works.</summary>
    /// <remarks>The link lamp says only what the reboot is for. Without a journal the reboot would be forgotten, and repeated (F3).</remarks>
    public static bool MayReboot(StationState state, StationOptions options, TimeSpan now)
    {
        if (state.Alerts.Length > 0 || state.Senses.SelfTest is not null)
            return false;
        foreach (var alarm in state.Alarms)
            if (alarm.Event is ReportEvent.PanicPressed or ReportEvent.StorageFault)
                return false;
        return (Annunciation.Of(state, options, now) & ~Outputs.LampLink) == Outputs.None;
    }

    private bool IsDue(LadderOptions options, TimeSpan now)
    {
        if (now - TroubleSince < options.Patience || (Last is not null && now - LastAt < LastWait))
            return false;
        return UnregisteredSince is not { } since || now - since >= options.RegistrationPatience;
    }

    private (ModemLadder, RungDecision?) Climb(ModemEvidence evidence, IReadOnlySet<ModemRung> able, LadderOptions options, TimeSpan now)
    {
        var skipped = new List<ModemRung>();
        var ladder = this;
        // Twice through the rungs at most: what is left of this round, then the next.
        for (var pass = 0; pass < 2; pass++)
        {
            for (var rung = ladder.Next; rung <= ModemRung.PiReboot; rung++)
            {
                if (!able.Contains(rung) || (rung == ModemRung.PiReboot && !ladder.RebootIsFree(evidence, options, now)))
                {
                    skipped.Add(rung);
                    continue;
                }

                var wait = options.After(rung) * (1 << Math.Min(ladder.Round, LadderOptions.DoublingsMax));
                var taken = ladder with
                {
                    Next = rung == ModemRung.PiReboot ? ModemRung.Reconnect : rung + 1,
                    Round = rung == ModemRung.PiReboot ? ladder.Round + 1 : ladder.Round,
                    Last = rung,
                    LastAt = now,
                    LastWait = wait,
                    LastRebootAt = rung == ModemRung.PiReboot ? now : ladder.LastRebootAt,
                };
                return (taken, new RungDecision(rung, ladder.ReasonAt(evidence, now), [.. skipped.Distinct()]));
            }

            ladder = ladder with { Next = ModemRung.Reconnect, Round = ladder.Round + 1 };
        }

        return (this, null);
    }

    private bool RebootIsFree(ModemEvidence evidence, LadderOptions options, TimeSpan now) =>
        evidence.MayReboot
        && now - TroubleSince >= options.RebootPatience
        && (evidence.LastRebootAt is not { } told || now - told >= options.RebootEvery)
        && (LastRebootAt is not { } own || now - own >= options.RebootEvery);

    private string ReasonAt(ModemEvidence evidence, TimeSpan now)
    {
        var what = !evidence.Present ? "no modem" : !evidence.Registered ? "no network" : "no proof of the link";
        return string.Create(CultureInfo.InvariantCulture, $"{what} for {(now - TroubleSince!.Value).TotalSeconds:0} s");
    }
}
