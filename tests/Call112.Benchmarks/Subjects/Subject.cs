using Call112.Benchmarks.Latency;

namespace Call112.Benchmarks.Subjects;

/// <summary>
/// Something that receives dispatches over MQTT and stamps the moment at which it could drive a relay. A subject lives for one round, so
/// that nothing of it runs while another is measured.
/// </summary>
internal abstract class Subject(string name, string stationId)
{
    public string Name { get; } = name;

    /// <summary>Every subject has a station topic of its own; the messages are alike.</summary>
    public string StationId { get; } = stationId;

    /// <summary>What exactly was measured, with its version.</summary>
    public abstract string Description { get; }

    /// <summary>Starts it against the broker on this port; it writes its arrivals into <paramref name="arrivals"/>, a named pipe.</summary>
    public abstract Daemon Start(int brokerPort, string arrivals, string folder);

    /// <summary>Waits until a dispatch would be received.</summary>
    public virtual void WaitUntilReady(Daemon daemon, Publisher publisher, ArrivalPipe arrivals, Alerts alerts)
    {
        // Only sending tells whether a peer has subscribed: cancels of nothing, until one is seen.
        const int attempts = 150, attemptMilliseconds = 200;
        for (var attempt = 0; attempt < attempts && !daemon.HasExited; attempt++)
        {
            var probe = Messages.MessageWriter.Write(alerts.CancelOf(alerts.NewAlert()));
            publisher.Publish(Messages.Topics.Dispatch(StationId), probe, Alerts.TimeToLive);
            publisher.WaitForAcknowledgement();
            if (arrivals.WaitForSiren(false, attemptMilliseconds) is not null)
                return;
        }

        throw new BenchmarkException($"{Name} did not get ready:\n{daemon.LogTail()}");
    }
}
