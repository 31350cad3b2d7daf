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

    public static string Center => Path.Combine(Artifacts, "bin", "Call112.Center", Configuration, "call112-center");

    public static string Published(string runtime) => Path.Combine(Artifacts, "publish", "Call112.Gateway", $"release_{runtime}", "call112-gateway");
}
