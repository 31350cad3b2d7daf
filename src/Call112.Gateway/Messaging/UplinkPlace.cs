using Call112.Gateway.Options;
using Call112.Gateway.Time;

namespace Call112.Gateway.Messaging;

/// <summary>What every uplink of a station shares.</summary>
/// <param name="Renewal">Null where nobody renews certificates: in a world without them.</param>
internal sealed record UplinkPlace(
    GatewayOptions Options,
    StationLoop Station,
    StationClock Clock,
    Vitals Vitals,
    ReportRoute Route,
    CertificateTurn Turn,
    ILogger<Uplinks> Log,
    CertificateRenewal? Renewal = null);

/// <summary>What an uplink is told from outside, and what its sessions leave to each other; it outlives connections.</summary>
internal sealed class UplinkCalls
{
    public Signal Reports { get; } = new();

    public Signal Health { get; } = new();

    public Signal Telemetry { get; } = new();

    public Signal Beat { get; } = new();

    /// <summary>A renewal has something to send, or a certificate to try.</summary>
    public Signal Certificates { get; } = new();

    /// <summary>Its interface came up.</summary>
    public Signal Wake { get; } = new();

    /// <summary>The centre asked for all reports without a receipt.</summary>
    public volatile bool SendAgain;

    /// <summary>The state must be told again, though nothing in it has changed.</summary>
    public volatile bool TellAgain;

    /// <summary>The newest state that was handed out on this uplink in this run; null before the first birth.</summary>
    public volatile byte[]? StateSaid;
}
