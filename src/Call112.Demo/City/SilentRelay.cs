using System.Net;
using System.Net.Sockets;

namespace Call112.Demo.City;

/// <summary>
/// A TCP relay between one station and the broker that can go silent: connections stay open and nothing passes, in neither direction, not
/// even a close. So a radio link dies. What was sent meanwhile passes when the relay speaks again, as TCP would send it again.
/// </summary>
internal sealed class SilentRelay : IAsyncDisposable
{
    private const int BufferBytes = 16 * 1024;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly string _host;
    private readonly int _port;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private volatile TaskCompletionSource _gate = Opened();

    /// <param name="host">The broker's host.</param>
    /// <param name="port">The broker's port.</param>
    public SilentRelay(string host, int port)
    {
        (_host, _port) = (host, port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The loopback port that the station connects to.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void FallSilent() => _gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void SpeakAgain() => _gate.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        SpeakAgain();
        await _accepting;
        _stop.Dispose();
    }

    private static TaskCompletionSource Opened()
    {
        var gate = new TaskCompletionSource();
        gate.SetResult();
        return gate;
    }

    private async Task AcceptAsync()
    {
        var pairs = new List<Task>();
        try
        {
            while (true)
                pairs.Add(PairAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }

        await Task.WhenAll(pairs);
    }

    private async Task PairAsync(TcpClient station)
    {
        using (station)
        using (var broker = new TcpClient())
        {
            try
            {
                await broker.ConnectAsync(_host, _port, _stop.Token);
                (station.NoDelay, broker.NoDelay) = (true, true);
                using NetworkStream near = station.GetStream(), far = broker.GetStream();
                await Task.WhenAll(PumpAsync(near, far), PumpAsync(far, near));
            }
            catch (Exception e) when (IsEnd(e))
            {
                // The station has gone, or the broker does not answer.
            }
        }
    }

    /// <summary>Passes what comes, and a close as a close; whatever else ends it ends the pair.</summary>
    private async Task PumpAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[BufferBytes];
        try
        {
            while (true)
            {
                var count = await from.ReadAsync(buffer, _stop.Token);
                await _gate.Task.WaitAsync(_stop.Token);
                if (count == 0)
                {
                    to.Socket.Shutdown(SocketShutdown.Send);
                    return;
                }

                await to.WriteAsync(buffer.AsMemory(0, count), _stop.Token);
            }
        }
        catch (Exception e) when (IsEnd(e))
        {
            from.Close();
            to.Close();
        }
    }

    private static bool IsEnd(Exception e) => e is IOException or SocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException;
}
