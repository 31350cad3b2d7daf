using System.Globalization;
using Call112.Gateway.Journal;
using Call112.Simulation.Disk;
using Microsoft.Data.Sqlite;

namespace Call112.Simulation.Tests.Disk;

/// <summary>F1: what the journal has promised to have stored is there, whenever the process or the power goes.</summary>
public sealed class PowerCutTests(ITestOutputHelper output)
{
    /// <summary>How many stations live and die: <c>CALL112_DISK_SEEDS</c>.</summary>
    private static readonly int s_seeds = int.Parse(Environment.GetEnvironmentVariable("CALL112_DISK_SEEDS") ?? "150", CultureInfo.InvariantCulture);

    /// <summary>F1: over several lives of a station, each ended at a random change of the disk.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Everything_appended_is_there_after_every_death(bool isNew)
    {
        long stored = 0, operations = 0;
        for (var seed = 0; seed < s_seeds; seed++)
        {
            using var station = new DiskStation(seed, isNew ? "new" : "used", isNew ? null : DiskImage.EmptyJournal).Run();
            Assert.True(station.Broken is null, $"seed {seed}: {station.Broken}\n{station.Trace}");
            stored += station.Stored;
            operations += station.Disk.Operations;
        }

        output.WriteLine($"{s_seeds} stations, {stored} reports, {operations} changes of disks");
        Assert.True(stored > s_seeds, "the stations must have stored something");
    }

    /// <summary>F1, the negative control: over a disk that does not flush the same test fails.</summary>
    [Fact]
    public void A_disk_that_lies_about_its_flush_is_found_out()
    {
        var broken = 0;
        for (var seed = 0; seed < 200; seed++)
        {
            using var station = new DiskStation(seed, "lying", DiskImage.EmptyJournal, liesAboutSync: true).Run();
            broken += station.Broken is null ? 0 : 1;
        }

        output.WriteLine($"{broken} of 200 stations lost what they were promised");
        Assert.InRange(broken, 50, 200);
    }

    /// <summary>F1, the negative control: synchronous=NORMAL promises less than the journal needs, and FULL enough.</summary>
    [Theory]
    [InlineData("FULL", false)]
    [InlineData("NORMAL", true)]
    public void Only_full_synchronisation_keeps_what_was_committed(string synchronous, bool loses)
    {
        var lost = 0;
        for (var seed = 0; seed < 200; seed++)
        {
            var dice = new Random(seed);
            using var disk = new SimulatedDisk($"synchronous-{synchronous}-{seed}", seed);
            var committed = 0;
            using (var connection = Rows.Open(disk))
            {
                Rows.Execute(connection, $"PRAGMA journal_mode=WAL; PRAGMA synchronous={synchronous}; CREATE TABLE row (id INTEGER PRIMARY KEY)");
                // A commit that is a checkpoint too is flushed in NORMAL as well: none of the table's creation is at stake.
                Rows.Execute(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
                disk.DieAtOperation(dice.Next(20, 200), dice);
                while (Rows.TryInsert(connection, committed + 1))
                    committed++;
            }

            disk.Restart();
            using var again = Rows.Open(disk);
            var found = Rows.Count(again);
            Assert.True(found == committed || found == committed + 1 || (loses && found < committed), $"seed {seed}: {found} of {committed}");
            lost += found < committed ? 1 : 0;
        }

        output.WriteLine($"synchronous={synchronous}: {lost} of 200 lost commits");
        Assert.Equal(loses, lost > 0);
    }

    /// <summary>A seed is worth nothing if it does not lead to the same end every time, alone or beside others.</summary>
    [Fact]
    public void The_same_seed_gives_the_same_bytes_in_every_thread()
    {
        var alone = Enumerable.Range(0, 60).Select(seed => TraceOf(seed, "alone")).ToArray();
        var beside = new string[alone.Length];
        Parallel.For(0, beside.Length, new ParallelOptions { MaxDegreeOfParallelism = 4 }, seed => beside[seed] = TraceOf(seed, "beside"));
        for (var seed = 0; seed < alone.Length; seed++)
            Assert.True(alone[seed] == beside[seed], $"seed {seed}:\n{alone[seed]}\n{beside[seed]}");
        Assert.Equal(alone.Length, alone.Distinct().Count());
        output.WriteLine(DiskImageOf(alone).Fingerprint());
    }

    /// <summary>
    /// F1: the process is killed between its last write and the flush. The next one reads the entry from the page cache, and tells the
    /// centre; a power cut right then must not take it back, for its number would be given again.
    /// </summary>
    [Fact]
    public void What_an_opened_journal_tells_survives_a_power_cut_at_once()
    {
        var read = 0;
        for (var seed = 0; seed < 100; seed++)
        {
            using var disk = new SimulatedDisk($"read-back-{seed}", seed, DiskImage.EmptyJournal);
            using (var file = JournalFile.Open(disk.JournalPath, disk).File)
            {
                var (first, second) = (DiskStation.Entry(1), DiskStation.Entry(2));
                var state = Station.StationState.Empty.With(first);
                file.Append([first], state);
                disk.DieAtOperation(1 + (seed % 6));
                Assert.Throws<SqliteException>(() =>
                {
                    file.Append([second], state.With(second));
                    file.Append([DiskStation.Entry(3)], state.With(second).With(DiskStation.Entry(3)));
                });
            }

            disk.Restart();
            long told;
            using (var file = JournalFile.Open(disk.JournalPath, disk).File)
            {
                told = Rows.Entries(disk).Count;
                disk.CutPower(new Random(seed));
            }

            disk.Restart();
            using var again = JournalFile.Open(disk.JournalPath, disk).File;
            Assert.True(Rows.Entries(disk).Count == told, $"seed {seed}: {Rows.Entries(disk).Count} of {told}");
            read += told > 1 ? 1 : 0;
        }

        Assert.True(read > 20, "the page cache must have held something that was not flushed");
    }

    /// <summary>F1: a crash of the process alone loses nothing, flushed or not; only the power does.</summary>
    [Fact]
    public void A_crash_keeps_what_was_written_and_not_flushed()
    {
        using var disk = new SimulatedDisk("crash", 1) { LiesAboutSync = true };
        using (var station = JournalFile.Open(disk.JournalPath, disk).File)
        {
            var entry = DiskStation.Entry(1);
            station.Append([entry], Station.StationState.Empty.With(entry));
            disk.Crash();
        }

        disk.Restart();
        using (var again = JournalFile.Open(disk.JournalPath, disk).File)
            Assert.Single(Rows.Entries(disk));
        disk.CutPower(new Random(3));
        Assert.True(disk.IsDead);
        Assert.False(disk.Exists(disk.JournalPath));
    }

    private static string TraceOf(int seed, string name)
    {
        using var station = new DiskStation(seed, name, seed % 2 == 0 ? null : DiskImage.EmptyJournal).Run();
        return station.Trace;
    }

    private static DiskImage DiskImageOf(string[] traces) =>
        new([KeyValuePair.Create("traces", System.Text.Encoding.UTF8.GetBytes(string.Concat(traces)))]);
}

/// <summary>SQLite over a simulated disk without the journal between.</summary>
internal static class Rows
{
    public static SqliteConnection Open(SimulatedDisk disk, string name = SimulatedDisk.JournalName)
    {
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = disk.PathOf(name), Vfs = disk.Vfs, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    public static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public static bool TryInsert(SqliteConnection connection, int id)
    {
        try
        {
            Execute(connection, $"INSERT INTO row (id) VALUES ({id})");
            return true;
        }
        catch (SqliteException e) when (e.SqliteErrorCode == 10)
        {
            return false;
        }
    }

    public static long Count(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM row";
        return (long)command.ExecuteScalar()!;
    }

    public static IReadOnlyList<JournalRow> Entries(SimulatedDisk disk)
    {
        using var reader = JournalFile.OpenReader(disk.JournalPath, disk);
        return JournalFile.Newest(reader, 1_000);
    }
}
