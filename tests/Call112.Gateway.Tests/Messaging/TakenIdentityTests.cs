using Call112.Gateway.Messaging;
using Call112.Gateway.Tests.World;
using Call112.Messages;
using Call112.Station;

namespace Call112.Gateway.Tests.Messaging;

/// <summary>
/// F20: a copied card, or two boxes with one station.id. Each throws the other off its session; the station must name it, and come back slowly, also where
/// the broker ends a connection without a reason (Mosquitto 2.0).
/// </summary>
public sealed class TakenIdentityTests : IDisposable
{
    private static readonly string s_state = Topics.State(StationWorld.Id);

    private readonly RecordingLogs _logs = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("call112-").FullName;

    public void Dispose()
    {
        _logs.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private int Named => _logs.Count(LogEvents.IdentityTaken);

    [Fact]
    public async Task A_broker_that_says_why_it_ends_the_session_is_believed()
    {
        await using var world = await StartAsync();
        world.Broker.TellsTakeOver = true;
        await using var clone = await TakeOverAsync(world);
        await world.RunUntilAsync(() => Named == 1, 1, "the fault is named");
        await IsSlowAsync(world, attempts: 2);
        await world.RunUntilAsync(() => Says(world), 2, "the state says it");
    }

    [Fact]
    public async Task Where_the_broker_says_nothing_the_birth_of_the_other_box_does()
    {
        await using var world = await StartAsync();
        await using var clone = await TakeOverAsync(world, "another-boot");
        await world.RunUntilAsync(() => Named == 1, 2, "the fault is named once the station is back");
        Assert.Equal(3, world.Broker.Attempts.Count);
        await world.RunUntilAsync(() => Says(world), 1, "the state says it");
        await using var again = await TakeOverAsync(world, "another-boot");
        await IsSlowAsync(world, attempts: 4);
        await world.RunUntilAsync(() => Named == 2, 1, "it is still there");
    }

    [Fact]
    public async Task A_second_box_that_lives_beside_this_one_is_named_and_nobody_is_thrown_off()
    {
        // One of them has two uplinks, and so other client ids.
        await using var world = await StartAsync();
        await using var other = await ConnectAsync(world, $"{StationWorld.ClientId}-lan");
        await BornAsync(other, "another-boot");
        await world.RunUntilAsync(() => Says(world), 1, "the state says it");
        await world.RunAsync(seconds: 2);
        Assert.Equal(2, world.Broker.Attempts.Count);
    }

    [Fact]
    public async Task What_the_broker_kept_of_the_box_before_this_one_is_no_second_box()
    {
        var clock = new TestClock();
        var broker = new MemoryBroker(clock);
        broker.Publish(s_state, Status("the-box-before"), retain: true);
        await using var world = await StartAsync(clock, broker);
        await NobodyIsNamedByTheNextSessionAsync(world);
    }

    [Fact]
    public async Task What_an_earlier_run_of_this_card_said_is_its_own_word()
    {
        // A broker that was started again with what it had stored half an hour ago.
        await using var world = await StartAsync();
        world.Broker.Publish(s_state, Status(world.State.EarlierBoots.Single()), retain: true);
        await NobodyIsNamedByTheNextSessionAsync(world);
    }

    [Fact]
    public async Task A_box_that_has_lost_its_journal_does_not_take_its_own_last_words_for_another_box()
    {
        // The will of the dead run's other session, told by the broker only now, and a birth that the kernel of a blocked line had kept.
        await using var world = await StationWorld.StartAsync(new StationWorld.Setup(Logs: _logs));
        await world.RunUntilAsync(() => IsOwn(world), 1, "the birth");
        world.Broker.Publish(s_state, Status("the-run-before", online: false), retain: true);
        world.Broker.Publish(s_state, Status("the-run-before"), retain: true);
        await world.RunAsync(seconds: 2);
        Assert.Equal(0, Named);
        await world.RunAsync(Links.EarlierRunsSpeak, TimeSpan.FromSeconds(0.5));
        Assert.Equal(0, Named);
        world.Broker.Publish(s_state, Status("another-boot"), retain: true);
        await world.RunUntilAsync(() => Named == 1, 1, "nothing of the dead run is left: this is another box");
    }

    [Fact]
    public async Task A_will_of_a_run_that_a_lost_journal_has_forgotten_is_no_second_box()
    {
        // Two runs ago the journal was lost; the broker gives up a session of the run before that only now (seed 36518).
        await using var world = await StartAsync();
        world.Broker.Publish(s_state, Status("a-forgotten-run", online: false), retain: true);
        await world.RunAsync(seconds: 2);
        Assert.Equal(0, Named);
        world.Broker.Publish(s_state, Status("a-forgotten-run"), retain: true);
        await world.RunUntilAsync(() => Named == 1, 1, "whoever says that it lives is another box");
    }

    [Fact]
    public async Task Once_the_other_box_has_been_away_for_five_minutes_the_way_back_is_quick_again()
    {
        await using var world = await StartAsync();
        await using (await TakeOverAsync(world, "another-boot"))
            await world.RunUntilAsync(() => Says(world), 3, "the fault is named");
        await world.RunAsync(Links.TakenOverStands, TimeSpan.FromSeconds(0.5));
        await world.RunUntilAsync(() => !Says(world), 2, "the fault has ended");
        var attempts = world.Broker.Attempts.Count;
        world.Broker.Kick(StationWorld.ClientId);
        await world.RunUntilAsync(() => world.Broker.Attempts.Count > attempts, 1.1, "the next attempt");
    }

    [Fact]
    public async Task A_will_that_comes_late_is_answered_by_a_birth()
    {
        await using var world = await StartAsync();
        world.Broker.Publish(s_state, Status(world.State.BootId, online: false), retain: true);
        await world.RunUntilAsync(() => IsOwn(world), 0.5, "the station says that it lives");
        Assert.Equal(0, Named);
    }

    /// <summary>A station that has run before, and so knows which words about it are its own.</summary>
    private async Task<StationWorld> StartAsync(TestClock? clock = null, MemoryBroker? broker = null)
    {
        await using (await StationWorld.StartAsync(new StationWorld.Setup(Folder: _folder)))
        {
        }

        var world = await StationWorld.StartAsync(new StationWorld.Setup(_folder, clock, broker, Logs: _logs));
        await world.RunUntilAsync(() => IsOwn(world), 1, "the birth");
        return world;
    }

    private async Task NobodyIsNamedByTheNextSessionAsync(StationWorld world)
    {
        world.Broker.Kick(StationWorld.ClientId);
        await world.RunUntilAsync(() => world.Broker.Attempts.Count == 2, 2, "the next connection");
        await world.RunAsync(seconds: 2);
        Assert.Equal(0, Named);
    }

    /// <summary>No attempt for half a minute, and one within the half minute after it.</summary>
    /// <param name="attempts">So far, of both boxes.</param>
    private static async Task IsSlowAsync(StationWorld world, int attempts)
    {
        await world.RunAsync(seconds: 29, stepSeconds: 0.1);
        Assert.Equal(attempts, world.Broker.Attempts.Count);
        await world.RunUntilAsync(() => world.Broker.Attempts.Count == attempts + 1, 32, "the next turn", stepSeconds: 0.1);
    }

    /// <summary>Another box comes with the station's client id and, if it has a boot id, says so at once.</summary>
    private static async Task<IBrokerConnection> TakeOverAsync(StationWorld world, string? bootId = null)
    {
        var clone = await ConnectAsync(world, StationWorld.ClientId);
        if (bootId is not null)
            await BornAsync(clone, bootId);
        return clone;
    }

    private static Task<IBrokerConnection> ConnectAsync(StationWorld world, string clientId) => world.Broker.ConnectAsync(
        new SessionRequest(clientId, new OutboundMessage(s_state, [], AtLeastOnce: true), []),
        message =>
        {
            message.Acknowledge?.Invoke();
            return ValueTask.CompletedTask;
        },
        CancellationToken.None);

    private static Task BornAsync(IBrokerConnection box, string bootId) => box.PublishAsync(
        new OutboundMessage(s_state, Status(bootId), AtLeastOnce: true, Retain: true), TimeSpan.FromSeconds(1), CancellationToken.None);

    private static byte[] Status(string bootId, bool online = true) =>
        MessageWriter.Write(new StationStatus(online, StationWorld.Id, bootId, DateTimeOffset.UnixEpoch, ClockState.Unsynchronized));

    private static bool IsOwn(StationWorld world) => Kept(world) is { Online: true } kept && kept.BootId == world.State.BootId;

    private static bool Says(StationWorld world) => world.StatusSent is [.., { Online: true } state] && state.Alarms?.Contains("IdentityTaken:lan") == true;

    private static StationStatus? Kept(StationWorld world) =>
        world.Broker.RetainedOn(s_state) is { } payload ? MessageReader.ReadStatus(payload).Value : null;
}
