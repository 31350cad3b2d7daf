using Call112.Gateway.Journal;
using Call112.Gateway.Time;

namespace Call112.Gateway;

/// <summary>
/// What the loop takes from the machine it lives on. The defaults are a process of its own; the simulated city gives it a seat in a world with
/// one thread, where equal seeds must end equally.
/// </summary>
public sealed record LoopSeat
{
    /// <summary>Names this run of the service.</summary>
    public string BootId { get; init; } = Guid.CreateVersion7().ToString();

    /// <summary>Where the journal lies.</summary>
    public JournalDisk Disk { get; init; } = JournalDisk.Machine;

    /// <summary>Makes the ticks; a <see cref="Ticker"/> when null. A world that knows when its inputs change may tick less often; each tick counts.</summary>
    internal Func<Action, IDisposable>? Ticks { get; init; }

    /// <summary>Told when the journal has something to store; null: the journal has a thread of its own.</summary>
    internal Action<StationJournal>? JournalWaits { get; init; }
}
