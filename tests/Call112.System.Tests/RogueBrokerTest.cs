using System.Collections.Concurrent;
using System.Globalization;
using Call112.Campaign;
using Call112.Messages;
using Call112.System.Tests.Toolkit;
using Microsoft.Data.Sqlite;

namespace Call112.System.Tests;

/// <summary>
/// A broker that is broken or hostile, against the real process (design, promise 5): it never ends the process, never sounds anything, never
/// fills its memory or its journal (F3 F7 F18); and once it behaves, in a flood meanwhile, a real dispatch sounds within a second.
/// </summary>
public abstract class RogueBrokerTest : SystemTest
{
    protected const int AttacksAtOnce = 4, MessagesPerSecond = 10_000;

    /// <summary>A dispatch must sound within this, milliseconds.</summary>
    private const double SoundsWithinMs = 1_000;

    /// <summary>What an attack may cost beyond the memory before it, MiB: two packets of the largest size, their copies, and a heap that breathes.</summary>
    private const double GrowthMaxMiB = 32;

    /// <summary>Rows that a flood may leave in the journal: three events of at most 60 in the window, the real dispatch, links that come and go.</summary>
    private const int JournalRowsMax = 300;

    private readonly ConcurrentQueue<string> _failures = new();

    protected IReadOnlyCollection<string> Failures => _failures;

    protected static double FloodSeconds =>
        double.TryParse(Environment.GetEnvironmentVariable("CALL112_FLOOD_SECONDS"), NumberStyles.Float, CultureInfo.InvariantCulture, out var given) ? given : 4;

    /// <summary>A station that has been served well: subscribed, its first reports receipted.</summary>
    protected async Task<RogueSite> SiteAsync(string name)
    {
        var id = $"pos-{Guid.NewGuid().ToString("N")[..8]}";
        var broker = new RogueBroker(id);
        GatewayProcess station;
        lock (_failures)
            station = Station(broker.Address, [Installed.NativeGateway], id);
        await station.StartReadyAsync();
        await Wait.UntilAsync(() => broker.Reports.ContainsKey(1), $"the station has said that it started ({name})");
        // Armed, connected, at rest: what comes on top is the attack's.
        await Wait.Pause(TimeSpan.FromMilliseconds(300));
        return new RogueSite(broker, station, ProcessMemory.ResidentMiB(station.Pid), station.Pid);
    }

    /// <summary>The broker behaves again: the same process serves a real dispatch, has lost no report, and kept within its bounds.</summary>
    protected async Task<Row> ProvedAsync(RogueSite site, string name, double? inFlood)
    {
        var (broker, station) = (site.Broker, site.Station);
        var edgesBefore = site.Sirens().Count;
        Refuse(inFlood is null && edgesBefore > 0, name, "the siren sounded");
        var back = Wait.MonotonicNs;
        broker.Attack(null);
        await station.WaitAsync(() => broker.IsWell, $"the station comes back after: {name}", TimeSpan.FromSeconds(75));
        var returned = (Wait.MonotonicNs - back) / 1e9;
        var alert = Written.Alert();
        var sent = Wait.MonotonicNs;
        await broker.PublishAsync(Topics.Dispatch(station.StationId), MessageWriter.Write(alert));
        var sounds = await SoundsAsync(site, name, sent, edgesBefore);
        await (await station.PageAsync()).PressAsync("acknowledge");
        await station.WaitAsync(
            () => broker.Reports.Values.Any(report => report.Event == ReportEvent.Acknowledged && report.DispatchId == alert.DispatchId), $"Acknowledged arrives after: {name}");
        var last = broker.Reports.Keys.Max();
        Refuse(broker.Reports.Count != last, name, $"{last - broker.Reports.Count} report(s) of {last} were lost");
        Refuse(station.HasExited || station.Pid != site.Pid, name, "the process ended");
        var peak = ProcessMemory.PeakMiB(site.Pid);
        Refuse(peak - site.IdleMiB > GrowthMaxMiB, name, string.Create(CultureInfo.InvariantCulture, $"memory rose from {site.IdleMiB:0.0} to {peak:0.0} MiB"));
        var rows = RowsOf(station.JournalPath);
        Refuse(rows > JournalRowsMax, name, $"{rows} rows in the journal");
        return new Row(name, site.IdleMiB, peak, returned, sounds, inFlood, rows, broker.Connections);
    }

    protected async Task<double> SoundsAsync(RogueSite site, string name, long sentNs, int edgesBefore = 0)
    {
        await site.Station.WaitAsync(() => site.Sirens().Count > edgesBefore, $"a real dispatch sounds: {name}");
        var ms = (site.Sirens()[edgesBefore].AtNs - sentNs) / 1e6;
        Refuse(ms > SoundsWithinMs, name, string.Create(CultureInfo.InvariantCulture, $"a real dispatch sounded after {ms:0} ms"));
        return ms;
    }

    protected void Refuse(bool isWrong, string name, string what)
    {
        if (isWrong)
            _failures.Enqueue($"{name}: {what}");
    }

    private static int RowsOf(string journal)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = journal, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM entry";
        return Convert.ToInt32(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    protected void Write(string name, string title, IReadOnlyList<Row> rows, long began, int? seed, string test)
    {
        foreach (var row in rows)
            Say(row.ToString());
        new CampaignPart(name, title)
        {
            Failures = [.. _failures],
            Covers = ["F3", "F7", "F9", "F18", "F21"],
            Figures =
            [
                new Figure("attacks", rows.Count),
                new Figure("crashes", _failures.Count(failure => failure.Contains("the process ended", StringComparison.Ordinal)), AtMost: 0),
                new Figure("wrong sirens", _failures.Count(failure => failure.Contains("siren", StringComparison.Ordinal)), AtMost: 0),
                new Figure("slowest real dispatch", rows.Max(row => Math.Max(row.SoundsMs, row.InFloodMs ?? 0)), "ms", AtMost: SoundsWithinMs),
                new Figure("highest memory", rows.Max(row => row.PeakMiB), "MiB"),
                new Figure("most memory that an attack cost", rows.Max(row => row.PeakMiB - row.IdleMiB), "MiB", AtMost: GrowthMaxMiB),
                new Figure("most rows in a journal", rows.Max(row => row.JournalRows), AtMost: JournalRowsMax),
            ],
            Tables = [new FigureTable("Attack by attack", Row.Columns, [.. rows.Select(row => row.Cells)])],
            Notes =
            [
                $"{Installed.Build(Installed.NativeGateway)}; a raw TCP broker written in the test",
                seed is null ? $"{MessagesPerSecond} messages a second for {FloodSeconds.ToString(CultureInfo.InvariantCulture)} s each (CALL112_FLOOD_SECONDS)" : $"seed {seed}; {AttacksAtOnce} attacks at a time",
                "back: until the station is subscribed again, which its back-off decides; sounds: from the broker's write to the relay, also for the dispatch inside the flood",
            ],
            Seconds = Wait.Time.GetElapsedTime(began).TotalSeconds,
            Command = $"dotnet test tests/Call112.System.Tests --filter {test}",
        }.Write();
    }

    /// <summary>A station and its rogue broker.</summary>
    protected sealed record RogueSite(RogueBroker Broker, GatewayProcess Station, double IdleMiB, int Pid) : IAsyncDisposable
    {
        public IReadOnlyList<Edge> Sirens() => Station.Runs.Count == 0 ? [] : [.. Station.Runs[^1].Edges().Where(edge => edge.Output == "siren")];

        public async ValueTask DisposeAsync()
        {
            Station.Kill();
            await Broker.DisposeAsync();
        }
    }

    protected sealed record Row(string Attack, double IdleMiB, double PeakMiB, double BackSeconds, double SoundsMs, double? InFloodMs, int JournalRows, int Connections)
    {
        public static IReadOnlyList<string> Columns { get; } = ["attack", "connections", "idle MiB", "peak MiB", "back s", "sounds ms", "in the flood ms", "journal rows"];

        public IReadOnlyList<string> Cells { get; } =
        [
            Attack, Text(Connections, "0"), Text(IdleMiB, "0.0"), Text(PeakMiB, "0.0"), Text(BackSeconds, "0.0"), Text(SoundsMs, "0.0"),
            InFloodMs is { } ms ? Text(ms, "0.0") : "", Text(JournalRows, "0"),
        ];

        public override string ToString() => string.Join(" | ", Cells);

        private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
    }
}
