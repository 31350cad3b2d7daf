using Call112.Gateway.Options;
using Call112.Gateway.Time;
using Call112.Messages;
using Call112.Station;

namespace Call112.Gateway.Messaging;

/// <summary>
/// One connection's talk with the broker: birth, heartbeats, reports while this uplink carries them, telemetry, until something fails.
/// Invariants: reports leave in the order of their sequence; an answer that is overdue is told to the station at once and ends the connection at its
/// deadline, whatever the library thinks of the line (F9); telemetry leaves only while no report waits, and of it only the newest is kept (F21).
/// </summary>
internal sealed class UplinkSession(
    UplinkPlace place, UplinkOptions options, UplinkCalls calls, IBrokerConnection connection, Credentials? credentials)
{
    /// <summary>Reports read from the journal at a time.</summary>
    private const int ReportBatch = 32;

    /// <summary>Reports under way at once: over a line with a long round trip a backlog would else take one round trip for each (F21).</summary>
    private const int ReportsUnderWayMax = 8;

    /// <summary>Of what the broker takes at once, kept for heartbeat, state and whatever else is said beside the reports.</summary>
    private const int KeptFree = 3;

    private static readonly TimeSpan s_telemetryEvery = TimeSpan.FromSeconds(60);

    /// <summary>How often certificates are looked at without being told.</summary>
    private static readonly TimeSpan s_certificatesEvery = TimeSpan.FromMinutes(1);

    /// <summary>How often a metered uplink looks whether another one is in trouble; most often it is told.</summary>
    private static readonly TimeSpan s_paceEvery = TimeSpan.FromSeconds(1);

    /// <summary>Proof is passed on so often at most: a thousand reports are a thousand answers.</summary>
    private static readonly TimeSpan s_proofEvery = TimeSpan.FromSeconds(1);

    /// <summary>Deadline of each message of an orderly stop.</summary>
    private static readonly TimeSpan s_farewellDeadline = TimeSpan.FromSeconds(1);

    private readonly TimeSpan _connectedAt = place.Clock.Monotonic;
    private TimeSpan? _provedAt;
    private TimeSpan? _proofTold;
    private volatile bool _doubted;
    private volatile bool _reporting;
    private volatile bool _telemetryWaits;
    private long _sent;

    /// <summary>For how long the connection was proved to be of use (F8).</summary>
    public TimeSpan ProvedFor => _provedAt is { } at ? at - _connectedAt : TimeSpan.Zero;

    /// <summary>It ended only to begin anew with other certificates.</summary>
    public bool EndsForCertificates { get; private set; }

    private StationLoop Station => place.Station;

    private StationClock Clock => place.Clock;

    private bool HasOther => place.Options.SecondUplink is not null;

    private TimeSpan Deadline => UplinkOptions.PublishDeadlineOf(IsFrugal);

    private bool IsFrugal => Sense is { } sense ? Links.IsFrugal(sense) : options.Metered;

    private UplinkSense? Sense
    {
        get
        {
            foreach (var sense in Station.State.Senses.Uplinks)
                if (sense.Name == options.Name)
                    return sense;
            return null;
        }
    }

    /// <summary>Talks until the connection, a part of the talk, or the service ends. Returns why it ended.</summary>
    public async Task<string> RunAsync(CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        List<Task> parts = [HealthAsync(ended.Token), HeartbeatAsync(ended.Token), ReportAsync(ended.Token), TelemetryAsync(ended.Token)];
        if (credentials is not null)
            parts.Add(CertificatesAsync(credentials, ended.Token));
        var first = await Task.WhenAny([.. parts, connection.Closed]);
        ended.Cancel();
        var reason = first == connection.Closed ? await connection.Closed : await ReasonOf(first);
        await Task.WhenAll(parts.Select(ReasonOf));
        if (EndsForCertificates)
            connection.EndInOrder();
        if (stop.IsCancellationRequested)
            await LeaveAsync();
        return reason;
    }

    /// <summary>Whatever fails costs the connection, never the uplink: a box that lives on without one is deaf and does not know why.</summary>
    public static string ReasonOf(Exception e) => e is BrokerException ? e.Message : $"{e.GetType().Name}: {e.Message}";

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

    /// <summary>An orderly stop: what is reported goes out, then the farewell that the will would otherwise be.</summary>
    private async Task LeaveAsync()
    {
        try
        {
            if (place.Route.Carries(options.Name))
                foreach (var report in Station.ReadReports(_sent, ReportBatch))
                    await connection.PublishAsync(ReportMessage(report), s_farewellDeadline, CancellationToken.None);
            await connection.PublishAsync(StatusMessage(online: false), s_farewellDeadline, CancellationToken.None);
            connection.EndInOrder();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            place.Log.LogInformation(LogEvents.ConnectionLost, "{Uplink}: no farewell: {Reason}", options.Name, ReasonOf(e));
        }
    }

    /// <summary>
    /// Birth at once; again whenever an alarm, a fault, the clock's state or the number of open alerts changes, when the centre asks, and when a
    /// will has said that the station is dead. Behind the birth, and whenever there is another: who has accepted the box.
    /// </summary>
    private async Task HealthAsync(CancellationToken cancel)
    {
        string? told = null;
        byte[]? accepted = null;
        while (true)
        {
            if (Sense is { IsDeaf: true } && Clock.Monotonic - _connectedAt >= LostAfter)
                throw new BrokerException("its broker answers, but the centre is heard through the other uplink only");
            var now = place.Vitals.HealthKey();
            if (now != told || calls.TellAgain)
            {
                calls.TellAgain = false;
                var state = StatusMessage(online: true);
                calls.StateSaid = state.Payload;
                await PublishAsync(state, cancel);
                told = now;
            }

            if (place.Vitals.Acceptance?.Present.Envelope is { } envelope && envelope != accepted)
            {
                accepted = envelope;
                await SayAcceptanceAsync(envelope, cancel);
            }

            await calls.Health.WaitAsync(cancel);
        }
    }

    /// <summary>A broker whose access list is older than this topic refuses it: that must not cost the connection.</summary>
    private async Task SayAcceptanceAsync(byte[] envelope, CancellationToken cancel)
    {
        try
        {
            await PublishAsync(new OutboundMessage(Topics.Acceptance(place.Vitals.StationId), envelope, AtLeastOnce: true, Retain: true), cancel);
        }
        catch (BrokerException e) when (e.IsRefusal)
        {
            place.Log.LogWarning(LogEvents.AcceptanceRefused, "{Uplink}: {Reason}; renew the broker's access list", options.Name, e.Message);
        }
    }

    private TimeSpan LostAfter => (IsFrugal ? place.Options.Station.Timing.MeteredLink : place.Options.Station.Timing.Link).LostAfter;

    /// <summary>Proof of life, at once and then in the pace of the profile; faster as soon as another uplink is in trouble.</summary>
    private async Task HeartbeatAsync(CancellationToken cancel)
    {
        var number = 0L;
        while (true)
        {
            var (beganAt, every) = (Clock.Monotonic, UplinkOptions.HeartbeatEveryOf(IsFrugal));
            var beat = MessageWriter.Write(place.Vitals.Heartbeat(++number, options.Name, every));
            await PublishAsync(new OutboundMessage(Topics.Heartbeat(place.Vitals.StationId), beat, AtLeastOnce: true), cancel);
            while (beganAt + UplinkOptions.HeartbeatEveryOf(IsFrugal) - Clock.Monotonic is var left && left > TimeSpan.Zero)
            {
                // A pace that has changed is told: the centre must not wait for what comes later, nor believe what comes sooner.
                if (every != UplinkOptions.HeartbeatEveryOf(IsFrugal))
                    break;
                await calls.Beat.WaitAsync(options.Metered && HasOther && left > s_paceEvery ? s_paceEvery : left, Clock.Time, cancel);
            }
        }
    }

    private async Task ReportAsync(CancellationToken cancel)
    {
        while (true)
        {
            while (!place.Route.Carries(options.Name))
                await calls.Reports.WaitAsync(cancel);
            await CarryAsync(cancel);
            SetReporting(false);
        }
    }

    /// <summary>
    /// While this uplink carries: reports in order from the last receipt, a few at once; and again from the last receipt when none has come
    /// for a while: the PUBACK was only the broker's word (F1). Time counts from the last progress, so that a station with much to say repeats what
    /// was lost as well. With a centre that is heard and gives no receipt the connection does not drain, and is given up (F10); a centre that is
    /// away is no fault of it.
    /// </summary>
    private async Task CarryAsync(CancellationToken cancel)
    {
        _sent = Station.State.ReceiptedUpTo;
        var (receipted, since) = (_sent, Clock.Monotonic);
        while (place.Route.Carries(options.Name))
        {
            var (upTo, now) = (Station.State.ReceiptedUpTo, Clock.Monotonic);
            if (upTo > receipted || upTo >= _sent)
                (receipted, since) = (upTo, now);
            var patience = place.Route.Patience(upTo, nothingWaits: upTo >= Station.State.LastSequence);
            var isLate = now - since >= patience;
            if (isLate)
            {
                since = now;
                place.Route.WaitedInVain();
                if (IsCenterHeard(now))
                    throw new BrokerException($"report {upTo + 1} has no receipt after {patience.TotalSeconds:0} s, though the centre is heard");
            }

            var again = calls.SendAgain;
            if (again)
                // In this order: telemetry, which was asked for together with the reports, finds one of the two set.
                (_reporting, calls.SendAgain) = (true, false);
            _sent = again || isLate ? upTo : Math.Max(_sent, upTo);
            var batch = Station.ReadReports(_sent, ReportBatch);
            SetReporting(batch.Count > 0);
            if (!await SendAsync(batch, cancel))
                return;
            if (batch.Count == 0)
                await calls.Reports.WaitAsync(place.Route.Patience(upTo, nothingWaits: false) - (now - since), Clock.Time, cancel);
        }
    }

    /// <summary>
    /// Hands out reports in order, a few of them before the answers to those before have come. One connection keeps their order, so that what arrives
    /// is never a later one without those before it; <see cref="_sent"/> follows the answers.
    /// </summary>
    /// <returns>False when another uplink carries now.</returns>
    private async Task<bool> SendAsync(IReadOnlyList<Report> batch, CancellationToken cancel)
    {
        var most = Math.Clamp(connection.InFlightMax - KeptFree, 1, ReportsUnderWayMax);
        var underWay = new Queue<(long Sequence, Task Answer)>();
        try
        {
            foreach (var report in batch)
            {
                if (underWay.Count >= most)
                    await AnsweredAsync(underWay);
                if (!place.Route.Carries(options.Name))
                    return false;
                // Before the PUBACK: the centre's receipt may be faster than the broker's.
                Station.ReportSent(report.Sequence);
                underWay.Enqueue((report.Sequence, PublishAsync(ReportMessage(report), cancel)));
            }

            while (underWay.Count > 0)
                await AnsweredAsync(underWay);
            return true;
        }
        finally
        {
            // What is left ends with the connection, or is answered: neither is anybody's business any more.
            foreach (var (_, answer) in underWay)
                _ = ReasonOf(answer);
        }
    }

    private async Task AnsweredAsync(Queue<(long Sequence, Task Answer)> underWay)
    {
        await underWay.Peek().Answer;
        _sent = underWay.Dequeue().Sequence;
    }

    private bool IsCenterHeard(TimeSpan now) =>
        !Station.State.Stands(ReportEvent.CenterLost)
        && Links.VerdictOfCenter(Station.State.Senses, place.Options.Station.Timing, now) == LinkVerdict.Up;

    private void SetReporting(bool reporting)
    {
        _reporting = reporting;
        if (!reporting && _telemetryWaits)
            calls.Telemetry.Set();
    }

    /// <summary>Measurements, every minute, on change and when asked, over the uplink that carries the reports and behind them.</summary>
    private async Task TelemetryAsync(CancellationToken cancel)
    {
        while (true)
        {
            _telemetryWaits = true;
            while (_reporting || calls.SendAgain || !place.Route.Carries(options.Name))
                await calls.Telemetry.WaitAsync(cancel);
            _telemetryWaits = false;
            // However often it was asked for meanwhile.
            calls.Telemetry.Clear();
            var telemetry = MessageWriter.Write(place.Vitals.Telemetry());
            var message = new OutboundMessage(Topics.Telemetry(place.Vitals.StationId), telemetry, AtLeastOnce: false);
            await connection.PublishAsync(message, Deadline, cancel);
            await calls.Telemetry.WaitAsync(s_telemetryEvery, Clock.Time, cancel);
        }
    }

    /// <summary>
    /// New certificates are used without a restart (F13), but not while somebody is being called: the change costs the connection for a moment; and by
    /// one uplink after the other.
    /// </summary>
    private async Task CertificatesAsync(Credentials certificates, CancellationToken cancel)
    {
        while (true)
        {
            await calls.Certificates.WaitAsync(s_certificatesEvery, Clock.Time, cancel);
            if (place.Renewal is { ToSend: { } request } renewal && place.Route.Carries(options.Name))
                await AskAsync(renewal, request, cancel);
            if (certificates.InUse is { } own)
                place.Renewal?.StillProved(own);

            if (!Station.State.AnyWaits && place.Turn.Take(options.Name))
            {
                if (certificates.Refresh())
                {
                    EndsForCertificates = true;
                    throw new BrokerException("there is a new certificate");
                }

                place.Turn.NotNeeded(options.Name);
            }

            await Station.PostAsync(new StationInput.CertificateRead(options.Name, certificates.Sense));
        }
    }

    /// <summary>A broker whose access list is older than this topic refuses it: that costs this request, and never the connection (F13).</summary>
    private async Task AskAsync(CertificateRenewal renewal, OutboundMessage request, CancellationToken cancel)
    {
        try
        {
            await PublishAsync(request, cancel);
        }
        catch (BrokerException e) when (e.IsRefusal)
        {
            place.Log.LogWarning(LogEvents.RenewalRefused, "{Uplink}: {Reason}; renew the broker's access list", options.Name, e.Message);
        }

        // Also one that was refused: the centre asks again in some hours, and until then nothing would be another answer.
        renewal.Sent(request);
    }

    /// <summary>
    /// Publishes with QoS 1. An answer that is overdue is told at once, so that the other uplink takes over; one that comes is proof.
    /// </summary>
    private async Task PublishAsync(OutboundMessage message, CancellationToken cancel)
    {
        var publishing = connection.PublishAsync(message, Deadline, cancel);
        try
        {
            await publishing.WaitAsync(options.DoubtAfter, Clock.Time, CancellationToken.None);
        }
        catch (TimeoutException) when (!publishing.IsCompleted)
        {
            _doubted = true;
            await Station.PostAsync(new StationInput.UplinkDoubted(options.Name));
            await publishing;
        }

        var now = Clock.Monotonic;
        _provedAt = now;
        if (!_doubted && now - _proofTold < s_proofEvery)
            return;
        (_doubted, _proofTold) = (false, now);
        await Station.PostAsync(new StationInput.UplinkProved(options.Name));
    }

    private static OutboundMessage ReportMessage(Report report) =>
        new(Topics.Report(report.StationId), MessageWriter.Write(report), AtLeastOnce: true);

    private OutboundMessage StatusMessage(bool online) =>
        new(Topics.State(place.Vitals.StationId), MessageWriter.Write(place.Vitals.Status(online)), AtLeastOnce: true, Retain: true);
}
