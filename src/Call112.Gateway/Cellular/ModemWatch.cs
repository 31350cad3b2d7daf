using Call112.Gateway.Board;
using Call112.Gateway.Options;
using Call112.Gateway.Time;
using Call112.Messages;
using Call112.Station;

namespace Call112.Gateway.Cellular;

/// <summary>
/// Looks after the LTE modem: what it is, what it hears, the texts that it brings, and the ladder that brings it back. One task does all of it, one
/// step after another, so that ModemManager is never asked two things at once, and no rung cuts off a text that is on its way. Invariants: nothing
/// here can hold up an alert or end the process; a modem is known by its path of this moment, which changes at every reset (F15). Not its business:
/// MQTT, the verdict on a link (the core's), positions (gpsd's).
/// </summary>
public sealed class ModemWatch : BackgroundService
{
    /// <summary>The pace of the task.</summary>
    private static readonly TimeSpan s_cycle = TimeSpan.FromSeconds(1);

    /// <summary>While something is wrong the modem is looked at more often.</summary>
    private static readonly TimeSpan s_troubledEvery = TimeSpan.FromSeconds(10);

    /// <summary>The record of a reboot must be on the disk within this, or there is no reboot.</summary>
    private static readonly TimeSpan s_journalWithin = TimeSpan.FromSeconds(10);

    private readonly CellularOptions _options;
    private readonly StationOptions _stationOptions;
    private readonly StationLoop _station;
    private readonly StationClock _clock;
    private readonly ILogger _log;
    private readonly Mmcli _mmcli;
    private readonly ModemLines? _lines;
    private readonly IUsbBus _bus;
    private readonly SmsPath? _sms;
    private ModemFacts? _modem;
    private SignalFacts _signal = SignalFacts.None;
    private string? _setUp;
    private bool _looked;
    private TimeSpan _lookedAt = TimeSpan.MinValue, _polledAt = TimeSpan.MinValue;
    private volatile ModemVitals? _vitals;
    private string? _failure;

    public ModemWatch(GatewayOptions options, StationLoop station, StationClock clock, ILogger<ModemWatch> log)
        : this(options, station, clock, log, new BoardSeat { Time = clock.Time }, new ToolRunner(clock.Time))
    {
    }

    /// <param name="seat">Where the HAT's lines are.</param>
    /// <param name="tools">Runs mmcli and the others.</param>
    /// <param name="bus">Where the modem hangs; this machine's buses when null.</param>
    internal ModemWatch(
        GatewayOptions options,
        StationLoop station,
        StationClock clock,
        ILogger log,
        BoardSeat seat,
        ITools tools,
        string sysRoot = "/sys/devices/",
        IUsbBus? bus = null)
    {
        _options = options.Cellular ?? throw new ArgumentException("no section cellular", nameof(options));
        (_stationOptions, _station, _clock, _log) = (options.Station, station, clock, log);
        _mmcli = new Mmcli(_options, tools, log);
        _lines = options.Board.Cabinet is { } cabinet ? new ModemLines(cabinet, seat) : null;
        _bus = bus ?? UsbBus.Beside(options.JournalPath);
        Rungs = new Rungs(_options, _mmcli, tools, _lines, _bus, clock.Time) { SysRoot = sysRoot };
        _sms = options.Sms is { } sms ? new SmsPath(sms, _mmcli, station, clock, log) : null;
    }

    /// <summary>The newest of the modem; null before the first look. Any thread.</summary>
    public ModemVitals? Vitals => _vitals;

    /// <summary>Where the ladder stands.</summary>
    internal ModemLadder Ladder { get; private set; } = ModemLadder.Bottom;

    internal Rungs Rungs { get; }

    public override void Dispose()
    {
        _lines?.Dispose();
        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => RunAsync(stoppingToken);

    /// <summary>The keeper's life, in the caller's context.</summary>
    internal async Task RunAsync(CancellationToken stoppingToken)
    {
        try
        {
            await _station.Armed.WaitAsync(stoppingToken);
            TellMissing();
            // A run that was killed in the midst of that rung has left the modem off its bus, where nothing shows it any more.
            if (await _bus.PutBackAsync() is { } failure)
                _log.LogWarning(LogEvents.RungFailed, "The modem could not be put back on its bus: {Failure}", failure);
            while (true)
            {
                await GuardedCycleAsync(stoppingToken);
                await Task.Delay(s_cycle, _clock.Time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    /// <summary>One turn of the task: look, take texts, answer, climb if it is time.</summary>
    internal async Task CycleAsync(CancellationToken cancel)
    {
        if (IsDue(_lookedAt, Ladder.TroubleSince is null ? _options.ObserveEvery : Shorter(s_troubledEvery, _options.ObserveEvery)))
            await LookAsync(cancel);
        if (_sms is not null && _modem is { } modem)
        {
            if (IsDue(_polledAt, _sms.PollEvery))
            {
                _polledAt = _clock.Monotonic;
                await _sms.ReceiveAsync(modem.Path, cancel);
            }

            await _sms.AnswerAsync(modem.Path, cancel);
        }

        await ClimbAsync(cancel);
    }

    private async Task GuardedCycleAsync(CancellationToken cancel)
    {
        try
        {
            await CycleAsync(cancel);
            _failure = null;
        }
        catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
        {
            // A defect of the modem's keeper costs the modem, never the station.
            if (_failure != e.Message)
                _log.LogError(LogEvents.ModemWatchFailed, e, "The modem's keeper failed; it goes on.");
            _failure = e.Message;
        }
    }

    private async Task LookAsync(CancellationToken cancel)
    {
        var before = _modem;
        _modem = await _mmcli.FindAsync(cancel);
        if (_modem is not { } modem)
        {
            if (before is not null || !_looked)
                _log.LogWarning(LogEvents.ModemLost, "ModemManager shows no modem{Which}.", _options.Imei is null ? "" : " with the IMEI of the configuration");
            (_setUp, _signal) = (null, SignalFacts.None);
        }
        else
        {
            if (before?.Path != modem.Path)
                _log.LogInformation(LogEvents.ModemFound, "Modem {Model} at {Path}: {State}, SIM {Sim}.", modem.Model, modem.Path, modem.State, modem.Sim);
            Rungs.Saw(modem);
            _signal = await _mmcli.SignalAsync(modem.Path, cancel) ?? SignalFacts.None;
            // A new path is a modem that begins anew; no measuring is a ModemManager that does.
            if (_setUp != modem.Path || !_signal.IsPolled)
                _setUp = await _mmcli.SetUpAsync(modem.Path, cancel) ? modem.Path : null;
        }

        (_looked, _lookedAt) = (true, _clock.Monotonic);
        _vitals = VitalsOf(_modem, _signal);
    }

    internal static ModemVitals VitalsOf(ModemFacts? modem, SignalFacts signal) => modem is null
        ? new ModemVitals("absent")
        : new ModemVitals(
            modem.State, modem.Operator, modem.Technology, modem.Registration, modem.Sim, modem.SignalPercent, signal.RsrpDbm, signal.RsrqDb, signal.SinrDb);

    private async Task ClimbAsync(CancellationToken cancel)
    {
        var (state, now) = (_station.State, _clock.Monotonic);
        var evidence = new ModemEvidence(
            state.VerdictOn(_options.Uplink, _stationOptions.Timing, now),
            _modem is not null,
            _modem?.IsRegistered == true,
            ModemLadder.MayReboot(state, _stationOptions, now),
            state.ModemRebootAt);
        (Ladder, var take) = Ladder.Look(evidence, Rungs.Able(_modem is not null), _options.Ladder, now);
        if (take is not null)
            await TakeAsync(take, cancel);
    }

    private async Task TakeAsync(RungDecision take, CancellationToken cancel)
    {
        var skipped = take.Skipped.Count == 0 ? "" : $"; passed over: {string.Join(' ', take.Skipped)}";
        _log.LogWarning(LogEvents.RungTaken, "Recovery of the modem, {Rung}: {Reason}{Skipped}.", take.Rung, take.Reason, skipped);
        var stored = await _station.PostJournaledAsync(new StationInput.ModemRungTaken(take.Rung, take.Reason + skipped));
        var failure = take.Rung == ModemRung.PiReboot ? await ForbiddenAsync(stored, cancel) : null;
        failure ??= await Rungs.DoAsync(take.Rung, _modem?.Path, cancel);
        if (failure is null)
            _log.LogInformation(LogEvents.RungDone, "{Rung} was done; only proof of the link counts.", take.Rung);
        else
            _log.LogWarning(LogEvents.RungFailed, "{Rung} could not be done: {Failure}", take.Rung, failure);
        // Whatever is known of the modem is old now.
        _lookedAt = TimeSpan.MinValue;
    }

    /// <summary>The last look before the computer goes down: a reboot that the journal does not hold would be repeated, and an alert may have come
    /// meanwhile.</summary>
    private async Task<string?> ForbiddenAsync(Task stored, CancellationToken cancel)
    {
        if (await Task.WhenAny(stored, Task.Delay(s_journalWithin, _clock.Time, cancel)) != stored)
            return "the journal does not hold it";
        return ModemLadder.MayReboot(_station.State, _stationOptions, _clock.Monotonic) ? null : "an alert came, or an output is on";
    }

    private void TellMissing()
    {
        var missing = Enum.GetValues<ModemRung>().Except(Rungs.Fitted).ToList();
        if (missing.Count > 0)
            _log.LogInformation(LogEvents.RungsMissing, "Recovery of the modem: this station cannot do {Rungs}.", string.Join(' ', missing));
    }

    private bool IsDue(TimeSpan last, TimeSpan every) => last == TimeSpan.MinValue || _clock.Monotonic - last >= every;

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
