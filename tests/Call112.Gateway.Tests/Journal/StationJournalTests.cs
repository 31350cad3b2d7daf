using System.Text;
using System.Text.Json.Nodes;
using Call112.Gateway.Journal;
using Call112.Messages;
using Call112.Station;
using CsCheck;

namespace Call112.Gateway.Tests.Journal;

public sealed class StationJournalTests : IDisposable
{
    private readonly JournalDesk _desk = new();

    public void Dispose() => _desk.Dispose();

    /// <summary>F1.</summary>
    [Fact]
    public void State_after_reopening_is_the_state_before()
    {
        using (var journal = _desk.Open())
        {
            _desk.Arrive(journal, 1);
            _desk.Arrive(journal, 2);
            _desk.Clock.Advance(TimeSpan.FromSeconds(20));
            _desk.Apply(journal, new StationInput.PanelTouched(PanelAction.Acknowledge, Samples.Id(1), null, null));
            _desk.Apply(journal, new StationInput.PanelTouched(PanelAction.Complete, Samples.Id(1), null, Outcome.NothingFound));
            _desk.Apply(journal, new StationInput.DispatchArrived(Samples.Dispatch(3, type: MessageType.Cancel)));
            _desk.Apply(journal, new StationInput.InputsSampled(Inputs.Panic));
            _desk.Apply(journal, new StationInput.ReceiptArrived(3));
        }

        var content = _desk.Look();
        Assert.Null(content.Finding);
        Assert.Equal(Json(_desk.State), Json(content.State));
    }

    /// <summary>Whatever the station did: reopening gives the same state. Snapshots lie somewhere in the middle. (F1)</summary>
    [Fact]
    public void State_after_reopening_is_the_state_before_whatever_happened()
    {
        var input = Gen.OneOf<StationInput>(
            Gen.Select(Gen.Int[1, 6], Gen.Int[0, 3], Gen.Enum<MessageType>(), Gen.Enum<DispatchStatus>(), Gen.Enum<Category>()).Select((number, revision, type, status, category) =>
                (StationInput)new StationInput.DispatchArrived(Samples.Dispatch(number, category, status, type, revision))),
            Gen.Select(Gen.Enum<PanelAction>(), Gen.Int[1, 6]).Select((action, number) => (StationInput)new StationInput.PanelTouched(action, Samples.Id(number), null, null)),
            Gen.Int[0, 40].Select(upTo => (StationInput)new StationInput.ReceiptArrived(upTo)),
            Gen.Int[0, 127].Select(levels => (StationInput)new StationInput.InputsSampled((Inputs)levels)),
            Gen.Const((StationInput)new StationInput.CommandArrived(new StationCommand(CommandKind.Silence))),
            Gen.Const((StationInput)new StationInput.StorageFailed("full")),
            Gen.Const((StationInput)new StationInput.StorageRecovered()),
            Gen.Const((StationInput)new StationInput.Tick()));
        Gen.Select(input, Gen.Double[0, 40]).Array[1, 60].Sample(
            steps =>
            {
                using var desk = new JournalDesk();
                using (var journal = desk.Open())
                {
                    foreach (var (step, seconds) in steps)
                    {
                        desk.Clock.Advance(TimeSpan.FromSeconds(seconds));
                        desk.Apply(journal, step);
                    }
                }

                Assert.Equal(Json(desk.State), Json(desk.Look().State));
            },
            iter: 40,
            threads: 1);
    }

    [Fact]
    public async Task A_long_journal_opens_from_its_snapshot_and_the_entries_behind_it()
    {
        using (var journal = _desk.Open())
        {
            _desk.Arrive(journal, 1);
            for (var i = 0; i < (JournalFile.SnapshotEvery * 2) + 17; i++)
            {
                // Faster, they would be counted instead of told (decision 0010).
                _desk.Clock.Advance(TimeSpan.FromMinutes(1));
                _desk.Reject(journal, i);
            }
        }

        using (var reader = JournalFile.OpenReader(_desk.FilePath))
        {
            using var command = reader.CreateCommand();
            command.CommandText = "SELECT entry_id FROM snapshot";
            Assert.InRange((long)command.ExecuteScalar()!, JournalFile.SnapshotEvery, (JournalFile.SnapshotEvery * 2) + 300);
        }

        var content = _desk.Look();
        Assert.Equal(Json(_desk.State), Json(content.State));
        Assert.Equal(_desk.State.LastEntryAt, content.LastEntry!.Value.Monotonic);
        using var again = _desk.Open("boot-2");
        await _desk.StoredAsync(again);
        Assert.Equal(_desk.State.LastSequence, again.ReadReports(0, int.MaxValue)[^1].Sequence);
    }

    /// <summary>A box is updated with its journal in place: what an older version did not know begins empty.</summary>
    [Theory]
    [InlineData("earlierBoots")]
    [InlineData("tellings")]
    [InlineData("provisional")]
    [InlineData("sms")]
    [InlineData("sms", "accepted")]
    [InlineData("sms", "dispatches")]
    public void A_snapshot_of_an_older_version_is_read(string unknown, string? part = null)
    {
        var snapshot = JsonNode.Parse(JournalCodec.Write(StationState.Empty with { BootId = "boot-1", LastSequence = 7 }))!.AsObject();
        Assert.True(part is null ? snapshot.Remove(unknown) : snapshot[unknown]!.AsObject().Remove(part));
        var state = JournalCodec.ReadState(Encoding.UTF8.GetBytes(snapshot.ToJsonString()));
        var next = state.With(new JournalEntry.Started(default, "boot-2", TimeSpan.Zero));
        Assert.Equal(("boot-2", 7), (next.BootId, next.LastSequence));
        Assert.True(next.IsOwnBoot("boot-1"));
        Assert.Equal(Json(next), Json(JournalCodec.ReadState(JournalCodec.Write(next))));
    }

    /// <summary>F1: the PUBACK waits for the disk.</summary>
    [Fact]
    public async Task Acknowledgements_run_after_the_flush_and_in_the_order_of_arrival()
    {
        _desk.Disk.Synced += path =>
        {
            if (path.EndsWith("-wal", StringComparison.Ordinal))
                _desk.Say("flushed");
        };
        using var journal = _desk.Open();
        for (var i = 1; i <= 100; i++)
            _desk.Arrive(journal, i, $"ack {i}");
        await _desk.SaidAsync("ack 100");
        var said = _desk.Said;
        Assert.Equal(Enumerable.Range(1, 100).Select(i => $"ack {i}"), said.Where(word => word.StartsWith("ack", StringComparison.Ordinal)));
        Assert.True(said.ToList().IndexOf("flushed") < said.ToList().IndexOf("ack 1"), "the first acknowledgement ran before any flush");
        // One flush serves many: they were waiting while the disk worked.
        Assert.InRange(said.Count(word => word == "flushed"), 1, 100);
    }

    /// <summary>F1: not even when an earlier commit is under way.</summary>
    [Fact]
    public async Task No_acknowledgement_runs_before_its_own_commit()
    {
        using var journal = _desk.Open();
        await _desk.StoredAsync(journal);
        for (var i = 1; i <= 20; i++)
        {
            var number = i;
            var onDisk = false;
            _desk.Apply(journal, new StationInput.DispatchArrived(Samples.Dispatch(number)));
            var sequence = _desk.State.LastSequence;
            journal.Append([new JournalEntry.TimeMarked(_desk.StationClock.Now())], _desk.State, () =>
            {
                using var reader = JournalFile.OpenReader(_desk.FilePath);
                onDisk = JournalFile.Newest(reader, 10).Any(row => row.Body.Contains($"\"sequence\":{sequence},", StringComparison.Ordinal));
                _desk.Say($"ack {number}");
            });
            await _desk.SaidAsync($"ack {number}");
            Assert.True(onDisk);
        }
    }

    [Fact]
    public async Task Reports_are_read_in_order_and_by_portions()
    {
        using var journal = _desk.Open();
        for (var i = 0; i < 50; i++)
            _desk.Reject(journal, i);
        await _desk.StoredAsync(journal);
        Assert.Equal(Enumerable.Range(1, 51).Select(i => (long)i), journal.ReadReports(0, 1000).Select(report => report.Sequence));
        Assert.Equal([11L, 12, 13], journal.ReadReports(10, 3).Select(report => report.Sequence));
        Assert.Empty(journal.ReadReports(51, 10));
    }

    /// <summary>F1: a gap would hide a loss.</summary>
    [Fact]
    public async Task Numbering_goes_on_across_restarts_without_a_gap()
    {
        for (var boot = 1; boot <= 3; boot++)
        {
            using var journal = _desk.Open($"boot-{boot}");
            for (var i = 0; i < 5; i++)
                _desk.Reject(journal, i);
        }

        using var last = _desk.Open("boot-4");
        await _desk.StoredAsync(last);
        Assert.Equal(Enumerable.Range(1, 19).Select(i => (long)i), last.ReadReports(0, 1000).Select(report => report.Sequence));
    }

    /// <summary>F2: the centre would wait for it without end, and nobody could say that it is lost.</summary>
    [Fact]
    public async Task A_row_that_has_become_unreadable_is_reported_as_that_under_its_number()
    {
        using var journal = _desk.Open();
        for (var i = 0; i < 5; i++)
            _desk.Reject(journal, i);
        await _desk.StoredAsync(journal);
        Sql(_desk.FilePath, "UPDATE entry SET body = CAST('{}' AS BLOB) WHERE sequence = 3; UPDATE entry SET body = CAST('rubbish' AS BLOB) WHERE sequence = 4");
        var reports = journal.ReadReports(0, 1000);
        Assert.Equal([1L, 2, 3, 4, 5, 6], reports.Select(report => report.Sequence));
        Assert.Equal([3L, 4], reports.Where(report => report.Event == ReportEvent.StorageFault).Select(report => report.Sequence));
        Assert.Single(reports.Select(report => report.StationId).Distinct());
    }

    [Fact]
    public void The_gap_is_exact_in_the_same_boot_of_the_machine()
    {
        _desk.Open().Dispose();
        _desk.Clock.Advance(TimeSpan.FromSeconds(90));
        // The wall clock was set meanwhile, and does not matter (F5).
        _desk.Clock.StepWall(TimeSpan.FromDays(400));
        using var journal = StationJournal.Open(_desk.FilePath, _desk.StationClock, _desk);
        Assert.Equal(TimeSpan.FromSeconds(90), journal.GapUntil(_desk.StationClock.Now()));
    }

    /// <summary>F4: a clock that nobody set measures nothing.</summary>
    [Theory]
    [InlineData(ClockState.Synchronized, 300)]
    [InlineData(ClockState.Unsynchronized, 0)]
    public void The_gap_over_a_boot_of_the_machine_is_the_wall_clocks_if_that_is_worth_anything(ClockState clock, int expectedSeconds)
    {
        _desk.Open().Dispose();
        Sql(_desk.FilePath, "UPDATE machine SET boot_id = 'another boot'");
        using var journal = StationJournal.Open(_desk.FilePath, _desk.StationClock, _desk);
        var last = journal.Content.LastEntry!.Value;
        var now = new StationTime(TimeSpan.FromSeconds(12), last.Wall.AddSeconds(300), clock);
        Assert.Equal(TimeSpan.FromSeconds(expectedSeconds), journal.GapUntil(now));
    }

    /// <summary>F5: the clock was set back over a boot.</summary>
    [Fact]
    public void The_gap_is_never_negative()
    {
        _desk.Open().Dispose();
        Sql(_desk.FilePath, "UPDATE machine SET boot_id = 'another boot'");
        using var journal = StationJournal.Open(_desk.FilePath, _desk.StationClock, _desk);
        Assert.Equal(TimeSpan.Zero, journal.GapUntil(new StationTime(TimeSpan.Zero, _desk.Clock.GetUtcNow().AddYears(-10), ClockState.Synchronized)));
    }

    internal static string Json(StationState state) => Encoding.UTF8.GetString(JournalCodec.Write(state with { Ended = state.Ended.Clear() }))
        // A dictionary has no order of its own.
        + string.Join('\n', state.Ended.Values.OrderBy(ended => ended.Id).Select(ended => ended.ToString()));

    internal static void Sql(string path, string sql)
    {
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
