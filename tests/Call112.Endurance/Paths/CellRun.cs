using Call112.Endurance.Lines;
using Call112.Endurance.Machine;
using Call112.Endurance.Scale;

namespace Call112.Endurance.Paths;

/// <summary>
/// Plays one cell: station up, load on, fault at a random moment of the heartbeat's pace, end of the fault, everything accounted for.
/// </summary>
internal sealed class CellRun(PathCity city, PathCell cell)
{
    /// <summary>How long a fault stands: longer than the loss takes to be known at both ends (10 s; metered 90 s).</summary>
    private static readonly TimeSpan s_stands = TimeSpan.FromSeconds(14), s_standsFrugal = TimeSpan.FromSeconds(95);

    /// <summary>How long a fault stands that breaks nothing by itself, after the station has come back.</summary>
    private static readonly TimeSpan s_standsHarmless = TimeSpan.FromSeconds(8);

    /// <summary>The pace of heartbeats: the fault strikes anywhere in it.</summary>
    private static readonly TimeSpan s_pace = TimeSpan.FromSeconds(5), s_paceFrugal = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan s_dispatchEvery = TimeSpan.FromSeconds(2), s_sameMoment = TimeSpan.FromMilliseconds(20);

    /// <summary>The longest pause of the back-off, an attempt that hangs, and some room.</summary>
    private static readonly TimeSpan s_recoversWithin = TimeSpan.FromSeconds(75), s_answeredWithin = TimeSpan.FromSeconds(60);

    /// <summary>With another line alive a dispatch needs no longer than this into the box.</summary>
    private static readonly TimeSpan s_late = TimeSpan.FromSeconds(1);

    private readonly Random _dice = city.DiceOf(cell);
    private readonly List<Guid> _sent = [];
    private readonly List<string> _failures = [];

    private Site Site => city.Site;

    public async Task<PathResult> RunAsync()
    {
        await using var station = await PathStation.StartAsync(city, cell);
        await Site.Pause((cell.IsFrugal ? s_paceFrugal : s_pace) * _dice.NextDouble());
        using var over = new CancellationTokenSource();
        var traffic = cell.Load == Load.Dispatch ? DispatchAsync(station, over.Token) : Task.CompletedTask;
        if (cell.Load == Load.Dispatch)
            await Site.Pause(s_sameMoment * _dice.NextDouble());
        var began = Site.Time.GetTimestamp();
        Begin(station);
        var recovered = cell.Fault.Ends ? await UnusableAsync(station, began) : await HarmlessAsync(station, began);
        await over.CancelAsync();
        await traffic;
        using var book = new BookReader(city.Center.Database);
        await Site.HoldsAsync(() => _sent.TrueForAll(id => book.Steps(id, "Received") > 0), s_answeredWithin, TimeSpan.FromSeconds(1));
        return await ResultAsync(station, book, began, recovered);
    }

    private void Begin(PathStation station)
    {
        cell.Fault.Begin(station);
        if (!cell.Fault.Ends)
            station.Struck.Reset();
    }

    /// <summary>The line carries nothing until the fault ends. Gives the time to recover after its end.</summary>
    private async Task<TimeSpan?> UnusableAsync(PathStation station, long began)
    {
        var stands = cell.IsFrugal ? s_standsFrugal : s_stands;
        await Site.Pause(stands / 2);
        if (cell.Load != Load.Dispatch)
            await SendAsync();
        await Site.Pause(stands - Site.Time.GetElapsedTime(began));
        var ended = Site.Time.GetTimestamp();
        cell.Fault.End(station);
        return await RecoveredAsync(station, began, ended);
    }

    /// <summary>The station has to come back while the fault stands. Gives the time from its beginning.</summary>
    private async Task<TimeSpan?> HarmlessAsync(PathStation station, long began)
    {
        var recovered = await RecoveredAsync(station, began, began);
        if (cell.Load != Load.Dispatch)
            await SendAsync();
        await Site.Pause(s_standsHarmless);
        if (cell.Fault.Needs.HasFlag(Around.Clock) && !city.SightOf(cell.StationId).Alarms.Contains("ClockSet"))
            _failures.Add("the station did not report that its clock was set");
        cell.Fault.End(station);
        return recovered;
    }

    private async Task<TimeSpan?> RecoveredAsync(PathStation station, long struck, long since)
    {
        TimeSpan? both = null;
        bool Recovered() => (both = Later(station.Uplink.Restored(struck, since), CenterLog.Restored(struck, since))) is not null;
        if (!await Site.HoldsAsync(Recovered, s_recoversWithin))
            _failures.Add(FormattableString.Invariant(
                $"not up again {s_recoversWithin.TotalSeconds} s later: station {station.Uplink.Present}, centre {CenterLog.Present}"));
        return both;
    }

    /// <summary>What the centre says of the line that is struck.</summary>
    private VerdictLog CenterLog => city.SightOf(cell.StationId).Of(cell.Uplink);

    /// <summary>A dispatch every two seconds, and a crew that presses TERIMA.</summary>
    private async Task DispatchAsync(PathStation station, CancellationToken over)
    {
        try
        {
            while (true)
            {
                await SendAsync();
                await Task.Delay(s_dispatchEvery, Site.Time, over);
                await station.AcknowledgeAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The cell is over.
        }
    }

    private async Task SendAsync() => _sent.Add(await city.Center.DispatchAsync([], [cell.StationId]));

    private async Task<PathResult> ResultAsync(PathStation station, BookReader book, long began, TimeSpan? recovered)
    {
        var sight = city.SightOf(cell.StationId);
        var isAlone = cell.Ways != Ways.Both;
        // Of one line that is left the station's own verdict is the line's, whichever comes first.
        var doubtedByCenter = Sooner(CenterLog.Doubted(began), isAlone ? sight.Station.Doubted(began) : null);
        var doubted = (Station: station.Uplink.Doubted(began), Center: doubtedByCenter);
        if (doubted.Station is null || doubted.Center is null)
            _failures.Add($"never known {(doubted.Station is null ? "at the station" : "at the centre")}");
        var wasDown = !isAlone && (station.Center.Lost(began) is not null || sight.Station.Lost(began) is not null);
        if (wasDown)
            _failures.Add("one line was struck, and the station was down");
        var missing = _sent.Count(id => book.Steps(id, "Received") == 0);
        var twice = _sent.Count(id => book.Steps(id, "Received") > 1 || book.Steps(id, "Sounding") > 1);
        if (missing + twice > 0)
            _failures.Add($"{missing} of {_sent.Count} dispatches lost, {twice} sounded twice");
        var slowest = await SlowestToBoxAsync();
        if (!isAlone && slowest > s_late)
            _failures.Add(FormattableString.Invariant($"a dispatch needed {slowest.Value.TotalSeconds:0.00} s into the box, and one line was alive"));
        return new PathResult(cell)
        {
            Doubted = doubted,
            Lost = (station.Uplink.Lost(began), Sooner(CenterLog.Lost(began), isAlone ? sight.Station.Lost(began) : null)),
            Recovered = recovered,
            Dispatches = _sent.Count,
            Missing = missing,
            Double = twice,
            SlowestToBox = slowest,
            WasDown = wasDown,
            Failures = [.. _failures.Select(failure => $"{cell.Name}, round {cell.Round}, {cell.StationId}: {failure}")],
        };
    }

    /// <summary>From the centre's sending to the box, by wall clocks of one machine; nothing while the station's is turned.</summary>
    private async Task<TimeSpan?> SlowestToBoxAsync()
    {
        if (cell.Fault.Needs.HasFlag(Around.Clock))
            return null;
        TimeSpan? slowest = null;
        foreach (var id in _sent)
        {
            var dispatch = await city.Center.GetAsync($"/api/dispatches/{id}");
            var sent = dispatch.GetProperty("sentAt").GetDateTimeOffset();
            foreach (var step in dispatch.GetProperty("stations").EnumerateArray().SelectMany(one => one.GetProperty("steps").EnumerateArray()))
                if (step.GetProperty("event").GetString() == "Received")
                    slowest = Later(step.GetProperty("occurredAt").GetDateTimeOffset() - sent, slowest ?? TimeSpan.MinValue);
        }

        return slowest;
    }

    private static TimeSpan? Sooner(TimeSpan? one, TimeSpan? other) => one is null || other < one ? other ?? one : one;

    private static TimeSpan? Later(TimeSpan? one, TimeSpan? other) => one is null || other is null ? null : one > other ? one : other;
}
