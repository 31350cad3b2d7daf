using System.Globalization;
using System.Runtime.InteropServices;

namespace Call112.Campaign;

/// <summary>On what it ran.</summary>
public sealed record Machine(string Processor, int Cores, double MemoryGiB, string System, string Kernel, string Runtime)
{
    public static Machine Here() => new(
        Value("/proc/cpuinfo", "model name", ':') ?? RuntimeInformation.ProcessArchitecture.ToString(),
        Environment.ProcessorCount,
        Math.Round(KibOf(Value("/proc/meminfo", "MemTotal", ':')) / (1024 * 1024), 1),
        Value("/etc/os-release", "PRETTY_NAME", '=')?.Trim('"') ?? RuntimeInformation.OSDescription,
        File.Exists("/proc/sys/kernel/osrelease") ? File.ReadAllText("/proc/sys/kernel/osrelease").Trim() : Environment.OSVersion.VersionString,
        RuntimeInformation.FrameworkDescription);

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Processor}, {Cores} cores, {MemoryGiB} GiB, {System}, Linux {Kernel}, {Runtime}");

    private static string? Value(string file, string name, char separator) => !File.Exists(file)
        ? null
        : File.ReadLines(file)
            .Select(line => line.Split(separator, 2, StringSplitOptions.TrimEntries))
            .FirstOrDefault(pair => pair.Length == 2 && pair[0] == name)?[1];

    private static double KibOf(string? text) => text is null ? 0 : double.Parse(text.Split(' ')[0], CultureInfo.InvariantCulture);
}
