using Call112.Center.Book;

namespace Call112.Simulation.City;

/// <summary>A dispatch as it really is: what the centre has promised by committing it, and what was heard of it.</summary>
internal sealed class TrueDispatch(Guid id, DispatchRow row, TimeSpan acceptedAt)
{
    public Guid Id { get; } = id;

    public DispatchRow Row { get; set; } = row;

    public TimeSpan AcceptedAt { get; } = acceptedAt;

    public TimeSpan EndsAt { get; } = acceptedAt + row.TimeToLive;

    public bool IsCancelled => Row.Cancel is not null;

    /// <summary>The stations it is for; true once it was heard there.</summary>
    public SortedDictionary<string, bool> Heard { get; } = new(StringComparer.Ordinal);
}

/// <summary>
/// What really happened, kept apart from what anybody believes: dispatches that the centre has committed, reports that it has stored. An
/// answer to the dispatcher may be lost in a crash; the commit is the promise.
/// </summary>
internal sealed class Truth
{
    private readonly Dictionary<Guid, TrueDispatch> _dispatches = [];
    private readonly List<Guid> _order = [];

    public IReadOnlyList<Guid> Order => _order;

    public IEnumerable<TrueDispatch> Dispatches => _order.Select(id => _dispatches[id]);

    /// <summary>Those whose life has not ended and that somebody has yet to hear.</summary>
    public List<TrueDispatch> Waiting { get; } = [];

    public long ReportsStored { get; private set; }

    public TrueDispatch? Find(Guid id) => _dispatches.GetValueOrDefault(id);

    public void Take(BookEffect effect, TimeSpan now)
    {
        switch (effect)
        {
            case StoreDispatch { Row: var row }:
                if (_dispatches.TryGetValue(row.Alert.DispatchId, out var known))
                {
                    known.Row = row;
                    break;
                }

                var dispatch = _dispatches[row.Alert.DispatchId] = new TrueDispatch(row.Alert.DispatchId, row, now);
                _order.Add(dispatch.Id);
                Waiting.Add(dispatch);
                break;
            case StoreTarget { Row: var target }:
                _dispatches[target.DispatchId].Heard.TryAdd(target.StationId, false);
                break;
            case StoreReport:
                ReportsStored++;
                break;
        }
    }
}
