using Call112.Messages;

namespace Call112.Center.Book;

/// <summary>What follows from an input. Rows are committed before anything of the same batch is published or answered.</summary>
public abstract record BookEffect;

/// <summary>Publish a dispatch, QoS 1, not retained.</summary>
/// <param name="Expiry">MQTT Message Expiry: what is left of the time to live.</param>
/// <param name="Group">Set when the topic is a group's: the broker's PUBACK comes back as <see cref="GroupPublished"/>.</param>
public sealed record PublishDispatch(string Topic, Dispatch Message, TimeSpan Expiry, string? Group = null) : BookEffect;

/// <summary>Publish a receipt, QoS 1.</summary>
public sealed record PublishReceipt(string StationId, Receipt Receipt) : BookEffect;

/// <summary>Publish a command, QoS 1.</summary>
public sealed record PublishCommand(string StationId, StationCommand Command, TimeSpan Expiry) : BookEffect;

/// <summary>Publish the centre's proof of life, QoS 0.</summary>
public sealed record PublishHeartbeat(DateTimeOffset SentAt, long Number) : BookEffect;

/// <summary>Hand a sealed text of a dispatch to the SMS gateway.</summary>
/// <param name="Counter">Never given twice to a station.</param>
public sealed record SendSms(string StationId, Dispatch Message, long Counter) : BookEffect;

/// <summary>Insert or replace a dispatch.</summary>
public sealed record StoreDispatch(DispatchRow Row) : BookEffect;

/// <summary>Insert or replace what is known of one station's part in a dispatch.</summary>
public sealed record StoreTarget(TargetRow Row) : BookEffect;

/// <summary>Append a report. Never changes one that is there.</summary>
public sealed record StoreReport(ReportRow Row) : BookEffect;

/// <summary>Insert or replace a station.</summary>
public sealed record StoreStation(StationRow Row) : BookEffect;

/// <summary>Insert or replace a station's acceptance.</summary>
/// <param name="Envelope">The bytes as the station sent them, for whoever has to look into it later.</param>
public sealed record StoreAcceptance(AcceptanceRow Row, byte[] Envelope) : BookEffect;

/// <summary>The dispatch looks different now.</summary>
public sealed record DispatchChanged(Guid DispatchId) : BookEffect;

/// <summary>The station looks different now.</summary>
public sealed record StationChanged(string StationId) : BookEffect;

/// <summary>The answer to a request; at most one for an input.</summary>
public sealed record Answered(BookAnswer Answer) : BookEffect;

/// <summary>Something a person who reads the log should know.</summary>
public sealed record Noted(bool Warning, string Text) : BookEffect;
