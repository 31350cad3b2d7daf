using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Call112.Messages;
using Microsoft.Data.Sqlite;

namespace Call112.Center.Book;

/// <summary>
/// The dispatch book on disk: SQLite, WAL, synchronous=FULL, one connection, one owner. Invariant: when <see cref="Commit"/> returns, all its
/// rows survive a power cut; when it throws, none of them is there.
/// </summary>
/// <remarks>Reports are only ever appended. Statements are plain and stepped to their end: a row that an unfinished statement shows is no proof of a commit.</remarks>
internal sealed class BookStore : IDisposable
{
    /// <summary>
    /// Version of the tables. A file of a newer version is not touched. A table that is only added, and that an older program need not know, does not
    /// change it: after a fall-back the older one opens the file and leaves that table alone.
    /// </summary>
    public const int SchemaVersion = 1;

    /// <summary>Largest write-ahead log that is kept on disk after a checkpoint, bytes.</summary>
    private const int WalBytesMax = 16 * 1024 * 1024;

    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _dispatch, _target, _report, _station, _acceptance;

    private BookStore(SqliteConnection connection)
    {
        _connection = connection;
        _dispatch = Prepare(
            "INSERT INTO dispatches(dispatch_id, sent_at, json) VALUES($id, $sent, $json) ON CONFLICT(dispatch_id) DO UPDATE SET json = excluded.json", "$id", "$sent", "$json");
        _target = Prepare(
            "INSERT INTO targets(dispatch_id, station_id, json) VALUES($id, $station, $json) ON CONFLICT(dispatch_id, station_id) DO UPDATE SET json = excluded.json",
            "$id", "$station", "$json");
        _report = Prepare(
            "INSERT INTO reports(station_id, sequence, conflict, position, boot_id, event, dispatch_id, received_at, json) "
            + "VALUES($station, $sequence, $conflict, $position, $boot, $event, $dispatch, $received, $json) ON CONFLICT DO NOTHING",
            "$station", "$sequence", "$conflict", "$position", "$boot", "$event", "$dispatch", "$received", "$json");
        _station = Prepare(
            "INSERT INTO stations(station_id, json) VALUES($station, $json) ON CONFLICT(station_id) DO UPDATE SET json = excluded.json", "$station", "$json");
        _acceptance = Prepare(
            "INSERT INTO acceptances(station_id, json, envelope) VALUES($station, $json, $envelope) "
            + "ON CONFLICT(station_id) DO UPDATE SET json = excluded.json, envelope = excluded.envelope", "$station", "$json", "$envelope");
    }

    /// <summary>What was wrong with the file that was found, and where it lies now; null when all was well (F2).</summary>
    public string? SetAside { get; private set; }

    /// <summary>Opens or makes the file. A file that is no database, or a damaged one, is set aside and a new one begun.</summary>
    /// <exception cref="CenterStartException">The directory cannot be used, or the file is of a newer version.</exception>
    public static BookStore Open(string path, DateTimeOffset now)
    {
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { Length: > 0 } directory)
                Directory.CreateDirectory(directory);
            try
            {
                return OpenChecked(path);
            }
            catch (SqliteException e) when (e.SqliteErrorCode is NotADatabase or Corrupt)
            {
                var aside = $"{path}.damaged-{now.UtcDateTime.ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture)}";
                foreach (var suffix in new[] { "", "-wal", "-shm" })
                    if (File.Exists(path + suffix))
                        File.Move(path + suffix, aside + suffix, overwrite: true);
                var store = OpenChecked(path);
                store.SetAside = $"{e.Message} The file was set aside as {aside}.";
                return store;
            }
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new CenterStartException($"the dispatch book {path} cannot be opened: {e.Message}", e);
        }
    }

    /// <summary>Stores the rows of these effects in one transaction. Effects that are no rows are passed over.</summary>
    /// <exception cref="SqliteException">Nothing of them is stored (disk full, read-only, I/O error; F3).</exception>
    public void Commit(IReadOnlyList<BookEffect> effects)
    {
        using var transaction = _connection.BeginTransaction(deferred: false);
        foreach (var command in new[] { _dispatch, _target, _report, _station, _acceptance })
            command.Transaction = transaction;
        // Of rows that are replaced only the last of a batch counts.
        var stations = new Dictionary<string, StationRow>();
        foreach (var effect in effects)
            if (effect is StoreStation station)
                stations[station.Row.StationId] = station.Row;
            else
                Write(effect);
        foreach (var row in stations.Values)
            Run(_station, row.StationId, JsonSerializer.Serialize(row, StoreJsonContext.Default.StationRow));
        transaction.Commit();
    }

    /// <summary>What the book needs at start: the newest dispatches with all their reports, and the newest reports of every station.</summary>
    public BookSnapshot Load(BookRules rules)
    {
        var dispatches = Read(
            $"SELECT json FROM dispatches ORDER BY sent_at DESC, dispatch_id DESC LIMIT {rules.DispatchesKept}",
            reader => Parse(reader, 0, StoreJsonContext.Default.DispatchRow));
        var targets = Read(
            $"SELECT json FROM targets WHERE dispatch_id IN (SELECT dispatch_id FROM dispatches ORDER BY sent_at DESC, dispatch_id DESC LIMIT {rules.DispatchesKept})",
            reader => Parse(reader, 0, StoreJsonContext.Default.TargetRow));
        var reports = Read(
            $"""
             SELECT json FROM reports WHERE dispatch_id IN (SELECT dispatch_id FROM dispatches ORDER BY sent_at DESC, dispatch_id DESC LIMIT {rules.DispatchesKept})
                 OR (station_id, sequence, conflict) IN (SELECT station_id, sequence, conflict FROM
                    (SELECT station_id, sequence, conflict, row_number() OVER (PARTITION BY station_id ORDER BY position DESC, conflict DESC) AS age FROM reports)
                    WHERE age <= {rules.ReportsRemembered})
                 ORDER BY station_id, position, conflict
             """,
            reader => Parse(reader, 0, StoreJsonContext.Default.ReportRow));
        var stations = Read("SELECT json FROM stations", reader => Parse(reader, 0, StoreJsonContext.Default.StationRow));
        var boots = Read(
            "SELECT station_id, boot_id, min(sequence), max(sequence) FROM reports WHERE conflict = 0 GROUP BY station_id, boot_id",
            reader => new BootRow(reader.GetString(0), reader.GetString(1), new SequenceRange(reader.GetInt64(2), reader.GetInt64(3))));
        var acceptances = Read("SELECT json FROM acceptances", reader => Parse(reader, 0, StoreJsonContext.Default.AcceptanceRow));
        return new BookSnapshot(dispatches, targets, reports, stations, boots, acceptances);
    }

    /// <summary>What SQLite itself says of its durability: the value of <c>synchronous</c> (2 = FULL) and the journal mode.</summary>
    public (long Synchronous, string JournalMode) Durability() =>
        ((long)Scalar(_connection, "PRAGMA synchronous")!, (string)Scalar(_connection, "PRAGMA journal_mode")!);

    public void Dispose() => _connection.Dispose();

    private const int Corrupt = 11, NotADatabase = 26;

    private static BookStore OpenChecked(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 5 }.ToString());
        try
        {
            connection.Open();
            Execute(connection, $"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=5000; PRAGMA journal_size_limit={WalBytesMax}");
            if (Scalar(connection, "PRAGMA quick_check(1)") is string and not "ok")
                throw new SqliteException("The database is damaged.", Corrupt);
            var version = (long)(Scalar(connection, "PRAGMA user_version") ?? 0L);
            if (version > SchemaVersion)
                throw new CenterStartException($"the dispatch book {path} was written by a newer version (tables {version}, this program knows {SchemaVersion})");
            Execute(
                connection,
                $"""
                 CREATE TABLE IF NOT EXISTS dispatches(dispatch_id TEXT PRIMARY KEY, sent_at TEXT NOT NULL, json TEXT NOT NULL) WITHOUT ROWID;
                 CREATE INDEX IF NOT EXISTS dispatches_by_time ON dispatches(sent_at, dispatch_id);
                 CREATE TABLE IF NOT EXISTS targets(dispatch_id TEXT NOT NULL, station_id TEXT NOT NULL, json TEXT NOT NULL, PRIMARY KEY(dispatch_id, station_id)) WITHOUT ROWID;
                 CREATE TABLE IF NOT EXISTS reports(station_id TEXT NOT NULL, sequence INTEGER NOT NULL, conflict INTEGER NOT NULL, position INTEGER NOT NULL,
                     boot_id TEXT NOT NULL, event TEXT NOT NULL, dispatch_id TEXT, received_at TEXT NOT NULL, json TEXT NOT NULL,
                     PRIMARY KEY(station_id, sequence, conflict)) WITHOUT ROWID;
                 CREATE INDEX IF NOT EXISTS reports_by_dispatch ON reports(dispatch_id);
                 CREATE TABLE IF NOT EXISTS stations(station_id TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
                 CREATE TABLE IF NOT EXISTS acceptances(station_id TEXT PRIMARY KEY, json TEXT NOT NULL, envelope BLOB NOT NULL) WITHOUT ROWID;
                 PRAGMA user_version={SchemaVersion};
                 """);
            return new BookStore(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private void Write(BookEffect effect)
    {
        switch (effect)
        {
            case StoreDispatch { Row: var row }:
                Run(_dispatch, Text(row.Alert.DispatchId), Text(row.Alert.SentAt), JsonSerializer.Serialize(row, StoreJsonContext.Default.DispatchRow));
                break;
            case StoreTarget { Row: var row }:
                Run(_target, Text(row.DispatchId), row.StationId, JsonSerializer.Serialize(row, StoreJsonContext.Default.TargetRow));
                break;
            case StoreReport { Row: var row }:
                var r = row.Report;
                Run(
                    _report, r.StationId, r.Sequence, row.Conflict, row.Position, r.BootId, r.Event.ToString(),
                    r.DispatchId is { } id ? Text(id) : DBNull.Value, Text(row.ReceivedAt), JsonSerializer.Serialize(row, StoreJsonContext.Default.ReportRow));
                break;
            case StoreAcceptance { Row: var row, Envelope: var envelope }:
                Run(_acceptance, row.StationId, JsonSerializer.Serialize(row, StoreJsonContext.Default.AcceptanceRow), envelope);
                break;
        }
    }

    private static string Text(Guid id) => id.ToString("D");

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString(UtcMillisecondsConverter.Format, CultureInfo.InvariantCulture);

    private SqliteCommand Prepare(string sql, params string[] parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var name in parameters)
            command.Parameters.Add(new SqliteParameter(name, null));
        return command;
    }

    private static void Run(SqliteCommand command, params object[] values)
    {
        for (var i = 0; i < values.Length; i++)
            command.Parameters[i].Value = values[i];
        command.ExecuteNonQuery();
    }

    private List<T> Read<T>(string sql, Func<SqliteDataReader, T?> read)
        where T : class
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
            if (read(reader) is { } row)
                rows.Add(row);
        return rows;
    }

    private static T? Parse<T>(SqliteDataReader reader, int column, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class => JsonSerializer.Deserialize(reader.GetString(column), type);

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}

/// <summary>JSON of the stored rows: the contract's form.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(UtcMillisecondsConverter)])]
[JsonSerializable(typeof(DispatchRow))]
[JsonSerializable(typeof(TargetRow))]
[JsonSerializable(typeof(ReportRow))]
[JsonSerializable(typeof(StationRow))]
[JsonSerializable(typeof(AcceptanceRow))]
internal sealed partial class StoreJsonContext : JsonSerializerContext;
