using Call112.Simulation.Time;

namespace Call112.Simulation.Net;

/// <summary>What the broker does to each message that it hands on; all rates from 0 to 1.</summary>
internal readonly record struct Noise(double Lost, double Twice, double Late, double Garbled)
{
    public bool IsQuiet => this == default;
}

/// <summary>What a client asks of the broker when it connects.</summary>
/// <param name="RetainAsPublished">The retain flag reaches it as it was published; otherwise only on what comes out of the broker's memory.</param>
/// <param name="OwnState">A topic more, for which the flag is never as published, and whose kept message comes with every connection; or null.</param>
internal sealed record Wishes(
    string ClientId, IReadOnlyList<string> Topics, Publication? Will, int ReceiveMaximum, bool RetainAsPublished, string? OwnState = null);

/// <summary>
/// A broker of the kind that loses things: sessions, queues, its own state. Persistent sessions, QoS 1, retained messages, wills, message expiry,
/// take-over of a client id, without a reason and without the will, as Mosquitto 2.0 has it. Invariant: what it confirms it has in its queues, until a fault takes them.
/// </summary>
internal sealed class SimulatedBroker
{
    private const int QueueMax = 1_000;
    private static readonly TimeSpan s_keepAliveEnds = TimeSpan.FromSeconds(45);

    private readonly Schedule _schedule;
    private readonly Random _dice;
    private readonly SortedDictionary<string, Session> _sessions = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Publication> _retained = new(StringComparer.Ordinal);
    private readonly HashSet<string> _swallowed = [], _cutOff = [];

    public SimulatedBroker(Schedule schedule, Random dice)
    {
        (_schedule, _dice) = (schedule, dice);
        Watch();
    }

    /// <summary>A PUBACK came: who sent it, for what.</summary>
    public event Action<string, Publication>? Confirmed;

    public bool IsUp { get; private set; } = true;

    public Noise Noise { get; set; }

    /// <summary>Messages that wait for one client at most.</summary>
    public int QueueLimit { get; set; } = QueueMax;

    public (Connection Connection, bool SessionPresent) Accept(Wishes wishes, Line line, Life life, ClientEar ear)
    {
        var present = _sessions.TryGetValue(wishes.ClientId, out var session);
        if (session is null)
            _sessions[wishes.ClientId] = session = new Session(wishes.ClientId);
        session.Connection?.CloseBroker("another client has taken over this id");
        var connection = new Connection(this, session, line, life, ear, wishes);
        session.Resume(connection);
        (session.RetainAsPublished, session.OwnState) = (wishes.RetainAsPublished, wishes.OwnState);
        foreach (var topic in wishes.Topics)
            if (session.Topics.Add(topic))
                SendKept(session, topic);
        if (wishes.OwnState is { } own)
        {
            session.Topics.Add(own);
            SendKept(session, own);
        }

        connection.Pump();
        return (connection, present);
    }

    /// <summary>The broker dies, and is back after a while.</summary>
    public void Restart(bool keepsState, TimeSpan away)
    {
        IsUp = false;
        foreach (var session in _sessions.Values)
        {
            session.Connection?.CloseBroker("the broker has gone");
            session.Connection = null;
        }

        if (!keepsState)
        {
            _sessions.Clear();
            _retained.Clear();
        }

        _schedule.After(away, () => IsUp = true);
    }

    /// <summary>Forgets one client (F14); it learns so at its next connection.</summary>
    public void Forget(string clientId)
    {
        if (_sessions.Remove(clientId, out var session))
            session.Connection?.CloseBroker("the session was deleted");
    }

    /// <summary>Answers everything of a client but takes none of its publishes: no PUBACK, and nobody gets them (F9).</summary>
    public void Swallow(string clientId, bool swallows) => Set(_swallowed, clientId, swallows);

    /// <summary>
    /// A client's broker has lost its bridge to the centre's: it takes and confirms, and what it takes leads nowhere; nothing of the others comes to
    /// its clients (decision 0015).
    /// </summary>
    public void CutBridge(string clientId, bool isCut) => Set(_cutOff, clientId, isCut);

    public bool IsBridged(string clientId) => !_cutOff.Contains(clientId);

    /// <summary>Every client is served again.</summary>
    public void Mend()
    {
        _swallowed.Clear();
        _cutOff.Clear();
    }

    public Connection? ConnectionOf(string clientId) => _sessions.TryGetValue(clientId, out var session) ? session.Connection : null;

    /// <summary>The retained message of a topic, or null.</summary>
    public Publication? Kept(string topic) => _retained.GetValueOrDefault(topic);

    public int WaitingFor(string clientId) => _sessions.TryGetValue(clientId, out var session) ? session.Waiting : 0;

    public void Arrived(Connection from, Publication message, Action confirm)
    {
        if (_swallowed.Contains(from.Session.ClientId))
            return;
        if (IsBridged(from.Session.ClientId))
            Route(message);
        if (message.AtLeastOnce)
            confirm();
    }

    public void Ended(Connection connection, bool withWill)
    {
        connection.CloseBroker("closed");
        if (connection.Session.Connection != connection)
            return;
        connection.Session.Connection = null;
        if (withWill && connection.Will is { } will && IsBridged(connection.Session.ClientId))
            Route(will);
    }

    public void Acknowledged(Connection connection, Publication message) => Confirmed?.Invoke(connection.Session.ClientId, message);

    private void Route(Publication message)
    {
        if (message.Retain)
            _retained[message.Topic] = message;
        foreach (var session in _sessions.Values.ToList())
            if (IsBridged(session.ClientId) && session.Topics.Any(topic => Matches(topic, message.Topic)))
                Hand(session, message.Retain && session.ClearsFlagOf(message.Topic) ? message with { Retain = false } : message);
    }

    private void SendKept(Session session, string filter)
    {
        foreach (var retained in _retained.Values.Where(message => Matches(filter, message.Topic)).ToList())
            session.Queue(retained, QueueLimit);
    }

    private void Hand(Session session, Publication message)
    {
        if (!Noise.IsQuiet)
        {
            if (_dice.NextDouble() < Noise.Lost)
                return;
            if (_dice.NextDouble() < Noise.Garbled)
                Queue(session, message with { Payload = Garble(message.Payload) });
            if (_dice.NextDouble() < Noise.Twice)
                Queue(session, message);
            if (_dice.NextDouble() < Noise.Late)
            {
                _schedule.After(TimeSpan.FromMilliseconds(_dice.Next(8_000)), () => Queue(session, message));
                return;
            }
        }

        Queue(session, message);
    }

    private void Queue(Session session, Publication message)
    {
        session.Queue(message, QueueLimit);
        session.Connection?.Pump();
    }

    /// <summary>Bytes that are no message any more. A change that leaves a valid message is for TLS to prevent, and is not made here.</summary>
    private byte[] Garble(byte[] payload)
    {
        var garbled = payload[..(payload.Length == 0 ? 0 : _dice.Next(payload.Length))];
        for (var i = _dice.Next(4); i > 0 && garbled.Length > 0; i--)
            garbled[_dice.Next(garbled.Length)] = (byte)_dice.Next(256);
        return garbled;
    }

    /// <summary>Keep-alive: a client that says nothing for one and a half periods has gone, and its will is done.</summary>
    private void Watch()
    {
        foreach (var session in _sessions.Values.ToList())
            if (session.Connection is { } connection && _schedule.Now - connection.HeardAt > s_keepAliveEnds)
                Ended(connection, withWill: true);
        _schedule.After(TimeSpan.FromSeconds(5), Watch);
    }

    private static void Set(HashSet<string> clients, string clientId, bool isIn)
    {
        if (isIn)
            clients.Add(clientId);
        else
            clients.Remove(clientId);
    }

    private static bool Matches(string filter, string topic)
    {
        var plus = filter.IndexOf('+', StringComparison.Ordinal);
        if (plus < 0)
            return filter == topic;
        var rest = filter.AsSpan(plus + 1);
        return topic.Length > plus && topic.AsSpan(0, plus).SequenceEqual(filter.AsSpan(0, plus)) && topic.AsSpan().EndsWith(rest)
            && topic.AsSpan(plus, topic.Length - plus - rest.Length).IndexOf('/') < 0;
    }
}
