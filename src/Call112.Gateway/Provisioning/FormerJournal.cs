using System.Globalization;
using Call112.Gateway.Journal;
using Microsoft.Data.Sqlite;

namespace Call112.Gateway.Provisioning;

/// <summary>
/// A journal is one station's: its entries are the state (decision 0006), its reports carry the station's id and its numbering, and nothing in the
/// gateway compares that id with station.json's. A box that becomes another post must not sound that post's former alerts, and not send reports
/// under a former name; so the journal goes aside before the new name is in force.
/// </summary>
internal sealed class FormerJournal(DurableFiles files)
{
    /// <summary>In this order: until the journal itself is renamed, the number of its new name is still free, and a rerun chooses the same.</summary>
    private static readonly string[] s_parts = [Shm, Wal, ""];

    /// <summary>
    /// What SQLite keeps beside a journal: an index, which it can make anew at any time, and a WAL, which holds entries. To look into a journal whose
    /// WAL a run that was cut has moved already makes both again, the WAL without a byte.
    /// </summary>
    private const string Shm = "-shm", Wal = "-wal";

    /// <summary>Renames a journal of another station to <c>NAME.of-ID</c>, numbered when that is taken. Nothing is deleted.</summary>
    /// <param name="path">Where the new station keeps its journal.</param>
    /// <param name="former">Whose it is taken for when it cannot be asked.</param>
    /// <returns>Its new name, or null when there is no journal, or it is this station's.</returns>
    /// <exception cref="IOException">It could not be renamed.</exception>
    public string? SetAside(string path, string stationId, string? former)
    {
        path = Path.GetFullPath(path);
        if (!s_parts.Any(part => File.Exists(path + part)))
            return null;
        if ((OwnerOf(path) ?? former) is not { } owner || owner == stationId)
            return null;
        var aside = FreeName(path, owner);
        foreach (var part in s_parts)
            if (part == Wal && LengthOf(path + part) == 0)
                files.Delete(path + part);
            else if (File.Exists(path + part))
                files.Rename(path + part, aside + part);
        files.SyncFolderOf(path);
        return aside;
    }

    /// <summary>
    /// Whose reports a journal holds; null when it holds none, or cannot be read: the gateway sets such a file aside by itself (F2).
    /// </summary>
    private static string? OwnerOf(string path)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            using var reader = JournalFile.OpenReader(path);
            using var newest = reader.CreateCommand();
            newest.CommandText = "SELECT kind, body FROM entry WHERE sequence IS NOT NULL ORDER BY sequence DESC LIMIT 1";
            using var row = newest.ExecuteReader();
            return row.Read() ? JournalCodec.Read(row.GetString(0), (byte[])row[1]).ReportOrNull?.StationId : null;
        }
        catch (Exception e) when (e is SqliteException || DurableFiles.IsDisk(e) || JournalFile.IsUnbelievable(e))
        {
            return null;
        }
    }

    private static string FreeName(string path, string owner)
    {
        // What a file says of itself becomes part of a name only if it is an id as station.json has it.
        var id = owner.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-') ? owner : "unknown";
        for (var n = 1; ; n++)
        {
            var name = n == 1 ? $"{path}.of-{id}" : string.Create(CultureInfo.InvariantCulture, $"{path}.of-{id}-{n}");
            if (!File.Exists(name) && (LengthOf(name + Wal) == 0 || LengthOf(path + Wal) == 0))
                return name;
        }
    }

    /// <summary>0 for a file that is not there.</summary>
    private static long LengthOf(string path) => new FileInfo(path) is { Exists: true, Length: var length } ? length : 0;
}
