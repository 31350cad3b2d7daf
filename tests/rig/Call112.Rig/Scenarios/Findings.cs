using Call112.Campaign;

namespace Call112.Rig.Scenarios;

/// <summary>What one scenario found: how often it was done, what broke, and its worst figures. Any thread may add.</summary>
internal sealed class Findings
{
    /// <summary>Fewer values than this have no median that means something: of two, one slow moment of the host is already half.</summary>
    public const int MedianOf = 10;

    /// <summary>More failures of one scenario say nothing new.</summary>
    private const int FailuresKept = 12;

    private readonly Lock _lock = new();
    private readonly List<string> _failures = [];
    private readonly List<Figure> _figures = [];
    private int _count;
    private int _failed;

    /// <summary>How often the thing was done: dispatches, presses, kills.</summary>
    public int Count => _count;

    public int Failed => _failed;

    public IReadOnlyList<string> Failures => _failures;

    public IReadOnlyList<Figure> Figures => _figures;

    /// <summary>Why the scenario did not run, or null.</summary>
    public string? Skipped { get; private init; }

    public static Findings NotRun(string why) => new() { Skipped = why };

    public void Done(int times = 1) => Interlocked.Add(ref _count, times);

    public void Check(bool holds, string what)
    {
        if (holds)
            return;
        lock (_lock)
        {
            _failed++;
            if (_failures.Count < FailuresKept)
                _failures.Add(what);
        }
    }

    /// <summary>A figure whose goal is a promise: beyond it, the scenario failed.</summary>
    public void Worst(string name, IEnumerable<double> values, string unit, double atMost)
    {
        var all = values.ToList();
        if (all.Count == 0)
        {
            Check(false, $"{name}: nothing was measured");
            return;
        }

        var worst = all.Max();
        Figure(new Figure(name, Math.Round(worst, 2), unit, AtMost: atMost));
        Check(worst <= atMost, $"{name}: {worst:0.0} {unit}, more than {atMost:0.0}");
    }

    /// <summary>
    /// A time whose goal is a promise of the usual case: the median must keep it, of <see cref="MedianOf"/> values or more. The worst case has a bound of
    /// its own, far above, for a hang: the machine around the rig gives and takes its one processor as it likes.
    /// </summary>
    public void Usual(string name, IEnumerable<double> values, double medianAtMostMs, double worstAtMostMs = 1_000)
    {
        var all = values.Order().ToList();
        if (all.Count == 0)
        {
            Check(false, $"{name}: nothing was measured");
            return;
        }

        if (all.Count >= MedianOf)
            Worst($"{name}, median", [all[all.Count / 2]], "ms", medianAtMostMs);
        Worst($"{name}, worst", [all[^1]], "ms", worstAtMostMs);
    }

    public void Figure(Figure figure)
    {
        lock (_lock)
            _figures.Add(figure);
    }
}
