using System.Net;
using System.Net.Sockets;
using System.Text;
using Call112.Gateway.Tests.World;

namespace Call112.Gateway.Tests.Position;

/// <summary>A gpsd on a loopback port that says what a test wants, and keeps what it was told. One client at a time; the newest counts.</summary>
internal sealed class FakeGpsd : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly StringBuilder _heard = new();
    private readonly Lock _lock = new();
    private Socket? _client;

    public FakeGpsd()
    {
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int Connections { get; private set; }

    public string Heard
    {
        get
        {
            lock (_lock)
                return _heard.ToString();
        }
    }

    public Task ConnectedAsync(int times = 1) => Wait.UntilAsync(() => Connections >= times, $"connection {times}");

    public Task SayAsync(params string[] lines) => SendAsync(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\r\n"))));

    public async Task SendAsync(byte[] bytes) => await _client!.SendAsync(bytes);

    /// <summary>gpsd dies; its port stays.</summary>
    public void Drop() => _client!.Dispose();

    public void Dispose()
    {
        _listener.Dispose();
        _client?.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync();
                _client = client;
                Connections++;
                _ = HearAsync(client);
            }
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task HearAsync(Socket client)
    {
        var buffer = new byte[256];
        try
        {
            while (await client.ReceiveAsync(buffer) is > 0 and var count)
                lock (_lock)
                    _heard.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            // Dropped.
        }
    }
}
