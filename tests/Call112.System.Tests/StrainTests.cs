using System.Globalization;
using Call112.Campaign;
using Call112.Messages;
using Call112.System.Tests.Toolkit;

namespace Call112.System.Tests;

/// <summary>A station that is stopped in the middle, whose disk hangs, that is flooded, that has little memory (F3, F17, F18).</summary>
public sealed class StrainTests : SystemTest
{
    /// <summary>Messages of the flood; the variable CALL112_MESSAGES asks for more. And seconds of the SIGSTOP; CALL112_PAUSE_SECONDS.</summary>
    private static readonly int s_messages = Number("CALL112_MESSAGES", 20_000), s_pauseSeconds = Number("CALL112_PAUSE_SECONDS", 12);

    private static readonly string s_heapLimit = (64L * 1024 * 1024).ToString("X", CultureInfo.InvariantCulture);

    /// <summary>F17: stopped between two instructions, longer than any deadline of its own or of the broker, it goes on where it was.</summary>
    [Fact]
    public async Task Stopped_in_the_middle_of_a_dispatch_and_resumed_it_loses_nothing_and_repeats_nothing()
    {
        var began = Wait.Time.GetTimestamp();
        var broker = await BrokerAsync(persistence: true);
        var station = Station(broker.Address, [Installed.NativeGateway]);
        var centre = await RecordingCentreAsync(station, broker);
        await station.StartReadyAsync();
        var sent = new List<Dispatch>();
        await SendAsync(3);
        // At once behind the publish: somewhere between the wire and the PUBACK.
        station.Freeze();
        await SendAsync(3);
        await Wait.Pause(TimeSpan.FromSeconds(s_pauseSeconds));
        await SendAsync(3);
        station.Thaw();
        foreach (var alert in sent)
            await centre.HearsAsync(ReportEvent.Sounding, alert.DispatchId, TimeSpan.FromSeconds(90));
        await QuietAsync(station);
        foreach (var alert in sent)
            await centre.HearsAsync(ReportEvent.Acknowledged, alert.DispatchId);
        AssertLadders(station, centre, sent);
        new CampaignPart("sigstop", "SIGSTOP in the middle of dispatches")
        {
            Covers = ["F17"],
            Figures = [new("Stopped for", s_pauseSeconds, "s"), new("Dispatches", sent.Count), new("Lost", 0, AtMost: 0),
                new("Sounded twice", 0, AtMost: 0)],
            Notes = [Installed.Build(Installed.NativeGateway), "systemd's watchdog would have restarted it; here it is left alone, which is harder."],
            Seconds = Wait.Time.GetElapsedTime(began).TotalSeconds,
            Command = "CALL112_PAUSE_SECONDS=60 dotnet test tests/Call112.System.Tests --filter Stopped_in_the_middle",
        }.Write();

        async Task SendAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                sent.Add(Written.Alert());
                await centre.SendAsync(sent[^1]);
            }
        }
    }

    /// <summary>
    /// F3: a card that hangs gives no error. More dispatches come than the broker may have under way without a PUBACK (16): all sound while it
    /// hangs, the station says that its store is at fault, and everything is there afterwards.
    /// </summary>
    [Fact]
    public async Task While_the_disk_hangs_more_dispatches_than_the_receive_maximum_sound_at_once()
    {
        const int dispatches = 24;
        var broker = await BrokerAsync();
        var station = Station(broker.Address, [Installed.NativeGateway]);
        var files = FilesUnder(station);
        var centre = await RecordingCentreAsync(station, broker);
        await station.StartReadyAsync();
        var page = await station.PageAsync();
        files.Arm(FileFault.SyncStall, nth: 1, isLasting: true, TimeSpan.FromSeconds(15));
        var sent = Enumerable.Range(0, dispatches).Select(_ => Written.Alert()).ToList();
        foreach (var alert in sent)
            await centre.SendAsync(alert);
        await Wait.UntilAsync(async () => (await page.StationAsync()).GetProperty("alerts").GetArrayLength() == dispatches, "all are on the panel",
            TimeSpan.FromSeconds(12));
        Assert.True(await page.IsOnAsync("siren"), "the siren is off");
        Assert.Contains((await page.StationAsync()).GetProperty("alarms").EnumerateArray(),
            alarm => alarm.GetProperty("event").GetString() == "StorageFault");
        // Still within the first hang: what the panel shows was not waiting for the disk.
        Assert.Equal(1, files.Given);
        files.Disarm();
        await centre.HearsAsync(ReportEvent.StorageRestored);
        await QuietAsync(station);
        foreach (var alert in sent)
            await centre.HearsAsync(ReportEvent.Acknowledged, alert.DispatchId);
        AssertLadders(station, centre, sent);
    }

    /// <summary>
    /// F18: what nobody acknowledges cannot be held back by the broker. Over a disk that hangs it is refused at a limit, and a real dispatch
    /// sounds.
    /// </summary>
    [Fact]
    public async Task A_flood_without_acknowledgements_over_a_disk_that_hangs_stays_within_its_memory()
    {
        const int flood = 60_000, growthMaxMiB = 60;
        var broker = await BrokerAsync();
        var station = Station(broker.Address, [Installed.NativeGateway]);
        var files = FilesUnder(station);
        station.Environment = new Dictionary<string, string>(files.Environment) { ["DOTNET_GCHeapHardLimit"] = s_heapLimit };
        var centre = await RecordingCentreAsync(station, broker);
        await station.StartReadyAsync();
        var page = await station.PageAsync();
        var before = station.ResidentBytes();
        files.Arm(FileFault.SyncStall, nth: 1, isLasting: false, TimeSpan.FromSeconds(25));
        // Each leaves entries; what others say over and over is only counted, and fills nothing.
        for (var i = 0; i < flood; i++)
            await centre.SpillAsync(Topics.Dispatch(station.StationId), MessageWriter.Write(CancelOfUnknown()));
        await station.WaitAsync(() => station.Says("messages without acknowledgement are refused"), "the flood is refused");
        var alert = Written.Alert();
        await centre.SendAsync(alert);
        await SirenAsync(station, on: true);
        Assert.InRange((station.ResidentBytes() - before) / 1048576, 0, growthMaxMiB);
        files.Disarm();
        await centre.HearsAsync(ReportEvent.Sounding, alert.DispatchId, TimeSpan.FromSeconds(90));
        await QuietAsync(station);
        await centre.HearsAsync(ReportEvent.Acknowledged, alert.DispatchId, TimeSpan.FromSeconds(90));
        Assert.Empty(centre.Account(account => account.Missing));
        Assert.Equal("Acknowledged", await page.StepOfAsync(alert.DispatchId));
    }

    /// <summary>
    /// F18: any number of messages, all of which leave something in the journal, on a slow disk, with a heap of 64 MiB: the memory stays
    /// what it was.
    /// </summary>
    [Fact]
    public async Task Any_number_of_messages_on_a_slow_disk_leaves_the_memory_flat()
    {
        // Not above what mosquitto queues for a client, or it would drop some without a word.
        const int atOnce = 200, underWayMax = 20_000, growthMaxMiB = 24;
        var began = Wait.Time.GetTimestamp();
        var broker = await BrokerAsync();
        var station = Station(broker.Address, [Installed.NativeGateway]);
        var files = FilesUnder(station);
        station.Environment = files.Environment.Where(pair => pair.Key != "FAILING_FILES_LOG")
            .Append(new("DOTNET_GCHeapHardLimit", s_heapLimit)).ToDictionary();
        var centre = await RecordingCentreAsync(station, broker);
        await station.StartReadyAsync();
        // Its address is a line of the log, and a million messages push that line out.
        await station.PageAsync();
        files.Arm(FileFault.SyncStall, nth: 1, isLasting: true, TimeSpan.FromMilliseconds(5));
        var resident = new List<double>();
        for (var done = 0; done < s_messages; done += atOnce)
        {
            await Task.WhenAll(Enumerable.Range(done, atOnce).Select(_ =>
                centre.PublishAsync(Topics.Dispatch(station.StationId), MessageWriter.Write(CancelOfUnknown()))));
            await station.WaitAsync(() => done - centre.Account(account => account.Highest) < underWayMax, "the station keeps up",
                TimeSpan.FromMinutes(5));
            resident.Add(station.ResidentBytes() / 1048576.0);
        }

        var alert = Written.Alert();
        var at = Wait.MonotonicNs;
        await centre.SendAsync(alert);
        await station.WaitAsync(() => centre.Account(account => account.Highest) > s_messages, "every message has its report",
            TimeSpan.FromMinutes(10));
        await centre.HearsAsync(ReportEvent.Sounding, alert.DispatchId);
        await QuietAsync(station);
        var (early, late) = (resident.Take(resident.Count / 2).Max(), resident.Skip(resident.Count / 2).Max());
        Say($"{s_messages} messages; resident {resident[0]:0.0} MiB at first, at most {early:0.0} in the first half, {late:0.0} in the second");
        new CampaignPart("flood", "Messages on a slow disk, with a heap limit")
        {
            Covers = ["F18"],
            Failures = late - early > growthMaxMiB ? [$"the memory grew from {early:0.0} to {late:0.0} MiB"] : [],
            Figures =
            [
                new("Messages", s_messages, AtLeast: 1_000_000),
                new("Resident memory, most in the first half", early, "MiB"),
                new("Resident memory, most in the second half", late, "MiB"),
                new("Growth from half to half", late - early, "MiB", AtMost: growthMaxMiB),
                new("The dispatch behind them: publish to siren", (station.EdgesOf("siren").First(edge => edge.On).AtNs - at) / 1e6, "ms"),
            ],
            Notes =
            [
                Installed.Build(Installed.NativeGateway),
                "Each sync takes 5 ms longer; DOTNET_GCHeapHardLimit 64 MiB. Each message cancels another dispatch that never came, is stored, and has a report.",
                "The dispatch waits behind what the broker still holds.",
            ],
            Seconds = Wait.Time.GetElapsedTime(began).TotalSeconds,
            Command = "CALL112_MESSAGES=1000000 dotnet test tests/Call112.System.Tests --filter Any_number_of_messages",
        }.Write();
        Assert.InRange(late - early, double.MinValue, growthMaxMiB);
    }

    private static Dispatch CancelOfUnknown() => Written.Alert() with { MessageType = MessageType.Cancel };

    private static int Number(string variable, int byDefault) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : byDefault;

    private static async Task QuietAsync(GatewayProcess station)
    {
        var page = await station.PageAsync();
        await Wait.UntilAsync(
            async () =>
            {
                await page.PressAsync("acknowledge");
                return !await page.IsOnAsync("siren");
            },
            "the siren is off");
    }

    private static void AssertLadders(GatewayProcess station, RecordingCentre centre, List<Dispatch> sent)
    {
        Assert.Empty(centre.Account(account => account.Missing));
        Assert.Empty(centre.Account(account => account.Contradictions));
        foreach (var alert in sent)
            Assert.Equal(
                [ReportEvent.Received, ReportEvent.Sounding, ReportEvent.Acknowledged],
                centre.ReportsOf(alert.DispatchId).Select(report => report.Event).Where(step =>
                    step is not (ReportEvent.Duplicate or ReportEvent.Reminded or ReportEvent.Unacknowledged)));
        // One pattern for all: on with the first, off with the press; after the first minute it pauses.
        var edges = station.EdgesOf("siren").Select(edge => edge.On).ToList();
        Assert.Equal((true, false), (edges[0], edges[^1]));
        Assert.InRange(edges.Count, 2, 2 + (2 * (s_pauseSeconds / 60)));
    }
}
