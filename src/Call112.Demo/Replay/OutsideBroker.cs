using Call112.Center;
using Call112.Messages;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace Call112.Demo.Replay;

/// <summary>
/// Manners towards a broker that is not ours: the demo's centre has the client id of every centre, so it would push a living one aside; and
/// sessions and retained states stay behind unless somebody takes them away.
/// </summary>
internal static class OutsideBroker
{
    /// <summary>A living centre is heard within this: its heartbeat comes every 5 s.</summary>
    private static readonly TimeSpan s_listenFor = TimeSpan.FromSeconds(6);

    private static readonly TimeSpan s_replyWithin = TimeSpan.FromSeconds(10);

    /// <exception cref="CenterStartException">A centre lives at this broker, or the broker cannot be reached.</exception>
    public static async Task CheckAloneAsync(Uri broker, TimeProvider time, CancellationToken cancel)
    {
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            using var client = new MqttClientFactory().CreateMqttClient();
            client.ApplicationMessageReceivedAsync += _ =>
            {
                heard.TrySetResult();
                return Task.CompletedTask;
            };
            await ConnectAsync(client, broker, "call112-demo-listener", time, cancel);
            await client.SubscribeAsync(Topics.CenterHeartbeat, MqttQualityOfServiceLevel.AtMostOnce, cancel);
            var alone = await Task.WhenAny(heard.Task, Task.Delay(s_listenFor, time, cancel)) != heard.Task;
            await client.DisconnectAsync(cancellationToken: cancel);
            if (alone)
                return;
        }
        catch (Exception e) when (IsUnreachable(e, cancel))
        {
            throw new CenterStartException($"the broker {broker} cannot be reached: {e.Message}", e);
        }

        throw new CenterStartException($"a centre lives at {broker}: the demo would push it aside. Give the demo a broker of its own.");
    }

    /// <summary>Takes away the retained states and the sessions of the demo. A broker that has gone is left as it is.</summary>
    public static async Task LeaveNoTraceAsync(Uri broker, IReadOnlyList<string> stationIds, TimeProvider time)
    {
        try
        {
            foreach (var id in stationIds)
            {
                using var client = new MqttClientFactory().CreateMqttClient();
                await ConnectAsync(client, broker, $"call112-{id}", time, CancellationToken.None);
                await client.PublishAsync(new MqttApplicationMessageBuilder().WithTopic(Topics.State(id)).WithRetainFlag().WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).Build());
                await client.DisconnectAsync();
            }

            using var center = new MqttClientFactory().CreateMqttClient();
            await ConnectAsync(center, broker, "call112-center", time, CancellationToken.None);
            await center.DisconnectAsync();
        }
        catch (Exception e) when (IsUnreachable(e, CancellationToken.None))
        {
            // Nothing can be cleared where nobody answers.
        }
    }

    /// <summary>A clean start without an expiry ends the session that was there, and its own at the end.</summary>
    private static async Task ConnectAsync(IMqttClient client, Uri broker, string clientId, TimeProvider time, CancellationToken cancel)
    {
        using var late = new CancellationTokenSource(s_replyWithin, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancel);
        await client.ConnectAsync(
            new MqttClientOptionsBuilder().WithProtocolVersion(MqttProtocolVersion.V500).WithTcpServer(broker.Host, broker.Port > 0 ? broker.Port : 1883)
                .WithClientId(clientId).WithCleanStart().WithSessionExpiryInterval(0).Build(),
            either.Token);
    }

    private static bool IsUnreachable(Exception e, CancellationToken cancel) =>
        e is MqttCommunicationException || (e is OperationCanceledException && !cancel.IsCancellationRequested);
}
