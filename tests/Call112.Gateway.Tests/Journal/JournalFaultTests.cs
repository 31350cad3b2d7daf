using Call112.Gateway.Journal;
using Call112.Gateway.Tests.World;
using Call112.Station;

namespace Call112.Gateway.Tests.Journal;

/// <summary>F3: disk full, card read-only, input/output errors. Nothing is acknowledged that is not stored, nothing is lost, and it recovers by itself.</summary>
public sealed class JournalFaultTests : IDisposable
{
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(2);

    private readonly JournalDesk _desk = new();

    public void Dispose() => _desk.Dispose();

    /// <summary>Every fault at the first writes of a commit, and at some in its middle.</summary>
    public static MatrixTheoryData<DiskFault, int> FaultsAtTheNthWrite =>
        new([DiskFault.Full, DiskFault.ReadOnly, DiskFault.WriteError, DiskFault.SyncError], [0, 1, 2, 3, 5, 8]);

    public static TheoryData<DiskFault> Faults => [DiskFault.Full, DiskFault.ReadOnly, DiskFault.WriteError, DiskFault.SyncError];

    [Theory]
    [MemberData(nameof(FaultsAtTheNthWrite))]
    public async Task While_the_disk_fails_nothing_is_acknowledged_and_then_everything_in_order(DiskFault fault, int afterWrites)
    {
        using var journal = _desk.Open();
        await _desk.StoredAsync(journal);
        _desk.Disk.Break(fault, afterWrites);
        for (var i = 1; i <= 5; i++)
            _desk.Arrive(journal, i, $"ack {i}");
        await _desk.SaidAsync("failed");
        var acknowledgedBefore = _desk.Said.Count(word => word.StartsWith("ack", StringComparison.Ordinal));
        _desk.Arrive(journal, 6, "ack 6");
        // Reports are readable all the while: from the disk what reached it, from memory the rest.
        await _desk.StoredAsync(journal);
        Assert.Equal(_desk.State.LastSequence, journal.ReadReports(0, 1000).Count);
        await RetryAsync();
        Assert.Equal(acknowledgedBefore, _desk.Said.Count(word => word.StartsWith("ack", StringComparison.Ordinal)));

        _desk.Disk.Repair();
        await RecoveredAsync();
        Assert.Equal(["ack 1", "ack 2", "ack 3", "ack 4", "ack 5", "ack 6"], _desk.Said.Where(word => word.StartsWith("ack", StringComparison.Ordinal)));
        Assert.Equal(["failed", "recovered"], _desk.Said.Where(word => !word.StartsWith("ack", StringComparison.Ordinal)));
        journal.Dispose();
        var content = _desk.Look();
        Assert.Null(content.Finding);
        Assert.Equal(StationJournalTests.Json(_desk.State), StationJournalTests.Json(content.State));
        Assert.Equal(Enumerable.Range(1, (int)_desk.State.LastSequence), SequencesOnDisk());
        Assert.DoesNotContain(_desk.Files, name => name.Contains("aside", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Beyond_the_limit_the_oldest_acknowledgement_goes_so_that_the_broker_sends_on()
    {
        using var journal = _desk.Open();
        await _desk.StoredAsync(journal);
        _desk.Disk.Break(DiskFault.Full);
        for (var i = 1; i <= StationJournal.UnacknowledgedMax; i++)
            _desk.Arrive(journal, i, $"ack {i}");
        await _desk.SaidAsync("failed");
        await _desk.StoredAsync(journal);
        Assert.DoesNotContain(_desk.Said, word => word.StartsWith("ack", StringComparison.Ordinal));
        _desk.Arrive(journal, 13, "ack 13");
        await _desk.SaidAsync("ack 1");
        _desk.Arrive(journal, 14, "ack 14");
        await _desk.SaidAsync("ack 2");
        Assert.DoesNotContain("ack 3", _desk.Said);
    }

    [Fact]
    public async Task A_file_damaged_while_running_is_set_aside_and_the_new_one_holds_the_whole_state()
    {
        using var journal = _desk.Open();
        _desk.Arrive(journal, 1, "ack 1");
        await _desk.SaidAsync("ack 1");
        // Somebody else has used the next number: what the disk says contradicts what memory holds.
        StationJournalTests.Sql(_desk.FilePath, $"INSERT INTO entry (kind, wall_ms, sequence, body) VALUES ('Reported', 0, {_desk.State.LastSequence + 1}, CAST('x' AS BLOB))");
        _desk.Arrive(journal, 2, "ack 2");
        await _desk.SaidAsync("failed");
        await RecoveredAsync();
        Assert.Contains("ack 2", _desk.Said);
        Assert.Contains("journal.db.aside-1", _desk.Files);
        journal.Dispose();
        Assert.Equal(StationJournalTests.Json(_desk.State), StationJournalTests.Json(_desk.Look().State));
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_restart_on_a_failing_disk_goes_on_from_what_can_be_read(DiskFault fault)
    {
        using (var journal = _desk.Open())
        {
            _desk.Arrive(journal, 1);
            _desk.Reject(journal, 2);
        }

        var before = StationJournalTests.Json(_desk.State);
        // The machine was rebooted, too: even that note cannot be written.
        StationJournalTests.Sql(_desk.FilePath, "UPDATE machine SET boot_id = 'another boot'");
        _desk.Disk.Break(fault);
        using var again = StationJournal.Open(_desk.FilePath, _desk.StationClock, _desk);
        Assert.Equal(before, StationJournalTests.Json(again.Content.State));
        Assert.True(again.Content.State.AnyWaits, "the alert that waited for somebody has been forgotten");
        Assert.Equal(_desk.State.LastSequence, again.ReadReports(0, 1000).Count);

        again.Start();
        _desk.Apply(again, new StationInput.Start("boot-2", TimeSpan.Zero, again.Content.Finding, ["lan"]));
        _desk.Arrive(again, 3, "ack 3");
        await RetryAsync();
        Assert.False(again.OpenedAtStart);
        Assert.DoesNotContain("ack 3", _desk.Said);
        _desk.Disk.Repair();
        await RecoveredAsync();
        Assert.Contains("ack 3", _desk.Said);
        again.Dispose();
        Assert.Equal(StationJournalTests.Json(_desk.State), StationJournalTests.Json(_desk.Look().State));
        Assert.Equal(Enumerable.Range(1, (int)_desk.State.LastSequence), SequencesOnDisk());
    }

    [Fact]
    public async Task A_place_where_no_file_can_be_is_said_and_the_station_goes_on_in_memory()
    {
        Directory.CreateDirectory(_desk.FilePath);
        using var journal = _desk.Open();
        Assert.StartsWith("no journal:", journal.Content.Finding, StringComparison.Ordinal);
        Assert.False(journal.OpenedAtStart);
        _desk.Arrive(journal, 1, "ack 1");
        await _desk.StoredAsync(journal);
        Assert.DoesNotContain("ack 1", _desk.Said);
        Directory.Delete(_desk.FilePath);
        await RecoveredAsync();
        Assert.Contains("ack 1", _desk.Said);
        Assert.Equal(Enumerable.Range(1, (int)_desk.State.LastSequence), SequencesOnDisk());
    }

    [Fact]
    public async Task A_disk_that_failed_only_while_the_journal_was_opened_is_recovered_with_the_first_entry()
    {
        _desk.Open().Dispose();
        StationJournalTests.Sql(_desk.FilePath, "UPDATE machine SET boot_id = 'another boot'");
        _desk.Disk.Break(DiskFault.Full);
        using var journal = StationJournal.Open(_desk.FilePath, _desk.StationClock, _desk);
        Assert.False(journal.OpenedAtStart);
        _desk.Disk.Repair();
        journal.Start();
        _desk.Apply(journal, new StationInput.Start("boot-2", TimeSpan.Zero, null, ["lan"]));
        await _desk.SaidAsync("recovered");
    }

    [Fact]
    public async Task What_waits_in_memory_is_stored_at_the_stop_if_the_disk_is_back_by_then()
    {
        var journal = _desk.Open();
        await _desk.StoredAsync(journal);
        _desk.Disk.Break(DiskFault.Full);
        _desk.Arrive(journal, 1);
        await _desk.SaidAsync("failed");
        _desk.Disk.Repair();
        journal.Dispose();
        Assert.NotNull(_desk.Look().State.Find(Samples.Id(1)));
    }

    /// <summary>F18, and F21: of what must go, reports go last.</summary>
    [Fact]
    public async Task Memory_does_not_grow_without_a_limit_while_the_disk_fails_and_reports_outlast_the_rest()
    {
        using var journal = _desk.Open();
        await _desk.StoredAsync(journal);
        _desk.Disk.Break(DiskFault.Full);
        _desk.Reject(journal, 0);
        await _desk.SaidAsync("failed");
        var marks = Enumerable.Repeat<JournalEntry>(new JournalEntry.TimeMarked(_desk.StationClock.Now()), StationJournal.BacklogMax).ToArray();
        journal.Append(marks, _desk.State, null);
        _desk.Reject(journal, 1);
        await _desk.StoredAsync(journal);
        Assert.Equal([1L, 2, 3], journal.ReadReports(0, 1000).Select(report => report.Sequence));
        _desk.Disk.Repair();
        await RecoveredAsync();
        using var reader = JournalFile.OpenReader(_desk.FilePath);
        Assert.InRange(JournalFile.Newest(reader, StationJournal.BacklogMax).Count, 3, 20);
        Assert.Equal([1, 2, 3], SequencesOnDisk());
    }

    /// <summary>Lets the journal try once more, and waits until it has failed again.</summary>
    private async Task RetryAsync()
    {
        var refusals = _desk.Disk.Refusals;
        await Wait.UntilAsync(() => Passes(() => _desk.Disk.Refusals > refusals), "the journal tries again");
    }

    /// <summary>Time passes until the journal has recovered.</summary>
    private Task RecoveredAsync() => Wait.UntilAsync(() => Passes(() => _desk.Said.Contains("recovered")), "the journal recovers");

    private bool Passes(Func<bool> condition)
    {
        _desk.Clock.Advance(s_retry / 4);
        return condition();
    }

    private IEnumerable<int> SequencesOnDisk()
    {
        using var reader = JournalFile.OpenReader(_desk.FilePath);
        return [.. JournalFile.Newest(reader, 100_000)
            .Where(row => row.Kind is nameof(JournalEntry.Reported) or nameof(JournalEntry.Renumbered))
            .Select(row => (int)JournalCodec.Read(row.Kind, System.Text.Encoding.UTF8.GetBytes(row.Body)).ReportOrNull!.Sequence)];
    }
}
