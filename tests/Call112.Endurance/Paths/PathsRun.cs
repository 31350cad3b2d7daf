using Call112.Campaign;
using Call112.Endurance.Machine;

namespace Call112.Endurance.Paths;

/// <param name="Rounds">How often each cell is played.</param>
/// <param name="Only">One cell, or several by <c>*</c>: <c>lan/half-open/idle</c>, <c>both/*/dispatch</c>; null: all.</param>
/// <param name="Seed">Of the moments at which faults strike.</param>
/// <param name="Side">Cells that are played side by side.</param>
internal sealed record PathsOptions(int Rounds, string? Only, int Seed, int Side, string? Gateway);

/// <summary>
/// The path matrix: what lines there are × what breaks one × what goes on meanwhile. Each cell has a station, a network and proxies of its own, so
/// that cells stand side by side; broker and centre are one for all. The long ones begin first.
/// </summary>
internal sealed class PathsRun(Site site, PathsOptions options)
{
    private const double KnownWithin = 10, KnownWithinFrugal = 90;

    private readonly Lock _telling = new();
    private readonly List<PathResult> _results = [];
    private readonly List<string> _failures = [];

    public async Task<CampaignPart> RunAsync()
    {
        var began = site.Time.GetTimestamp();
        var (program, build) = options.Gateway is { } given ? (given, given) : site.NewestGateway();
        var cells = Cells();
        if (cells.Count == 0)
            throw new EnduranceException(
                $"no cell is called {options.Only}: lan, lte, lte-hurried or both / {FaultNames} / idle, telemetry or dispatch");
        await using var city = new PathCity(site, program, options.Seed);
        await city.StartAsync();
        Console.WriteLine($"{cells.Count} cells, {options.Side} side by side; gateway: {build}");
        using var seats = new SemaphoreSlim(options.Side);
        // Lines that keep the metered pace take minutes each.
        await Task.WhenAll(cells.OrderByDescending(cell => cell.IsFrugal).ThenBy(cell => cell.Round).Select(cell => PlayAsync(city, cell, seats)));
        return Part(build, site.Time.GetElapsedTime(began).TotalSeconds);
    }

    private static string FaultNames => string.Join(", ", PathFault.All.Select(fault => fault.Name));

    private List<PathCell> Cells()
    {
        var cells = new List<PathCell>();
        for (var round = 1; round <= options.Rounds; round++)
            foreach (var ways in Enum.GetValues<Ways>())
                foreach (var fault in PathFault.All)
                    foreach (var load in Enum.GetValues<Load>())
                        cells.Add(new PathCell(cells.Count, ways, fault, load, round));
        return [.. cells.Where(IsMeant)];
    }

    private bool IsMeant(PathCell cell)
    {
        if (options.Only is null)
            return true;
        var (wanted, has) = (options.Only.Split('/'), cell.Name.Split('/'));
        return wanted.Length <= has.Length && wanted.Zip(has).All(pair => pair.First == "*" || pair.First == pair.Second);
    }

    private async Task PlayAsync(PathCity city, PathCell cell, SemaphoreSlim seats)
    {
        await seats.WaitAsync();
        try
        {
            Take(await new CellRun(city, cell).RunAsync());
        }
        catch (Exception e) when (e is EnduranceException or HttpRequestException or TaskCanceledException or InvalidOperationException)
        {
            lock (_telling)
                _failures.Add($"{cell.Name}, round {cell.Round}: {e.Message}");
            Console.WriteLine($"{cell.Name}: FAILED: {e.Message}");
        }
        finally
        {
            seats.Release();
        }
    }

    private void Take(PathResult result)
    {
        lock (_telling)
        {
            _results.Add(result);
            _failures.AddRange(result.Failures);
            Console.WriteLine(
                $"{result.Cell.Name}: known {Text(result.Doubted.Station)} / {Text(result.Doubted.Center)} s, "
                + $"down {Text(result.Lost.Station)} / {Text(result.Lost.Center)} s, up again {Text(result.Recovered)} s, "
                + $"{result.Missing} of {result.Dispatches} lost, {result.Double} double");
            foreach (var failure in result.Failures)
                Console.WriteLine($"  FAILED: {failure}");
        }
    }

    private CampaignPart Part(string build, double seconds) => new("paths", "The path matrix: lines × faults × load")
    {
        Figures = [.. Figures()],
        Tables = [Matrix(), BothTable()],
        Failures = _failures,
        Covers = ["F4", "F5", "F8", "F9", "F10", "F13"],
        Notes = Notes(build),
        Seconds = seconds,
        Command = "dotnet run -c Release --project tests/Call112.Endurance -- paths",
    };

    private IEnumerable<Figure> Figures()
    {
        foreach (var ways in Enum.GetValues<Ways>())
        {
            var results = _results.Where(result => result.Cell.Ways == ways).ToList();
            if (results.Count == 0)
                continue;
            var goal = ways == Ways.Lte ? KnownWithinFrugal : KnownWithin;
            var name = PathCell.NameOf(ways);
            yield return new Figure($"{name}: known at the station, worst", Worst(results, result => result.Doubted.Station), "s", goal);
            yield return new Figure($"{name}: known at the centre, worst", Worst(results, result => result.Doubted.Center), "s", goal);
            yield return new Figure($"{name}: up again at both ends, worst", Worst(results, result => result.Recovered), "s");
        }

        yield return new Figure("cells played", _results.Count, "");
        yield return new Figure("dispatches", _results.Sum(result => result.Dispatches), "");
        yield return new Figure("dispatches lost", _results.Sum(result => result.Missing), "", AtMost: 0);
        yield return new Figure("dispatches that sounded twice", _results.Sum(result => result.Double), "", AtMost: 0);
        yield return new Figure("stations of two lines that were down", _results.Count(result => result.WasDown), "", AtMost: 0);
    }

    private FigureTable Matrix() => new(
        "Detection times of lines: from the fault to the end of \"up\", seconds",
        [
            "lines", "fault", "cells", "station, median", "worst", "centre, median", "worst", "down, worst", "up again, median", "worst",
            "dispatches", "lost", "double",
        ],
        [.. _results.GroupBy(result => (result.Cell.Ways, result.Cell.Fault))
            .OrderBy(group => group.Min(result => result.Cell.Number)).Select(group => Row([.. group]))]);

    private static IReadOnlyList<string> Row(List<PathResult> results) =>
    [
        PathCell.NameOf(results[0].Cell.Ways), results[0].Cell.Fault.Name, $"{results.Count}",
        Median(results, result => result.Doubted.Station), Text(WorstOf(results, result => result.Doubted.Station)),
        Median(results, result => result.Doubted.Center), Text(WorstOf(results, result => result.Doubted.Center)),
        $"{Text(WorstOf(results, result => result.Lost.Station))} / {Text(WorstOf(results, result => result.Lost.Center))}",
        Median(results, result => result.Recovered), Text(WorstOf(results, result => result.Recovered)),
        $"{results.Sum(result => result.Dispatches)}", $"{results.Sum(result => result.Missing)}", $"{results.Sum(result => result.Double)}",
    ];

    private FigureTable BothTable() => new(
        "Two lines, one struck: the slowest dispatch into the box, ms",
        ["fault", "slowest", "station down"],
        [.. _results.Where(result => result.Cell.Ways == Ways.Both).GroupBy(result => result.Cell.Fault)
            .OrderBy(group => group.Min(result => result.Cell.Number))
            .Select(group => (IReadOnlyList<string>)[
                group.Key.Name,
                WorstOf([.. group], result => result.SlowestToBox) is { TotalMilliseconds: var ms } ? FormattableString.Invariant($"{ms:0}") : "-",
                $"{group.Count(result => result.WasDown)} of {group.Count()}",
            ])]);

    private string[] Notes(string build) =>
    [
        $"Gateway: {build}. Seed {options.Seed}; {options.Rounds} round(s); {options.Side} cells side by side on {Environment.ProcessorCount} "
        + "processors. Each row has the loads idle, telemetry every second and in mid-dispatch.",
        "Known: the uplink's verdict leaves \"up\" (suspect counts), at the station by its panel (stream, and looked at every 250 ms), at the "
        + "centre by its event stream (the uplink, or of a single line the station). Down, worst: station / centre.",
        "lte is a metered line alone: heartbeats every 30 s, goal 90 s. lte-hurried is the same line while the other one is down: goal 10 s. "
        + "both: the fault strikes the line that is not metered.",
        "close, reset: the line also refuses new connections until the fault ends. half-open: SIGSTOP of a broker of its own, bridged to the "
        + "city's. one-way-out: only what the station says goes through; one-way-in: only what it is told.",
        "certificate: TLS ends no living session, so the session is reset when the broker begins to show a certificate that has expired.",
        "dns, clock: they break nothing by themselves, so the session is reset and the station has to come back while the fault stands; up again "
        + "counts from the fault. The clock is the gateway's alone (libfaketime), its monotonic clock is real. Over TLS (clock-10y-tls) a line is "
        + "lost until the clock is right: no certificate is valid ten years ago (F4).",
        "Up again, where the line was unusable: from the end of the fault until both ends say up. The back-off's cap is 30 s.",
    ];

    private static double Worst(List<PathResult> results, Func<PathResult, TimeSpan?> value) =>
        Math.Round(WorstOf(results, value)?.TotalSeconds ?? 0, 3);

    private static TimeSpan? WorstOf(List<PathResult> results, Func<PathResult, TimeSpan?> value) => results.Max(value);

    private static string Median(List<PathResult> results, Func<PathResult, TimeSpan?> value)
    {
        TimeSpan[] known = [.. results.Select(value).OfType<TimeSpan>().Order()];
        return known.Length == 0 ? "-" : Text(known[known.Length / 2]);
    }

    private static string Text(TimeSpan? time) => time is { } known ? FormattableString.Invariant($"{known.TotalSeconds:0.0}") : "-";
}
