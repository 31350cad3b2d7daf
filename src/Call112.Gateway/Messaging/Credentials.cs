using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Call112.Gateway.Options;
using Call112.Station;

namespace Call112.Gateway.Messaging;

/// <summary>
/// The certificates of one uplink, from files or from station.json itself: read anew when their files change, proved by a connection, and kept in
/// memory so that a bad new file does not cut the station off (F13). Invariants: what has once led to a connection is given up only for what has led to one as well; a file that cannot be used
/// is a fault with a name, and is looked at again whenever it changes. Thread-safe: connect and the minute's look may meet. Not its business: whether
/// the broker's certificate is good; that is the TLS stack's.
/// </summary>
public sealed class Credentials(UplinkOptions uplink)
{
    /// <summary>Largest PEM file that is read, bytes.</summary>
    private const int BytesMax = 1024 * 1024;

    private readonly Lock _lock = new();
    private Material? _proven;
    private Material? _candidate;
    private string? _read;
    private string? _fault;

    /// <summary>What the station's state says of them.</summary>
    public CertificateSense Sense
    {
        get
        {
            lock (_lock)
                return new CertificateSense((_candidate ?? _proven)?.Until, _fault);
        }
    }

    /// <summary>Looks at the files.</summary>
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
                _candidate = Read();
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

    /// <summary>What to connect with: the newest first, then what is known to work.</summary>
    /// <exception cref="BrokerException">There is nothing that can be used.</exception>
    internal IReadOnlyList<Material> ToTry()
    {
        Refresh();
        lock (_lock)
        {
            Material?[] all = [_candidate, _proven];
            var usable = all.OfType<Material>().ToList();
            return usable.Count > 0 ? usable : throw new BrokerException($"certificate: {_fault ?? "none"}");
        }
    }

    /// <summary>A connection was made with it.</summary>
    /// <param name="refusal">Why newer ones that were tried before it did not lead to one; null when there were none.</param>
    internal void Proved(Material material, string? refusal)
    {
        lock (_lock)
        {
            if (material == _candidate)
                (_proven, _candidate, _fault) = (material, null, null);
            else if (refusal is not null)
                (_candidate, _fault) = (null, $"the new certificate is not accepted: {refusal}");
        }
    }

    private Material Read()
    {
        var authorities = uplink.CaFile is null ? uplink.Identity?.Authorities() : null;
        if (uplink.CaFile is { } caFile)
        {
            authorities = [];
            authorities.ImportFromPem(Text(caFile));
            if (authorities.Count == 0)
                throw new InvalidDataException($"{caFile}: no certificate in it");
        }

        var own = uplink.CertificateFile is null ? uplink.Identity?.Own() : null;
        if (uplink is { CertificateFile: { } certificateFile, KeyFile: { } keyFile })
            own = X509Certificate2.CreateFromPem(Text(certificateFile), Text(keyFile));
        return new Material(authorities, own);
    }

    private static string Text(string path) => new FileInfo(path).Length <= BytesMax
        ? File.ReadAllText(path)
        : throw new InvalidDataException($"{path}: larger than {BytesMax} bytes");

    private string Stamp() => string.Join(' ', new[] { uplink.CaFile, uplink.CertificateFile, uplink.KeyFile }.OfType<string>().Select(path =>
    {
        var file = new FileInfo(path);
        return file.Exists ? $"{file.LastWriteTimeUtc.Ticks}/{file.Length}" : "absent";
    }));

    /// <summary>One set of certificates, as read.</summary>
    /// <param name="Authorities">Whom to trust; the system's when null.</param>
    /// <param name="Own">The station's own, with its key.</param>
    internal sealed record Material(X509Certificate2Collection? Authorities, X509Certificate2? Own)
    {
        public DateTimeOffset? Until => Own is null ? null : new DateTimeOffset(Own.NotAfter.ToUniversalTime(), TimeSpan.Zero);
    }
}
