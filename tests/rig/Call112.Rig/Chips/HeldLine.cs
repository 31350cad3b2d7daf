using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Call112.Rig.Chips;

/// <summary>A line that another program holds as an input, under a name (include/uapi/linux/gpio.h, GPIO_V2_GET_LINE_IOCTL).</summary>
internal sealed partial class HeldLine : IDisposable
{
    private const uint GetLine = 0xC250B407;
    private const int RequestBytes = 592, ConsumerAt = 256, FlagsAt = 288, CountAt = 560, FileAt = 588;
    private const ulong Input = 1 << 2;

    private readonly SafeFileHandle _line;

    public HeldLine(SimulatedChip chip, int line, string consumer)
    {
        Span<byte> request = stackalloc byte[RequestBytes];
        request.Clear();
        MemoryMarshal.Write(request, (uint)line);
        Encoding.ASCII.GetBytes(consumer, request[ConsumerAt..]);
        MemoryMarshal.Write(request[FlagsAt..], Input);
        MemoryMarshal.Write(request[CountAt..], 1u);
        using var device = File.OpenHandle($"/dev/{chip.Name}", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        if (ioctl(device, GetLine, ref MemoryMarshal.GetReference(request)) < 0)
            throw new IOException($"line {line} of {chip.Name} cannot be held: {Marshal.GetLastPInvokeErrorMessage()}");
        _line = new SafeFileHandle(MemoryMarshal.Read<int>(request[FileAt..]), ownsHandle: true);
    }

    public void Dispose() => _line.Dispose();

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(SafeFileHandle file, nuint request, ref byte argument);
}
