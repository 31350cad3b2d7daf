using System.Net.Sockets;
using System.Text;
using Call112.System.Tests.Toolkit;

namespace Call112.Rig.Stations;

/// <summary>systemd's end of sd_notify: hears the signs of life of one service.</summary>
internal sealed class NotifySocket : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly Thread _thread;
    private long _lastNs;

    public NotifySocket(string path)
    {
        Path = path;
        _socket.Bind(new UnixDomainSocketEndPoint(path));
        _thread = new Thread(Hear) { Name = "notify", IsBackground = true };
        _thread.Start();
    }

    public string Path { get; }

    /// <summary>How long ago the service last said WATCHDOG=1.</summary>
    public TimeSpan SilenceSince(long nowNs) => TimeSpan.FromMilliseconds((nowNs - Interlocked.Read(ref _lastNs)) / 1e6);

    public void Dispose()
    {
        _socket.Dispose();
        File.Delete(Path);
    }

    private void Hear()
    {
        var bytes = new byte[4096];
        try
        {
            while (true)
                if (Encoding.UTF8.GetString(bytes, 0, _socket.Receive(bytes)).Contains("WATCHDOG=1", StringComparison.Ordinal))
                    Interlocked.Exchange(ref _lastNs, Wait.MonotonicNs);
        }
        catch (SocketException)
        {
            // Disposed.
        }
        catch (ObjectDisposedException)
        {
            // Disposed.
        }
    }
}
