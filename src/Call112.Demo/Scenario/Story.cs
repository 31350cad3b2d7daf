using System.Globalization;

namespace Call112.Demo.Scenario;

/// <summary>What happens, in sentences with the time since the beginning. Any thread may tell.</summary>
internal sealed class Story(TimeProvider time)
{
    /// <summary>Sentences that are kept; the oldest go first.</summary>
    private const int LinesMax = 1_000;

    private readonly long _begin = time.GetTimestamp();
    private readonly Lock _lock = new();
    private readonly Queue<string> _lines = new();

    /// <summary>Where each sentence goes as well, in order, or null.</summary>
    public Action<string>? Echo { get; set; }

    public void Tell(string sentence)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"{time.GetElapsedTime(_begin).TotalSeconds,6:0.0} s  {sentence}");
        lock (_lock)
        {
            _lines.Enqueue(line);
            if (_lines.Count > LinesMax)
                _lines.Dequeue();
            Echo?.Invoke(line);
        }
    }

    public IReadOnlyList<string> Last(int count)
    {
        lock (_lock)
            return [.. _lines.TakeLast(count)];
    }
}
