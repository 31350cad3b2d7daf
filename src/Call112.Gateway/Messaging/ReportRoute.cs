using Call112.Gateway.Time;
using Call112.Station;

namespace Call112.Gateway.Messaging;

/// <summary>
/// Decides which uplink carries the reports: of those that have a connection the one that the evidence speaks for best (<see cref="Links.Best"/>).
/// Invariant: at any moment at most one uplink carries, so that reports leave in the order of their sequence; whoever takes over begins at the last
/// receipt, for what the other has handed out may be lost with it. Thread-safe.
/// </summary>
internal sealed class ReportRoute(StationLoop station, StationTiming timing, StationClock clock)
{
    /// <summary>The longest that reports without a receipt wait to be sent again.</summary>
    private static readonly TimeSpan s_patienceMax = TimeSpan.FromMinutes(15);

    private readonly Lock _lock = new();
    private readonly List<string> _open = [];
    private string? _carrier;
    private long _receipted;
    private TimeSpan _patience = timing.ReceiptWithin;

    /// <summary>Another uplink carries now; on any thread, must return at once.</summary>
    public event Action? Moved;

    public void Opened(string uplink)
    {
        lock (_lock)
            _open.Add(uplink);
        Review();
    }

    public void Closed(string uplink)
    {
        lock (_lock)
            _open.Remove(uplink);
        Review();
    }

    public bool Carries(string uplink) => Review() == uplink;

    /// <summary>Looks at the evidence anew.</summary>
    public string? Review()
    {
        bool moved;
        string? carrier;
        lock (_lock)
        {
            carrier = Links.Best(station.State.Senses, timing, clock.Monotonic, _open);
            moved = carrier != _carrier;
            _carrier = carrier;
        }

        if (moved)
            Moved?.Invoke();
        return carrier;
    }

    /// <summary>
    /// How long to wait for a receipt: the station's limit, doubled each time that it passed in vain, whichever uplink carried (F10).
    /// </summary>
    public TimeSpan Patience(long receiptedUpTo, bool nothingWaits)
    {
        lock (_lock)
        {
            if (receiptedUpTo > _receipted || nothingWaits)
                (_receipted, _patience) = (receiptedUpTo, timing.ReceiptWithin);
            return _patience;
        }
    }

    public void WaitedInVain()
    {
        lock (_lock)
            _patience = TimeSpan.FromTicks(Math.Min(_patience.Ticks * 2, s_patienceMax.Ticks));
    }
}
