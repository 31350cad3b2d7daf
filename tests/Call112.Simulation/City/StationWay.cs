using Call112.Gateway.Messaging;
using Call112.Gateway.Options;
using Call112.Simulation.Net;

namespace Call112.Simulation.City;

/// <summary>
/// One way of a station to the centre: the uplink as it is configured, the line under it, and a witness at the station's end of that line. What it
/// notes is what really arrived, not what the station made of it.
/// </summary>
internal sealed class StationWay(UplinkOptions options, string clientId, Line line)
{
    public string Name => options.Name;

    public bool IsMetered => options.Metered;

    public string? Interface => options.Interface;

    public string ClientId { get; } = clientId;

    public Line Line { get; } = line;

    /// <summary>When a PUBACK last reached this run of the process, or when the run began.</summary>
    public TimeSpan AnsweredAt { get; private set; }

    /// <summary>When a heartbeat of the centre last reached this run, or when the run began.</summary>
    public TimeSpan CenterHeardAt { get; private set; }

    /// <summary>When it last tried to connect; null before the first time in this run.</summary>
    public TimeSpan? AttemptedAt { get; private set; }

    /// <summary>It tries to connect.</summary>
    public event Action? Attempted;

    /// <summary>It hands a message to its connection.</summary>
    public event Action<OutboundMessage>? Published;

    public void Begin(TimeSpan now) => (AnsweredAt, CenterHeardAt, AttemptedAt) = (now, now, null);

    public void NoteAttempt(TimeSpan now)
    {
        AttemptedAt = now;
        Attempted?.Invoke();
    }

    public void NoteAnswer(TimeSpan now) => AnsweredAt = now;

    public void NoteCenter(TimeSpan now) => CenterHeardAt = now;

    public void NotePublish(OutboundMessage message) => Published?.Invoke(message);
}
