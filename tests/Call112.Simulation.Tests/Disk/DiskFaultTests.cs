using Call112.Gateway.Journal;
using Call112.Simulation.Disk;
using Call112.Station;
using Microsoft.Data.Sqlite;

namespace Call112.Simulation.Tests.Disk;

/// <summary>F2, F3: the disk fails with the codes of a real one, and the journal's code meets them.</summary>
public sealed class DiskFaultTests
{
    /// <summary>F3: each fault at the next write, its code, and that all is well after the repair.</summary>
    [Theory]
    [InlineData(DiskFault.Full, 13)]
    [InlineData(DiskFault.WriteError, 778)]
    [InlineData(DiskFault.SyncError, 1034)]
    [InlineData(DiskFault.ReadOnly, 778)]
    public void A_fault_has_the_code_of_a_real_disk_and_ends_with_the_repair(DiskFault fault, int code)
    {
        using var disk = new SimulatedDisk($"fault-{fault}", 1, DiskImage.EmptyJournal);
        using var file = JournalFile.Open(disk.JournalPath, disk).File;
        var first = DiskStation.Entry(1);
        file.Append([first], StationState.Empty.With(first));
        disk.Break(fault);
        var second = DiskStation.Entry(2);
        var state = StationState.Empty.With(first).With(second);
        Assert.Equal(code, Assert.Throws<SqliteException>(() => file.Append([second], state)).SqliteExtendedErrorCode);
        Assert.True(disk.Refusals > 0);
        disk.Repair();
        file.Append([second], state);
        Assert.Equal(2, Rows.Entries(disk).Count);
    }

    /// <summary>F3: the n-th write fails and not the one before.</summary>
    [Fact]
    public void A_fault_waits_for_its_write()
    {
        using var disk = new SimulatedDisk("after", 1);
        using var connection = Rows.Open(disk);
        Rows.Execute(connection, "PRAGMA journal_mode=WAL; CREATE TABLE row (id INTEGER PRIMARY KEY)");
        var before = disk.Writes;
        disk.Break(DiskFault.WriteError, after: 5);
        var inserted = 0;
        while (Rows.TryInsert(connection, inserted + 1))
            inserted++;
        // Header and page of a frame, one page each.
        Assert.Equal(2, inserted);
        Assert.Equal(before + 6, disk.Writes);
    }

    /// <summary>F3: a card became read-only while the station was dead. Its WAL can be read if the last process left its index beside it.</summary>
    [Fact]
    public void A_card_that_became_read_only_can_still_be_read()
    {
        using var disk = new SimulatedDisk("read-only", 1, DiskImage.EmptyJournal);
        using (var file = JournalFile.Open(disk.JournalPath, disk).File)
        {
            var entry = DiskStation.Entry(1);
            file.Append([entry], StationState.Empty.With(entry));
            disk.Crash();
        }

        disk.Restart();
        disk.Break(DiskFault.ReadOnly);
        Assert.Equal(8, Assert.Throws<SqliteException>(() => JournalFile.Open(disk.JournalPath, disk)).SqliteErrorCode);
        Assert.Equal(1, JournalFile.ReadOnly(disk.JournalPath, disk)?.State.LastSequence);
        Assert.Equal(14, Assert.Throws<SqliteException>(() => JournalFile.Open(disk.PathOf("other.db"), disk)).SqliteErrorCode);
        Assert.Throws<IOException>(() => JournalFile.SetAside(disk.JournalPath, disk));
    }

    /// <summary>A process that dies between two writes gets nothing but errors from then on, and leaves what it had written.</summary>
    [Fact]
    public void A_dead_process_changes_nothing_more()
    {
        using var disk = new SimulatedDisk("dead", 1, DiskImage.EmptyJournal);
        string left;
        using (var file = JournalFile.Open(disk.JournalPath, disk).File)
        {
            var entry = DiskStation.Entry(1);
            disk.DieAtOperation(2);
            Assert.Equal(10, Assert.Throws<SqliteException>(() => file.Append([entry], StationState.Empty.With(entry))).SqliteErrorCode);
            Assert.True(disk.IsDead);
            left = disk.Image().Fingerprint();
            Assert.Throws<SqliteException>(() => file.Append([entry], StationState.Empty.With(entry)));
            Assert.Throws<IOException>(() => JournalFile.Open(disk.JournalPath, disk));
        }

        Assert.Equal(left, disk.Image().Fingerprint());
        disk.Restart();
        using var again = JournalFile.Open(disk.JournalPath, disk).File;
        Assert.Empty(Rows.Entries(disk));
    }

    /// <summary>F2: a journal is opened whatever was done to its files, and what it says of them is not worse than the truth.</summary>
    [Theory]
    [InlineData(DiskDamage.FlippedBytes)]
    [InlineData(DiskDamage.Truncated)]
    [InlineData(DiskDamage.Empty)]
    [InlineData(DiskDamage.RandomBytes)]
    [InlineData(DiskDamage.Missing)]
    public void A_damaged_file_never_keeps_the_journal_from_opening(DiskDamage damage)
    {
        for (var seed = 0; seed < 100; seed++)
        {
            using var disk = new SimulatedDisk($"damage-{damage}-{seed}", seed, DiskImage.EmptyJournal);
            Fill(disk, orderly: seed % 2 == 0);
            disk.Damage(seed % 2 == 0 || seed % 4 == 1 ? disk.JournalPath : disk.JournalPath + "-wal", damage, new Random(seed));
            disk.Restart();
            try
            {
                var (file, content) = JournalFile.Open(disk.JournalPath, disk);
                using (file)
                {
                    if (damage is DiskDamage.Empty or DiskDamage.RandomBytes && seed % 2 == 0)
                        Assert.NotNull(content.Finding);
                    var entry = DiskStation.Entry(content.State.LastSequence + 1);
                    file.Append([entry], content.State.With(entry));
                }
            }
            catch (SqliteException e)
            {
                Assert.Fail($"seed {seed}: {e.SqliteExtendedErrorCode} {e.Message}");
            }
        }
    }

    /// <summary>F2: every byte of the file's header, spoiled in turn.</summary>
    [Fact]
    public void No_spoiled_byte_of_the_header_keeps_the_journal_from_opening()
    {
        var failures = new List<string>();
        for (var at = 0; at < 100; at++)
        {
            foreach (var mask in new byte[] { 0x01, 0x04, 0x80, 0xff })
            {
                var content = DiskImage.EmptyJournal.Files[SimulatedDisk.JournalName].ToArray();
                content[at] ^= mask;
                var image = new DiskImage([KeyValuePair.Create(SimulatedDisk.JournalName, content)]);
                using var disk = new SimulatedDisk($"header-{at}-{mask}", 1, image);
                try
                {
                    var (file, found) = JournalFile.Open(disk.JournalPath, disk);
                    using (file)
                    {
                        var entry = DiskStation.Entry(1);
                        file.Append([entry], found.State.With(entry));
                    }
                }
                catch (SqliteException e)
                {
                    failures.Add($"byte {at} ^ {mask:x2}: {e.SqliteExtendedErrorCode} {e.Message}");
                }
            }
        }

        Assert.Empty(failures);
    }

    private static void Fill(SimulatedDisk disk, bool orderly)
    {
        using var file = JournalFile.Open(disk.JournalPath, disk).File;
        var state = StationState.Empty;
        for (var i = 1; i <= 20; i++)
        {
            var entry = DiskStation.Entry(i);
            state = state.With(entry);
            file.Append([entry], state);
        }

        if (!orderly)
            disk.Crash();
    }
}
