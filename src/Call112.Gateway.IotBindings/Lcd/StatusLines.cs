using Call112.Messages;
using Call112.Station;

namespace Call112.Gateway.IotBindings.Lcd;

/// <summary>
/// What the display says, in the panel's words (Bahasa Indonesia): the post's name, the state of its links, the newest open alert's code and
/// place. Four rows say all of it; two say the name or the links' trouble, and below it the alert.
/// A star in the last place of the row of the links blinks once in two seconds: a display keeps its last text when the box is dead (F17), and then
/// the star stands still.
/// A discreet dispatch shows its code and nothing else (contract, "Dispatch"): a display on the cabinet's door is read by whoever stands there.
/// </summary>
internal static class StatusLines
{
    private const string Idle = "SIAGA", Connected = "TERHUBUNG", CallTheCenter = "Hubungi pusat", PlaceUnknown = "Lokasi: lihat panel";

    /// <summary>Rows of equal width, blank where there is nothing to say.</summary>
    public static IReadOnlyList<string> Of(StationState state, StationOptions options, TimeSpan now, LcdSize size)
    {
        var link = Link(state.Senses, options.Timing, now);
        var name = options.Name.Length > 0 ? options.Name : options.Id;
        var alert = Newest(state);
        if (size == LcdSize.Lcd2004)
            return
            [
                Fit(name, 20),
                Alive(link, 20, now),
                Fit(alert is null ? Idle : Code(alert) + Count(state), 20),
                Fit(alert is null ? "" : Place(alert), 20),
            ];
        // Two rows: a trouble of the links is worth more than the name, which stands on the door. Of an alert with a place both must be seen.
        var first = link == Connected ? name : link;
        return alert is null
            ? [Alive(first, 16, now), Fit(Idle, 16)]
            : [Alive(link == Connected ? Code(alert) + Count(state) : $"! {Code(alert)}", 16, now), Fit(Place(alert), 16)];
    }

    /// <summary>What stays on the display while the service does not run.</summary>
    public static IReadOnlyList<string> Stopped(StationOptions options, LcdSize size)
    {
        var name = options.Name.Length > 0 ? options.Name : options.Id;
        return size == LcdSize.Lcd2004
            ? [Fit(name, 20), Fit("LAYANAN BERHENTI", 20), Fit("Tidak ada alarm!", 20), Fit("", 20)]
            : [Fit("LAYANAN BERHENTI", 16), Fit("Tidak ada alarm!", 16)];
    }

    /// <summary>The panel's order: a real task before any drill or test, one that waits before one in hand, then the newest.</summary>
    private static Alert? Newest(StationState state)
    {
        Alert? newest = null;
        foreach (var alert in state.Alerts)
            if (newest is null || Rank(alert) <= Rank(newest))
                newest = alert;
        return newest;
    }

    private static int Rank(Alert alert) => (alert.Dispatch.Status == DispatchStatus.Actual ? 0 : 2) + (alert.Waits ? 0 : 1);

    /// <summary>The links in the panel's words: one way of two that is cut is not yet silence.</summary>
    private static string Link(Senses senses, StationTiming timing, TimeSpan now)
    {
        var (worst, down) = (Links.VerdictOfCenter(senses, timing, now), 0);
        var isCentreHeard = worst != LinkVerdict.Down;
        foreach (var uplink in senses.Uplinks)
        {
            var verdict = Links.VerdictOf(uplink, timing, now);
            worst = verdict > worst ? verdict : worst;
            down += verdict == LinkVerdict.Down ? 1 : 0;
        }

        return worst switch
        {
            LinkVerdict.Up => Connected,
            LinkVerdict.Suspect => "CEK SAMBUNGAN",
            _ => isCentreHeard && down < senses.Uplinks.Length ? "SATU JALUR PUTUS" : "TERPUTUS",
        };
    }

    private static string Code(Alert alert)
    {
        var status = alert.Dispatch.Status switch
        {
            DispatchStatus.Exercise => "LATIHAN ",
            DispatchStatus.Test => "UJI ",
            _ => "",
        };
        if (alert.Category == Category.Protection)
            return $"{status}KODE PPA";
        if (alert.Dispatch.IsDiscreet)
            return $"{status}KODE {alert.Dispatch.Incident?.IncidentId}";
        return status + alert.Category switch
        {
            Category.Fire => "KEBAKARAN",
            Category.Rescue => "PENYELAMATAN",
            Category.Medical => "MEDIS",
            Category.TrafficAccident => "LAKA LANTAS",
            Category.Disaster => "BENCANA",
            Category.Security => "KAMTIBMAS",
            _ => "DARURAT",
        };
    }

    private static string Alive(string text, int width, TimeSpan now) => Fit(text, width - 2) + ((long)now.TotalSeconds % 2 == 0 ? " *" : "  ");

    private static string Count(StationState state) => state.Alerts.Length > 1 ? $" +{state.Alerts.Length - 1}" : "";

    private static string Place(Alert alert)
    {
        if (alert.Dispatch.IsDiscreet)
            return CallTheCenter;
        var location = alert.Dispatch.Incident?.Location;
        foreach (var place in new[] { location?.Village, location?.Address, location?.Landmark })
            if (!string.IsNullOrWhiteSpace(place))
                return place;
        return PlaceUnknown;
    }

    /// <summary>
    /// Cut or filled to the row. The controller's character set is ASCII but for <c>\</c> and <c>~</c>, which it shows as a yen sign and an arrow
    /// (HD44780U datasheet, table 4, ROM A00); what it lacks, and any control character, becomes <c>?</c>.
    /// </summary>
    private static string Fit(string text, int width) => string.Create(width, text, static (row, text) =>
    {
        for (var i = 0; i < row.Length; i++)
            row[i] = i >= text.Length ? ' ' : text[i] is >= ' ' and <= '}' and not '\\' ? text[i] : '?';
    });
}
