using System.Runtime.InteropServices;
using Call112.Messages;
using Call112.Station;

namespace Call112.Gateway.Time;

/// <summary>
/// The one place that reads the clocks. Monotonic and wall time are read apart, and the kernel is asked once a second whether anybody
/// disciplines the wall clock (adjtimex, STA_UNSYNC): a Pi without RTC wakes up in the past (F4).
/// </summary>
public sealed partial class StationClock
{
    private static readonly TimeSpan s_askEvery = TimeSpan.FromSeconds(1);

    private readonly long _ticksPerSecond;
    private readonly Func<ClockState> _discipline;
    private TimeSpan _askedAt = TimeSpan.MinValue;
    private ClockState _state = ClockState.Unsynchronized;

    /// <summary>The clocks of this machine.</summary>
    /// <param name="trusted">The wall clock counts as right, whatever the kernel says.</param>
    public StationClock(TimeProvider time, bool trusted)
        : this(time, trusted ? () => ClockState.Synchronized : Kernel, KernelBoot())
    {
    }

    /// <summary>The clocks of any machine.</summary>
    /// <param name="discipline">Asked once a second: what the wall clock is worth.</param>
    /// <param name="machineBoot">Names this boot of the machine; as long as it is the same, the monotonic clock went on.</param>
    public StationClock(TimeProvider time, Func<ClockState> discipline, string machineBoot)
    {
        (Time, _discipline, MachineBoot) = (time, discipline, machineBoot);
        _ticksPerSecond = time.TimestampFrequency;
    }

    public TimeProvider Time { get; }

    /// <inheritdoc cref="StationClock(TimeProvider, Func{ClockState}, string)" path="/param[@name='machineBoot']"/>
    public string MachineBoot { get; }

    /// <summary>Monotonic time since the machine's boot.</summary>
    public TimeSpan Monotonic => TimeSpan.FromTicks((long)((Int128)Time.GetTimestamp() * TimeSpan.TicksPerSecond / _ticksPerSecond));

    public StationTime Now()
    {
        var monotonic = Monotonic;
        if (_askedAt == TimeSpan.MinValue || monotonic - _askedAt >= s_askEvery)
            (_askedAt, _state) = (monotonic, _discipline());

        return new StationTime(monotonic, Time.GetUtcNow(), _state);
    }

    private static ClockState Kernel() => IsDisciplined() ? ClockState.Synchronized : ClockState.Unsynchronized;

    /// <summary>The kernel's id of this boot; empty where it tells none.</summary>
    private static string KernelBoot()
    {
        try
        {
            return File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static bool IsDisciplined()
    {
        const int StaUnsync = 0x40, TimeError = 5;
        // struct timex is 208 bytes on 64-bit Linux; modes (0: only read) comes first, status after four longs.
        Span<byte> timex = stackalloc byte[512];
        timex.Clear();
        var verdict = adjtimex(ref MemoryMarshal.GetReference(timex));
        var status = MemoryMarshal.Read<int>(timex[40..]);
        return verdict >= 0 && verdict != TimeError && (status & StaUnsync) == 0;
    }

    [LibraryImport("libc")]
    private static partial int adjtimex(ref byte timex);
}
