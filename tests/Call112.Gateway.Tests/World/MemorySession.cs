using Call112.Gateway.Messaging;

namespace Call112.Gateway.Tests.World;

/// <summary>What a broker remembers of one client: subscriptions, what waits for it, what it has not acknowledged.</summary>
public sealed class MemorySession(string clientId)
{
    private readonly Lock _lock = new();
    private readonly HashSet<string> _subscriptions = [];
    private readonly LinkedList<Queued> _waiting = [];
    private readonly List<Queued> _underWay = [];

    public string ClientId { get; } = clientId;

    /// <summary>The newest connection, while the broker believes in it.</summary>
    public MemoryConnection? Connection { get; private set; }

    /// <summary>The topic of which it wants what is kept at every connection, and what is said without the retain flag; or null.</summary>
    public string? OwnState { get; private set; }

    public IReadOnlyCollection<string> Subscriptions
    {
        get
        {
            lock (_lock)
                return [.. _subscriptions];
        }
    }

    /// <summary>QoS 1 messages that were delivered and not acknowledged.</summary>
    public int UnderWay
    {
        get
        {
            lock (_lock)
                return _underWay.Count;
        }
    }

    /// <summary>Messages that wait for a connection or for room below the receive maximum.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
                return _waiting.Count;
        }
    }

    internal bool Hears(string topic)
    {
        lock (_lock)
            return _subscriptions.Contains(topic);
    }

    internal void Forget(string topic)
    {
        lock (_lock)
            _subscriptions.Remove(topic);
    }

    internal void Queue(OutboundMessage message, TimeSpan? expiresAt)
    {
        lock (_lock)
            _waiting.AddLast(new Queued(message, expiresAt));
    }

    /// <summary>Binds a connection; gives the subscriptions for which what is kept must be sent.</summary>
    internal IReadOnlyList<string> Resume(MemoryConnection connection, SessionRequest request)
    {
        lock (_lock)
        {
            Connection = connection;
            for (var i = _underWay.Count - 1; i >= 0; i--)
                _waiting.AddFirst(_underWay[i]);
            _underWay.Clear();
            OwnState = request.OwnState;
            List<string> wanted = [.. request.Subscriptions.Where(_subscriptions.Add)];
            if (OwnState is null)
                return wanted;
            _subscriptions.Add(OwnState);
            return [.. wanted, OwnState];
        }
    }

    internal void Release(MemoryConnection connection)
    {
        lock (_lock)
            if (Connection == connection)
                Connection = null;
    }

    /// <summary>The next message that may leave on this connection, or null.</summary>
    internal Queued? Next(MemoryConnection connection, TimeSpan now)
    {
        lock (_lock)
        {
            while (Connection == connection && _waiting.First is { Value: var next })
            {
                if (next.Message.AtLeastOnce && _underWay.Count >= MemoryBroker.ReceiveMaximum)
                    return null;
                _waiting.RemoveFirst();
                if (next.ExpiresAt <= now)
                    continue;
                if (next.Message.AtLeastOnce)
                    _underWay.Add(next);
                return next;
            }

            return null;
        }
    }

    /// <summary>A PUBACK. False when it comes on a connection that is not the session's, or for the second time.</summary>
    internal bool Acknowledge(MemoryConnection connection, Queued message)
    {
        lock (_lock)
            return Connection == connection && _underWay.Remove(message);
    }

    internal sealed class Queued(OutboundMessage message, TimeSpan? expiresAt)
    {
        public OutboundMessage Message { get; } = message;

        public TimeSpan? ExpiresAt { get; } = expiresAt;
    }
}
