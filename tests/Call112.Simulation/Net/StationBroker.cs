using Call112.Gateway.Messaging;
using Call112.Messages;
using Call112.Simulation.City;
using Call112.Simulation.Time;

namespace Call112.Simulation.Net;

/// <summary>The broker as one of a station's uplinks sees it: through its line, with the deadlines of a real client.</summary>
internal sealed class StationBroker(SimulatedBroker broker, StationWay way, Life life, TimeProvider time) : IBroker
{
    /// <summary>As <c>MqttBroker</c>: the deadline of connect and subscribe.</summary>
    private static readonly TimeSpan s_connectDeadline = TimeSpan.FromSeconds(10);

    /// <summary>As <c>MqttBroker</c>: dispatches under way without a PUBACK.</summary>
    private const int ReceiveMaximum = 16;

    public async Task<IBrokerConnection> ConnectAsync(SessionRequest request, Func<InboundMessage, ValueTask> receive, CancellationToken cancel)
    {
        var line = way.Line;
        way.NoteAttempt(life.Schedule.Now);
        // SYN, CONNECT, SUBSCRIBE: three ways there and back.
        await Task.Delay(line.Latency() * 6, time, cancel);
        if (line.Refuses)
            throw new BrokerException("the network is unreachable");
        if (line.UpBlocked || line.DownBlocked)
        {
            await Task.Delay(s_connectDeadline, time, cancel);
            throw new BrokerException($"no answer within {s_connectDeadline.TotalSeconds} s");
        }

        if (!broker.IsUp)
            throw new BrokerException("connection refused");
        var connection = new StationConnection(way, receive, life.Schedule, time);
        var ear = new ClientEar(connection.Heard, connection.Confirmed, connection.Ended);
        var will = new Publication(request.Will.Topic, request.Will.Payload, request.Will.AtLeastOnce, request.Will.Retain);
        var wishes = new Wishes(request.ClientId, request.Subscriptions, will, ReceiveMaximum, RetainAsPublished: true, request.OwnState);
        connection.Bind(broker.Accept(wishes, line, life, ear));
        return connection;
    }

    private sealed class StationConnection(StationWay way, Func<InboundMessage, ValueTask> receive, Schedule schedule, TimeProvider time)
        : IBrokerConnection
    {
        private readonly TaskCompletionSource<string> _closed = new();
        private readonly Dictionary<int, TaskCompletionSource> _waiting = [];
        private readonly Queue<Func<ValueTask>> _inbox = [];
        private Connection? _connection;
        private bool _receiving;
        private bool _isInOrder;

        public bool SessionPresent { get; private set; }

        public Task<string> Closed => _closed.Task;

        public void Bind((Connection Connection, bool SessionPresent) accepted) => (_connection, SessionPresent) = accepted;

        public void Heard(Publication message, Action? acknowledge)
        {
            if (message is { Topic: Topics.CenterHeartbeat, Retain: false } && MessageReader.ReadCenterHeartbeat(message.Payload).Value is not null)
                way.NoteCenter(schedule.Now);
            Read(() => receive(new InboundMessage(message.Topic, message.Payload, message.Retain, acknowledge)));
        }

        /// <summary>One reader reads what comes, as at a real client: a PUBACK waits behind a message that is not yet taken over.</summary>
        public void Confirmed(int id)
        {
            way.NoteAnswer(schedule.Now);
            Read(() =>
            {
                if (_waiting.Remove(id, out var waiter))
                    waiter.TrySetResult();
                return ValueTask.CompletedTask;
            });
        }

        public void Ended(string reason)
        {
            _closed.TrySetResult(reason);
            foreach (var waiter in _waiting.Values.ToList())
                waiter.TrySetException(new BrokerException("the connection has gone"));
            _waiting.Clear();
        }

        /// <summary>As Mosquitto has it by default.</summary>
        public int InFlightMax => 20;

        public void EndInOrder() => _isInOrder = true;

        public async Task PublishAsync(OutboundMessage message, TimeSpan deadline, CancellationToken cancel)
        {
            if (_connection is not { ClientIsOpen: true })
                throw new BrokerException("the connection has gone");
            way.NotePublish(message);
            var id = _connection.Publish(new Publication(message.Topic, message.Payload, message.AtLeastOnce, message.Retain));
            if (!message.AtLeastOnce)
                return;
            var confirmed = _waiting[id] = new TaskCompletionSource();
            using var late = new CancellationTokenSource(deadline, time);
            using var tooLate = late.Token.UnsafeRegister(_ => confirmed.TrySetException(new BrokerException($"no PUBACK within {deadline.TotalSeconds} s")), null);
            using var cancelled = cancel.UnsafeRegister(_ => confirmed.TrySetCanceled(cancel), null);
            await confirmed.Task;
        }

        public ValueTask DisposeAsync()
        {
            _connection?.Leave(_isInOrder);
            Ended("closed by this station");
            return ValueTask.CompletedTask;
        }

        private void Read(Func<ValueTask> packet)
        {
            _inbox.Enqueue(packet);
            if (!_receiving)
                _ = ReceiveAsync();
        }

        private async Task ReceiveAsync()
        {
            _receiving = true;
            while (_connection is { ClientIsOpen: true } && _inbox.TryDequeue(out var take))
                await take();
            _receiving = false;
        }
    }
}
