using Call112.Simulation.Time;

namespace Call112.Simulation.Net;

/// <summary>
/// The line between a machine and the broker: how long it takes, and what it swallows. A direction that is blocked holds its packets, as TCP
/// does, until it carries again or the connection is given up; nobody is told (F9).
/// </summary>
internal sealed class Line(Schedule schedule, Random dice)
{
    private readonly List<Pipe> _pipes = [];
    private bool _upBlocked, _downBlocked, _refuses, _hasNetwork = true;

    public bool UpBlocked => _upBlocked || IsOff;

    public bool DownBlocked => _downBlocked || IsOff;

    /// <summary>Connecting is refused at once, as by a modem without a network.</summary>
    public bool Refuses => _refuses || IsOff || !HasListener;

    /// <summary>The network interface under it is there.</summary>
    public bool HasInterface { get; private set; } = true;

    /// <summary>The broker at its end is there.</summary>
    public bool HasListener { get; set; } = true;

    public bool IsWhole => !UpBlocked && !DownBlocked && !Refuses;

    /// <summary>Since when it is whole, or not.</summary>
    public TimeSpan ChangedAt { get; private set; }

    private bool IsOff => !HasInterface || !_hasNetwork;

    public TimeSpan Latency() => TimeSpan.FromMilliseconds(1 + dice.Next(40));

    /// <summary>What is blocked from now on, and whether connecting is refused meanwhile.</summary>
    public void Set(bool upBlocked, bool downBlocked, bool refuses = false)
    {
        (_upBlocked, _downBlocked, _refuses) = (upBlocked, downBlocked, refuses);
        Changed();
    }

    /// <summary>The interface goes, or is back. TCP does not notice: what is under way waits.</summary>
    public void SetInterface(bool isThere)
    {
        HasInterface = isThere;
        Changed();
    }

    public Pipe Open(bool up)
    {
        var pipe = new Pipe(this, schedule, up);
        _pipes.Add(pipe);
        return pipe;
    }

    /// <summary>The modem that it runs over has a network, or none.</summary>
    public void SetNetwork(bool isThere)
    {
        _hasNetwork = isThere;
        Changed();
    }

    private void Changed()
    {
        ChangedAt = schedule.Now;
        _pipes.RemoveAll(pipe => pipe.IsClosed);
        foreach (var pipe in _pipes)
            pipe.Flush();
    }

    /// <summary>One direction of one connection: packets arrive in order, or not at all.</summary>
    internal sealed class Pipe(Line line, Schedule schedule, bool up)
    {
        private readonly Queue<Action> _held = [];
        private TimeSpan _last;

        public bool IsClosed { get; private set; }

        private bool IsBlocked => up ? line.UpBlocked : line.DownBlocked;

        public void Send(Action arrive)
        {
            if (IsClosed)
                return;
            if (IsBlocked || _held.Count > 0)
                _held.Enqueue(arrive);
            else
                Deliver(arrive);
        }

        public void Flush()
        {
            while (!IsBlocked && _held.TryDequeue(out var packet))
                Deliver(packet);
        }

        public void Close()
        {
            IsClosed = true;
            _held.Clear();
        }

        private void Deliver(Action arrive)
        {
            _last = TimeSpan.FromTicks(Math.Max(_last.Ticks, (schedule.Now + line.Latency()).Ticks));
            schedule.At(_last, () =>
            {
                if (IsClosed)
                    return;
                // What was under way when the line broke is not lost: it is repeated when the line carries again.
                if (IsBlocked || _held.Count > 0)
                    _held.Enqueue(arrive);
                else
                    arrive();
            });
        }
    }
}
