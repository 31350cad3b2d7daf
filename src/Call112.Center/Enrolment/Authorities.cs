namespace Call112.Center.Enrolment;

/// <summary>
/// The authority that signs, and during a change the one before it: trusted, and able to revoke what it has signed, but signing nothing new.
/// </summary>
internal sealed class Authorities : IDisposable
{
    private readonly string _folder;

    private Authorities(string folder, CertificateAuthority current, CertificateAuthority? former, bool isNew) =>
        (_folder, Current, Former, IsNew) = (folder, current, former, isNew);

    public CertificateAuthority Current { get; private set; }

    public CertificateAuthority? Former { get; private set; }

    /// <summary>It was made just now.</summary>
    public bool IsNew { get; }

    /// <summary>Every authority that is trusted, the signing one first.</summary>
    public IReadOnlyList<CertificateAuthority> Trusted => Former is null ? [Current] : [Current, Former];

    /// <summary>All of them, one after the other, as a broker and a station read them.</summary>
    public string TrustedPem => string.Concat(Trusted.Select(authority => authority.CertificatePem));

    private string CurrentFile => Path.Combine(_folder, "ca.pem");

    private string FormerFile => Path.Combine(_folder, "former.pem");

    /// <summary>Reads the authorities; makes the first one where nothing was ever issued.</summary>
    /// <param name="hasIssued">Certificates were issued: then an authority that is missing is lost, not yet to be made.</param>
    /// <exception cref="EnrolmentException">Half of one is there, or it is lost.</exception>
    public static Authorities Open(string folder, bool hasIssued, DateTimeOffset now)
    {
        string current = Path.Combine(folder, "ca.pem"), former = Path.Combine(folder, "former.pem");
        var isNew = !File.Exists(current);
        if (isNew && (hasIssued || File.Exists(former)))
            throw new EnrolmentException(
                $"{current}: missing, though certificates were issued: bring it back from its copy; "
                + "under a new authority every station would have to be enrolled anew");
        var signing = isNew ? CertificateAuthority.Create(current, now) : CertificateAuthority.Load(current);
        try
        {
            var before = File.Exists(former) ? CertificateAuthority.Load(former) : null;
            // The same one twice: a change that was cut off before it began.
            return new Authorities(folder, signing, before?.Id == signing.Id ? null : before, isNew);
        }
        catch
        {
            signing.Dispose();
            throw;
        }
    }

    /// <summary>From now on a new authority signs; the present one stays trusted.</summary>
    /// <exception cref="EnrolmentException">A change is under way already.</exception>
    public void Rotate(DateTimeOffset now)
    {
        if (Former is not null)
            throw new EnrolmentException($"authority rotate: {Former.Name} has not been retired yet (call112-center authority retire)");
        IdentityFolder.WriteSecret(FormerFile, File.ReadAllText(CurrentFile));
        Former = Current;
        Current = CertificateAuthority.Create(CurrentFile, now);
    }

    /// <summary>The former authority is trusted no more, and its key is gone.</summary>
    public void Retire()
    {
        Former?.Dispose();
        Former = null;
        File.Delete(FormerFile);
    }

    public void Dispose()
    {
        Current.Dispose();
        Former?.Dispose();
    }
}
