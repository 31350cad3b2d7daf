using System.Text.Json.Serialization;
using Call112.Center.Book;
using Call112.Messages;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Call112.Center.Api;

/// <summary>The answer to a created dispatch.</summary>
/// <param name="Warnings">Accepted, but worth a look: a station that was never seen, a broker that cannot be reached.</param>
public sealed record DispatchAccepted(Guid DispatchId, string IncidentId, int Revision, IReadOnlyList<string> Warnings);

/// <summary>A command for a station.</summary>
/// <param name="Update">What is offered; of Update only.</param>
public sealed record CommandRequest(CommandKind Command, UpdateOffer? Update = null);

/// <summary>A text that the city's SMS gateway has received.</summary>
/// <param name="From">Number of the sender; only the seal inside the text decides.</param>
public sealed record SmsReceived(string? From = null, string? Text = null);

/// <summary>The fields of an incident that change; a field that is null is taken away, one that is missing stays.</summary>
public sealed record IncidentChange(
    Category? Category = null,
    string? Nature = null,
    int? Priority = null,
    Triage? Triage = null,
    Location? Location = null,
    int? Victims = null,
    string? Narrative = null);

/// <summary>Whether the centre works.</summary>
/// <param name="Status"><c>ok</c>, or what is wrong.</param>
public sealed record Health(string Status, bool BrokerConnected, string? StoreFault);

/// <summary>JSON of the API: the contract's form.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    Converters = [typeof(UtcMillisecondsConverter)])]
[JsonSerializable(typeof(DispatchAccepted))]
[JsonSerializable(typeof(CommandRequest))]
[JsonSerializable(typeof(SmsReceived))]
[JsonSerializable(typeof(IncidentChange))]
[JsonSerializable(typeof(Health))]
[JsonSerializable(typeof(DispatchDraft))]
[JsonSerializable(typeof(DispatchView))]
[JsonSerializable(typeof(StationView))]
[JsonSerializable(typeof(IReadOnlyList<DispatchView>))]
[JsonSerializable(typeof(IReadOnlyList<StationView>))]
[JsonSerializable(typeof(StationRegistration[]))]
[JsonSerializable(typeof(ProblemDetails))]
[JsonSerializable(typeof(HttpValidationProblemDetails))]
internal sealed partial class ApiJsonContext : JsonSerializerContext;
