using System.Collections.Concurrent;
using Call112.Endurance.Machine;
using Call112.Messages;

namespace Call112.Endurance.Scale;

/// <param name="Stations">How many there are.</param>
/// <param name="HeartbeatEvery">5 s; 30 s on a metered uplink (contract, "Topics").</param>
/// <param name="PublishDeadline">How long a PUBACK may take: 4 s, metered 20 s (as the gateway's uplink).</param>
/// <param name="ConnectsPerSecond">Pace of the first connections; later ones follow the back-off.</param>
internal sealed record FleetOptions(int Stations, int Port, TimeSpan HeartbeatEvery, TimeSpan PublishDeadline, int ConnectsPerSecond, int Seed);

/// <summary>What the fleet has counted so far.</summary>
internal sealed record FleetCounts(
    int Linked,
    long Sent,
    long Received,
    long Heartbeats,
    long CenterHeartbeats,
    long Connections,
    long Lost,
    long Copies,
    IReadOnlyDictionary<string, int> Losses);

/// <summary>A light station that began to connect, or that was linked.</summary>
/// <param name="At">Since <see cref="StationFleet.Origin"/>.</param>
internal readonly record struct FleetMoment(int Station, TimeSpan At, bool Linked);

/// <summary>
/// Ten thousand stations in one thread: each connects, subscribes, gives its birth and its heartbeats, acknowledges what comes, answers a
/// dispatch with Received and a cancel with Cancelled, keeps its reports until the receipt, gives up a connection whose PUBACK is late, and
/// comes back with the gateway's own full-jitter back-off (F8, F9). Nothing is stored and nothing sounds.
/// </summary>
internal sealed partial class StationFleet : IDisposable
{
    private const int WaitMilliseconds = 5;

    private static readonly TimeSpan s_connectDeadline = TimeSpan.FromSeconds(10), s_provenAfter = TimeSpan.FromSeconds(60);

    private readonly FleetOptions _options;
    private readonly TimeProvider _time;
    private readonly long _origin;
    private readonly LightStation[] _stations;
    private readonly Random _dice;
    private readonly Thread _thread;
    private readonly ConcurrentQueue<Action> _orders = new();
    private readonly PriorityQueue<(int Station, Due Due, int Connection), long> _timers = new();
    private readonly PacketWriter _out = new();
    private readonly byte[] _events = new byte[16 * 1024];
    private readonly byte[] _input = new byte[256 * 1024];
    private readonly Dictionary<string, int> _losses = [];
    private readonly List<FleetMoment> _moments = [];
    private readonly int _poll = Posix.NewPoll();
    private volatile bool _stop;
    private long _now, _sent, _received, _heartbeats, _centerHeartbeats, _connections, _lost, _copies;
    private int _linked;
    private Dispatch? _read;
    private byte[] _readFrom = [];

    public StationFleet(FleetOptions options, TimeProvider time)
    {
        (_options, _time, _origin, _dice) = (options, time, time.GetTimestamp(), new Random(options.Seed));
        var runId = Guid.CreateVersion7(time.GetUtcNow()).ToString("N")[..12];
        _stations = [.. Enumerable.Range(0, options.Stations).Select(i => new LightStation(i, runId))];
        for (var i = 0; i < _stations.Length; i++)
            _timers.Enqueue((i, Due.Connect, 0), i * 1000L / options.ConnectsPerSecond);
        _thread = new Thread(Run) { Name = "fleet" };
    }

    private enum Due
    {
        Connect,
        ConnectDeadline,
        Heartbeat,
        Confirmation,
    }

    public int Linked => Volatile.Read(ref _linked);

    /// <summary>Timestamp from which its times count.</summary>
    public long Origin => _origin;

    /// <summary>What ended the thread, if it was a defect.</summary>
    public Exception? Failure { get; private set; }

    public void Start() => _thread.Start();

    public FleetCounts Counts() => Ask(() => new FleetCounts(
        _linked, _sent, _received, _heartbeats, _centerHeartbeats, _connections, _lost, _copies, new Dictionary<string, int>(_losses)));

    /// <summary>Every attempt to connect and every link since then, oldest first.</summary>
    public IReadOnlyList<FleetMoment> Moments(TimeSpan since) => Ask(() => _moments.Where(moment => moment.At >= since).ToList());

    /// <summary>Stations that have not heard the centre for so long: they would say TERPUTUS.</summary>
    public int DeafFor(TimeSpan silence) => Ask(() => _stations.Count(station => _now - station.CenterHeardAt > silence.TotalMilliseconds));

    public void Dispose()
    {
        _stop = true;
        if (_thread.IsAlive)
            _thread.Join();
        foreach (var station in _stations)
            if (station.Descriptor >= 0)
                Posix.Close(station.Descriptor);
        Posix.Close(_poll);
    }

    private T Ask<T>(Func<T> question)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _orders.Enqueue(() => answer.SetResult(question()));
        return answer.Task.WaitAsync(TimeSpan.FromMinutes(1), _time).GetAwaiter().GetResult();
    }

    private void Run()
    {
        try
        {
            while (!_stop)
            {
                Tell();
                var count = Posix.Wait(_poll, _events, WaitMilliseconds);
                Tell();
                for (var i = 0; i < count; i++)
                {
                    var (events, tag) = Posix.EventAt(_events, i);
                    Serve(_stations[tag], tag, events);
                }

                while (_timers.TryPeek(out var timer, out var at) && at <= _now)
                {
                    _timers.Dequeue();
                    Fire(timer.Station, timer.Due, timer.Connection);
                }

                while (_orders.TryDequeue(out var order))
                    order();
            }
        }
        catch (Exception e)
        {
            Failure = e;
        }
    }

    private void Tell() => _now = (long)_time.GetElapsedTime(_origin).TotalMilliseconds;

    private void Fire(int index, Due due, int connection)
    {
        var station = _stations[index];
        if (due == Due.Connect)
        {
            Connect(station, index);
            return;
        }

        if (station.Connections != connection || station.Stage == LinkStage.Away)
            return;
        switch (due)
        {
            case Due.ConnectDeadline when station.Stage != LinkStage.Linked:
                Lose(station, index, $"no answer within {s_connectDeadline.TotalSeconds:0} s");
                break;
            case Due.Heartbeat when station.Stage == LinkStage.Linked:
                Heartbeat(station, index);
                Flush(station, index);
                break;
            case Due.Confirmation when station.Unconfirmed > 0:
                if (_now - station.UnconfirmedSince >= _options.PublishDeadline.TotalMilliseconds)
                    Lose(station, index, $"no PUBACK within {_options.PublishDeadline.TotalSeconds:0} s");
                else
                    Later(index, Due.Confirmation, station.UnconfirmedSince + (long)_options.PublishDeadline.TotalMilliseconds - _now);
                break;
        }
    }

    private void Later(int index, Due due, long milliseconds) =>
        _timers.Enqueue((index, due, _stations[index].Connections), _now + Math.Max(1, milliseconds));

    private void Connect(LightStation station, int index)
    {
        station.Connections++;
        station.BeganAt = _now;
        _connections++;
        _moments.Add(new FleetMoment(index, TimeSpan.FromMilliseconds(_now), Linked: false));
        station.Descriptor = Posix.Connect((ushort)_options.Port);
        if (station.Descriptor < 0)
        {
            Lose(station, index, "refused");
            return;
        }

        station.Stage = LinkStage.Connecting;
        Posix.Watch(_poll, station.Descriptor, Posix.Readable | Posix.Writable, index, isNew: true);
        Later(index, Due.ConnectDeadline, (long)s_connectDeadline.TotalMilliseconds);
    }

    /// <summary>The connection has ended, or is given up: closed, counted, and begun anew after the back-off.</summary>
    private void Lose(LightStation station, int index, string why)
    {
        if (station.Stage == LinkStage.Linked)
            _linked--;
        if (station.Descriptor >= 0)
        {
            Posix.Unwatch(_poll, station.Descriptor);
            Posix.Close(station.Descriptor);
        }

        _lost++;
        _losses[why] = _losses.GetValueOrDefault(why) + 1;
        (station.Descriptor, station.Stage, station.Partial, station.Unsent, station.Unconfirmed) = (-1, LinkStage.Away, [], [], 0);
        if (_now - station.BeganAt >= s_provenAfter.TotalMilliseconds)
            station.BackOff = default;
        (var wait, station.BackOff) = station.BackOff.Fail(_dice.NextDouble());
        _out.Clear();
        Later(index, Due.Connect, (long)wait.TotalMilliseconds);
    }

    private void Serve(LightStation station, int index, uint events)
    {
        if (station.Descriptor < 0)
            return;
        if (station.Stage == LinkStage.Connecting)
        {
            if (Posix.ConnectError(station.Descriptor) != 0)
            {
                Lose(station, index, "refused");
                return;
            }

            station.Stage = LinkStage.Greeting;
            Posix.Watch(_poll, station.Descriptor, Posix.Readable, index, isNew: false);
            _out.Connect($"call112-{station.Id}", KeepAliveSeconds, station.StateTopic, station.Status(online: false, _time.GetUtcNow()));
        }
        else if ((events & Posix.Writable) != 0 && station.Unsent.Length > 0)
        {
            Drain(station, index);
        }

        if (station.Descriptor >= 0 && (events & (Posix.Readable | Posix.Broken)) != 0)
            Read(station, index);
        if (station.Descriptor >= 0)
            Flush(station, index);
        _out.Clear();
    }

    private ushort KeepAliveSeconds => (ushort)(2 * _options.HeartbeatEvery.TotalSeconds + 20);

    private void Read(LightStation station, int index)
    {
        station.Partial.CopyTo(_input, 0);
        var count = Posix.Receive(station.Descriptor, _input.AsSpan(station.Partial.Length));
        if (count == 0)
        {
            Lose(station, index, "the broker closed it");
            return;
        }

        if (count < 0)
            return;
        ReadOnlySpan<byte> bytes = _input.AsSpan(0, station.Partial.Length + count);
        while (station.Descriptor >= 0 && Packet.TryRead(ref bytes, out var packet))
        {
            _received++;
            Take(station, index, packet);
        }

        station.Partial = station.Descriptor < 0 || bytes.IsEmpty ? [] : bytes.ToArray();
    }

    /// <summary>Sends what was written for this station, behind what the kernel has not taken yet.</summary>
    private void Flush(LightStation station, int index)
    {
        var written = _out.Written;
        if (written.IsEmpty)
            return;
        if (station.Unsent.Length > 0)
        {
            station.Unsent = [.. station.Unsent, .. written];
        }
        else
        {
            var count = Posix.Send(station.Descriptor, written);
            if (count < 0)
            {
                Lose(station, index, "the broker closed it");
                return;
            }

            if (count < written.Length)
            {
                station.Unsent = written[count..].ToArray();
                Posix.Watch(_poll, station.Descriptor, Posix.Readable | Posix.Writable, index, isNew: false);
            }
        }

        _out.Clear();
    }

    private void Drain(LightStation station, int index)
    {
        var count = Posix.Send(station.Descriptor, station.Unsent);
        if (count < 0)
        {
            Lose(station, index, "the broker closed it");
            return;
        }

        station.Unsent = station.Unsent[count..];
        if (station.Unsent.Length == 0)
            Posix.Watch(_poll, station.Descriptor, Posix.Readable, index, isNew: false);
    }
}
