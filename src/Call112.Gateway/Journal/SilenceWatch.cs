namespace Call112.Gateway.Journal;

/// <summary>
/// Notices a disk that neither answers nor fails: a card that hangs gives no error for as long as it hangs (F3). Watches one transaction at a
/// time, on the monotonic clock. Invariant: <c>silent</c> is called at most once for a transaction, and never after its end.
/// </summary>
internal sealed class SilenceWatch : IDisposable
{
    /// <summary>A transaction that takes longer counts as a fault. A slow card needs half a second.</summary>
    public static readonly TimeSpan SilentAfter = TimeSpan.FromSeconds(3);

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly Action _silent;
    private readonly ITimer _timer;
    private long? _began;
    private volatile bool _isSilent;

    /// <param name="silent">Runs on a thread of the timer; must not block.</param>
    public SilenceWatch(TimeProvider time, Action silent)
    {
        (_time, _silent) = (time, silent);
        _timer = time.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>True from the moment at which the disk was found silent to the end of its transaction.</summary>
    public bool IsSilent => _isSilent;

    public void Begin()
    {
        lock (_lock)
            _began = _time.GetTimestamp();
        _timer.Change(SilentAfter, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The transaction is over, well or not. True when it had been found silent.</summary>
    public bool End()
    {
        _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        lock (_lock)
        {
            var was = _isSilent;
            (_began, _isSilent) = (null, false);
            return was;
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        lock (_lock)
        {
            if (_isSilent || _began is not { } began)
                return;
            // A timer counts whole milliseconds and may come a little early; and that of the last transaction may come into this one.
            if (SilentAfter - _time.GetElapsedTime(began) is var left && left > TimeSpan.Zero)
            {
                _timer.Change(left + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
                return;
            }

            _isSilent = true;
            _silent();
        }
    }
}
