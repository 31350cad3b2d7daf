using System.Collections.Concurrent;
using System.Threading.Channels;
using Call112.Center.Acceptance;
using Call112.Center.Book;
using Call112.Center.Messaging;
using Call112.Center.Sms;
using Call112.Messages;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Call112.Center;

/// <summary>
/// Owns the book and the store. Duty: take what waits, let the book decide, commit all rows of the batch in one transaction, and only then
/// acknowledge, publish, answer and show. Invariant: nothing leaves this process before the rows that it rests on are on disk.
/// A commit that fails is treated like a crash: the book is read again from the store, and the broker sends again what was not acknowledged.
/// </summary>
internal sealed class CenterLoop : IDisposable
{
    /// <summary>Inputs that wait; beyond it the senders wait, and the broker keeps the rest (F18).</summary>
    private const int WaitingMax = 4_096;

    /// <summary>Inputs of one transaction.</summary>
    private const int BatchMax = 1_024;

    /// <summary>A batch with so many reports shows that answers are pouring in.</summary>
    private const int PouringReports = 32;

    /// <summary>A dispatch with at most so many stations is shown at every change.</summary>
    private const int StationsShownAtOnce = 100;

    /// <summary>Changes that wait for one observer; one that is slower loses the oldest.</summary>
    private const int ChangesMax = 10_000;

    /// <summary>Lines of the log that notes of the book may take each second.</summary>
    private const int NotesPerSecond = 20;

    private readonly Channel<Item> _items = Channel.CreateBounded<Item>(new BoundedChannelOptions(WaitingMax) { SingleReader = true });
    private readonly ConcurrentDictionary<Channel<CenterChange>, bool> _observers = new();
    private readonly Dictionary<string, Receipt> _receipts = [];
    private readonly HashSet<Guid> _unshown = [];
    private readonly Dictionary<Guid, long> _shownAt = [];
    private readonly CenterOptions _options;
    private readonly TimeProvider _time;
    private readonly long _origin;
    private readonly ILogger _log;
    private readonly AcceptanceJudge _judge;
    private readonly string _bootId = Guid.NewGuid().ToString("N");
    private ITimer? _ticks;
    private long _refusals, _lastRefusal, _notesSince, _receiptsHeldSince;
    private int _notes;
    private BookStore _store;
    private DispatchBook _book;

    public CenterLoop(CenterOptions options, TimeProvider time, ILogger log)
    {
        (_options, _time, _log) = (options, time, log);
        (_origin, _judge) = (time.GetTimestamp(), new AcceptanceJudge(options.Identities, options.BrokerAuthorityFile));
        _store = BookStore.Open(options.DatabasePath, time.GetUtcNow());
        if (_store.SetAside is { } fault)
            _log.LogError("the dispatch book was damaged: {Fault}", fault);
        Fault = _store.SetAside;
        _book = NewBook();
    }

    public static TimeSpan TickEvery => TimeSpan.FromMilliseconds(100);

    /// <summary>A receipt waits no longer than this for the answers to end.</summary>
    private static TimeSpan ReceiptsHeldAtMost => TimeSpan.FromSeconds(1);

    private static TimeSpan ShownEveryPerStation => TimeSpan.FromMicroseconds(100);

    /// <summary>Set before the first message can come.</summary>
    public BrokerSession? Session { get; set; }

    /// <summary>The last path; null while it is off.</summary>
    public SmsGateway? Sms { get; set; }

    /// <summary>What is wrong with the store, for the health check; null when it takes what it is given.</summary>
    public string? Fault { get; private set; }

    public bool IsConnected { get; private set; }

    /// <inheritdoc cref="CenterHost.DispatchHanded"/>
    public Action<Dispatch, string>? DispatchHanded { get; set; }

    /// <summary>Runs until the token ends it. Throws only on a defect.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        _ticks = _time.CreateTimer(_ => _items.Writer.TryWrite(new Item(new Tick(Guid.NewGuid()))), null, TickEvery, TickEvery);
        var batch = new List<Item>(BatchMax);
        try
        {
            while (await _items.Reader.WaitToReadAsync(stop))
            {
                batch.Clear();
                Item? query = null;
                while (batch.Count < BatchMax && query is null && _items.Reader.TryRead(out var item))
                    if (item.Query is null)
                        batch.Add(item);
                    else
                        query = item;
                if (batch.Count > 0 && !Process(batch))
                    await RecoverAsync(batch, stop);
                // After the commit: a reader never sees what a crash could take back.
                query?.Query!(_book);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to stop: what waits is not acknowledged and comes again.
        }
        finally
        {
            await _ticks.DisposeAsync();
            _items.Writer.TryComplete();
            while (_items.Reader.TryRead(out var left))
                left.Answer?.TrySetResult(new BookAnswer(AnswerKind.Unavailable, Errors: [new FieldError("", "the centre is stopping")]));
            foreach (var observer in _observers.Keys)
                observer.Writer.TryComplete();
        }
    }

    /// <summary>Hands in a message of the broker. A malformed one is acknowledged and dropped: it must not block the queue.</summary>
    public async ValueTask ReceiveAsync(Incoming incoming)
    {
        var (input, reason) = Read(incoming);
        if (input is null)
        {
            LogRefusal(incoming, reason);
            incoming.Acknowledge();
            return;
        }

        await PostAsync(new Item(input, incoming.Acknowledge));
    }

    public async ValueTask LinkChangedAsync(bool connected)
    {
        IsConnected = connected;
        await PostAsync(new Item(new BrokerLink(connected)));
    }

    /// <summary>Asks something of the book; the answer comes after the commit.</summary>
    public async Task<BookAnswer> RequestAsync(BookInput input, CancellationToken cancel)
    {
        var answer = new TaskCompletionSource<BookAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!await PostAsync(new Item(input, Answer: answer), cancel))
            return new BookAnswer(AnswerKind.Unavailable, Errors: [new FieldError("", "the centre is stopping")]);
        return await answer.Task.WaitAsync(cancel);
    }

    /// <summary>Reads from the book, after everything that was handed in before.</summary>
    public async Task<T> AskAsync<T>(Func<DispatchBook, T> read, CancellationToken cancel)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!await PostAsync(new Item(null, Query: book => answer.TrySetResult(read(book))), cancel))
            throw new OperationCanceledException("the centre is stopping");
        return await answer.Task.WaitAsync(cancel);
    }

    /// <summary>Every change from now on, until the token or the centre ends. Registered when this returns.</summary>
    public ChannelReader<CenterChange> Observe(CancellationToken cancel)
    {
        var channel = Channel.CreateBounded<CenterChange>(new BoundedChannelOptions(ChangesMax) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        _observers[channel] = true;
        cancel.Register(() =>
        {
            _observers.TryRemove(channel, out _);
            channel.Writer.TryComplete();
        });
        return channel.Reader;
    }

    public void Dispose() => _store.Dispose();

    /// <summary>At most one line each second, with the number of those that were passed over: a babbling client must not fill the disk (F3).</summary>
    private void LogRefusal(Incoming incoming, string reason)
    {
        var passed = Interlocked.Increment(ref _refusals);
        var last = Interlocked.Read(ref _lastRefusal);
        if (last != 0 && _time.GetElapsedTime(last) < TimeSpan.FromSeconds(1))
            return;
        Interlocked.Exchange(ref _lastRefusal, _time.GetTimestamp());
        Interlocked.Add(ref _refusals, -passed);
        _log.LogWarning("{Kind} of {Station} refused: {Reason} ({Count} refused since the last line)", incoming.Topic.Kind, incoming.Topic.Name, reason, passed);
    }

    /// <summary>At most <see cref="NotesPerSecond"/> lines each second: valid reports about nothing come as fast as malformed ones (F3).</summary>
    private void LogNote(Noted note)
    {
        if (_notesSince == 0 || _time.GetElapsedTime(_notesSince) >= TimeSpan.FromSeconds(1))
        {
            if (_notes > NotesPerSecond)
                _log.LogWarning("{Count} further notes were not written", _notes - NotesPerSecond);
            (_notesSince, _notes) = (_time.GetTimestamp(), 0);
        }

        if (++_notes <= NotesPerSecond)
            _log.Log(note.Warning ? LogLevel.Warning : LogLevel.Information, "{Note}", note.Text);
    }

    /// <summary>False when the loop has ended: what comes now is not acknowledged and comes again after the next start.</summary>
    private async ValueTask<bool> PostAsync(Item item, CancellationToken cancel = default)
    {
        while (await _items.Writer.WaitToWriteAsync(cancel))
            if (_items.Writer.TryWrite(item))
                return true;
        return false;
    }

    private DispatchBook NewBook() => new(_options.Rules, _store.Load(_options.Rules), _options.Registry, Now());

    private CenterTime Now() => new(_time.GetElapsedTime(_origin), _time.GetUtcNow());

    /// <summary>False when the store did not take the batch: then nothing of it has left the process.</summary>
    private bool Process(List<Item> batch)
    {
        var effects = new List<BookEffect>();
        var answers = new List<(TaskCompletionSource<BookAnswer> Asked, BookAnswer Answer)>();
        foreach (var item in batch)
            foreach (var effect in _book.Apply(item.Input!, Now()))
            {
                effects.Add(effect);
                if (effect is Answered answered && item.Answer is not null)
                    answers.Add((item.Answer, answered.Answer));
            }

        try
        {
            if (effects.Exists(effect => effect is StoreDispatch or StoreTarget or StoreReport or StoreStation or StoreAcceptance))
            {
                _store.Commit(effects);
                Fault = _store.SetAside;
            }
        }
        catch (SqliteException e)
        {
            Fault = $"the dispatch book cannot be written: {e.Message}";
            return false;
        }

        foreach (var effect in effects)
            Act(effect);
        SendReceipts(batch);
        foreach (var item in batch)
            item.Acknowledge?.Invoke();
        foreach (var (asked, answer) in answers)
            asked.TrySetResult(answer);
        Show(effects);
        return true;
    }

    private async Task RecoverAsync(List<Item> batch, CancellationToken stop)
    {
        _log.LogError("{Fault}; nothing of this batch was acknowledged or sent", Fault);
        foreach (var item in batch)
            item.Answer?.TrySetResult(new BookAnswer(AnswerKind.Unavailable, Errors: [new FieldError("", Fault ?? "the store failed")]));
        Session?.DropConnection();
        while (true)
        {
            try
            {
                _store.Dispose();
                _store = BookStore.Open(_options.DatabasePath, _time.GetUtcNow());
                _book = NewBook();
                return;
            }
            catch (Exception e) when (e is SqliteException or CenterStartException)
            {
                _log.LogError("the dispatch book cannot be read again: {Reason}", e.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), _time, stop);
            }
        }
    }

    private void Act(BookEffect effect)
    {
        switch (effect)
        {
            case PublishDispatch { Message: var message } publish:
                Action? taken = publish.Group is { } group
                    ? () => _items.Writer.TryWrite(new Item(new GroupPublished(message.DispatchId, group, message.MessageType, message.Revision)))
                    : null;
                Action? handed = DispatchHanded is { } tell ? () => tell(message, publish.Topic) : null;
                Session?.Publish(new Outgoing(publish.Topic, MessageWriter.Write(message), true, publish.Expiry, Urgent: true, taken, handed));
                break;
            case PublishCommand publish:
                Session?.Publish(new Outgoing(Topics.Command(publish.StationId), MessageWriter.Write(publish.Command), true, publish.Expiry, Urgent: true));
                break;
            case PublishReceipt publish:
                if (_receipts.Count == 0)
                    _receiptsHeldSince = _time.GetTimestamp();
                _receipts[publish.StationId] = publish.Receipt;
                break;
            case SendSms sms:
                Sms?.Send(sms.StationId, sms.Message, sms.Counter);
                break;
            case PublishHeartbeat publish:
                var beat = new CenterHeartbeat(publish.SentAt, _bootId, publish.Number);
                Session?.Publish(new Outgoing(Topics.CenterHeartbeat, MessageWriter.Write(beat), false, null, Urgent: true));
                break;
            case Noted note:
                LogNote(note);
                break;
        }
    }

    /// <summary>
    /// Receipts of stored reports. While the answers of a whole city pour in they wait a moment: each costs the broker and this process as much
    /// as an answer, the last answer matters more, and a station that has meanwhile said more gets one receipt for all of it.
    /// </summary>
    private void SendReceipts(List<Item> batch)
    {
        if (_receipts.Count == 0)
            return;
        if (batch.Count(item => item.Input is ReportReceived) >= PouringReports && _time.GetElapsedTime(_receiptsHeldSince) < ReceiptsHeldAtMost)
            return;
        foreach (var (stationId, receipt) in _receipts)
            Session?.Publish(new Outgoing(Topics.Receipt(stationId), MessageWriter.Write(receipt), true, null, Urgent: false));
        _receipts.Clear();
    }

    /// <summary>One change for each thing that changed in the batch, and nothing at all when nobody looks.</summary>
    private void Show(List<BookEffect> effects)
    {
        if (_observers.IsEmpty)
        {
            _unshown.Clear();
            return;
        }

        foreach (var effect in effects)
            if (effect is DispatchChanged changed)
                _unshown.Add(changed.DispatchId);
        foreach (var id in _unshown.Where(IsDue).ToList())
        {
            _unshown.Remove(id);
            if (_book.Find(id) is { } dispatch)
                Show(new CenterChange(dispatch, null));
        }

        foreach (var id in effects.OfType<StationChanged>().Select(changed => changed.StationId).Distinct())
            if (_book.FindStation(id) is { } station)
                Show(new CenterChange(null, station));
    }

    /// <summary>
    /// A picture holds the ladders of all stations, so the rest between two grows with their number: a city-wide dispatch, whose ten thousand
    /// answers come within a second, is shown once a second and not at each of them. What waits is shown by a later batch, at the latest a tick's.
    /// </summary>
    private bool IsDue(Guid dispatchId)
    {
        var stations = _book.StationsOf(dispatchId);
        if (stations <= StationsShownAtOnce)
            return true;
        if (_shownAt.TryGetValue(dispatchId, out var last) && _time.GetElapsedTime(last) < ShownEveryPerStation * stations)
            return false;
        foreach (var old in _shownAt.Where(shown => _time.GetElapsedTime(shown.Value) > ShownEveryPerStation * BookRules.StationsMax).ToList())
            _shownAt.Remove(old.Key);
        _shownAt[dispatchId] = _time.GetTimestamp();
        return true;
    }

    private void Show(CenterChange change)
    {
        foreach (var observer in _observers.Keys)
            observer.Writer.TryWrite(change);
    }

    private (BookInput? Input, string Reason) Read(Incoming incoming)
    {
        var payload = incoming.Payload;
        (BookInput?, string) Own<T>(Parsed<T> parsed, Func<T, string> stationOf, Func<T, BookInput> input)
            where T : class => parsed.Value is not { } value ? (null, parsed.Reason)
            // A station speaks only for itself: the broker's access list covers the topic, not the text inside.
            : stationOf(value) == incoming.Topic.Name ? (input(value), "") : (null, $"the topic is of {incoming.Topic.Name}, the message of {stationOf(value)}");

        return incoming.Topic.Kind switch
        {
            TopicKind.Report when incoming.Retained => (null, "retained"),
            TopicKind.Report => Own(MessageReader.ReadReport(payload), r => r.StationId, r => new ReportReceived(r)),
            TopicKind.State => Own(MessageReader.ReadStatus(payload), s => s.StationId, s => new StatusReceived(s, incoming.Retained)),
            TopicKind.Heartbeat when incoming.Retained => (null, "retained"),
            TopicKind.Heartbeat => Own(MessageReader.ReadHeartbeat(payload), h => h.StationId, h => new HeartbeatReceived(h)),
            TopicKind.Telemetry => Own(MessageReader.ReadTelemetry(payload), t => t.StationId, t => new TelemetryReceived(t)),
            TopicKind.Acceptance => _judge.Read(incoming.Topic.Name, payload, _time.GetUtcNow()),
            _ => (null, "not a message to the centre"),
        };
    }

    /// <summary>One thing to do: an input, perhaps with someone who waits for its commit, or a question.</summary>
    private sealed record Item(
        BookInput? Input,
        Action? Acknowledge = null,
        TaskCompletionSource<BookAnswer>? Answer = null,
        Action<DispatchBook>? Query = null);
}
