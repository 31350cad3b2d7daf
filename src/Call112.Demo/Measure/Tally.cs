using System.Collections.Concurrent;
using Call112.Center.Book;
using Call112.Messages;

namespace Call112.Demo.Measure;

/// <summary>One dispatch to one station as centre and network saw it. Times are monotonic timestamps, 0 before.</summary>
internal sealed class Delivery
{
    /// <summary>When the centre first handed the alert to its MQTT client.</summary>
    public long HandedAt { get; set; }

    /// <summary>How often it was handed over: 1, more after a resend.</summary>
    public int Handed { get; set; }

    /// <summary>The centre has said Done to the request.</summary>
    public bool Accepted { get; set; }

    public bool Received { get; set; }

    /// <summary>When the stored Acknowledged of a button was first seen at the centre.</summary>
    public long AcknowledgedAt { get; set; }

    public bool Acknowledged { get; set; }

    public bool Ended { get; set; }

    /// <summary>Sounding reports, each with a number of its own.</summary>
    public int Soundings { get; set; }

    public int Rejections { get; set; }
}

/// <summary>Counts what became of every dispatch. Takes what the centre hands out and what it has stored; the relays are the witnesses' business.</summary>
internal sealed class Tally(TimeProvider time)
{
    private readonly ConcurrentDictionary<(Guid DispatchId, string StationId), Delivery> _deliveries = new();
    private int _refused;

    public IReadOnlyCollection<KeyValuePair<(Guid DispatchId, string StationId), Delivery>> Deliveries => [.. _deliveries];

    /// <summary>Requests that the centre refused.</summary>
    public int Refused => _refused;

    /// <summary>Accepted alerts whose part has ended at the centre.</summary>
    public int Ended { get; private set; }

    public int Received { get; private set; }

    /// <summary>Called by the centre right before it hands a message to MQTT.</summary>
    public void Handed(Dispatch message, string topic)
    {
        var now = time.GetTimestamp();
        if (message.MessageType != MessageType.Alert || !Topics.TryParse(topic, out var parsed) || parsed.Kind != TopicKind.StationDispatch)
            return;
        var delivery = Of(message.DispatchId, parsed.Name);
        if (delivery.HandedAt == 0)
            delivery.HandedAt = now;
        delivery.Handed++;
    }

    /// <summary>Takes the centre's answer to a request.</summary>
    public void Answered(BookAnswer answer, IReadOnlyList<string> stationIds)
    {
        if (answer is not { Kind: AnswerKind.Done, DispatchId: { } id })
        {
            Interlocked.Increment(ref _refused);
            return;
        }

        foreach (var station in stationIds)
            Of(id, station).Accepted = true;
    }

    /// <summary>Takes a stored change. From one thread only.</summary>
    public void Observe(DispatchView view)
    {
        var now = time.GetTimestamp();
        foreach (var ladder in view.Stations)
            Observe(Of(view.DispatchId, ladder.StationId), ladder, now);
    }

    /// <summary>Takes a view at the end of the run, for what the observer may have missed: counts, but measures nothing.</summary>
    public void Recount(DispatchView view)
    {
        foreach (var ladder in view.Stations)
            Observe(Of(view.DispatchId, ladder.StationId), ladder, now: 0);
    }

    private void Observe(Delivery delivery, StationLadderView ladder, long now)
    {
        int soundings = 0, rejections = 0;
        foreach (var step in ladder.Steps)
            switch (step.Event)
            {
                case ReportEvent.Received when !delivery.Received:
                    delivery.Received = true;
                    Received++;
                    break;
                case ReportEvent.Sounding:
                    soundings++;
                    break;
                case ReportEvent.Rejected:
                    rejections++;
                    break;
                case ReportEvent.Acknowledged:
                    delivery.Acknowledged = true;
                    if (step.Source == ReportSource.Button && delivery.AcknowledgedAt == 0)
                        delivery.AcknowledgedAt = now;
                    break;
                default:
                    break;
            }

        (delivery.Soundings, delivery.Rejections) = (soundings, rejections);
        if (delivery.Ended || ladder.Step is not (ReportEvent.Completed or ReportEvent.Declined or ReportEvent.Cancelled))
            return;
        delivery.Ended = true;
        Ended++;
    }

    private Delivery Of(Guid dispatchId, string stationId) => _deliveries.GetOrAdd((dispatchId, stationId), _ => new Delivery());
}
