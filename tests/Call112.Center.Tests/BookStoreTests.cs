using Call112.Center.Book;
using Call112.Messages;
using Microsoft.Data.Sqlite;

namespace Call112.Center.Tests;

/// <summary>The store on a real disk: it means the same as the rows in memory, and it starts whatever it finds (F2).</summary>
public sealed class BookStoreTests : IDisposable
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 24, 6, 0, 0, TimeSpan.Zero);
    private readonly CenterBench _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void A_book_read_from_the_disk_is_the_book_that_was_written()
    {
        var bench = new BookBench();
        bench.Birth(groups: ["puskesmas"]);
        var id = bench.Create(groups: ["puskesmas"], category: Category.Fire);
        using (var store = BookStore.Open(_files.DatabasePath, s_now))
        {
            store.Commit([.. RowsOf(bench)]);
            foreach (var n in new[] { 1, 2, 5, 3 })
                store.Commit(bench.Report(bench.Step(id, n, n == 5 ? ReportEvent.Acknowledged : ReportEvent.Sounding)));
            store.Commit(bench.Report(bench.Step(id, 2, ReportEvent.Declined, bootId: "boot-2", reason: "CrewOut")));
            store.Commit(bench.Do(new UpdateDispatch(id, bench.View(id).Incident with { Nature = "\"Api\" besar – dua rumah", Priority = 1 })));
            store.Commit(bench.Do(new CancelDispatch(id)));
        }

        using var again = BookStore.Open(_files.DatabasePath, s_now);
        Assert.Null(again.SetAside);
        var book = new DispatchBook(bench.Rules, again.Load(bench.Rules), [], bench.Now);
        var fromMemory = new DispatchBook(bench.Rules, bench.Rows.Snapshot(), [], bench.Now);
        Assert.Equal(Json(fromMemory.Find(id)!), Json(book.Find(id)!));
        Assert.Equal(Json(fromMemory.FindStation(BookBench.Station)!), Json(book.FindStation(BookBench.Station)!));
        Assert.Equal(1, book.FindStation(BookBench.Station)!.MissingReports);
        Assert.Equal(1, book.FindStation(BookBench.Station)!.ReportConflicts);
    }

    [Theory]
    [InlineData("zero bytes")]
    [InlineData("random bytes")]
    [InlineData("truncated")]
    public void A_file_that_is_no_sound_database_is_set_aside_and_the_book_starts(string damage)
    {
        using (var store = BookStore.Open(_files.DatabasePath, s_now))
            for (var n = 1; n < 200; n++)
                store.Commit(new BookBench().Report(new BookBench().Step(null, n, ReportEvent.MainsLost)));
        var bytes = File.ReadAllBytes(_files.DatabasePath);
        File.WriteAllBytes(_files.DatabasePath, damage switch
        {
            "zero bytes" => [],
            "random bytes" => [.. Enumerable.Range(0, 8192).Select(i => (byte)(i * 31))],
            _ => bytes[..(bytes.Length / 2)],
        });

        using var again = BookStore.Open(_files.DatabasePath, s_now);
        // An empty file is a valid empty database; the others are kept for whoever wants to save something from them.
        Assert.Equal(damage != "zero bytes", again.SetAside is not null);
        Assert.Equal(damage != "zero bytes", Directory.GetFiles(Path.GetDirectoryName(_files.DatabasePath)!, "*.damaged-*").Length > 0);
        Assert.Empty(again.Load(new BookRules()).Reports);
        again.Commit(new BookBench().Report(new BookBench().Step(null, 1, ReportEvent.MainsLost)));
    }

    [Fact]
    public void A_file_of_a_newer_version_is_not_touched()
    {
        BookStore.Open(_files.DatabasePath, s_now).Dispose();
        using (var connection = new SqliteConnection($"Data Source={_files.DatabasePath};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version=99";
            command.ExecuteNonQuery();
        }

        var refusal = Assert.Throws<CenterStartException>(() => BookStore.Open(_files.DatabasePath, s_now));
        Assert.Contains("newer version", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_batch_that_fails_leaves_nothing()
    {
        var bench = new BookBench();
        using var store = BookStore.Open(_files.DatabasePath, s_now);
        var good = bench.Report(bench.Step(null, 1, ReportEvent.MainsLost)).ToList();
        var broken = new StoreReport(new ReportRow(bench.Step(null, 2, ReportEvent.MainsLost) with { BootId = null! }, 0, 2, s_now));
        Assert.ThrowsAny<Exception>(() => store.Commit([.. good, broken]));
        Assert.Empty(store.Load(new BookRules()).Reports);
        store.Commit(good);
        Assert.Single(store.Load(new BookRules()).Reports);
    }

    [Fact]
    public void A_commit_reaches_the_disk_before_it_returns()
    {
        BookStore.Open(_files.DatabasePath, s_now).Dispose();
        using var store = BookStore.Open(_files.DatabasePath, s_now);
        Assert.Equal((2L, "wal"), store.Durability());
    }

    private static IEnumerable<BookEffect> RowsOf(BookBench bench)
    {
        var rows = bench.Rows.Snapshot();
        return rows.Dispatches.Select(row => (BookEffect)new StoreDispatch(row))
            .Concat(rows.Targets.Select(row => new StoreTarget(row))).Concat(rows.Stations.Select(row => new StoreStation(row)));
    }

    private static string Json(DispatchView view) => System.Text.Json.JsonSerializer.Serialize(view, Api.ApiJsonContext.Default.DispatchView);

    private static string Json(StationView view) => System.Text.Json.JsonSerializer.Serialize(view, Api.ApiJsonContext.Default.StationView);
}
