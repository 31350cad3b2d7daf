using System.Globalization;
using Call112.Gateway.Cellular;
using Call112.Messages;
using Call112.Station;

namespace Call112.Gateway.Commissioning;

/// <summary>One uplink and the centre, up for a while without a break.</summary>
/// <remarks>Invariant: a picture that falls short begins the while anew.</remarks>
internal sealed class SteadyLinkRule(string uplink, TimeSpan steady)
{
    private TimeSpan? _since;

    /// <summary>What was missing at the last look.</summary>
    public string Missing { get; private set; } = "the station has not answered yet";

    public Finding? Found { get; private set; }

    /// <summary>Takes the newest picture, null when the station did not answer, at a moment of the monotonic clock.</summary>
    public void Take(StationPicture? picture, TimeSpan now)
    {
        Missing = picture is null ? "the station does not answer"
            : picture.Uplinks.FirstOrDefault(one => one.Name == uplink) is not { } link ? $"no uplink {uplink}"
            : link.Verdict != LinkVerdict.Up ? $"uplink {uplink} is {link.Verdict}"
            : picture.Center != LinkVerdict.Up ? $"the centre is {picture.Center}"
            : "";
        _since = Missing.Length > 0 ? null : _since ?? now;
        if (now - _since >= steady)
            Found = Finding.Passed(string.Create(CultureInfo.InvariantCulture, $"{uplink} and the centre Up for {steady.TotalSeconds:0} s"));
    }
}

/// <summary>What is judged by one look.</summary>
internal static class PictureRules
{
    /// <summary>Weakest reference signal that a post is left with, dBm: below it LTE works at the edge of its cell.</summary>
    public const double RsrpMinDbm = -110;

    /// <summary>Weakest quality where the modem tells no reference signal, % of ModemManager's own scale.</summary>
    public const double SignalMinPercent = 20;

    /// <summary>The modem's signal, from where telemetry has it.</summary>
    /// <param name="modem">Null when ModemManager shows none.</param>
    public static Finding Signal(ModemFacts? modem, SignalFacts signal)
    {
        if (modem is null)
            return Finding.Failed("ModemManager shows no modem");
        if (!modem.IsRegistered)
            return Finding.Failed($"the modem is {modem.State}, SIM {modem.Sim}");
        if (signal.RsrpDbm is { } rsrp)
            return Judged(rsrp >= RsrpMinDbm, Words($"{modem.Operator}: RSRP {rsrp:0} dBm, at least {RsrpMinDbm:0}"));
        return modem.SignalPercent is { } percent
            ? Judged(percent >= SignalMinPercent, Words($"{modem.Operator}: {percent:0} %, at least {SignalMinPercent:0}"))
            : Finding.Failed("the modem tells no signal");
    }

    /// <summary>The post's position: surveyed, or believed of the receiver (decision 0016).</summary>
    /// <param name="hasReceiver">gpsd is configured.</param>
    public static Finding Position(PositionOptions options, bool hasReceiver, GnssReading? gnss)
    {
        var isFixed = gnss is { State: GnssState.Fixed, Latitude: not null, Longitude: not null };
        if (options.Surveyed is { } surveyed)
        {
            var place = Words($"surveyed {surveyed.Latitude:0.00000}, {surveyed.Longitude:0.00000}");
            return isFixed && gnss!.OffSurveyedM is { } off
                ? Judged(off <= options.MovedBeyondM, Words($"{place}; the receiver is {off:0} m off, at most {options.MovedBeyondM:0}"))
                : Finding.Passed(place);
        }

        if (!hasReceiver)
            return Finding.NotPresent("neither surveyed nor a receiver");
        return isFixed
            ? Finding.Passed(Words($"GNSS {gnss!.Latitude:0.00000}, {gnss.Longitude:0.00000}"))
            : Finding.Failed($"the receiver is {gnss?.State.ToString() ?? "silent"}");
    }

    public static Finding Clock(StationPicture? picture) => picture is null
        ? Finding.Failed("the station does not answer")
        : Judged(picture.Clock == ClockState.Synchronized, picture.Clock.ToString());

    /// <summary>
    /// Nothing may stand at the end, also what was well when it was tested, but for lines and centre, which have been watched for half a minute: a line that
    /// falters once says nothing about the box. A certificate that ends soon is renewed by itself (decision 0022).
    /// </summary>
    /// <param name="journalProblem">What the check of the journal found; null when it is sound.</param>
    public static Finding Health(StationPicture? picture, string? journalProblem)
    {
        if (picture is null)
            return Finding.Failed("the station does not answer");
        var faults = picture.Alarms
            .Where(alarm => alarm.Event is not (ReportEvent.UplinkLost or ReportEvent.CenterLost))
            .Select(alarm => $"{alarm.Event} {alarm.Detail}".TrimEnd())
            .Concat((picture.LinkFaults ?? []).Where(fault => !fault.StartsWith("CertificateExpires:", StringComparison.Ordinal)))
            .Concat(journalProblem is null ? [] : [$"journal: {journalProblem}"])
            .ToList();
        return faults.Count == 0 ? Finding.Passed("journal sound, nothing stands") : Finding.Failed(string.Join("; ", faults));
    }

    private static string Words(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static Finding Judged(bool isGood, string seen) => isGood ? Finding.Passed(seen) : Finding.Failed(seen);
}
