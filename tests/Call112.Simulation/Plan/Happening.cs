namespace Call112.Simulation.Plan;

/// <summary>What can happen to the city. People first, then what breaks.</summary>
internal enum Kind
{
    // Dispatchers.
    Dispatch,
    Update,
    Cancel,
    Command,

    // Station staff, and whoever stands at the cabinet.
    PressAcknowledge,
    PressResponding,
    StepOnPanel,
    Panic,
    ClearPanic,
    Tamper,
    Mains,

    // The network.
    Noise,
    HalfOpen,
    UpBlocked,
    DownBlocked,
    Unreachable,
    Reset,
    InterfaceGone,
    BrokerGone,
    PublishesSwallowed,
    BridgeDown,
    CutOff,

    // The modem and the mobile network.
    ModemVanishes,
    ModemHangs,
    ModemMute,
    RegistrationLost,
    ModemRenumbered,
    SmsNoise,
    SmsForged,
    SmsReplayed,

    // The GNSS receiver, and whoever carries the box away.
    GnssDrifts,
    GnssJumps,
    GnssRolledOver,
    GnssNullIsland,
    GnssSilent,
    GnssGarbage,
    GpsdRestarts,
    BoxCarriedAway,

    // The broker.
    BrokerRestarts,
    BrokerForgets,
    SessionLost,
    QueueShrinks,

    // The station's process and power.
    Killed,
    KilledAtWrite,
    PowerCut,
    PowerCutAtWrite,

    // The disk.
    DiskFull,
    DiskReadOnly,
    DiskFailsWrites,
    DiskFailsSyncs,
    DiskStalls,
    JournalDamaged,

    // The clock.
    ClockJumps,
    ClockWrongAtBoot,

    // The cabinet.
    ButtonStuck,
    ButtonHeldAtBoot,
    ContactChatters,
    OutputDead,
    OutputStuckOn,
    ChipSilent,
    LineStuck,
    LineHeld,
    ReadBackWrong,
    CardVanishes,
    LoopBroken,
    LoopChatters,

    // The centre.
    CenterKilled,
    CenterBreaks,
    CenterDead,

    // Two boxes, one name (F20).
    Cloned,
}

/// <summary>One thing that happens.</summary>
/// <param name="Station">Which station it happens to; -1: none, or all.</param>
/// <param name="For">How long it lasts; zero for what has no length.</param>
/// <param name="Dice">Seed of its own dice, so that leaving out another thing changes nothing here.</param>
internal sealed record Happening(TimeSpan At, Kind Kind, int Station, TimeSpan For, int Dice)
{
    public override string ToString() =>
        $"{At.TotalSeconds,9:0.000} s  {Kind}{(Station >= 0 ? $" at station {Station}" : "")}{(For > TimeSpan.Zero ? $" for {For.TotalSeconds:0.###} s" : "")}";
}

/// <summary>A city and everything that will happen to it: the whole of a seed.</summary>
internal sealed record CityPlan(int Seed, IReadOnlyList<Post> Posts, TimeSpan Length, IReadOnlyList<Happening> Happenings);
