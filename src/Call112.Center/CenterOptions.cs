using System.Net;
using Call112.Center.Book;
using Call112.Center.Sms;
using Microsoft.Extensions.Logging;

namespace Call112.Center;

/// <summary>Everything that can be chosen of a centre. A value outside its limits stops the start with a clear message.</summary>
public sealed record CenterOptions
{
    /// <summary>Where the HTTP API listens; port 0 takes a free one. Default 127.0.0.1:8110.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 8110);

    /// <summary>Where the embedded broker listens; port 0 takes a free one. Unused with <see cref="Broker"/>. Default 127.0.0.1:1883.</summary>
    public IPEndPoint MqttListen { get; init; } = new(IPAddress.Loopback, 1883);

    /// <summary>The embedded broker knows no passwords: outside loopback it listens only when this says so.</summary>
    public bool InsecureMqtt { get; init; }

    /// <summary>An outside broker, <c>mqtt://host:port</c> or <c>mqtts://host:port</c>; null for the embedded one.</summary>
    public Uri? Broker { get; init; }

    /// <summary>User name at the outside broker.</summary>
    public string? BrokerUser { get; init; }

    /// <summary>Password at the outside broker.</summary>
    public string? BrokerPassword { get; init; }

    /// <summary>PEM file of the authority that signed the outside broker's certificate; null for the system's own list.</summary>
    public string? BrokerAuthorityFile { get; init; }

    /// <summary>PEM file of the centre's certificate at the outside broker; null for none. Read anew at every connect.</summary>
    public string? BrokerCertificateFile { get; init; }

    /// <summary>PEM file of its key.</summary>
    public string? BrokerKeyFile { get; init; }

    /// <summary>The dispatch book's SQLite file.</summary>
    public string DatabasePath { get; init; } = "call112-center.db";

    /// <summary>Key that every request must carry in X-Api-Key; at least <see cref="ApiKeyMinLength"/> characters.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Shortest key that is accepted, characters.</summary>
    public const int ApiKeyMinLength = 16;

    /// <summary>No key is asked for. Only on a loopback address.</summary>
    public bool InsecureLocal { get; init; }

    /// <summary>Stations that the centre knows before it hears them.</summary>
    public IReadOnlyList<StationRegistration> Registry { get; init; } = [];

    /// <summary>
    /// The folder of the city's identities (decision 0019), or null: then only <see cref="BrokerAuthorityFile"/> can vouch for what stations sign, and
    /// no station's certificate is renewed over MQTT (decision 0022).
    /// </summary>
    public string? Identities { get; init; }

    /// <summary>The way to the city's SMS gateway, the last path; null: off.</summary>
    public SmsGatewayOptions? Sms { get; init; }

    /// <summary>A certificate that ends within so many days is renewed; with <see cref="Identities"/>. Default 60.</summary>
    public int RenewBeforeDays { get; init; } = 60;

    /// <summary>Limits of <see cref="RenewBeforeDays"/>: well below the life of a certificate.</summary>
    public const int RenewBeforeDaysMin = 1, RenewBeforeDaysMax = 365;

    /// <summary>Times and limits of the dispatch book.</summary>
    public BookRules Rules { get; init; } = new();

    /// <summary>Least severe log line that is written to standard error. In a process of its own Information; as a library quiet.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Warning;

    /// <exception cref="CenterStartException">The first value that is impossible.</exception>
    internal void Check()
    {
        if (InsecureLocal && !IPAddress.IsLoopback(Listen.Address))
            throw new CenterStartException($"--insecure-local is only for a loopback address, not for {Listen}: give --api-key-file instead");
        if (!InsecureLocal && string.IsNullOrEmpty(ApiKey))
            throw new CenterStartException("no API key: give --api-key-file or CALL112_CENTER_API_KEY, or --insecure-local on a loopback address");
        if (!InsecureLocal && ApiKey!.Length < ApiKeyMinLength)
            throw new CenterStartException($"the API key is shorter than {ApiKeyMinLength} characters");
        if (Broker is null && !InsecureMqtt && !IPAddress.IsLoopback(MqttListen.Address))
            throw new CenterStartException(
                $"the embedded broker knows no passwords and would listen on {MqttListen}: use --broker with a real one, or say --insecure-mqtt");
        if (Broker is not null && (Broker.Scheme is not ("mqtt" or "mqtts") || Broker.Host.Length == 0))
            throw new CenterStartException($"--broker must be mqtt://host:port or mqtts://host:port, not {Broker}");
        if (BrokerCertificateFile is null != BrokerKeyFile is null)
            throw new CenterStartException("--broker-cert and --broker-key go together");
        if (BrokerCertificateFile is not null && Broker?.Scheme != "mqtts")
            throw new CenterStartException("--broker-cert needs --broker mqtts://host:port");
        if (RenewBeforeDays is < RenewBeforeDaysMin or > RenewBeforeDaysMax)
            throw new CenterStartException($"--renew-before {RenewBeforeDays}: must be {RenewBeforeDaysMin} to {RenewBeforeDaysMax} days");
        foreach (var station in Registry)
            if (!Messages.Topics.IsValidName(station.Id))
                throw new CenterStartException($"the registry names '{station.Id}', which is no station id");
    }
}
