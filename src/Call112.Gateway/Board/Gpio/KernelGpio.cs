using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Call112.Gateway.Board.Gpio;

/// <summary>One line as the kernel tells it.</summary>
/// <param name="Name">Name of the line, or empty.</param>
/// <param name="Used">Somebody holds it: a program, a driver of the kernel, or a hog of the device tree.</param>
/// <param name="Consumer">The holder's name, or empty.</param>
internal readonly record struct GpioLineInfo(string Name, bool Used, string Consumer);

/// <summary>A GPIO chip's device file.</summary>
/// <param name="Number">N of <c>/dev/gpiochipN</c>: only to open it, for it changes between kernels (hardware.md §6).</param>
internal sealed record KernelChip(int Number, string Label, int Lines)
{
    public string Path => $"/dev/gpiochip{Number}";
}

/// <summary>
/// What the kernel's GPIO character devices say of themselves: labels, line names and who holds a line. System.Device.Gpio tells none of the
/// last two, and its list of chips is different for each libgpiod; the kernel's two read-only requests are the same under both
/// (include/uapi/linux/gpio.h, since Linux 5.10).
/// </summary>
internal static partial class KernelGpio
{
    private const uint GetChipInfo = 0x8044B401, GetLineInfo = 0xC100B405;
    private const int NameBytes = 32, ChipInfoBytes = 68, LineInfoBytes = 256;
    private const ulong FlagUsed = 1;

    /// <summary>All chips of this machine that can be opened, by number.</summary>
    public static IReadOnlyList<KernelChip> Chips()
    {
        var chips = new List<KernelChip>();
        foreach (var path in Directory.GetFiles("/dev", "gpiochip*"))
            if (int.TryParse(path.AsSpan("/dev/gpiochip".Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && Chip(path, number) is { } chip)
                chips.Add(chip);
        chips.Sort((a, b) => a.Number.CompareTo(b.Number));
        return chips;
    }

    /// <exception cref="IOException">The kernel knows no such line.</exception>
    public static GpioLineInfo Line(KernelChip chip, int line)
    {
        Span<byte> info = stackalloc byte[LineInfoBytes];
        info.Clear();
        MemoryMarshal.Write(info[(2 * NameBytes)..], (uint)line);
        using var file = Open(chip.Path);
        if (ioctl(file, GetLineInfo, ref MemoryMarshal.GetReference(info)) < 0)
            throw new IOException($"line {line} of {chip.Path} ({chip.Label}): {Marshal.GetLastPInvokeErrorMessage()}");
        var flags = MemoryMarshal.Read<ulong>(info[(2 * NameBytes + 8)..]);
        return new GpioLineInfo(Text(info[..NameBytes]), (flags & FlagUsed) != 0, Text(info.Slice(NameBytes, NameBytes)));
    }

    private static KernelChip? Chip(string path, int number)
    {
        Span<byte> info = stackalloc byte[ChipInfoBytes];
        info.Clear();
        try
        {
            using var file = Open(path);
            return ioctl(file, GetChipInfo, ref MemoryMarshal.GetReference(info)) < 0
                ? null
                : new KernelChip(number, Text(info.Slice(NameBytes, NameBytes)), (int)MemoryMarshal.Read<uint>(info[(2 * NameBytes)..]));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Gone since it was listed, or not for this user: not a chip that can be driven.
            return null;
        }
    }

    private static SafeFileHandle Open(string path) => File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);

    private static string Text(ReadOnlySpan<byte> name)
    {
        var end = name.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? name : name[..end]);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(SafeFileHandle file, nuint request, ref byte argument);
}
