using Call112.Center.Book;
using Call112.Messages;
using Call112.Station;

namespace Call112.Demo.Scenario;

/// <summary>A minute in Kotamobagu: six acts, each a thing that a station box must do right. Incidents and addresses are invented; wards are real.</summary>
internal static class CityScenario
{
    /// <summary>The station whose link dies.</summary>
    public const string Cut = "pkm-bilalang";

    private const string Damkar = "damkar", Gogagoman = "pkm-gogagoman", Kotobangon = "pkm-kotobangon", Upai = "pkm-upai",
        Bpbd = "bpbd", Dishub = "dishub", Rsud = "rsud", Dpppa = "dpppa";

    /// <summary>Plays all acts; ends when the last is over.</summary>
    public static async Task PlayAsync(Stage stage, HttpClient http)
    {
        var link = LinkAsync(stage);
        await stage.WaitAsync(1.5);
        await FireAsync(stage);
        await MedicalAsync(stage);
        await DrillAsync(stage);
        await CancelAsync(stage);
        await DiscreetAsync(stage, http);
        await link;
    }

    private static async Task FireAsync(Stage stage)
    {
        const string act = "1 Fire, two stations";
        var incident = new IncidentDraft(
            Category.Fire,
            Nature: "Kebakaran rumah",
            Priority: 1,
            Location: new Location("Jl. Adampe Dolot No. 12, RT 05 RW 03", "Depan masjid", "Mogolaing", Latitude: 0.7301, Longitude: 124.3053),
            Victims: 2,
            Narrative: "Api di lantai dua.");
        var id = await stage.SendAsync(act, incident, [Damkar, Gogagoman]);
        await stage.SeeAsync(act, "siren on at Damkar", 2, () => stage.Heard(id, Damkar));
        await stage.SeeAsync(act, "siren on at Puskesmas Gogagoman", 2, () => stage.Heard(id, Gogagoman));
        await stage.WaitAsync(3);
        await stage.AcknowledgeAsync(act, Gogagoman, id);
        stage.See(act, "Damkar's siren is still on: each station answers for itself", stage.Sounds(Damkar));
        await stage.WaitAsync(1.5);
        await stage.AcknowledgeAsync(act, Damkar, id);
        await stage.WaitAsync(1.5);
        await stage.PressAsync(Damkar, Inputs.Responding);
        await stage.SeeAsync(act, "the centre shows Damkar responding by the button", 3, () => stage.HasStored(id, Damkar, ReportEvent.Responding, ReportSource.Button));
        await stage.TouchAsync(Gogagoman, PanelAction.Respond, id);
        await stage.WaitAsync(2);
        await stage.StepAsync(act, Damkar, PanelAction.Arrive, id, ReportEvent.OnScene);
        await stage.WaitAsync(1.5);
        await stage.StepAsync(act, Damkar, PanelAction.Complete, id, ReportEvent.Completed);
        await stage.StepAsync(act, Gogagoman, PanelAction.Complete, id, ReportEvent.Completed);
        await stage.SeeAsync(act, "the centre closes the dispatch", 3, () => stage.City.Dispatch(id)?.State == DispatchState.Closed);
    }

    private static async Task MedicalAsync(Stage stage)
    {
        const string act = "2 Refused and handed on";
        var incident = new IncidentDraft(
            Category.Medical,
            Nature: "Sesak napas",
            Priority: 1,
            Triage: Triage.Red,
            Location: new Location("Lingkungan 3, RT 02", "Samping lapangan", "Sinindian"),
            Victims: 1);
        var refused = await stage.SendAsync(act, incident, [Kotobangon]);
        await stage.SeeAsync(act, "siren on at Puskesmas Kotobangon", 2, () => stage.Heard(refused, Kotobangon));
        await stage.WaitAsync(2);
        stage.Tell("Puskesmas Kotobangon: TOLAK on the panel, ambulance out");
        await stage.TouchAsync(Kotobangon, PanelAction.Decline, refused, DeclineReason.AmbulanceOut);
        await stage.SeeAsync(act, "TOLAK stops the siren", 1, () => !stage.Sounds(Kotobangon));
        await stage.SeeAsync(act, "the centre asks for another station", 3, () => stage.City.Ladder(refused, Kotobangon) is { Step: ReportEvent.Declined, NeedsAnotherStation: true });
        var incidentId = stage.City.Dispatch(refused)?.IncidentId;
        await stage.WaitAsync(0.5);
        var id = await stage.SendAsync(act, incident with { IncidentId = incidentId }, [Upai]);
        await stage.SeeAsync(act, "siren on at Puskesmas Upai, same incident", 2, () => stage.Heard(id, Upai) && stage.City.Dispatch(id)?.IncidentId == incidentId);
        await stage.WaitAsync(2);
        await stage.AcknowledgeAsync(act, Upai, id);
        foreach (var (action, step) in new[]
                 {
                     (PanelAction.Respond, ReportEvent.Responding), (PanelAction.Arrive, ReportEvent.OnScene), (PanelAction.ToHospital, ReportEvent.Transporting),
                     (PanelAction.AtHospital, ReportEvent.AtHospital), (PanelAction.Complete, ReportEvent.Completed),
                 })
        {
            await stage.WaitAsync(0.8);
            await stage.StepAsync(act, Upai, action, id, step);
        }
    }

    private static async Task DrillAsync(Stage stage)
    {
        const string act = "3 Drill, pre-empted";
        var drill = await stage.SendAsync(
            act, new IncidentDraft(Category.Disaster, Nature: "Latihan gempa", Location: new Location(Village: "Kotobangon")), [Bpbd], DispatchStatus.Exercise);
        await stage.SeeAsync(act, "siren on at BPBD in the drill's own cadence, panel LATIHAN", 2, () => stage.Heard(drill, Bpbd));
        await stage.WaitAsync(3);
        var real = await stage.SendAsync(
            act, new IncidentDraft(Category.Disaster, Nature: "Pohon tumbang menimpa rumah", Priority: 1, Location: new Location("Jl. AKD", Village: "Mongkonai")), [Bpbd]);
        await stage.SeeAsync(act, "the real alert sounds at once", 2, () => stage.Heard(real, Bpbd));
        stage.See(act, "the drill is silenced by it", stage.City.Of(Bpbd).State is var state && state.Find(drill) is { } alert && Annunciation.IsPreempted(alert, state));
        await stage.WaitAsync(2.5);
        await stage.AcknowledgeAsync(act, Bpbd, real);
        await stage.WaitAsync(1);
        stage.See(act, "the drill does not begin again after TERIMA", !stage.Sounds(Bpbd));
        await stage.StepAsync(act, Bpbd, PanelAction.Complete, drill, ReportEvent.Completed);
        await stage.StepAsync(act, Bpbd, PanelAction.Complete, real, ReportEvent.Completed);
    }

    private static async Task CancelAsync(Stage stage)
    {
        const string act = "4 Cancelled";
        var id = await stage.SendAsync(
            act, new IncidentDraft(Category.TrafficAccident, Nature: "Tabrakan dua motor", Location: new Location("Simpang empat", Village: "Gogagoman"), Victims: 2), [Dishub, Rsud]);
        stage.City.Of(Rsud).Witness.Forget();
        foreach (var station in (string[])[Dishub, Rsud])
            await stage.SeeAsync(act, $"buzzer on at {stage.City.Of(station).Plan.Name}, which has a chime", 2, () => stage.Heard(id, station));
        await stage.WaitAsync(2);
        stage.Tell("dispatcher: called off");
        await stage.City.Center.CancelDispatchAsync(id, stage.Cancel);
        foreach (var station in (string[])[Dishub, Rsud])
            await stage.SeeAsync(act, $"DIBATALKAN confirmed by {stage.City.Of(station).Plan.Name}", 3, () => stage.City.Ladder(id, station)?.CancelConfirmed == true);
        await stage.WaitAsync(3.5);
        stage.See(act, "silence after the chime of three seconds", !stage.Sounds(Dishub) && !stage.Sounds(Rsud));
        stage.See(act, "no siren in a hospital, at no time", (stage.City.Of(Rsud).Witness.Driven & Outputs.Siren) == 0);
    }

    private static async Task DiscreetAsync(Stage stage, HttpClient http)
    {
        const string act = "5 Discreet";
        const string address = "Lingkungan 1 nomor 7";
        var post = stage.City.Of(Dpppa);
        post.Witness.Forget();
        var id = await stage.SendAsync(act, new IncidentDraft(Category.Protection, Nature: "KDRT", Location: new Location(address, Village: "Upai")), [Dpppa], discreet: true);
        await stage.SeeAsync(act, "lamp blinks at Dinas PP dan PA", 2, () => stage.Heard(id, Dpppa));
        await stage.WaitAsync(2);
        if (post.PanelAddress is { } panel)
        {
            var shown = await http.GetStringAsync(new Uri($"{panel}/api/station"), stage.Cancel);
            stage.See(act, "the panel shows the dispatch, and neither address nor kind of case", shown.Contains(id.ToString(), StringComparison.Ordinal)
                && !shown.Contains(address, StringComparison.Ordinal) && !shown.Contains("KDRT", StringComparison.Ordinal));
        }

        await stage.AcknowledgeAsync(act, Dpppa, id);
        await stage.StepAsync(act, Dpppa, PanelAction.Complete, id, ReportEvent.Completed);
        stage.See(act, "only the lamp was driven: no siren, buzzer, strobe, door", (post.Witness.Driven & ~(Outputs.LampStatus | Outputs.LampLink)) == 0);
    }

    private static async Task LinkAsync(Stage stage)
    {
        const string act = "6 Dead link";
        var post = stage.City.Of(Cut);
        stage.Tell("the link of Puskesmas Bilalang dies: connections stay open, nothing passes");
        post.Relay!.FallSilent();
        await stage.SeeAsync(act, "the station tells its staff: amber lamp, TERPUTUS", 12, () => post.State.Stands(ReportEvent.CenterLost) && (post.Board.Outputs & Outputs.LampLink) != 0);
        stage.Tell("Puskesmas Bilalang: amber lamp on, panel TERPUTUS");
        await stage.SeeAsync(act, "the centre shows the station down", 12, () => stage.City.Station(Cut)?.Verdict == StationVerdict.Down);
        var id = await stage.SendAsync(
            act, new IncidentDraft(Category.Medical, Nature: "Patah tulang", Location: new Location("Dekat jembatan", Village: "Bilalang Satu"), Victims: 1), [Cut]);
        await stage.SeeAsync(act, "\"not received\" at the centre after 15 s", 17, () => stage.City.Ladder(id, Cut) is { NotReceived: true, NeedsAnotherStation: true });
        stage.See(act, "nothing was heard at the station", !stage.Heard(id, Cut));
        stage.Tell("the link of Puskesmas Bilalang is back");
        post.Relay.SpeakAgain();
        await stage.SeeAsync(act, "the waiting dispatch sounds", 20, () => stage.Heard(id, Cut));
        await stage.SeeAsync(act, "the lost centre is reported, late and with its true time", 10, () => stage.City.Station(Cut)?.RecentAlarms.Any(alarm =>
            alarm.Event == ReportEvent.CenterLost && alarm.ReceivedAt - alarm.OccurredAt > TimeSpan.FromSeconds(10)) == true);
        await stage.SeeAsync(act, "amber lamp off", 10, () => (post.Board.Outputs & Outputs.LampLink) == 0);
        await stage.WaitAsync(2);
        await stage.AcknowledgeAsync(act, Cut, id);
        await stage.StepAsync(act, Cut, PanelAction.Complete, id, ReportEvent.Completed);
    }
}
