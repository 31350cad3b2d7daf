using System.Runtime.InteropServices;
using Call112.Gateway.Journal;
using Call112.Simulation.Disk;
using Call112.Station;
using Microsoft.Data.Sqlite;

namespace Call112.Simulation.Tests.Disk;

/// <summary>The simulated disk against the one that SQLite has on this machine. Alone, because it counts what the process holds.</summary>
[Collection(nameof(Alone))]
public sealed unsafe class MachineDiskTests(ITestOutputHelper output)
{
    /// <summary>What SQLite believes of a disk decides what it writes and flushes: F1 would be proven for another disk than ours.</summary>
    [Fact]
    public void The_simulated_disk_promises_SQLite_what_the_machines_disk_promises()
    {
        var folder = Directory.CreateTempSubdirectory("call112-disk-");
        try
        {
            using var disk = new SimulatedDisk("promises", 1);
            using var simulated = Rows.Open(disk);
            var source = new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder.FullName, "a.db"), Pooling = false };
            using var real = new SqliteConnection(source.ToString());
            real.Open();
            Assert.Equal(PromisesOf(real), PromisesOf(simulated));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The same journal, written on both, is the same file.</summary>
    [Fact]
    public void A_journal_is_the_same_file_on_the_machines_disk()
    {
        var folder = Directory.CreateTempSubdirectory("call112-disk-");
        try
        {
            var path = Path.Combine(folder.FullName, SimulatedDisk.JournalName);
            using var disk = new SimulatedDisk("same", 1);
            Write(disk.JournalPath, disk);
            Write(path, JournalDisk.Machine);
            var image = disk.Image();
            Assert.Equal(folder.GetFiles().Select(file => file.Name).Order(StringComparer.Ordinal), image.Files.Keys);
            Assert.True(image.Files[SimulatedDisk.JournalName].AsSpan().SequenceEqual(File.ReadAllBytes(path)), "the files differ");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>A campaign makes millions of disks in one process.</summary>
    [Fact]
    public void Disks_leave_nothing_behind()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = (SimulatedDisk.Living, SimulatedDisk.LivingIndexes, SimulatedDisk.OpenFiles);
        for (var seed = 0; seed < 100; seed++)
            using (new DiskStation(seed, "leak", DiskImage.EmptyJournal).Run())
                Assert.Equal(before.LivingIndexes, SimulatedDisk.LivingIndexes);
        Assert.Equal(before, (SimulatedDisk.Living, SimulatedDisk.LivingIndexes, SimulatedDisk.OpenFiles));
    }

    /// <summary>A connection that outlives its process and its disk can still be closed, and only then its index is gone.</summary>
    [Fact]
    public void A_connection_may_outlive_its_disk()
    {
        var before = SimulatedDisk.LivingIndexes;
        var disk = new SimulatedDisk("outlived", 1, DiskImage.EmptyJournal);
        var file = JournalFile.Open(disk.JournalPath, disk).File;
        disk.Dispose();
        Assert.Equal(before + 1, SimulatedDisk.LivingIndexes);
        file.Dispose();
        Assert.Equal(before, SimulatedDisk.LivingIndexes);
    }

    /// <summary>
    /// The campaign's pace: 100,000 seeds of up to 50 stations. The fastest of many is taken, and the limits are ten times what a quiet machine
    /// needs: they find a mistake, not a busy neighbour.
    /// </summary>
    [Fact]
    public void Opening_and_appending_cost_microseconds()
    {
        var opening = new List<TimeSpan>();
        var appending = new List<TimeSpan>();
        for (var i = 0; i < 300; i++)
        {
            using var disk = new SimulatedDisk("pace", i, DiskImage.EmptyJournal);
            JournalFile? file = null;
            opening.Add(Taken(() => file = JournalFile.Open(disk.JournalPath, disk).File));
            var state = StationState.Empty;
            for (var j = 1; j <= 10; j++)
            {
                var entry = DiskStation.Entry(j);
                state = state.With(entry);
                appending.Add(Taken(() => file!.Append([entry], state)));
            }

            file!.Dispose();
        }

        var (open, append) = (opening.Min(), appending.Min());
        output.WriteLine($"at best: open {open.TotalMicroseconds:f0} µs, append {append.TotalMicroseconds:f1} µs");
        Assert.InRange(open.TotalMicroseconds, 0, 1_000);
        Assert.InRange(append.TotalMicroseconds, 0, 100);
    }

    private static TimeSpan Taken(Action act)
    {
        var from = TimeProvider.System.GetTimestamp();
        act();
        return TimeProvider.System.GetElapsedTime(from);
    }

    private static void Write(string path, JournalDisk disk)
    {
        var state = StationState.Empty;
        for (var life = 0; life < 3; life++)
        {
            using var file = JournalFile.Open(path, disk).File;
            file.RememberMachineBoot($"boot-{life}");
            for (var i = 0; i < 150; i++)
            {
                var entry = DiskStation.Entry(state.LastSequence + 1, new string('x', (i % 7) * 600));
                state = state.With(entry);
                file.Append([entry], state, snapshot: i % 20 == 0);
            }
        }
    }

    private static (int Sector, int Characteristics) PromisesOf(SqliteConnection connection)
    {
        Rows.Execute(connection, "PRAGMA journal_mode=WAL");
        const int FilePointer = 7;
        nint* file = null;
        Assert.Equal(0, sqlite3_file_control(connection.Handle!.DangerousGetHandle(), null, FilePointer, &file));
        // https://www.sqlite.org/c3ref/io_methods.html: the 12th and 13th member.
        var methods = (nint*)*file;
        return (((delegate* unmanaged[Cdecl]<nint*, int>)methods[11])(file), ((delegate* unmanaged[Cdecl]<nint*, int>)methods[12])(file));
    }

    [DllImport("e_sqlite3", CallingConvention = CallingConvention.Cdecl)]
    private static extern int sqlite3_file_control(nint database, byte* name, int operation, void* argument);
}

/// <summary>Tests that count what the whole process holds.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
