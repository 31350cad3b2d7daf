using System.Collections.Concurrent;
using Call112.Gateway.Health;
using Call112.Gateway.Tests.World;
using Microsoft.Extensions.Hosting.Systemd;

namespace Call112.Gateway.Tests.Health;

/// <summary>What the service manager is told: that the station works, never merely that the process runs.</summary>
public sealed class ReadinessTests
{
    private const string Alive = "WATCHDOG=1", Ready = "READY=1";

    /// <summary>Coarse: nothing here depends on single ticks.</summary>
    private const double StepSeconds = 0.5;

    /// <summary>F17: one handler hangs. The process lives, its timers run, its links answer; the watchdog must not be petted.</summary>
    [Fact]
    public async Task A_loop_that_hangs_does_not_pet_the_watchdog_and_one_that_goes_on_does()
    {
        var board = new RecordingBoard(TimeProvider.System);
        await using var world = await StationWorld.StartAsync(new StationWorld.Setup(Board: board));
        var systemd = new RecordingNotifier(world.Clock);
        using var readiness = await StartAsync(world, systemd);
        await world.RunUntilAsync(() => systemd.Count(Alive) >= 3, 120, "the watchdog is petted", StepSeconds);

        using var held = new ManualResetEventSlim();
        using var entered = new ManualResetEventSlim();
        board.Written += _ =>
        {
            entered.Set();
            held.Wait(Wait.Deadline);
        };
        // The wire's thread drives the board itself, and is held with it.
        var arriving = Task.Run(() => world.Dispatch(Samples.Dispatch()), TestContext.Current.CancellationToken);
        entered.Wait(Wait.Deadline, TestContext.Current.CancellationToken);
        var hangs = world.Clock.Monotonic;
        for (var i = 0; i < 60; i++)
        {
            world.Clock.Advance(TimeSpan.FromSeconds(StepSeconds));
            do
                await Task.Yield();
            while (ThreadPool.PendingWorkItemCount > 0);
        }

        var released = world.Clock.Monotonic;
        held.Set();
        await arriving;
        await world.RunUntilAsync(() => systemd.Last(Alive) > released, 120, "the watchdog is petted again", StepSeconds);
        // A tick that was fresh when it was asked for may be told up to a second later.
        Assert.DoesNotContain(systemd.Told, told => told.What == Alive && told.At > hangs + TimeSpan.FromSeconds(1) && told.At < released);
        await world.StopAsync();
        await readiness.StopAsync(CancellationToken.None);
    }

    /// <summary>F16: a station without a network is ready; otherwise the service manager would start it again and again, and give up.</summary>
    [Fact]
    public async Task Ready_is_told_once_when_the_station_is_armed_though_no_broker_answers()
    {
        var clock = new TestClock();
        var broker = new MemoryBroker(clock) { Refuses = "no route to host" };
        await using var world = await StationWorld.StartAsync(new StationWorld.Setup(Clock: clock, Broker: broker));
        var systemd = new RecordingNotifier(clock);
        using var readiness = await StartAsync(world, systemd);
        await world.RunUntilAsync(() => systemd.Count(Alive) >= 10, 30, "the watchdog is petted", StepSeconds);
        Assert.Equal(Ready, systemd.Told.First().What);
        Assert.Equal(1, systemd.Count(Ready));
        Assert.False(world.Uplinks.Subscribed.IsCompleted);
        await world.StopAsync();
        await readiness.StopAsync(CancellationToken.None);
    }

    private static async Task<Readiness> StartAsync(StationWorld world, RecordingNotifier systemd)
    {
        var readiness = new Readiness(world.Station, world.Uplinks, panel: null, world.StationClock, systemd, StationWorld.Id, readyFile: null);
        await readiness.StartAsync(CancellationToken.None);
        await Wait.UntilAsync(() => systemd.Count(Ready) == 1, "ready is told");
        return readiness;
    }

    /// <summary>Remembers what systemd was told, and when on the virtual clock.</summary>
    private sealed class RecordingNotifier(TestClock clock) : ISystemdNotifier
    {
        private readonly ConcurrentQueue<(TimeSpan At, string What)> _told = new();

        public bool IsEnabled => true;

        public IReadOnlyCollection<(TimeSpan At, string What)> Told => _told;

        public void Notify(ServiceState state) => _told.Enqueue((clock.Monotonic, state.ToString()));

        public int Count(string what) => _told.Count(told => told.What == what);

        public TimeSpan Last(string what) => _told.LastOrDefault(told => told.What == what).At;
    }
}
