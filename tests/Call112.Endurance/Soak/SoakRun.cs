using Call112.Campaign;
using Call112.Endurance.Machine;

namespace Call112.Endurance.Soak;

/// <param name="Hours">Of traffic.</param>
/// <param name="Within">Into which it is pressed.</param>
internal sealed record SoakOptions(double Hours, TimeSpan Within, string? Gateway, int Seed);

/// <summary>Days of traffic through one gateway process, and whether it is the same afterwards: memory, handles, threads, files.</summary>
internal sealed class SoakRun(Site site, SoakOptions options)
{
    /// <summary>Part of the run in which caches fill and code is met for the first time; its samples do not count.</summary>
    private const double WarmUp = 0.25;

    /// <summary>Rise for each day of traffic that is a leak.</summary>
    private const double ResidentMiBMax = 1, HandlesMax = 1, ThreadsMax = 1;

    /// <summary>More than before the traffic, at most, once it is over.</summary>
    private const int HandlesKept = 8;

    private static readonly TimeSpan s_sampleEvery = TimeSpan.FromSeconds(3), s_calm = TimeSpan.FromSeconds(15), s_keptConnections = TimeSpan.FromSeconds(150);

    private readonly List<(double Day, ProcessFigures Process, long Database, long Wal)> _samples = [];
    private readonly List<string> _failures = [];

    public async Task<CampaignPart> RunAsync()
    {
        var began = site.Time.GetTimestamp();
        var days = options.Hours / 24;
        using var card = Card.Insert(site);
        using var mosquitto = new Mosquitto(site);
        await mosquitto.StartAsync();
        using var relay = new Relay(mosquitto.Port);
        await using var center = await PlayedCenter.ConnectAsync(mosquitto.Port, site.Time);
        using var gateway = new GatewayUnderTest(site, options.Gateway ?? site.PublishedGateway, card.Folder, relay.Port);
        await gateway.StartAsync();
        await site.Pause(s_calm);
        var (before, cardBefore) = (ProcessFigures.Of(gateway.Id), card.WrittenBytes());
        Console.WriteLine(FormattableString.Invariant($"before: {before}"));
        using var traffic = new Traffic(site, center, gateway, relay, options.Seed);
        using var over = new CancellationTokenSource();
        var sampling = SampleAsync(gateway, days, over.Token);
        await traffic.RunAsync(days, options.Within);
        await over.CancelAsync();
        await sampling;
        if (gateway.HasExited)
            throw new EnduranceException("the gateway ended in the middle of the traffic");
        if (!await site.HoldsAsync(() => center.Ahead == 0, TimeSpan.FromSeconds(60)))
            _failures.Add($"{center.Ahead} reports came behind a number that never came");
        await site.Pause(s_calm);
        // Connections that pages keep for later end with Kestrel's keep-alive, after two minutes: a leak is what stays longer.
        await site.HoldsAsync(() => ProcessFigures.Of(gateway.Id).Handles <= before.Handles + HandlesKept, s_keptConnections);
        var (after, cardAfter) = (ProcessFigures.Of(gateway.Id), card.WrittenBytes());
        Console.WriteLine(FormattableString.Invariant($"after: {after}"));
        _failures.AddRange(traffic.Failures.Take(20));
        if (after.Handles > before.Handles + HandlesKept)
            _failures.Add($"{before.Handles} handles before the traffic, {after.Handles} after it");
        return Part(days, traffic, center, (before, after), (cardAfter - cardBefore) / days, site.Time.GetElapsedTime(began).TotalSeconds);
    }

    private async Task SampleAsync(GatewayUnderTest gateway, double days, CancellationToken over)
    {
        var began = site.Time.GetTimestamp();
        while (!over.IsCancellationRequested && !gateway.HasExited)
        {
            var day = site.Time.GetElapsedTime(began) / options.Within * days;
            var (database, wal) = (GatewayUnderTest.SizeOf(gateway.Journal), GatewayUnderTest.SizeOf(gateway.Journal + "-wal"));
            _samples.Add((day, ProcessFigures.Of(gateway.Id), database, wal));
            await site.Pause(s_sampleEvery);
        }
    }

    private CampaignPart Part(
        double days, Traffic traffic, PlayedCenter center, (ProcessFigures Before, ProcessFigures After) ends, double? cardADay, double seconds)
    {
        var resident = Slope("RSS", "MiB", sample => sample.Process.ResidentMiB, ResidentMiBMax);
        var handles = Slope("handles", "", sample => sample.Process.Handles, HandlesMax);
        var threads = Slope("threads", "", sample => sample.Process.Threads, ThreadsMax);
        const double mega = 1e6;
        var figures = new List<Figure>
        {
            new("RSS, slope", resident.Slope, "MiB a day", AtMost: ResidentMiBMax),
            new("RSS, standard error of the slope", resident.Error, "MiB a day"),
            new("handles, slope", handles.Slope, "a day", AtMost: HandlesMax), new("threads, slope", threads.Slope, "a day", AtMost: ThreadsMax),
            new("RSS before", ends.Before.ResidentMiB, "MiB"), new("RSS after", ends.After.ResidentMiB, "MiB"),
            new("RSS, highest", _samples.Max(s => s.Process.ResidentMiB), "MiB"),
            new("handles before", ends.Before.Handles), new("handles after", ends.After.Handles),
            new("threads before", ends.Before.Threads), new("threads after", ends.After.Threads),
            new("journal, growth", Trend.Of([.. _samples.Select(s => (s.Day, s.Database / mega))]).Slope, "MB a day"),
            new("WAL, largest", _samples.Max(s => s.Wal) / mega, "MB"),
            new("written by the process", (ends.After.WrittenBytes - ends.Before.WrittenBytes) / mega / days, "MB a day of such traffic"),
            new("processor", ends.After.CpuSeconds - ends.Before.CpuSeconds, "s"),
            new("dispatches", traffic.Dispatches), new("presses of TERIMA", traffic.Presses),
            new("reports", center.Reports), new("copies of reports", center.Copies),
            new("heartbeats of the centre", center.Heartbeats), new("heartbeats of the station", center.StationHeartbeats),
        };
        if (cardADay is { } bytes)
            figures.Add(new Figure("written to the card's device", bytes / mega, "MB a day of such traffic"));
        return new CampaignPart("soak", FormattableString.Invariant($"{options.Hours:0} hours of traffic through one gateway"))
        {
            Figures = [.. figures.Select(figure => figure with { Value = Math.Round(figure.Value, 3) })],
            Tables = [Timeline()],
            Failures = _failures,
            Covers = ["F3", "F8", "F9", "F14"],
            Notes =
            [
                FormattableString.Invariant($"Pressed into {options.Within.TotalMinutes:0.#} minutes; seed {options.Seed};")
                + FormattableString.Invariant($" {options.Gateway ?? "NativeAOT"} on Mosquitto. The first {100 * WarmUp} % of it do not count."),
                "The centre is played and its heartbeats are as many as in the hours; the station's own (5 s) run on real time: no option "
                + "shortens them, and none was added for a test.",
                "A slope counts as a leak if even its lower end (two standard errors) is above the limit.",
                $"A day: {BusyDay.Dispatches} dispatches (a quarter by group, 30 % updated, 10 % cancelled, 10 % sent twice), "
                + $"{BusyDay.PanelVisits} visits of a page, {BusyDay.LinkLosses} link losses, {BusyDay.Alarms} alarms of a contact, "
                + $"{BusyDay.Commands} commands.",
            ],
            Seconds = seconds,
            Command = "dotnet run -c Release --project tests/Call112.Endurance -- soak --hours 72",
        };
    }

    private Trend Slope(string name, string unit, Func<(double Day, ProcessFigures Process, long Database, long Wal), double> value, double limit)
    {
        var trend = Trend.Of([.. _samples.Skip((int)(_samples.Count * WarmUp)).Select(sample => (sample.Day, value(sample)))]);
        if (trend.RisesBeyond(limit))
            _failures.Add(FormattableString.Invariant($"{name} rises by {trend.Slope:0.00} ± {trend.Error:0.00} {unit} a day of traffic: a leak"));
        return trend;
    }

    private static string[] Row(double day, ProcessFigures process, long database, long wal) =>
        FormattableString.Invariant($"{day:0.00} {process.ResidentMiB:0.0} {process.Handles} {process.Threads} {database} {wal}").Split(' ');

    private FigureTable Timeline()
    {
        const int rows = 12;
        var every = Math.Max(1, _samples.Count / rows);
        return new FigureTable(
            "The process over the days",
            ["day", "RSS MiB", "handles", "threads", "journal KiB", "WAL KiB"],
            [.. _samples.Where((_, i) => i % every == 0)
                .Select(sample => Row(sample.Day, sample.Process, sample.Database / 1024, sample.Wal / 1024))]);
    }
}
