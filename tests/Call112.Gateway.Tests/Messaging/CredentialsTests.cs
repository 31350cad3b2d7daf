using System.Diagnostics;
using Call112.Gateway.Messaging;
using Call112.Gateway.Tests.World;
using Call112.Messages;
using Call112.Tests;

namespace Call112.Gateway.Tests.Messaging;

/// <summary>F13: certificates change without a restart, and a bad one does not cut the station off.</summary>
public sealed class CredentialsTests : IDisposable
{
    private static readonly SessionRequest s_request = new(
        "call112-pkm-gogagoman", new OutboundMessage(Topics.State("pkm-gogagoman"), [1], AtLeastOnce: true), [Topics.CenterHeartbeat]);

    private readonly PemFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Files_that_do_not_fit_together_are_a_named_fault_and_the_old_stay()
    {
        var credentials = new Credentials(_files.Uplink(8883));
        var first = Assert.Single(credentials.ToTry());
        credentials.Proved(first, refusal: null);
        Assert.False(credentials.Refresh(), "nothing has changed");
        File.WriteAllText(_files.In("station.key"), File.ReadAllText(_files.In("broker.key")));
        Assert.False(credentials.Refresh());
        Assert.Contains("do not fit together", credentials.Sense.Fault, StringComparison.Ordinal);
        Assert.Same(first, Assert.Single(credentials.ToTry()));
        var until = _files.Renew(TimeSpan.FromDays(20));
        Assert.True(credentials.Refresh(), "whole again");
        Assert.Equal((until, null), (credentials.Sense.Until, credentials.Sense.Fault));
        Assert.Equal(2, credentials.ToTry().Count);
    }

    [Fact]
    public void Without_any_that_can_be_used_the_connection_says_why()
    {
        _files.Tear();
        var credentials = new Credentials(_files.Uplink(8883));
        Assert.StartsWith("certificate: ", Assert.Throws<BrokerException>(() => credentials.ToTry()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task New_files_begin_a_new_connection_within_a_minute_and_bad_ones_none()
    {
        var clock = new TestClock();
        var broker = new CertifiedBroker(new MemoryBroker(clock), new Credentials(_files.Uplink(8883)));
        await using var world = await StationWorld.StartAsync(new StationWorld.Setup(
            Clock: clock, Change: StationWorld.WithTwoUplinks, Second: broker));
        await world.RunUntilAsync(() => broker.Connects == 1, 2, "connected");
        _files.Tear();
        await world.RunAsync(seconds: 70, stepSeconds: 0.1);
        Assert.Equal(1, broker.Connects);
        await world.RunUntilAsync(() => world.StatusSent[^1].Alarms!.Any(alarm => alarm.StartsWith("CertificateFault:lte", StringComparison.Ordinal)), 2, "the fault in the state");
        var until = _files.Renew(TimeSpan.FromDays(20));
        await world.RunUntilAsync(() => broker.Connects == 2, 61, "a new connection", stepSeconds: 0.1);
        await world.RunUntilAsync(() => world.StatusSent[^1] is var state && state.CertificateUntil == until, 2, "its end in the state");
        Assert.Contains(world.StatusSent[^1].Alarms!, alarm => alarm.StartsWith("CertificateExpires:lte", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_real_broker_over_tls_takes_the_new_certificate_and_refuses_a_strangers_and_the_old_one_goes_on()
    {
        var program = new[] { "/usr/sbin/mosquitto", "/usr/bin/mosquitto", "/usr/local/sbin/mosquitto" }.FirstOrDefault(File.Exists);
        Assert.SkipUnless(program is not null, "mosquitto is not installed (tests/install brings it)");
        var port = LoopbackPorts.Free();
        File.WriteAllText(_files.In("mosquitto.conf"), $"""
            listener {port} 127.0.0.1
            user root
            allow_anonymous true
            require_certificate true
            cafile {_files.In("ca.pem")}
            certfile {_files.In("broker.crt")}
            keyfile {_files.In("broker.key")}

            """);
        using var mosquitto = Process.Start(new ProcessStartInfo(program!, ["-c", _files.In("mosquitto.conf")]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        try
        {
            await Wait.UntilAsync(() => mosquitto.HasExited || LoopbackPorts.Listens(port), "mosquitto listens");
            var broker = new MqttBroker(_files.Uplink(port), TimeProvider.System);
            await ConnectAsync(broker);
            var old = broker.Credentials!.Sense;
            Assert.Null(old.Fault);

            _files.Renew(TimeSpan.FromDays(200), stranger: true);
            await ConnectAsync(broker);
            Assert.Contains("not accepted", broker.Credentials.Sense.Fault, StringComparison.Ordinal);
            Assert.Equal(old.Until, broker.Credentials.Sense.Until);

            var until = _files.Renew(TimeSpan.FromDays(300));
            await ConnectAsync(broker);
            Assert.Equal((until, null), (broker.Credentials.Sense.Until, broker.Credentials.Sense.Fault));
        }
        finally
        {
            mosquitto.Kill();
            mosquitto.WaitForExit();
        }
    }

    private static async Task ConnectAsync(MqttBroker broker)
    {
        await using var connection = await broker.ConnectAsync(s_request, _ => ValueTask.CompletedTask, TestContext.Current.CancellationToken);
        await connection.PublishAsync(new OutboundMessage(Topics.Heartbeat("pkm-gogagoman"), [1], AtLeastOnce: true), TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
    }

    /// <summary>A broker in memory that takes whatever certificate it is shown.</summary>
    private sealed class CertifiedBroker(MemoryBroker broker, Credentials credentials) : IBroker
    {
        public int Connects { get; private set; }

        public Credentials Credentials => credentials;

        public async Task<IBrokerConnection> ConnectAsync(SessionRequest request, Func<InboundMessage, ValueTask> receive, CancellationToken cancel)
        {
            var material = credentials.ToTry()[0];
            var connection = await broker.ConnectAsync(request, receive, cancel);
            credentials.Proved(material, refusal: null);
            Connects++;
            return connection;
        }
    }
}
