using System.Net;
using Call112.Center.Broker;
using Call112.Center.Messaging;
using Microsoft.Extensions.Logging.Abstractions;
using MQTTnet;
using MQTTnet.Formatter;

namespace Call112.Center.Tests;

/// <summary>The broker inside the centre: what it takes, and what it says to whom it does not.</summary>
public sealed class EmbeddedBrokerTests
{
    [Fact]
    public async Task A_client_beyond_the_limit_is_refused_with_a_reason_the_centre_never_and_a_place_that_is_free_is_given()
    {
        await using var broker = await EmbeddedBroker.StartAsync(new IPEndPoint(IPAddress.Loopback, 0), NullLogger.Instance, clientsMax: 2);
        using var center = new MqttClientFactory().CreateMqttClient();
        using var first = new MqttClientFactory().CreateMqttClient();
        using var second = new MqttClientFactory().CreateMqttClient();
        using var third = new MqttClientFactory().CreateMqttClient();
        Assert.Equal(MqttClientConnectResultCode.Success, await ConnectAsync(center, broker, BrokerSession.ClientId));
        Assert.Equal(MqttClientConnectResultCode.Success, await ConnectAsync(first, broker, "pos-1"));
        Assert.Equal(MqttClientConnectResultCode.Success, await ConnectAsync(second, broker, "pos-2"));
        Assert.Equal(MqttClientConnectResultCode.QuotaExceeded, await ConnectAsync(third, broker, "pos-3"));

        using var centerAgain = new MqttClientFactory().CreateMqttClient();
        Assert.Equal(MqttClientConnectResultCode.Success, await ConnectAsync(centerAgain, broker, BrokerSession.ClientId));

        await first.DisconnectAsync();
        var deadline = TimeProvider.System.GetTimestamp();
        while (await ConnectAsync(third, broker, "pos-3") != MqttClientConnectResultCode.Success)
            Assert.True(TimeProvider.System.GetElapsedTime(deadline) < TimeSpan.FromSeconds(10), "the place of pos-1 is free");
    }

    private static async Task<MqttClientConnectResultCode> ConnectAsync(IMqttClient client, EmbeddedBroker broker, string id) =>
        (await client.ConnectAsync(new MqttClientOptionsBuilder()
            .WithTcpServer(broker.Address.Host, broker.Address.Port)
            .WithProtocolVersion(MqttProtocolVersion.V500)
            .WithClientId(id)
            .Build())).ResultCode;
}
