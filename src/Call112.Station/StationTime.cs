using Call112.Messages;

namespace Call112.Station;

/// <summary>
/// The moment of an input. All durations are differences of <see cref="Monotonic"/>; the wall time is for stamps and for the
/// time to live of a dispatch, and worth what <see cref="Clock"/> says (F4, F5).
/// </summary>
/// <param name="Monotonic">Time on the machine's monotonic clock. Starts anew when the machine boots.</param>
/// <param name="Wall">UTC wall time.</param>
public readonly record struct StationTime(TimeSpan Monotonic, DateTimeOffset Wall, ClockState Clock)
{
    public StationTime After(TimeSpan duration) => this with { Monotonic = Monotonic + duration, Wall = Wall + duration };
}
