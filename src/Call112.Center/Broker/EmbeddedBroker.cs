using System.Net;
using System.Net.Sockets;
using MQTTnet.Server;

namespace Call112.Center.Broker;

/// <summary>
/// An MQTT broker inside this process, for one machine: demo, tests, a small post. Its sessions live in memory and end with the process (F14);
/// stations and centre recover from that by themselves. A city uses an outside broker.
/// </summary>
internal sealed class EmbeddedBroker : IAsyncDisposable
{
    /// <summary>Messages that are kept for one absent client; further ones push out the oldest.</summary>
    private const int PendingMessagesMax = 10_000;

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
    public static async Task<EmbeddedBroker> StartAsync(IPEndPoint listen)
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
        server.ValidatingConnectionAsync += connection =>
        {
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
