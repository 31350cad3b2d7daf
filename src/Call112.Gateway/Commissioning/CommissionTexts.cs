using System.Text.Json;
using Call112.Gateway.Provisioning;

namespace Call112.Gateway.Commissioning;

/// <summary>
/// The words of the acceptance: one embedded file for each language, the same keys in both. What decided is told in English in either.
/// </summary>
internal sealed class CommissionTexts
{
    private readonly Dictionary<string, string> _texts;

    private CommissionTexts(string language)
    {
        using var stream = typeof(CommissionTexts).Assembly.GetManifestResourceStream($"commissioning/texts/{language}.json")!;
        _texts = JsonSerializer.Deserialize(stream, ProvisioningTextsJsonContext.Default.DictionaryStringString)!;
    }

    public static CommissionTexts Indonesian { get; } = new("id-ID");

    public static CommissionTexts English { get; } = new("en");

    public IReadOnlyDictionary<string, string> All => _texts;

    /// <summary>The text of a key, with its placeholders filled.</summary>
    /// <exception cref="KeyNotFoundException">A defect: no such text.</exception>
    public string Of(string key, params ReadOnlySpan<(string Name, string Value)> values)
    {
        var text = _texts[key];
        foreach (var (name, value) in values)
            text = text.Replace($"{{{name}}}", value, StringComparison.Ordinal);
        return text;
    }
}
