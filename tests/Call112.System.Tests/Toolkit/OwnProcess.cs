using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Call112.System.Tests.Toolkit;

/// <summary>A process that the test started and ends, by its own pid. Keeps the newest lines of both outputs.</summary>
public sealed partial class OwnProcess : IDisposable
{
    private const int SigHup = 1, SigTerm = 15, SigCont = 18, SigStop = 19, LinesKept = 40_000;

    private readonly Process _process;
    private readonly List<string> _lines = [];

    private OwnProcess(Process process) => _process = process;

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>Starts a program. Variables of the test run that begin with CALL112_ are options of the gateway, and are not passed on.</summary>
    public static OwnProcess Start(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("CALL112_", StringComparison.Ordinal) || name is "JOURNAL_STREAM" or "NOTIFY_SOCKET").ToList())
            start.Environment.Remove(name);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        var own = new OwnProcess(new Process { StartInfo = start });
        own._process.OutputDataReceived += own.Take;
        own._process.ErrorDataReceived += own.Take;
        own._process.Start();
        own._process.BeginOutputReadLine();
        own._process.BeginErrorReadLine();
        return own;
    }

    /// <summary>Runs a program to its end.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        using var process = Start(program, arguments, environment);
        await process.WaitForExitAsync();
        return (process.ExitCode, string.Join('\n', process.Lines()));
    }

    /// <summary>What the process has said so far, newest last.</summary>
    public IReadOnlyList<string> Lines()
    {
        lock (_lines)
            return [.. _lines];
    }

    public bool Said(string text) => Lines().Any(line => line.Contains(text, StringComparison.Ordinal));

    /// <summary>kill -9, and waits until the kernel has taken the process away.</summary>
    public void Kill()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>SIGTERM; gives the exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        if (!_process.HasExited)
            Signal(SigTerm);
        await WaitForExitAsync();
        return _process.ExitCode;
    }

    /// <summary>SIGSTOP: it is there, and does nothing (F17).</summary>
    public void Freeze() => Signal(SigStop);

    /// <summary>SIGHUP.</summary>
    public void HangUp() => Signal(SigHup);

    /// <summary>SIGCONT.</summary>
    public void Thaw() => Signal(SigCont);

    public async Task WaitForExitAsync()
    {
        using var late = new CancellationTokenSource(Wait.Patience, Wait.Time);
        await _process.WaitForExitAsync(late.Token);
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    private void Signal(int signal)
    {
        if (kill(_process.Id, signal) != 0)
            throw new InvalidOperationException($"no signal {signal} to {_process.Id}: errno {Marshal.GetLastPInvokeError()}");
    }

    private void Take(object sender, DataReceivedEventArgs e)
    {
        if (e.Data is null)
            return;
        lock (_lines)
        {
            _lines.Add(e.Data);
            if (_lines.Count > LinesKept)
                _lines.RemoveRange(0, LinesKept / 4);
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);
}
