using Call112.Gateway.Messaging;

namespace Call112.Gateway.Tests.World;

/// <summary>One client's connection to a <see cref="MemoryBroker"/>. Delivers one message after another; once it has ended it stays ended.</summary>
public sealed class MemoryConnection : IBrokerConnection
{
    private readonly MemoryBroker _broker;
    private readonly MemorySession _session;
    private readonly SessionRequest _request;
    private readonly Func<InboundMessage, ValueTask> _receive;
    private readonly TimeProvider _time;
    private readonly TaskCompletionSource<string> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _gone = new();
    private int _pumping;
    private volatile bool _dead;
    private bool _isInOrder;

    internal MemoryConnection(MemoryBroker broker, MemorySession session, SessionRequest request, Func<InboundMessage, ValueTask> receive, bool sessionPresent, TimeProvider time)
    {
        (_broker, _session, _request, _receive, _time) = (broker, session, request, receive, time);
        SessionPresent = sessionPresent;
    }

    public bool SessionPresent { get; }

    public bool WasTakenOver { get; private set; }

    public Task<string> Closed => _closed.Task;

    public int InFlightMax => _broker.TakesAtOnce;

    public void EndInOrder() => _isInOrder = true;

    public async Task PublishAsync(OutboundMessage message, TimeSpan deadline, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (_gone.IsCancellationRequested)
            throw new BrokerException("the connection has gone");
        if (message.Topic == _broker.RefusesTopic)
            throw new BrokerException($"the broker refused a message to {message.Topic}: NotAuthorized") { IsRefusal = true };
        var isTaken = !_dead && !_broker.DropsPublishes;
        if (isTaken)
            _broker.Take(_session.ClientId, message, isWill: false);
        // What is not answered looks sent to QoS 0.
        if (!message.AtLeastOnce || (isTaken && !_broker.SwallowsPubacks))
            return;
        using var any = CancellationTokenSource.CreateLinkedTokenSource(cancel, _gone.Token);
        try
        {
            await Task.Delay(deadline, _time, any.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new BrokerException("the connection has gone");
        }

        throw new BrokerException($"no PUBACK within {deadline.TotalSeconds} s");
    }

    /// <summary>The client leaves, and the will is told unless it leaves in order; over a dead line the broker does not learn of it.</summary>
    public ValueTask DisposeAsync()
    {
        if (_dead)
            Cut("closed by this station");
        else
            End("closed by this station", will: !_isInOrder);
        return ValueTask.CompletedTask;
    }

    /// <summary>From now on the line carries nothing, and neither side knows.</summary>
    internal void Die() => _dead = true;

    /// <summary>Ends the connection on both sides.</summary>
    internal void End(string reason, bool will)
    {
        _session.Release(this);
        WasTakenOver |= reason == MemoryBroker.TakenOver;
        if (!Cut(reason) && !_dead)
            return;
        _dead = false;
        if (will)
            _broker.Take(_session.ClientId, _request.Will, isWill: true);
    }

    /// <summary>Delivers what may be delivered, on this thread.</summary>
    internal void Pump()
    {
        // One pump at a time; a call meanwhile makes the running one look once more.
        if (Interlocked.Increment(ref _pumping) == 1)
            _ = PumpAsync();
    }

    private async Task PumpAsync()
    {
        var seen = 1;
        do
        {
            while (!_gone.IsCancellationRequested && !_dead && _session.Next(this, _broker.Now) is { } next)
                await _receive(new InboundMessage(next.Message.Topic, next.Message.Payload, next.Message.Retain, AcknowledgeOf(next)));
            seen = Interlocked.Add(ref _pumping, -seen);
        }
        while (seen > 0);
    }

    private Action? AcknowledgeOf(MemorySession.Queued message) => message.Message.AtLeastOnce
        ? () =>
        {
            if (_gone.IsCancellationRequested || _dead || !_session.Acknowledge(this, message))
                return;
            _broker.Count(message.Message.Topic);
            // A PUBACK makes room for the next one; on another thread, for this one has only sent it.
            ThreadPool.UnsafeQueueUserWorkItem(static connection => ((MemoryConnection)connection!).Pump(), this);
        }
    : null;

    private bool Cut(string reason)
    {
        if (!_closed.TrySetResult(reason))
            return false;
        _gone.Cancel();
        return true;
    }
}
