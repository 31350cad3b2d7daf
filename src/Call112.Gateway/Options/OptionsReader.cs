using System.Collections;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Call112.Messages;

namespace Call112.Gateway.Options;

/// <summary>Options that were read, or every reason why they are refused.</summary>
public sealed record OptionsResult(GatewayOptions? Options, IReadOnlyList<FieldError> Errors);

/// <summary>
/// Reads station.json and the environment. <c>CALL112_PANEL__LISTEN=…</c> overrides <c>panel.listen</c>: the part after the prefix is the
/// path, levels parted by two underscores, case ignored; a value that is JSON (a number, true, a list) is taken as such, all else as text.
/// </summary>
public static class OptionsReader
{
    public const string EnvironmentPrefix = "CALL112_";

    /// <summary>Largest station.json, in bytes.</summary>
    public const int MaxBytes = 256 * 1024;

    private static readonly JsonDocumentOptions s_documentOptions = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false };

    /// <summary>Reads the options. The file may be absent only when the environment says enough.</summary>
    public static OptionsResult Read(string? path, IDictionary environment)
    {
        if (path is null)
            return Build([], null, environment);
        return ReadFile(path, out var problem) is { } root
            ? Build(root, path, environment)
            : new OptionsResult(null, [new FieldError("", $"{path}: {problem}")]);
    }

    /// <summary>
    /// Judges a station.json that is not in its place yet, as it would be read there; no environment has a say. What is judged and what is then
    /// stored are the same bytes, whatever becomes of the file that they came from.
    /// </summary>
    /// <param name="path">Where it is to lie: paths in it begin there.</param>
    internal static OptionsResult Judge(ReadOnlySpan<byte> content, string path) => Parse(content, out var problem) is { } root
        ? Build(root, path, new Hashtable())
        : new OptionsResult(null, [new FieldError("", problem)]);

    private static OptionsResult Build(JsonObject root, string? path, IDictionary environment)
    {
        try
        {
            foreach (DictionaryEntry variable in environment)
                if (variable.Key is string key && variable.Value is string value && key.StartsWith(EnvironmentPrefix, StringComparison.Ordinal))
                    Set(root, key[EnvironmentPrefix.Length..].Split("__"), value);
            var file = root.Deserialize(StationFileJsonContext.Default.StationFile) ?? new StationFile();
            return OptionsBuilder.Build(file, path is null ? "." : Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/");
        }
        catch (JsonException e)
        {
            // "$.uplinks[0].brokr" names the field; the message says what is wrong with it.
            return new OptionsResult(null, [new FieldError((e.Path ?? "$").TrimStart('$').TrimStart('.'), Explain(e))]);
        }
        catch (InvalidOperationException e)
        {
            // Half a surrogate pair as an escape: JSON by its grammar, and no text. Found by fuzzing; the service ended with a stack trace.
            return new OptionsResult(null, [new FieldError("", $"{path}: not JSON: {e.Message}")]);
        }
    }

    private static string Explain(JsonException e) => e.Message.Contains("could not be mapped", StringComparison.Ordinal)
        ? "no such option; see the list in src/Call112.Gateway/README.md"
        : e.Message.Split(" Path:")[0];

    private static JsonObject? ReadFile(string path, out string problem)
    {
        problem = "";
        try
        {
            if (new FileInfo(path).Length > MaxBytes)
            {
                problem = $"larger than {MaxBytes} bytes";
                return null;
            }

            return Parse(File.ReadAllBytes(path), out problem);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            problem = e.Message;
        }

        return null;
    }

    private static JsonObject? Parse(ReadOnlySpan<byte> content, out string problem)
    {
        problem = "not a JSON object";
        try
        {
            // Windows' Notepad puts a byte order mark before a file that somebody only looked at and saved.
            var text = content.StartsWith(Encoding.UTF8.Preamble) ? content[Encoding.UTF8.Preamble.Length..] : content;
            return JsonNode.Parse(text, documentOptions: s_documentOptions) as JsonObject;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            problem = $"not JSON: {e.Message}";
            return null;
        }
    }

    private static void Set(JsonObject root, string[] path, string text)
    {
        var at = root;
        foreach (var part in path[..^1])
        {
            var name = NameOf(at, part);
            if (at[name] is not JsonObject next)
                at[name] = next = [];
            at = next;
        }

        at[NameOf(at, path[^1])] = Value(text);
    }

    /// <summary>The existing field that differs only by case, else the camelCase of the variable's part (<c>JOURNAL</c> → <c>journal</c>).</summary>
    private static string NameOf(JsonObject at, string part)
    {
        foreach (var (name, _) in at)
            if (string.Equals(name, part, StringComparison.OrdinalIgnoreCase))
                return name;
        return OptionNames.All.TryGetValue(part, out var known) ? known : part;
    }

    private static JsonNode? Value(string text)
    {
        if (text.Length > 0 && (text[0] is '[' or '{' or '-' || char.IsAsciiDigit(text[0]) || text is "true" or "false" or "null"))
        {
            try
            {
                return JsonNode.Parse(text);
            }
            catch (JsonException)
            {
                // "127.0.0.1:8112" begins like a number and is a text.
            }
        }

        return JsonValue.Create(text);
    }
}

/// <summary>Every field name of station.json, to find it from an upper-case environment variable.</summary>
internal static class OptionNames
{
    public static IReadOnlyDictionary<string, string> All { get; } = Collect();

    private static Dictionary<string, string> Collect()
    {
        var names = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var seen = new HashSet<Type>();
        Add(typeof(StationFile), names, seen);
        return names;
    }

    private static void Add(Type type, Dictionary<string, string> names, HashSet<Type> seen)
    {
        if (!seen.Add(type) || StationFileJsonContext.Default.GetTypeInfo(type) is not { } info)
            return;
        foreach (var property in info.Properties)
        {
            names[property.Name] = property.Name;
            Add(property.PropertyType, names, seen);
            if (property.PropertyType.IsGenericType)
                Add(property.PropertyType.GenericTypeArguments[0], names, seen);
        }
    }
}
