using Call112.Gateway.Journal;
using Call112.Station;
using Microsoft.Data.Sqlite;

namespace Call112.Gateway.Commissioning;

/// <summary>
/// Follows the station's journal beside the service that writes it: what stands there has happened, whatever a screen shows. Each look opens the file
/// anew, so that nothing is held of a service that sets it aside. Invariant: it never writes.
/// </summary>
internal sealed class JournalTail(string path)
{
    private long _upTo;

    /// <summary>Why the last look failed; null when it did not.</summary>
    public string? Problem { get; private set; }

    /// <summary>From here on.</summary>
    /// <returns>False when the journal cannot be read.</returns>
    public bool Mark() => Look(reader => _upTo = JournalFile.Newest(reader, 1) is [var newest] ? newest.Id : 0);

    /// <summary>What has been written since the last look; nothing when it cannot be read just now.</summary>
    public IReadOnlyList<JournalEntry> Next()
    {
        IReadOnlyList<JournalEntry> entries = [];
        Look(reader => (entries, _upTo) = JournalFile.After(reader, _upTo));
        return entries;
    }

    /// <summary>What SQLite's check finds wrong; null when the file is sound.</summary>
    public string? Check()
    {
        string? verdict = null;
        var isRead = Look(reader =>
        {
            using var check = reader.CreateCommand();
            check.CommandText = "PRAGMA quick_check(1)";
            verdict = check.ExecuteScalar() as string;
        });
        return !isRead ? Problem : verdict == "ok" ? null : verdict;
    }

    private bool Look(Action<SqliteConnection> look)
    {
        try
        {
            Problem = null;
            if (!File.Exists(path))
                throw new FileNotFoundException($"{path}: no such file");
            using var reader = JournalFile.OpenReader(path);
            look(reader);
            return true;
        }
        catch (Exception e) when (e is SqliteException or IOException or InvalidDataException or UnauthorizedAccessException)
        {
            Problem = e.Message;
            return false;
        }
    }
}
