using Call112.Messages;
using Call112.Simulation.City;
using Call112.Station;

namespace Call112.Simulation.Invariants;

/// <summary>
/// At rest nothing is missing: every report that a station journaled is stored at the centre under its number and receipted, no number is missing
/// or used twice, and the ladder of each dispatch stands where the station's journal says.
/// </summary>
internal sealed class RestAgrees(SimulatedCity city) : Invariant(city)
{
    public override string Name => "at rest all agree";

    public override void Watch()
    {
        // Only the end counts.
    }

    public override string? Unrest() => City.Stations.Select(Unrest).FirstOrDefault(unrest => unrest is not null);

    private string? Unrest(StationNode station)
    {
        if (!station.IsUp || station.Loop?.State is not { } state)
            return $"{station.Id} is not up";
        if (!City.IsReachable(station))
            return $"{station.Id} is not reachable";
        if (City.Center.Book.FindStation(station.Id) is not { } view)
            return $"the centre does not know {station.Id}";
        if (City.MarksOf(station).WasCloned)
            return null;
        if (state.ReceiptedUpTo != state.LastSequence)
            return $"{station.Id} has a receipt for {state.ReceiptedUpTo} of {state.LastSequence} reports";
        if (view.MissingReports != 0)
            return $"the centre misses {view.MissingReports} reports of {station.Id}";
        var marks = City.MarksOf(station);
        if (!marks.MayHaveLostReports && (view.LostReports != 0 || view.ReportConflicts != 0))
            return $"{station.Id} has lost nothing, and the centre counts {view.LostReports} lost reports and {view.ReportConflicts} conflicts";
        return marks.MayHaveLostReports ? null : LaddersOf(station, state);
    }

    private string? LaddersOf(StationNode station, StationState state)
    {
        foreach (var dispatch in City.Truth.Dispatches)
        {
            if (City.Center.Book.Find(dispatch.Id)?.Stations.FirstOrDefault(ladder => ladder.StationId == station.Id) is not { } ladder)
                continue;
            var step = state.Find(dispatch.Id)?.Step ?? (state.Ended.TryGetValue(dispatch.Id, out var ended) ? ended.Step : (ReportEvent?)null);
            if (step != ladder.Step)
                return $"{dispatch.Id} stands at {ladder.Step?.ToString() ?? "nothing"} at the centre and at {step?.ToString() ?? "nothing"} at {station.Id}";
        }

        return null;
    }
}
