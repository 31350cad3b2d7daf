using Call112.Gateway.Board;
using Call112.Gateway.Journal;
using Microsoft.Extensions.Logging.Console;

namespace Call112.Gateway.Verbs;

/// <summary><c>call112-gateway run</c>.</summary>
internal static class RunVerb
{
    public static async Task<int> RunAsync(string? config, string? readyFile, CancellationToken cancel)
    {
        if (CommandLine.Options(config) is not { } options)
            return CommandLine.WrongOptions;
        using var owner = JournalOwner.Of(options.JournalPath);
        if (owner is null)
        {
            Console.Error.WriteLine(
                $"Another process of this program works on the journal {options.JournalPath}; a journal belongs to one station. Stop it, or choose another journal.path.");
            return CommandLine.Failed;
        }

        if (readyFile is not null)
            // A file of an earlier run must not say that this one is ready.
            File.Delete(readyFile);
        if (DrivenProfile.Leave(options.Board, Environment.GetEnvironmentVariable("RUNTIME_DIRECTORY")) is { } problem)
            Console.Error.WriteLine($"Should this process be killed, ExecStopPost will not find its profile: {problem}");
        GatewayHost created;
        try
        {
            created = GatewayHost.Create(options, TimeProvider.System, Log, readyFile);
        }
        catch (BoardException e)
        {
            // Nothing is requested any more; systemd starts the service again (F16), and by then the line may be free.
            Console.Error.WriteLine($"The board cannot be driven as {options.Board.Profile} says: {e.Message}");
            return CommandLine.WrongOptions;
        }

        await using var host = created;
        // Whatever ends the process: outputs off first (F11). Killed, it can do nothing more; then ExecStopPost runs 'board safe'.
        AppDomain.CurrentDomain.UnhandledException += (_, _) => (host.Board as LinuxBoard)?.Safe();
        await host.StartAsync(cancel);
        var failed = host.Station.ExecuteTask ?? Task.CompletedTask;
        var asked = Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancel);
        await Task.WhenAny(failed, asked);
        await host.StopAsync(CancellationToken.None);
        return failed.IsFaulted ? CommandLine.Failed : CommandLine.Well;
    }

    /// <summary>Under systemd the journal stamps and levels the lines itself.</summary>
    private static void Log(ILoggingBuilder logging)
    {
        logging.SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft", LogLevel.Warning);
        if (Environment.GetEnvironmentVariable("JOURNAL_STREAM") is null)
            logging.AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
                console.ColorBehavior = LoggerColorBehavior.Default;
            });
        else
            logging.AddSystemdConsole();
    }
}
