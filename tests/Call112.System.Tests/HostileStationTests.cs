using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Call112.Campaign;
using Call112.Messages;
using Call112.System.Tests.Toolkit;
using Call112.Tests;

namespace Call112.System.Tests;

/// <summary>
/// A station client that is broken or hostile, at the real centre: garbage, foreign names, huge and retained messages, ghosts, and valid reports
/// about nothing, a thousand a second. The centre lives on, its log stays small, and a real station is served meanwhile (F3, F18, F20).
/// </summary>
public sealed class HostileStationTests : SystemTest
{
    private const int MessagesPerSecond = 1_000, GhostsMax = 200;

    /// <summary>Lines of the log for each second: refusals one, notes twenty, and what a second brings else.</summary>
    private const int LinesPerSecond = 30;

    /// <summary>Memory that the flood may cost, MiB: the centre is a server process with a heap for each core.</summary>
    private const double GrowthMaxMiB = 256;

    private static readonly TimeSpan s_lasts = TimeSpan.FromSeconds(4), s_servedWithin = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_hostile_station_neither_ends_the_centre_nor_fills_its_log_and_a_real_one_is_served_meanwhile(bool embedded)
    {
        var began = Wait.Time.GetTimestamp();
        var broker = embedded ? $"mqtt://127.0.0.1:{LoopbackPorts.Free()}" : (await BrokerAsync()).Address;
        var center = await CenterAsync(broker, embedded);
        var station = Station(broker);
        await station.StartReadyAsync();
        await Wait.UntilAsync(async () => await center.StationAsync(station.StationId) is not null, "the centre knows the real station");
        var (idle, lines) = (ProcessMemory.ResidentMiB(center.Pid), center.Lines().Count);

        using var over = new CancellationTokenSource();
        var flood = FloodAsync(new Uri(broker), Dice(), over.Token);
        await Wait.Pause(s_lasts / 2);
        var asked = Wait.Time.GetTimestamp();
        var dispatch = await center.DispatchAsync(station.StationId);
        await center.ShowsAsync(dispatch, station.StationId, ReportEvent.Sounding);
        var served = Wait.Time.GetElapsedTime(asked);
        await (await station.PageAsync()).PressAsync("acknowledge");
        await Wait.Pause(s_lasts / 2);
        await over.CancelAsync();
        var sent = await flood;
        await center.ShowsAsync(dispatch, station.StationId, ReportEvent.Acknowledged);

        var seconds = Wait.Time.GetElapsedTime(began).TotalSeconds;
        var (grown, said) = (ProcessMemory.PeakMiB(center.Pid) - idle, center.Lines().Count - lines);
        Say(string.Create(CultureInfo.InvariantCulture, $"{sent} messages, idle {idle:0.0} MiB, grown {grown:0.0} MiB, {said} lines, Sounding shown after {served.TotalMilliseconds:0} ms"));
        new CampaignPart(embedded ? "hostile-station-embedded" : "hostile-station-mosquitto", $"A hostile station at the centre, {(embedded ? "embedded broker" : "Mosquitto")}")
        {
            Covers = ["F3", "F18", "F20"],
            Figures =
            [
                new Figure("hostile messages sent", sent),
                new Figure("dispatch to Sounding on the centre's ladder, meanwhile", served.TotalMilliseconds, "ms", AtMost: s_servedWithin.TotalMilliseconds),
                new Figure("memory that it cost the centre", grown, "MiB", AtMost: GrowthMaxMiB),
                new Figure("lines of log", said, AtMost: LinesPerSecond * seconds),
            ],
            Seconds = seconds,
            Command = $"dotnet test tests/Call112.System.Tests --filter {nameof(HostileStationTests)}",
        }.Write();
        // How fast the real station was served is a figure with a goal: it waited its turn behind the flood, and this machine has two cores.
        Assert.False(center.HasExited, "the centre ended");
        Assert.InRange(said, 0, LinesPerSecond * seconds);
        Assert.InRange(grown, double.MinValue, GrowthMaxMiB);
    }

    /// <summary>Connects as a client and sends until told to end; a broker that throws it out is met again. Gives how much was sent.</summary>
    private static async Task<long> FloodAsync(Uri broker, Random dice, CancellationToken over)
    {
        var sent = 0L;
        while (!over.IsCancellationRequested)
            try
            {
                using var client = new TcpClient { NoDelay = true };
                await client.ConnectAsync(IPAddress.Loopback, broker.Port, over);
                using var link = new RogueLink(client, over);
                await link.SendAsync(RogueLink.Packet(0x10, [0, 4, .. "MQTT"u8, 5, 2, 0, 0, 0, .. RogueLink.Word(12), .. "call112-evil"u8]));
                await link.ReadAsync();
                // Its answers are read and thrown away, so that the broker never waits for us.
                var reading = link.UntilClosedAsync();
                while (!reading.IsCompleted)
                {
                    var burst = new List<byte>();
                    for (var i = 0; i < MessagesPerSecond / 50; i++)
                        burst.AddRange(Message(++sent, dice));
                    await link.SendAsync(burst.ToArray());
                    await Task.Delay(TimeSpan.FromMilliseconds(20), Wait.Time, over);
                }

                await reading;
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // Thrown out, or told to end.
            }

        return sent;
    }

    private static byte[] Message(long number, Random dice)
    {
        var (now, ghost) = (Wait.Time.GetUtcNow(), $"ghost-{dice.Next(GhostsMax)}");
        var id = (ushort)(1 + number % 60_000);
        var report = new Report("evil", number, "boot", ReportEvent.Received, now, now, ClockState.Synchronized, ReportSource.Automatic, Guid.NewGuid(), "K1");
        return (number % 8) switch
        {
            0 => RogueLink.Publish(Topics.Report("evil"), "{\"stationId\":"u8, 1, id),
            1 => RogueLink.Publish(Topics.Heartbeat("evil"), MessageWriter.Write(new Heartbeat("pkm-gogagoman", "boot", number, now, ClockState.Synchronized, 1, 1, 1)), 1, id),
            // The same number again and again, each time another story; and numbers that rise, about dispatches that nobody sent.
            2 => RogueLink.Publish(Topics.Report("evil"), MessageWriter.Write(report with { Sequence = 7, Detail = $"story {number}" }), 1, id),
            3 => RogueLink.Publish(Topics.Report("evil"), MessageWriter.Write(report), 0),
            4 => RogueLink.Publish(Topics.Telemetry("evil"), MessageWriter.Write(new Telemetry("evil", "boot", now, ClockState.Synchronized, 0.7, 124.3)), 0),
            5 => RogueLink.Publish(Topics.State(ghost), MessageWriter.Write(new StationStatus(true, ghost, $"boot-{number}", now, ClockState.Synchronized)), 1, id),
            6 when number % 800 == 6 => RogueLink.Publish(Topics.State("evil"), new byte[200_000], 1, id),
            6 => RogueLink.Publish(Topics.State("evil"), Encoding.UTF8.GetBytes(new string('[', 200)), 1, id, retain: true),
            _ => RogueLink.Publish(Topics.Heartbeat("evil"), MessageWriter.Write(new Heartbeat("evil", $"boot-{number}", number, now, ClockState.Synchronized, 1, Report.SequenceMax, 1)), 1, id),
        };
    }
}
