using System.Collections.Concurrent;
using System.Diagnostics;

namespace Call112.Endurance.Machine;

/// <summary>
/// A process that this run started and ends, by its own id. Its output goes into a file: a reader here would wake up beside the measurement.
/// </summary>
internal sealed class Child : IDisposable
{
    private static readonly TimeSpan s_stopWithin = TimeSpan.FromSeconds(30);
    private static readonly ConcurrentDictionary<Child, bool> s_running = new();

    private readonly Process _process;

    // A run that is interrupted leaves nobody behind.
    static Child() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        foreach (var child in s_running.Keys)
            if (!child._process.HasExited)
                child._process.Kill();
    };

    private Child(Process process, string log)
    {
        (_process, Log) = (process, log);
        s_running[this] = true;
    }

    public string Log { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Starts a program; the shell only opens the log and then becomes the program, so <see cref="Id"/> is the program's.</summary>
    public static Child Start(string log, string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false };
        foreach (var argument in (IEnumerable<string>)["-c", "exec \"$0\" \"$@\" >>\"$ENDURANCE_LOG\" 2>&1", program, .. arguments])
            start.ArgumentList.Add(argument);
        // The gateway takes options from variables too; those of the person at the terminal must not colour the figures.
        foreach (var name in start.Environment.Keys.Where(key => key.StartsWith("CALL112_", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        start.Environment["ENDURANCE_LOG"] = log;
        return new Child(Process.Start(start) ?? throw new EnduranceException($"cannot start {program}"), log);
    }

    /// <summary>SIGSTOP: it is there, and does nothing (F9, F17).</summary>
    public void Freeze() => Posix.Signal(Id, Posix.Stop);

    /// <summary>SIGCONT.</summary>
    public void Thaw() => Posix.Signal(Id, Posix.Continue);

    /// <summary>SIGTERM, and waits for the end.</summary>
    public void Stop()
    {
        if (_process.HasExited)
            return;
        Posix.Signal(_process.Id, Posix.Terminate);
        if (!_process.WaitForExit(s_stopWithin))
            _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>The end of the log, for an error message.</summary>
    public string LogTail()
    {
        const int linesShown = 15;
        return File.Exists(Log) ? string.Join('\n', File.ReadLines(Log).TakeLast(linesShown)) : "(no log)";
    }

    public void Dispose()
    {
        Stop();
        s_running.TryRemove(this, out _);
        _process.Dispose();
    }
}

/// <summary>Something that the run needs is missing or did not answer; the message is for the person at the terminal.</summary>
internal sealed class EnduranceException(string message) : Exception(message);
