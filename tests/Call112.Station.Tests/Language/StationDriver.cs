using System.Globalization;
using Call112.Messages;

namespace Call112.Station.Tests.Language;

/// <summary>
/// A station with a virtual clock, a board, a journal and a centre, driven by a test. Time moves only by <see cref="Pass(TimeSpan, TimeSpan?)"/>, in steps of
/// 10 ms, and each step does what the service's loop does: sample the inputs, write the outputs, read them back, tick.
/// Invariants checked on every input: reports are numbered without a gap, and the state is the fold of the journal (at each restart).
/// </summary>
internal sealed class StationDriver
{
    public static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);

    /// <summary>Every stretch of time begins with this much of fine steps: longer than any contact takes to settle, or to be released.</summary>
    private static readonly TimeSpan s_fine = TimeSpan.FromMilliseconds(300);

    /// <summary>
    /// Steps after that, in which nobody presses anything: 10 ms too, unless <c>CALL112_IDLE_STEP_MS</c> says more. The mutation run does: each step
    /// costs it many times as much (tests/stryker/README.md).
    /// </summary>
    private static readonly TimeSpan s_idleStep = TimeSpan.FromMilliseconds(
        int.TryParse(Environment.GetEnvironmentVariable("CALL112_IDLE_STEP_MS"), CultureInfo.InvariantCulture, out var ms) ? ms : 10);

    private readonly List<JournalEntry> _journal = [];
    private readonly List<Report> _reports = [];
    private readonly TimeSpan _centerEvery = TimeSpan.FromSeconds(5);
    private TimeSpan _centerDue;
    private int _boots;

    public StationDriver(StationOptions? options = null, ClockState clock = ClockState.Synchronized, bool started = true)
    {
        Options = options ?? new StationOptions { Id = "pkm-gogagoman" };
        Now = new StationTime(TimeSpan.FromSeconds(20), Call.Now, clock);
        if (started)
            Start(TimeSpan.Zero);
    }

    public StationOptions Options { get; set; }

    public StationTiming Timing => Options.Timing;

    public StationTime Now { get; set; }

    public StationState State { get; set; } = StationState.Empty;

    /// <summary>Inputs that are active now.</summary>
    public Inputs Held { get; set; }

    /// <summary>Inputs whose loop is cut now, and those whose loop is shorted.</summary>
    public Inputs Cut { get; set; }

    /// <inheritdoc cref="Cut"/>
    public Inputs Shorted { get; set; }

    /// <summary>Outputs that never energise, and outputs that never let go.</summary>
    public Outputs Dead { get; set; }

    public Outputs Welded { get; set; }

    /// <summary>The centre's heartbeat arrives every 5 s, and every uplink is proved.</summary>
    public bool CenterLives { get; set; } = true;

    public IReadOnlyList<string> Uplinks { get; set; } = ["lan"];

    public IReadOnlyList<string> Metered { get; set; } = [];

    public IReadOnlyList<JournalEntry> Journal => _journal;

    public IReadOnlyList<Report> Reports => _reports;

    /// <summary>Called after every input, with the state as the input left it.</summary>
    public Action? AfterInput { get; set; }

    /// <summary>For how long each output was commanded, over all of <see cref="Pass(TimeSpan, TimeSpan?)"/>.</summary>
    public Dictionary<Outputs, TimeSpan> OnTime { get; } = Levels.AllOutputs.ToDictionary(output => output, _ => TimeSpan.Zero);

    public Outputs Outputs => Annunciation.Of(State, Options, Now.Monotonic);

    public bool Siren => Outputs.HasFlag(Outputs.Siren);

    public Report Last => _reports[^1];

    /// <summary>Events reported for a dispatch, in order.</summary>
    public string StepsOf(Dispatch dispatch) => Names(_reports.Where(report => report.DispatchId == dispatch.DispatchId));

    /// <summary>The loops that were told of, in order: "panic loop cut" raised, "-panic loop cut" cleared.</summary>
    public string LoopsTold => string.Join(", ", _reports
        .Where(report => report.Event is ReportEvent.InputStuck or ReportEvent.InputRestored)
        .Select(report => report.Event == ReportEvent.InputRestored ? $"-{report.Detail}" : report.Detail));

    /// <summary>Everything reported, except that the station started.</summary>
    public string Events => Names(_reports.Where(report => report.Event != ReportEvent.Started));

    public Alert? Open(Dispatch dispatch) => State.Find(dispatch.DispatchId);

    public IReadOnlyList<JournalEntry> Send(StationInput input)
    {
        var (state, entries) = StationCore.Apply(State, input, Now, Options);
        // Not the last report's: a receipt beyond it moves the numbering on, also when there is nothing to send again under new numbers.
        var last = State.LastSequence;
        State = state;
        _journal.AddRange(entries);
        foreach (var report in entries.Select(entry => entry.ReportOrNull).OfType<Report>())
        {
            if (_reports.Count > 0 && !entries.OfType<JournalEntry.NumberingAdopted>().Any())
                Assert.Equal(last + 1, report.Sequence);
            last = report.Sequence;
            _reports.Add(report);
        }

        AfterInput?.Invoke();
        return entries;
    }

    public IReadOnlyList<JournalEntry> Send(Dispatch dispatch) => Send(new StationInput.DispatchArrived(dispatch));

    public IReadOnlyList<JournalEntry> Command(CommandKind kind, Guid? id = null) => Send(new StationInput.CommandArrived(new StationCommand(kind, id)));

    public IReadOnlyList<JournalEntry> Touch(PanelAction action, Dispatch? dispatch = null, DeclineReason? reason = null, Outcome? outcome = null) =>
        Send(new StationInput.PanelTouched(action, dispatch?.DispatchId, reason, outcome));

    /// <summary>Lets time pass as the loop would see it.</summary>
    /// <param name="step">Longer steps for long waits in which nobody touches a button.</param>
    public void Pass(TimeSpan duration, TimeSpan? step = null)
    {
        var (began, end) = (Now.Monotonic, Now.Monotonic + duration);
        while (Now.Monotonic < end)
        {
            var left = end - Now.Monotonic;
            var next = step ?? (Now.Monotonic - began < s_fine ? Step : s_idleStep);
            if (left < next)
                next = left;
            Now = Now.After(next);
            if (CenterLives && Now.Monotonic >= _centerDue)
                HearCenter();
            Send(new StationInput.InputsSampled(new InputSample(Held, Cut, Shorted)));
            ReadBack(next);
            Send(new StationInput.Tick());
        }
    }

    public void Pass(double seconds) => Pass(TimeSpan.FromSeconds(seconds));

    /// <summary>Lets time pass and tells when an output was commanded, from the present moment: "0-60 80-90".</summary>
    public string Watch(Outputs output, TimeSpan duration, TimeSpan? step = null)
    {
        var began = Now.Monotonic;
        var spans = new List<(double From, double To)>();
        while (Now.Monotonic < began + duration)
        {
            if (Outputs.HasFlag(output))
            {
                var at = (Now.Monotonic - began).TotalSeconds;
                var length = (step ?? Step).TotalSeconds;
                if (spans.Count > 0 && Math.Abs(spans[^1].To - at) < 0.001)
                    spans[^1] = (spans[^1].From, at + length);
                else
                    spans.Add((at, at + length));
            }

            Pass(step ?? Step, step);
        }

        return string.Join(' ', spans.Select(span => FormattableString.Invariant($"{span.From:0.##}-{span.To:0.##}")));
    }

    /// <summary>A station whose contacts and loops have all settled, at rest.</summary>
    public static StationDriver Rested()
    {
        var station = new StationDriver();
        station.Pass(1);
        return station;
    }

    /// <summary>A person presses a button and lets go.</summary>
    public void Press(Inputs button, TimeSpan? held = null)
    {
        // What is found active at boot is no press: let the contacts settle first.
        if (!State.Senses.Contacts[0].Known)
            Pass(TimeSpan.FromMilliseconds(50));
        Held |= button;
        Pass(held ?? TimeSpan.FromMilliseconds(150));
        Held &= ~button;
        Pass(TimeSpan.FromMilliseconds(150));
    }

    /// <summary>Sets the wall clock, as NTP or an operator does; the monotonic clock runs on.</summary>
    public void StepWall(TimeSpan by) => Now = Now with { Wall = Now.Wall + by };

    public void Synchronize() => Now = Now with { Clock = ClockState.Synchronized };

    /// <summary>The process dies and starts again on the same boot of the machine: the monotonic clock runs on.</summary>
    public void Restart(TimeSpan gap)
    {
        Now = Now.After(gap);
        Replay();
        Start(Now.Monotonic - State.LastEntryAt);
    }

    /// <summary>The machine dies and boots: the monotonic clock begins anew.</summary>
    /// <param name="known">What the wall clock says about the gap; null when nobody knows.</param>
    public void Reboot(TimeSpan dark, TimeSpan? known)
    {
        var beforeLast = Now.Monotonic - State.LastEntryAt;
        Now = new StationTime(TimeSpan.FromSeconds(12), Now.Wall + dark, Now.Clock);
        Replay();
        Start(known is { } gap ? gap + beforeLast : TimeSpan.Zero);
    }

    private void Start(TimeSpan gap)
    {
        Send(new StationInput.Start($"boot-{++_boots}", gap, null, Uplinks, Metered));
        HearCenter();
    }

    private void Replay()
    {
        var replayed = _journal.Aggregate(StationState.Empty, (state, entry) => state.With(entry));
        Assert.Equal(StateText.Durable(State), StateText.Durable(replayed));
        State = replayed;
    }

    private void HearCenter()
    {
        if (!CenterLives)
            return;
        _centerDue = Now.Monotonic + _centerEvery;
        Send(new StationInput.CenterHeard());
        foreach (var uplink in Uplinks)
            Send(new StationInput.UplinkProved(uplink));
    }

    private void ReadBack(TimeSpan passed)
    {
        var commanded = Outputs;
        foreach (var output in Levels.AllOutputs)
            if (commanded.HasFlag(output))
                OnTime[output] += passed;
        Send(new StationInput.OutputsReadBack(commanded, (commanded & ~Dead) | Welded));
    }

    private static string Names(IEnumerable<Report> reports) =>
        string.Join(' ', reports.Select(report => report.Reason is null ? report.Event.ToString() : $"{report.Event}({report.Reason})"));
}
