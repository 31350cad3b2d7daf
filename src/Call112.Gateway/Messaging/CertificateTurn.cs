using Call112.Gateway.Time;

namespace Call112.Gateway.Messaging;

/// <summary>
/// Lets one uplink at a time give up its connection for a new certificate: files and renewals change for both in the same moment, and a station with two
/// ways to the centre must not be without any because of that (F13).
/// Invariant: whoever has the turn keeps it until it is connected again, for 30 s at most: an uplink that does not come back holds up nobody (F9).
/// Thread-safe.
/// </summary>
internal sealed class CertificateTurn(StationClock clock)
{
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private string? _whose;
    private TimeSpan _since;

    /// <summary>This uplink is back with what was new: the other's turn. On any thread, must return at once.</summary>
    public event Action<string>? Passed;

    /// <returns>True when this uplink may leave now; it then says <see cref="NotNeeded"/>, or leaves.</returns>
    public bool Take(string uplink)
    {
        lock (_lock)
        {
            var now = clock.Monotonic;
            if (_whose is not null && _whose != uplink && now - _since < s_longest)
                return false;
            (_whose, _since) = (uplink, now);
            return true;
        }
    }

    /// <summary>There was nothing new. Nobody is woken: each would wake the other for ever.</summary>
    public void NotNeeded(string uplink) => End(uplink);

    /// <summary>The uplink has a connection.</summary>
    public void Connected(string uplink)
    {
        if (End(uplink))
            Passed?.Invoke(uplink);
    }

    private bool End(string uplink)
    {
        lock (_lock)
        {
            if (_whose != uplink)
                return false;
            _whose = null;
            return true;
        }
    }
}
