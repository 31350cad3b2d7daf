namespace Call112.Center.Enrolment;

/// <summary>
/// The folder of a city's identities. Invariants: one process at a time works in it; a file is there whole or not at all; what holds a secret is
/// readable by its owner alone from its first byte on.
/// </summary>
internal sealed class IdentityFolder : IDisposable
{
    public const string Variable = "CALL112_CENTER_IDENTITIES";

    /// <summary>Made by the Debian package; where it is, the identities lie below it.</summary>
    private const string Installed = "/etc/call112-center";

    /// <summary>The folder when none is named: the variable's, the package's, or <c>./identities</c>.</summary>
    public static string Usual => Environment.GetEnvironmentVariable(Variable)
        ?? (Directory.Exists(Installed) ? System.IO.Path.Combine(Installed, "identities") : "identities");

    private const UnixFileMode Secret = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode Public = Secret | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private const int LockTries = 40;

    private static readonly TimeSpan s_lockEvery = TimeSpan.FromMilliseconds(50);

    private readonly FileStream _lock;

    private IdentityFolder(string path, FileStream held) => (Path, _lock) = (path, held);

    public string Path { get; }

    /// <summary>The authorities' certificates and keys.</summary>
    public string Authority => In("authority");

    /// <summary>What the broker reads, and nothing else: it goes to the broker's machine as it is.</summary>
    public string Broker => In("broker");

    /// <summary>The centre's certificate and key.</summary>
    public string Center => In("center");

    /// <summary>The configuration of each enrolled station, without its secrets.</summary>
    public string Stations => In("stations");

    /// <summary>Every certificate that was ever issued.</summary>
    public string Ledger => In("certificates.json");

    /// <summary>The stations in the form that <c>run --stations</c> reads.</summary>
    public string Registry => In("registry.json");

    /// <summary>Opens the folder, and creates it when it is not there.</summary>
    /// <exception cref="EnrolmentException">It cannot be used, or another process works in it.</exception>
    public static IdentityFolder Open(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(full, Secret | UnixFileMode.UserExecute);
            return new IdentityFolder(full, Lock(System.IO.Path.Combine(full, ".lock")));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EnrolmentException($"--identities {full}: {e.Message}", e);
        }
    }

    public static void WriteSecret(string path, ReadOnlySpan<byte> content) => Write(path, content, Secret);

    public static void WriteSecret(string path, string text) => Write(path, System.Text.Encoding.UTF8.GetBytes(text), Secret);

    public static void WritePublic(string path, string text) => Write(path, System.Text.Encoding.UTF8.GetBytes(text), Public);

    /// <summary>Replaces a file of somebody else's, which keeps its mode.</summary>
    public static void Rewrite(string path, ReadOnlySpan<byte> content) => Write(path, content, File.GetUnixFileMode(path));

    public void Dispose() => _lock.Dispose();

    private string In(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>
    /// Who answers a renewal, or runs a verb, is through in a moment: that is waited for, 2 s at most. A folder that stays in use is refused.
    /// </summary>
    private static FileStream Lock(string path)
    {
        using var never = new ManualResetEventSlim();
        for (var left = LockTries; ; left--)
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (left > 1)
            {
                never.Wait(s_lockEvery);
            }
    }

    /// <summary>Written beside, synced and moved.</summary>
    private static void Write(string path, ReadOnlySpan<byte> content, UnixFileMode mode)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);
        var beside = path + ".new";
        File.Delete(beside);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode };
        using (var file = new FileStream(beside, options))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        File.Move(beside, path, overwrite: true);
    }
}
