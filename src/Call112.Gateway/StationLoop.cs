using System.Threading.Channels;
using Call112.Gateway.Board;
using Call112.Gateway.Journal;
using Call112.Gateway.Messaging;
using Call112.Gateway.Options;
using Call112.Gateway.Time;
using Call112.Messages;
using Call112.Station;

namespace Call112.Gateway;

/// <summary>
/// Owns the station's state. Reads one bounded channel, applies each input, writes the outputs if they differ, hands the entries to the
/// journal: in this order, so that nothing stands between a dispatch and the siren (design, promise 1).
/// Invariants: nobody else touches the state or the board; a dispatch is acknowledged to the broker only by the journal; outputs are what
/// <see cref="Annunciation"/> says, within one tick; they are off before the process says anything about stopping.
/// Not its business: MQTT, HTTP, SQLite.
/// </summary>
public sealed class StationLoop : BackgroundService, IJournalListener
{
    /// <summary>Inputs that wait at most; then the poster waits, and with it the broker.</summary>
    public const int QueueMax = 1_024;

    /// <summary>The tick: sampling of inputs and evaluation of outputs (hardware.md: inputs polled every 10 ms).</summary>
    public static readonly TimeSpan TickEvery = TimeSpan.FromMilliseconds(10);

    /// <summary>While the station is quiet and no input changes, only every tenth tick does more than sample: a box is idle for days.</summary>
    private const int QuietTicksMax = 10;

    /// <summary>How long a stop waits for the journal.</summary>
    private static readonly TimeSpan s_lastWords = TimeSpan.FromSeconds(2);

    private static readonly StationInput s_tick = new StationInput.Tick();

    private readonly LoopSeat _seat;
    private readonly StationOptions _options;
    private readonly IReadOnlyList<string> _uplinks, _metered;
    private readonly IBoard _board;
    private readonly StationClock _clock;
    private readonly ILogger<StationLoop> _log;
    private readonly string _journalPath;
    private readonly List<JournalEntry> _entries = [];

    // The reader goes on in the thread of the writer: a dispatch is applied where it was received, without a change of threads.
    private readonly Channel<Posted> _inputs = Channel.CreateBounded<Posted>(new BoundedChannelOptions(QueueMax)
    {
        SingleReader = true,
        AllowSynchronousContinuations = true,
        FullMode = BoundedChannelFullMode.Wait,
    });

    private StationJournal? _journal;
    private volatile StationState _state = StationState.Empty;
    private Outputs _commanded;
    private TimeSpan _writtenAt;
    private InputSample _sampled;
    private int _quietTicks;
    private long _sentUpTo, _refused;
    private BoardCalls _failing;

    /// <param name="seat">Where the loop lives; a machine of its own when null.</param>
    public StationLoop(GatewayOptions options, IBoard board, StationClock clock, ILogger<StationLoop> log, LoopSeat? seat = null)
    {
        _seat = seat ?? new LoopSeat();
        (_options, _board, _clock, _log, _journalPath) = (options.Station, board, clock, log, options.JournalPath);
        _uplinks = [.. options.Uplinks.Select(uplink => uplink.Name)];
        _metered = [.. options.Uplinks.Where(uplink => uplink.Metered).Select(uplink => uplink.Name)];
        BootId = _seat.BootId;
    }

    /// <summary>Names this run of the service.</summary>
    public string BootId { get; }

    /// <summary>The newest state; immutable, so any thread may read it.</summary>
    public StationState State => _state;

    /// <summary>What the journal's check found wrong at start, or null.</summary>
    public string? JournalFinding => _journal?.Content.Finding;

    /// <summary>Batches that the journal has not dealt with yet; see <see cref="StationJournal.Waiting"/>.</summary>
    public int JournalWaiting => _journal?.Waiting ?? 0;

    /// <summary>When the loop last finished a tick, monotonic: what the watchdog believes (F17).</summary>
    public TimeSpan LastTickAt => Pace.LastAt;

    /// <summary>How evenly it ticks.</summary>
    public SamplePace Pace { get; } = new();

    /// <summary>Raised after a step that changed the journal or the outputs, on the loop's own thread: must return at once.</summary>
    public event Action? Changed;

    /// <summary>Raised when there is something new to tell of the GNSS receiver, on the loop's own thread: must return at once.</summary>
    public event Action? PositionChanged;

    /// <summary>Raised when there are new reports to send; from the journal's thread.</summary>
    public event Action? ReportsArrived;

    /// <summary>
    /// A command of the centre has been applied, for the first time under its id (F6); raised on the loop's own thread: must return at once.
    /// </summary>
    public event Action<StationCommand>? CommandGiven;

    /// <summary>Completes when the journal is open, the first outputs are written and the tick is set: the station is armed.</summary>
    public Task Armed => _armed.Task;

    /// <summary>Completes when every input's first level is known: from then on a button that is pressed counts.</summary>
    public Task InputsKnown => _inputsKnown.Task;

    private readonly TaskCompletionSource _inputsKnown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _armed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Takes over a message of the centre. Waits while the queue is full, so that the broker holds the backlog and not this process.</summary>
    /// <param name="uplink">The uplink that brought it, or null.</param>
    public ValueTask ReceiveAsync(InboundMessage message, string? uplink = null)
    {
        var input = Inbound.ToInput(message, uplink);
        if (input is null)
        {
            message.Acknowledge?.Invoke();
            return ValueTask.CompletedTask;
        }

        if (message.Acknowledge is null && input is not StationInput.CenterHeard && _journal is { IsFull: true })
        {
            Refuse(message.Topic);
            return ValueTask.CompletedTask;
        }

        var posted = new Posted(input, message.Acknowledge);
        return _inputs.Writer.TryWrite(posted) ? ValueTask.CompletedTask : _inputs.Writer.WriteAsync(posted);
    }

    /// <summary>
    /// The contract sends nothing but heartbeats without an acknowledgement. Whatever else comes so, and in such numbers that the disk lies far
    /// behind, would only fill the memory (F18); what is acknowledged the broker holds back by itself.
    /// </summary>
    private void Refuse(string topic)
    {
        if (Interlocked.Increment(ref _refused) == 1)
            _log.LogWarning(LogEvents.Flooded,
                "More than {Max} entries wait for the disk; messages without acknowledgement are refused, the first to {Topic}.",
                StationJournal.WaitingMax, topic);
    }

    /// <summary>Posts an input that nobody waits for.</summary>
    public ValueTask PostAsync(StationInput input) => _inputs.Writer.WriteAsync(new Posted(input, null));

    /// <summary>Posts an input; told when what it led to is on the disk. From the journal's thread: must return at once.</summary>
    internal ValueTask PostAsync(StationInput input, Action journaled) => _inputs.Writer.WriteAsync(new Posted(input, journaled));

    private void PostSoon(StationInput input)
    {
        var posting = PostAsync(input);
        if (!posting.IsCompletedSuccessfully)
            _ = posting.AsTask();
    }

    /// <summary>Reports behind a sequence number, in order.</summary>
    public IReadOnlyList<Report> ReadReports(long after, int limit) => _journal?.ReadReports(after, limit) ?? [];

    /// <summary>The uplink has handed a report to the broker.</summary>
    public void ReportSent(long sequence)
    {
        if (sequence > Interlocked.Read(ref _sentUpTo))
            Interlocked.Exchange(ref _sentUpTo, sequence);
    }

    public StationTime Now() => _clock.Now();

    void IJournalListener.StorageFailed(string detail)
    {
        _log.LogError(LogEvents.StorageFailed, "The journal cannot be written: {Detail}. Alerts sound all the same; entries wait in memory.", detail);
        PostSoon(new StationInput.StorageFailed(detail));
    }

    void IJournalListener.StorageRecovered()
    {
        _log.LogInformation(LogEvents.StorageRecovered, "The journal can be written again, and holds everything.");
        PostSoon(new StationInput.StorageRecovered());
    }

    void IJournalListener.ReportsReady() => ReportsArrived?.Invoke();

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        // Safe levels before anything else, also before the journal.
        WriteBoard(Outputs.None, _clock.Monotonic);
        return base.StartAsync(cancellationToken);
    }

    /// <summary>Outputs off first, then words (F11).</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        WriteBoard(Outputs.None, _clock.Monotonic);
        if (_journal is { } journal && _armed.Task.IsCompletedSuccessfully)
        {
            var stored = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var applied = StationCore.Apply(_state, new StationInput.Stop(), _clock.Now(), _options);
            _state = applied.State;
            journal.Append(applied.Entries, _state, stored.SetResult);
            // The uplink stops after this and sends the report; a disk that does not answer must not hold up the stop.
            await Task.WhenAny(stored.Task, Task.Delay(s_lastWords, _clock.Time, cancellationToken));
        }

        _log.LogInformation(LogEvents.Stopped, "Stopped; outputs are off.");
    }

    public override void Dispose()
    {
        _journal?.Dispose();
        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => RunAsync(stoppingToken);

    /// <summary>The loop's life, in the caller's context.</summary>
    internal async Task RunAsync(CancellationToken stoppingToken)
    {
        try
        {
            Arm();
            using var ticker = _seat.Ticks?.Invoke(PostTick) ?? new Ticker(_clock.Time, TickEvery, PostTick);
            // Not before the tick is set: whoever lets time pass from here on may count on it.
            _armed.TrySetResult();
            await foreach (var posted in _inputs.Reader.ReadAllAsync(stoppingToken))
                Step(posted);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to stop.
        }
        catch (Exception e)
        {
            WriteBoard(Outputs.None, _clock.Monotonic);
            _log.LogCritical(LogEvents.LoopFailed, e, "The station loop failed; outputs are off and the service ends, to be started again.");
            throw;
        }
    }

    private void Arm()
    {
        _journal = StationJournal.Open(_journalPath, _clock, this, _seat.Disk, _seat.JournalWaits is { } waits ? () => waits(_journal!) : null);
        var content = _journal.Content;
        if (content.Finding is { } finding)
            _log.LogError(LogEvents.JournalFinding, "Journal {Path}: {Finding}", _journalPath, finding);
        _state = content.State;
        // An earlier run may have sent whatever this journal holds.
        _sentUpTo = content.State.LastSequence;
        var now = _clock.Now();
        _journal.Start();
        // What was wrong with a file that is open again is told and over; a store that cannot be had is a fault that stands (F3).
        var foundAtStart = _journal.OpenedAtStart ? content.Finding : null;
        Step(new Posted(new StationInput.Start(BootId, _journal.GapUntil(now), foundAtStart, _uplinks, _metered), null));
        if (!_journal.OpenedAtStart)
            Step(new Posted(new StationInput.StorageFailed(content.Finding!), null));
        _log.LogInformation(LogEvents.Armed, "{Id} is armed, boot {Boot}, journal {Path}, {Open} open alert(s).", _options.Id, BootId, _journalPath, _state.Alerts.Length);
    }

    /// <summary>A queue that is full needs no tick: its inputs drive the outputs too.</summary>
    private void PostTick() => _inputs.Writer.TryWrite(new Posted(s_tick, null));

    private void Step(Posted posted)
    {
        var now = _clock.Now();
        var before = _commanded;
        var isTick = ReferenceEquals(posted.Input, s_tick);
        var positionTold = _state.Senses.Gnss.Revision;
        var command = Inbound.NewCommand(posted.Input, _state);
        if (isTick)
        {
            Pace.Note(now.Monotonic);
            if (ReadBoard() is { } active)
            {
                if (active == _sampled && ++_quietTicks < (_seat.Ticks is null ? QuietTicksMax : 1) && _state.IsQuietAt(now.Monotonic))
                    return;
                (_sampled, _quietTicks) = (active, 0);
                Collect(new StationInput.InputsSampled(active), now);
                if (!_inputsKnown.Task.IsCompleted && _state.ContactsAreKnown)
                    _inputsKnown.TrySetResult();
            }
        }

        Collect(posted.Input is StationInput.ReceiptArrived receipt ? receipt with { SentUpTo = Interlocked.Read(ref _sentUpTo) } : posted.Input, now);
        Drive(now);
        Collect(new StationInput.OutputsReadBack(_commanded, ReadBack()), now);
        Drive(now);

        var isTold = _entries.Count > 0;
        if (isTold || posted.Acknowledge is not null)
            Hand(posted);
        if (command is not null)
            CommandGiven?.Invoke(command);
        var isPositionNew = _state.Senses.Gnss.Revision != positionTold;
        if (isPositionNew)
            PositionChanged?.Invoke();
        // Ticks and fixes come for days: only one that tells something new is a change. It may be anything, for outputs are read back at each step.
        if ((!isTick && posted.Input is not StationInput.FixOffered) || isTold || isPositionNew || before != _commanded)
            Changed?.Invoke();
    }

    private void Collect(StationInput input, StationTime now)
    {
        var applied = StationCore.Apply(_state, input, now, _options);
        _state = applied.State;
        if (applied.Entries.Count > 0)
            _entries.AddRange(applied.Entries);
    }

    private void Hand(Posted posted)
    {
        JournalEntry[] entries = [.. _entries];
        _entries.Clear();
        _journal!.Append(entries, _state, posted.Acknowledge);
        foreach (var entry in entries)
            if (entry.ReportOrNull is { } report)
                Log(report);
    }

    private void Drive(StationTime now)
    {
        var wanted = Annunciation.Of(_state, _options, now.Monotonic);
        if (wanted != _commanded)
            WriteBoard(wanted, now.Monotonic);
        else if (now.Monotonic - _writtenAt >= _options.Timing.OutputRetry && AnyOutputFault())
            WriteBoard(wanted, now.Monotonic);
    }

    private bool AnyOutputFault()
    {
        if ((_failing & ~BoardCalls.Read) != 0)
            return true;
        foreach (var alarm in _state.Alarms)
            if (alarm.Event == ReportEvent.OutputFault)
                return true;
        return false;
    }

    private void WriteBoard(Outputs outputs, TimeSpan now)
    {
        _commanded = outputs;
        _writtenAt = now;
        Guarded(BoardCalls.Write, () => _board.Write(outputs));
    }

    /// <summary>Null for a sample that was missed: nobody has let go of a button, and the mains are not back, because a chip is silent.</summary>
    private InputSample? ReadBoard()
    {
        InputSample? inputs = null;
        Guarded(BoardCalls.Read, () => inputs = _board.ReadInputs());
        return inputs;
    }

    /// <summary>What does not answer reads as the opposite of what was asked: a fault, never a silent success.</summary>
    private Outputs ReadBack()
    {
        var actual = ~_commanded;
        Guarded(BoardCalls.ReadBack, () => actual = _board.ReadBack());
        return actual;
    }

    /// <summary>A call that fails is logged once, until that call works again: reads fail 100 times a second while writes may still work.</summary>
    private void Guarded(BoardCalls call, Action access)
    {
        try
        {
            access();
            _failing &= ~call;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            if ((_failing & call) == 0)
                _log.LogError(LogEvents.BoardFailed, e, "The board does not answer: {Call}.", call);
            _failing |= call;
        }
    }

    private void Log(Report report)
    {
        var (id, level) = report.Event == ReportEvent.Rejected ? (LogEvents.Refused, LogLevel.Warning) : (LogEvents.Step, LogLevel.Information);
        if (!_log.IsEnabled(level))
            return;
        var by = report.Source == ReportSource.Automatic ? null : $"by {report.Source}";
        var words = new[] { report.IncidentId, report.DispatchId?.ToString(), report.Outcome?.ToString(), report.Reason, report.Detail, by };
        _log.Log(level, id, "#{Sequence} {Event} {About}", report.Sequence, report.Event, string.Join(' ', words.Where(word => word is not null)));
    }

    [Flags]
    private enum BoardCalls
    {
        None = 0,
        Read = 1,
        Write = 2,
        ReadBack = 4,
    }

    private readonly record struct Posted(StationInput Input, Action? Acknowledge);
}
