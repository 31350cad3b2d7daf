using Call112.Endurance.Lines;

namespace Call112.Endurance.Paths;

/// <summary>What a fault needs around the line that it strikes.</summary>
[Flags]
internal enum Around
{
    Nothing = 0,

    /// <summary>A broker of the line's own, bridged to the city's, so that it can be stopped alone.</summary>
    OwnBroker = 1,

    /// <summary>The broker is known by a name that a server of this run resolves.</summary>
    Name = 2,

    /// <summary>The line speaks TLS; the broker has its certificate for the name.</summary>
    Tls = 4 | Name,

    /// <summary>The gateway's wall clock can be turned.</summary>
    Clock = 8,
}

/// <summary>One fault of a line.</summary>
/// <param name="Ends">
/// True: the line is unusable until the fault ends. False: nothing breaks by it alone, so the session is reset when it begins, and the station has
/// to come back while it stands.
/// </param>
internal sealed record PathFault(string Name, bool Ends, Around Needs, Action<PathStation> Begin, Action<PathStation> End)
{
    public static IReadOnlyList<PathFault> All { get; } =
    [
        OfLine("close", line =>
        {
            line.Reception = Reception.Close;
            line.Close();
        }),
        OfLine("reset", line =>
        {
            line.Reception = Reception.Reset;
            line.Reset();
        }),
        new("half-open", true, Around.OwnBroker, station => station.OwnBroker!.Freeze(), station => station.OwnBroker!.Thaw()),
        OfLine("swallowed", line => (line.ToBroker, line.ToStation) = (Carriage.Swallow, Carriage.Swallow)),
        OfLine("one-way-out", line => line.ToStation = Carriage.Swallow),
        OfLine("one-way-in", line => line.ToBroker = Carriage.Swallow),
        OfLine("drops-publishes", line => (line.ToBroker, line.ToStation) = (Carriage.DropPublishes, Carriage.DropPublishes)),
        new("certificate", true, Around.Tls, station => station.ShowCertificate(good: false), station => station.ShowCertificate(good: true)),
        new("dns", false, Around.Name, station => station.Names!.IsDead = true, station => station.Names!.IsDead = false),
        new("clock+10y", false, Around.Clock, station => station.TurnClock("+10y"), station => station.TurnClock("+0")),
        new("clock-10y", false, Around.Clock, station => station.TurnClock("-10y"), station => station.TurnClock("+0")),
        // The broker's certificate is not valid yet, ten years before.
        new("clock-10y-tls", true, Around.Clock | Around.Tls, station =>
        {
            station.TurnClock("-10y");
            station.Struck.Reset();
        }, station => station.TurnClock("+0")),
    ];

    private static PathFault OfLine(string name, Action<FaultProxy> begin) =>
        new(name, true, Around.Nothing, station => begin(station.Struck), station => station.Struck.Mend());
}
