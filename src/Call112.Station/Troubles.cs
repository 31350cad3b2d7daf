using Call112.Messages;

namespace Call112.Station;

/// <summary>Which report raises a trouble and which clears it (contract, "Report", alarms).</summary>
public static class Troubles
{
    private static readonly (ReportEvent Raise, ReportEvent Clear)[] s_pairs =
    [
        (ReportEvent.PanicPressed, ReportEvent.PanicCleared),
        (ReportEvent.TamperOpened, ReportEvent.TamperClosed),
        (ReportEvent.MainsLost, ReportEvent.MainsRestored),
        (ReportEvent.BatteryLow, ReportEvent.BatteryNormal),
        (ReportEvent.OutputFault, ReportEvent.OutputRestored),
        (ReportEvent.InputStuck, ReportEvent.InputRestored),
        (ReportEvent.UplinkLost, ReportEvent.UplinkRestored),
        (ReportEvent.CenterLost, ReportEvent.CenterRestored),
        (ReportEvent.StorageFault, ReportEvent.StorageRestored),
    ];

    public static bool IsRaise(ReportEvent report) => Array.Exists(s_pairs, pair => pair.Raise == report);

    /// <summary>The report that raised what this one clears, or null.</summary>
    public static ReportEvent? ClearedBy(ReportEvent report)
    {
        foreach (var (raise, clear) in s_pairs)
            if (clear == report)
                return raise;
        return null;
    }

    /// <summary>The report that clears what this one raised.</summary>
    public static ReportEvent ClearOf(ReportEvent raise)
    {
        foreach (var pair in s_pairs)
            if (pair.Raise == raise)
                return pair.Clear;
        throw new ArgumentOutOfRangeException(nameof(raise), raise, "no alarm");
    }
}
