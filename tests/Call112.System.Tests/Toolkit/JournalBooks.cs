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

    /// <summary>
    /// The dispatches that a journal holds, opened as the gateway opens it: for writing, so that a WAL is taken in, and checked before it is
    /// believed.
    /// </summary>
    /// <exception cref="InvalidDataException">The check found the file damaged.</exception>
    public static IReadOnlySet<Guid> DispatchesIn(string path)
    {
        var found = new HashSet<Guid>();
        if (!File.Exists(path))
            return found;
        using var connection = Open(path, SqliteOpenMode.ReadWrite);
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA quick_check(1)";
        if (command.ExecuteScalar() as string is var verdict && verdict != "ok")
            throw new InvalidDataException($"quick_check: {verdict}");
        command.CommandText = "SELECT count(*) FROM sqlite_master WHERE name = 'entry'";
        if ((long)command.ExecuteScalar()! == 0)
            return found;
        command.CommandText = "SELECT body FROM entry WHERE kind = 'DispatchStored'";
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            using var entry = JsonDocument.Parse((byte[])rows[0]);
            found.Add(entry.RootElement.GetProperty("dispatch").GetProperty("dispatchId").GetGuid());
        }

        return found;
    }

    /// <summary>Random bytes where the file's pages were.</summary>
    public static void Scramble(string path, Random dice)
    {
        var bytes = File.ReadAllBytes(path);
        dice.NextBytes(bytes);
        File.WriteAllBytes(path, bytes);
        DeleteWal(path);
    }

    /// <summary>A part of the file is gone. Not at a page's end: a torn page is what a power cut leaves.</summary>
    public static void Truncate(string path, double left) => TruncateTo(path, (long)(new FileInfo(path).Length * left) + 100);

    public static void TruncateTo(string path, long length)
    {
        DeleteWal(path);
        using var file = File.OpenWrite(path);
        file.SetLength(length);
    }

    /// <summary>As a card does that loses its charge.</summary>
    public static void FlipBits(string path, Random dice, int bits)
    {
        DeleteWal(path);
        var bytes = File.ReadAllBytes(path);
        for (var i = 0; i < bits; i++)
            bytes[dice.Next(bytes.Length)] ^= (byte)(1 << dice.Next(8));
        File.WriteAllBytes(path, bytes);
    }

    /// <summary>As if another version of the software had written it.</summary>
    public static void SetVersion(string path, int version)
    {
        using var connection = Open(path, SqliteOpenMode.ReadWrite);
        using var command = connection.CreateCommand();
        command.CommandText = $"PRAGMA user_version={version}";
        command.ExecuteNonQuery();
    }

    public static void ScrambleWal(string path, Random dice)
    {
        var bytes = File.ReadAllBytes(path + "-wal");
        dice.NextBytes(bytes);
        File.WriteAllBytes(path + "-wal", bytes);
        File.Delete(path + "-shm");
    }

    public static void Delete(string path)
    {
        DeleteWal(path);
        File.Delete(path);
    }

    /// <summary>What was committed and not yet copied into the file is gone.</summary>
    public static void DeleteWal(string path)
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
