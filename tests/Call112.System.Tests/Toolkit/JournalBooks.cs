using System.Text.Json;
using Call112.Messages;
using Microsoft.Data.Sqlite;

namespace Call112.System.Tests.Toolkit;

/// <summary>Looks into a station's journal from outside, and damages it as a dying card does.</summary>
public static class JournalBooks
{
    /// <summary>Every report that the journal holds, in the order of its number.</summary>
    public static IReadOnlyList<Report> ReportsIn(string path)
    {
        using var connection = Open(path, SqliteOpenMode.ReadOnly);
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT body FROM entry WHERE sequence IS NOT NULL ORDER BY sequence";
        using var rows = command.ExecuteReader();
        var reports = new List<Report>();
        while (rows.Read())
        {
            using var entry = JsonDocument.Parse((byte[])rows[0]);
            var report = global::System.Text.Encoding.UTF8.GetBytes(entry.RootElement.GetProperty("report").GetRawText());
            reports.Add(MessageReader.ReadReport(report).Value ?? throw new InvalidOperationException($"the journal holds a report that the contract does not know: {entry.RootElement}"));
        }

        return reports;
    }

    /// <summary>Random bytes where the file's pages were.</summary>
    public static void Scramble(string path, Random dice)
    {
        var bytes = File.ReadAllBytes(path);
        dice.NextBytes(bytes);
        File.WriteAllBytes(path, bytes);
        DeleteWal(path);
    }

    /// <summary>The file has its header, and half of its pages are gone.</summary>
    public static void Truncate(string path)
    {
        DeleteWal(path);
        using var file = File.OpenWrite(path);
        // Not at a page's end: a torn page is what a power cut leaves.
        file.SetLength(file.Length / 2 + 100);
    }

    /// <summary>Zero bytes under the right name.</summary>
    public static void Empty(string path)
    {
        DeleteWal(path);
        File.WriteAllBytes(path, []);
    }

    /// <summary>As if a later version of the software had written it.</summary>
    public static void MakeNewer(string path)
    {
        using var connection = Open(path, SqliteOpenMode.ReadWrite);
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA user_version=99";
        command.ExecuteNonQuery();
    }

    public static void Delete(string path)
    {
        DeleteWal(path);
        File.Delete(path);
    }

    private static void DeleteWal(string path)
    {
        File.Delete(path + "-wal");
        File.Delete(path + "-shm");
    }

    private static SqliteConnection Open(string path, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }
}
