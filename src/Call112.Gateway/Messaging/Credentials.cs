using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Call112.Gateway.Options;
using Call112.Station;

namespace Call112.Gateway.Messaging;

/// <summary>
/// The certificates of one uplink, from files or from station.json and its renewals: read anew when they change, proved by a connection, and kept
/// in memory so that a bad new one does not cut the station off (F13). Invariants: what has once led to a connection is given up only for what has led to
/// one as well; a file that cannot be used is a fault with a name, and is looked at again whenever it changes. Thread-safe: connect and the minute's
/// look may meet. Not its business: whether the broker's certificate is good; that is the TLS stack's.
/// </summary>
/// <param name="renewal">Knows what has come since station.json; nothing has when null.</param>
public sealed class Credentials(UplinkOptions uplink, CertificateRenewal? renewal = null)
{
    /// <summary>Largest PEM file that is read, bytes.</summary>
    private const int BytesMax = 1024 * 1024;

    /// <summary>
    /// What is known to work is given so many attempts in vain before the others have their turn: a broker that restarts refuses once, and is no
    /// reason to go back to an older certificate.
    /// </summary>
    private const int VainMax = 3;

    private readonly Lock _lock = new();
    private Material? _proven;
    private Material? _candidate;
    private List<Material> _known = [];
    private int _vain;
    private string? _read;
    private string? _fault;

    /// <summary>What the station's state says of them.</summary>
    public CertificateSense Sense
    {
        get
        {
            lock (_lock)
                return new CertificateSense((_candidate ?? _proven)?.Until, _fault ?? Renewal?.Fault);
        }
    }

    /// <summary>What the last connection was made with; null before the first, and without a certificate.</summary>
    internal X509Certificate2? InUse
    {
        get
        {
            lock (_lock)
                return _proven?.Own;
        }
    }

    /// <summary>Null where the station's own certificate is a file: its owner renews it.</summary>
    private CertificateRenewal? Renewal => uplink.CertificateFile is null && renewal is { IsPossible: true } ? renewal : null;

    /// <summary>Looks at the files, and whether a renewal has come.</summary>
    /// <returns>True when there is something new to connect with.</returns>
    public bool Refresh()
    {
        lock (_lock)
        {
            var stamp = Stamp();
            if (stamp == _read)
                return false;
            try
            {
                _known = Read();
                _candidate = _known[0];
                // Also while they are being replaced one by one: the next look sees the last change.
                (_read, _fault) = (stamp, null);
                return _proven is not null;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or InvalidDataException or ArgumentException)
            {
                // A file that is half written now is whole at the next look; without the stamp it is read again then.
                _fault = e is CryptographicException or ArgumentException ? $"the certificate files do not fit together: {e.Message}" : e.Message;
                return false;
            }
        }
    }

    /// <summary>What to connect with: the newest first, then what is known to work, and when that works no more, what else there is.</summary>
    /// <exception cref="BrokerException">There is nothing that can be used.</exception>
    internal IReadOnlyList<Material> ToTry()
    {
        Refresh();
        lock (_lock)
        {
            Material?[] first = [_candidate, _proven];
            var usable = first.OfType<Material>().ToList();
            if (_proven is null || ++_vain > VainMax)
                usable.AddRange(_known.Where(known => !usable.Exists(chosen => Equals(chosen.Own, known.Own))));
            return usable.Count > 0 ? usable : throw new BrokerException($"certificate: {_fault ?? "none"}");
        }
    }

    /// <summary>A connection was made with it.</summary>
    /// <param name="refusal">Why those that were tried before it did not lead to one; null when there were none.</param>
    internal void Proved(Material material, string? refusal)
    {
        lock (_lock)
        {
            // An old one that is refused in favour of a newer one is how a change ends, and no fault.
            if (material == _candidate || (refusal is not null && _candidate is null && material.Until > _proven?.Until))
                (_candidate, _fault) = (null, null);
            else if (refusal is not null)
                (_candidate, _fault) = (null, $"the new certificate is not accepted: {refusal}");
            (_proven, _vain) = (material, 0);
        }
    }

    /// <summary>The newest first; more than one only where a renewal has come since station.json.</summary>
    private List<Material> Read()
    {
        var authorities = uplink.CaFile is null ? uplink.Identity?.Authorities() : null;
        if (uplink.CaFile is { } caFile)
        {
            authorities = [];
            authorities.ImportFromPem(Text(caFile));
            if (authorities.Count == 0)
                throw new InvalidDataException($"{caFile}: no certificate in it");
        }

        if (Renewal is not null)
            return [.. Renewal.Own.Select(renewed => new Material(authorities, renewed))];
        var own = uplink.CertificateFile is null ? uplink.Identity?.Own() : null;
        if (uplink is { CertificateFile: { } certificateFile, KeyFile: { } keyFile })
            own = X509Certificate2.CreateFromPem(Text(certificateFile), Text(keyFile));
        return [new Material(authorities, own)];
    }

    private static string Text(string path) => new FileInfo(path).Length <= BytesMax
        ? File.ReadAllText(path)
        : throw new InvalidDataException($"{path}: larger than {BytesMax} bytes");

    private string Stamp()
    {
        string?[] paths = [uplink.CaFile, uplink.CertificateFile, uplink.KeyFile];
        return $"{Renewal?.Revision} " + string.Join(' ', paths.OfType<string>().Select(path =>
        {
            var file = new FileInfo(path);
            return file.Exists ? $"{file.LastWriteTimeUtc.Ticks}/{file.Length}" : "absent";
        }));
    }

    /// <summary>One set of certificates, as read.</summary>
    /// <param name="Authorities">Whom to trust; the system's when null.</param>
    /// <param name="Own">The station's own, with its key.</param>
    internal sealed record Material(X509Certificate2Collection? Authorities, X509Certificate2? Own)
    {
        public DateTimeOffset? Until => Own is null ? null : new DateTimeOffset(Own.NotAfter.ToUniversalTime(), TimeSpan.Zero);
    }
}
