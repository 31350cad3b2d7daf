using System.Runtime.InteropServices;

// The namespace is that of the linked toolkit, whose files expect these members.
namespace Call112.System.Tests.Toolkit;

/// <summary>Waiting on conditions of real processes, and the rig's one clock.</summary>
internal static partial class Wait
{
    private const int Monotonic = 1;
    private const long NsPerSecond = 1_000_000_000;

    /// <summary>Default deadline: one simulated processor runs everything.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan s_pollEvery = TimeSpan.FromMilliseconds(3);

    public static TimeProvider Time { get; } = TimeProvider.System;

    /// <summary>The kernel's monotonic clock, ns: the clock of the line trace too.</summary>
    public static long MonotonicNs => (long)((Int128)Time.GetTimestamp() * NsPerSecond / Time.TimestampFrequency);

    /// <summary>Waits until the condition holds.</summary>
    /// <exception cref="TimeoutException">It did not within the deadline; the message says which condition.</exception>
    public static async Task UntilAsync(Func<bool> condition, string what, TimeSpan? within = null)
    {
        var deadline = within ?? Patience;
        var began = Time.GetTimestamp();
        while (!condition())
        {
            if (Time.GetElapsedTime(began) > deadline)
                throw new TimeoutException($"not within {deadline.TotalSeconds:0.###} s: {what}");
            await Pause(s_pollEvery);
        }
    }

    /// <summary>Lets a time pass that is part of the scenario.</summary>
    public static Task Pause(TimeSpan time) => Task.Delay(time, Time, CancellationToken.None);

    /// <summary>
    /// Blocks the thread for a time in which the machine really ran: by steps of a sample's length, so that a pause which the machine outside makes
    /// costs one step, as it costs the program under test one sample. A press that fell into such a pause as a whole was no press of that length.
    /// </summary>
    public static void Run(TimeSpan time)
    {
        const long stepNs = 10_000_000;
        for (var left = time.Ticks * 100; left > 0; left -= stepNs)
            Until(MonotonicNs + Math.Min(left, stepNs));
    }

    /// <summary>Blocks the thread until a moment of the monotonic clock, ns: finer than the runtime's waits, which count milliseconds.</summary>
    public static void Until(long monotonicNs)
    {
        var at = new TimeSpec { Seconds = monotonicNs / NsPerSecond, Nanoseconds = monotonicNs % NsPerSecond };
        const int absolute = 1;
        // A signal ends the wait early; the moment is absolute, so it is simply asked for again.
        while (MonotonicNs < monotonicNs && clock_nanosleep(Monotonic, absolute, in at, 0) != 0)
        {
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }

    [LibraryImport("libc")]
    private static partial int clock_nanosleep(int clock, int flags, in TimeSpec request, nint remain);
}
