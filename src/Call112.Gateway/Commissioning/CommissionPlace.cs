using Call112.Gateway.Options;
using Call112.Station;

namespace Call112.Gateway.Commissioning;

/// <summary>Where an acceptance happens: the box's configuration, what can be seen of the running station, and whom to talk to.</summary>
/// <param name="Look">Asks the station on its panel's address; null when it does not answer.</param>
/// <param name="Signal">Judges the modem's signal; asked only where a modem is configured.</param>
internal sealed record CommissionPlace(
    GatewayOptions Options,
    Dialogue Dialogue,
    JournalTail Journal,
    TimeProvider Time,
    Func<CancellationToken, Task<StationPicture?>> Look,
    Func<CancellationToken, Task<Finding>> Signal)
{
    public Task<StationPicture?> LookAsync(CancellationToken cancel) => Look(cancel);

    /// <summary>Whether the cabinet has the input. A simulated one has them all: they are pressed on its page.</summary>
    public bool Has(Inputs input) =>
        Options.Board.Cabinet is not { } cabinet || cabinet.Inputs.Any(line => line.Function == Levels.NameOf(input));
}
