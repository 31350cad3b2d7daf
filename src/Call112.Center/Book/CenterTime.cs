namespace Call112.Center.Book;

/// <summary>One moment as the book sees it. Durations use only <paramref name="Monotonic"/> (F5); <paramref name="Wall"/> is written down.</summary>
/// <param name="Monotonic">Time on the monotonic clock since any fixed origin of this process.</param>
/// <param name="Wall">UTC wall time.</param>
public readonly record struct CenterTime(TimeSpan Monotonic, DateTimeOffset Wall);
