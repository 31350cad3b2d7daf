using System.Text;
using Call112.Gateway.Journal;
using Call112.Messages;
using Call112.Simulation.Disk;
using Call112.Station;
using Microsoft.Data.Sqlite;

namespace Call112.Simulation.Tests.Disk;

/// <summary>
/// A station that does nothing but append reports to its journal, through every death of its process or machine. It knows what it was promised:
/// a report counts as stored once <see cref="JournalFile.Append"/> has returned.
/// </summary>
internal sealed class DiskStation : IDisposable
{
    public const int Lives = 4;

    private static readonly DateTimeOffset s_wall = new(2026, 11, 24, 6, 5, 7, TimeSpan.Zero);

    private readonly Random _dice;
    private readonly StringBuilder _trace = new();
    private StationState _state = StationState.Empty;

    public DiskStation(int seed, string name, DiskImage? image, bool liesAboutSync = false)
    {
        _dice = new Random(seed);
        Disk = new SimulatedDisk($"{name}-{seed}", seed, image) { LiesAboutSync = liesAboutSync };
    }

    public SimulatedDisk Disk { get; }

    /// <summary>The newest report that is promised to be on the disk.</summary>
    public long Stored { get; private set; }

    /// <summary>The newest report that was ever tried.</summary>
    public long Tried { get; private set; }

    /// <summary>What was broken of the promise, or null.</summary>
    public string? Broken { get; private set; }

    /// <summary>All that could be seen, for the comparison of two runs.</summary>
    public string Trace => _trace.ToString();

    public static Report Report(long sequence, string? detail = null) => new(
        "pkm-gogagoman", sequence, "boot-1", ReportEvent.Rejected, s_wall, s_wall, ClockState.Synchronized, ReportSource.Automatic, Detail: detail);

    public static JournalEntry Entry(long sequence, string? detail = null)
    {
        var after = TimeSpan.FromSeconds(sequence);
        return new JournalEntry.Reported(new StationTime(after, s_wall + after, ClockState.Synchronized), Report(sequence, detail));
    }

    /// <summary>Lives several lives, each of which ends in its own way, and looks at the start of each what is left of the ones before.</summary>
    public DiskStation Run()
    {
        for (var life = 0; life < Lives && Broken is null; life++)
        {
            var ending = _dice.Next(4);
            if (ending < 3)
                Disk.DieAtOperation(_dice.Next(1, _dice.Next(2) == 0 ? 25 : 2_000), ending == 0 ? null : _dice);
            Live();
            if (!Disk.IsDead)
                End(ending);
            _trace.Append($"{life} {Stored} {Disk.Operations} {Disk.Bytes} {Disk.Image().Fingerprint()}\n");
            Disk.Restart();
        }

        if (Broken is null)
            Look();
        return this;
    }

    public void Dispose() => Disk.Dispose();

    private void End(int ending)
    {
        if (ending == 1)
            Disk.CutPower(_dice);
        else if (ending == 2)
            Disk.Crash();
    }

    private void Live()
    {
        try
        {
            using var file = Open();
            if (Broken is not null)
                return;
            for (var i = _dice.Next(30); i >= 0; i--)
                Append(file, _dice.Next(4) == 0 ? _dice.Next(1, 40) : 1);
        }
        catch (Exception e) when (Disk.IsDead && e is SqliteException or IOException)
        {
            // As the process of a real station: dead in the midst of a call.
        }
    }

    private void Look()
    {
        using var file = Open();
        _trace.Append($"end {_state.LastSequence}\n");
    }

    private JournalFile Open()
    {
        var (file, content) = JournalFile.Open(Disk.JournalPath, Disk);
        _state = content.State;
        var last = _state.LastSequence;
        if (last < Stored || last > Tried)
            Broken = $"report {last} is the last one where {Stored} were stored and {Tried} tried";
        // Whoever had nothing has lost nothing: the very first opening may have left an empty file.
        else if (content.Finding is { } finding && Stored > 0)
            Broken = finding;
        (Stored, Tried) = (last, Math.Max(last, Tried));
        return file;
    }

    private void Append(JournalFile file, int count)
    {
        var entries = new List<JournalEntry>();
        var state = _state;
        for (var i = 0; i < count; i++)
        {
            entries.Add(Entry(state.LastSequence + 1, count > 1 ? new string('x', _dice.Next(3_000)) : null));
            state = state.With(entries[^1]);
        }

        Tried = Math.Max(Tried, state.LastSequence);
        file.Append(entries, state, snapshot: _dice.Next(10) == 0);
        (_state, Stored) = (state, state.LastSequence);
    }
}
