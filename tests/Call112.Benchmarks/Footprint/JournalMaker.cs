using Call112.Benchmarks.Latency;
using Call112.Gateway.Journal;
using Call112.Messages;
using Call112.Station;

namespace Call112.Benchmarks.Footprint;

/// <summary>
/// Writes a long journal with the gateway's own code: the core decides the entries of dispatch after dispatch, each taken, driven to and
/// completed, and the gateway's journal file stores them.
/// </summary>
internal sealed class JournalMaker(string stationId, TimeProvider time)
{
    private const int EntriesPerCommit = 10_000;

    /// <summary>The newest entries, which no snapshot covers: nearly as many as there can be, all of them folded at start.</summary>
    private const int Tail = JournalFile.SnapshotEvery * 9 / 10;

    private static readonly TimeSpan StepTime = TimeSpan.FromSeconds(1);

    private readonly StationOptions options = new() { Id = stationId };
    private readonly List<JournalEntry> entries = [];
    private StationState state = StationState.Empty;
    private StationTime now;

    /// <summary>Fills the file at <paramref name="path"/>, which must be new, with at least <paramref name="count"/> entries; gives their number.</summary>
    public int Fill(string path, int count, Action<int> progress)
    {
        // Long ago, so that the last entry is not in the future: a dispatch takes a second and leaves about a dozen entries.
        now = new StationTime(TimeSpan.Zero, time.GetUtcNow() - count * StepTime, ClockState.Synchronized);
        var alerts = new Alerts(time);
        var (file, _) = JournalFile.Open(path);
        using (file)
        {
            Take(new StationInput.Start(Guid.CreateVersion7(now.Wall).ToString(), TimeSpan.Zero, null, ["lan"]));
            var written = 0;
            while (written < count - Tail)
            {
                while (entries.Count < Math.Min(EntriesPerCommit, count - Tail - written))
                    Attend(alerts.NewAlert());
                written += Commit(file, progress);
            }

            while (entries.Count < Tail)
                Attend(alerts.NewAlert());
            return written + Commit(file, progress);
        }
    }

    private void Attend(Dispatch template)
    {
        var alert = template with { SentAt = now.Wall, ExpiresAt = now.Wall + Alerts.TimeToLive };
        Take(new StationInput.DispatchArrived(alert));
        var outputs = Annunciation.Of(state, options, now.Monotonic);
        Take(new StationInput.OutputsReadBack(outputs, outputs));
        foreach (var action in new[] { PanelAction.Acknowledge, PanelAction.Respond, PanelAction.Arrive, PanelAction.Complete })
            Take(new StationInput.PanelTouched(action, alert.DispatchId, null, action == PanelAction.Complete ? Outcome.Done : null));
        Take(new StationInput.ReceiptArrived(state.LastSequence));
        now = now.After(StepTime);
    }

    private void Take(StationInput input)
    {
        var applied = StationCore.Apply(state, input, now, options);
        state = applied.State;
        entries.AddRange(applied.Entries);
    }

    private int Commit(JournalFile file, Action<int> progress)
    {
        file.Append(entries, state);
        var count = entries.Count;
        entries.Clear();
        progress(count);
        return count;
    }
}
