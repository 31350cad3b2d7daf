using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Call112.Center.Book;
using Call112.Messages;

namespace Call112.Center.Enrolment;

/// <summary>A station that was enrolled: what goes to its box.</summary>
/// <param name="File">station.json, with secrets.</param>
/// <param name="Compact">The same without white space: what is in the QR code.</param>
/// <param name="Qr">Null when it is too large for one.</param>
internal sealed record EnrolledStation(IssuedCertificate Certificate, byte[] File, byte[] Compact, StationQr? Qr, bool HasSms);

/// <summary>
/// The identities of a city: who may speak to its broker, by which certificate, until when (decision 0019). Invariants: what the broker reads is
/// written anew after every change, from the ledger and the stations' configurations alone; a station's key is handed out once and kept nowhere.
/// Not its business: bringing the files to the broker, and telling it.
/// </summary>
internal sealed class Enrolment : IDisposable
{
    /// <summary>A station gets one certificate over MQTT in this time at most: a hostile one must not fill the ledger.</summary>
    private static readonly TimeSpan s_renewalsApart = TimeSpan.FromHours(1);

    private readonly IdentityFolder _folder;
    private readonly TimeProvider _time;
    private readonly List<IssuedCertificate> _issued;

    private Enrolment(IdentityFolder folder, List<IssuedCertificate> issued, Authorities authorities, TimeProvider time) =>
        (_folder, _issued, Authorities, _time) = (folder, issued, authorities, time);

    public Authorities Authorities { get; }

    public IReadOnlyList<IssuedCertificate> Issued => _issued;

    public IdentityFolder Folder => _folder;

    /// <summary>Opens the city's identities.</summary>
    /// <param name="create">Begin with an authority of its own where there is none.</param>
    /// <exception cref="EnrolmentException">They cannot be used.</exception>
    public static Enrolment Open(string path, bool create, TimeProvider time)
    {
        if (!create && !Directory.Exists(path))
            throw new EnrolmentException($"--identities {Path.GetFullPath(path)}: no such folder");
        var folder = IdentityFolder.Open(path);
        try
        {
            var issued = EnrolmentJsonContext.ReadLedger(folder.Ledger);
            return new Enrolment(folder, issued, Authorities.Open(folder.Authority, issued.Count > 0, time.GetUtcNow()), time);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>The newest certificate of a name that is not revoked, or null.</summary>
    public IssuedCertificate? Newest(string name, CertificateUse use) =>
        _issued.LastOrDefault(issued => issued.Name == name && issued.Use == use && issued.RevokedAt is null);

    /// <exception cref="EnrolmentException">The first thing that is wrong; nothing was changed but perhaps the SMS key and its entry.</exception>
    public EnrolledStation EnrolStation(StationRequest request)
    {
        if (!Topics.IsValidName(request.Id))
            throw new EnrolmentException($"STATION '{request.Id}': must match [a-z0-9][a-z0-9-]{{1,38}}[a-z0-9]");
        CheckRenewal(request.Id, Newest(request.Id, CertificateUse.Station), request.Renew);
        var document = request.BaseFile is { } given ? StationDocument.Read(given, "--base")
            : File.Exists(ConfigurationOf(request.Id)) ? StationDocument.Read(ConfigurationOf(request.Id), "--identities")
            : StationDocument.New();
        document.Apply(request);
        CheckBrokerName(document);
        var wantsSms = request.SmsFile is not null;
        if (document.HasSms && !wantsSms)
            throw new EnrolmentException(
                "--sms: missing: the station answers texts; name the centre's SMS file, so that its key goes into station.json");
        if (wantsSms && !request.HasModem && !document.HasModem)
            throw new EnrolmentException("--sms: needs a modem in the box: give --modem");
        var pair = Issue(request.Id, CertificateUse.Station, NamesOf(request.Id), request.Days);
        if (request.SmsFile is { } sms)
            document.SetSms(request.ReplyTo, SmsKeyring.Open(sms).KeyOf(request.Id, request.Sim, request.NewSmsKey));
        document.SetIdentity(Authorities.TrustedPem, pair.Certificate, pair.Key);
        // Before the ledger names it: everybody who is enrolled has a configuration.
        IdentityFolder.WritePublic(ConfigurationOf(request.Id), System.Text.Encoding.UTF8.GetString(document.WithoutSecrets().Write(indented: true)));
        Keep(pair.Record);
        WriteDerived();
        var compact = document.Write(indented: false);
        return new EnrolledStation(pair.Record, document.Write(indented: true), compact, StationQr.Of(compact), wantsSms);
    }

    /// <summary>
    /// A station's own renewal (decision 0022): a certificate over the key that has signed its request, by the signing authority. The same request gets
    /// the same certificate again.
    /// </summary>
    /// <param name="request">PKCS #10, PEM, from the wire.</param>
    /// <param name="due">How long before its end a certificate may be renewed.</param>
    /// <returns>The certificate, PEM.</returns>
    /// <exception cref="EnrolmentException">Why there is none, in words for the station's log.</exception>
    public string RenewStation(string stationId, Guid requestId, string request, TimeSpan due)
    {
        var now = _time.GetUtcNow();
        if (Newest(stationId, CertificateUse.Station) is not { } newest || !newest.IsValid(now))
            throw new EnrolmentException("the station is not enrolled, or its certificate was taken back or is over");
        if (_issued.Find(issued => issued.Name == stationId && issued.RequestId == requestId) is { } earlier)
            return earlier is { RevokedAt: null, Certificate: { } again }
                ? again
                : throw new EnrolmentException("the certificate of this request was taken back, or a newer one has been issued");
        // Whoever has a lost box must not outrun the one that was enrolled in its place: that one is the newest, and far from its end.
        if (_issued.LastOrDefault(issued => issued.Name == stationId && issued is { RequestId: null, RevokedAt: null }) is { } enrolled
            && enrolled.NotAfter > now + due)
            throw new EnrolmentException($"not due: it was enrolled until {enrolled.NotAfter:yyyy-MM-dd}; call112-center enroll {stationId} --renew");
        if (_issued.Exists(issued => issued.Name == stationId && issued.IssuedAt <= now && now - issued.IssuedAt < s_renewalsApart))
            throw new EnrolmentException($"one was issued within the last {s_renewalsApart.TotalMinutes:0} min");
        if (newest.Authority != Authorities.Current.Id)
            throw new EnrolmentException(
                $"it was enrolled before the change of authorities, and would not trust the new one: call112-center enroll {stationId} --renew");
        var key = RenewalRequest.KeyOf(request, stationId);
        var days = (int)Math.Min(StationRequest.DaysUsual, (Authorities.Current.NotAfter - now).TotalDays);
        if (now.AddDays(days) <= newest.NotAfter)
            throw new EnrolmentException($"the authority itself ends on {Authorities.Current.NotAfter:yyyy-MM-dd}: call112-center authority rotate");
        var (certificate, record) = Authorities.Current.Sign(stationId, CertificateUse.Station, NamesOf(stationId), key, days, now);
        for (var i = 0; i < _issued.Count; i++)
            if (_issued[i].Name == stationId)
                _issued[i] = _issued[i] with { Certificate = null };
        Keep(record with { RequestId = requestId, IssuedAt = now, Certificate = certificate });
        return certificate;
    }

    /// <summary>Writes what the broker reads anew: a list of another version of this program may lack a right.</summary>
    public void Refresh() => WriteDerived();

    /// <summary>The centre's certificate and key, in the folder's <c>center</c>.</summary>
    public IssuedCertificate EnrolCenter(int days, bool renew)
    {
        CheckRenewal("--center", Newest(AccessList.CenterName, CertificateUse.Center), renew);
        return Place(Issue(AccessList.CenterName, CertificateUse.Center, NamesOf(AccessList.CenterName), days), _folder.Center, "center");
    }

    /// <summary>The broker's certificate and key, in the folder's <c>broker</c>.</summary>
    /// <param name="hosts">Names and addresses that stations reach it by.</param>
    /// <exception cref="EnrolmentException">A host is none; or a station would not trust it, because its own certificate is older than the change of
    /// authorities.</exception>
    public IssuedCertificate EnrolBroker(IReadOnlyList<string> hosts, int days, bool renew)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts)
        {
            if (IPAddress.TryParse(host, out var address))
                names.AddIpAddress(address);
            else if (Uri.CheckHostName(host) == UriHostNameType.Dns)
                names.AddDnsName(host);
            else
                throw new EnrolmentException($"--server '{host}': neither a host name nor an address");
        }

        CheckRenewal("--server", Newest(AccessList.BrokerName, CertificateUse.Broker), renew);
        if (OfFormerAuthority().Where(issued => issued.Use != CertificateUse.Broker).Select(issued => issued.Name).ToList() is { Count: > 0 } left)
            throw new EnrolmentException(
                $"--server: {string.Join(", ", left)}: enrolled before the change of authorities, and would not trust the new certificate; "
                + "renew them first, or revoke them");
        return Place(Issue(AccessList.BrokerName, CertificateUse.Broker, names, days), _folder.Broker, "broker");
    }

    /// <summary>Takes certificates back; the broker refuses them from its next reload on.</summary>
    /// <param name="formerOnly">All but the newest: a box that was lost or replaced, after its successor has connected.</param>
    /// <returns>What was revoked.</returns>
    public IReadOnlyList<IssuedCertificate> Revoke(string name, bool formerOnly)
    {
        var now = _time.GetUtcNow();
        var kept = formerOnly ? _issued.LastOrDefault(issued => issued.Name == name) : null;
        var revoked = _issued.Where(issued => issued.Name == name && issued != kept && issued.RevokedAt is null).ToList();
        if (revoked.Count == 0)
            throw new EnrolmentException(
                $"'{name}': {(_issued.Any(issued => issued.Name == name) ? "nothing to revoke" : "no certificate was ever issued under this name")}");
        for (var i = 0; i < _issued.Count; i++)
            if (revoked.Contains(_issued[i]))
                _issued[i] = _issued[i] with { RevokedAt = now };
        WriteLedger();
        WriteDerived();
        return revoked;
    }

    /// <summary>A new authority signs from now on; the broker and whoever is enrolled from now on trust both.</summary>
    public void RotateAuthority()
    {
        Authorities.Rotate(_time.GetUtcNow());
        WriteDerived();
    }

    /// <summary>Ends the change: the former authority is trusted no more.</summary>
    /// <exception cref="EnrolmentException">There is none, or somebody still has only its certificate.</exception>
    public void RetireAuthority()
    {
        if (Authorities.Former is null)
            throw new EnrolmentException("authority retire: there is only one authority; nothing to retire");
        if (OfFormerAuthority().Select(issued => issued.Name).ToList() is { Count: > 0 } left)
            throw new EnrolmentException(
                $"authority retire: {string.Join(", ", left)}: still by the former authority; renew them first, or revoke them");
        Authorities.Retire();
        WriteDerived();
    }

    /// <summary>The newest certificate of everybody that is not revoked.</summary>
    public IEnumerable<IssuedCertificate> Holders() =>
        _issued.Where(issued => issued.RevokedAt is null).GroupBy(issued => issued.Name).Select(group => group.Last());

    public void Dispose()
    {
        Authorities.Dispose();
        _folder.Dispose();
    }

    private static void CheckRenewal(string who, IssuedCertificate? present, bool renew)
    {
        if (present is not null && !renew)
            throw new EnrolmentException(
                $"{who}: enrolled already, until {present.NotAfter:yyyy-MM-dd}; --renew issues a new certificate beside the present one");
        if (present is null && renew)
            throw new EnrolmentException($"--renew: {who} is not enrolled");
    }

    private static SubjectAlternativeNameBuilder NamesOf(string name)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        return names;
    }

    private string ConfigurationOf(string stationId) => Path.Combine(_folder.Stations, stationId + ".json");

    /// <summary>Whose newest certificate is by the authority before this one.</summary>
    private IEnumerable<IssuedCertificate> OfFormerAuthority() =>
        Authorities.Former is { } former ? Holders().Where(issued => issued.Authority == former.Id && issued.IsValid(_time.GetUtcNow())) : [];

    private IssuedPair Issue(string name, CertificateUse use, SubjectAlternativeNameBuilder names, int days) => days is >= 1 and <= 7_300
        ? Authorities.Current.Issue(name, use, names, days, _time.GetUtcNow())
        : throw new EnrolmentException($"--days {days}: must be 1 to 7300");

    private IssuedCertificate Place(IssuedPair pair, string folder, string name)
    {
        IdentityFolder.WriteSecret(Path.Combine(folder, name + ".key"), pair.Key);
        IdentityFolder.WritePublic(Path.Combine(folder, name + ".crt"), pair.Certificate);
        Keep(pair.Record);
        WriteDerived();
        return pair.Record;
    }

    private void Keep(IssuedCertificate record)
    {
        _issued.Add(record);
        WriteLedger();
    }

    private void WriteLedger() =>
        IdentityFolder.WritePublic(_folder.Ledger, JsonSerializer.Serialize(_issued, EnrolmentJsonContext.Default.ListIssuedCertificate) + "\n");

    /// <summary>What the broker reads, and the centre's registry.</summary>
    private void WriteDerived()
    {
        var now = _time.GetUtcNow();
        var stations = new List<StationRegistration>();
        foreach (var id in Holders().Where(issued => issued.Use == CertificateUse.Station).Select(issued => issued.Name))
            stations.Add(StationDocument.Read(ConfigurationOf(id), "--identities").Registration());
        IdentityFolder.WritePublic(Path.Combine(_folder.Broker, "authorities.pem"), Authorities.TrustedPem);
        IdentityFolder.WritePublic(
            Path.Combine(_folder.Broker, "revoked.pem"),
            string.Concat(Authorities.Trusted.Select(authority => authority.RevocationList(_issued, now))));
        IdentityFolder.WritePublic(
            Path.Combine(_folder.Broker, "access.acl"), AccessList.Write(stations.Select(station => (station.Id, station.Groups ?? []))));
        IdentityFolder.WritePublic(
            _folder.Registry, JsonSerializer.Serialize(stations, EnrolmentJsonContext.Default.ListStationRegistration) + "\n");
    }

    /// <summary>A station that seeks the broker under a name that its certificate does not have would never connect.</summary>
    private void CheckBrokerName(StationDocument document)
    {
        var path = Path.Combine(_folder.Broker, "broker.crt");
        if (!File.Exists(path))
            return;
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(path);
        foreach (var host in document.BrokerHosts)
            if (!certificate.MatchesHostname(host, allowCommonName: false))
                throw new EnrolmentException(
                    $"--broker: the broker's certificate is not for '{host}'; call112-center enroll --server {host} … --renew");
    }
}
