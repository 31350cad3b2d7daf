using System.Net;
using System.Net.Sockets;
using Call112.Center.Messaging;
using Microsoft.Extensions.Logging;
using MQTTnet.Protocol;
using MQTTnet.Server;

namespace Call112.Center.Broker;

/// <summary>
/// An MQTT broker inside this process, for one machine: demo, tests, a small post. Its sessions live in memory and end with the process (F14);
/// stations and centre recover from that by themselves. A city uses an outside broker: this one asks every client about every message, so that its work
/// grows with the square of the stations. Beyond <see cref="ClientsMax"/> it would serve nobody, and takes no more.
/// </summary>
internal sealed class EmbeddedBroker : IAsyncDisposable
{
    /// <summary>Messages that are kept for one absent client; further ones push out the oldest.</summary>
    private const int PendingMessagesMax = 10_000;

    /// <summary>
    /// Clients at a time beside the centre itself. On two cores 2,000 stations cost half of one at rest, and all answer a city-wide dispatch within 1.3 s;
    /// 10,000 never came up (tests/Call112.Endurance, scale).
    /// </summary>
    public const int ClientsMax = 2_000;

    private readonly MqttServer _server;

    private EmbeddedBroker(MqttServer server, Uri address)
    {
        _server = server;
        Address = address;
    }

    /// <summary>Where it listens, with the port that was bound.</summary>
    public Uri Address { get; }

    /// <summary>How this process reaches it: over loopback when it listens on every address.</summary>
    public Uri Local => IPAddress.TryParse(Address.Host.Trim('[', ']'), out var bound) && bound.Equals(IPAddress.Any)
        ? new Uri($"mqtt://{new IPEndPoint(IPAddress.Loopback, Address.Port)}")
        : Address;

    /// <exception cref="CenterStartException">The address is in use or is not ours.</exception>
    public static async Task<EmbeddedBroker> StartAsync(IPEndPoint listen, ILogger log, int clientsMax = ClientsMax)
    {
        var isV6 = listen.AddressFamily == AddressFamily.InterNetworkV6;
        var options = new MqttServerOptionsBuilder()
            .WithDefaultEndpoint()
            .WithDefaultEndpointBoundIPAddress(isV6 ? IPAddress.None : listen.Address)
            .WithDefaultEndpointBoundIPV6Address(isV6 ? listen.Address : IPAddress.None)
            .WithDefaultEndpointPort(listen.Port)
            .WithPersistentSessions()
            .WithMaxPendingMessagesPerClient(PendingMessagesMax)
            .Build();
        options.DefaultEndpointOptions.NoDelay = true;
        options.DefaultEndpointOptions.ReuseAddress = true;
        var server = new MqttServerFactory().CreateMqttServer(options);
        var (clients, isFull) = (0, false);
        server.ClientConnectedAsync += _ => Task.FromResult(Interlocked.Increment(ref clients));
        server.ClientDisconnectedAsync += _ => Task.FromResult(Interlocked.Decrement(ref clients));
        server.ValidatingConnectionAsync += connection =>
        {
            var wasFull = Interlocked.Exchange(ref isFull, Volatile.Read(ref clients) > clientsMax);
            if (isFull && connection.ClientId != BrokerSession.ClientId)
            {
                connection.ReasonCode = MqttConnectReasonCode.QuotaExceeded;
                if (!wasFull)
                    log.LogWarning("the embedded broker has {Max} clients and takes no more; a city of this size uses Mosquitto (--broker)", clientsMax);
            }

            // MQTT 5 lets a client come without a name (MQTT-3.1.3-7): a person with a command-line tool does.
            if (string.IsNullOrEmpty(connection.ClientId))
                connection.AssignedClientIdentifier = $"guest-{Guid.NewGuid():N}";
            return Task.CompletedTask;
        };
        try
        {
            await server.StartAsync();
        }
        catch (Exception e) when (e is SocketException or AggregateException)
        {
            server.Dispose();
            throw new CenterStartException($"the embedded broker cannot listen on {listen}: {e.GetBaseException().Message}", e);
        }

        return new EmbeddedBroker(server, new Uri($"mqtt://{new IPEndPoint(listen.Address, options.DefaultEndpointOptions.Port)}"));
    }

    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync();
        _server.Dispose();
    }
}
