using Call112.Gateway.Options;
using Call112.Gateway.Time;
using Call112.Messages;
using Call112.Station;

namespace Call112.Gateway.Messaging;

/// <summary>
/// The session with the centre over one uplink: connect, subscribe, birth, then heartbeats, reports and health until something fails;
/// then wait and begin again. The one reconnect loop of the service.
/// Invariants: reports leave in the order of their sequence, again from the last receipt after every reconnect (contract, "Report");
/// a connection that does not answer in time is closed, whatever the library thinks of it (F9); the back-off resets on proof of use only (F8).
/// Not its business: what a message means.
/// </summary>
public sealed class Uplink : BackgroundService
{
    /// <summary>Reports read from the journal at a time.</summary>
    private const int ReportBatch = 32;

    /// <summary>Proof of use: a connection that has lasted this long resets the back-off.</summary>
    private static readonly TimeSpan s_provenAfter = TimeSpan.FromSeconds(60);

    /// <summary>Reports without a receipt are sent again after this, doubling up to <see cref="s_resendAtMost"/>.</summary>
    private static readonly TimeSpan s_resendAfter = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan s_resendAtMost = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan s_telemetryEvery = TimeSpan.FromSeconds(60);

    /// <summary>Deadline of each message of an orderly stop.</summary>
    private static readonly TimeSpan s_farewellDeadline = TimeSpan.FromSeconds(1);

    private readonly UplinkOptions _options;
    private readonly StationLoop _station;
    private readonly IBroker _broker;
    private readonly StationClock _clock;
    private readonly Vitals _vitals;
    private readonly ILogger<Uplink> _log;
    private readonly Random _jitter;
    private readonly SessionRequest _request;
    private readonly Signal _reports = new();
    private readonly Signal _health = new();
    private readonly Signal _telemetry = new();
    private readonly TaskCompletionSource _subscribed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _heartbeats;
    private long _sent;
    private volatile bool _sendAgain;
    private volatile bool _tellAgain;

    /// <param name="jitter">Source of the back-off's jitter; seeded by the caller.</param>
    public Uplink(GatewayOptions options, StationLoop station, IBroker broker, StationClock clock, Vitals vitals, Random jitter, ILogger<Uplink> log)
    {
        (_options, _station, _broker, _clock, _vitals, _jitter, _log) = (options.Uplink, station, broker, clock, vitals, jitter, log);
        var id = options.Station.Id;
        _request = new SessionRequest(
            $"call112-{id}",
            new OutboundMessage(Topics.State(id), [], AtLeastOnce: true, Retain: true),
            [
                Topics.Dispatch(id),
                Topics.Command(id),
                Topics.Receipt(id),
                Topics.CenterHeartbeat,
                .. options.Station.Groups.Append("all").Distinct().Select(Topics.GroupDispatch),
            ]);
        station.ReportsArrived += _reports.Set;
        station.ReportNowAsked += () =>
        {
            (_sendAgain, _tellAgain) = (true, true);
            _reports.Set();
            _health.Set();
            _telemetry.Set();
        };
        station.Changed += _health.Set;
        station.PositionChanged += _telemetry.Set;
    }

    /// <summary>Completes when the station has been subscribed for the first time.</summary>
    public Task Subscribed => _subscribed.Task;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => RunAsync(stoppingToken);

    /// <summary>The uplink's life, in the caller's context.</summary>
    internal async Task RunAsync(CancellationToken stoppingToken)
    {
        var backOff = default(BackOff);
        try
        {
            await _station.Armed.WaitAsync(stoppingToken);
            while (true)
            {
                var began = _clock.Monotonic;
                var reason = await RunOnceAsync(stoppingToken);
                stoppingToken.ThrowIfCancellationRequested();
                if (_clock.Monotonic - began >= s_provenAfter)
                    backOff = default;
                (var wait, backOff) = backOff.Fail(_jitter.NextDouble());
                _log.LogWarning(LogEvents.ConnectionLost, "{Uplink} {Broker}: {Reason}; next attempt in {Wait:0.0} s", _options.Name, _options, reason, wait.TotalSeconds);
                await Task.Delay(wait, _clock.Time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    /// <summary>One connection's life. Returns why it ended.</summary>
    private async Task<string> RunOnceAsync(CancellationToken stop)
    {
        try
        {
            var request = _request with { Will = _request.Will with { Payload = MessageWriter.Write(_vitals.Status(online: false)) } };
            await using var connection = await _broker.ConnectAsync(request, _station.ReceiveAsync, stop);
            _log.LogInformation(LogEvents.Connected, "{Uplink} {Broker}: connected, session {Session}", _options.Name, _options, connection.SessionPresent ? "resumed" : "new");
            await _station.PostAsync(new StationInput.UplinkProved(_options.Name));
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
            Task[] parts = [HealthAsync(connection, ended.Token), HeartbeatAsync(connection, ended.Token), ReportAsync(connection, ended.Token), TelemetryAsync(connection, ended.Token), connection.Closed];
            _subscribed.TrySetResult();
            var first = await Task.WhenAny(parts);
            ended.Cancel();
            var reason = first == parts[^1] ? await connection.Closed : await ReasonOf(first);
            await Task.WhenAll(parts[..^1].Select(ReasonOf));
            if (stop.IsCancellationRequested)
                await LeaveAsync(connection);
            return reason;
        }
        catch (Exception e) when (e is not OperationCanceledException || !stop.IsCancellationRequested)
        {
            return ReasonOf(e);
        }
    }

    private static async Task<string> ReasonOf(Task part)
    {
        try
        {
            await part;
            return "ended";
        }
        catch (OperationCanceledException)
        {
            return "stopped";
        }
        catch (Exception e)
        {
            return ReasonOf(e);
        }
    }

    /// <summary>Whatever fails costs the connection, never the uplink: a box that lives on without one is deaf and does not know why.</summary>
    private static string ReasonOf(Exception e) => e is BrokerException ? e.Message : $"{e.GetType().Name}: {e.Message}";

    /// <summary>An orderly stop: what is reported goes out, then the farewell that the will would otherwise be.</summary>
    private async Task LeaveAsync(IBrokerConnection connection)
    {
        try
        {
            foreach (var report in _station.ReadReports(_sent, ReportBatch))
                await connection.PublishAsync(ReportMessage(report), s_farewellDeadline, CancellationToken.None);
            await connection.PublishAsync(StatusMessage(online: false), s_farewellDeadline, CancellationToken.None);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            _log.LogInformation(LogEvents.ConnectionLost, "{Uplink}: no farewell: {Reason}", _options.Name, ReasonOf(e));
        }
    }

    /// <summary>Birth at once; again whenever an alarm, the clock's state or the number of open alerts changes, and when the centre asks.</summary>
    private async Task HealthAsync(IBrokerConnection connection, CancellationToken cancel)
    {
        string? told = null;
        while (true)
        {
            var now = _vitals.HealthKey();
            if (now != told || _tellAgain)
            {
                _tellAgain = false;
                await connection.PublishAsync(StatusMessage(online: true), _options.PublishDeadline, cancel);
                told = now;
            }

            await _health.WaitAsync(cancel);
        }
    }

    /// <summary>Proof of life with a deadline for the PUBACK; a late one ends the connection.</summary>
    private async Task HeartbeatAsync(IBrokerConnection connection, CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(_options.HeartbeatEvery, _clock.Time);
        do
        {
            var beat = MessageWriter.Write(_vitals.Heartbeat(++_heartbeats));
            await connection.PublishAsync(new OutboundMessage(Topics.Heartbeat(_vitals.StationId), beat, AtLeastOnce: true), _options.PublishDeadline, cancel);
            await _station.PostAsync(new StationInput.UplinkProved(_options.Name));
        }
        while (await timer.WaitForNextTickAsync(cancel));
    }

    /// <summary>
    /// Reports in order, each until its PUBACK; and again from the last receipt when none has come for a while: the PUBACK was only the broker's
    /// word (F1). Time counts from the last progress, so that a station with much to say repeats what was lost as well.
    /// </summary>
    private async Task ReportAsync(IBrokerConnection connection, CancellationToken cancel)
    {
        _sent = _station.State.ReceiptedUpTo;
        var (receipted, since, resendAfter) = (_sent, _clock.Monotonic, s_resendAfter);
        while (true)
        {
            var (upTo, now) = (_station.State.ReceiptedUpTo, _clock.Monotonic);
            if (upTo > receipted || upTo >= _sent)
                (receipted, since, resendAfter) = (upTo, now, s_resendAfter);
            var isLate = now - since >= resendAfter;
            if (isLate)
                (since, resendAfter) = (now, TimeSpan.FromTicks(Math.Min(resendAfter.Ticks * 2, s_resendAtMost.Ticks)));
            _sent = _sendAgain || isLate ? upTo : Math.Max(_sent, upTo);
            _sendAgain = false;
            var batch = _station.ReadReports(_sent, ReportBatch);
            foreach (var report in batch)
            {
                // Before the PUBACK: the centre's receipt may be faster than the broker's.
                _station.ReportSent(report.Sequence);
                await connection.PublishAsync(ReportMessage(report), _options.PublishDeadline, cancel);
                _sent = report.Sequence;
            }

            if (batch.Count == 0)
                await _reports.WaitAsync(resendAfter - (now - since), _clock.Time, cancel);
        }
    }

    private async Task TelemetryAsync(IBrokerConnection connection, CancellationToken cancel)
    {
        while (true)
        {
            var telemetry = MessageWriter.Write(_vitals.Telemetry());
            await connection.PublishAsync(new OutboundMessage(Topics.Telemetry(_vitals.StationId), telemetry, AtLeastOnce: false), _options.PublishDeadline, cancel);
            await _telemetry.WaitAsync(s_telemetryEvery, _clock.Time, cancel);
        }
    }

    private static OutboundMessage ReportMessage(Report report) => new(Topics.Report(report.StationId), MessageWriter.Write(report), AtLeastOnce: true);

    private OutboundMessage StatusMessage(bool online) =>
        new(Topics.State(_vitals.StationId), MessageWriter.Write(_vitals.Status(online)), AtLeastOnce: true, Retain: true);
}
