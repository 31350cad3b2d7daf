using System.Globalization;
using System.Text.Json;
using Call112.Station;
using Microsoft.Data.Sqlite;

namespace Call112.Gateway.Journal;

/// <summary>What a journal file held when it was opened.</summary>
/// <param name="Finding">What was wrong with the file, or null. A file that was wrong has been set aside; an empty one was filled.</param>
/// <param name="LastEntry">When and in which machine boot the newest entry was made, or null.</param>
internal sealed record JournalContent(StationState State, string? Finding, StationTime? LastEntry, string? MachineBootId);

/// <summary>A row as the journal verb shows it.</summary>
public readonly record struct JournalRow(long Id, DateTimeOffset At, string Kind, string Body);

/// <summary>
/// The SQLite file of the journal: WAL, synchronous=FULL, append-only (design, "The core"). One transaction holds all entries of a batch;
/// when <see cref="Append"/> returns they are on the disk. A snapshot of the state every <see cref="SnapshotEvery"/> entries keeps opening
/// fast, whatever the file's length. Owned by one thread; throws <see cref="SqliteException"/>.
/// </summary>
internal sealed class JournalFile : IDisposable
{
    public const int SchemaVersion = 1;

    /// <summary>Entries between two snapshots.</summary>
    public const int SnapshotEvery = 1_000;

    /// <summary>Rows that are kept; older ones go when a snapshot covers them and their reports are receipted.</summary>
    public const int RowsMax = 1_000_000;

    /// <summary>Files up to this size are checked at start before they are believed; larger ones only by reading their newest rows.</summary>
    private const long CheckBytesMax = 4 * 1024 * 1024;

    private const string Schema = """
        CREATE TABLE entry (
          id INTEGER PRIMARY KEY,
          kind TEXT NOT NULL,
          wall_ms INTEGER NOT NULL,
          sequence INTEGER,
          body BLOB NOT NULL);
        CREATE UNIQUE INDEX entry_sequence ON entry (sequence) WHERE sequence IS NOT NULL;
        CREATE TABLE snapshot (one INTEGER PRIMARY KEY CHECK (one = 1), entry_id INTEGER NOT NULL, body BLOB NOT NULL);
        CREATE TABLE machine (one INTEGER PRIMARY KEY CHECK (one = 1), boot_id TEXT NOT NULL);
        """;

    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _insert;
    private long _lastId;
    private long _snapshotId;

    private JournalFile(SqliteConnection connection)
    {
        _connection = connection;
        _insert = connection.CreateCommand();
        _insert.CommandText = "INSERT INTO entry (id, kind, wall_ms, sequence, body) VALUES ($id, $kind, $wall, $sequence, $body)";
        foreach (var name in new[] { "$id", "$kind", "$wall", "$sequence", "$body" })
            _insert.Parameters.AddWithValue(name, DBNull.Value);
    }

    /// <summary>
    /// Opens the file and folds its entries. A file that cannot be believed (F2: torn, foreign, newer schema) is moved aside to
    /// <c>NAME.aside-N</c>, and a new one is begun. Throws only when no file can be had at all (F3: full, read-only, no such folder).
    /// </summary>
    public static (JournalFile File, JournalContent Content) Open(string path, JournalDisk? disk = null)
    {
        disk ??= JournalDisk.Machine;
        try
        {
            // SQLite takes an empty file for a new database; to a station it is a journal that was lost (F2).
            var wasEmpty = disk.LengthOf(path) == 0;
            var opened = OpenBelieved(path, disk);
            return wasEmpty ? (opened.File, opened.Content with { Finding = "the file was empty" }) : opened;
        }
        catch (Exception e) when (IsUnbelievable(e))
        {
            var aside = SetAside(path, disk);
            var (file, content) = OpenBelieved(path, disk);
            return (file, content with { Finding = $"{e.Message} (set aside as {Path.GetFileName(aside)})" });
        }
    }

    /// <summary>True for a file whose content is wrong, as against a disk that is full, read-only or failing.</summary>
    public static bool IsUnbelievable(Exception e) =>
        e is SqliteException { SqliteErrorCode: 11 or 26 or 1 or 19 } or JsonException or InvalidDataException or FormatException or InvalidCastException;

    /// <summary>Moves a file and its WAL aside; gives the new name.</summary>
    public static string SetAside(string path, JournalDisk? disk = null)
    {
        disk ??= JournalDisk.Machine;
        var n = 1;
        while (disk.Exists($"{path}.aside-{n}"))
            n++;
        var aside = $"{path}.aside-{n}";
        disk.Move(path, aside);
        foreach (var suffix in new[] { "-wal", "-shm" })
            if (disk.Exists(path + suffix))
                disk.Move(path + suffix, aside + suffix);
        return aside;
    }

    /// <summary>Appends entries in one transaction, with a snapshot when one is due, and returns once they are on the disk.</summary>
    /// <param name="state">The state after the last of the entries.</param>
    /// <param name="snapshot">Store the state too, whether or not a snapshot is due: the entries before these may be missing.</param>
    public void Append(IReadOnlyList<JournalEntry> entries, StationState state, bool snapshot = false)
    {
        var id = _lastId;
        using (var transaction = _connection.BeginTransaction(deferred: false))
        {
            _insert.Transaction = transaction;
            foreach (var entry in entries)
            {
                _insert.Parameters[0].Value = ++id;
                _insert.Parameters[1].Value = JournalCodec.KindOf(entry);
                _insert.Parameters[2].Value = entry.At.Wall.ToUnixTimeMilliseconds();
                _insert.Parameters[3].Value = entry.ReportOrNull?.Sequence ?? (object)DBNull.Value;
                _insert.Parameters[4].Value = JournalCodec.Write(entry);
                _insert.ExecuteNonQuery();
            }

            snapshot |= id - _snapshotId >= SnapshotEvery;
            if (snapshot)
                Snapshot(transaction, id, state);
            transaction.Commit();
        }

        // Only now: a failed transaction must not move the numbering.
        _lastId = id;
        if (snapshot)
            _snapshotId = id;
    }

    /// <summary>Remembers the machine's boot, so that the next start knows whether the monotonic clock went on.</summary>
    public void RememberMachineBoot(string bootId) => Execute(
        "INSERT INTO machine (one, boot_id) VALUES (1, $boot) ON CONFLICT (one) DO UPDATE SET boot_id = $boot", ("$boot", bootId));

    /// <summary>
    /// Copies what stands in the WAL into the file, and syncs that. After a sync that failed the kernel takes the pages for written, and a later
    /// sync says well without having written them; only what is written once more is on the disk (F3).
    /// </summary>
    /// <exception cref="IOException">Somebody reads the WAL just now; nothing is wrong, and nothing is done.</exception>
    public void WriteOnceMore()
    {
        if (Scalar("PRAGMA wal_checkpoint(TRUNCATE)") != 0)
            throw new IOException("the WAL is being read");
    }

    /// <summary>What a file holds that can be read and not written (F3), or null when it cannot be read either.</summary>
    public static JournalContent? ReadOnly(string path, JournalDisk? disk = null)
    {
        disk ??= JournalDisk.Machine;
        if (!disk.Exists(path))
            return null;
        try
        {
            using var connection = OpenReader(path, disk);
            using var file = new JournalFile(connection);
            return file.Scalar("PRAGMA user_version") == SchemaVersion ? file.Load() : null;
        }
        catch (Exception e) when (e is SqliteException || IsUnbelievable(e))
        {
            return null;
        }
    }

    /// <summary>Opens the file for reading beside the writer, or alone from a card that has become read-only.</summary>
    public static SqliteConnection OpenReader(string path, JournalDisk? disk = null)
    {
        disk ??= JournalDisk.Machine;
        try
        {
            return Reading(path, disk);
        }
        catch (SqliteException) when (disk.Exists(path) && disk.LengthOf(path + "-wal") is null or 0)
        {
            // A WAL needs an index beside it, which a read-only card cannot hold. Without a WAL nothing is missed by not asking for one.
            return Reading($"file:{Uri.EscapeDataString(path).Replace("%2F", "/", StringComparison.Ordinal)}?immutable=1", disk);
        }
    }

    private static SqliteConnection Reading(string source, JournalDisk disk)
    {
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = source, Vfs = disk.Vfs, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        try
        {
            connection.Open();
            // SQLite opens its files at the first look into them.
            using var look = connection.CreateCommand();
            look.CommandText = "PRAGMA schema_version";
            look.ExecuteScalar();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>The newest rows, oldest first.</summary>
    public static IReadOnlyList<JournalRow> Newest(SqliteConnection reader, int count)
    {
        using var command = reader.CreateCommand();
        command.CommandText = "SELECT id, wall_ms, kind, body FROM entry ORDER BY id DESC LIMIT $count";
        command.Parameters.AddWithValue("$count", count);
        using var rows = command.ExecuteReader();
        var found = new List<JournalRow>();
        while (rows.Read())
            found.Add(new JournalRow(rows.GetInt64(0), DateTimeOffset.FromUnixTimeMilliseconds(rows.GetInt64(1)), rows.GetString(2), System.Text.Encoding.UTF8.GetString((byte[])rows[3])));
        found.Reverse();
        return found;
    }

    /// <summary>The entries behind a row, in order, with the id of the last of them; for who looks on beside the service.</summary>
    /// <exception cref="InvalidDataException">A row cannot be read.</exception>
    public static (IReadOnlyList<JournalEntry> Entries, long UpTo) After(SqliteConnection reader, long id)
    {
        using var command = reader.CreateCommand();
        command.CommandText = "SELECT id, kind, body FROM entry WHERE id > $id ORDER BY id";
        command.Parameters.AddWithValue("$id", id);
        using var rows = command.ExecuteReader();
        var entries = new List<JournalEntry>();
        for (; rows.Read(); id = rows.GetInt64(0))
            entries.Add(Believed($"entry {rows.GetInt64(0)}", () => JournalCodec.Read(rows.GetString(1), (byte[])rows[2])));
        return (entries, id);
    }

    public void Dispose()
    {
        _insert.Dispose();
        _connection.Dispose();
    }

    private static (JournalFile File, JournalContent Content) OpenBelieved(string path, JournalDisk disk)
    {
        disk.CreateFolderOf(path);
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = path, Vfs = disk.Vfs, Pooling = false, DefaultTimeout = 5 }.ToString());
        JournalFile? file = null;
        try
        {
            connection.Open();
            file = new JournalFile(connection);
            file.Prepare(path, disk);
            var content = file.Load();
            // A process that was killed may have written what it did not flush. It is read back here, and a power cut could still take it (F1):
            // only what a checkpoint has flushed may be told to anybody. After an orderly stop there is nothing to do.
            file.Execute("PRAGMA wal_checkpoint");
            return (file, content);
        }
        catch
        {
            file?._insert.Dispose();
            connection.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Refuses a file whose header asks for a newer SQLite to write it (F2: one spoiled byte will do). SQLite calls it read-only, and it must not
    /// be taken for a card that is (F3): nothing would ever be stored again. Looked at only then, because whoever closes a file that SQLite has
    /// open takes its locks away.
    /// </summary>
    private void RefuseNewerFormat(string path, JournalDisk disk)
    {
        const int WriteVersionAt = 18, Wal = 2;
        if (SQLitePCL.raw.sqlite3_db_readonly(_connection.Handle, "main") != 1)
            return;
        Span<byte> header = stackalloc byte[WriteVersionAt + 1];
        if (disk.ReadStart(path, header) == header.Length && header[WriteVersionAt] > Wal)
            throw new InvalidDataException($"file format {header[WriteVersionAt]} where {Wal} is known");
    }

    private void Prepare(string path, JournalDisk disk)
    {
        var version = Scalar("PRAGMA user_version");
        RefuseNewerFormat(path, disk);
        // FULL: what is acknowledged has reached the disk, also through a power cut (F1). The small cache keeps idle memory low.
        Execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-512; PRAGMA journal_size_limit=1048576");
        var tables = Scalar("SELECT count(*) FROM sqlite_master");
        if (version == 0 && tables == 0)
            Execute($"BEGIN IMMEDIATE; {Schema} PRAGMA user_version={SchemaVersion}; COMMIT");
        else if (version != SchemaVersion)
            throw new InvalidDataException($"journal schema {version} where {SchemaVersion} is known");
        if (disk.LengthOf(path) > CheckBytesMax)
            return;
        using var check = _connection.CreateCommand();
        check.CommandText = "PRAGMA quick_check(1)";
        var verdict = check.ExecuteScalar() as string;
        if (verdict != "ok")
            throw new InvalidDataException($"quick_check: {verdict}");
    }

    private JournalContent Load()
    {
        var state = StationState.Empty;
        using (var command = _connection.CreateCommand())
        {
            command.CommandText = "SELECT entry_id, body FROM snapshot WHERE one = 1";
            using var row = command.ExecuteReader();
            if (row.Read())
            {
                _snapshotId = row.GetInt64(0);
                state = Believed("snapshot", () => JournalCodec.ReadState((byte[])row[1]));
            }
        }

        StationTime? last = null;
        _lastId = _snapshotId;
        using (var command = _connection.CreateCommand())
        {
            // The row of the snapshot itself is read too: it tells when the newest entry was made.
            command.CommandText = "SELECT id, kind, body FROM entry WHERE id >= $from ORDER BY id";
            command.Parameters.AddWithValue("$from", _snapshotId);
            using var rows = command.ExecuteReader();
            while (rows.Read())
            {
                var (id, before) = (rows.GetInt64(0), state);
                var entry = Believed($"entry {id}", () => JournalCodec.Read(rows.GetString(1), (byte[])rows[2]));
                last = entry.At;
                if (id <= _snapshotId)
                    continue;
                _lastId = id;
                state = Believed($"entry {id}", () => before.With(entry));
            }
        }

        using var machine = _connection.CreateCommand();
        machine.CommandText = "SELECT boot_id FROM machine WHERE one = 1";
        return new JournalContent(state, null, last, machine.ExecuteScalar() as string);
    }

    /// <summary>Whatever the content of a row does to its reader, it is the file that is wrong, and the finding names the row (F2).</summary>
    private static T Believed<T>(string row, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is not SqliteException and not OutOfMemoryException)
        {
            throw new InvalidDataException($"{row}: {e.Message}", e);
        }
    }

    private void Snapshot(SqliteTransaction transaction, long id, StationState state)
    {
        using var command = _connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = """
            INSERT INTO snapshot (one, entry_id, body) VALUES (1, $id, $body) ON CONFLICT (one) DO UPDATE SET entry_id = $id, body = $body;
            DELETE FROM entry WHERE id <= $oldest AND (sequence IS NULL OR sequence <= $receipted);
            """;
        command.Parameters.AddWithValue("$id", id);
        command.Parameters.AddWithValue("$body", JournalCodec.Write(state));
        command.Parameters.AddWithValue("$oldest", id - RowsMax);
        command.Parameters.AddWithValue("$receipted", state.ReceiptedUpTo);
        command.ExecuteNonQuery();
    }

    private void Execute(string sql, params (string Name, object Value)[] parameters)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value);
        command.ExecuteNonQuery();
    }

    private long Scalar(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }
}
