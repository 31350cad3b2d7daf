namespace Call112.Simulation.Time;

/// <summary>
/// What happens next, in the whole city: one list, one thread. Time stands still while something happens and jumps to the next.
/// Invariants: things of the same moment happen in the order in which they were asked for; nothing else moves time.
/// </summary>
internal sealed class Schedule
{
    private readonly PriorityQueue<Action, Moment> _next = new();
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private long _order;

    public TimeSpan Now { get; private set; }

    public void At(TimeSpan at, Action action)
    {
        // A continuation that leaves this thread would end the promise that equal seeds end equally: better no result than a lucky one.
        if (Environment.CurrentManagedThreadId != _thread)
            throw new InvalidOperationException("something ran outside the simulation's thread");
        _next.Enqueue(action, new Moment(at > Now ? at : Now, _order++));
    }

    public void After(TimeSpan wait, Action action) => At(Now + wait, action);

    /// <summary>Lets the next thing happen. False when nothing happens before <paramref name="end"/>: then it is the end.</summary>
    public bool Step(TimeSpan end)
    {
        if (!_next.TryPeek(out _, out var moment) || moment.At > end)
        {
            Now = end;
            return false;
        }

        Now = moment.At;
        _next.Dequeue()();
        return true;
    }

    private readonly record struct Moment(TimeSpan At, long Order) : IComparable<Moment>
    {
        public int CompareTo(Moment other) => At == other.At ? Order.CompareTo(other.Order) : At.CompareTo(other.At);
    }
}
