namespace Call112.Center.Book;

/// <summary>Every time and limit of the dispatch book (contract, "Dispatch life on the centre's side").</summary>
public sealed record BookRules
{
    /// <summary>Time to live of a dispatch that names none; 15 min.</summary>
    public TimeSpan DefaultTimeToLive { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Limits of a time to live: 10 s to 24 h.</summary>
    public static TimeSpan TimeToLiveMin => TimeSpan.FromSeconds(10);

    /// <inheritdoc cref="TimeToLiveMin"/>
    public static TimeSpan TimeToLiveMax => TimeSpan.FromHours(24);

    /// <summary>An unanswered Alert, Update or Cancel is sent again after this long; 5 s.</summary>
    public TimeSpan ResendAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>No Received after this long: "not received"; 15 s.</summary>
    public TimeSpan NotReceivedAfter { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Nobody pressed after this long: "not acknowledged"; 60 s.</summary>
    public TimeSpan NotAcknowledgedAfter { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The same for fire, where a crew dresses first; 80 s.</summary>
    public TimeSpan NotAcknowledgedFireAfter { get; init; } = TimeSpan.FromSeconds(80);

    /// <summary>A dispatch that no station has ended is taken off the open list after this long; 4 h (as on the station's panel).</summary>
    public TimeSpan OpenLimit { get; init; } = TimeSpan.FromHours(4);

    /// <summary>A receipt follows the previous one of a station after this long at the earliest, unless <see cref="ReceiptBatch"/> is full; 200 ms.</summary>
    public TimeSpan ReceiptSpacing { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>So many new reports are receipted at once; 50.</summary>
    public int ReceiptBatch { get; init; } = 50;

    /// <summary>A receipt that the station seems to have missed is repeated after this long; 5 s.</summary>
    public TimeSpan ReceiptRepeat { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A hole in the report numbers that is older counts as a gap; 30 s.</summary>
    public TimeSpan GapCountedAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A station is asked for its reports (ReportNow) at most once in this time; 10 s.</summary>
    public TimeSpan ReportNowSpacing { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A heartbeat may run ahead of the reports that it counts by this long; 2 s.</summary>
    public TimeSpan TailGrace { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>No message of a station for this long: suspect (7 s), down (10 s).</summary>
    public TimeSpan SuspectAfter { get; init; } = TimeSpan.FromSeconds(7);

    /// <inheritdoc cref="SuspectAfter"/>
    public TimeSpan DownAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The same for a station on a metered uplink: suspect (63 s), down (90 s).</summary>
    public TimeSpan MeteredSuspectAfter { get; init; } = TimeSpan.FromSeconds(63);

    /// <inheritdoc cref="MeteredSuspectAfter"/>
    public TimeSpan MeteredDownAfter { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>Heartbeats that come at least so far apart are those of a metered uplink; 20 s (contract: 5 s or 30 s).</summary>
    public TimeSpan MeteredInterval { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// A replaced boot id that comes back twice within this time is a cloned identity (F20), and so long the fault stands; 3 min: two boxes that push
    /// each other out wait 30 to 60 s before each turn.
    /// </summary>
    public TimeSpan CloneWindow { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>The centre's own heartbeat; 5 s.</summary>
    public TimeSpan HeartbeatEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Time to live of a command; 60 s.</summary>
    public TimeSpan CommandTimeToLive { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A station whose certificate ends within so long is asked to renew it; nobody is ever asked when null (decision 0022).</summary>
    public TimeSpan? RenewBefore { get; init; }

    /// <summary>The same station is asked at most once in this time; 6 h.</summary>
    public TimeSpan RenewalSpacing { get; init; } = TimeSpan.FromHours(6);

    /// <summary>Time between two stations that are asked; 1 s: a city that was enrolled on one day must not come at once.</summary>
    public TimeSpan RenewalsApart { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Stations that can be reached by SMS, the last path; none by default (decision 0018).</summary>
    public IReadOnlySet<string> SmsStations { get; init; } = new HashSet<string>();

    /// <summary>Without any answer of the station for so long, the alert goes out by SMS; 30 s.</summary>
    public TimeSpan SmsAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Without an answer to the text for so long, it is repeated once; 60 s.</summary>
    public TimeSpan SmsRepeatAfter { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Texts of one dispatch to one station: the first and one repeat.</summary>
    public const int SmsMax = 2;

    /// <summary>Offset of the local day that incident ids count in; 8 h (WITA).</summary>
    public TimeSpan DayOffset { get; init; } = TimeSpan.FromHours(8);

    /// <summary>Most stations and groups that one dispatch may name.</summary>
    public const int TargetsMax = 500;

    /// <summary>Most stations that the book follows; messages of further ones are ignored and logged.</summary>
    public const int StationsMax = 10_000;

    /// <summary>Dispatches kept in memory; older ones that are closed stay in the store only.</summary>
    public int DispatchesKept { get; init; } = 20_000;

    /// <summary>Reports of a station whose content is remembered to tell a second copy from a conflict.</summary>
    public int ReportsRemembered { get; init; } = 2_000;

    /// <summary>Alarms of a station that are shown, newest last.</summary>
    public int AlarmsShown { get; init; } = 100;

    /// <summary>Steps of one station in one dispatch that are kept in memory; further ones are stored only.</summary>
    public int StepsKept { get; init; } = 200;

    /// <summary>The verdict on a station or one of its ways that has been silent for so long.</summary>
    public StationVerdict Judge(TimeSpan silent, bool metered)
    {
        var (suspect, down) = metered ? (MeteredSuspectAfter, MeteredDownAfter) : (SuspectAfter, DownAfter);
        return silent >= down ? StationVerdict.Down : silent >= suspect ? StationVerdict.Suspect : StationVerdict.Up;
    }
}
