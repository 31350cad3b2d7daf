using Call112.Demo.City;
using Call112.Messages;
using Call112.Station;

namespace Call112.Demo.Replay;

/// <summary>
/// The staff of one station. Presses TERIMA when its real turnout time (scaled) is over, but never before the siren is on for that alert;
/// then TIBA and SELESAI on the panel at the real times. One pair of hands: things are done one after another, so a press may acknowledge
/// several alerts, as in a real station.
/// </summary>
internal sealed class Crew : IDisposable
{
    /// <summary>Presses for one alert before the crew gives up on it.</summary>
    private const int PressesMax = 20;

    /// <summary>A finger needs this long from one press to the next; longer than a release takes to settle, 100 ms.</summary>
    private static readonly TimeSpan s_betweenPresses = TimeSpan.FromMilliseconds(150);

    private readonly Post _post;
    private readonly double _speed;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, Duty> _duties = [];
    private readonly PriorityQueue<(Guid Id, Chore Chore), long> _chores = new();
    private readonly SemaphoreSlim _news = new(0);

    /// <param name="speed">Real seconds in one second of the replay.</param>
    public Crew(Post post, double speed, TimeProvider time)
    {
        (_post, _speed, _time) = (post, speed, time);
        post.Witness.Heard += hearing => Note(hearing.DispatchId, duty => duty.IsHeard = true);
        post.Witness.Answered += hearing => Note(hearing.DispatchId, duty => duty.IsAnswered = true);
    }

    private enum Chore
    {
        Acknowledge,
        Arrive,
        Complete,
    }

    public int Presses { get; private set; }

    /// <summary>Alerts that no press acknowledged.</summary>
    public int GivenUp { get; private set; }

    /// <summary>Tells the staff what the alert is about, so that they know how long they take.</summary>
    /// <param name="dispatchedAt">Monotonic timestamp of its dispatch.</param>
    public void Expect(Guid dispatchId, ReplayAlert alert, long dispatchedAt) =>
        Note(dispatchId, duty => (duty.Alert, duty.DispatchedAt) = (alert, dispatchedAt));

    /// <summary>Works until the token ends it.</summary>
    public async Task WorkAsync(CancellationToken cancel)
    {
        try
        {
            while (true)
            {
                if (Next(out var wait) is { } next)
                    await DoAsync(next.Id, next.Chore, cancel);
                else
                    await _news.WaitAsync(wait, cancel);
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The shift is over.
        }
    }

    public void Dispose() => _news.Dispose();

    private (Guid Id, Chore Chore)? Next(out TimeSpan wait)
    {
        lock (_lock)
        {
            wait = TimeSpan.FromSeconds(1);
            if (!_chores.TryPeek(out var next, out var due))
                return null;
            var left = _time.GetElapsedTime(_time.GetTimestamp(), due);
            if (left > TimeSpan.Zero)
            {
                wait = left < wait ? left : wait;
                return null;
            }

            _chores.Dequeue();
            return next;
        }
    }

    private async Task DoAsync(Guid id, Chore chore, CancellationToken cancel)
    {
        if (chore != Chore.Acknowledge)
        {
            await _post.TouchAsync(chore == Chore.Arrive ? PanelAction.Arrive : PanelAction.Complete, id, outcome: chore == Chore.Complete ? Outcome.Done : null);
            return;
        }

        for (var presses = 0; !IsAnswered(id); presses++)
        {
            if (presses == PressesMax)
            {
                GivenUp++;
                return;
            }

            Presses++;
            await _post.PressAsync(Inputs.Acknowledge, cancel);
            await Task.Delay(s_betweenPresses, _time, cancel);
        }
    }

    private bool IsAnswered(Guid id)
    {
        lock (_lock)
            return _duties[id].IsAnswered;
    }

    private void Note(Guid id, Action<Duty> note)
    {
        lock (_lock)
        {
            if (!_duties.TryGetValue(id, out var duty))
                _duties[id] = duty = new Duty();
            note(duty);
            Plan(id, duty);
        }

        _news.Release();
    }

    private void Plan(Guid id, Duty duty)
    {
        if (duty.Alert is not { } alert)
            return;
        if (duty is { IsHeard: true, IsAnswered: false, IsPlanned: false })
        {
            duty.IsPlanned = true;
            _chores.Enqueue((id, Chore.Acknowledge), After(duty, alert.Turnout));
        }
        else if (duty is { IsAnswered: true, IsFollowed: false })
        {
            duty.IsFollowed = true;
            if (alert.OnScene is { } onScene)
                _chores.Enqueue((id, Chore.Arrive), After(duty, onScene));
            _chores.Enqueue((id, Chore.Complete), After(duty, alert.Available ?? alert.OnScene ?? alert.Turnout));
        }
    }

    private long After(Duty duty, TimeSpan real) => duty.DispatchedAt + (long)(real.TotalSeconds / _speed * _time.TimestampFrequency);

    private sealed class Duty
    {
        public ReplayAlert? Alert { get; set; }

        public long DispatchedAt { get; set; }

        public bool IsHeard { get; set; }

        public bool IsAnswered { get; set; }

        public bool IsPlanned { get; set; }

        public bool IsFollowed { get; set; }
    }
}
