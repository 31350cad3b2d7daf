using Call112.Messages;
using Call112.Simulation.City;
using Call112.Station;

namespace Call112.Simulation.Invariants;

/// <summary>
/// Nothing sounds after it was acknowledged, cancelled, declined or expired, across crashes: what the journal holds of an end is held against
/// what the siren does. A newer revision may sound again.
/// </summary>
internal sealed class SilentAfterEnd(SimulatedCity city) : Invariant(city)
{
    private readonly Dictionary<string, SortedDictionary<long, (Guid Id, int Revision)>> _ends = [];
    private readonly Dictionary<string, long> _read = [];
    private readonly Dictionary<string, string> _runs = [];
    private readonly Dictionary<(Guid Id, ReportEvent Event, DateTimeOffset At), int> _revisions = [];
    private readonly Dictionary<(string Station, Guid Id), int> _over = [];

    public override string Name => "silent after its end";

    public override void Watch()
    {
        foreach (var station in City.Stations)
        {
            _ends[station.Id] = [];
            _read[station.Id] = 0;
            station.ReportsReady += () => Read(station);
            station.Stepped += () => NoteOver(station);
            station.Cabinet.Written += () => Listen(station);
        }
    }

    /// <summary>A new run: what was not stored when the last one died is as if it had not been.</summary>
    private void NoteRun(StationNode station, StationState state)
    {
        if (_runs.GetValueOrDefault(station.Id) == state.BootId)
            return;
        _runs[station.Id] = state.BootId;
        var kept = state.FirstOfRun - 1;
        foreach (var sequence in _ends[station.Id].Keys.Where(sequence => sequence > kept).ToList())
            _ends[station.Id].Remove(sequence);
        _read[station.Id] = Math.Min(_read[station.Id], Math.Max(0, kept));
    }

    /// <summary>The newest revision that the station holds as ended: its report may be stored when the next revision already sounds (a disk that stalls).</summary>
    private void NoteOver(StationNode station)
    {
        if (station.Loop?.State is not { } state)
            return;
        foreach (var alert in state.Alerts)
            if (!alert.Waits)
                _over[(station.Id, alert.Id)] = alert.Dispatch.Revision;
        foreach (var (id, ended) in state.Ended)
            _over[(station.Id, id)] = ended.Revision;
    }

    private void Read(StationNode station)
    {
        if (station.Loop is not { } loop)
            return;
        NoteRun(station, loop.State);
        foreach (var report in loop.ReadReports(_read[station.Id], 1_000))
        {
            _read[station.Id] = report.Sequence;
            if (report.DispatchId is not { } id || report.Event is not (ReportEvent.Acknowledged or ReportEvent.Cancelled or ReportEvent.Declined or ReportEvent.Expired))
                continue;
            // A report that is sent again under a new number is still about the revision that it was about.
            var key = (id, report.Event, report.RecordedAt);
            var revision = _revisions.TryGetValue(key, out var known) ? known : _over.GetValueOrDefault((station.Id, id));
            _revisions[key] = revision;
            _ends[station.Id][report.Sequence] = (id, revision);
        }
    }

    private void Listen(StationNode station)
    {
        const Outputs sounders = Outputs.Siren;
        if ((station.Cabinet.Asked & sounders) == 0 || station.Loop?.State is not { } state)
            return;
        NoteRun(station, state);
        var waits = state.Alerts.Where(alert => alert.Waits).ToList();
        if (waits.Count == 0)
            Break($"the siren of {station.Id} sounds and nothing waits");
        var ends = _ends[station.Id];
        if (waits.Count > 0 && waits.TrueForAll(alert => ends.Values.Any(end => end.Id == alert.Id && end.Revision >= alert.Dispatch.Revision)))
            Break($"the siren of {station.Id} sounds for {waits[0].Id}, of which the journal holds the end");
    }
}
