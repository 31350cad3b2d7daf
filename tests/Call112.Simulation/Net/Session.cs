namespace Call112.Simulation.Net;

/// <summary>A message as the broker has it.</summary>
internal sealed record Publication(string Topic, byte[] Payload, bool AtLeastOnce, bool Retain = false, TimeSpan? ExpiresAt = null);

/// <summary>What a broker remembers of one client: subscriptions, what waits, what is under way without a PUBACK.</summary>
internal sealed class Session(string clientId)
{
    private readonly LinkedList<Publication> _waiting = [];
    private readonly List<(int Id, Publication Message)> _underWay = [];
    private int _ids;

    public string ClientId { get; } = clientId;

    public HashSet<string> Topics { get; } = [];

    public Connection? Connection { get; set; }

    public bool RetainAsPublished { get; set; }

    public string? OwnState { get; set; }

    /// <summary>A message on this topic that somebody says just now comes without its retain flag.</summary>
    public bool ClearsFlagOf(string topic) => !RetainAsPublished || topic == OwnState;

    public int Waiting => _waiting.Count;

    /// <summary>Takes a message for the client; false when the queue is full and it is lost (F14).</summary>
    public bool Queue(Publication message, int queueMax, bool first = false)
    {
        if (Connection is null && !message.AtLeastOnce)
            return true;
        if (_waiting.Count >= queueMax)
            return false;
        if (first)
            _waiting.AddFirst(message);
        else
            _waiting.AddLast(message);
        return true;
    }

    /// <summary>What was under way on the old connection is sent again on the new one, first.</summary>
    public void Resume(Connection connection)
    {
        Connection = connection;
        for (var i = _underWay.Count - 1; i >= 0; i--)
            _waiting.AddFirst(_underWay[i].Message);
        _underWay.Clear();
    }

    /// <summary>The next message that may leave, with its packet id; null when none may.</summary>
    public (int Id, Publication Message)? Next(TimeSpan now, int receiveMaximum)
    {
        while (_waiting.First is { Value: var message })
        {
            if (message.AtLeastOnce && _underWay.Count >= receiveMaximum)
                return null;
            _waiting.RemoveFirst();
            if (message.ExpiresAt <= now)
                continue;
            if (!message.AtLeastOnce)
                return (0, message);
            var next = (++_ids, message);
            _underWay.Add(next);
            return next;
        }

        return null;
    }

    /// <summary>The message that this PUBACK is for, or null when it is for none.</summary>
    public Publication? Acknowledge(int id)
    {
        var at = _underWay.FindIndex(message => message.Id == id);
        if (at < 0)
            return null;
        var message = _underWay[at].Message;
        _underWay.RemoveAt(at);
        return message;
    }
}
