using Call112.Center.Book;

namespace Call112.Center;

/// <summary>Something looks different: a dispatch with its ladders, or a station. Exactly one of them is set.</summary>
public sealed record CenterChange(DispatchView? Dispatch, StationView? Station);
