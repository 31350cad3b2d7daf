using System.Globalization;
using Call112.Campaign;
using Call112.Messages;

namespace Call112.System.Tests.Toolkit;

/// <summary>What came of the kills at one or more sites. Not thread-safe: each site has its own, and they are added up at the end.</summary>
public sealed class KillTally
{
    public int Kills { get; set; }

    /// <summary>Those of them at a station with two uplinks.</summary>
    public int KillsWithTwoLines { get; set; }

    public int Dispatches { get; set; }

    public long Reports { get; set; }

    /// <summary>Dispatches that never became <c>Acknowledged</c> at the centre, though somebody pressed.</summary>
    public int Lost { get; set; }

    /// <summary>Reports that came again: allowed, and counted.</summary>
    public long Repeated { get; set; }

    /// <summary>Report numbers that never came.</summary>
    public long Gaps { get; set; }

    public int SoundedTwice { get; set; }

    /// <summary>From the start of the process that was killed to its readiness.</summary>
    public List<double> StartToReadyMs { get; } = [];

    /// <summary>
    /// From the publish, or the call to the centre, to the outputs read back as driven; the time in which somebody was dead
    /// included.
    /// </summary>
    public List<double> ToRelayMs { get; } = [];

    /// <summary>From the beginning of a press to the centre's having the report.</summary>
    public List<double> PressToCentreMs { get; } = [];

    public List<string> Failures { get; } = [];

    /// <summary>Kills asked for by CALL112_KILLS, or the default of the continuous build.</summary>
    public static int Wanted(int byDefault) =>
        int.TryParse(Environment.GetEnvironmentVariable("CALL112_KILLS"), NumberStyles.None, CultureInfo.InvariantCulture, out var kills)
            ? kills
            : byDefault;

    /// <summary>So many kills dealt out to sites; no site gets more than it can do in the time.</summary>
    public static IReadOnlyList<int> Shares(int kills, int sites)
    {
        sites = Math.Clamp(sites, 1, kills);
        return [.. Enumerable.Range(0, sites).Select(site => kills / sites + (site < kills % sites ? 1 : 0))];
    }

    /// <summary>Runs the sites at once. One that breaks is a failure of the campaign, with its name, and the others go on.</summary>
    public static async Task<KillTally> OfAsync(IEnumerable<(string Name, Func<KillTally, Task> Run)> sites)
    {
        var all = new KillTally();
        foreach (var tally in await Task.WhenAll(sites.Select(site => RunAsync(site.Name, site.Run))))
            all.Add(tally);
        return all;

        static async Task<KillTally> RunAsync(string name, Func<KillTally, Task> run)
        {
            var tally = new KillTally();
            try
            {
                await run(tally);
            }
            catch (Exception e) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
            {
                tally.Failures.Add($"{name}: {e.Message}\n{e.StackTrace}");
            }

            return tally;
        }
    }

    /// <summary>Counts what one ladder shows, as a station's journal or a centre holds it.</summary>
    /// <param name="sentAt">Wall clock of this machine, which all processes share.</param>
    public void Count(DateTimeOffset sentAt, IReadOnlyList<Report> ladder)
    {
        Dispatches++;
        var soundings = ladder.Where(report => report.Event == ReportEvent.Sounding).ToList();
        SoundedTwice += Math.Max(0, soundings.Count - 1);
        if (!ladder.Any(report => report.Event == ReportEvent.Acknowledged))
            Lost++;
        if (soundings.Count > 0)
            ToRelayMs.Add(Math.Max(0, (soundings[0].OccurredAt - sentAt).TotalMilliseconds));
    }

    public CampaignPart Part(string name, string title, string victim, int seed, double seconds, IReadOnlyList<string> covers) => new(name, title)
    {
        Covers = covers,
        Failures = Failures,
        Figures =
        [
            new("Kills survived", Kills, "kills"),
            new("Kills with two uplinks", KillsWithTwoLines, "kills"),
            new("Dispatches", Dispatches),
            new("Reports", Reports),
            new("Lost", Lost, AtMost: 0),
            new("Report numbers missing", Gaps, AtMost: 0),
            new("Sounded twice", SoundedTwice, AtMost: 0),
            new("Reports that came again", Repeated),
        ],
        Tables =
        [
            new("Transmission times, ms", ["what", "count", "mean", "p50", "p95", "p99", "max"],
            [
                Row($"start of the {victim} to ready", StartToReadyMs),
                Row("publish to relay, read back", ToRelayMs),
                .. PressToCentreMs.Count > 0 ? [Row("press to centre", PressToCentreMs)] : Array.Empty<IReadOnlyList<string>>(),
            ]),
        ],
        Notes =
        [
            $"seed {seed}; {Installed.Build(Installed.NativeGateway)}; Mosquitto on loopback.",
            "Times include the dead: a dispatch for a station that is just being started waits for it, and back-offs between kills reach 30 s.",
            "Kills at random moments, also during the start. Publish to relay is the station's wall time against the sender's, in whole milliseconds.",
        ],
        Seconds = seconds,
        Command = "CALL112_KILLS=500 dotnet test tests/Call112.System.Tests --filter KilledTests",
    };

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Kills} kills ({KillsWithTwoLines} with two uplinks), {Dispatches} dispatches, {Reports} reports, {Lost} lost, {Repeated} repeated, {Gaps} missing, {SoundedTwice} sounded twice; to relay {string.Join(' ', Row("", ToRelayMs).Skip(1))}; start {string.Join(' ', Row("", StartToReadyMs).Skip(1))}");

    private void Add(KillTally other)
    {
        Kills += other.Kills;
        KillsWithTwoLines += other.KillsWithTwoLines;
        Dispatches += other.Dispatches;
        Reports += other.Reports;
        Lost += other.Lost;
        Repeated += other.Repeated;
        Gaps += other.Gaps;
        SoundedTwice += other.SoundedTwice;
        StartToReadyMs.AddRange(other.StartToReadyMs);
        ToRelayMs.AddRange(other.ToRelayMs);
        PressToCentreMs.AddRange(other.PressToCentreMs);
        Failures.AddRange(other.Failures);
    }

    private static IReadOnlyList<string> Row(string what, List<double> times)
    {
        if (times.Count == 0)
            return [what, "0", "", "", "", "", ""];
        var sorted = times.Order().ToList();
        return [what, $"{sorted.Count}", Ms(sorted.Average()), Ms(At(0.5)), Ms(At(0.95)), Ms(At(0.99)), Ms(sorted[^1])];

        double At(double share) => sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Count) - 1, 0, sorted.Count - 1)];
    }

    private static string Ms(double ms) => ms.ToString("0.0", CultureInfo.InvariantCulture);
}
