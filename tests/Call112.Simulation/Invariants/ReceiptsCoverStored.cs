using Call112.Center.Book;
using Call112.Simulation.City;

namespace Call112.Simulation.Invariants;

/// <summary>A receipt never covers a report that the centre has not stored, unless the station has proved that it lost it.</summary>
internal sealed class ReceiptsCoverStored(SimulatedCity city) : Invariant(city)
{
    private readonly Dictionary<string, long> _covered = [];

    public override string Name => "a receipt covers what is stored";

    public override void Watch() => City.Center.Happened += effect =>
    {
        if (effect is not PublishReceipt { StationId: var id, Receipt.UpTo: var upTo } || City.Find(id) is not { } station || City.MarksOf(station).MayHaveLostReports)
            return;
        for (var sequence = _covered.GetValueOrDefault(id) + 1; sequence <= upTo; sequence++)
            if (!City.Center.Rows.Holds(id, sequence))
            {
                Break($"a receipt to {id} covers everything up to {upTo}, and {sequence} is not stored");
                return;
            }

        _covered[id] = Math.Max(_covered.GetValueOrDefault(id), upTo);
    };
}
