using Call112.Simulation.Time;

namespace Call112.Simulation.Net;

/// <summary>What a client hears on its connection. Called when the packet arrives there.</summary>
/// <param name="Message">A message, and the PUBACK to send for it; null for QoS 0.</param>
internal sealed record ClientEar(Action<Publication, Action?> Message, Action<int> PubAck, Action<string> Closed);

/// <summary>
/// One MQTT connection: two pipes, and two ends that may each believe something else of it. The client's end is closed by the client, by a reset,
/// or by a packet of the broker that arrives; the broker's end by the client's farewell, by a newer connection, or by its keep-alive.
/// </summary>
internal sealed class Connection(SimulatedBroker broker, Session session, Line line, Life life, ClientEar ear, Wishes wishes)
{
    private readonly Line.Pipe _up = line.Open(up: true);
    private readonly Line.Pipe _down = line.Open(up: false);
    private int _ids;

    public Session Session { get; } = session;

    public bool ClientIsOpen { get; private set; } = true;

    public bool BrokerIsOpen { get; private set; } = true;

    /// <summary>The process at the client's end.</summary>
    public Life Life => life;

    public TimeSpan HeardAt { get; set; } = life.Schedule.Now;

    /// <summary>Both ends believe in it.</summary>
    public bool IsWhole => ClientIsOpen && BrokerIsOpen && !life.IsOver;

    // The client's side.

    /// <summary>Sends a message; with QoS 1 the ear hears the PUBACK of the number that is returned.</summary>
    public int Publish(Publication message)
    {
        var id = message.AtLeastOnce ? ++_ids : 0;
        Up(() => broker.Arrived(this, message, () => Down(() => ear.PubAck(id))));
        return id;
    }

    /// <summary>The client leaves, with a farewell that may not arrive.</summary>
    /// <param name="inOrder">The will is kept.</param>
    public void Leave(bool inOrder)
    {
        if (!ClientIsOpen)
            return;
        Up(() => broker.Ended(this, withWill: !inOrder));
        ClientIsOpen = false;
        _down.Close();
    }

    public void Ping() => Up(() => Down(() => { }));

    /// <summary>A reset that both ends notice; also what the kernel does when the process dies.</summary>
    public void Reset()
    {
        if (line.UpBlocked)
            _up.Close();
        else
            Up(() => broker.Ended(this, withWill: true));
        CloseClient("the connection was reset");
    }

    // The broker's side.

    public void Pump()
    {
        while (BrokerIsOpen && Session.Connection == this && Session.Next(life.Schedule.Now, wishes.ReceiveMaximum) is { } next)
        {
            Action? acknowledge = next.Message.AtLeastOnce ? () => Up(() => Acknowledged(next.Id)) : null;
            Down(() => ear.Message(next.Message, acknowledge));
        }
    }

    /// <summary>The broker's end is closed; the client learns it when the line lets it.</summary>
    public void CloseBroker(string reason)
    {
        if (!BrokerIsOpen)
            return;
        BrokerIsOpen = false;
        Down(() => CloseClient(reason));
        _up.Close();
    }

    public Publication? Will => wishes.Will;

    private void Acknowledged(int id)
    {
        if (!BrokerIsOpen || Session.Connection != this || Session.Acknowledge(id) is not { } message)
            return;
        broker.Acknowledged(this, message);
        Pump();
    }

    private void CloseClient(string reason)
    {
        if (!ClientIsOpen)
            return;
        ClientIsOpen = false;
        _down.Close();
        life.Run(() => ear.Closed(reason));
    }

    private void Up(Action arrive)
    {
        if (!ClientIsOpen || life.IsOver)
            return;
        _up.Send(() =>
        {
            HeardAt = life.Schedule.Now;
            if (BrokerIsOpen)
                arrive();
        });
    }

    private void Down(Action arrive) => _down.Send(() =>
    {
        if (ClientIsOpen)
            life.Run(arrive);
    });
}
