using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Call112.Gateway.Options;
using Call112.Gateway.Position;
using Call112.Station;
using Call112.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace Call112.Gateway.Tests.Position;

/// <summary>
/// A real gpsd whose receiver is a TCP port that plays a log, and the gateway's client behind it. gpsfake does the same with a pseudo-terminal; it
/// does not end by itself, or by SIGTERM, when its client has gone (seen with 3.22), so it is not used.
/// </summary>
internal static class RealGpsd
{
    private const string Binary = "/usr/sbin/gpsd";

    /// <summary>Between two sentences: gpsd sees the ends of moments by time, too.</summary>
    private static readonly TimeSpan s_pace = TimeSpan.FromMilliseconds(1);

    /// <summary>All has been heard when gpsd was quiet for so long after the last sentence.</summary>
    private static readonly TimeSpan s_quiet = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_startWithin = TimeSpan.FromSeconds(20);

    public static bool IsInstalled => File.Exists(Binary);

    /// <summary>Plays the log once. Returns every fix that the client offered.</summary>
    public static async Task<IReadOnlyList<Fix>> PlayAsync(GpsdLog log)
    {
        using var receiver = new TcpListener(IPAddress.Loopback, 0);
        receiver.Start();
        var port = LoopbackPorts.Free();
        using var gpsd = Start(port, $"tcp://127.0.0.1:{((IPEndPoint)receiver.LocalEndpoint).Port}");
        try
        {
            using var late = new CancellationTokenSource(s_startWithin);
            using var line = await receiver.AcceptSocketAsync(late.Token);
            var (fixes, heard) = (new List<Fix>(), TimeProvider.System.GetTimestamp());
            var greeted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var stop = new CancellationTokenSource();
            using var client = new GnssClient(
                new GpsdOptions("127.0.0.1", port, TimeSpan.FromSeconds(30)),
                input =>
                {
                    if (input is StationInput.FixOffered offered)
                        fixes.Add(offered.Fix);
                    heard = TimeProvider.System.GetTimestamp();
                    return ValueTask.CompletedTask;
                },
                TimeProvider.System,
                new Random(1),
                NullLogger<GnssClient>.Instance,
                fixesPerSecond: int.MaxValue);
            client.Greeted += _ => greeted.TrySetResult();
            var running = client.RunAsync(stop.Token);
            await greeted.Task.WaitAsync(s_startWithin);
            foreach (var sentence in log.Sentences())
            {
                await line.SendAsync(sentence);
                await Task.Delay(s_pace, TimeProvider.System);
            }

            heard = TimeProvider.System.GetTimestamp();
            await World.Wait.UntilAsync(() => TimeProvider.System.GetElapsedTime(heard) >= s_quiet, "gpsd has said all");
            await stop.CancelAsync();
            await running;
            return fixes;
        }
        finally
        {
            gpsd.Kill();
            await gpsd.WaitForExitAsync();
        }
    }

    private static Process Start(int port, string device) => Process.Start(new ProcessStartInfo(Binary)
    {
        // -N: stay in the foreground; -n: open the receiver at once; -b: never write to it, as on the box.
        ArgumentList = { "-N", "-n", "-b", "-S", port.ToString(System.Globalization.CultureInfo.InvariantCulture), device },
        RedirectStandardError = true,
        RedirectStandardOutput = true,
    })!;
}
