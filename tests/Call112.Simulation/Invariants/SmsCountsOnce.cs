using Call112.Center.Book;
using Call112.Messages;
using Call112.Messages.Sms;
using Call112.Simulation.Cellular;
using Call112.Simulation.City;

namespace Call112.Simulation.Invariants;

/// <summary>
/// What the centre does with the last path (decision 0018): a text only after 30 s without an answer, two at most, and each counter once, also when
/// it died in between; an answer counts only if the station's own modem has sent it, and never goes back.
/// </summary>
internal sealed class SmsCountsOnce(SimulatedCity city) : Invariant(city)
{
    /// <summary>The centre's pace.</summary>
    private static readonly TimeSpan s_slack = TimeSpan.FromSeconds(1);

    private readonly BookRules _rules = new();
    private readonly Dictionary<(string Station, Guid Id), Part> _parts = [];
    private readonly HashSet<(string Station, Guid Id, ReportEvent Step)> _answers = [];
    private readonly HashSet<(string Station, long Counter)> _counters = [];

    public override string Name => "an SMS counts once";

    public override void Watch()
    {
        City.SmsNet.Answered += Answered;
        City.Center.Happened += Happened;
    }

    private void Answered(string stationId, string text)
    {
        if (SmsText.TryReadAnswer(text, SmsNet.KeyOf(stationId), out var answer, out _))
            _answers.Add((stationId, answer.DispatchId, answer.Step));
    }

    private void Happened(BookEffect effect)
    {
        switch (effect)
        {
            case StoreTarget { Row: var row }:
                Stored(row);
                break;
            case StoreReport { Row.Report: { DispatchId: { } id } report }:
                PartOf(report.StationId, id).IsAnswered = true;
                break;
            case SendSms send:
                Sent(send);
                break;
        }
    }

    private void Stored(TargetRow row)
    {
        var part = PartOf(row.StationId, row.DispatchId);
        if (row.SmsStep is { } step && step != part.Step)
        {
            if (part.Step == ReportEvent.Acknowledged)
                Break($"the centre takes {row.DispatchId} at {row.StationId} back from Acknowledged to {step}");
            if (!_answers.Contains((row.StationId, row.DispatchId, step)))
                Break($"the centre holds {step} of {row.DispatchId} for the answer of {row.StationId}, whose modem has not sent it");
        }

        part.Step = row.SmsStep ?? part.Step;
    }

    private void Sent(SendSms send)
    {
        var part = PartOf(send.StationId, send.Message.DispatchId);
        var waited = City.Schedule.Now - part.Since;
        if (++part.Sends > BookRules.SmsMax)
            Break($"{send.Message.DispatchId} goes to {send.StationId} by SMS for the {part.Sends}th time");
        if (waited < _rules.SmsAfter - s_slack || part.IsAnswered || part.Step is not null)
            Break($"{send.Message.DispatchId} goes to {send.StationId} after {waited.TotalSeconds:0.0} s, answered {part.IsAnswered}, {part.Step}");
        if (!_counters.Add((send.StationId, send.Counter)))
            Break($"counter {send.Counter} is used a second time for {send.StationId}");
    }

    private Part PartOf(string stationId, Guid id)
    {
        if (!_parts.TryGetValue((stationId, id), out var part))
            _parts[(stationId, id)] = part = new Part { Since = City.Schedule.Now };
        return part;
    }

    private sealed class Part
    {
        public TimeSpan Since { get; init; }

        public int Sends { get; set; }

        public bool IsAnswered { get; set; }

        public ReportEvent? Step { get; set; }
    }
}
