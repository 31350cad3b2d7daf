using Call112.Messages;
using Call112.Station;

namespace Call112.Gateway.Messaging;

/// <summary>Turns a message of the wire into an input of the station. Any bytes end as a valid input or as a refusal with its reason (design, promise 5).</summary>
public static class Inbound
{
    /// <summary>The reason of a retained dispatch or command (contract, "Rules for every message").</summary>
    public const string RetainedReason = "retained";

    /// <summary>The input, or null for what needs none: a stale heartbeat of the centre, an answer to a certificate request.</summary>
    /// <param name="uplink">The uplink that brought the message, or null.</param>
    public static StationInput? ToInput(InboundMessage message, string? uplink = null)
    {
        if (!Topics.TryParse(message.Topic, out var topic))
            return new StationInput.MessageRefused($"topic: '{message.Topic}' is not of the contract", null);
        return topic.Kind switch
        {
            TopicKind.StationDispatch or TopicKind.GroupDispatch => OfDispatch(message),
            TopicKind.Command => OfCommand(message),
            TopicKind.Receipt => OfReceipt(message),
            // A retained heartbeat proves only that the centre once lived.
            TopicKind.CenterHeartbeat =>
                message.Retained || MessageReader.ReadCenterHeartbeat(message.Payload).Value is null ? null : new StationInput.CenterHeard(uplink),
            // The station's state has no part in it; its uplinks' keeper takes what is well formed (CertificateRenewal).
            TopicKind.Certificate => OfCertificate(message),
            TopicKind.Report or TopicKind.State or TopicKind.Heartbeat or TopicKind.Telemetry or TopicKind.Acceptance or TopicKind.CertificateRequest =>
                new StationInput.MessageRefused($"topic: '{message.Topic}' is not for a station", null),
            _ => throw new ArgumentOutOfRangeException(nameof(message), topic.Kind, "a topic without a rule"),
        };
    }

    /// <summary>The command in an input that the station has not met under its id before; null for all else.</summary>
    /// <param name="state">The state before the input.</param>
    public static StationCommand? NewCommand(StationInput input, StationState state) =>
        input is StationInput.CommandArrived { Command: var command } && !(command.CommandId is { } id && state.Senses.Commands.Contains(id))
            ? command
            : null;

    private static StationInput OfDispatch(InboundMessage message)
    {
        var parsed = MessageReader.ReadDispatch(message.Payload);
        if (message.Retained)
            return new StationInput.MessageRefused(RetainedReason, parsed.DispatchId);
        return parsed.Value is { } dispatch
            ? new StationInput.DispatchArrived(dispatch)
            : new StationInput.MessageRefused(parsed.Reason, parsed.DispatchId);
    }

    private static StationInput OfCommand(InboundMessage message)
    {
        if (message.Retained)
            return new StationInput.MessageRefused(RetainedReason, null);
        var parsed = MessageReader.ReadCommand(message.Payload);
        return parsed.Value is { } command ? new StationInput.CommandArrived(command) : new StationInput.MessageRefused(parsed.Reason, null);
    }

    private static StationInput.MessageRefused? OfCertificate(InboundMessage message)
    {
        if (message.Retained)
            return new StationInput.MessageRefused(RetainedReason, null);
        var parsed = MessageReader.ReadCertificate(message.Payload);
        return parsed.Value is null ? new StationInput.MessageRefused(parsed.Reason, null) : null;
    }

    private static StationInput OfReceipt(InboundMessage message)
    {
        var parsed = MessageReader.ReadReceipt(message.Payload);
        return parsed.Value is { } receipt ? new StationInput.ReceiptArrived(receipt.UpTo) : new StationInput.MessageRefused(parsed.Reason, null);
    }
}
