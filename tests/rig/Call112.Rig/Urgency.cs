using System.Runtime.InteropServices;

namespace Call112.Rig;

/// <summary>
/// While it lives, its thread runs before every other of the machine (SCHED_FIFO): a hand or a spike does not wait for the gateway's processor.
/// Made and disposed on one thread, without waiting for tasks in between.
/// </summary>
internal sealed partial class Urgency : IDisposable
{
    private const int Other = 0, Fifo = 1;

    public Urgency() => Schedule(Fifo, priority: 1);

    public void Dispose() => Schedule(Other, priority: 0);

    private static void Schedule(int policy, int priority)
    {
        const int thisThread = 0;
        if (sched_setscheduler(thisThread, policy, in priority) != 0)
            throw new InvalidOperationException($"the thread's scheduling cannot be set: errno {Marshal.GetLastPInvokeError()}");
    }

    /// <param name="priority">struct sched_param has this one member.</param>
    [LibraryImport("libc", SetLastError = true)]
    private static partial int sched_setscheduler(int thread, int policy, in int priority);
}
