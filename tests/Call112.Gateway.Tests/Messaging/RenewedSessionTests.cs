using System.Security.Cryptography.X509Certificates;
using Call112.Gateway.Messaging;
using Call112.Gateway.Options;
using Call112.Gateway.Tests.World;
using Call112.Gateway.Time;
using Call112.Messages;
using Call112.Station;

namespace Call112.Gateway.Tests.Messaging;

/// <summary>F13: a renewal as the uplinks live it (decision 0022): tried by a new session, in force by its success.</summary>
public sealed class RenewedSessionTests : IDisposable
{
    private readonly RenewalDesk _desk = new();

    public void Dispose() => _desk.Dispose();

    [Fact]
    public void The_renewed_one_is_tried_first_and_a_refused_one_leaves_the_old_one_in_use_with_a_named_fault()
    {
        var renewal = _desk.Start();
        var credentials = new Credentials(_desk.Options.Uplink, renewal);
        var old = Assert.Single(credentials.ToTry());
        credentials.Proved(old, null);
        var renewed = Obtain(renewal);
        Assert.True(credentials.Refresh(), "something new to connect with");
        Assert.Equal([renewed, _desk.Enrolled], credentials.ToTry().Select(material => material.Own));
        credentials.Proved(old, "certificate unknown");
        Assert.Contains("not accepted: certificate unknown", credentials.Sense.Fault, StringComparison.Ordinal);
        Assert.Equal(_desk.Enrolled, Assert.Single(credentials.ToTry()).Own);
        Assert.False(credentials.Refresh(), "not again by itself");

        // The same answer after the next command: tried again.
        Assert.Equal(renewed, Obtain(renewal));
        Assert.True(credentials.Refresh());
        credentials.Proved(credentials.ToTry()[0], null);
        Assert.Equal((renewed, null), (credentials.InUse, credentials.Sense.Fault));
        Assert.Equal(renewed, Assert.Single(credentials.ToTry()).Own);
    }

    [Fact]
    public void After_a_restart_the_renewed_one_goes_first_and_if_the_broker_refuses_it_station_jsons_own()
    {
        var earlier = _desk.Start();
        var renewed = Obtain(earlier);
        earlier.Settle(renewed);
        var credentials = new Credentials(_desk.Options.Uplink, _desk.Start());
        var all = credentials.ToTry();
        Assert.Equal([renewed, _desk.Enrolled], all.Select(material => material.Own));
        credentials.Proved(all[1], "certificate revoked");
        Assert.Contains("certificate revoked", credentials.Sense.Fault, StringComparison.Ordinal);
        // One broken attempt is a broker that restarts; three are a certificate that was taken back.
        for (var attempt = 1; attempt <= 3; attempt++)
            Assert.Equal(_desk.Enrolled, Assert.Single(credentials.ToTry()).Own);
        all = credentials.ToTry();
        Assert.Equal([_desk.Enrolled, renewed], all.Select(material => material.Own));
        credentials.Proved(all[1], "certificate expired");
        Assert.Equal((renewed, null), (credentials.InUse, credentials.Sense.Fault));
    }

    [Fact]
    public async Task The_centres_command_leads_to_a_request_a_new_session_and_a_state_with_the_new_end()
    {
        var (world, broker, renewal) = await StartAsync();
        await using var _ = world;
        var answer = await AskAsync(world);
        world.Broker.Publish(Topics.Certificate(StationWorld.Id), MessageWriter.Write(answer));
        await world.RunUntilAsync(() => broker.Shown.Count == 2, 5, "a new session", stepSeconds: 0.1);
        var soonest = _desk.Clock.GetUtcNow().AddDays(700);
        await world.RunUntilAsync(() => world.StatusSent[^1].CertificateUntil > soonest, 5, "the new end in the state", stepSeconds: 0.1);
        await Wait.UntilAsync(() => File.Exists(_desk.InForceFile) && !File.Exists(_desk.PendingFile), "it is in force");
        Assert.Equal([_desk.Enrolled, renewal.Own[0]], broker.Shown);
        Assert.DoesNotContain(world.ReportsSent, report => report.Event is ReportEvent.UplinkLost or ReportEvent.Rejected);
        // Said as a change of the connection's owner, not as a death: the will was kept.
        Assert.DoesNotContain(world.StatusSent, status => !status.Online);
    }

    [Fact]
    public async Task A_broker_that_refuses_the_new_one_keeps_the_station_by_the_old_one_and_the_state_says_so()
    {
        var (world, broker, renewal) = await StartAsync();
        await using var _ = world;
        broker.Refuses = own => own.NotAfter.ToUniversalTime() > _desk.Clock.GetUtcNow().AddDays(700).UtcDateTime;
        var answer = await AskAsync(world);
        world.Broker.Publish(Topics.Certificate(StationWorld.Id), MessageWriter.Write(answer));
        await world.RunUntilAsync(
            () => world.StatusSent[^1].Alarms!.Any(alarm => alarm.StartsWith("CertificateFault", StringComparison.Ordinal)),
            10,
            "the fault",
            stepSeconds: 0.1);
        Assert.Equal([_desk.Enrolled, renewal.Own[0], _desk.Enrolled], broker.Shown);
        Assert.False(File.Exists(_desk.InForceFile));
        // The broker's bundle is mended, the centre asks again: the same request, the same certificate, and now it is taken.
        broker.Refuses = _ => false;
        await world.RunAsync(seconds: 11, stepSeconds: 0.1);
        Assert.Equal(answer.Certificate, (await AskAsync(world)).Certificate);
        world.Broker.Publish(Topics.Certificate(StationWorld.Id), MessageWriter.Write(answer));
        await world.RunUntilAsync(() => File.Exists(_desk.InForceFile), 10, "it is in force", stepSeconds: 0.1);
    }

    [Fact]
    public async Task A_broker_that_does_not_take_the_request_keeps_the_connection_and_the_next_command_sends_it_again()
    {
        // F13: the centre was told of its identities, and the broker's access list is older.
        var (world, broker, renewal) = await StartAsync();
        await using var _ = world;
        world.Broker.RefusesTopic = Topics.CertificateRequest(StationWorld.Id);
        world.Command(CommandKind.RenewCertificate);
        await world.RunUntilAsync(() => _desk.Logs.Count(LogEvents.RenewalRefused) == 1, 5, "it is told", stepSeconds: 0.1);
        await world.RunAsync(seconds: 130, stepSeconds: 0.1);
        Assert.Equal((1, 1, null), (broker.Shown.Count, _desk.Logs.Count(LogEvents.RenewalRefused), renewal.ToSend));

        world.Broker.RefusesTopic = null;
        await AskAsync(world);
    }

    [Fact]
    public async Task A_renewal_that_the_disk_refused_is_stored_as_soon_as_it_can_be()
    {
        // F3: the connection stands for weeks; nothing but its own patience would store it.
        var (world, broker, _) = await StartAsync();
        await using var __ = world;
        var answer = await AskAsync(world);
        Directory.CreateDirectory(_desk.InForceFile);
        world.Broker.Publish(Topics.Certificate(StationWorld.Id), MessageWriter.Write(answer));
        await world.RunUntilAsync(() => _desk.Logs.Count(LogEvents.RenewalNotStored) > 0, 10, "the disk refuses", stepSeconds: 0.1);
        Directory.Delete(_desk.InForceFile);
        await world.RunUntilAsync(() => File.Exists(_desk.InForceFile) && !File.Exists(_desk.PendingFile), 130, "it is stored", stepSeconds: 0.1);
        Assert.Equal(2, broker.Shown.Count);
        await world.RunUntilAsync(
            () => !world.StatusSent[^1].Alarms!.Any(alarm => alarm.StartsWith("CertificateFault", StringComparison.Ordinal)), 70, "the fault ends", stepSeconds: 0.1);
    }

    [Fact]
    public async Task While_somebody_is_called_and_has_not_answered_the_connection_is_left_alone()
    {
        var (world, broker, _) = await StartAsync();
        await using var __ = world;
        var answer = await AskAsync(world);
        world.Dispatch(Samples.Dispatch(1));
        await world.RunUntilAsync(() => world.State.AnyWaits, 2, "it sounds");
        world.Broker.Publish(Topics.Certificate(StationWorld.Id), MessageWriter.Write(answer));
        await world.RunAsync(seconds: 30, stepSeconds: 0.1);
        Assert.Single(broker.Shown);
        world.Board.Inputs = Inputs.Acknowledge;
        await world.RunAsync(seconds: 0.2);
        world.Board.Inputs = 0;
        await world.RunUntilAsync(() => broker.Shown.Count == 2, 61, "afterwards, within a minute", stepSeconds: 0.1);
    }

    [Fact]
    public async Task An_answer_that_is_malformed_or_retained_is_reported_as_rejected()
    {
        var (world, _, _) = await StartAsync();
        await using var __ = world;
        world.Broker.Publish(Topics.Certificate(StationWorld.Id), "{"u8.ToArray());
        await world.RunUntilAsync(() => Rejected().Count == 1, 5, "the report", stepSeconds: 0.1);
        var retained = new StationCertificate(Guid.NewGuid(), _desk.Clock.GetUtcNow(), Refusal: "not due");
        world.Broker.Publish(Topics.Certificate(StationWorld.Id), MessageWriter.Write(retained), retain: true);
        await world.RunUntilAsync(() => Rejected().Count == 2, 5, "the report of the retained one", stepSeconds: 0.1);
        Assert.Equal("retained", Rejected()[1].Reason);

        List<Report> Rejected() => [.. world.ReportsSent.Where(report => report.Event == ReportEvent.Rejected).DistinctBy(report => report.Sequence)];
    }

    [Fact]
    public async Task Two_uplinks_share_the_renewal_and_try_it_one_after_the_other()
    {
        var renewal = _desk.Start();
        var memory = new MemoryBroker(_desk.Clock);
        var both = _desk.Options with
        {
            Uplink = _desk.Options.Uplink with { Name = "lan" },
            SecondUplink = _desk.Options.Uplink with { Name = "lte", Metered = true },
        };
        var (lan, lte) = (Broker(memory, both.Uplink, renewal), Broker(memory, both.SecondUplink!, renewal));
        await using var world = await StationWorld.StartAsync(new StationWorld.Setup(
            _desk.Folder, _desk.Clock, memory, Logs: _desk.Logs, First: lan, Second: lte, Change: _ => both, Renewal: renewal));
        await world.RunUntilAsync(() => lte.Shown.Count == 1, 5, "both are connected");
        var without = 0;
        lan.Connecting = lte.Connecting = () =>
        {
            if (!new[] { "lan", "lte" }.Any(name => memory.SessionOf($"call112-{StationWorld.Id}-{name}")?.Connection is not null))
                Interlocked.Increment(ref without);
        };
        var answer = await AskAsync(world);
        // One request, by the uplink that carries; the answer comes by both.
        Assert.Single(world.Sent(Topics.CertificateRequest(StationWorld.Id)));
        world.Broker.Publish(Topics.Certificate(StationWorld.Id), MessageWriter.Write(answer));
        await world.RunUntilAsync(() => lan.Shown.Count == 2 && lte.Shown.Count == 2, 10, "both begin anew", stepSeconds: 0.1);
        await world.RunAsync(seconds: 130, stepSeconds: 0.1);
        Assert.Equal((2, 2), (lan.Shown.Count, lte.Shown.Count));
        Assert.Equal(lan.Shown[1], lte.Shown[1]);
        Assert.Equal(0, without);
    }

    [Fact]
    public void The_turn_to_change_the_certificate_goes_on_when_it_was_not_needed_when_the_uplink_is_back_and_after_half_a_minute()
    {
        var turn = new CertificateTurn(new StationClock(_desk.Clock, trusted: true));
        var passed = new List<string>();
        turn.Passed += passed.Add;
        Assert.True(turn.Take("lan"));
        Assert.False(turn.Take("lte"));
        turn.Connected("lte");
        Assert.False(turn.Take("lte"), "who has not got it cannot pass it on");
        turn.NotNeeded("lan");
        Assert.True(turn.Take("lte"));
        turn.Connected("lte");
        Assert.Equal(["lte"], passed);
        // The modem has lost its network in the moment of its change: the line does not keep a certificate that ends because of that.
        Assert.True(turn.Take("lte"));
        _desk.Clock.Advance(TimeSpan.FromSeconds(29.9));
        Assert.False(turn.Take("lan"));
        _desk.Clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.True(turn.Take("lan"));
        turn.Connected("lte");
        Assert.Equal(["lte"], passed);
    }

    private async Task<(StationWorld World, RenewingBroker Broker, CertificateRenewal Renewal)> StartAsync()
    {
        var renewal = _desk.Start();
        var memory = new MemoryBroker(_desk.Clock);
        var broker = Broker(memory, _desk.Options.Uplink, renewal);
        var world = await StationWorld.StartAsync(new StationWorld.Setup(
            _desk.Folder, _desk.Clock, memory, Logs: _desk.Logs, First: broker, Change: _ => _desk.Options, Renewal: renewal));
        return (world, broker, renewal);
    }

    private static RenewingBroker Broker(MemoryBroker memory, UplinkOptions uplink, CertificateRenewal renewal) =>
        new(memory, new Credentials(uplink, renewal));

    /// <summary>Sends the command and waits for the request; gives the centre's answer to it.</summary>
    private async Task<StationCertificate> AskAsync(StationWorld world)
    {
        var topic = Topics.CertificateRequest(StationWorld.Id);
        var before = world.Sent(topic).Count;
        world.Command(CommandKind.RenewCertificate);
        await world.RunUntilAsync(() => world.Sent(topic).Count > before, 5, "the request", stepSeconds: 0.1);
        return _desk.Answer(MessageReader.ReadCertificateRequest(world.Sent(topic)[^1].Payload).Value!);
    }

    private X509Certificate2 Obtain(CertificateRenewal renewal)
    {
        renewal.Prepare();
        renewal.Take(_desk.Answer(RenewalDesk.RequestOf(renewal.ToSend!.Value)));
        return renewal.Own[0];
    }

    /// <summary>A broker in memory behind a door where certificates are shown.</summary>
    private sealed class RenewingBroker(MemoryBroker broker, Credentials credentials) : IBroker
    {
        private readonly List<X509Certificate2> _shown = [];

        public Func<X509Certificate2, bool> Refuses { get; set; } = _ => false;

        /// <summary>Every certificate that was shown, in order.</summary>
        public IReadOnlyList<X509Certificate2> Shown
        {
            get
            {
                lock (_shown)
                    return [.. _shown];
            }
        }

        public Credentials Credentials => credentials;

        /// <summary>Called at every attempt.</summary>
        public Action Connecting { get; set; } = () => { };

        public async Task<IBrokerConnection> ConnectAsync(SessionRequest request, Func<InboundMessage, ValueTask> receive, CancellationToken cancel)
        {
            string? refusal = null;
            Connecting();
            foreach (var material in credentials.ToTry())
            {
                lock (_shown)
                    _shown.Add(material.Own!);
                if (Refuses(material.Own!))
                {
                    refusal = "certificate verify failed";
                    continue;
                }

                var connection = await broker.ConnectAsync(request, receive, cancel);
                credentials.Proved(material, refusal);
                return connection;
            }

            throw new BrokerException(refusal!);
        }
    }
}
