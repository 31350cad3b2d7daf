using System.Threading.Channels;
using Call112.Center.Book;
using Call112.Center.Messaging;
using Call112.Messages;
using Microsoft.Extensions.Logging;

namespace Call112.Center.Enrolment;

/// <summary>
/// Answers stations that renew their certificates over MQTT, one after another, from the city's folder of identities (decision 0022).
/// Invariants: never holds up the book or the broker's session (a full queue drops the request, and the station is asked again); the folder is held
/// only while one request is answered, so that the tool works beside it; what is answered is in the ledger before. Not its business: whom to ask.
/// </summary>
internal sealed class CertificateDesk : IAsyncDisposable
{
    /// <summary>Requests that wait for their answer.</summary>
    private const int WaitingMax = 256;

    /// <summary>A station that asks again sooner is passed over: one that babbles must not fill the log (F3).</summary>
    private static readonly TimeSpan s_apart = TimeSpan.FromSeconds(5);

    private readonly string _folder;
    private readonly TimeSpan _due;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Channel<StationCertificateRequest> _waiting =
        Channel.CreateBounded<StationCertificateRequest>(new BoundedChannelOptions(WaitingMax) { SingleReader = true });

    private readonly Dictionary<string, long> _heardAt = [];
    private Task _run = Task.CompletedTask;

    private CertificateDesk(string folder, TimeSpan due, TimeProvider time, ILogger log) => (_folder, _due, _time, _log) = (folder, due, time, log);

    /// <summary>
    /// Looks whether the folder can be used, and writes the broker's access list anew: an older one has no right to ask. A folder that is damaged or full
    /// costs renewals, and is told at each; it keeps no centre from starting.
    /// </summary>
    /// <param name="due">How long before its end a certificate may be renewed.</param>
    /// <exception cref="CenterStartException">There is no such folder: a slip of the pen.</exception>
    public static CertificateDesk Open(string folder, TimeSpan due, TimeProvider time, ILogger log)
    {
        if (!Directory.Exists(folder))
            throw new CenterStartException($"stations' certificates cannot be renewed: no such folder: {folder}");
        try
        {
            using var enrolment = Enrolment.Open(folder, create: false, time);
            enrolment.Refresh();
            log.LogInformation("stations' certificates are renewed over MQTT, {Days} days before their end, by {Authority}",
                due.TotalDays, enrolment.Authorities.Current.Name);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            log.LogError("stations' certificates cannot be renewed: {Reason}", e.Message);
        }

        return new CertificateDesk(Path.GetFullPath(folder), due, time, log);
    }

    /// <summary>Begins to answer.</summary>
    /// <param name="send">Queues a message for the broker.</param>
    public void Start(Action<Outgoing> send) => _run = Task.Run(() => RunAsync(send));

    /// <summary>Takes the requests out of what comes from the broker, and leaves the rest to the loop.</summary>
    public Func<Incoming, ValueTask> Before(Func<Incoming, ValueTask> loop) => incoming =>
    {
        if (incoming.Topic.Kind != TopicKind.CertificateRequest)
            return loop(incoming);
        Take(incoming);
        incoming.Acknowledge();
        return ValueTask.CompletedTask;
    };

    public async ValueTask DisposeAsync()
    {
        // What waits is asked for again.
        _waiting.Writer.TryComplete();
        while (_waiting.Reader.TryRead(out _))
            continue;
        await _run;
    }

    private void Take(Incoming incoming)
    {
        var station = incoming.Topic.Name;
        if (_heardAt.TryGetValue(station, out var at) && _time.GetElapsedTime(at) < s_apart)
            return;
        if (_heardAt.Count >= BookRules.StationsMax)
            _heardAt.Clear();
        _heardAt[station] = _time.GetTimestamp();
        var parsed = MessageReader.ReadCertificateRequest(incoming.Payload);
        if (incoming.Retained || parsed.Value is not { } request)
            _log.LogWarning("{Station}: a certificate request is refused: {Reason}", station, incoming.Retained ? "retained" : parsed.Reason);
        else if (request.StationId != station)
            _log.LogWarning("{Station}: a certificate request of {Other} is refused", station, request.StationId);
        else if (!_waiting.Writer.TryWrite(request))
            _log.LogWarning("{Station}: {Max} certificate requests wait; this one is dropped, and the station asked again", station, WaitingMax);
    }

    private async Task RunAsync(Action<Outgoing> send)
    {
        await foreach (var request in _waiting.Reader.ReadAllAsync())
            if (Answer(request) is { } answer)
                send(new Outgoing(Topics.Certificate(request.StationId), MessageWriter.Write(answer), true, null, Urgent: false));
    }

    /// <summary>
    /// Null when the folder does not work now: no reason to turn the station away, which is asked again. Whatever fails costs this answer only, never the
    /// desk.
    /// </summary>
    private StationCertificate? Answer(StationCertificateRequest request)
    {
        try
        {
            using var enrolment = Enrolment.Open(_folder, create: false, _time);
            return Answer(request, enrolment);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            _log.LogError("{Station}: no certificate can be issued: {Reason}", request.StationId, e.Message);
            return null;
        }
    }

    private StationCertificate Answer(StationCertificateRequest request, Enrolment enrolment)
    {
        var now = _time.GetUtcNow();
        try
        {
            var certificate = enrolment.RenewStation(request.StationId, request.RequestId, request.Request, _due);
            var record = enrolment.Newest(request.StationId, CertificateUse.Station)!;
            _log.LogInformation(
                "{Station}: certificate renewed until {Until:yyyy-MM-dd}, serial {Serial}", record.Name, record.NotAfter, record.Serial);
            return new StationCertificate(request.RequestId, now, certificate);
        }
        catch (EnrolmentException e)
        {
            _log.LogWarning("{Station}: no certificate: {Reason}", request.StationId, e.Message);
            return new StationCertificate(request.RequestId, now, Refusal: e.Message);
        }
    }
}
