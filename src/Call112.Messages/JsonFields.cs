using System.Globalization;
using System.Text.Json;

namespace Call112.Messages;

/// <summary>
/// Reads the fields of one JSON object and collects a reason for each that is missing, of the wrong type or impossible,
/// instead of stopping at the first. Unknown fields are ignored (contract, "Rules for every message").
/// </summary>
internal sealed class JsonFields(JsonElement element, string path, List<FieldError> errors)
{
    public const string Missing = "missing";

    private const string HalfCharacter = "must not hold half a surrogate pair";

    public List<FieldError> Errors { get; } = errors;

    public void Fail(string name, string reason) => Errors.Add(new FieldError(path + name, reason));

    /// <summary>A text with at least one character; empty when it is missing (the reason is then in <see cref="Errors"/>).</summary>
    public string RequiredString(string name)
    {
        var text = String(name, required: true);
        if (text is "")
            Fail(name, "must not be empty");
        return text ?? "";
    }

    public string? OptionalString(string name) => String(name, required: false);

    /// <summary>An enum by its exact name. An unknown name takes <paramref name="unknown"/> when given, else it is an error.</summary>
    public T RequiredEnum<T>(string name, T? unknown = null)
        where T : struct, Enum => Enum<T>(name, required: true, unknown) ?? default;

    public T? OptionalEnum<T>(string name, T? unknown = null)
        where T : struct, Enum => Enum<T>(name, required: false, unknown);

    public DateTimeOffset RequiredTime(string name) => Time(name, required: true) ?? default;

    public DateTimeOffset? OptionalTime(string name) => Time(name, required: false);

    public Guid? OptionalId(string name) => Id(name, required: false);

    public Guid RequiredId(string name) => Id(name, required: true) ?? default;

    public long? Integer(string name, long min, long max, bool required = false)
    {
        if (Number(name, required) is not { } number)
            return null;
        if (number == Math.Floor(number) && number >= min && number <= max)
            return (long)number;
        Fail(name, string.Create(CultureInfo.InvariantCulture, $"must be a whole number from {min} to {max}"));
        return null;
    }

    public double? Real(string name, double min, double max)
    {
        if (Number(name, required: false) is not { } number)
            return null;
        if (number >= min && number <= max)
            return number;
        Fail(name, string.Create(CultureInfo.InvariantCulture, $"must be a number from {min} to {max}"));
        return null;
    }

    public bool? Boolean(string name, bool required = false)
    {
        if (Find(name, required) is not { } value)
            return null;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return value.GetBoolean();
        Fail(name, "must be true or false");
        return null;
    }

    public List<string>? Strings(string name, int maxCount)
    {
        if (Find(name, required: false) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.String))
        {
            Fail(name, "must be a list of texts");
            return null;
        }

        if (value.GetArrayLength() > maxCount)
        {
            Fail(name, $"must have at most {maxCount} entries");
            return null;
        }

        var texts = value.EnumerateArray().Select(Text).ToList();
        if (!texts.Contains(null))
            return texts!;
        Fail(name, HalfCharacter);
        return null;
    }

    public JsonFields? Object(string name, bool required)
    {
        if (Find(name, required) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.Object)
            return new JsonFields(value, $"{path}{name}.", Errors);
        Fail(name, "must be an object");
        return null;
    }

    private string? String(string name, bool required)
    {
        if (Find(name, required) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.String)
        {
            Fail(name, "must be a text");
            return null;
        }

        var text = Text(value);
        if (text is null)
            Fail(name, HalfCharacter);
        return text;
    }

    /// <summary>The text, or null when it holds half a surrogate pair as an escape: valid UTF-8 and valid JSON grammar, but no text.</summary>
    private static string? Text(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private T? Enum<T>(string name, bool required, T? unknown)
        where T : struct, Enum
    {
        if (String(name, required) is not { } text)
            return null;
        // Enum.TryParse also takes "3" and "Fire,Rescue": only exact names count.
        if (System.Enum.TryParse<T>(text, out var value) && System.Enum.GetName(value) == text)
            return value;
        if (unknown is null)
            Fail(name, $"must be one of {string.Join(' ', System.Enum.GetNames<T>())}");
        return unknown;
    }

    private DateTimeOffset? Time(string name, bool required)
    {
        if (String(name, required) is not { } text)
            return null;
        if (Rfc3339.TryParse(text, out var value))
            return value;
        Fail(name, "must be an RFC 3339 time with an offset");
        return null;
    }

    private Guid? Id(string name, bool required)
    {
        if (String(name, required) is not { } text)
            return null;
        if (Guid.TryParseExact(text, "D", out var value) && value != Guid.Empty)
            return value;
        Fail(name, "must be a UUID");
        return null;
    }

    private double? Number(string name, bool required)
    {
        if (Find(name, required) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number))
            return number;
        Fail(name, "must be a number");
        return null;
    }

    private JsonElement? Find(string name, bool required)
    {
        if (element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null)
            return value;
        if (required)
            Fail(name, Missing);
        return null;
    }
}
