using Call112.Messages;
using Call112.Station;

namespace Call112.Gateway.Tests;

/// <summary>Messages and moments that tests begin with.</summary>
internal static class Samples
{
    public static readonly DateTimeOffset Wall = new(2026, 11, 24, 6, 5, 7, 120, TimeSpan.Zero);

    public static StationTime At(double seconds, ClockState clock = ClockState.Synchronized) =>
        new(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(seconds), Wall.AddSeconds(seconds), clock);

    public static Dispatch Dispatch(
        int number = 1,
        Category category = Category.Fire,
        DispatchStatus status = DispatchStatus.Actual,
        MessageType type = MessageType.Alert,
        int revision = 0,
        bool discreet = false) => new(
            Id(number),
            type,
            status,
            Wall,
            Wall.AddDays(1),
            revision,
            Zones: ["bay"],
            discreet,
            new Incident(
                $"K261124-{number:000}",
                category,
                "Kebakaran rumah",
                Priority: 1,
                Triage: Triage.Red,
                new Location("Jl. Adampe Dolot No. 12", "Depan masjid At-Taqwa", "Mogolaing", "71.74.04.1001", 0.7301, 124.3053),
                Victims: 2,
                "Api di lantai dua, ada orang tua di dalam."));

    public static Guid Id(int number) => new($"019ab3c4-7d1e-7c11-9a3b-{number:000000000000}");

    public static Report Report(long sequence, ReportEvent what = ReportEvent.Acknowledged, Guid? dispatch = null) => new(
        "pkm-gogagoman", sequence, "boot-1", what, Wall, Wall, ClockState.Synchronized, ReportSource.Button,
        dispatch, dispatch is null ? null : "K261124-001", dispatch is null ? null : 24_211, Reason: "karena", Outcome: Outcome.Done, Detail: "rinci");
}
