using Call112.Messages;

namespace Call112.Center.Book;

/// <summary>What a dispatcher says of an incident. Fields as in the contract; the incident id is given by the book when it is missing.</summary>
public sealed record IncidentDraft(
    Category Category,
    string? IncidentId = null,
    string? Nature = null,
    int Priority = Incident.DefaultPriority,
    Triage? Triage = null,
    Location? Location = null,
    int? Victims = null,
    string? Narrative = null)
{
    internal Incident WithId(string id) => new(id, Category, Nature, Priority, Triage, Location, Victims, Narrative);
}

/// <summary>A dispatch that is asked for: the contract's dispatch without ids and times, plus whom it is for.</summary>
/// <param name="StationIds">Stations; with <paramref name="Groups"/> at least one entry.</param>
/// <param name="Groups">Groups: the message goes to the group's topic once, later copies to each member.</param>
/// <param name="TtlSeconds">Time to live in seconds, 10 to 86,400; default 900.</param>
public sealed record DispatchDraft(
    IncidentDraft Incident,
    IReadOnlyList<string>? StationIds = null,
    IReadOnlyList<string>? Groups = null,
    DispatchStatus Status = DispatchStatus.Actual,
    bool Discreet = false,
    IReadOnlyList<string>? Zones = null,
    int? TtlSeconds = null)
{
    /// <summary>Every reason why the whom and how long are impossible; the incident itself is judged by the contract's own reader.</summary>
    internal List<FieldError> TargetErrors() => TargetErrors(StationIds, Groups, TtlSeconds);

    internal static List<FieldError> TargetErrors(IReadOnlyList<string>? stationIds, IReadOnlyList<string>? groups, int? ttlSeconds)
    {
        var errors = new List<FieldError>();
        var count = (stationIds?.Count ?? 0) + (groups?.Count ?? 0);
        if (count == 0)
            errors.Add(new FieldError("stationIds", "name at least one station in 'stationIds' or one group in 'groups'"));
        if (count > BookRules.TargetsMax)
            errors.Add(new FieldError("stationIds", $"at most {BookRules.TargetsMax} stations and groups"));
        AddNameErrors(errors, "stationIds", stationIds);
        AddNameErrors(errors, "groups", groups);
        if (ttlSeconds is { } ttl && (ttl < BookRules.TimeToLiveMin.TotalSeconds || ttl > BookRules.TimeToLiveMax.TotalSeconds))
            errors.Add(new FieldError("ttlSeconds", $"must be {BookRules.TimeToLiveMin.TotalSeconds} to {BookRules.TimeToLiveMax.TotalSeconds}"));
        return errors;
    }

    private static void AddNameErrors(List<FieldError> errors, string field, IReadOnlyList<string>? names)
    {
        for (var i = 0; i < (names?.Count ?? 0); i++)
            if (!Topics.IsValidName(names![i]))
                errors.Add(new FieldError($"{field}[{i}]", $"'{names[i]}' is no station or group: must match [a-z0-9][a-z0-9-]{{1,38}}[a-z0-9]"));
    }
}
