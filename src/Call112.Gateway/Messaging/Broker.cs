namespace Call112.Gateway.Messaging;

/// <summary>A message as it came in, with the handle that acknowledges it on the connection that brought it, and on no other (F6, MQTT ack traps).</summary>
/// <param name="Acknowledge">Sends the PUBACK; does nothing when that connection has gone. Never blocks, never throws. Null for QoS 0, which has none.</param>
public readonly record struct InboundMessage(string Topic, ReadOnlyMemory<byte> Payload, bool Retained, Action? Acknowledge);

/// <summary>A message to send.</summary>
/// <param name="AtLeastOnce">QoS 1, and the publish completes with the PUBACK; else QoS 0.</param>
public readonly record struct OutboundMessage(string Topic, byte[] Payload, bool AtLeastOnce, bool Retain = false);

/// <summary>What a session asks of the broker.</summary>
/// <param name="ClientId">Fixed: the session survives the connection.</param>
/// <param name="IsProbe">Only a look at the broker: the session ends with the connection, and there is no will.</param>
/// <param name="OwnState">The topic under which the station itself is told of, or null. Heard as well if the broker permits it: what it keeps there comes
/// with every connection, with the retain flag, and what is said meanwhile without (F20).</param>
/// <param name="MayBeRefused">The one of the subscriptions that is no loss, or null: a broker with an older access list must not make a post deaf.</param>
public sealed record SessionRequest(
    string ClientId,
    OutboundMessage Will,
    IReadOnlyList<string> Subscriptions,
    bool IsProbe = false,
    string? OwnState = null,
    string? MayBeRefused = null);

/// <summary>
/// A broker, as the uplink sees it. Two implementations: MQTT 5 (<see cref="MqttBroker"/>) and, in tests and the simulation, memory.
/// </summary>
public interface IBroker
{
    /// <summary>Opens a fresh connection, resumes or begins the session and subscribes.</summary>
    /// <param name="receive">Called for each message, one after another. Returns when the message has been taken over; what it waits for holds back the next.</param>
    /// <exception cref="BrokerException">The broker refused, did not answer in time, or could not be reached; the message says which.</exception>
    Task<IBrokerConnection> ConnectAsync(SessionRequest request, Func<InboundMessage, ValueTask> receive, CancellationToken cancel);

    /// <summary>The certificates that it uses; null where there are none.</summary>
    Credentials? Credentials => null;
}

/// <summary>
/// One connection. Disposing it gives it up, and the broker tells its will: a station that leaves a line for its faults must be missed at once, also
/// where only this direction still carries (F9). After <see cref="EndInOrder"/> the will is kept.
/// </summary>
public interface IBrokerConnection : IAsyncDisposable
{
    /// <summary>The broker still had the session, with what was queued for it.</summary>
    bool SessionPresent { get; }

    /// <summary>Completes with the reason when the connection has gone. Never faults.</summary>
    Task<string> Closed { get; }

    /// <summary>
    /// The broker ended it because another client has come with the same client id, and said so (F20); not every broker does. Known when
    /// <see cref="Closed"/> completes.
    /// </summary>
    bool WasTakenOver => false;

    /// <summary>Publishes that may wait for their PUBACK at once, one after the other in their order (MQTT-3.3.4-9); at least 1.</summary>
    int InFlightMax => 1;

    /// <summary>Its end, which is near, is no loss: everything has been said, or another connection follows at once.</summary>
    void EndInOrder()
    {
    }

    /// <summary>Publishes; with QoS 1 until the PUBACK.</summary>
    /// <exception cref="BrokerException">No PUBACK before the deadline, or the connection has gone.</exception>
    Task PublishAsync(OutboundMessage message, TimeSpan deadline, CancellationToken cancel);
}

/// <summary>The broker refused, is silent, or is gone.</summary>
public sealed class BrokerException : Exception
{
    public BrokerException()
    {
    }

    public BrokerException(string message)
        : base(message)
    {
    }

    public BrokerException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>The broker has answered, and does not take this one message; the connection works.</summary>
    public bool IsRefusal { get; init; }
}
