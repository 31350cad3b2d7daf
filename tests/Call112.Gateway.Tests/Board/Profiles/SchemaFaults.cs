using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Call112.Gateway.Tests.Board.Profiles;

/// <summary>
/// A JSON text against a JSON Schema, for the words that board.schema.json uses; another word throws, so that none is passed over.
/// Source: JSON Schema 2020-12, Validation.
/// </summary>
internal static class SchemaFaults
{
    public static IReadOnlyList<string> Of(JsonNode? value, JsonObject schema, JsonObject root, string path = "$")
    {
        var faults = new List<string>();
        foreach (var (word, term) in schema)
            faults.AddRange(Word(word, term!, value, schema, root, path));
        return faults;
    }

    private static IEnumerable<string> Word(string word, JsonNode term, JsonNode? value, JsonObject schema, JsonObject root, string path)
    {
        switch (word)
        {
            case "$schema" or "$defs" or "title" or "description" or "default":
                return [];
            case "$ref":
                return Of(value, root["$defs"]![((string)term!)["#/$defs/".Length..]]!.AsObject(), root, path);
            case "type":
                return IsOf((string)term!, value) ? [] : [$"{path}: no {term}"];
            case "enum":
                return term.AsArray().Any(one => JsonNode.DeepEquals(one, value)) ? [] : [$"{path}: none of the words"];
            case "properties" when value is JsonObject known:
                return known.Where(field => term[field.Key] is not null)
                    .SelectMany(field => Of(field.Value, term[field.Key]!.AsObject(), root, $"{path}.{field.Key}"));
            case "additionalProperties" when value is JsonObject all:
                return all.Where(field => schema["properties"]![field.Key] is null).Select(field => $"{path}.{field.Key}: no such field");
            case "required" when value is JsonObject given:
                return term.AsArray().Where(name => !given.ContainsKey((string)name!)).Select(name => $"{path}: lacks {name}");
            case "items" when value is JsonArray list:
                return list.SelectMany((element, i) => Of(element, term.AsObject(), root, $"{path}[{i}]"));
            case "oneOf":
                var fits = term.AsArray().Count(choice => Of(value, choice!.AsObject(), root, path).Count == 0);
                return fits == 1 ? [] : [$"{path}: fits {fits} of the choices"];
            case "not":
                return Of(value, term.AsObject(), root, path).Count > 0 ? [] : [$"{path}: is what it must not be"];
            default:
                return Limit(word, term, value, path) is { } fault ? [fault] : [];
        }
    }

    private static string? Limit(string word, JsonNode term, JsonNode? value, string path)
    {
        var text = value?.GetValueKind() == JsonValueKind.String ? (string)value! : null;
        var number = value?.GetValueKind() == JsonValueKind.Number ? (double?)value : null;
        return word switch
        {
            "minimum" => number < (double)term ? $"{path}: below {term}" : null,
            "maximum" => number > (double)term ? $"{path}: above {term}" : null,
            "exclusiveMinimum" => number <= (double)term ? $"{path}: not above {term}" : null,
            "minLength" => text?.Length < (int)term ? $"{path}: shorter than {term}" : null,
            "maxLength" => text?.Length > (int)term ? $"{path}: longer than {term}" : null,
            "pattern" => text is not null && !Regex.IsMatch(text, (string)term!) ? $"{path}: does not match {term}" : null,
            "minItems" => (value as JsonArray)?.Count < (int)term ? $"{path}: fewer than {term}" : null,
            "maxItems" => (value as JsonArray)?.Count > (int)term ? $"{path}: more than {term}" : null,
            "properties" or "additionalProperties" or "required" or "items" => null,
            _ => throw new NotSupportedException($"the schema uses '{word}', which this evaluator does not know"),
        };
    }

    private static bool IsOf(string type, JsonNode? value) => (type, value?.GetValueKind()) switch
    {
        ("object", JsonValueKind.Object) or ("array", JsonValueKind.Array) or ("string", JsonValueKind.String) or ("number", JsonValueKind.Number) =>
            true,
        ("boolean", JsonValueKind.True or JsonValueKind.False) => true,
        ("integer", JsonValueKind.Number) => int.TryParse(value!.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
        _ => false,
    };
}
