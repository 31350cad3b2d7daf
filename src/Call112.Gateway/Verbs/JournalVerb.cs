using System.Globalization;
using Call112.Gateway.Journal;
using Microsoft.Data.Sqlite;

namespace Call112.Gateway.Verbs;

/// <summary><c>call112-gateway journal</c>: the last entries, oldest first; also while the service runs.</summary>
internal static class JournalVerb
{
    public static int Run(string? config, int count)
    {
        if (CommandLine.Options(config) is not { } options)
            return CommandLine.WrongOptions;
        if (!File.Exists(options.JournalPath))
        {
            Console.Error.WriteLine($"There is no journal at {options.JournalPath} yet.");
            return CommandLine.Failed;
        }

        try
        {
            using var reader = JournalFile.OpenReader(options.JournalPath);
            foreach (var row in JournalFile.Newest(reader, Math.Clamp(count, 1, 100_000)))
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{row.Id,8} {row.At.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {row.Kind,-16} {row.Body}"));
            return CommandLine.Well;
        }
        catch (SqliteException e)
        {
            Console.Error.WriteLine($"The journal {options.JournalPath} cannot be read: {e.Message}");
            return CommandLine.Failed;
        }
    }
}
