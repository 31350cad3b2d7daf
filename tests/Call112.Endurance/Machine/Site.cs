using System.Globalization;

namespace Call112.Endurance.Machine;

/// <summary>The folder of one run in artifacts/endurance, a real disk, and where the programs of this working tree lie.</summary>
internal sealed class Site
{
    /// <summary>Newest runs that are kept, for looking into logs.</summary>
    private const int RunsKept = 4;

    private static readonly string[] s_programs = ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin", "/sbin", "/bin"];

    private static readonly TimeSpan s_askAgainAfter = TimeSpan.FromMilliseconds(20);

    private int _folders;

    public Site(TimeProvider time)
    {
        Time = time;
        Root = FindRoot();
        var runs = Path.Combine(Root, "artifacts", "endurance");
        Run = Path.Combine(runs, $"{time.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}-{Environment.ProcessId}");
        Directory.CreateDirectory(Run);
        foreach (var old in Directory.GetDirectories(runs).Order(StringComparer.Ordinal).SkipLast(RunsKept))
            try
            {
                Directory.Delete(old, recursive: true);
            }
            catch (IOException)
            {
                // Another run clears up at the same time, or has its card mounted there.
            }
    }

    public TimeProvider Time { get; }

    public string Root { get; }

    public string Run { get; }

    public string PublishedGateway => Path.Combine(Root, "artifacts/publish/Call112.Gateway/release_linux-x64/call112-gateway");

    /// <summary>The centre of the same configuration as this program.</summary>
    public string BuiltCenter =>
        Path.Combine(Root, "artifacts/bin/Call112.Center", Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), "call112-center");

    /// <summary>The gateway of the same configuration as this program.</summary>
    public string BuiltGateway =>
        Path.Combine(Root, "artifacts/bin/Call112.Gateway", Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), "call112-gateway");

    /// <summary>
    /// The gateway as it goes to a Pi where somebody has published it after its last build, else the build's own; and how a result names it.
    /// </summary>
    public (string Program, string Name) NewestGateway() =>
        File.Exists(PublishedGateway) && File.GetLastWriteTimeUtc(PublishedGateway) >= File.GetLastWriteTimeUtc(BuiltGateway + ".dll")
            ? (PublishedGateway, "NativeAOT, linux-x64")
            : (BuiltGateway, "the build's own, JIT: nobody has published a newer one");

    public string NewFolder(string name)
    {
        var path = Path.Combine(Run, $"{Interlocked.Increment(ref _folders):00}-{name}");
        Directory.CreateDirectory(path);
        return path;
    }

    public Task Pause(TimeSpan time) => time > TimeSpan.Zero ? Task.Delay(time, Time, CancellationToken.None) : Task.CompletedTask;

    /// <summary>Waits until the condition holds; false when it did not in time.</summary>
    public async Task<bool> HoldsAsync(Func<bool> condition, TimeSpan within, TimeSpan? every = null)
    {
        var began = Time.GetTimestamp();
        while (!condition())
        {
            if (Time.GetElapsedTime(began) > within)
                return false;
            await Pause(every ?? s_askAgainAfter);
        }

        return true;
    }

    /// <exception cref="EnduranceException">It did not in time.</exception>
    public async Task UntilAsync(Func<bool> condition, string what, TimeSpan within)
    {
        if (!await HoldsAsync(condition, within))
            throw new EnduranceException(string.Create(CultureInfo.InvariantCulture, $"not within {within.TotalSeconds:0} s: {what}"));
    }

    /// <summary>Full path of an installed program; Debian puts mosquitto into /usr/sbin, which is not on every user's path.</summary>
    public static string? Installed(string name) =>
        s_programs.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Call112.sln")))
                return folder.FullName;
        throw new EnduranceException($"Call112.sln not found above {AppContext.BaseDirectory}");
    }
}
