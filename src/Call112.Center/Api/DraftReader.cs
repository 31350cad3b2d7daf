using System.Text.Json;
using System.Text.Json.Nodes;
using Call112.Center.Book;
using Call112.Messages;

namespace Call112.Center.Api;

/// <summary>
/// Reads the bodies of requests with a reason for every field. The contract's own reader judges what the contract knows; here are only the
/// fields that the API adds, and words that the contract lets pass for safety (an unknown category) but a typing dispatcher must see.
/// </summary>
internal static class DraftReader
{
    private static readonly DateTimeOffset s_anyTime = DateTimeOffset.UnixEpoch;

    /// <summary>The draft, or every reason why there is none.</summary>
    public static (DispatchDraft? Draft, List<FieldError> Errors) ReadDraft(string json)
    {
        var errors = new List<FieldError>();
        if (Parse(json, errors) is not { } body)
            return (null, errors);
        var stations = Names(body, "stationIds", errors);
        var groups = Names(body, "groups", errors);
        int? ttl = null;
        if (body["ttlSeconds"] is { } ttlNode)
        {
            if (ttlNode.GetValueKind() == JsonValueKind.Number && ttlNode.AsValue().TryGetValue<int>(out var seconds))
                ttl = seconds;
            else
                errors.Add(new FieldError("ttlSeconds", "must be a whole number"));
        }

        foreach (var name in new[] { "dispatchId", "messageType", "sentAt", "expiresAt", "revision" })
            if (body.ContainsKey(name))
                errors.Add(new FieldError(name, "is given by the centre"));
        body["status"] ??= nameof(DispatchStatus.Actual);
        Known<DispatchStatus>(body, "status", "", errors);
        var named = true;
        if (body["incident"] is JsonObject incident)
        {
            CheckIncident(incident, "incident.", errors);
            named = incident["incidentId"] is not null;
            incident["incidentId"] ??= "none";
        }

        (body["dispatchId"], body["messageType"]) = (Guid.NewGuid().ToString(), nameof(MessageType.Alert));
        (body["sentAt"], body["expiresAt"]) = ("2000-01-01T00:00:00Z", "2000-01-01T00:00:00Z");
        var parsed = MessageReader.ReadDispatch(JsonSerializer.SerializeToUtf8Bytes(body, NodeJson.Default.JsonObject));
        errors.AddRange(parsed.Errors);
        errors.AddRange(DispatchDraft.TargetErrors(stations, groups, ttl));
        if (errors.Count > 0 || parsed.Value is not { Incident: { } read } dispatch)
            return (null, Distinct(errors));
        var draft = new DispatchDraft(
            new IncidentDraft(
                read.Category, named ? read.IncidentId : null, read.Nature, read.Priority, read.Triage, read.Location, read.Victims, read.Narrative),
            stations, groups, dispatch.Status, dispatch.Discreet, dispatch.Zones, ttl);
        return (draft, errors);
    }

    /// <summary>The incident with the changed fields (merge patch, RFC 7396), or every reason why there is none.</summary>
    public static (Incident? Incident, List<FieldError> Errors) ReadChange(string json, Incident present)
    {
        var errors = new List<FieldError>();
        if (Parse(json, errors) is not { } body)
            return (null, errors);
        var change = body["incident"] as JsonObject ?? body;
        CheckIncident(change, "", errors);
        var dispatch = new Dispatch(Guid.NewGuid(), MessageType.Update, DispatchStatus.Actual, s_anyTime, s_anyTime, 1, Incident: present);
        var whole = JsonNode.Parse(MessageWriter.Write(dispatch))!.AsObject();
        Merge(whole["incident"]!.AsObject(), change);
        var parsed = MessageReader.ReadDispatch(JsonSerializer.SerializeToUtf8Bytes(whole, NodeJson.Default.JsonObject));
        errors.AddRange(parsed.Errors);
        return errors.Count > 0 ? (null, Distinct(errors)) : (parsed.Value!.Incident, errors);
    }

    private static void CheckIncident(JsonObject incident, string path, List<FieldError> errors)
    {
        Known<Category>(incident, "category", path, errors);
        Known<Triage>(incident, "triage", path, errors);
    }

    /// <summary>A word that the contract would turn into its safest default is an error when a person or script types it here.</summary>
    private static void Known<T>(JsonObject from, string name, string path, List<FieldError> errors)
        where T : struct, Enum
    {
        if (from[name] is not JsonValue value || value.GetValueKind() != JsonValueKind.String)
            return;
        var text = value.GetValue<string>();
        if (!Enum.TryParse<T>(text, out var parsed) || Enum.GetName(parsed) != text)
            errors.Add(new FieldError(path + name, $"must be one of {string.Join(' ', Enum.GetNames<T>())}"));
    }

    private static List<string>? Names(JsonObject body, string name, List<FieldError> errors)
    {
        if (body[name] is not { } node)
            return null;
        if (node is JsonArray array && array.All(item => item?.GetValueKind() == JsonValueKind.String))
            return [.. array.Select(item => item!.GetValue<string>())];
        errors.Add(new FieldError(name, "must be a list of texts"));
        return null;
    }

    private static JsonObject? Parse(string json, List<FieldError> errors)
    {
        try
        {
            if (JsonNode.Parse(json, documentOptions: new JsonDocumentOptions { MaxDepth = MessageReader.MaxDepth, AllowDuplicateProperties = false }) is JsonObject body)
                return body;
            errors.Add(new FieldError("", "the body must be a JSON object"));
        }
        catch (JsonException e)
        {
            errors.Add(new FieldError("", $"the body is not JSON: {e.Message}"));
        }

        return null;
    }

    private static void Merge(JsonObject target, JsonObject change)
    {
        foreach (var (name, value) in change)
            if (value is null)
                target.Remove(name);
            else if (value is JsonObject inner && target[name] is JsonObject present)
                Merge(present, inner);
            else
                target[name] = value.DeepClone();
    }

    private static List<FieldError> Distinct(List<FieldError> errors) => [.. errors.Where(error => error.Field != "incident.incidentId" || error.Reason != JsonMissing).Distinct()];

    private const string JsonMissing = "missing";
}

[System.Text.Json.Serialization.JsonSerializable(typeof(JsonObject))]
internal sealed partial class NodeJson : System.Text.Json.Serialization.JsonSerializerContext;
