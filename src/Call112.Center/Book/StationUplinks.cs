using Call112.Messages;

namespace Call112.Center.Book;

/// <summary>
/// The ways by which one run of a station is heard. Each is judged by its own heartbeats and by the pace that they announce; the station lives as
/// long as any message comes by any of them. Not stored: a centre that starts anew learns them within half a minute.
/// </summary>
internal sealed class StationUplinks(BookRules rules)
{
    /// <summary>Ways of one station that are followed; a station has two.</summary>
    private const int Max = 4;

    private readonly SortedDictionary<string, Way> _ways = new(StringComparer.Ordinal);

    /// <summary>
    /// All that are known keep the metered pace; also those that are silent, so that the loss of a fast one does not lengthen the limits.
    /// </summary>
    public bool? AllMetered => _ways.Count == 0 ? null : _ways.Values.All(way => way.Metered);

    public IReadOnlyList<UplinkView> Views =>
        [.. _ways.Select(way => new UplinkView(way.Key, way.Value.Verdict, way.Value.Metered, way.Value.SeenAt))];

    /// <summary>For comparison: what a reader of <see cref="Views"/> would notice.</summary>
    public string Shown => string.Join(' ', _ways.Select(way => $"{way.Key}:{way.Value.Verdict}:{way.Value.Metered}"));

    /// <summary>Another run may have other ways.</summary>
    public void Clear() => _ways.Clear();

    public void Take(Heartbeat beat, bool metered, CenterTime now)
    {
        if (beat.Uplink is { } name && (_ways.ContainsKey(name) || _ways.Count < Max))
            _ways[name] = new Way(now.Monotonic, now.Wall, metered, StationVerdict.Up);
    }

    /// <summary>The session of one way has died by its will. True when another way proves that the station lives.</summary>
    public bool OtherLives(string? died)
    {
        if (died is null || !_ways.TryGetValue(died, out var way))
            return false;
        _ways[died] = way with { Verdict = StationVerdict.Down, SaidDead = true };
        return _ways.Any(other => other.Key != died && other.Value.Verdict is StationVerdict.Up or StationVerdict.Suspect);
    }

    /// <summary>Looks at the clock. True when a verdict changed.</summary>
    public bool Judge(TimeSpan now)
    {
        var changed = false;
        foreach (var (name, way) in _ways.ToList())
        {
            var verdict = way.SaidDead ? StationVerdict.Down : rules.Judge(now - way.Seen, way.Metered);
            if (verdict == way.Verdict)
                continue;
            changed = true;
            _ways[name] = way with { Verdict = verdict };
        }

        return changed;
    }

    /// <param name="SaidDead">Its will has come since it was last heard.</param>
    private sealed record Way(TimeSpan Seen, DateTimeOffset SeenAt, bool Metered, StationVerdict Verdict, bool SaidDead = false);
}
