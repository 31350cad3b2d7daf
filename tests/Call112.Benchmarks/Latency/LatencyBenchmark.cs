using Call112.Benchmarks.Subjects;
using Call112.Messages;

namespace Call112.Benchmarks.Latency;

/// <summary>
/// Publish to relay output: the same messages to each subject, one after another, the next only after the previous was seen. The rounds of
/// the subjects alternate, each with a fresh process, and begin with another subject each time.
/// </summary>
internal sealed class LatencyBenchmark(Workspace workspace, BenchmarkOptions options, TimeProvider time)
{
    private const int SeenTimeoutMilliseconds = 5_000;

    /// <summary>How often, in alerts, the centre sends what a living centre sends; the machine rests longer after it.</summary>
    private const int CentreEvery = 20, RestAfterCentre = 4;

    private readonly Alerts alerts = new(time);

    /// <summary>Runs all rounds. <paramref name="progress"/> is told the subject and the number of alerts done since the last call.</summary>
    public IReadOnlyList<SubjectFigures> Run(IReadOnlyList<Subject> subjects, Action<Subject, int> progress)
    {
        var rounds = subjects.ToDictionary(subject => subject, _ => new List<Quantiles>());
        using var broker = Broker.Start(workspace, time);
        for (var round = 0; round < options.Rounds; round++)
            for (var turn = 0; turn < subjects.Count; turn++)
            {
                var subject = subjects[(round + turn) % subjects.Count];
                rounds[subject].Add(Quantiles.Of(RunRound(subject, broker.Port, done => progress(subject, done))));
            }

        return [.. subjects.Select(subject =>
            new SubjectFigures(subject.Name, subject.Description, Quantiles.MedianOf(rounds[subject]), rounds[subject]))];
    }

    private List<long> RunRound(Subject subject, int brokerPort, Action<int> progress)
    {
        var folder = workspace.NewFolder(subject.StationId);
        using var arrivals = new ArrivalPipe(Path.Combine(folder, "arrivals"));
        using var publisher = new Publisher(brokerPort, time);
        publisher.ListenToReports(subject.StationId);
        publisher.BeACentre(subject.StationId);
        using var daemon = subject.Start(brokerPort, arrivals.Path, folder);
        subject.WaitUntilReady(daemon, publisher, arrivals, alerts);
        publisher.Pause(TimeSpan.FromMilliseconds(300));
        arrivals.Drain();

        GC.Collect();
        var latencies = new List<long>(options.Messages);
        for (var number = 1; number <= options.WarmUp + options.Messages; number++)
        {
            var alert = alerts.NewAlert();
            var latency = SendAndSee(subject, daemon, publisher, arrivals, alert, level: true);
            if (number > options.WarmUp)
                latencies.Add(latency);
            publisher.Pause(options.Pause);
            SendAndSee(subject, daemon, publisher, arrivals, alerts.CancelOf(alert), level: false);
            publisher.Pause(options.Pause);
            if (number % CentreEvery == 0)
            {
                progress(CentreEvery);
                publisher.BeACentre(subject.StationId);
                publisher.Pause(RestAfterCentre * options.Pause);
            }
        }

        publisher.StopListening(subject.StationId);
        return latencies;
    }

    private static long SendAndSee(Subject subject, Daemon daemon, Publisher publisher, ArrivalPipe arrivals, Dispatch dispatch, bool level)
    {
        var payload = MessageWriter.Write(dispatch);
        var sent = publisher.Publish(Topics.Dispatch(subject.StationId), payload, Alerts.TimeToLive);
        var seen = arrivals.WaitForSiren(level, SeenTimeoutMilliseconds)
            ?? throw new BenchmarkException($"{subject.Name} did not turn the siren {(level ? "on" : "off")} within {SeenTimeoutMilliseconds} ms:\n{daemon.LogTail()}");
        publisher.WaitForAcknowledgement();
        if (seen.Nanoseconds < sent)
            throw new BenchmarkException($"{subject.Name} stamped {sent - seen.Nanoseconds} ns before the publish: a stray output change, or another clock");
        return seen.Nanoseconds - sent;
    }
}
