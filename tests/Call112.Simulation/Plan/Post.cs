using Call112.Station;

namespace Call112.Simulation.Plan;

/// <summary>One post as it was built: how loud it is, and how it reaches the centre. At least one way is there.</summary>
/// <param name="HasLan">A line of its own, the normal profile.</param>
/// <param name="HasLte">A line over a modem, the metered profile.</param>
/// <param name="Modem">How the modem is looked after; null: it is not.</param>
/// <param name="Receiver">Its GNSS receiver; null: it has none.</param>
internal sealed record Post(StationKind Kind, bool HasLan = true, bool HasLte = false, ModemFit? Modem = null, ReceiverFit? Receiver = null);

/// <param name="IsSurveyed">People have measured where the post is.</param>
/// <param name="IsBrisk">A box that is away for 30 s counts as moved, the lower limit; otherwise after 5 min.</param>
internal sealed record ReceiverFit(bool IsSurveyed, bool IsBrisk);

/// <summary>What the service may do with the modem.</summary>
/// <param name="HasSms">The last path is on.</param>
/// <param name="HasHat">Power key and supply are lines of the board.</param>
/// <param name="HasConnection">NetworkManager has a connection for it.</param>
/// <param name="IsBrisk">The ladder's waits are near their lower limits; otherwise the usual ones.</param>
internal sealed record ModemFit(bool HasSms, bool HasHat, bool HasConnection, bool IsBrisk)
{
    private static readonly LadderOptions s_brisk = new()
    {
        Patience = TimeSpan.FromSeconds(20),
        RegistrationPatience = TimeSpan.FromMinutes(4),
        AfterReconnect = TimeSpan.FromSeconds(10),
        AfterDisableEnable = TimeSpan.FromSeconds(15),
        AfterModemReset = TimeSpan.FromSeconds(45),
        AfterUsbReenumeration = TimeSpan.FromSeconds(40),
        AfterPowerKey = TimeSpan.FromSeconds(50),
        AfterSupplyCut = TimeSpan.FromSeconds(50),
        AfterPiReboot = TimeSpan.FromSeconds(120),
        RebootPatience = TimeSpan.FromMinutes(5),
    };

    public LadderOptions Ladder => IsBrisk ? s_brisk : new LadderOptions();
}
