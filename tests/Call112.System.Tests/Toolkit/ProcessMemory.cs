using System.Globalization;

namespace Call112.System.Tests.Toolkit;

/// <summary>Resident memory of a process, as the kernel counts it.</summary>
public static class ProcessMemory
{
    /// <summary>Now, MiB.</summary>
    public static double ResidentMiB(int pid) => Read(pid, "VmRSS:");

    /// <summary>The highest since its start, MiB.</summary>
    public static double PeakMiB(int pid) => Read(pid, "VmHWM:");

    private static double Read(int pid, string field)
    {
        var line = File.ReadLines($"/proc/{pid}/status").First(entry => entry.StartsWith(field, StringComparison.Ordinal));
        return double.Parse(line[field.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) / 1024;
    }
}
