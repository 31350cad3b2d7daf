using Call112.Gateway.Messaging;

namespace Call112.Gateway.Tests.World;

/// <summary>A message as a client published it, or as its will said it.</summary>
/// <param name="At">Monotonic time of the broker's clock.</param>
public sealed record Publication(TimeSpan At, string ClientId, string Topic, byte[] Payload, bool AtLeastOnce, bool Retain, bool IsWill);

/// <summary>
/// An MQTT 5 broker in memory, as far as a station can see one: sessions that outlive connections, QoS 1 in order with PUBACK bookkeeping and
/// a receive maximum, retained messages, wills, message expiry, take-over by the same client id. And its faults, each a switch.
/// Invariants: at most <see cref="ReceiveMaximum"/> messages are under way to a session; an unacknowledged one is delivered again, first and in
/// order, on the next connection; a connection that has ended delivers nothing, and its acknowledgements do nothing.
/// Not its business: wildcards, QoS 2, session expiry (stations ask for 7 days).
/// </summary>
public sealed class MemoryBroker(TimeProvider time) : IBroker
{
    /// <summary>What a station asks for (contract, "Topics").</summary>
    public const int ReceiveMaximum = 16;

    /// <summary>Why a connection ends when its client id comes again, at a broker that says so.</summary>
    internal const string TakenOver = "session taken over";

    /// <summary>How long a connect waits for an answer; the real client's deadline.</summary>
    public static readonly TimeSpan ConnectDeadline = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, MemorySession> _sessions = [];
    private readonly Dictionary<string, OutboundMessage> _retained = [];
    private readonly List<Publication> _published = [];
    private readonly List<TimeSpan> _attempts = [];
    private readonly HashSet<string> _cut = [];
    private volatile bool _halfOpen;

    /// <summary>Raised for each message that a client published, after it was taken; from the client's thread.</summary>
    public event Action<Publication>? Published;

    /// <summary>Raised for each PUBACK that counted; from the acknowledging thread.</summary>
    public event Action<string>? Acknowledged;

    /// <summary>Fault: connections are refused with this reason.</summary>
    public string? Refuses { get; set; }

    /// <summary>Fault: connections are accepted and then closed (F8).</summary>
    public bool Kicks { get; set; }

    /// <summary>
    /// Says why when a client id comes again, and tells the will of the one that was there, as MQTT 5 has it. Mosquitto 2.0 does neither: the first
    /// reads the end of its stream.
    /// </summary>
    public bool TellsTakeOver { get; set; }

    /// <summary>Fault: messages of clients arrive, and no PUBACK leaves.</summary>
    public bool SwallowsPubacks { get; set; }

    /// <summary>Publishes of one client that it takes before their PUBACKs (CONNACK, Receive Maximum).</summary>
    public int TakesAtOnce { get; set; } = ushort.MaxValue;

    /// <summary>Fault: publishes of clients are dropped without an answer; all else, pings too, is answered.</summary>
    public bool DropsPublishes { get; set; }

    /// <summary>Fault: its access list does not know this topic; a message to it is refused by its PUBACK.</summary>
    public string? RefusesTopic { get; set; }

    /// <summary>Fault: the line of one client carries nothing in either direction, and looks open (F9), until <see cref="Mend"/>.</summary>
    public void Cut(string clientId)
    {
        lock (_lock)
            _cut.Add(clientId);
        SessionOf(clientId)?.Connection?.Die();
    }

    /// <summary>Ends <see cref="Cut"/>; what was connected before stays dead.</summary>
    public void Mend(string clientId)
    {
        lock (_lock)
            _cut.Remove(clientId);
    }

    /// <summary>Fault: the broker loses what a client had subscribed, and the client is not told.</summary>
    public void Unsubscribe(string clientId, string topic) => SessionOf(clientId)?.Forget(topic);

    /// <summary>Fault: the line looks open and carries nothing in either direction (F9). What was connected before stays dead.</summary>
    public bool IsHalfOpen
    {
        get => _halfOpen;
        set
        {
            _halfOpen = value;
            if (!value)
                return;
            lock (_lock)
                foreach (var session in _sessions.Values)
                    session.Connection?.Die();
        }
    }

    /// <summary>Everything that clients published so far.</summary>
    public IReadOnlyList<Publication> Publications
    {
        get
        {
            lock (_lock)
                return [.. _published];
        }
    }

    /// <summary>When clients tried to connect, whatever came of it; monotonic.</summary>
    public IReadOnlyList<TimeSpan> Attempts
    {
        get
        {
            lock (_lock)
                return [.. _attempts];
        }
    }

    /// <summary>The retained message of a topic, or null.</summary>
    public byte[]? RetainedOn(string topic)
    {
        lock (_lock)
            return _retained.TryGetValue(topic, out var message) ? message.Payload : null;
    }

    /// <summary>The session of a client id, or null.</summary>
    public MemorySession? SessionOf(string clientId)
    {
        lock (_lock)
            return _sessions.GetValueOrDefault(clientId);
    }

    /// <summary>Publishes from outside, as a centre does.</summary>
    /// <param name="expiresAfter">Message Expiry: what was not delivered by then is dropped.</param>
    public void Publish(string topic, byte[] payload, bool atLeastOnce = true, bool retain = false, TimeSpan? expiresAfter = null) =>
        Route(new OutboundMessage(topic, payload, atLeastOnce, retain), expiresAfter);

    /// <summary>Ends a client's connection, so that its will is published.</summary>
    public void Kick(string clientId, string reason = "kicked") => SessionOf(clientId)?.Connection?.End(reason, will: true);

    /// <summary>The broker restarts without its memory (F14): connections end, sessions and retained messages are gone.</summary>
    public void Forget()
    {
        List<MemorySession> sessions;
        lock (_lock)
        {
            sessions = [.. _sessions.Values];
            _sessions.Clear();
            _retained.Clear();
        }

        foreach (var session in sessions)
            session.Connection?.End("the broker restarts", will: false);
    }

    public async Task<IBrokerConnection> ConnectAsync(SessionRequest request, Func<InboundMessage, ValueTask> receive, CancellationToken cancel)
    {
        lock (_lock)
            _attempts.Add(Now);
        bool isCut;
        lock (_lock)
            isCut = IsHalfOpen || _cut.Contains(request.ClientId);
        if (isCut)
        {
            await Task.Delay(ConnectDeadline, time, cancel);
            throw new BrokerException($"no answer within {ConnectDeadline.TotalSeconds} s");
        }

        if (Refuses is { } reason)
            throw new BrokerException($"the broker refused the connection: {reason}");
        MemorySession session;
        bool present;
        lock (_lock)
        {
            present = _sessions.TryGetValue(request.ClientId, out var known);
            session = known ?? (_sessions[request.ClientId] = new MemorySession(request.ClientId));
        }

        session.Connection?.End(TellsTakeOver ? TakenOver : "end of stream", will: TellsTakeOver);
        var connection = new MemoryConnection(this, session, request, receive, present, time);
        var added = session.Resume(connection, request);
        foreach (var topic in added)
            if (RetainedOn(topic) is { } payload)
                session.Queue(new OutboundMessage(topic, payload, AtLeastOnce: true, Retain: true), null);
        connection.Pump();
        if (Kicks)
            connection.End("kicked", will: true);
        return connection;
    }

    internal TimeSpan Now => TimeSpan.FromTicks((long)((Int128)time.GetTimestamp() * TimeSpan.TicksPerSecond / time.TimestampFrequency));

    internal void Take(string clientId, OutboundMessage message, bool isWill)
    {
        var publication = new Publication(Now, clientId, message.Topic, message.Payload, message.AtLeastOnce, message.Retain, isWill);
        lock (_lock)
            _published.Add(publication);
        Route(message, null);
        Published?.Invoke(publication);
    }

    internal void Count(string topic) => Acknowledged?.Invoke(topic);

    private void Route(OutboundMessage message, TimeSpan? expiresAfter)
    {
        List<MemorySession> sessions;
        lock (_lock)
        {
            if (message.Retain && message.Payload.Length == 0)
                _retained.Remove(message.Topic);
            else if (message.Retain)
                _retained[message.Topic] = message;
            sessions = [.. _sessions.Values.Where(session => session.Hears(message.Topic))];
        }

        foreach (var session in sessions)
        {
            // A broker holds QoS 1 for a client that is away, and QoS 0 not.
            if (!message.AtLeastOnce && session.Connection is null)
                continue;
            session.Queue(message.Topic == session.OwnState ? message with { Retain = false } : message, Now + expiresAfter);
            session.Connection?.Pump();
        }
    }
}
