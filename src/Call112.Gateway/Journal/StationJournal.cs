using System.Collections.Concurrent;
using System.Text.Json;
using Call112.Gateway.Time;
using Call112.Messages;
using Call112.Station;
using Microsoft.Data.Sqlite;

namespace Call112.Gateway.Journal;

/// <summary>What the journal tells the station loop.</summary>
public interface IJournalListener
{
    /// <summary>Entries could not be stored; they are kept in memory and tried again (F3).</summary>
    void StorageFailed(string detail);

    /// <summary>Everything is on the disk again.</summary>
    void StorageRecovered();

    /// <summary>There are new reports to send.</summary>
    void ReportsReady();
}

/// <summary>
/// The journal as the station loop sees it: append and go on. A thread of its own writes what is waiting in one transaction and only
/// then runs the acknowledgements (design: sound, then store, then acknowledge to the broker).
/// Invariants: entries reach the disk in the order of <see cref="Append"/>; an acknowledgement runs after the commit of its entries, or,
/// while the disk fails or hangs, only when <see cref="UnacknowledgedMax"/> others wait, because a broker that gets none sends none (F3);
/// a report can be read as soon as it is stored, and while the disk fails from memory.
/// </summary>
public sealed class StationJournal : IDisposable
{
    /// <summary>Entries that wait in memory at most while the disk fails; the oldest that are no reports go first, then the oldest.</summary>
    public const int BacklogMax = 20_000;

    /// <summary>Acknowledgements held back while the disk fails. Below the session's receive maximum of 16, so that dispatches still come in.</summary>
    public const int UnacknowledgedMax = 12;

    /// <summary>Batches of one transaction at most.</summary>
    private const int TransactionMax = 256;

    /// <summary>
    /// Batches that wait at most before what nobody acknowledges is refused (see <see cref="IsFull"/>) and every acknowledgement waits for the disk
    /// again: some 10 MiB. A broker keeps far below it by itself; a flood over a disk that hangs does not (F18).
    /// </summary>
    public const int WaitingMax = 4_096;

    private static readonly TimeSpan s_retryEvery = TimeSpan.FromSeconds(2);

    private readonly string _path;
    private readonly JournalDisk _disk;
    private readonly StationClock _clock;
    private readonly IJournalListener _listener;
    private readonly BlockingCollection<Batch> _queue = [];
    private readonly Lock _readerLock = new();
    private readonly Acknowledgements _acknowledgements = new();
    private readonly SilenceWatch _silence;
    private readonly Thread? _thread;
    private readonly Action? _wake;
    private readonly ITimer _retry;
    private List<JournalEntry> _unstored = [];
    private volatile IReadOnlyList<Report> _unstoredReports = [];
    private JournalFile? _file;
    private SqliteConnection? _reader;
    private StationState _newest;
    private volatile string? _stationId;
    private long _taken;
    private volatile bool _failing;
    private bool _contradicted;
    private bool _disposed;
    private int _waiting;

    private StationJournal(
        string path, JournalDisk disk, StationClock clock, IJournalListener listener, JournalFile? file, JournalContent content, Action? wake)
    {
        (_path, _disk, _clock, _listener, _file, _newest, _wake) = (path, disk, clock, listener, file, content.State, wake);
        // A fault that the station was told of at the start ends with the first entry that is stored, or never.
        OpenedAtStart = file is not null;
        _failing = file is null;
        Content = content;
        if (wake is null)
            _thread = new Thread(Run) { Name = "journal", IsBackground = true };
        _silence = new SilenceWatch(clock.Time, Silent);
        _retry = clock.Time.CreateTimer(_ => Retry(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    internal JournalContent Content { get; }

    /// <summary>False when no file could be had: the station runs from memory until <see cref="IJournalListener.StorageRecovered"/>.</summary>
    public bool OpenedAtStart { get; }

    /// <summary>Batches that were handed over and neither stored nor, because the disk fails, taken into memory. Zero: the journal rests.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>More waits for the disk than is good for the memory: take in nothing more that the broker would not keep for us.</summary>
    public bool IsFull => Waiting >= WaitingMax;

    /// <summary>
    /// Opens the journal. Never fails: without a disk the station begins with an empty state, sounds, and stores when it can.
    /// </summary>
    /// <param name="disk">Where the file lies; the machine's own disk unless told otherwise.</param>
    /// <param name="wake">Null: a thread of its own stores. Otherwise nobody stores but who calls <see cref="StoreWaiting"/>, and this is
    /// called whenever there is something to store: for a world with one thread and a time of its own.</param>
    public static StationJournal Open(string path, StationClock clock, IJournalListener listener, JournalDisk? disk = null, Action? wake = null)
    {
        disk ??= JournalDisk.Machine;
        try
        {
            var (file, content) = JournalFile.Open(path, disk);
            return new StationJournal(path, disk, clock, listener, Remembering(file, content, clock.MachineBoot), content, wake);
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            // A card that cannot be written can often still be read: the alert that sounded before the restart must sound on (F3).
            var content = JournalFile.ReadOnly(path, disk) ?? new JournalContent(StationState.Empty, null, null, null);
            return new StationJournal(path, disk, clock, listener, null, content with { Finding = $"no journal: {e.Message}" }, wake);
        }
    }

    /// <summary>Notes the machine's boot. A file that cannot take even that is closed, to be opened anew at the first append; what it held counts.</summary>
    private static JournalFile? Remembering(JournalFile file, JournalContent content, string boot)
    {
        try
        {
            if (content.MachineBootId != boot)
                file.RememberMachineBoot(boot);
            return file;
        }
        catch (SqliteException)
        {
            file.Dispose();
            return null;
        }
    }

    /// <summary>How long the station was not running, as far as anybody knows; zero when nobody does (design: time limits go on).</summary>
    public TimeSpan GapUntil(StationTime now)
    {
        if (Content.LastEntry is not { } last)
            return TimeSpan.Zero;
        var sameBoot = Content.MachineBootId == _clock.MachineBoot && now.Monotonic >= last.Monotonic;
        var gap = sameBoot ? now.Monotonic - last.Monotonic
            : last.Clock == ClockState.Synchronized && now.Clock == ClockState.Synchronized ? now.Wall - last.Wall
            : TimeSpan.Zero;
        return gap < TimeSpan.Zero ? TimeSpan.Zero : gap;
    }

    public void Start() => _thread?.Start();

    /// <summary>Hands entries over. Returns at once.</summary>
    /// <param name="state">The state after the entries.</param>
    /// <param name="acknowledge">Runs on the journal's thread once they are on the disk; must not block.</param>
    public void Append(IReadOnlyList<JournalEntry> entries, StationState state, Action? acknowledge)
    {
        Hand(new Batch(entries, state, acknowledge is null ? 0 : _acknowledgements.Add(acknowledge)));
        if (_silence.IsSilent && !IsFull)
            _acknowledgements.RunDownTo(UnacknowledgedMax);
    }

    private void Hand(Batch batch)
    {
        Interlocked.Increment(ref _waiting);
        _queue.Add(batch);
        _wake?.Invoke();
    }

    /// <summary>Reports behind a sequence number, in order, from disk and, while that fails, from memory.</summary>
    public IReadOnlyList<Report> ReadReports(long after, int limit)
    {
        var found = new List<Report>();
        lock (_readerLock)
        {
            try
            {
                ReadStored(after, limit, found);
            }
            catch (Exception e) when (e is SqliteException or InvalidOperationException or IOException)
            {
                _reader?.Dispose();
                _reader = null;
            }
        }

        var last = found.Count > 0 ? found[^1].Sequence : after;
        foreach (var report in _unstoredReports)
            if (report.Sequence > last && found.Count < limit)
                found.Add(report);
        return found;
    }

    /// <summary>Stores what waits, and closes the file.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _retry.Dispose();
        _silence.Dispose();
        _queue.CompleteAdding();
        if (_thread is { IsAlive: true })
            _thread.Join(TimeSpan.FromSeconds(5));
        lock (_readerLock)
            _reader?.Dispose();
        _file?.Dispose();
        _queue.Dispose();
    }

    private void ReadStored(long after, int limit, List<Report> found)
    {
        if (_reader is null && !_disk.Exists(_path))
            return;
        _reader ??= JournalFile.OpenReader(_path, _disk);
        using var command = _reader.CreateCommand();
        command.CommandText = "SELECT kind, body, sequence, wall_ms FROM entry WHERE sequence > $after ORDER BY sequence LIMIT $limit";
        command.Parameters.AddWithValue("$after", after);
        command.Parameters.AddWithValue("$limit", limit);
        using var rows = command.ExecuteReader();
        while (rows.Read())
            if (ReportOf(rows) is { } report)
                found.Add(report);
    }

    /// <summary>
    /// A row that has become unreadable is reported as just that, under its number: left out, it would be a hole that the centre waits for without
    /// end, and of which nobody could say that it is lost (F2).
    /// </summary>
    private Report? ReportOf(SqliteDataReader row)
    {
        try
        {
            return JournalCodec.Read(row.GetString(0), (byte[])row[1]).ReportOrNull ?? throw new JsonException("a number without a report");
        }
        catch (Exception e) when (JournalFile.IsUnbelievable(e))
        {
            if (_stationId is not { } stationId)
                return null;
            var (sequence, at) = (row.GetInt64(2), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(3)));
            return new Report(
                stationId, sequence, _newest.BootId, ReportEvent.StorageFault, at, at, ClockState.Unsynchronized, ReportSource.Automatic,
                Detail: $"report {sequence} cannot be read in the journal any more");
        }
    }

    /// <summary>Stores what waits now, as one transaction.</summary>
    internal void StoreWaiting()
    {
        if (_queue.TryTake(out var first))
            StoreFrom(first);
    }

    private void StoreFrom(Batch first)
    {
        var batches = new List<Batch> { first };
        while (batches.Count < TransactionMax && _queue.TryTake(out var more))
            batches.Add(more);
        Store(batches);
        Interlocked.Add(ref _waiting, -batches.Count);
    }

    private void Run()
    {
        while (_queue.TryTake(out var first, Timeout.InfiniteTimeSpan))
            StoreFrom(first);

        // Asked to end while the disk fails: one last attempt, for what is still only in memory.
        if (_failing)
            Store([]);
    }

    /// <summary>Wakes the thread with a batch of nothing.</summary>
    private void Retry()
    {
        try
        {
            Hand(new Batch([], null, 0));
        }
        catch (InvalidOperationException)
        {
            // The journal ends.
        }
    }

    private void Store(List<Batch> batches)
    {
        var reports = false;
        foreach (var batch in batches)
        {
            _unstored.AddRange(batch.Entries);
            _newest = batch.State ?? _newest;
            _taken = Math.Max(_taken, batch.Acknowledgement);
            if (batch.Entries.Select(entry => entry.ReportOrNull).FirstOrDefault(report => report is not null) is { } report)
                (reports, _stationId) = (true, report.StationId);
        }

        _silence.Begin();
        try
        {
            if (_unstored.Count > 0)
            {
                // Into a file that was opened anew goes the whole state: it may lack what was dropped meanwhile.
                var isNew = _file is null;
                _file ??= Reopen();
                _file.Append(_unstored, _newest, snapshot: isNew);
            }

            _unstored = [];
            _unstoredReports = [];
            _acknowledgements.RunUpTo(_taken);
            if (_silence.End() | _failing)
            {
                _failing = false;
                _listener.StorageRecovered();
            }
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException || JournalFile.IsUnbelievable(e))
        {
            Fail(e);
        }

        if (reports)
            _listener.ReportsReady();
    }

    /// <summary>Told from the watch's timer, while the journal's own thread waits for the disk.</summary>
    private void Silent()
    {
        if (!_failing)
            _listener.StorageFailed($"the disk has not answered for {SilenceWatch.SilentAfter.TotalSeconds:0} s");
        _acknowledgements.RunDownTo(UnacknowledgedMax);
    }

    private void Fail(Exception e)
    {
        _acknowledgements.RunDownTo(UnacknowledgedMax);
        if (_unstored.Count > BacklogMax)
        {
            // The newest state goes into the file as a whole when the disk is back; only the reports must be kept one by one.
            _unstored = [.. _unstored.Where(entry => entry.ReportOrNull is not null).TakeLast(BacklogMax)];
        }

        _unstoredReports = [.. _unstored.Select(entry => entry.ReportOrNull).OfType<Report>()];
        _file?.Dispose();
        _file = null;
        _contradicted = JournalFile.IsUnbelievable(e);
        _retry.Change(s_retryEvery, Timeout.InfiniteTimeSpan);
        var isTold = _silence.End() | _failing;
        _failing = true;
        if (!isTold)
            _listener.StorageFailed(e.Message);
    }

    /// <summary>
    /// A file that fails is opened anew. One that contradicts what memory holds (it could not be read at start, or its content is damaged) is
    /// set aside, and a new one begins with the state that memory holds.
    /// </summary>
    private JournalFile Reopen()
    {
        if (_contradicted && _disk.Exists(_path))
            JournalFile.SetAside(_path, _disk);
        lock (_readerLock)
        {
            _reader?.Dispose();
            _reader = null;
        }

        var (file, content) = JournalFile.Open(_path, _disk);
        try
        {
            file.WriteOnceMore();
            file.RememberMachineBoot(_clock.MachineBoot);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        // A commit that reported an error may have reached the disk all the same: what is there is not stored again.
        if (content.State.BootId == _newest.BootId)
            _unstored = [.. _unstored.Where(entry => entry.ReportOrNull is not { } report || report.Sequence > content.State.LastSequence)];
        return file;
    }

    private readonly record struct Batch(IReadOnlyList<JournalEntry> Entries, StationState? State, long Acknowledgement);
}
