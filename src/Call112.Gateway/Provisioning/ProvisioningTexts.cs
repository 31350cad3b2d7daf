using System.Text.Json;
using System.Text.Json.Serialization;
using Call112.Messages;

namespace Call112.Gateway.Provisioning;

/// <summary>
/// The words that a technician reads, as the panel has its own: one file for each language, embedded, the same keys in both (<c>reason.…</c>
/// only in Indonesian: in English the reasons are the option reader's own). Several lines of a text are parted by line feeds; a line that is one
/// placeholder with nothing to say is left out; a text that is <c>@key</c> is that of the key.
/// </summary>
internal sealed class ProvisioningTexts
{
    private const string Prefix = "provisioning/texts/";

    private readonly IReadOnlyDictionary<string, string> _texts;

    private readonly bool _translatesReasons;

    private ProvisioningTexts(string language)
    {
        using var stream = typeof(ProvisioningTexts).Assembly.GetManifestResourceStream($"{Prefix}{language}.json")!;
        _texts = JsonSerializer.Deserialize(stream, ProvisioningTextsJsonContext.Default.DictionaryStringString)!;
        _translatesReasons = _texts.ContainsKey("reason.other");
    }

    public static ProvisioningTexts Indonesian { get; } = new("id-ID");

    public static ProvisioningTexts English { get; } = new("en");

    public IEnumerable<string> Keys => _texts.Keys;

    /// <exception cref="KeyNotFoundException">A defect: no such text.</exception>
    public string this[string key] => _texts[key] is ['@', .. var other] ? _texts[other] : _texts[key];

    /// <summary>What is said of an outcome, line by line.</summary>
    public IReadOnlyList<string> LinesOf(Telling telling)
    {
        var text = this[$"{telling.Outcome}.lines"]
            .Replace("{put}", this["put"], StringComparison.Ordinal)
            .Replace("{former}", telling.IsArmed ? this["former"] : this["formerNone"], StringComparison.Ordinal)
            .Replace("{found}", Found(telling.LooksLike), StringComparison.Ordinal);
        var lines = new List<string>();
        foreach (var line in text.Split('\n'))
            if (line == "{errors}")
                lines.AddRange(telling.Errors.Select(error => $"- {(error.Field.Length == 0 ? this["file"] : error.Field)}: {ReasonOf(error)}"));
            else if (line.Length > 0)
                // Last: what a file or the kernel says is never looked through for placeholders.
                lines.Add(Filled(line, telling));
        return lines;
    }

    /// <summary>The heading over these lines, on the card.</summary>
    public string TitleOf(Telling telling) => this[telling switch
    {
        { Outcome: ProvisioningOutcome.Provisioned } => "title.ok",
        { IsArmed: false } => "title.notReady",
        _ => "title.former",
    }];

    private string ReasonOf(FieldError error) => _translatesReasons ? ReasonWords.Of(error.Reason, this) : error.Reason;

    private string Found(IReadOnlyList<string> names) => names.Count == 0
        ? ""
        : this["found"].Replace("{names}", string.Join(", ", names.Select(name => $"\"{name}\"")), StringComparison.Ordinal);

    private static string Filled(string line, Telling telling)
    {
        var at = line.IndexOf("{station}", StringComparison.Ordinal);
        if (at >= 0)
            return $"{line[..at]}{telling.Station}{line[(at + "{station}".Length)..]}";
        return line.Replace("{reason}", telling.Reason, StringComparison.Ordinal);
    }
}

/// <summary>What there is to tell.</summary>
internal sealed record Telling(ProvisioningOutcome Outcome, string? Station, bool IsArmed)
{
    public IReadOnlyList<FieldError> Errors { get; init; } = [];

    public IReadOnlyList<string> LooksLike { get; init; } = [];

    /// <summary>Of a disk or a card, in the kernel's words.</summary>
    public string Reason { get; init; } = "";
}

[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class ProvisioningTextsJsonContext : JsonSerializerContext;
