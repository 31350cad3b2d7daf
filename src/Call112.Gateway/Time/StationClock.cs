using System.Runtime.InteropServices;
using Call112.Messages;
using Call112.Station;

namespace Call112.Gateway.Time;

/// <summary>
/// The one place that reads the clocks. Monotonic and wall time are read apart, and the kernel is asked once a second whether anybody
/// disciplines the wall clock (adjtimex, STA_UNSYNC): a Pi without RTC wakes up in the past (F4).
/// </summary>
public sealed partial class StationClock(TimeProvider time, bool trusted)
{
    private static readonly TimeSpan s_askEvery = TimeSpan.FromSeconds(1);

    private readonly long _ticksPerSecond = time.TimestampFrequency;
    private TimeSpan _askedAt = TimeSpan.MinValue;
    private ClockState _state = trusted ? ClockState.Synchronized : ClockState.Unsynchronized;

    public TimeProvider Time { get; } = time;

    /// <summary>Monotonic time since the machine's boot.</summary>
    public TimeSpan Monotonic => TimeSpan.FromTicks((long)((Int128)Time.GetTimestamp() * TimeSpan.TicksPerSecond / _ticksPerSecond));

    public StationTime Now()
    {
        var monotonic = Monotonic;
        if (!trusted && (_askedAt == TimeSpan.MinValue || monotonic - _askedAt >= s_askEvery))
        {
            _askedAt = monotonic;
            _state = IsDisciplined() ? ClockState.Synchronized : ClockState.Unsynchronized;
        }

        return new StationTime(monotonic, Time.GetUtcNow(), _state);
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
