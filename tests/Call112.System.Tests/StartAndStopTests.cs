using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Call112.Messages;
using Call112.System.Tests.Toolkit;
using Call112.Tests;

namespace Call112.System.Tests;

/// <summary>How a station starts when something is missing, and how it goes.</summary>
public sealed class StartAndStopTests : SystemTest
{
    private const int WrongOptions = 2;

    [Theory]
    [InlineData("board.profile", "board", """{"profile":"no-such-board"}""")]
    [InlineData("timing.sirenLimitSeconds", "timing", """{"sirenLimitSeconds":0}""")]
    [InlineData("uplinks[0].broker", "uplinks", """[{"name":"lan","broker":"http://127.0.0.1:1883"}]""")]
    [InlineData("panel.listen", "panel", """{"listen":"here"}""")]
    [InlineData("station.id", "station", """{"name":"A post without an id"}""")]
    [InlineData("pannel", "pannel", """{"listen":"127.0.0.1:0"}""")]
    public async Task A_wrong_option_stops_the_start_and_names_its_field(string field, string part, string content)
    {
        var station = Station("mqtt://127.0.0.1:1");
        station.StationJson[part] = JsonNode.Parse(content);
        foreach (var verb in new[] { "run", "check-config", "doctor", "journal" })
        {
            var (exitCode, output) = await station.VerbAsync(verb);
            Assert.Equal(WrongOptions, exitCode);
            Assert.Contains(field, output, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("")]
    [InlineData("""{"station":""")]
    public async Task A_half_written_station_json_stops_the_start_and_names_the_file(string content)
    {
        var path = Path.Combine(Folder, "half.json");
        await File.WriteAllTextAsync(path, content, TestContext.Current.CancellationToken);
        var (exitCode, output) = await OwnProcess.RunAsync(Installed.Gateway, ["run", "--config", path]);
        Assert.Equal(WrongOptions, exitCode);
        Assert.Contains(path, output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    /// <summary>F16: a panel that cannot be had is no reason to end and be started again.</summary>
    [Fact]
    public async Task With_its_panel_port_taken_the_station_works_and_the_panel_comes_later()
    {
        var broker = await BrokerAsync();
        var station = Station(broker.Address);
        var port = LoopbackPorts.Free();
        station.StationJson["panel"]!["listen"] = $"127.0.0.1:{port}";
        var centre = await RecordingCentreAsync(station, broker);
        var alert = Written.Alert();
        using (var squatter = new TcpListener(IPAddress.Loopback, port))
        {
            squatter.Start();
            await station.StartReadyAsync();
            Assert.Equal(JsonValueKind.Null, JsonDocument.Parse(await File.ReadAllTextAsync(station.ReadyFile, TestContext.Current.CancellationToken)).RootElement.GetProperty("panel").ValueKind);
            await centre.SendAsync(alert);
            await centre.HearsAsync(ReportEvent.Sounding, alert.DispatchId);
        }

        await SirenAsync(station, on: true);
        await (await station.PageAsync()).PressAsync("acknowledge");
        await centre.HearsAsync(ReportEvent.Acknowledged, alert.DispatchId);
    }

    /// <summary>F20: two services on one journal would number their reports against each other.</summary>
    [Fact]
    public async Task A_second_gateway_on_the_same_journal_ends_and_says_why()
    {
        var broker = await BrokerAsync();
        var station = Station(broker.Address);
        var centre = await RecordingCentreAsync(station, broker);
        await station.StartReadyAsync();
        var second = Station(broker.Address);
        second.KeepJournalIn(Path.GetDirectoryName(station.JournalPath)!);
        second.Start();
        Assert.Equal(1, await second.EndAsync());
        Assert.Contains(second.Lines(), line => line.Contains(station.JournalPath, StringComparison.Ordinal));
        await WholeWayTests.TravelAsync(station, centre);
        // The kernel takes the lock back from the dead.
        station.Kill();
        await second.StartReadyAsync();
    }

    /// <summary>F10, F16: boot must not depend on a network, nor fail without one. F1: the broker's word alone ends no report's stay in the box.</summary>
    [Fact]
    public async Task Without_a_broker_the_station_is_armed_and_connects_when_there_is_one()
    {
        var broker = await BrokerAsync();
        broker.Kill();
        var station = Station(broker.Address);
        station.StationJson["timing"] = new JsonObject { ["receiptWithinSeconds"] = 10 };
        station.Start();
        var page = await station.PageAsync();
        // A press and an alarm offline: kept for the centre.
        await page.PressAsync("panic");
        await Wait.UntilAsync(async () => (await page.StationAsync()).GetProperty("alarms").EnumerateArray().Any(alarm => alarm.GetProperty("event").GetString() == "PanicPressed"), "the panel shows the panic");
        Assert.Null(station.ReadyBootId());
        await broker.StartAsync();
        await station.ReadyAsync();
        // The centre is the last to come: the broker has confirmed reports that nobody had asked for, and without a receipt they are sent again.
        var centre = await RecordingCentreAsync(station, broker);
        await centre.HearsAsync(ReportEvent.PanicPressed);
        Assert.Equal(Enumerable.Range(1, centre.Reports().Count).Select(n => (long)n), centre.Reports().Select(report => report.Sequence));
        await WholeWayTests.TravelAsync(station, centre);
    }

    /// <summary>F11: no output outlives an orderly stop.</summary>
    [Fact]
    public async Task Sigterm_switches_the_outputs_off_says_goodbye_and_ends_well()
    {
        var broker = await BrokerAsync();
        var station = Station(broker.Address);
        var centre = await RecordingCentreAsync(station, broker);
        await station.StartReadyAsync();
        var boot = station.ReadyBootId();
        await centre.SendAsync(Written.Alert());
        await SirenAsync(station, on: true);
        await Wait.UntilAsync(() => centre.States.Any(state => state.Online && state.BootId == boot), "the centre has the birth");
        Assert.Equal(0, await station.TerminateAsync());
        await centre.HearsAsync(ReportEvent.Stopping);
        await Wait.UntilAsync(() => centre.States[^1] is { Online: false } state && state.BootId == boot, "the state is offline");
        var last = station.Runs[0].Edges().GroupBy(edge => edge.Output).Select(group => group.Last());
        Assert.All(last, edge => Assert.False(edge.On, $"{edge.Output} was left on"));
        var stopping = centre.Reports().Single(report => report.Event == ReportEvent.Stopping);
        Assert.Equal(centre.Account(account => account.Highest), stopping.Sequence);
        Assert.False(broker.Lines().Any(line => line.Contains($"Client {station.ClientId} closed its connection", StringComparison.Ordinal)), "it went without a DISCONNECT");
    }

    [Fact]
    public async Task Stopped_again_and_again_in_full_traffic_it_never_sends_half_a_message()
    {
        const int rounds = 10;
        var dice = Dice();
        var broker = await BrokerAsync();
        var station = Station(broker.Address);
        var centre = await RecordingCentreAsync(station, broker);
        for (var round = 0; round < rounds; round++)
        {
            await station.StartReadyAsync();
            for (var i = 0; i < 5; i++)
                await centre.SendAsync(Written.Alert(Category.Protection));
            await Wait.Pause(TimeSpan.FromMilliseconds(dice.Next(0, 60)));
            Assert.Equal(0, await station.TerminateAsync());
        }

        await Wait.UntilAsync(() => centre.Reports().Count(report => report.Event == ReportEvent.Stopping) == rounds, "every stop is reported");
        Assert.Empty(centre.Unreadable);
        Assert.Empty(centre.Account(account => account.Contradictions));
        // Bytes that it cannot read, or half of a message, a broker answers by cutting the connection, and says so. "Broken pipe" is no such end: a
        // receipt was on its way to a station that had just left, and the DISCONNECT was still unread.
        string[] wellEnded = ["disconnected.", "disconnected: Broken pipe."];
        Assert.DoesNotContain(
            broker.Lines().Select(line => line.Split($"Client {station.ClientId} ") is [_, var end] ? end : null), end => end is not null && !wellEnded.Contains(end));
    }

    [Fact]
    public async Task A_killed_station_is_declared_offline_by_its_will()
    {
        var broker = await BrokerAsync();
        var station = Station(broker.Address);
        var centre = await RecordingCentreAsync(station, broker);
        await station.StartReadyAsync();
        var boot = station.ReadyBootId();
        await Wait.UntilAsync(() => centre.States.Any(state => state.Online), "the centre has the birth");
        station.Kill();
        await Wait.UntilAsync(() => centre.States[^1] is { Online: false } state && state.BootId == boot, "the will says offline");
    }

    [Fact]
    public async Task Doctor_finds_what_is_wrong_and_names_a_remedy()
    {
        var broker = await BrokerAsync();
        var station = Station(broker.Address);
        var well = await station.VerbAsync("doctor");
        Assert.True(well.ExitCode == 0, well.Output);
        broker.Kill();
        var ill = await station.VerbAsync("doctor");
        Assert.Equal(1, ill.ExitCode);
        Assert.Contains("FAIL broker", ill.Output, StringComparison.Ordinal);
        Assert.Contains("-> ", ill.Output, StringComparison.Ordinal);
    }
}
