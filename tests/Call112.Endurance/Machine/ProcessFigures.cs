using System.Globalization;

namespace Call112.Endurance.Machine;

/// <summary>What the kernel says of a process at one moment.</summary>
/// <param name="WrittenBytes">Bytes that it has caused to be sent to storage (write_bytes of /proc/PID/io): whole pages of the page cache.</param>
internal readonly record struct ProcessFigures(double CpuSeconds, double ResidentMiB, int Threads, int Handles, long WrittenBytes)
{
    private const double TicksPerSecond = 100;

    public static ProcessFigures Of(int id)
    {
        var folder = $"/proc/{id}";
        var stat = File.ReadAllText($"{folder}/stat");
        // The name may hold spaces and brackets; what follows its last bracket does not. utime and stime are fields 14 and 15.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
        var status = File.ReadAllLines($"{folder}/status");
        return new ProcessFigures(
            ticks / TicksPerSecond,
            Number(status, "VmRSS:") / 1024.0,
            (int)Number(status, "Threads:"),
            Directory.EnumerateFileSystemEntries($"{folder}/fd").Count(),
            Number(File.ReadAllLines($"{folder}/io"), "write_bytes:"));
    }

    private static long Number(IEnumerable<string> lines, string name)
    {
        var line = lines.First(line => line.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
    }
}
