using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Call112.Gateway.Options;
using Call112.Gateway.Provisioning;
using Call112.Gateway.Time;
using Call112.Messages;

namespace Call112.Gateway.Messaging;

/// <summary>
/// Renews the certificate that stands in station.json, over MQTT and without a restart (F13, decision 0022): a new key and a request when the centre
/// asks, the answer judged and handed to <see cref="Credentials"/> as their newest, and made durable only when it has led to a connection.
/// Invariants: a key is on the disk before its request leaves and never leaves the box; a power cut after any step leaves a station that connects,
/// by the old certificate or the new one (F1); nothing that comes over the wire changes whom the station trusts. Thread-safe. Calls from the loop
/// and from a socket return at once: keys, signatures and files are the business of a thread of the pool.
/// </summary>
public sealed class CertificateRenewal
{
    private static readonly TimeSpan s_asksApart = TimeSpan.FromSeconds(10);

    /// <summary>One of the workers at a time; nobody else waits for it, for a disk may take long (F3).</summary>
    private readonly Lock _work = new();
    private readonly RenewalFiles _files;
    private readonly StationClock _clock;
    private readonly ILogger _log;
    private readonly string _stationId;
    private readonly string? _impossible;
    private readonly X509Certificate2Collection _trusted;
    private readonly X509Certificate2? _enrolled;
    private readonly string _enrolledHash = "";
    private volatile Held _held = new(null, null, null);
    private volatile Sending? _toSend;
    private volatile string? _fault;
    private TimeSpan? _askedAt;
    private int _asking, _taking, _revision;

    /// <param name="afterStep">Called after every file operation; a test stops there, as a power cut would.</param>
    internal CertificateRenewal(GatewayOptions options, StationClock clock, ILogger log, Action<string>? afterStep)
    {
        (_clock, _log, _stationId) = (clock, log, options.Station.Id);
        _files = new RenewalFiles(Path.GetDirectoryName(Path.GetFullPath(options.JournalPath)) ?? "/", new DurableFiles(afterStep));
        var renewed = options.Uplinks.Where(uplink => uplink is { Tls: true, CertificateFile: null }).ToList();
        var identity = renewed.Select(uplink => uplink.Identity).FirstOrDefault();
        (_enrolled, _trusted) = (identity?.Own(), identity?.Authorities() ?? []);
        _impossible = options.Uplinks.Any(uplink => uplink.CertificateFile is not null) && renewed.Count == 0
            ? "it is given by path, and renewed by whoever owns the files"
            : _enrolled is null ? "there is none in station.json"
            : _trusted.Count == 0 ? "station.json names no authorities, by which a new one could be judged" : null;
        if (_enrolled is null || _impossible is not null)
            return;
        _enrolledHash = HashOf(_enrolled);
        Load();
    }

    public CertificateRenewal(GatewayOptions options, StationClock clock, ILogger log)
        : this(options, clock, log, null)
    {
    }

    /// <summary>There is something to send, or to connect with. From a thread of the pool.</summary>
    public event Action? Ready;

    /// <summary>The certificate stands in station.json, and can be renewed.</summary>
    public bool IsPossible => _impossible is null;

    /// <summary>What of it a technician must know; null when all is well.</summary>
    public string? Fault => _fault;

    /// <summary>Changes whenever <see cref="Own"/> begins with another one.</summary>
    internal int Revision => Volatile.Read(ref _revision);

    /// <summary>The request that is to be published; null when nothing waits.</summary>
    internal OutboundMessage? ToSend => _toSend?.Message;

    /// <summary>The station's certificates with their keys: what is to be tried first, then what else there is.</summary>
    internal IReadOnlyList<X509Certificate2> Own
    {
        get
        {
            var held = _held;
            X509Certificate2?[] own = held.InForce is { } renewed && renewed.InPlaceOf == _enrolledHash
                ? [held.Candidate?.Own, renewed.Own, _enrolled]
                // A station.json that is not the one that was renewed has been brought since: the technician's word is the newest.
                : [held.Candidate?.Own, _enrolled, held.InForce?.Own];
            return [.. own.OfType<X509Certificate2>()];
        }
    }

    /// <summary>The centre asks for it. Returns at once. More than once in 10 s is once: a centre that babbles must not fill the log (F3).</summary>
    public void Ask()
    {
        var now = _clock.Monotonic;
        if (now - _askedAt < s_asksApart || Interlocked.Exchange(ref _asking, 1) != 0)
            return;
        _askedAt = now;
        Work(Prepare, () => Volatile.Write(ref _asking, 0));
    }

    /// <summary>
    /// An answer came. Returns at once; a second one while the first is judged is dropped: both uplinks bring it, and so does a flood (F18).
    /// </summary>
    public void Take(InboundMessage message)
    {
        if (message.Retained || _held.Pending is not { } pending || MessageReader.ReadCertificate(message.Payload).Value is not { } answer
            || answer.RequestId != pending.RequestId || Interlocked.Exchange(ref _taking, 1) != 0)
            return;
        Work(() => Take(answer), () => Volatile.Write(ref _taking, 0));
    }

    /// <summary>A connection was made with it. Returns at once.</summary>
    public void Proved(X509Certificate2 own)
    {
        if (IsPossible)
            Work(() => Settle(own), () => { });
    }

    /// <summary>A connection stands with it: what the disk refused when it was made is stored now (F3). Returns at once.</summary>
    internal void StillProved(X509Certificate2 own)
    {
        if (_held.Candidate is { } tried && Equals(tried.Own, own))
            Work(() => Settle(own), () => { });
    }

    /// <summary>The request has its answer by the broker.</summary>
    internal void Sent(OutboundMessage request)
    {
        if (_toSend is { } sending && sending.Message == request)
            Interlocked.CompareExchange(ref _toSend, null, sending);
    }

    /// <summary>Makes the key and the request, or finds those that wait: a lost answer costs nothing.</summary>
    internal void Prepare()
    {
        if (_impossible is { } why)
        {
            _log.LogWarning(LogEvents.RenewalRefused, "The certificate cannot be renewed over MQTT: {Why}.", why);
            return;
        }

        lock (_work)
        {
            var pending = _held.Pending;
            if (pending is null)
                _files.Keep(pending = NewRequest());
            // Whatever became of an answer that was tried: the next one is tried again.
            _held = _held with { Pending = pending, Candidate = null };
            var request = new StationCertificateRequest(_stationId, pending.RequestId, _clock.Now().Wall, pending.Request);
            _toSend = new Sending(new OutboundMessage(Topics.CertificateRequest(_stationId), MessageWriter.Write(request), AtLeastOnce: true));
            _log.LogInformation(LogEvents.RenewalAsked, "The centre asks for a renewal: request {Request} goes out.", pending.RequestId);
        }

        Ready?.Invoke();
    }

    /// <summary>Judges an answer. What is not taken ends the request, so that the next one does not get the same certificate again.</summary>
    internal void Take(StationCertificate answer)
    {
        lock (_work)
        {
            if (_held.Pending is not { } pending || answer.RequestId != pending.RequestId)
                return;
            if (Judge(answer, pending, out var problem) is not { } own)
            {
                _log.LogError(LogEvents.RenewalRefused, "No renewal: {Problem}. The next one begins with a new key.", problem);
                _held = _held with { Pending = null };
                _files.DropPending();
                return;
            }

            // The other uplink's copy.
            if (_held.Candidate is { } same && own.RawDataMemory.Span.SequenceEqual(same.Own.RawDataMemory.Span))
                return;
            _held = _held with { Candidate = new Tried(own, own.ExportCertificatePem(), pending.Key) };
            Interlocked.Increment(ref _revision);
        }

        Ready?.Invoke();
    }

    /// <summary>
    /// What has led to a connection is in force: the renewed one is on the disk before its request is dropped, and a former renewal goes once a
    /// station.json that was brought later has proved itself.
    /// </summary>
    internal void Settle(X509Certificate2 own)
    {
        lock (_work)
        {
            if (_held.Candidate is { } tried && Equals(tried.Own, own))
            {
                _files.Keep(new RenewedCertificate
                {
                    StationId = _stationId,
                    InPlaceOf = _enrolledHash,
                    Certificate = tried.Certificate,
                    Key = tried.Key,
                });
                _held = new Held(null, new Renewed(own, _enrolledHash), null);
                _fault = null;
                _log.LogInformation(
                    LogEvents.RenewalTaken,
                    "The renewed certificate {Serial} is in force and stored, until {Until:yyyy-MM-dd}.",
                    own.SerialNumber.ToLowerInvariant(),
                    own.NotAfter.ToUniversalTime());
                _files.DropPending();
            }
            else if (_held.InForce is { } former && former.InPlaceOf != _enrolledHash && Equals(_enrolled, own))
            {
                _held = _held with { InForce = null };
                _files.DropInForce();
            }
        }
    }

    private X509Certificate2? Judge(StationCertificate answer, PendingRenewal pending, out string problem)
    {
        problem = answer.Refusal is { } refusal ? $"the centre refuses: {refusal}" : "the answer holds no certificate";
        if (answer is not { Refusal: null, Certificate: { } pem })
            return null;
        var now = _clock.Now();
        var present = new[] { _held.InForce?.Own, _enrolled }.OfType<X509Certificate2>().Max(own => own.NotAfter.ToUniversalTime());
        var read = RenewalRules.Read(
            pem,
            pending.Key,
            _stationId,
            _trusted,
            new DateTimeOffset(present, TimeSpan.Zero),
            now.Clock == ClockState.Synchronized ? now.Wall : null,
            out var reason);
        problem = $"the certificate that came {reason}";
        return read;
    }

    private PendingRenewal NewRequest()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={_stationId}", key, HashAlgorithmName.SHA256);
        return new PendingRenewal
        {
            StationId = _stationId,
            RequestId = Guid.NewGuid(),
            Request = request.CreateSigningRequestPem(),
            Key = key.ExportPkcs8PrivateKeyPem(),
        };
    }

    /// <summary>What an earlier run left. Changes nothing on the disk: doctor looks with this, too.</summary>
    private void Load()
    {
        try
        {
            var (pending, file) = (_files.ReadPending(), _files.ReadInForce());
            // Of the same key: settled, and cut off before the request was dropped.
            if (pending?.StationId == _stationId && pending.Key != file?.Key)
                _held = _held with { Pending = pending };
            if (file?.StationId != _stationId)
                return;
            var own = X509Certificate2.CreateFromPem(file.Certificate, file.Key);
            if (own.Subject == $"CN={_stationId}" && RenewalRules.IsBy(_trusted, own))
                _held = _held with { InForce = new Renewed(own, file.InPlaceOf) };
        }
        catch (Exception e) when (DurableFiles.IsDisk(e) || e is CryptographicException or ArgumentException)
        {
            // F2: station.json's own goes on, and the next renewal writes both files anew.
            _fault = $"the renewed certificate cannot be read: {e.Message}";
            _log.LogError(LogEvents.RenewalNotStored, "{Fault}", _fault);
        }
    }

    private void Work(Action work, Action done) => _ = Task.Run(() =>
    {
        try
        {
            work();
        }
        catch (Exception e) when (DurableFiles.IsDisk(e) || e is CryptographicException)
        {
            // The connection that stands stays; what is not on the disk is said, so that nobody takes the old certificate back (F3).
            _fault = $"the renewal cannot be stored: {e.Message}";
            _log.LogError(LogEvents.RenewalNotStored, "{Fault}", _fault);
        }
        finally
        {
            done();
        }
    });

    private static string HashOf(X509Certificate2 certificate) => certificate.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant();

    /// <summary>All that is known at a moment.</summary>
    /// <param name="Pending">The request whose answer is waited for, also while one is tried.</param>
    /// <param name="InForce">Of an earlier renewal.</param>
    /// <param name="Candidate">What came and has led to no connection yet.</param>
    private sealed record Held(PendingRenewal? Pending, Renewed? InForce, Tried? Candidate);

    private sealed record Renewed(X509Certificate2 Own, string InPlaceOf);

    private sealed class Tried(X509Certificate2 own, string certificate, string key)
    {
        public X509Certificate2 Own => own;

        public string Certificate => certificate;

        public string Key => key;
    }

    private sealed record Sending(OutboundMessage Message);
}
