using Call112.Gateway.Journal;
using Call112.Gateway.Tests.World;
using Call112.Gateway.Time;
using Call112.Station;

namespace Call112.Gateway.Tests.Journal;

/// <summary>A journal in a folder of its own, with what a station would have told it, and everything it says to its listener.</summary>
internal sealed class JournalDesk : IJournalListener, IDisposable
{
    private readonly List<string> _said = [];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("call112-journal-");

    public JournalDesk()
    {
        Disk = new FaultyDisk(_folder.FullName);
        StationClock = new StationClock(Clock, trusted: true);
        FilePath = Path.Combine(_folder.FullName, "journal.db");
    }

    public TestClock Clock { get; } = new();

    public StationClock StationClock { get; }

    public FaultyDisk Disk { get; }

    public string FilePath { get; }

    public StationOptions Options { get; } = new() { Id = StationWorld.Id };

    public StationState State { get; private set; } = StationState.Empty;

    public IReadOnlyList<string> Said
    {
        get
        {
            lock (_said)
                return [.. _said];
        }
    }

    public IEnumerable<string> Files => _folder.GetFiles().Select(file => file.Name).Order();

    /// <summary>Opens the journal and begins a run of the service on it.</summary>
    public StationJournal Open(string bootId = "boot-1")
    {
        var journal = StationJournal.Open(FilePath, StationClock, this);
        State = journal.Content.State;
        journal.Start();
        Apply(journal, new StationInput.Start(bootId, journal.GapUntil(StationClock.Now()), journal.Content.Finding, ["lan"]));
        return journal;
    }

    /// <summary>Opens it only to look, and closes it.</summary>
    public JournalContent Look()
    {
        using var journal = StationJournal.Open(FilePath, StationClock, this);
        return journal.Content;
    }

    /// <summary>One input of the station, its entries to the journal.</summary>
    /// <param name="name">Said when the acknowledgement runs.</param>
    public void Apply(StationJournal journal, StationInput input, string? name = null)
    {
        var applied = StationCore.Apply(State, input, StationClock.Now(), Options);
        State = applied.State;
        journal.Append(applied.Entries, State, name is null ? null : () => Say(name));
    }

    public void Arrive(StationJournal journal, int number, string? name = null) =>
        Apply(journal, new StationInput.DispatchArrived(Samples.Dispatch(number)), name);

    /// <summary>A report and nothing else.</summary>
    public void Reject(StationJournal journal, int number) => Apply(journal, new StationInput.MessageRefused($"reason {number}", null));

    public Task StoredAsync(StationJournal journal)
    {
        var wanted = State.LastSequence;
        return Wait.UntilAsync(() => journal.ReadReports(wanted - 1, 1).Count == 1, $"report {wanted} is in the journal");
    }

    public Task SaidAsync(string what) => Wait.UntilAsync(() => Said.Contains(what), $"'{what}' among {string.Join(", ", Said)}");

    public void Say(string what)
    {
        lock (_said)
            _said.Add(what);
    }

    void IJournalListener.StorageFailed(string detail) => Say("failed");

    void IJournalListener.StorageRecovered() => Say("recovered");

    void IJournalListener.ReportsReady()
    {
        // Tests read the reports themselves.
    }

    public void Dispose()
    {
        Disk.Dispose();
        _folder.Delete(recursive: true);
    }
}
