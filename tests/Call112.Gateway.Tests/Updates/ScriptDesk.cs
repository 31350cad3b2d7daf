using System.Diagnostics;
using System.Runtime.CompilerServices;
using Call112.Gateway.Updates;

namespace Call112.Gateway.Tests.Updates;

/// <summary>
/// The image's own scripts (install, confirm, call112-update) in a folder that stands for the box, with RAUC, systemd and the gateway played: what
/// they were called with is in <see cref="Calls"/>, how they end is set by the test.
/// </summary>
internal sealed class ScriptDesk : IDisposable
{
    public const string Version = "1.2.0", NotTaken = "signature verification failed: Verify error: unable to get local issuer certificate";

    public static readonly string Sha256 = new('a', 64);

    private static readonly string s_image = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "../../../deploy-pi/image/root"));

    private readonly string _box = Directory.CreateTempSubdirectory("call112-box-").FullName;

    public ScriptDesk()
    {
        foreach (var folder in new[] { "bin", "lib", "data/update", "data/rauc", "run/call112-provision" })
            Directory.CreateDirectory(In(folder));
        Copy("usr/lib/call112/offer.sh", "lib/offer.sh");
        Copy("usr/lib/call112/install", "bin/install-update");
        Copy("usr/lib/call112/confirm", "bin/confirm");
        Copy("usr/sbin/call112-update", "bin/call112-update");
        Play("rauc", $$"""
            [ $1 = install ] || exit 0
            [ ! -e {{In("silent")}} ] || { echo 'D-Bus error' >&2; exit 2; }
            [ -f "$2" ] && [ ! -e {{In("forged")}} ] && exit 0
            echo "LastError: {{NotTaken}}"
            echo "Installing \`$2\` failed" >&2
            exit 1
            """);
        Play("systemctl", "");
        Play("call112-gateway", $$"""
            case $2 in
              rest) [ ! -e {{In("alert")}} ] || { echo '1 alerts are open' >&2; exit 1; } ;;
              proof) [ ! -e {{In("unproved")}} ] ;;
            esac
            """);
        File.WriteAllText(In("run/call112-provision/armed"), "");
        File.WriteAllText(In("calls"), "");
        Boot("A");
    }

    /// <summary>What was called, one line each.</summary>
    public string[] Calls => File.ReadAllLines(In("calls"));

    public string? Said => File.Exists(In("data/update/said")) ? File.ReadAllText(In("data/update/said")).TrimEnd() : null;

    public string[] Refused => File.Exists(In("data/update/refused")) ? File.ReadAllLines(In("data/update/refused")) : [];

    public bool HasNext => File.Exists(In("data/update/next"));

    public bool HasBundle => File.Exists(In($"data/update/{Sha256}.raucb"));

    public string? Trial => File.Exists(In("data/rauc/trial")) ? File.ReadAllText(In("data/rauc/trial")).TrimEnd() : null;

    public string? TrialBundle => File.Exists(In("data/rauc/trial-bundle")) ? File.ReadAllText(In("data/rauc/trial-bundle")).TrimEnd() : null;

    public string In(string path) => Path.Combine(_box, path);

    /// <summary>The machine starts from this slot.</summary>
    public void Boot(string slot) => File.WriteAllText(In("cmdline"), $"root=/dev/x rauc.slot={slot} call112.spread=0 quiet\n");

    /// <summary>A bundle is laid ready, as fetch-update does it.</summary>
    public void LayReady(string? next = null)
    {
        File.WriteAllText(In($"data/update/{Sha256}.raucb"), "bundle");
        File.WriteAllText(In($"data/update/{UpdateFolder.NextFile}"), next ?? $"{Sha256}.raucb\n{Version}\n");
    }

    /// <summary>An alert is open, a bundle is forged, a system does not prove itself, RAUC's service is silent.</summary>
    public void Set(string what) => File.WriteAllText(In(what), "");

    public void Clear(string what) => File.Delete(In(what));

    public int Install() => Run("install-update");

    public int Confirm() => Run("confirm");

    public int Update(params string[] arguments) => Run("call112-update", arguments);

    public void Dispose() => Directory.Delete(_box, recursive: true);

    private int Run(string script, params string[] arguments)
    {
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = $"{In("bin")}:{start.Environment["PATH"]}";
        start.ArgumentList.Add(In($"bin/{script}"));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }

    private void Copy(string from, string to) => Write(to, File.ReadAllText(Path.Combine(s_image, from))
        .Replace("/usr/lib/call112/", In("lib/"), StringComparison.Ordinal)
        .Replace("/data/", In("data/"), StringComparison.Ordinal)
        .Replace("/run/", In("run/"), StringComparison.Ordinal)
        .Replace("/proc/cmdline", In("cmdline"), StringComparison.Ordinal)
        .Replace("/dev/kmsg", In("kmsg"), StringComparison.Ordinal));

    private void Play(string tool, string body) => Write($"bin/{tool}", $"#!/bin/sh\necho \"{tool} $*\" >> {In("calls")}\n{body}\n");

    private void Write(string to, string text)
    {
        File.WriteAllText(In(to), text);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(In(to), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static string Here([CallerFilePath] string path = "") => path;
}
