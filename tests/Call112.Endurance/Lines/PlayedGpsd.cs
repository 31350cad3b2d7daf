using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Call112.Endurance.Lines;

/// <summary>
/// Plays gpsd with a receiver that drives north at 30 m/s: every fix is far enough from the one before that the station tells it at once, which
/// makes telemetry of every second (the contract has it on change).
/// </summary>
internal sealed class PlayedGpsd : IDisposable
{
    private const double StepMetres = 30, MetresOfADegree = 111_195;

    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(1);

    private readonly TcpListener _listener;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _end = new();

    public PlayedGpsd(IPAddress at, TimeProvider time)
    {
        (_listener, _time) = (new TcpListener(at, 0), time);
        _listener.Start();
        _ = AcceptAsync();
    }

    public string Address => _listener.LocalEndpoint.ToString()!;

    public void Dispose()
    {
        _end.Cancel();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = TalkAsync(await _listener.AcceptTcpClientAsync(_end.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The run ends.
        }
    }

    private async Task TalkAsync(TcpClient client)
    {
        using var gone = client;
        try
        {
            var stream = client.GetStream();
            _ = HearAsync(stream);
            await SayAsync(stream, """{"class":"VERSION","release":"3.22","rev":"3.22","proto_major":3,"proto_minor":14}""");
            await SayAsync(stream, """{"class":"DEVICES","devices":[{"class":"DEVICE","path":"/dev/gnss0","driver":"NMEA0183"}]}""");
            for (var step = 0; ; step++)
            {
                var latitude = 0.73 + (step * StepMetres / MetresOfADegree);
                var moment = _time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
                var place = string.Create(CultureInfo.InvariantCulture, $"\"lat\":{latitude:0.000000},\"lon\":124.3,\"eph\":4,\"speed\":30");
                await SayAsync(stream, $$"""{"class":"TPV","device":"/dev/gnss0","mode":3,"time":"{{moment}}",{{place}}}""");
                await Task.Delay(s_every, _time, _end.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The gateway has gone, or the run ends.
        }
    }

    /// <summary>What the gateway asks is read away; the fixes are answer enough.</summary>
    private static async Task HearAsync(NetworkStream stream)
    {
        var buffer = new byte[1024];
        try
        {
            while (await stream.ReadAsync(buffer) > 0)
            {
                // Its questions are always the same.
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // It has gone.
        }
    }

    private static ValueTask SayAsync(NetworkStream stream, string line) => stream.WriteAsync(Encoding.UTF8.GetBytes(line + "\r\n"));
}
