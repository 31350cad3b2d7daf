using Microsoft.Data.Sqlite;

namespace Call112.Endurance.Scale;

/// <summary>
/// Reads the centre's book beside the centre. What it sees is committed; a reader of a write-ahead log holds nobody up, so the moment of the
/// last answer is measured without asking the centre.
/// </summary>
internal sealed class BookReader : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _reports, _stations, _seen, _steps;

    public BookReader(string path)
    {
        var source = new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false };
        _connection = new SqliteConnection(source.ToString());
        _connection.Open();
        _reports = Command("SELECT count(*) FROM reports WHERE dispatch_id = $id", "$id");
        _stations = Command("SELECT count(DISTINCT station_id) FROM reports WHERE dispatch_id = $id AND event = $event", "$id", "$event");
        _seen = Command(
            "SELECT count(*) FROM stations WHERE json_extract(json, '$.status.online') = 1 AND json_extract(json, '$.lastSeenAt') >= $since",
            "$since");
        _steps = Command("SELECT count(*) FROM reports WHERE dispatch_id = $id AND event = $event", "$id", "$event");
    }

    /// <summary>Reports of a dispatch, of any kind: answered from an index alone.</summary>
    public long Reports(Guid dispatch)
    {
        _reports.Parameters[0].Value = dispatch.ToString("D");
        return (long)_reports.ExecuteScalar()!;
    }

    /// <summary>Stations that have given such a report of the dispatch.</summary>
    public long Stations(Guid dispatch, string @event)
    {
        (_stations.Parameters[0].Value, _stations.Parameters[1].Value) = (dispatch.ToString("D"), @event);
        return (long)_stations.ExecuteScalar()!;
    }

    /// <summary>Reports of one kind of a dispatch.</summary>
    public long Steps(Guid dispatch, string @event)
    {
        (_steps.Parameters[0].Value, _steps.Parameters[1].Value) = (dispatch.ToString("D"), @event);
        return (long)_steps.ExecuteScalar()!;
    }

    /// <summary>Stations whose row says that they are online and that a birth or report of theirs came after this time.</summary>
    public long SeenSince(DateTimeOffset since)
    {
        _seen.Parameters[0].Value = since.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);
        return (long)_seen.ExecuteScalar()!;
    }

    public void Dispose() => _connection.Dispose();

    private SqliteCommand Command(string sql, params string[] parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var name in parameters)
            command.Parameters.Add(new SqliteParameter(name, null));
        return command;
    }
}
