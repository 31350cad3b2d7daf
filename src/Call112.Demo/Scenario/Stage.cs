using System.Globalization;
using Call112.Center.Book;
using Call112.Demo.City;
using Call112.Messages;
using Call112.Station;

namespace Call112.Demo.Scenario;

/// <summary>Something that was to be seen, and whether it was.</summary>
internal sealed record Expectation(string Act, string ToBeSeen, bool Seen, TimeSpan After);

/// <summary>What the acts of the scenario need: a dispatcher, hands at the stations, and eyes. An expectation that is not met is noted, and the act goes on.</summary>
internal sealed class Stage(DemoCity city, Story story, TimeProvider time, CancellationToken cancel)
{
    /// <summary>How often a condition is looked at.</summary>
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromMilliseconds(10);

    private readonly Lock _lock = new();
    private readonly List<Expectation> _expectations = [];

    public DemoCity City => city;

    public CancellationToken Cancel => cancel;

    public IReadOnlyList<Expectation> Expectations
    {
        get
        {
            lock (_lock)
                return [.. _expectations];
        }
    }

    public void Tell(string sentence) => story.Tell(sentence);

    public Task WaitAsync(double seconds) => Task.Delay(TimeSpan.FromSeconds(seconds), time, cancel);

    /// <summary>Sends a dispatch to stations. Returns its id; an empty one when the centre refused, which is noted.</summary>
    public async Task<Guid> SendAsync(string act, IncidentDraft incident, string[] stationIds, DispatchStatus status = DispatchStatus.Actual, bool discreet = false)
    {
        story.Tell($"dispatcher: {incident.Nature}{(incident.Location?.Village is { } village ? $", {village}" : "")} -> {string.Join(", ", stationIds.Select(id => city.Of(id).Plan.Name))}");
        var answer = await city.Center.CreateDispatchAsync(new DispatchDraft(incident, stationIds, Status: status, Discreet: discreet), cancel);
        city.Tally.Answered(answer, stationIds);
        if (answer.Kind == AnswerKind.Done)
            return answer.DispatchId!.Value;
        Note(act, $"the centre takes the dispatch ({string.Join("; ", answer.Errors ?? [])})", false, TimeSpan.Zero);
        return Guid.Empty;
    }

    /// <summary>Waits until something can be seen, and notes whether it could in time.</summary>
    public async Task<bool> SeeAsync(string act, string toBeSeen, double withinSeconds, Func<bool> condition)
    {
        var began = time.GetTimestamp();
        var within = TimeSpan.FromSeconds(withinSeconds);
        bool seen;
        while (!(seen = condition()) && time.GetElapsedTime(began) < within)
            await Task.Delay(s_lookEvery, time, cancel);
        Note(act, toBeSeen, seen, time.GetElapsedTime(began));
        return seen;
    }

    /// <summary>Notes what must be so at this moment.</summary>
    public void See(string act, string toBeSeen, bool seen) => Note(act, toBeSeen, seen, TimeSpan.Zero);

    /// <summary>The step that the centre shows for a station.</summary>
    public ReportEvent? StepOf(Guid dispatch, string stationId) => city.Ladder(dispatch, stationId)?.Step;

    /// <summary>Whether the centre has stored such a report of a station.</summary>
    public bool HasStored(Guid dispatch, string stationId, ReportEvent step, ReportSource? source = null) =>
        city.Ladder(dispatch, stationId)?.Steps.Any(stored => stored.Event == step && (source is null || stored.Source == source)) == true;

    /// <summary>The relay that makes an alert heard at this station is on at this moment.</summary>
    public bool Sounds(string stationId) => (city.Of(stationId).Board.Outputs & (Outputs.Siren | Outputs.Buzzer)) != 0;

    public bool Heard(Guid dispatch, string stationId) => city.Of(stationId).Witness.HearingOf(dispatch) is not null;

    public Task PressAsync(string stationId, Inputs button)
    {
        story.Tell($"{city.Of(stationId).Plan.Name}: somebody presses {(button == Inputs.Acknowledge ? "TERIMA" : "BERANGKAT")}");
        return city.Of(stationId).PressAsync(button, cancel);
    }

    public ValueTask TouchAsync(string stationId, PanelAction action, Guid dispatch, DeclineReason? reason = null, Outcome? outcome = null) =>
        city.Of(stationId).TouchAsync(action, dispatch, reason, outcome);

    /// <summary>A panel step and its proof at the centre.</summary>
    public async Task StepAsync(string act, string stationId, PanelAction action, Guid dispatch, ReportEvent expected)
    {
        await TouchAsync(stationId, action, dispatch);
        await SeeAsync(act, $"the centre shows {expected} for {city.Of(stationId).Plan.Name}", 3, () => HasStored(dispatch, stationId, expected));
    }

    /// <summary>Presses TERIMA: the sounder must stop and the centre must show it.</summary>
    public async Task AcknowledgeAsync(string act, string stationId, Guid dispatch)
    {
        var name = city.Of(stationId).Plan.Name;
        var press = PressAsync(stationId, Inputs.Acknowledge);
        await SeeAsync(act, $"TERIMA at {name} stops its alarm", 1, () => !city.Of(stationId).State.AnyWaits && !Sounds(stationId));
        await SeeAsync(act, $"the centre shows {name} acknowledged by the button", 3, () => HasStored(dispatch, stationId, ReportEvent.Acknowledged, ReportSource.Button));
        await press;
    }

    private void Note(string act, string toBeSeen, bool seen, TimeSpan after)
    {
        lock (_lock)
            _expectations.Add(new Expectation(act, toBeSeen, seen, after));
        if (!seen)
            story.Tell(string.Create(CultureInfo.InvariantCulture, $"NOT SEEN within {after.TotalSeconds:0.0} s: {toBeSeen}"));
    }
}
