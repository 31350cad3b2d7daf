using Call112.Gateway.Options;
using Call112.Messages;
using Call112.Station;

namespace Call112.Gateway.Messaging;

/// <summary>
/// One way to the centre: connect, subscribe, talk (<see cref="UplinkSession"/>) until something fails; then wait and begin again.
/// Invariants: the back-off resets on proof of use only (F8); it is cut short only when the uplink's own interface comes up; while another box uses
/// this identity it is long (F20). Not its business: what a message means.
/// </summary>
internal sealed class Uplink
{
    /// <summary>Proof of use: a connection on which answers came for this long resets the back-off.</summary>
    private static readonly TimeSpan s_provenAfter = TimeSpan.FromSeconds(60);

    private readonly UplinkPlace _place;
    private readonly UplinkOptions _options;
    private readonly IBroker _broker;
    private readonly Random _jitter;
    private readonly SessionRequest _request;
    private readonly string _state, _certificates;
    private readonly TimeSpan _begunAt;
    private readonly TaskCompletionSource _subscribed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CertificateSense _certificate;
    private bool _wasFrugal;
    private bool _hasEcho;

    /// <param name="jitter">Source of the back-off's jitter, for this uplink alone; seeded by the caller.</param>
    public Uplink(UplinkPlace place, UplinkOptions options, IBroker broker, Random jitter)
    {
        (_place, _options, _broker, _jitter) = (place, options, broker, jitter);
        var id = place.Options.Station.Id;
        _state = Topics.State(id);
        _begunAt = place.Clock.Monotonic;
        _wasFrugal = options.Metered;
        var isRenewed = place.Renewal is { IsPossible: true };
        _certificates = Topics.Certificate(id);
        _request = new SessionRequest(
            place.Options.ClientIdOf(options),
            new OutboundMessage(_state, [], AtLeastOnce: true, Retain: true),
            [
                Topics.Dispatch(id),
                Topics.Command(id),
                Topics.Receipt(id),
                Topics.CenterHeartbeat,
                .. place.Options.Station.Groups.Append("all").Distinct().Select(Topics.GroupDispatch),
                .. isRenewed ? (string[])[_certificates] : [],
            ],
            OwnState: _state,
            MayBeRefused: isRenewed ? _certificates : null);
    }

    public string Name => _options.Name;

    /// <summary>The interface it is bound to; null: any.</summary>
    public string? Interface => _options.Interface;

    public UplinkCalls Calls { get; } = new();

    /// <summary>Completes when it has been subscribed for the first time.</summary>
    public Task Subscribed => _subscribed.Task;

    /// <summary>The evidence has changed; on the station's own thread, returns at once.</summary>
    public void Review()
    {
        Calls.Health.Set();
        if (!_options.Metered)
            return;
        foreach (var sense in _place.Station.State.Senses.Uplinks)
            if (sense.Name == Name && Links.IsFrugal(sense) != _wasFrugal)
            {
                _wasFrugal = !_wasFrugal;
                Calls.Beat.Set();
            }
    }

    /// <summary>The uplink's life. Ends only by the token.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var backOff = default(BackOff);
        while (true)
        {
            var (reason, end) = await RunOnceAsync(stop);
            stop.ThrowIfCancellationRequested();
            await _place.Station.PostAsync(new StationInput.UplinkDoubted(Name));
            if (end.Again)
                continue;
            if (end.Proven)
                backOff = default;
            (var wait, backOff) = backOff.Fail(_jitter.NextDouble());
            if (end.TakenOver)
                await TakenAsync($"connected as {_request.ClientId}");
            var isTaken = end.TakenOver || IsTaken;
            if (isTaken)
                wait = BackOff.AfterTakeOver(_jitter.NextDouble());

            _place.Log.LogWarning(
                LogEvents.ConnectionLost,
                "{Uplink} {Broker}: {Reason}; next attempt in {Wait:0.0} s",
                Name,
                _options,
                reason,
                wait.TotalSeconds);
            if (isTaken)
                await Task.Delay(wait, _place.Clock.Time, stop);
            else
                await Calls.Wake.WaitAsync(wait, _place.Clock.Time, stop);
        }
    }

    /// <summary>One connection's life. Returns why it ended.</summary>
    private async Task<(string Reason, Ending End)> RunOnceAsync(CancellationToken stop)
    {
        UplinkSession? session = null;
        try
        {
            var will = MessageWriter.Write(_place.Vitals.Status(online: false, _place.Options.SecondUplink is null ? null : Name));
            var request = _request with { Will = _request.Will with { Payload = will } };
            await using var connection = await _broker.ConnectAsync(request, ReceiveAsync, stop);
            if (_broker.Credentials?.InUse is { } own)
                _place.Renewal?.Proved(own);
            await TellCertificateAsync();
            Calls.Wake.Clear();
            _place.Log.LogInformation(
                LogEvents.Connected,
                "{Uplink} {Broker}: connected, session {Session}",
                Name,
                _options,
                connection.SessionPresent ? "resumed" : "new");
            session = new UplinkSession(_place, _options, Calls, connection, _broker.Credentials);
            _place.Route.Opened(Name);
            _place.Turn.Connected(Name);
            _subscribed.TrySetResult();
            try
            {
                var reason = await session.RunAsync(stop);
                return (reason, new Ending(session.ProvedFor >= s_provenAfter, connection.WasTakenOver, session.EndsForCertificates));
            }
            finally
            {
                _place.Route.Closed(Name);
            }
        }
        catch (Exception e) when (e is not OperationCanceledException || !stop.IsCancellationRequested)
        {
            await TellCertificateAsync();
            return (UplinkSession.ReasonOf(e), new Ending(session?.ProvedFor >= s_provenAfter, TakenOver: false, Again: false));
        }
    }

    /// <summary>A message of the broker. What the station's own state topic says is answered here, the rest is the station's.</summary>
    private ValueTask ReceiveAsync(InboundMessage message)
    {
        if (message.Topic == _certificates)
            _place.Renewal?.Take(message);
        if (message.Topic != _state)
            return _place.Station.ReceiveAsync(message, Name);
        message.Acknowledge?.Invoke();
        if (MessageReader.ReadStatus(message.Payload).Value is not { } status)
            return ValueTask.CompletedTask;
        if (!status.Online && !message.Retained)
        {
            // A session of this station has died, or its will came late; this one lives, and says so. What the broker kept is behind a birth anyway.
            Calls.TellAgain = true;
            Calls.Health.Set();
        }

        // What comes behind the echo of a state that was said on this session is younger than that, and so is whoever says it; what comes before may
        // have waited for days. A broker that ends a session for another box need not say why: Mosquitto 2.0 does not (decision 0015).
        _hasEcho |= Calls.StateSaid is { } said && message.Payload.Span.SequenceEqual(said);
        // A will is the broker's word about a session that is over, perhaps of a run that a lost journal has forgotten: a birth shows a box that lives.
        return _hasEcho && status.Online && Links.IsAnotherBox(_place.Station.State, status.BootId, _place.Clock.Monotonic - _begunAt)
            ? new ValueTask(TakenAsync($"is online under this station.id, boot {status.BootId}"))
            : ValueTask.CompletedTask;
    }

    private bool IsTaken
    {
        get
        {
            foreach (var sense in _place.Station.State.Senses.Uplinks)
                if (sense.Name == Name)
                    return Links.IsTaken(sense, _place.Clock.Monotonic);
            return false;
        }
    }

    private async Task TakenAsync(string how)
    {
        _place.Log.LogError(LogEvents.IdentityTaken, "{Uplink}: another box {How}: a copied card, or two boxes with one station.id", Name, how);
        await _place.Station.PostAsync(new StationInput.UplinkTakenOver(Name));
    }

    private async Task TellCertificateAsync()
    {
        if (_broker.Credentials is not { } credentials || credentials.Sense == _certificate)
            return;
        var (before, now) = (_certificate, credentials.Sense);
        _certificate = now;
        if (now.Fault is { } fault && fault != before.Fault)
            _place.Log.LogError(LogEvents.CertificateFault, "{Uplink}: {Fault}", Name, fault);
        else if (now.Until is { } until && until != before.Until)
            _place.Log.LogInformation(
                LogEvents.CertificateTaken, "{Uplink}: certificate until {Until:yyyy-MM-dd HH:mm} UTC", Name, until.UtcDateTime);
        await _place.Station.PostAsync(new StationInput.CertificateRead(Name, now));
    }

    /// <summary>How a connection ended.</summary>
    /// <param name="Proven">It was of use for long enough to reset the back-off.</param>
    /// <param name="Again">It is begun anew at once.</param>
    private readonly record struct Ending(bool Proven, bool TakenOver, bool Again);
}
