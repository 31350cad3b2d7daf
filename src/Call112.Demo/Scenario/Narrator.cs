using System.Globalization;
using Call112.Center;
using Call112.Center.Book;
using Call112.Demo.City;
using Call112.Demo.Measure;
using Call112.Messages;
using Call112.Station;

namespace Call112.Demo.Scenario;

/// <summary>Turns what the centre has stored, and what the relays do, into sentences. Panel words are the panel's own.</summary>
internal sealed class Narrator
{
    /// <summary>A report that arrives so much after its event was kept by the station meanwhile.</summary>
    private static readonly TimeSpan s_late = TimeSpan.FromSeconds(5);

    private readonly Story _story;
    private readonly Dictionary<string, string> _names;
    private readonly Dictionary<(Guid, string), int> _toldSteps = [];
    private readonly Dictionary<string, int> _toldAlarms = [];

    private Narrator(DemoCity city, Story story)
    {
        _story = story;
        _names = city.Posts.ToDictionary(post => post.Plan.Id, post => post.Plan.Name);
        city.Changed += Tell;
        foreach (var post in city.Posts)
        {
            post.Witness.Heard += hearing => TellHeard(post, hearing);
            post.Witness.Answered += hearing => TellQuiet(post, hearing);
        }
    }

    public static void Follow(DemoCity city, Story story) => _ = new Narrator(city, story);

    /// <summary>The word on the panel for a dispatch.</summary>
    public static string PanelWord(Dispatch dispatch) => dispatch.IsDiscreet ? "KODE PPA" : (dispatch.Status == DispatchStatus.Exercise ? "LATIHAN " : "") + dispatch.Incident?.Category switch
    {
        Category.Fire => "KEBAKARAN",
        Category.Rescue => "PENYELAMATAN",
        Category.Medical => "MEDIS",
        Category.TrafficAccident => "LAKA LANTAS",
        Category.Disaster => "BENCANA",
        Category.Security => "KAMTIBMAS",
        Category.Protection => "KODE PPA",
        _ => "LAINNYA",
    };

    private void TellHeard(Post post, Hearing hearing)
    {
        if (post.State.Find(hearing.DispatchId) is not { } alert)
            return;
        var how = Annunciation.PrimaryOf(alert, post.Options.Station) switch
        {
            Outputs.Siren => "siren on",
            Outputs.Buzzer => "buzzer on",
            _ => "lamp blinks, nothing sounds",
        };
        _story.Tell($"{post.Plan.Name}: {how}, panel {PanelWord(alert.Dispatch)}");
    }

    private void TellQuiet(Post post, Hearing hearing)
    {
        if (!post.State.AnyWaits)
            _story.Tell($"{post.Plan.Name}: quiet");
    }

    private void Tell(CenterChange change)
    {
        if (change.Dispatch is { } dispatch)
            foreach (var ladder in dispatch.Stations)
                TellSteps(dispatch, ladder);
        if (change.Station is { } station)
            TellAlarms(station);
    }

    private void TellSteps(DispatchView dispatch, StationLadderView ladder)
    {
        var key = (dispatch.DispatchId, ladder.StationId);
        var told = _toldSteps.GetValueOrDefault(key);
        foreach (var step in ladder.Steps.Skip(told))
            if (Sentence(step) is { } sentence)
                _story.Tell($"centre: {dispatch.IncidentId} {_names.GetValueOrDefault(ladder.StationId, ladder.StationId)}: {sentence}{Late(step.ReceivedAt - step.OccurredAt)}");
        _toldSteps[key] = ladder.Steps.Count;
    }

    private static string? Sentence(LadderStep step) => step.Event switch
    {
        ReportEvent.Received => "received",
        ReportEvent.Acknowledged => string.Create(CultureInfo.InvariantCulture, $"DITERIMA after {step.ElapsedMs / 1000.0:0.0} s, {Source(step.Source)}"),
        ReportEvent.Responding => $"MENUJU LOKASI, {Source(step.Source)}",
        ReportEvent.OnScene => "TIBA DI LOKASI",
        ReportEvent.Transporting => "KE RS",
        ReportEvent.AtHospital => "TIBA DI RS",
        ReportEvent.Completed => $"SELESAI ({step.Outcome})",
        ReportEvent.Declined => $"DITOLAK ({step.Reason}), another station is needed",
        ReportEvent.Reminded => "reminded, nobody has pressed yet",
        ReportEvent.Unacknowledged => "BELUM DITERIMA",
        ReportEvent.Updated => "took the change",
        ReportEvent.Cancelled => "DIBATALKAN",
        ReportEvent.Expired => "came too late, did not sound",
        ReportEvent.Duplicate => $"a second copy came, nothing sounded (present step {step.Detail})",
        ReportEvent.Rejected => $"refused: {step.Reason}",
        // What sounds is told by the relays.
        _ => null,
    };

    private static string Source(ReportSource source) => source == ReportSource.Button ? "by the button" : source == ReportSource.Panel ? "on the panel" : "by itself";

    private void TellAlarms(StationView station)
    {
        var told = _toldAlarms.GetValueOrDefault(station.StationId);
        foreach (var alarm in station.RecentAlarms.Skip(told).Where(alarm => alarm.Event is not (ReportEvent.Started or ReportEvent.Stopping)))
            _story.Tell($"centre: {_names.GetValueOrDefault(station.StationId, station.StationId)} reports {alarm.Event} {alarm.Detail}".TrimEnd() + Late(alarm.ReceivedAt - alarm.OccurredAt));
        _toldAlarms[station.StationId] = station.RecentAlarms.Count;
    }

    private static string Late(TimeSpan age) => age >= s_late ? string.Create(CultureInfo.InvariantCulture, $" (reported {age.TotalSeconds:0} s late: the station had kept it)") : "";
}
