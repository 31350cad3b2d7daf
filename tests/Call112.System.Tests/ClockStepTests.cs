using System.Text.Json.Nodes;
using Call112.Campaign;
using Call112.Messages;
using Call112.System.Tests.Toolkit;

namespace Call112.System.Tests;

/// <summary>
/// The wall clock of the real process steps while it works (F4, F5), by libfaketime: its monotonic clock goes on as it is. A siren stops when it
/// should, heartbeats go on, and nothing is dropped for its age by a clock that nobody vouches for.
/// </summary>
public sealed class ClockStepTests : SystemTest
{
    private const int SirenSeconds = 12;

    private const string Library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

    private static readonly TimeSpan s_tolerance = TimeSpan.FromSeconds(1);

    /// <summary>The contract's 5 s between heartbeats, and what a busy machine adds.</summary>
    private static readonly TimeSpan s_heartbeatMax = TimeSpan.FromSeconds(8);

    private static readonly string[] s_steps = ["-1h", "+1h", "-10y", "+19y"];

    /// <summary>F4, F5: each step while a siren sounds; and a boot in 1970 and in 1980.</summary>
    [Fact]
    public async Task Whatever_the_wall_clock_does_sirens_end_on_time_heartbeats_go_on_and_no_dispatch_is_dropped()
    {
        Assert.SkipUnless(File.Exists(Library), "faketime is not installed (tests/install brings it)");
        var began = Wait.Time.GetTimestamp();
        var results = await Task.WhenAll(s_steps.Select(StepAsync).Append(BootAsync("1970-01-01")).Append(BootAsync("1980-01-06")));
        var failures = results.SelectMany(result => result.Failures).ToList();
        foreach (var result in results)
            Say(string.Join(" | ", result.Cells));
        new CampaignPart("clock-steps", "The wall clock steps under the running gateway")
        {
            Covers = ["F4", "F5"],
            Failures = failures,
            Figures =
            [
                new("Clock steps and boots", results.Length),
                new("Siren off beside its limit, worst", results.Max(result => Math.Abs(result.SirenSeconds - SirenSeconds)) * 1000, "ms",
                    AtMost: s_tolerance.TotalMilliseconds),
                new("Longest time between two heartbeats", results.Max(result => result.HeartbeatSeconds), "s", AtMost: s_heartbeatMax.TotalSeconds),
            ],
            Tables =
            [
                new("By step",
                    ["step", "siren, s", "longest between heartbeats, s", "dispatches sounded", "dropped for their age", "clock in the reports"],
                    [.. results.Select(result => result.Cells)]),
            ],
            Notes =
            [
                Installed.Build(Installed.NativeGateway),
                "libfaketime on the process; CLOCK_MONOTONIC is real. That the kernel's timers survive a step of the machine's clock, only a real Pi shows.",
            ],
            Seconds = Wait.Time.GetElapsedTime(began).TotalSeconds,
            Command = "dotnet test tests/Call112.System.Tests --filter ClockStepTests",
        }.Write();
        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    private Task<Result> StepAsync(string step) => RunAsync(step, "+0", step);

    /// <summary>Without a clock chip it is 1970; by a GPS receiver without a fix, 1980.</summary>
    private Task<Result> BootAsync(string day) => RunAsync($"boot on {day}", $"@{day} 00:00:20", step: null);

    /// <param name="boot">The wall clock at the start, in faketime's words.</param>
    /// <param name="step">Where it goes while the siren sounds, or null: it stays.</param>
    private async Task<Result> RunAsync(string name, string boot, string? step)
    {
        var folder = NewFolder("clock");
        Directory.CreateDirectory(folder);
        var clock = Path.Combine(folder, "faketimerc");
        await File.WriteAllTextAsync(clock, boot);
        var broker = await BrokerAsync();
        var station = Station(broker.Address, [Installed.NativeGateway]);
        station.StationJson["clock"] = new JsonObject { ["source"] = "kernel" };
        station.StationJson["timing"] = new JsonObject { ["sirenFirstSeconds"] = SirenSeconds, ["sirenLimitSeconds"] = SirenSeconds };
        station.Environment = new Dictionary<string, string>
        {
            ["LD_PRELOAD"] = Library,
            ["FAKETIME_TIMESTAMP_FILE"] = clock,
            ["FAKETIME_NO_CACHE"] = "1",
            ["DONT_FAKE_MONOTONIC"] = "1",
            ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
            // Else the library reckons waits on the monotonic clock by the wall clock, and with one before 1980 they never end.
            ["FAKETIME_FORCE_MONOTONIC_FIX"] = "0",
        };
        var centre = await RecordingCentreAsync(station, broker);
        await station.StartReadyAsync();
        var alert = Written.Alert();
        await centre.SendAsync(alert);
        await centre.HearsAsync(ReportEvent.Sounding, alert.DispatchId);
        if (step is not null)
            await File.WriteAllTextAsync(clock, step);
        // Behind the step: sent by a centre whose clock is right, to a station whose clock is not.
        var later = Written.Alert(timeToLive: TimeSpan.FromMinutes(2));
        await Wait.UntilAsync(() => station.EdgesOf("siren").Any(edge => !edge.On), "the siren has ended by itself",
            TimeSpan.FromSeconds(4 * SirenSeconds));
        await centre.SendAsync(later);
        await Wait.UntilAsync(() => centre.ReportsOf(later.DispatchId).Count > 0, "the later dispatch is answered");
        var reports = centre.Reports();
        var last = centre.ReportsOf(later.DispatchId)[^1];
        // At least three heartbeats behind the step.
        var beats = centre.HeartbeatsNs.Count;
        await Wait.UntilAsync(() => centre.HeartbeatsNs.Count >= beats + 2, "two more heartbeats");
        var failures = new List<string>();
        var edges = station.EdgesOf("siren");
        var result = new Result(
            name,
            (edges[1].AtNs - edges[0].AtNs) / 1e9,
            centre.HeartbeatsNs.Zip(centre.HeartbeatsNs.Skip(1), (one, next) => (next - one) / 1e9).Max(),
            centre.Reports().Where(report => report.Event == ReportEvent.Sounding).Select(report => report.DispatchId).Distinct().Count(),
            reports.Count(report => report.Event == ReportEvent.Expired),
            last.Clock,
            failures);
        if (Math.Abs(result.SirenSeconds - SirenSeconds) > s_tolerance.TotalSeconds)
            failures.Add($"{name}: the siren sounded for {result.SirenSeconds:0.00} s instead of {SirenSeconds}");
        if (result.HeartbeatSeconds > s_heartbeatMax.TotalSeconds)
            failures.Add($"{name}: {result.HeartbeatSeconds:0.0} s without a heartbeat");
        // A clock that somebody vouches for may judge a dispatch's age; here nobody does unless the machine's own clock is disciplined.
        if (last.Clock == ClockState.Unsynchronized && (result.Expired > 0 || result.Sounded != 2))
            failures.Add($"{name}: {result.Sounded} of 2 dispatches sounded, {result.Expired} were dropped by a clock that is not synchronised");
        if (step is not null && Math.Abs((last.OccurredAt - Wait.Time.GetUtcNow()).TotalMinutes) < 50)
            failures.Add($"{name}: the step did not reach the process, whose reports say {last.OccurredAt:u}");
        return result;
    }

    private sealed record Result(string Name, double SirenSeconds, double HeartbeatSeconds, int Sounded, int Expired, ClockState Clock,
        List<string> Failures)
    {
        public IReadOnlyList<string> Cells => [Name, $"{SirenSeconds:0.00}", $"{HeartbeatSeconds:0.0}", $"{Sounded} of 2", $"{Expired}", $"{Clock}"];
    }
}
