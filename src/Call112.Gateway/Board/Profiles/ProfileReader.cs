using System.Text.Json;
using Call112.Messages;

namespace Call112.Gateway.Board.Profiles;

/// <summary>Reads a board profile. Every error names its field and its line in the file.</summary>
public static class ProfileReader
{
    /// <summary>Longest profile, bytes.</summary>
    public const int SizeMax = 256 * 1024;

    private static readonly Type[] s_types =
    [
        typeof(BoardProfile), typeof(WiredTo), typeof(CardChannel), typeof(OutputLine), typeof(OutputFeedback), typeof(InputLine),
        typeof(SupervisedLoop), typeof(BoardDevice), typeof(Hat), typeof(HatPin), typeof(Remedy),
    ];

    private static readonly Dictionary<Type, string> s_words = new()
    {
        [typeof(CrashLevel)] = Words<CrashLevel>(),
        [typeof(RelayContact)] = Words<RelayContact>(),
        [typeof(LineBias)] = Words<LineBias>(),
        [typeof(DeviceKind)] = Words<DeviceKind>(),
        [typeof(GaugeRole)] = Words<GaugeRole>(),
        [typeof(FindingRule)] = Words<FindingRule>(),
        [typeof(int)] = "a whole number",
        [typeof(double)] = "a number",
        [typeof(string)] = "a text",
        [typeof(bool)] = "true or false",
    };

    /// <summary>A profile that may be driven: it is read, and <see cref="ProfileCheck"/> finds no error in it.</summary>
    public static ProfileResult Read(string path)
    {
        var parsed = Parse(path);
        if (parsed.Profile is null)
            return parsed;
        var errors = parsed.Findings.Where(finding => finding.Severity == Severity.Error)
            .Select(finding => new FieldError(At(finding.Field, finding.FileLine), finding.Text));
        return errors.ToList() is { Count: > 0 } refused ? new ProfileResult(null, refused) { Findings = parsed.Findings } : parsed;
    }

    /// <summary>
    /// A profile as far as it can be read, with what <see cref="ProfileCheck"/> finds in it: for the check itself, and for
    /// <c>board safe</c>, which drives what it can. Its numbers may be beyond their limits.
    /// </summary>
    public static ProfileResult Parse(string path)
    {
        try
        {
            if (new FileInfo(path).Length > SizeMax)
                return Refused("", $"{path} is longer than {SizeMax} bytes");
            return Parse(File.ReadAllBytes(path).AsSpan());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return Refused("", e.Message);
        }
    }

    /// <summary>The same from the bytes of a file.</summary>
    public static ProfileResult Parse(ReadOnlySpan<byte> json)
    {
        if (json.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
            json = json[3..];
        JsonLines lines;
        try
        {
            lines = new JsonLines(json);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: half a surrogate pair as an escape is JSON by its grammar, and no text.
            var line = e is JsonException { LineNumber: { } number } ? number + 1 : 0;
            return Refused(At("", (int)line), $"not JSON: {e.Message.Split(" LineNumber:")[0]}");
        }

        if (lines.Faults.Count > 0)
            return new ProfileResult(null, [.. lines.Faults.Select(fault => fault with { Field = At(fault.Field, lines.LineOf(fault.Field)) })]);
        try
        {
            var profile = JsonSerializer.Deserialize(json, BoardProfileJsonContext.Default.BoardProfile);
            return profile is null
                ? Refused("", "null instead of a profile")
                : new ProfileResult(profile, []) { Findings = ProfileCheck.Check(profile, lines.LineOf) };
        }
        catch (JsonException e)
        {
            var field = (e.Path ?? "").TrimStart('$').TrimStart('.');
            return Refused(At(field, lines.LineOf(field)), Explain(e.Message, field));
        }
    }

    private static ProfileResult Refused(string field, string reason) => new(null, [new FieldError(field, reason)]);

    private static string At(string field, int line) => line == 0 ? field : $"{field}{(field.Length > 0 ? " " : "")}(line {line})";

    /// <summary>What is wrong and what may stand there, instead of the names of .NET types.</summary>
    private static string Explain(string message, string field)
    {
        message = message.Split(" Path:")[0];
        if (message.Contains("could not be mapped", StringComparison.Ordinal))
            return $"no such field; known here: {Fields(message)}";
        if (message.Contains("missing required", StringComparison.Ordinal))
            return $"lacks{message[(message.LastIndexOf(':') + 1)..].TrimEnd('.')}";
        if (message.Contains("Duplicate property", StringComparison.Ordinal))
            return "is written twice";
        if (message.Contains("allow null", StringComparison.Ordinal))
            return "must not be null";
        return $"expected {Expected(message, field)}";
    }

    /// <summary>The message names the record around the field; the record's form says what the field is.</summary>
    private static string Expected(string message, string field)
    {
        var name = field[(field.LastIndexOf('.') + 1)..];
        var element = name.EndsWith(']');
        name = name.Split('[')[0];
        foreach (var record in s_types)
            if (message.Contains($"converted to {record.FullName}.", StringComparison.Ordinal)
                && BoardProfileJsonContext.Default.GetTypeInfo(record)?.Properties.FirstOrDefault(property =>
                    property.Name == name)?.PropertyType is { } type)
                return WordOf(element && type.IsGenericType ? type.GenericTypeArguments[0] : type);
        return s_words.FirstOrDefault(known => message.Contains($"converted to {known.Key.FullName}.", StringComparison.Ordinal)).Value
            ?? (message.Contains("IReadOnlyList", StringComparison.Ordinal) ? "a list" : "an object { … }");
    }

    private static string WordOf(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return s_words.TryGetValue(type, out var word) ? word : type.IsGenericType ? "a list" : "an object { … }";
    }

    private static string Words<T>()
        where T : struct, Enum => $"one of {string.Join(", ", Enum.GetNames<T>().Select(name => $"\"{name}\""))}";

    private static string Fields(string message)
    {
        var type = Array.Find(s_types, type => message.Contains($"'{type.FullName}'", StringComparison.Ordinal));
        return type is not null && BoardProfileJsonContext.Default.GetTypeInfo(type) is { } info
            ? string.Join(", ", info.Properties.Select(property => property.Name)) : "none";
    }
}

/// <summary>A profile, or why there is none.</summary>
public sealed record ProfileResult(BoardProfile? Profile, IReadOnlyList<FieldError> Errors)
{
    /// <summary>All that the check found in it, the worst first.</summary>
    public IReadOnlyList<Finding> Findings { get; init; } = [];
}
