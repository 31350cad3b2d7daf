using Call112.Messages;

namespace Call112.System.Tests.Toolkit;

/// <summary>
/// Accounts for a station's reports by their sequence: what came, came again, is missing, or came with another content (the way in which
/// iotedge's test coordinator compares what was sent with what arrived). Not thread-safe; its owner locks.
/// </summary>
public sealed class SequenceAccount
{
    private readonly SortedDictionary<long, Report> _bySequence = [];
    private readonly List<string> _contradictions = [];
    private readonly List<Report> _arrivals = [];

    /// <summary>Every report once, in the order of its number.</summary>
    public IReadOnlyCollection<Report> Reports => _bySequence.Values;

    /// <summary>Every report as it arrived, copies included.</summary>
    public IReadOnlyList<Report> Arrivals => _arrivals;

    public long Highest => _bySequence.Count == 0 ? 0 : _bySequence.Keys.Last();

    /// <summary>Copies of what was known already.</summary>
    public int Repeated => _arrivals.Count - _bySequence.Count - _contradictions.Count;

    /// <summary>The same number with another content: the station said two things under one number.</summary>
    public IReadOnlyList<string> Contradictions => _contradictions;

    /// <summary>Everything up to this number is there, or will never come.</summary>
    public long Contiguous { get; private set; }

    /// <summary>Numbers below the highest that never came.</summary>
    public IReadOnlyList<long> Missing
    {
        get
        {
            var missing = new List<long>();
            for (var n = 1L; n < Highest; n++)
                if (!_bySequence.ContainsKey(n))
                    missing.Add(n);
            return missing;
        }
    }

    /// <summary>The station keeps nothing up to this number: no receipt need wait for it. It stays <see cref="Missing"/>.</summary>
    /// <returns>The number up to which there is nothing to wait for.</returns>
    public long Forgo(long upTo)
    {
        Contiguous = Math.Max(Contiguous, Math.Min(upTo, Highest));
        while (_bySequence.ContainsKey(Contiguous + 1))
            Contiguous++;
        return Contiguous;
    }

    public void Add(Report report)
    {
        _arrivals.Add(report);
        if (!_bySequence.TryGetValue(report.Sequence, out var known))
            _bySequence.Add(report.Sequence, report);
        else if (known != report)
            _contradictions.Add($"#{report.Sequence} was {known.Event} {known.DispatchId} of boot {known.BootId}, then {report.Event} {report.DispatchId} of boot {report.BootId}");
        while (_bySequence.ContainsKey(Contiguous + 1))
            Contiguous++;
    }
}
