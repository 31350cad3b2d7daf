using Call112.Gateway.Messaging;
using Call112.Gateway.Tests.World;
using Call112.Messages;
using Call112.Station;

namespace Call112.Gateway.Tests.Loop;

public sealed class StationLoopTests
{
    /// <summary>F1: nothing is acknowledged that a power cut could take.</summary>
    [Fact]
    public async Task A_dispatch_sounds_then_is_stored_then_is_acknowledged()
    {
        await using var world = await StationWorld.StartAsync();
        await world.JournaledAsync();
        var order = new List<string>();
        void Note(string what)
        {
            lock (order)
                if (!order.Contains(what))
                    order.Add(what);
        }

        world.Board.Written += outputs => Note((outputs & Outputs.Siren) != 0 ? "siren" : "no siren");
        world.Disk.Synced += path => Note(path.EndsWith("-wal", StringComparison.Ordinal) ? "flushed" : "other file");
        world.Broker.Acknowledged += topic =>
        {
            if (topic == Topics.Dispatch(StationWorld.Id))
                Note("acknowledged");
        };
        world.Dispatch(Samples.Dispatch());
        await Wait.UntilAsync(() => order.Contains("acknowledged"), "the PUBACK");
        Assert.Equal(["siren", "flushed", "acknowledged"], order);
        // Without a single tick: time stood still.
        Assert.Equal(ReportEvent.Sounding, world.State.Find(Samples.Id(1))!.Step);
        Assert.Equal([ReportEvent.Started, ReportEvent.Received, ReportEvent.Sounding], world.Journaled().Select(report => report.Event));
    }

    /// <summary>Outputs are read back at each step: what a fix finds out about the siren is for the panel at once (the seeded city, seed 9914).</summary>
    [Fact]
    public async Task A_siren_that_first_reads_back_in_the_step_of_a_fix_is_a_change()
    {
        await using var world = await StationWorld.StartAsync();
        world.Board.ReadBackFails = true;
        world.Dispatch(Samples.Dispatch());
        await Wait.UntilAsync(() => world.State.Find(Samples.Id(1)) is not null, "the dispatch");
        Assert.False(world.State.Find(Samples.Id(1))!.SoundingConfirmed);
        var told = false;
        world.Station.Changed += () => told |= world.State.Find(Samples.Id(1))!.SoundingConfirmed;
        world.Board.ReadBackFails = false;
        // Time stands still: no tick.
        await world.Station.PostAsync(new StationInput.FixOffered(new Fix("/dev/a", 1)));
        await Wait.UntilAsync(() => told, "a change that says so");
    }

    /// <summary>F11: off is the first act of a stop, and safe the first of a start.</summary>
    [Fact]
    public async Task Outputs_are_safe_before_anything_else_and_off_after_a_stop_that_is_told()
    {
        var board = new RecordingBoard(TimeProvider.System);
        var folder = Directory.CreateTempSubdirectory("call112-");
        await using (var world = await StationWorld.StartAsync(new StationWorld.Setup(Board: board, Folder: folder.FullName)))
        {
            Assert.True(board.Writes > 0);
            world.Dispatch(Samples.Dispatch());
            await Wait.UntilAsync(() => (board.Outputs & Outputs.Siren) != 0, "the siren");
            await world.StopAsync();
            Assert.Equal(Outputs.None, board.Outputs);
            Assert.Equal(ReportEvent.Stopping, world.ReportsSent[^1].Event);
            Assert.False(world.StatusSent[^1].Online);
        }

        // And it sounds on after the restart: nobody has acknowledged it.
        await using var again = await StationWorld.StartAsync(new StationWorld.Setup(Folder: folder.FullName));
        await again.RunUntilAsync(() => (again.Board.Outputs & Outputs.Siren) != 0, 1, "the siren sounds on");
        await again.StopAsync();
        folder.Delete(recursive: true);
    }

    /// <summary>F12: levels are sampled; no edge can be lost.</summary>
    [Fact]
    public async Task Buttons_are_sampled_every_tick_and_a_press_silences_within_fifty_milliseconds()
    {
        await using var world = await StationWorld.StartAsync();
        await world.RunAsync(seconds: 0.1);
        var reads = world.Board.Reads;
        await world.RunAsync(seconds: 0.5);
        Assert.Equal(reads + 50, world.Board.Reads);
        world.Dispatch(Samples.Dispatch());
        await world.RunUntilAsync(() => (world.Board.Outputs & Outputs.Siren) != 0, 1, "the siren");
        world.Board.Inputs = Inputs.Acknowledge;
        var pressed = world.Clock.Monotonic;
        await world.RunUntilAsync(() => (world.Board.Outputs & Outputs.Siren) == 0, 0.05, "silence");
        Assert.Equal(ReportEvent.Acknowledged, world.State.Find(Samples.Id(1))!.Step);
        Assert.InRange(world.Board.Changes[^1].At - pressed, TimeSpan.Zero, TimeSpan.FromMilliseconds(50));
    }

    [Fact]
    public async Task The_siren_follows_monotonic_time_whatever_the_wall_clock_does()
    {
        // F5: back an hour, back ten years, on nineteen.
        await using var world = await StationWorld.StartAsync();
        world.Dispatch(Samples.Dispatch());
        await world.RunUntilAsync(() => (world.Board.Outputs & Outputs.Siren) != 0, 1, "the siren");
        var began = world.Clock.Monotonic;
        foreach (var days in new[] { -1.0 / 24, -3652, 6940 })
        {
            world.Clock.StepWall(TimeSpan.FromDays(days));
            await world.RunAsync(seconds: 10);
        }

        await world.RunUntilAsync(() => (world.Board.Outputs & Outputs.Siren) == 0, 60, "the end of the first part");
        Assert.Equal(60, (world.Board.Changes[^1].At - began).TotalSeconds, 0.05);
        Assert.Equal(3, world.Journaled().Count(report => report.Event == ReportEvent.ClockSet));
    }

    /// <summary>F12: elsewhere one exception ended the reading of a pin for ever.</summary>
    [Fact]
    public async Task A_board_that_throws_is_a_fault_and_not_a_crash_and_recovers()
    {
        await using var world = await StationWorld.StartAsync();
        world.Board.WriteFails = world.Board.ReadBackFails = world.Board.ReadFails = true;
        world.Dispatch(Samples.Dispatch());
        await world.RunAsync(seconds: 3);
        Assert.False(world.Station.ExecuteTask!.IsCompleted);
        Assert.True(world.State.Stands(ReportEvent.OutputFault, "siren"));
        Assert.DoesNotContain(world.Journaled(), report => report.Event == ReportEvent.Sounding);
        world.Board.WriteFails = world.Board.ReadBackFails = world.Board.ReadFails = false;
        await world.RunUntilAsync(() => !world.State.Alarms.Any(alarm => alarm.Event == ReportEvent.OutputFault), 5, "the outputs are restored");
        await world.RunUntilAsync(() => world.State.Find(Samples.Id(1))!.Step == ReportEvent.Sounding, 5, "it sounds, and says so");
    }

    /// <summary>F12: what cannot be read has not been released.</summary>
    [Fact]
    public async Task A_board_that_cannot_be_read_gives_no_false_news_of_its_contacts()
    {
        await using var world = await StationWorld.StartAsync();
        world.Board.Inputs = Inputs.MainsFail | Inputs.Tamper;
        await world.RunUntilAsync(() => world.State.Stands(ReportEvent.TamperOpened), 1, "the alarms");
        world.Board.ReadFails = true;
        await world.RunAsync(seconds: 2);
        Assert.True(world.State.Stands(ReportEvent.MainsLost));
        Assert.DoesNotContain(world.Journaled(), report => report.Event is ReportEvent.MainsRestored or ReportEvent.TamperClosed);
        world.Board.Inputs = Inputs.None;
        world.Board.ReadFails = false;
        await world.RunUntilAsync(() => !world.State.Stands(ReportEvent.MainsLost), 1, "the mains are back");
    }

    [Fact]
    public async Task A_board_that_fails_for_long_is_logged_once_for_each_way_in_which_it_fails()
    {
        var logs = new RecordingLogs();
        await using var world = await StationWorld.StartAsync(new StationWorld.Setup(Logs: logs));
        world.Dispatch(Samples.Dispatch());
        world.Board.ReadFails = true;
        await world.RunAsync(seconds: 20);
        Assert.Equal(1, logs.Count(LogEvents.BoardFailed));
    }

    /// <summary>F18: the broker keeps the backlog, not our memory.</summary>
    [Fact]
    public async Task When_the_queue_is_full_the_poster_waits()
    {
        // The loop is held in a write to the board; the broker's messages pile up in front of it.
        var board = new RecordingBoard(TimeProvider.System);
        await using var world = await StationWorld.StartAsync(new StationWorld.Setup(Board: board));
        using var held = new ManualResetEventSlim();
        using var entered = new ManualResetEventSlim();
        board.Written += _ =>
        {
            entered.Set();
            held.Wait(Wait.Deadline);
        };
        var sounding = Task.Run(() => world.Station.PostAsync(new StationInput.DispatchArrived(Samples.Dispatch())).AsTask(), TestContext.Current.CancellationToken);
        entered.Wait(Wait.Deadline, TestContext.Current.CancellationToken);
        var posts = Enumerable.Range(0, StationLoop.QueueMax).Select(i => world.Station.PostAsync(new StationInput.CenterHeard())).ToList();
        Assert.All(posts, post => Assert.True(post.IsCompletedSuccessfully));
        var late = world.Station.ReceiveAsync(new InboundMessage(Topics.CenterHeartbeat, MessageWriter.Write(new CenterHeartbeat(Samples.Wall)), false, null)).AsTask();
        Assert.False(late.IsCompleted);
        held.Set();
        await late;
        await sounding;
    }

    [Fact]
    public async Task Bytes_of_any_kind_on_any_topic_are_rejected_acknowledged_and_sound_nothing()
    {
        await using var world = await StationWorld.StartAsync();
        byte[][] hostile = [[], [0xff, 0xfe], "null"u8.ToArray(), "{\"dispatchId\":1}"u8.ToArray(), new byte[20_000], "[[[["u8.ToArray()];
        string[] topics = [Topics.Dispatch(StationWorld.Id), Topics.GroupDispatch("all"), Topics.Command(StationWorld.Id), Topics.Receipt(StationWorld.Id)];
        foreach (var topic in topics)
            foreach (var bytes in hostile)
                world.Broker.Publish(topic, bytes);
        world.Broker.Publish(Topics.CenterHeartbeat, [1, 2, 3], atLeastOnce: false);
        await Wait.UntilAsync(() => world.Broker.SessionOf(StationWorld.ClientId) is { UnderWay: 0, Waiting: 0 }, "every message is acknowledged");
        Assert.Equal(topics.Length * hostile.Length, world.Journaled().Count(report => report.Event == ReportEvent.Rejected));
        Assert.DoesNotContain(world.Board.Changes, change => (change.Outputs & Outputs.Siren) != 0);
        Assert.False(world.Station.ExecuteTask!.IsCompleted);
    }

    [Fact]
    public async Task A_retained_dispatch_or_command_is_refused_and_reported()
    {
        // F7: an old command must not sound at every reconnect.
        await using var world = await StationWorld.StartAsync();
        world.Dispatch(Samples.Dispatch(), retain: true);
        world.Broker.Publish(Topics.Command(StationWorld.Id), MessageWriter.Write(new StationCommand(CommandKind.Identify)), retain: true);
        await Wait.UntilAsync(() => world.Journaled().Count(report => report.Event == ReportEvent.Rejected) == 2, "two rejections");
        Assert.All(world.Journaled().Where(report => report.Event == ReportEvent.Rejected), report => Assert.Equal("retained", report.Reason));
        Assert.Empty(world.State.Alerts);
        Assert.Empty(world.Board.Changes);
    }
}
