using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Call112.Gateway.Cellular;

/// <summary>How a tool's run ended.</summary>
internal enum ToolEnd
{
    Exited,

    /// <summary>There is no such program, or it may not be started.</summary>
    NotStarted,

    /// <summary>The deadline passed; the program and its children were killed.</summary>
    TimedOut,

    /// <summary>It wrote more than is read; it was killed.</summary>
    TooMuchOutput,
}

/// <param name="ExitCode">Of <see cref="ToolEnd.Exited"/>.</param>
/// <param name="Output">Standard output; whatever it is, at most <see cref="ToolRunner.OutputBytesMax"/> bytes.</param>
/// <param name="Problem">The first line of standard error, or why it did not run.</param>
internal sealed record ToolResult(ToolEnd End, int ExitCode, string Output, string Problem)
{
    public bool IsWell => End == ToolEnd.Exited && ExitCode == 0;

    /// <summary>Why it is not well, in words; empty when it is.</summary>
    public string Failure => End switch
    {
        ToolEnd.Exited => ExitCode == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"exit code {ExitCode}{(Problem.Length > 0 ? $": {Problem}" : "")}"),
        _ => Problem,
    };
}

/// <summary>
/// Other programs, as the modem's keeper sees them. Two implementations: processes (<see cref="ToolRunner"/>) and, in the simulation, a modem in
/// memory.
/// </summary>
internal interface ITools
{
    /// <summary>Runs a program to its end, or to its deadline.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up; nothing of the program is left.</exception>
    Task<ToolResult> RunAsync(string file, IReadOnlyList<string> arguments, TimeSpan deadline, CancellationToken cancel);
}

/// <summary>
/// Runs another program within bounds: of time, of output, of what is believed. One at a time is the caller's business.
/// Invariants: when a run returns, the program has ended or was killed with its children, by its process id; nothing is read beyond the limits;
/// no run throws but for the caller's own cancellation. The deadline is real time, as the other program's is.
/// </summary>
internal sealed class ToolRunner(TimeProvider time) : ITools
{
    /// <summary>Most output that is read, bytes; <c>mmcli -J</c> writes some kilobytes.</summary>
    public const int OutputBytesMax = 256 * 1024;

    /// <summary>Most of standard error that is kept, bytes.</summary>
    public const int ErrorBytesMax = 4 * 1024;

    /// <summary>How long a killed program may take to be gone.</summary>
    private static readonly TimeSpan s_gone = TimeSpan.FromSeconds(2);

    /// <exception cref="OperationCanceledException">The caller gave up; the program was killed.</exception>
    public async Task<ToolResult> RunAsync(string file, IReadOnlyList<string> arguments, TimeSpan deadline, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        using var process = new Process();
        process.StartInfo = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        // What is read is meant for programs, not for people of this or that language.
        process.StartInfo.Environment["LC_ALL"] = "C";
        try
        {
            process.Start();
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException or IOException)
        {
            return new ToolResult(ToolEnd.NotStarted, -1, "", $"cannot be started: {e.Message}");
        }

        using var late = new CancellationTokenSource(deadline, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancel);
        try
        {
            process.StandardInput.Close();
            var output = ReadAsync(process.StandardOutput.BaseStream, OutputBytesMax, stopAtLimit: true, ended.Token);
            var error = ReadAsync(process.StandardError.BaseStream, ErrorBytesMax, stopAtLimit: false, ended.Token);
            var read = await output.WaitAsync(ended.Token);
            if (read.IsTooMuch)
                return new ToolResult(ToolEnd.TooMuchOutput, -1, "", $"wrote more than {OutputBytesMax} bytes");
            var problem = FirstLine((await error.WaitAsync(ended.Token)).Text);
            await process.WaitForExitAsync(ended.Token);
            return new ToolResult(ToolEnd.Exited, process.ExitCode, read.Text, problem);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new ToolResult(ToolEnd.TimedOut, -1, "", string.Create(CultureInfo.InvariantCulture, $"did not end within {deadline.TotalSeconds:0.###} s and was killed"));
        }
        catch (IOException e)
        {
            return new ToolResult(ToolEnd.NotStarted, -1, "", e.Message);
        }
        finally
        {
            await KillAsync(process);
        }
    }

    private async Task KillAsync(Process process)
    {
        try
        {
            if (process.HasExited)
                return;
            process.Kill(entireProcessTree: true);
            using var gone = new CancellationTokenSource(s_gone, time);
            await process.WaitForExitAsync(gone.Token);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or OperationCanceledException or AggregateException)
        {
            // It has ended meanwhile, or the kernel holds it in a call: nothing more can be done.
        }
    }

    private static async Task<(string Text, bool IsTooMuch)> ReadAsync(Stream stream, int max, bool stopAtLimit, CancellationToken cancel)
    {
        var kept = new MemoryStream();
        var buffer = new byte[4_096];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancel)) > 0)
        {
            var room = (int)Math.Min(read, max - kept.Length);
            kept.Write(buffer, 0, room);
            if (room < read && stopAtLimit)
                return ("", true);
        }

        return (Encoding.UTF8.GetString(kept.GetBuffer(), 0, (int)kept.Length), false);
    }

    private static string FirstLine(string text)
    {
        var line = text.AsSpan().TrimStart();
        var end = line.IndexOfAny('\r', '\n');
        return (end < 0 ? line : line[..end]).Trim().ToString();
    }
}
