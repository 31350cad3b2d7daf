using Call112.Messages;

namespace Call112.Center.Book;

/// <summary>Everything that can happen to the dispatch book. Identifiers come in with the input: the book rolls no dice.</summary>
public abstract record BookInput;

/// <summary>Send a new dispatch. Answered by <see cref="BookAnswer"/>.</summary>
public sealed record CreateDispatch(Guid DispatchId, DispatchDraft Draft) : BookInput;

/// <summary>Replace the incident of a dispatch: revision + 1.</summary>
/// <param name="ExpectedRevision">The revision that the change was made upon; another one is refused as a conflict.</param>
public sealed record UpdateDispatch(Guid DispatchId, Incident Incident, int? ExpectedRevision = null) : BookInput;

/// <summary>End a dispatch. A second cancel of the same dispatch changes nothing.</summary>
public sealed record CancelDispatch(Guid DispatchId) : BookInput;

/// <summary>Ask something of a station.</summary>
public sealed record RequestCommand(Guid CommandId, string StationId, CommandKind Command, UpdateOffer? Update = null) : BookInput;

/// <summary>A report came from the broker.</summary>
public sealed record ReportReceived(Report Report) : BookInput;

/// <summary>A station has answered by SMS, under its seal. Answered by <see cref="BookAnswer"/>.</summary>
/// <param name="Step">Received or Acknowledged.</param>
public sealed record SmsAnswered(string StationId, Guid DispatchId, ReportEvent Step) : BookInput;

/// <summary>A birth, death or health message came.</summary>
/// <param name="Retained">Out of the broker's memory: what was true once, no sign of life.</param>
public sealed record StatusReceived(StationStatus Status, bool Retained) : BookInput;

/// <summary>A heartbeat came.</summary>
public sealed record HeartbeatReceived(Heartbeat Heartbeat) : BookInput;

/// <summary>Measurements came.</summary>
public sealed record TelemetryReceived(Telemetry Telemetry) : BookInput;

/// <summary>A station's acceptance came, and was judged.</summary>
/// <param name="Envelope">As it came: what is kept.</param>
public sealed record AcceptanceReceived(AcceptanceRow Row, byte[] Envelope) : BookInput;

/// <summary>The centre is subscribed at the broker, or has lost it.</summary>
public sealed record BrokerLink(bool Connected) : BookInput;

/// <summary>The broker has taken a message to a group: it is not sent to the group again.</summary>
public sealed record GroupPublished(Guid DispatchId, string Group, MessageType MessageType, int Revision) : BookInput;

/// <summary>Time passes. Every 100 ms; deadlines that passed since the last one are met.</summary>
public sealed record Tick(Guid CommandId) : BookInput;
