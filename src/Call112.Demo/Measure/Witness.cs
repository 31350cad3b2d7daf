using Call112.Gateway;
using Call112.Gateway.Board;
using Call112.Station;

namespace Call112.Demo.Measure;

/// <summary>One dispatch as the witness at a station heard (or, where it must be silent, saw) it. Times are monotonic timestamps.</summary>
internal sealed class Hearing(Guid dispatchId)
{
    public Guid DispatchId { get; } = dispatchId;

    /// <summary>When the output that makes it heard was first driven for it.</summary>
    public long HeardAt { get; init; }

    /// <summary>It came while another alert already sounded, so no relay moved: <see cref="HeardAt"/> is when the station had read its outputs back for it.</summary>
    public bool WhileSounding { get; init; }

    /// <summary>How often it began to sound: 1, or a defect.</summary>
    public int Beginnings { get; set; } = 1;

    /// <summary>When it no longer waited for anybody; 0 before.</summary>
    public long AnsweredAt { get; set; }

    /// <summary>
    /// When a button first went down while it waited (a second press, because the first seemed to do nothing, does not begin the time anew);
    /// for an alert that came while a finger was already on the button, when that went down. 0 without a press.
    /// </summary>
    public long PressedAt { get; set; }
}

/// <summary>
/// Watches one cabinet from outside: relay levels on the simulated board, against what the station knows at that instant. Does not read the
/// station's reports. Invariant: a hearing is counted when the relay is on while the dispatch waits, and counted again when that happens
/// after it had been answered; a siren that starts while nothing waits is unexplained.
/// </summary>
internal sealed class Witness
{
    private readonly StationLoop _station;
    private readonly SimulatedBoard _board;
    private readonly StationOptions _options;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, Hearing> _hearings = [];
    private readonly List<Hearing> _waiting = [];
    private Outputs _seen;
    private Outputs _driven;
    private long _pressedAt;

    public Witness(StationLoop station, SimulatedBoard board, StationOptions options, TimeProvider time)
    {
        (_station, _board, _options, _time) = (station, board, options, time);
        board.Changed += LookAtRelays;
        station.Changed += LookAtStation;
    }

    /// <summary>A dispatch began to sound. From the station's own thread: must return at once.</summary>
    public event Action<Hearing>? Heard;

    /// <summary>A dispatch no longer waits. From the station's own thread: must return at once.</summary>
    public event Action<Hearing>? Answered;

    /// <summary>Starts of the siren while no alert waited.</summary>
    public int UnexplainedStarts { get; private set; }

    /// <summary>Every output that was driven since <see cref="Forget"/>.</summary>
    public Outputs Driven
    {
        get
        {
            lock (_lock)
                return _driven;
        }
    }

    public Hearing? HearingOf(Guid dispatchId)
    {
        lock (_lock)
            return _hearings.GetValueOrDefault(dispatchId);
    }

    public IReadOnlyList<Hearing> Hearings()
    {
        lock (_lock)
            return [.. _hearings.Values];
    }

    public void Forget()
    {
        lock (_lock)
            _driven = _seen;
    }

    /// <summary>To be called right before a button's level changes.</summary>
    public void ButtonGoesDown()
    {
        lock (_lock)
        {
            _pressedAt = _time.GetTimestamp();
            foreach (var hearing in _waiting)
                if (hearing.PressedAt == 0)
                    hearing.PressedAt = _pressedAt;
        }
    }

    private void LookAtRelays()
    {
        var now = _time.GetTimestamp();
        var after = _board.Outputs;
        lock (_lock)
        {
            var before = _seen;
            // Inputs raise the same event; only a relay that moved tells something.
            if (after == before)
                return;
            (_seen, _driven) = (after, _driven | after);
            var state = _station.State;
            var rising = after & ~before;
            var explained = false;
            foreach (var alert in state.Alerts)
                explained |= TakeUp(alert, state, after, now, whileSounding: false);
            if ((rising & Outputs.Siren) != 0 && !explained)
                UnexplainedStarts++;
        }
    }

    /// <summary>True when this alert may be what drives the outputs.</summary>
    private bool TakeUp(Alert alert, StationState state, Outputs driven, long now, bool whileSounding)
    {
        if (!alert.Waits || Annunciation.IsPreempted(alert, state) || (driven & Annunciation.PrimaryOf(alert, _options)) == 0)
            return false;
        if (!_hearings.TryGetValue(alert.Id, out var hearing))
        {
            hearing = new Hearing(alert.Id) { HeardAt = now, WhileSounding = whileSounding };
            _hearings.Add(alert.Id, hearing);
            _waiting.Add(hearing);
            Heard?.Invoke(hearing);
        }
        else if (hearing.AnsweredAt != 0)
        {
            hearing.Beginnings++;
            hearing.AnsweredAt = 0;
            _waiting.Add(hearing);
        }

        return Annunciation.IsAudible(alert, _options);
    }

    private void LookAtStation()
    {
        var now = _time.GetTimestamp();
        var state = _station.State;
        lock (_lock)
        {
            foreach (var alert in state.Alerts)
                if (alert is { Waits: true, SoundingConfirmed: true } && !_hearings.ContainsKey(alert.Id))
                    TakeUp(alert, state, _seen, now, whileSounding: true);
            for (var i = _waiting.Count - 1; i >= 0; i--)
            {
                var hearing = _waiting[i];
                if (state.Find(hearing.DispatchId) is { Waits: true })
                    continue;
                _waiting.RemoveAt(i);
                hearing.AnsweredAt = now;
                if (hearing.PressedAt == 0)
                    hearing.PressedAt = _pressedAt;
                Answered?.Invoke(hearing);
            }
        }
    }
}
