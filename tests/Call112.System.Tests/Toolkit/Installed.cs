namespace Call112.System.Tests.Toolkit;

/// <summary>Finds what a test runs: daemons of the machine, the built programs, published binaries. What is absent skips the test by name.</summary>
public static class Installed
{
    private static readonly string[] s_folders = ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin", "/bin", "/sbin"];

    /// <summary>Full path of a program, or null. Debian puts mosquitto into /usr/sbin, which is not on every user's path.</summary>
    public static string? Find(string program) => s_folders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    /// <summary>Full path of a program; without it the test is skipped with the program's name.</summary>
    public static string Need(string program)
    {
        var path = Find(program);
        Assert.SkipUnless(path is not null, $"{program} is not installed (tests/install brings it)");
        return path!;
    }

    /// <summary>Folder artifacts/ of this repository: this test's own binaries lie in artifacts/bin/PROJECT/CONFIGURATION.</summary>
    public static string Artifacts { get; } = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", ".."));

    private static string Configuration { get; } = Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/'));

    /// <summary>The gateway under test: the build's own, or the one that the variable CALL112_GATEWAY names.</summary>
    public static string Gateway => Environment.GetEnvironmentVariable("CALL112_GATEWAY") ?? Path.Combine(Artifacts, "bin", "Call112.Gateway", Configuration, "call112-gateway");

    /// <summary>The gateway as it goes to a Pi where somebody has published it after its last build, else the build's own.</summary>
    public static string NativeGateway
    {
        get
        {
            var (native, built) = (Published("linux-x64"), Path.ChangeExtension(Gateway, ".dll"));
            var isNew = File.Exists(native) && (!File.Exists(built) || File.GetLastWriteTimeUtc(native) >= File.GetLastWriteTimeUtc(built));
            return Environment.GetEnvironmentVariable("CALL112_GATEWAY") is null && isNew ? native : Gateway;
        }
    }

    /// <summary>How a result names the gateway that was under test.</summary>
    public static string Build(string gateway) => File.Exists(Path.ChangeExtension(gateway, ".dll"))
        ? "gateway: the build's own, JIT"
        : "gateway: NativeAOT, linux-x64";

    /// <summary>The SQLite that the gateway runs on, as a library of its own.</summary>
    public static string Sqlite =>
        new[] { Path.GetDirectoryName(NativeGateway)!, Path.Combine(Path.GetDirectoryName(Gateway)!, "runtimes", "linux-x64", "native") }
            .Select(folder => Path.Combine(folder, "libe_sqlite3.so")).FirstOrDefault(File.Exists) ?? throw new FileNotFoundException("libe_sqlite3.so is not beside the gateway");

    public static string Center => Path.Combine(Artifacts, "bin", "Call112.Center", Configuration, "call112-center");

    public static string Published(string runtime) => Path.Combine(Artifacts, "publish", "Call112.Gateway", $"release_{runtime}", "call112-gateway");
}
