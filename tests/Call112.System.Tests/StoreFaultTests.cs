using System.Collections.Concurrent;
using Call112.Campaign;
using Call112.Messages;
using Call112.System.Tests.Toolkit;

namespace Call112.System.Tests;

/// <summary>
/// The n-th call on the journal's files fails, or hangs for five seconds (F3): the siren sounds at once all the same, nothing is acknowledged
/// to the broker that is not on the disk, the fault is reported, and afterwards everything is there, once.
/// </summary>
public sealed class StoreFaultTests : SystemTest
{
    /// <summary>Stations at work at the same time; most of their time is waiting.</summary>
    private const int AtOnce = 4;

    /// <summary>
    /// A dispatch sounds at once, whatever the disk does: far below what a person would notice, far above what a busy test machine
    /// adds.
    /// </summary>
    private static readonly TimeSpan s_atOnce = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_stall = TimeSpan.FromSeconds(5);

    /// <summary>A commit makes two writes for each page; the fifth and the ninth are in the next ones.</summary>
    private static readonly Scenario[] s_scenarios =
    [
        .. from fault in new[] { FileFault.NoSpace, FileFault.InputOutput, FileFault.ReadOnly }
           from nth in new[] { 1, 2, 5, 9 }
           select new Scenario(fault, nth, IsLasting: true),
        new(FileFault.InputOutput, 1, IsLasting: false),
        new(FileFault.NoSpace, 2, IsLasting: false),
        new(FileFault.SyncInputOutput, 1, IsLasting: true),
        new(FileFault.SyncInputOutput, 1, IsLasting: false),
        new(FileFault.SyncInputOutput, 2, IsLasting: false),
        new(FileFault.SyncStall, 1, IsLasting: false),
        new(FileFault.SyncStall, 2, IsLasting: false),
    ];

    /// <summary>F3: write errors, failed syncs and a sync that hangs, at each place of a commit.</summary>
    [Fact]
    public async Task Whatever_call_on_the_journal_fails_the_siren_sounds_at_once_and_nothing_is_lost_or_repeated()
    {
        var began = Wait.Time.GetTimestamp();
        var outcomes = new ConcurrentDictionary<Scenario, Outcome>();
        await Parallel.ForEachAsync(s_scenarios, new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (scenario, _) => outcomes[scenario] = await PlayAsync(scenario));
        var failures = s_scenarios.SelectMany(scenario => outcomes[scenario].Failures.Select(failure => $"{scenario}: {failure}")).ToList();
        foreach (var scenario in s_scenarios)
            Say($"{scenario}: {string.Join(" | ", outcomes[scenario].Cells)}");
        new CampaignPart("store-faults", "A disk that fails or hangs under the journal")
        {
            Covers = ["F3"],
            Failures = failures,
            Figures =
            [
                new("Fault scenarios", s_scenarios.Length),
                new("Publish to siren while the disk fails, worst", outcomes.Values.Max(outcome => outcome.ToSiren.TotalMilliseconds), "ms",
                    AtMost: s_atOnce.TotalMilliseconds),
                new("Dispatches acknowledged to the broker before they were on the disk", outcomes.Values.Sum(outcome => outcome.Early), AtMost: 0),
            ],
            Tables =
            [
                new("Fault, call and outcome",
                    ["fault", "n-th call", "calls failed", "publish to siren, ms", "StorageFault", "acknowledged while it failed", "lost",
                        "sounded twice", "outcome"],
                    [.. s_scenarios.Select(scenario => (IReadOnlyList<string>)[scenario.Name, scenario.Place, .. outcomes[scenario].Cells])]),
            ],
            Notes =
            [
                Installed.Build(Installed.NativeGateway),
                "A failed sync loses its pages in the model: only what is written again counts as stored (the kernel's way since 4.13).",
                "Whether a dispatch was on the disk when its PUBACK left is decided by the write log, in the worst case at that moment.",
            ],
            Seconds = Wait.Time.GetElapsedTime(began).TotalSeconds,
            Command = "dotnet test tests/Call112.System.Tests --filter StoreFaultTests",
        }.Write();
        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    private async Task<Outcome> PlayAsync(Scenario scenario)
    {
        var broker = await BrokerAsync();
        var station = Station(broker.Address, [Installed.NativeGateway]);
        var files = FilesUnder(station);
        var centre = await RecordingCentreAsync(station, broker);
        await station.StartReadyAsync();
        List<Guid> sent = [await TravelAsync(station, centre, broker, 1)];
        files.Arm(scenario.Fault, scenario.Nth, scenario.IsLasting, s_stall);
        var alert = Written.Alert();
        var at = Wait.MonotonicNs;
        await centre.SendAsync(alert);
        sent.Add(alert.DispatchId);
        Edge? siren = null;
        await station.WaitAsync(() => (siren = station.Runs[0].Edges().Cast<Edge?>()
            .FirstOrDefault(edge => edge is { Output: "siren", On: true } on && on.AtNs > at)) is not null, "the siren is on");
        var outcome = new Outcome { ToSiren = TimeSpan.FromMicroseconds((siren!.Value.AtNs - at) / 1e3) };
        if (outcome.ToSiren > s_atOnce)
            outcome.Failures.Add($"the siren came on {outcome.ToSiren.TotalMilliseconds:0} ms after the publish");
        await station.WaitAsync(() => files.Given > 0, $"{scenario} has happened");
        outcome.Fault = await ToldAsync(centre, scenario, outcome);
        outcome.AcknowledgedMeanwhile = broker.DispatchesOf(station.ClientId).Acknowledged - 1;
        files.Disarm();
        outcome.Calls = files.Given;
        if (outcome.Fault)
            await centre.HearsAsync(ReportEvent.StorageRestored);
        await centre.HearsAsync(ReportEvent.Sounding, alert.DispatchId);
        await PressUntilQuietAsync(station, centre, alert.DispatchId);
        sent.Add(await TravelAsync(station, centre, broker, 3));
        var page = await station.PageAsync();
        await Wait.UntilAsync(async () => (await page.StationAsync()).GetProperty("unreceipted").GetInt64() == 0, "every report has its receipt");
        Assert.Equal(0, await station.TerminateAsync());
        Account(station, centre, sent, outcome);
        Early(station, broker, files, sent, outcome);
        return outcome;
    }

    /// <summary>A call that failed is reported at once; so is a disk that has been silent for long.</summary>
    private static async Task<bool> ToldAsync(RecordingCentre centre, Scenario scenario, Outcome outcome)
    {
        try
        {
            await centre.HearsAsync(ReportEvent.StorageFault, within: TimeSpan.FromSeconds(20));
            return true;
        }
        catch (TimeoutException)
        {
            outcome.Failures.Add($"no StorageFault for {scenario}");
            return false;
        }
    }

    private static async Task<Guid> TravelAsync(GatewayProcess station, RecordingCentre centre, BrokerProcess broker, int nth)
    {
        var alert = Written.Alert();
        await centre.SendAsync(alert);
        await SirenAsync(station, on: true);
        await PressUntilQuietAsync(station, centre, alert.DispatchId);
        await Wait.UntilAsync(() => broker.DispatchesOf(station.ClientId) == (nth, nth), $"dispatch {nth} is acknowledged to the broker");
        return alert.DispatchId;
    }

    private static async Task PressUntilQuietAsync(GatewayProcess station, RecordingCentre centre, Guid dispatchId)
    {
        var page = await station.PageAsync();
        // Again, until it counts: on a machine that is too busy to look at its inputs for the length of a press, one goes by unseen.
        await Wait.UntilAsync(
            async () =>
            {
                await page.PressAsync("acknowledge");
                return !await page.IsOnAsync("siren");
            },
            "the siren is off");
        await centre.HearsAsync(ReportEvent.Acknowledged, dispatchId);
    }

    /// <summary>Nothing lost, nothing said twice with another content, one siren for each dispatch; the journal is what the centre has.</summary>
    private static void Account(GatewayProcess station, RecordingCentre centre, List<Guid> sent, Outcome outcome)
    {
        var journal = JournalBooks.ReportsIn(station.JournalPath);
        var ours = journal.Select(report => (report.Sequence, report.Event, report.DispatchId)).ToList();
        var theirs = centre.Reports().Select(report => (report.Sequence, report.Event, report.DispatchId)).ToList();
        if (!ours.SequenceEqual(theirs))
            outcome.Failures.Add($"the journal holds {ours.Count} reports and the centre {theirs.Count}, or others");
        if (!ours.Select(report => report.Sequence).SequenceEqual(Enumerable.Range(1, ours.Count).Select(n => (long)n)))
            outcome.Failures.Add("the numbers of the journal's reports have a gap or a repeat");
        outcome.Failures.AddRange(centre.Account(account => account.Contradictions));
        var stored = JournalBooks.DispatchesIn(station.JournalPath);
        ReportEvent[] ladder = [ReportEvent.Received, ReportEvent.Sounding, ReportEvent.Acknowledged];
        foreach (var dispatch in sent)
        {
            var steps = journal.Where(report => report.DispatchId == dispatch).Select(report => report.Event);
            if (!stored.Contains(dispatch) || !steps.SequenceEqual(ladder))
            {
                outcome.Lost++;
                outcome.Failures.Add($"dispatch {sent.IndexOf(dispatch) + 1} is not in the journal with its whole ladder");
            }
        }

        outcome.Twice = station.Runs[0].Edges().Count(edge => edge is { Output: "siren", On: true }) - sent.Count;
        if (outcome.Twice != 0)
            outcome.Failures.Add($"the siren came on {outcome.Twice + sent.Count} times for {sent.Count} dispatches");
    }

    /// <summary>
    /// The rule of the PUBACK: at the moment at which one left, its dispatch was on the disk, though nothing that could be missing is
    /// there.
    /// </summary>
    private void Early(GatewayProcess station, BrokerProcess broker, FailingFiles files, List<Guid> sent, Outcome outcome)
    {
        var log = WriteLog.Read(files.LogPath);
        var marks = Enumerable.Range(0, log.Count).Where(at => log[at].Kind == WriteKind.Acknowledged).ToList();
        var acknowledgements = broker.AcknowledgementsOf(station.ClientId);
        Assert.Equal(acknowledgements.Select(ack => (long)ack.PacketId), marks.Take(acknowledgements.Count).Select(at => log[at].Offset));
        foreach (var (at, acknowledgement) in marks.Zip(acknowledgements))
        {
            if (acknowledgement.Dispatch is not { } nth)
                continue;
            var folder = NewFolder("cut");
            new PowerCut(log, at, failedSyncForgets: true).LeaveIn(folder, dice: null);
            if (JournalBooks.DispatchesIn(Path.Combine(folder, "journal.db")).Contains(sent[nth]))
                continue;
            outcome.Early++;
            outcome.Failures.Add($"dispatch {nth + 1} was acknowledged to the broker, and a power cut at that moment loses it");
        }
    }

    /// <param name="IsLasting">Every call behind the n-th fails too, until the disk is well again.</param>
    private sealed record Scenario(FileFault Fault, int Nth, bool IsLasting)
    {
        public string Name => Fault switch
        {
            FileFault.NoSpace => "ENOSPC",
            FileFault.InputOutput => "EIO",
            FileFault.ReadOnly => "EROFS",
            FileFault.SyncInputOutput => "fsync: EIO",
            FileFault.SyncStall => $"fsync hangs {s_stall.TotalSeconds:0} s",
            _ => throw new InvalidOperationException($"{Fault} is no fault"),
        };

        public string Place => $"{Nth}{(IsLasting ? " and all behind it" : " only")}";

        public override string ToString() => $"{Name}, call {Place}";
    }

    private sealed class Outcome
    {
        public TimeSpan ToSiren { get; init; }

        public bool Fault { get; set; }

        public int Calls { get; set; }

        public int AcknowledgedMeanwhile { get; set; }

        public int Lost { get; set; }

        public int Twice { get; set; }

        public int Early { get; set; }

        public List<string> Failures { get; } = [];

        public IReadOnlyList<string> Cells =>
            [$"{Calls}", $"{ToSiren.TotalMilliseconds:0.0}", Fault ? "reported" : "not reported", $"{AcknowledgedMeanwhile}", $"{Lost}", $"{Twice}",
                Failures.Count == 0 ? "recovered" : "FAILED"];
    }
}
