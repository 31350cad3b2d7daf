using System.Text.Json;
using Call112.Campaign;
using Call112.Endurance.Machine;

namespace Call112.Endurance.Scale;

/// <param name="Embedded">The centre's own broker instead of Mosquitto.</param>
/// <param name="Rounds">City-wide dispatches of which the median and the worst are shown.</param>
internal sealed record ScaleOptions(
    IReadOnlyList<int> Stations, bool Embedded, bool Metered, int Rounds, TimeSpan Watch, TimeSpan Patience, string? Center, int Seed);

/// <summary>
/// One centre and many light stations. Links them, watches the load of their heartbeats, sends city-wide dispatches, takes the broker away and
/// gives it back. Every figure that comes after a time limit is a failure, and the part is written all the same.
/// </summary>
internal sealed class ScaleRun(Site site, ScaleOptions options) : IDisposable
{
    private const double GoalSeconds = 2;
    private const int GoalStations = 10_000, TargetsMax = 500, Questions = 20, ConnectsPerSecond = 500;

    private static readonly TimeSpan s_lookEvery = TimeSpan.FromMilliseconds(10), s_lookAtAllEvery = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_betweenRounds = TimeSpan.FromSeconds(3);

    private readonly List<Figure> _figures = [];
    private readonly List<FigureTable> _tables = [];
    private readonly List<string> _failures = [];
    private readonly List<string> _notes = [];
    private readonly List<IReadOnlyList<string>> _rows = [];
    private Mosquitto? _mosquitto;
    private CenterProcess? _startedCenter;
    private StationFleet? _startedFleet;
    private BookReader? _openBook;
    private int _count;

    private string Broker => options.Embedded ? "embedded" : "mosquitto";

    public async Task<CampaignPart> RunAsync()
    {
        var began = site.Time.GetTimestamp();
        foreach (var count in options.Stations)
        {
            var limit = Posix.AllowOpenFiles((ulong)count + 1_000);
            if (limit < (ulong)count + 500)
                throw new EnduranceException($"{count} stations need 'ulimit -n {count + 1_000}' here and for the broker; the hard limit is {limit}");
            _count = count;
            _rows.Clear();
            Say($"{count} stations on {Broker}");
            try
            {
                await RunOneAsync();
            }
            catch (Exception e) when (e is EnduranceException or HttpRequestException or TaskCanceledException)
            {
                Fail(e.Message);
            }
            finally
            {
                Dispose();
            }

            _tables.Add(new FigureTable(
                Invariant($"{count:N0} stations on {Broker}: processor seconds of each process in each phase"),
                ["phase", "seconds", "centre", "broker", "stations (instrument)", "centre RSS MiB", "broker RSS MiB"], [.. _rows]));
        }

        AddNotes();
        var counts = string.Join(" and ", options.Stations.Select(count => Invariant($"{count:N0}")));
        return new CampaignPart($"scale-{Broker}", $"One centre with {counts} stations on {(options.Embedded ? "the embedded broker" : "Mosquitto")}")
        {
            Figures = _figures,
            Tables = _tables,
            Failures = _failures,
            Covers = ["F8", "F14", "F18"],
            Notes = _notes,
            Seconds = site.Time.GetElapsedTime(began).TotalSeconds,
            Command = $"dotnet run -c Release --project tests/Call112.Endurance -- scale --broker {Broker}",
        };
    }

    private void AddNotes()
    {
        _notes.Add("Stations, centre and broker share one machine: the stations' column is the instrument's share, which a city does not pay here.");
        _notes.Add(
            "A light station answers Received (no Sounding), keeps a report until its receipt, gives up a late PUBACK, and comes back with the "
            + "gateway's own full-jitter back-off.");
        _notes.Add(
            "The end of a dispatch is the moment at which a reader of the centre's database sees the last Received committed, looked at every 10 ms; "
            + "the zero is the moment before the request to the API.");
        _notes.Add("The first city-wide dispatch meets code that is not compiled yet; a centre that has run for a day is the later ones.");
        _notes.Add(Invariant($"Seed {options.Seed}. Heartbeats every {HeartbeatEvery.TotalSeconds:0} s. {Environment.ProcessorCount} processors."));
        if (!options.Embedded)
            _notes.Add(
                "Mosquitto: max_queued_messages 100000 (by default 1,000, less than a city's answers, F14), persistence on, "
                + "restart by SIGTERM.");
        else
        {
            _notes.Add("The embedded broker is in the centre's process: its processor time is the centre's, and its restart is the centre's.");
            _notes.Add(
                "It takes 2,000 clients, and is for demo, tests and a small post. Before that limit, 10,000 stations were tried: 970 were linked after 180 s, "
                + "and the centre had used 312 s of processor time.");
        }
    }

    public void Dispose()
    {
        _startedFleet?.Dispose();
        _openBook?.Dispose();
        _startedCenter?.Dispose();
        _mosquitto?.Dispose();
        (_startedFleet, _openBook, _startedCenter, _mosquitto) = (null, null, null, null);
    }

    private CenterProcess Center => _startedCenter!;

    private StationFleet Fleet => _startedFleet!;

    private BookReader Book => _openBook!;

    private TimeSpan HeartbeatEvery => TimeSpan.FromSeconds(options.Metered ? 30 : 5);

    private async Task RunOneAsync()
    {
        _mosquitto = options.Embedded ? null : new Mosquitto(site);
        if (_mosquitto is not null)
            await _mosquitto.StartAsync();
        _startedCenter = new CenterProcess(site, options.Center ?? site.BuiltCenter, _mosquitto?.Port);
        await Center.StartAsync();
        _openBook = new BookReader(Center.Database);
        var deadline = TimeSpan.FromSeconds(options.Metered ? 20 : 4);
        var fleet = new FleetOptions(_count, Center.MqttPort, HeartbeatEvery, deadline, ConnectsPerSecond, options.Seed);
        _startedFleet = new StationFleet(fleet, site.Time);
        Fleet.Start();
        var since = site.Time.GetUtcNow();
        await PhaseAsync("all link", () => AllSeenAsync(since, "linked and seen for the first time"));
        await PhaseAsync("heartbeats", WatchAsync);
        // A centre has run for months when it matters, and its code is compiled by then; ours has run for half a minute.
        await DispatchesAsync("first city-wide dispatch", ["all"], _count, withDesk: false, rounds: 1, isWarmUp: true);
        await DispatchesAsync("city-wide dispatch", ["all"], _count, withDesk: false);
        await DispatchesAsync("dispatch to 500 named", [], Math.Min(TargetsMax, _count), withDesk: false);
        await DispatchesAsync("city-wide, desk watching", ["all"], _count, withDesk: true);
        await StormAsync();
        await DispatchesAsync("city-wide after the restart", ["all"], _count, withDesk: false, rounds: 1);
        await JudgeAsync();
    }

    /// <summary>Processor time and memory of everybody over one phase.</summary>
    private async Task PhaseAsync(string name, Func<Task> phase)
    {
        var began = site.Time.GetTimestamp();
        var (center, broker, own) = (ProcessFigures.Of(Center.Id), BrokerFigures(), ProcessFigures.Of(Environment.ProcessId));
        var (centerId, brokerId) = (Center.Id, _mosquitto?.Id);
        await phase();
        if (Fleet.Failure is { } defect)
            throw new EnduranceException($"the light stations broke: {defect}");
        var seconds = site.Time.GetElapsedTime(began).TotalSeconds;
        var (centerAfter, brokerAfter, ownAfter) = (ProcessFigures.Of(Center.Id), BrokerFigures(), ProcessFigures.Of(Environment.ProcessId));
        // A process that was started anew begins at zero.
        var centerCpu = centerAfter.CpuSeconds - (centerId == Center.Id ? center.CpuSeconds : 0);
        var brokerCpu = brokerAfter?.CpuSeconds - (brokerId == _mosquitto?.Id ? broker?.CpuSeconds : 0);
        _rows.Add([
            name, Invariant($"{seconds:0.0}"), Invariant($"{centerCpu:0.00}"), brokerCpu is { } cpu ? Invariant($"{cpu:0.00}") : "in the centre",
            Invariant($"{ownAfter.CpuSeconds - own.CpuSeconds:0.00}"), Invariant($"{centerAfter.ResidentMiB:0}"),
            brokerAfter is { } after ? Invariant($"{after.ResidentMiB:0}") : "",
        ]);
        Say(string.Join("  ", _rows[^1]));
    }

    private ProcessFigures? BrokerFigures() => _mosquitto is null ? null : ProcessFigures.Of(_mosquitto.Id);

    private async Task AllSeenAsync(DateTimeOffset since, string what)
    {
        var began = site.Time.GetTimestamp();
        TimeSpan Passed() => site.Time.GetElapsedTime(began);
        var linked = await site.HoldsAsync(() => Fleet.Linked == _count, options.Patience) ? Passed() : options.Patience;
        var seen = 0;
        while ((seen = await SeenAsync(since)) < _count && Passed() < options.Patience)
            await site.Pause(s_lookAtAllEvery);
        if (seen < _count)
            Fail($"after {options.Patience.TotalSeconds} s {Fleet.Linked} of {_count} stations are linked and {seen} {what}; losses: {Losses()}");
        Add(what + ": last station linked", linked.TotalSeconds, "s");
        Add(what, Passed().TotalSeconds, "s");
    }

    /// <summary>
    /// Stations that the centre has heard since then. Their rows tell most of it for nothing; one whose birth came before the centre had
    /// subscribed is known by its heartbeat alone, and for that the centre has to be asked.
    /// </summary>
    private async Task<int> SeenAsync(DateTimeOffset since)
    {
        var stored = (int)Book.SeenSince(since);
        if (stored >= _count || Fleet.Linked < _count)
            return stored;
        return (await Center.GetAsync("/api/stations")).EnumerateArray().Count(station =>
            station.GetProperty("verdict").GetString() == "Up"
            && station.GetProperty("lastSeenAt") is { ValueKind: JsonValueKind.String } at && at.GetDateTimeOffset() >= since);
    }

    private async Task WatchAsync()
    {
        var before = Fleet.Counts();
        var (center, broker) = (ProcessFigures.Of(Center.Id).CpuSeconds, BrokerFigures()?.CpuSeconds);
        var began = site.Time.GetTimestamp();
        var questions = new List<double>();
        for (var i = 0; i < Questions; i++)
        {
            await site.Pause(options.Watch / Questions);
            questions.Add(await Center.QuestionMsAsync());
        }

        var seconds = site.Time.GetElapsedTime(began).TotalSeconds;
        var after = Fleet.Counts();
        Add("heartbeats to the centre", (after.Heartbeats - before.Heartbeats) / seconds, "/s");
        Add("processor of the centre under heartbeats", 100 * (ProcessFigures.Of(Center.Id).CpuSeconds - center) / seconds, "% of a core");
        if (BrokerFigures() is { } figures)
            Add("processor of the broker under heartbeats", 100 * (figures.CpuSeconds - broker!.Value) / seconds, "% of a core");
        Add("memory of the centre", ProcessFigures.Of(Center.Id).ResidentMiB, "MiB");
        Add("a question to the centre under heartbeats, worst of 20", questions.Max(), "ms");
        if (after.Lost > before.Lost)
            Fail($"{after.Lost - before.Lost} connections were lost under heartbeats alone: {Losses()}");
    }

    private async Task DispatchesAsync(string name, string[] groups, int targets, bool withDesk, int? rounds = null, bool isWarmUp = false)
    {
        var times = new List<double>();
        var spread = new List<double>();
        string[] stations = groups.Length > 0 ? [] : [.. Enumerable.Range(0, targets).Select(LightStation.NameOf)];
        for (var round = 0; round < (rounds ?? options.Rounds); round++)
        {
            Guid dispatch = default;
            await PhaseAsync(name, async () =>
            {
                using var enough = new CancellationTokenSource();
                var desk = withDesk ? Center.WatchAsync(enough.Token) : Task.FromResult(0L);
                if (withDesk)
                    await site.Pause(TimeSpan.FromSeconds(1));
                var began = site.Time.GetTimestamp();
                dispatch = await Center.DispatchAsync(groups, stations);
                times.Add(await ReportedAsync(dispatch, "Received", targets, targets, began, name));
                await enough.CancelAsync();
                await desk;
            });
            spread.AddRange(await SpreadMsAsync(dispatch));
            await site.Pause(s_betweenRounds);
            await PhaseAsync($"cancel of a {name}", async () =>
            {
                var began = site.Time.GetTimestamp();
                await Center.CancelAsync(dispatch);
                await ReportedAsync(dispatch, "Cancelled", targets, 2 * targets, began, $"cancel of a {name}");
            });
            await site.Pause(s_betweenRounds);
        }

        times.Sort();
        spread.Sort();
        var goal = groups.Length > 0 && _count >= GoalStations && !isWarmUp ? GoalSeconds : (double?)null;
        Add($"{name}: to the last Received in the book, median", times[times.Count / 2], "s", goal);
        Add($"{name}: to the last Received in the book, worst", times[^1], "s");
        if (spread.Count > 0)
            Add($"{name}: Received of a station, median", spread[spread.Count / 2], "ms");
    }

    /// <summary>Seconds until every station's report is committed.</summary>
    private async Task<double> ReportedAsync(Guid dispatch, string @event, int stations, int reports, long began, string name)
    {
        bool AllCame() => Book.Reports(dispatch) >= reports && Book.Stations(dispatch, @event) >= stations;
        var all = await site.HoldsAsync(AllCame, options.Patience, s_lookEvery);
        if (!all)
            Fail($"{name}: after {options.Patience.TotalSeconds} s {Book.Stations(dispatch, @event)} of {stations} {@event}; losses: {Losses()}");
        return site.Time.GetElapsedTime(began).TotalSeconds;
    }

    private async Task<List<double>> SpreadMsAsync(Guid dispatch)
    {
        var view = await Center.GetAsync($"/api/dispatches/{dispatch}");
        var sent = view.GetProperty("sentAt").GetDateTimeOffset();
        return [.. view.GetProperty("stations").EnumerateArray()
            .SelectMany(station => station.GetProperty("steps").EnumerateArray().Take(1))
            .Where(step => step.GetProperty("event").GetString() == "Received")
            .Select(step => (step.GetProperty("receivedAt").GetDateTimeOffset() - sent).TotalMilliseconds)];
    }

    /// <summary>The broker is away for a moment, and everybody comes back.</summary>
    private async Task StormAsync()
    {
        var before = Fleet.Counts();
        DateTimeOffset since = default;
        await PhaseAsync("broker restart", async () =>
        {
            if (_mosquitto is not null)
            {
                _mosquitto.Stop();
                since = site.Time.GetUtcNow();
                await _mosquitto.StartAsync();
            }
            else
            {
                Book.Dispose();
                Center.Stop();
                since = site.Time.GetUtcNow();
                await Center.StartAsync();
                _openBook = new BookReader(Center.Database);
            }

            await AllSeenAsync(since, "back and seen after a broker restart");
        });
        var after = Fleet.Counts();
        Add("attempts to connect for each station in the storm", (after.Connections - before.Connections) / (double)_count, "");
    }

    /// <summary>In the end the centre has everything and believes everybody.</summary>
    private async Task JudgeAsync()
    {
        if (!await site.HoldsAsync(() => Fleet.Unreceipted() == 0, options.Patience))
            Fail($"{Fleet.Unreceipted()} reports were never receipted");
        await site.Pause(2 * HeartbeatEvery);
        JsonElement[] stations = [.. (await Center.GetAsync("/api/stations")).EnumerateArray()];
        var up = stations.Count(station => station.GetProperty("verdict").GetString() == "Up");
        var (missing, gaps, conflicts) = (Sum("missingReports"), Sum("reportGaps"), Sum("reportConflicts"));
        if (up != _count || missing + gaps + conflicts > 0)
            Fail($"in the end {up} of {_count} stations are up; {missing} reports missing, {gaps} gaps, {conflicts} conflicts");
        var deaf = Fleet.DeafFor(TimeSpan.FromSeconds(10));
        if (deaf > 0)
            Fail($"{deaf} stations have not heard the centre for 10 s");
        Add("copies of a dispatch that a station had already", Fleet.Counts().Copies, "");

        long Sum(string name) => stations.Sum(station => station.GetProperty(name).GetInt64());
    }

    private string Losses() => string.Join(", ", Fleet.Counts().Losses.Select(loss => $"{loss.Key}: {loss.Value}"));

    private void Add(string name, double value, string unit, double? atMost = null)
    {
        _figures.Add(new Figure(Invariant($"{_count:N0}: {name}"), Math.Round(value, 3), unit, atMost));
        Say(Invariant($"  {name}: {value:0.###} {unit}"));
    }

    private void Fail(string what)
    {
        _failures.Add(Invariant($"{_count:N0} stations: {what}"));
        Say($"  FAILED: {what}");
    }

    private static void Say(string text) => Console.WriteLine(text);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
