using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace Call112.System.Tests.Toolkit;

/// <summary>Somebody at the city's broker with whatever certificate he has, who says and asks for what he likes. Does nothing by himself.</summary>
public sealed class Visitor : IAsyncDisposable
{
    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();
    private readonly ConcurrentQueue<(string Topic, string Payload)> _heard = new();

    private Visitor() => _client.ApplicationMessageReceivedAsync += e =>
    {
        _heard.Enqueue((e.ApplicationMessage.Topic, e.ApplicationMessage.ConvertPayloadToString()));
        return Task.CompletedTask;
    };

    /// <summary>Everything that the broker has sent him.</summary>
    public IReadOnlyList<(string Topic, string Payload)> Heard => [.. _heard];

    public bool IsConnected => _client.IsConnected;

    /// <summary>Connects; null instead of the visitor, and the reason, when he is not let in.</summary>
    /// <param name="resume">Go on with the session that this client id has.</param>
    /// <param name="identity">Of an enrolled station.json, or another's; its certificate may be missing.</param>
    public static async Task<(Visitor? Visitor, string Answer)> ComeAsync(
        CityIdentities city, JsonNode identity, string clientId, string? willTopic = null, bool tls = true, bool resume = false)
    {
        var visitor = new Visitor();
        try
        {
            var options = new MqttClientOptionsBuilder()
                .WithProtocolVersion(MqttProtocolVersion.V500)
                .WithClientId(clientId)
                .WithTcpServer("127.0.0.1", city.Broker.Port)
                .WithCleanStart(!resume)
                .WithSessionExpiryInterval(resume ? 3_600u : 0)
                .WithTimeout(TimeSpan.FromSeconds(10));
            if (willTopic is not null)
                options.WithWillTopic(willTopic).WithWillPayload("{}").WithWillQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce);
            if (tls)
                options.WithTlsOptions(with => Tls(with, identity));
            var result = await visitor._client.ConnectAsync(options.Build(), TestContext.Current.CancellationToken);
            if (result.ResultCode == MqttClientConnectResultCode.Success)
                return (visitor, "let in");
            await visitor.DisposeAsync();
            return (null, $"CONNACK {result.ResultCode}");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            await visitor.DisposeAsync();
            return (null, Innermost(e));
        }
    }

    /// <summary>Publishes with QoS 1; gives the broker's reason code.</summary>
    public async Task<string> SayAsync(string topic, string payload = "{}", bool retain = false)
    {
        var message = new MqttApplicationMessageBuilder().WithTopic(topic).WithPayload(payload).WithRetainFlag(retain)
            .WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).Build();
        return $"PUBACK {(await _client.PublishAsync(message, TestContext.Current.CancellationToken)).ReasonCode}";
    }

    /// <summary>Subscribes; gives the broker's reason code.</summary>
    public async Task<string> AskForAsync(string filter)
    {
        var subscription = new MqttClientSubscribeOptionsBuilder().WithTopicFilter(filter, MqttQualityOfServiceLevel.AtLeastOnce).Build();
        return $"SUBACK {(await _client.SubscribeAsync(subscription, TestContext.Current.CancellationToken)).Items.Single().ResultCode}";
    }

    /// <summary>Is gone without a goodbye.</summary>
    public void Die() => _client.Dispose();

    public async ValueTask DisposeAsync()
    {
        await _client.TryDisconnectAsync();
        _client.Dispose();
    }

    private static void Tls(MqttClientTlsOptionsBuilder tls, JsonNode identity)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPem((string)identity["authorities"]!);
        tls.UseTls().WithTargetHost("127.0.0.1").WithTrustChain(authorities);
        if ((string?)identity["certificate"] is { } certificate)
            tls.WithClientCertificates([X509Certificate2.CreateFromPem(certificate, (string)identity["key"]!)]);
    }

    private static string Innermost(Exception e)
    {
        while (e.InnerException is { } inner)
            e = inner;
        return e.Message;
    }
}
