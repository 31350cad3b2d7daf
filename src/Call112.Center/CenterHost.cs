using Call112.Center.Api;
using Call112.Center.Book;
using Call112.Center.Broker;
using Call112.Center.Enrolment;
using Call112.Center.Messaging;
using Call112.Center.Sms;
using Call112.Messages;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Call112.Center;

/// <summary>
/// A whole centre in this process: broker (embedded unless an outside one is named), dispatch book, HTTP API. Several may run beside each
/// other. Everything that HTTP can do can be done here without it.
/// </summary>
public sealed class CenterHost : IAsyncDisposable
{
    private readonly CenterLoop _loop;
    private readonly BrokerSession _session;
    private readonly EmbeddedBroker? _broker;
    private readonly SmsGateway? _sms;
    private readonly CertificateDesk? _desk;
    private readonly WebApplication _api;
    private readonly CancellationTokenSource _stop = new();
    private readonly TimeProvider _time;
    private readonly Task _run;
    private int _disposed;

    private CenterHost(
        CenterLoop loop,
        BrokerSession session,
        EmbeddedBroker? broker,
        CertificateDesk? desk,
        Func<CenterHost, WebApplication> api,
        Uri mqttAddress,
        TimeProvider time,
        TimeProvider networkTime)
    {
        (_loop, _session, _broker, _desk, _time, NetworkTime, MqttAddress) = (loop, session, broker, desk, time, networkTime, mqttAddress);
        _sms = loop.Sms;
        _api = api(this);
        HttpAddress = new Uri("http://127.0.0.1");
        _run = _loop.RunAsync(_stop.Token);
        _session.Start();
    }

    /// <summary>Where the API listens, with the port that was bound.</summary>
    public Uri HttpAddress { get; private set; }

    /// <summary>Where the broker is, with the port that was bound: what a station needs.</summary>
    public Uri MqttAddress { get; }

    /// <summary>Ends when the centre is subscribed at its broker for the first time.</summary>
    public Task WhenSubscribed => _session.WhenSubscribed;

    /// <summary>Ends with the centre; faulted if a defect ended it.</summary>
    public Task Completion => _run;

    /// <summary>What is wrong with the dispatch book's store; null when all is well.</summary>
    public string? Fault => _loop.Fault;

    /// <summary>True while the centre is connected to its broker.</summary>
    public bool IsConnected => _loop.IsConnected;

    /// <summary>
    /// Called with message and topic each time an Alert, Update or Cancel is about to be handed to the MQTT client: the zero of every
    /// delay that is not the centre's own. From the session's thread; must return at once and not throw.
    /// </summary>
    public Action<Dispatch, string>? DispatchHanded
    {
        get => _loop.DispatchHanded;
        set => _loop.DispatchHanded = value;
    }

    /// <summary>The clock of connections.</summary>
    internal TimeProvider NetworkTime { get; }

    /// <summary>
    /// Starts a centre. Returns when the API listens and, with the embedded broker, when the centre is subscribed; an outside broker that
    /// cannot be reached does not hold up the start (F10).
    /// </summary>
    /// <param name="time">The clock of the book.</param>
    /// <exception cref="CenterStartException">A value is impossible, an address is in use, the book cannot be opened.</exception>
    public static Task<CenterHost> StartAsync(CenterOptions options, TimeProvider time, CancellationToken cancel = default) =>
        StartAsync(options, time, time, cancel);

    /// <param name="networkTime">The clock of connections, pings and deadlines; a test that steps the book's clock leaves this one alone.</param>
    internal static async Task<CenterHost> StartAsync(CenterOptions options, TimeProvider time, TimeProvider networkTime, CancellationToken cancel)
    {
        options.Check();
        // Owned by the application's container from here on, and disposed with it.
        var builder = CenterApi.Builder(options);
        var app = new Lazy<WebApplication>(builder.Build);
        var logs = app.Value.Services.GetRequiredService<ILoggerFactory>();
        EmbeddedBroker? broker = null;
        CenterLoop? loop = null;
        CertificateDesk? desk = null;
        try
        {
            desk = Desk(options, time, logs.CreateLogger("Call112.Center.Certificates"));
            loop = new CenterLoop(options with { Rules = RulesOf(options) }, time, logs.CreateLogger("Call112.Center.Book"))
            {
                Sms = options.Sms is null ? null : new SmsGateway(options.Sms, networkTime, logs.CreateLogger("Call112.Center.Sms")),
            };
            broker = options.Broker is null ? await EmbeddedBroker.StartAsync(options.MqttListen, logs.CreateLogger("Call112.Center.Broker")) : null;
            var address = new BrokerAddress(
                options.Broker ?? broker!.Local, options.BrokerUser, options.BrokerPassword, options.BrokerAuthorityFile, options.BrokerCertificateFile, options.BrokerKeyFile);
            // Jitter only has to differ between processes.
            var dice = new Random(HashCode.Combine(Environment.ProcessId, networkTime.GetTimestamp()));
            var log = logs.CreateLogger("Call112.Center.Broker");
            var session = desk is null
                ? new BrokerSession(address, loop.ReceiveAsync, loop.LinkChangedAsync, networkTime, dice, log)
                : new BrokerSession(
                    address, desk.Before(loop.ReceiveAsync), loop.LinkChangedAsync, networkTime, dice, log, TopicKind.CertificateRequest);
            loop.Session = session;
            desk?.Start(session.Publish);
            var host = new CenterHost(
                loop, session, broker, desk, self => CenterApi.Map(app.Value, options, self), options.Broker ?? broker!.Address, time, networkTime);
            try
            {
                await host.ListenAsync(options, cancel);
                if (broker is not null)
                    await host.WhenSubscribed.WaitAsync(BrokerSession.ReplyWithin, networkTime, cancel);
                return host;
            }
            catch
            {
                await host.DisposeAsync();
                throw;
            }
        }
        catch
        {
            if (broker is not null)
                await broker.DisposeAsync();
            if (loop?.Sms is { } gateway)
                await gateway.DisposeAsync();
            if (desk is not null)
                await desk.DisposeAsync();
            loop?.Dispose();
            await app.Value.DisposeAsync();
            throw;
        }
    }

    /// <summary>Creates a dispatch. When it returns Done, the dispatch is stored and on its way.</summary>
    public Task<BookAnswer> CreateDispatchAsync(DispatchDraft draft, CancellationToken cancel = default) =>
        _loop.RequestAsync(new CreateDispatch(Guid.CreateVersion7(_time.GetUtcNow()), draft), cancel);

    /// <summary>Replaces the incident of a dispatch; the incident id must stay.</summary>
    /// <param name="expectedRevision">Refused as a conflict when the dispatch has another revision meanwhile.</param>
    public Task<BookAnswer> UpdateDispatchAsync(Guid dispatchId, Incident incident, int? expectedRevision = null, CancellationToken cancel = default) =>
        _loop.RequestAsync(new UpdateDispatch(dispatchId, incident, expectedRevision), cancel);

    /// <summary>Cancels a dispatch; a second time changes nothing.</summary>
    public Task<BookAnswer> CancelDispatchAsync(Guid dispatchId, CancellationToken cancel = default) =>
        _loop.RequestAsync(new CancelDispatch(dispatchId), cancel);

    /// <summary>Sends a command to a station that was seen before.</summary>
    public Task<BookAnswer> CommandAsync(string stationId, CommandKind command, CancellationToken cancel = default) =>
        _loop.RequestAsync(new RequestCommand(Guid.CreateVersion7(_time.GetUtcNow()), stationId, command), cancel);

    /// <summary>Offers an update to a station that was seen before; what becomes of it is in <see cref="StationView.Update"/>.</summary>
    public Task<BookAnswer> OfferAsync(string stationId, UpdateOffer update, CancellationToken cancel = default) =>
        _loop.RequestAsync(new RequestCommand(Guid.CreateVersion7(_time.GetUtcNow()), stationId, CommandKind.Update, update), cancel);

    /// <summary>Takes a text that the SMS gateway has received: a station's answer, if its seal is true.</summary>
    public Task<BookAnswer> TakeSmsAsync(string? text, CancellationToken cancel = default)
    {
        if (_sms is null)
            return Task.FromResult(BookAnswer.NotFound("the SMS path is off (--sms)"));
        return _sms.Read(text, out var refusal) is { } answer
            ? _loop.RequestAsync(new SmsAnswered(answer.StationId, answer.DispatchId, answer.Step), cancel)
            : Task.FromResult(new BookAnswer(AnswerKind.Refused, Errors: [new FieldError("text", refusal)]));
    }

    /// <summary>The dispatch with its ladders, or null.</summary>
    public Task<DispatchView?> FindDispatchAsync(Guid dispatchId, CancellationToken cancel = default) => _loop.AskAsync(book => book.Find(dispatchId), cancel);

    /// <summary>The open dispatches, or all in memory; oldest first.</summary>
    public Task<IReadOnlyList<DispatchView>> DispatchesAsync(bool all = false, CancellationToken cancel = default) =>
        _loop.AskAsync(book => book.Dispatches(all), cancel);

    /// <summary>Every station that was seen or is in the registry, by id.</summary>
    public Task<IReadOnlyList<StationView>> StationsAsync(CancellationToken cancel = default) => _loop.AskAsync(book => book.Stations(), cancel);

    /// <summary>Every change from the call on. Changes that come close together are shown as one. An observer that falls 10,000 changes behind loses the oldest.</summary>
    /// <remarks>Cancel the token in the end: that is what takes the observer off the list. The enumeration then throws <see cref="OperationCanceledException"/>.</remarks>
    public IAsyncEnumerable<CenterChange> WatchAsync(CancellationToken cancel) => Observe(cancel).ReadAllAsync(cancel);

    // Registered at the call, not at the first step of an enumeration: what happens in between is not missed.
    internal System.Threading.Channels.ChannelReader<CenterChange> Observe(CancellationToken cancel) => _loop.Observe(cancel);

    /// <summary>Waits until the dispatch looks as wanted; the view at that moment. Returns null when it does not exist.</summary>
    public async Task<DispatchView?> WaitForDispatchAsync(Guid dispatchId, Func<DispatchView, bool> wanted, CancellationToken cancel = default)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var changes = Observe(ended.Token);
        try
        {
            var present = await FindDispatchAsync(dispatchId, cancel);
            if (present is null || wanted(present))
                return present;
            await foreach (var change in changes.ReadAllAsync(cancel))
                if (change.Dispatch is { } dispatch && dispatch.DispatchId == dispatchId && wanted(dispatch))
                    return dispatch;
            throw new OperationCanceledException("the centre stopped", cancel);
        }
        finally
        {
            await ended.CancelAsync();
        }
    }

    /// <summary>Stops everything. What was answered Done is stored.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _session.DisposeAsync();
        await _stop.CancelAsync();
        await _api.StopAsync(CancellationToken.None);
        try
        {
            await _run;
        }
        finally
        {
            if (_sms is not null)
                await _sms.DisposeAsync();
            if (_desk is not null)
                await _desk.DisposeAsync();
            if (_broker is not null)
                await _broker.DisposeAsync();
            _loop.Dispose();
            await _api.DisposeAsync();
        }
    }

    private static BookRules RulesOf(CenterOptions options) => options.Rules with
    {
        SmsStations = options.Sms?.Stations.Keys.ToHashSet(StringComparer.Ordinal) ?? options.Rules.SmsStations,
        RenewBefore = options.Identities is null ? null : TimeSpan.FromDays(options.RenewBeforeDays),
    };

    private static CertificateDesk? Desk(CenterOptions options, TimeProvider time, ILogger log)
    {
        if (options.Identities is { } folder)
            return CertificateDesk.Open(folder, TimeSpan.FromDays(options.RenewBeforeDays), time, log);
        // Without certificates nobody wonders.
        if (options.Broker?.Scheme == "mqtts")
            log.LogInformation("stations' certificates are not renewed over MQTT: started without --identities");
        return null;
    }

    private async Task ListenAsync(CenterOptions options, CancellationToken cancel)
    {
        try
        {
            await _api.StartAsync(cancel);
        }
        catch (IOException e)
        {
            throw new CenterStartException($"the API cannot listen on {options.Listen}: {e.GetBaseException().Message}", e);
        }

        HttpAddress = new Uri(_api.Urls.First());
    }
}
