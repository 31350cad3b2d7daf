using Call112.Gateway.Journal;
using Call112.Messages;
using CsCheck;

namespace Call112.Gateway.Tests.Journal;

/// <summary>F2: whatever lies in the journal's place, the station starts, sets it aside, says why, and stores again.</summary>
public sealed class JournalDamageTests : IDisposable
{
    private readonly JournalDesk _desk = new();

    public void Dispose() => _desk.Dispose();

    public static TheoryData<string, string, string> Damages => new()
    {
        { "random bytes", "", "not a database" },
        { "newer schema", "PRAGMA user_version = 2", "journal schema 2 where 1 is known" },
        { "foreign file", "PRAGMA user_version = 0; DROP TABLE entry; CREATE TABLE photos (id)", "journal schema 0" },
        { "missing table", "DROP TABLE snapshot", "no such table" },
        { "garbage row", "UPDATE entry SET body = CAST('rubbish' AS BLOB) WHERE id = 2", "entry 2:" },
        { "row without its fields", "UPDATE entry SET body = CAST('{}' AS BLOB) WHERE id = 2", "entry 2:" },
        { "row of another type", "UPDATE entry SET body = 'a text' WHERE id = 3", "entry 3:" },
        { "row of the future", "UPDATE entry SET kind = 'Teleported' WHERE id = 2", "unknown entry 'Teleported'" },
        { "garbage snapshot", "INSERT INTO snapshot (one, entry_id, body) VALUES (1, 1, CAST('{\"alerts\":[null]}' AS BLOB))", "" },
        { "snapshot of nothing", "INSERT INTO snapshot (one, entry_id, body) VALUES (1, 1, CAST('null' AS BLOB))", "snapshot:" },
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task A_damaged_file_is_set_aside_and_a_new_one_begun(string damage, string sql, string finding)
    {
        Fill();
        if (sql.Length == 0)
            File.WriteAllBytes(_desk.FilePath, RandomBytes(8192, seed: 112));
        else
            StationJournalTests.Sql(_desk.FilePath, sql);
        using (var journal = _desk.Open("boot-2"))
        {
            Assert.True(journal.Content.Finding is not null, $"{damage} was believed");
            Assert.Contains(finding, journal.Content.Finding, StringComparison.Ordinal);
            Assert.Contains("set aside as journal.db.aside-1", journal.Content.Finding, StringComparison.Ordinal);
            _desk.Arrive(journal, 9, "ack 9");
            await _desk.SaidAsync("ack 9");
        }

        Assert.Contains("journal.db.aside-1", _desk.Files);
        Assert.Null(_desk.Look().Finding);
        Assert.Equal(StationJournalTests.Json(_desk.State), StationJournalTests.Json(_desk.Look().State));
    }

    [Fact]
    public void An_empty_file_is_a_journal_that_was_lost_and_is_said()
    {
        File.WriteAllBytes(_desk.FilePath, []);
        using (var journal = _desk.Open())
            Assert.Equal("the file was empty", journal.Content.Finding);
        Assert.Null(_desk.Look().Finding);
        Assert.Equal(ReportEvent.StorageRestored, LastEvent());
    }

    [Fact]
    public void A_file_emptied_by_a_power_cut_beside_its_WAL_opens()
    {
        Fill();
        File.WriteAllBytes(_desk.FilePath, []);
        File.WriteAllBytes(_desk.FilePath + "-wal", RandomBytes(4096, seed: 7));
        using var journal = _desk.Open("boot-2");
        _desk.Arrive(journal, 9);
    }

    [Fact]
    public void A_deleted_WAL_costs_at_most_what_was_in_it()
    {
        // A copy of a running journal, without its WAL.
        var copy = _desk.FilePath + ".copy";
        using (var journal = _desk.Open())
        {
            _desk.Arrive(journal, 1);
            File.Copy(_desk.FilePath, copy);
        }

        File.Delete(_desk.FilePath);
        File.Move(copy, _desk.FilePath);
        using var again = _desk.Open("boot-2");
        _desk.Arrive(again, 2);
    }

    [Fact]
    public void A_file_cut_anywhere_opens_and_begins_anew_at_worst()
    {
        Fill(reports: 60);
        var whole = File.ReadAllBytes(_desk.FilePath);
        Gen.Int[0, whole.Length].Sample(
            length =>
            {
                using var desk = new JournalDesk();
                File.WriteAllBytes(desk.FilePath, whole[..length]);
                using (var journal = desk.Open("boot-2"))
                {
                    Assert.True(journal.Content.Finding is not null || journal.Content.State.LastSequence is 0 or 61, $"{journal.Content.State.LastSequence} reports without a finding");
                    desk.Arrive(journal, 9);
                }

                Assert.Null(desk.Look().Finding);
                Assert.NotNull(desk.State.Find(Samples.Id(9)));
            },
            iter: 60,
            threads: 1);
    }

    [Fact]
    public void A_file_with_flipped_bytes_opens_and_never_ends_the_process()
    {
        Fill(reports: 60);
        var whole = File.ReadAllBytes(_desk.FilePath);
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte).Array[1, 40].Sample(
            flips =>
            {
                using var desk = new JournalDesk();
                var damaged = whole.ToArray();
                foreach (var (at, value) in flips)
                    damaged[at] = value;
                File.WriteAllBytes(desk.FilePath, damaged);
                using (var journal = desk.Open("boot-2"))
                    desk.Arrive(journal, 9);
                Assert.NotNull(desk.Look().State.Find(Samples.Id(9)));
            },
            iter: 60,
            threads: 1);
    }

    [Fact]
    public void A_second_damaged_file_does_not_overwrite_the_first()
    {
        for (var i = 1; i <= 3; i++)
        {
            File.WriteAllBytes(_desk.FilePath, RandomBytes(4096, seed: i));
            _desk.Open($"boot-{i}").Dispose();
        }

        Assert.Equal(["journal.db.aside-1", "journal.db.aside-2", "journal.db.aside-3"], _desk.Files.Where(name => name.Contains("aside", StringComparison.Ordinal) && !name.EndsWith("-shm", StringComparison.Ordinal) && !name.EndsWith("-wal", StringComparison.Ordinal)));
    }

    private ReportEvent LastEvent()
    {
        using var journal = StationJournal.Open(_desk.FilePath, _desk.StationClock, _desk);
        return journal.ReadReports(0, 100)[^1].Event;
    }

    private void Fill(int reports = 5)
    {
        using var journal = _desk.Open();
        for (var i = 0; i < reports; i++)
            _desk.Reject(journal, i);
    }

    private static byte[] RandomBytes(int count, int seed)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
