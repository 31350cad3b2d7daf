using System.Diagnostics;
using System.Globalization;
using Call112.Endurance.Machine;

namespace Call112.Endurance.Soak;

/// <summary>
/// Stands for the SD card: an ext4 file system of its own on a loop device, whose counter of written sectors holds everything that a write
/// costs: whole blocks, the file system's journal, metadata. Needs root; without it the folder is a plain one, and only the process counts.
/// </summary>
internal sealed class Card : IDisposable
{
    private const int ImageMiB = 256, SectorBytes = 512, SectorsWrittenField = 6;

    private readonly string? _device;

    private Card(string folder, string? device) => (Folder, _device) = (folder, device);

    public string Folder { get; }

    public bool IsDevice => _device is not null;

    public static Card Insert(Site site)
    {
        var folder = site.NewFolder("card");
        var image = folder + ".img";
        // Everything is laid out now: what the kernel would still initialise in the background is no write of the gateway.
        if (Environment.UserName == "root" && Run("truncate", "-s", $"{ImageMiB}M", image)
            && Run("mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", image) && Run("mount", "-o", "loop,noatime", image, folder))
        {
            var mount = File.ReadLines("/proc/mounts").First(line => line.Split(' ')[1] == folder);
            return new Card(folder, Path.GetFileName(mount.Split(' ')[0]));
        }

        return new Card(folder, null);
    }

    /// <summary>Bytes that reached the device since it was inserted; null without one. What is still in memory goes out first.</summary>
    public long? WrittenBytes()
    {
        if (_device is null)
            return null;
        Run("sync", "-f", Folder);
        var fields = File.ReadAllText($"/sys/class/block/{_device}/stat").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return long.Parse(fields[SectorsWrittenField], CultureInfo.InvariantCulture) * SectorBytes;
    }

    public void Dispose()
    {
        if (_device is not null)
            Run("umount", Folder);
    }

    private static bool Run(string program, params string[] arguments)
    {
        if (Site.Installed(program) is not { } path)
            return false;
        using var process = Process.Start(new ProcessStartInfo(path, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
