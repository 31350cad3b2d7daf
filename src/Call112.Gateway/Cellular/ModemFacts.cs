using System.Globalization;
using System.Text.Json;

namespace Call112.Gateway.Cellular;

/// <summary>What <c>mmcli -m PATH -J</c> says of a modem. What it does not say is null.</summary>
/// <param name="Path">ModemManager's path of the modem; another one after each reset.</param>
/// <param name="Device">The modem's device below /sys/devices.</param>
internal sealed record ModemFacts(
    string Path,
    string State,
    string? FailedReason,
    string? Imei,
    string? Operator,
    string? Technology,
    string? Registration,
    double? SignalPercent,
    string? SimPath,
    string? Lock,
    string? Device,
    string? Model)
{
    public bool IsRegistered => State is "registered" or "connecting" or "connected" or "disconnecting";

    /// <summary><c>ready</c>, <c>missing</c>, or the lock that keeps the modem from working. A lock of the second PIN is normal (hardware.md
    /// §1.4).</summary>
    public string Sim => State == "failed" && FailedReason == "sim-missing" ? "missing"
        : Lock is "sim-pin" or "sim-puk" ? Lock
        : SimPath is null ? "missing"
        : "ready";
}

/// <summary>A short message as <c>mmcli -s PATH -J</c> shows it.</summary>
internal sealed record SmsFacts(string Path, string State, string? Number, string? Text);

/// <summary>Signal of the technology in use.</summary>
internal sealed record SignalFacts(double? RsrpDbm, double? RsrqDb, double? SinrDb, bool IsPolled)
{
    public static SignalFacts None { get; } = new(null, null, null, false);
}

/// <summary>
/// Reads the JSON of mmcli: all leaves are texts, <c>--</c> is absent, branches may be missing, unknown ones are passed over. Never throws; a text
/// that is
/// not JSON reads as null, a value that cannot be is absent.
/// </summary>
internal static class MmcliJson
{
    private const string ModemPrefix = "/org/freedesktop/ModemManager1/Modem/", SmsPrefix = "/org/freedesktop/ModemManager1/SMS/";

    /// <summary>Most digits of an index in a path.</summary>
    private const int IndexDigitsMax = 9;

    /// <summary>Longest text that is taken over from a modem, characters.</summary>
    private const int TextMax = 100;

    /// <summary>Technologies whose signal is told, the better first.</summary>
    private static readonly string[] s_technologies = ["5g", "lte"];

    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = 16 };

    /// <summary>True for a path that names a modem: what mmcli printed goes back to it as an argument only after this.</summary>
    public static bool IsModemPath(string? path) => HasIndex(path, ModemPrefix);

    public static bool IsSmsPath(string? path) => HasIndex(path, SmsPrefix);

    /// <summary>The modems of <c>mmcli -L -J</c>, in its order; null for what is not its answer.</summary>
    public static IReadOnlyList<string>? Modems(string json) => Paths(json, IsModemPath);

    /// <summary>The messages of <c>--messaging-list-sms -J</c>; null for what is not its answer.</summary>
    public static IReadOnlyList<string>? Messages(string json) => Paths(json, IsSmsPath);

    public static ModemFacts? Modem(string json, string path) => With(json, root =>
    {
        if (Branch(root, "modem") is not { } modem)
            return null;
        var generic = Branch(modem, "generic");
        var gsm = Branch(modem, "3gpp");
        return new ModemFacts(
            path,
            Text(generic, "state") ?? "unknown",
            Text(generic, "state-failed-reason"),
            Text(gsm, "imei") ?? Text(generic, "equipment-identifier"),
            Text(gsm, "operator-name") ?? Text(gsm, "operator-code"),
            Texts(generic, "access-technologies"),
            Text(gsm, "registration-state"),
            Real(Branch(generic, "signal-quality"), "value", 0, 100),
            Text(generic, "sim") is { } sim && sim != "/" ? sim : null,
            Text(generic, "unlock-required"),
            Text(generic, "device") ?? Text(generic, "physdev"),
            Text(generic, "model"));
    });

    public static SignalFacts? Signal(string json) => With(json, root =>
    {
        if (Branch(Branch(root, "modem"), "signal") is not { } signal)
            return null;
        // A rate of 0: ModemManager has forgotten that it was asked to measure (it was restarted, or the modem was).
        var polled = Real(Branch(signal, "refresh"), "rate", 0, 1e6) > 0;
        foreach (var technology in s_technologies)
        {
            var (rsrp, rsrq, snr) = (
                Real(Branch(signal, technology), "rsrp", -200, 0), Real(Branch(signal, technology), "rsrq", -100, 100), Real(Branch(signal, technology), "snr", -100, 100));
            if (rsrp is not null)
                return new SignalFacts(rsrp, rsrq, snr, polled);
        }

        return SignalFacts.None with { IsPolled = polled };
    });

    public static SmsFacts? Sms(string json, string path) => With(json, root =>
    {
        if (Branch(root, "sms") is not { } sms)
            return null;
        var content = Branch(sms, "content");
        return new SmsFacts(path, Text(Branch(sms, "properties"), "state") ?? "unknown", Text(content, "number"), Text(content, "text", int.MaxValue));
    });

    /// <summary>The path of a message that was created: mmcli prints it in a sentence, with or without -J.</summary>
    public static string? CreatedSms(string output)
    {
        var at = output.IndexOf(SmsPrefix, StringComparison.Ordinal);
        if (at < 0)
            return null;
        var end = at + SmsPrefix.Length;
        while (end < output.Length && char.IsAsciiDigit(output[end]))
            end++;
        return IsSmsPath(output[at..end]) ? output[at..end] : null;
    }

    private static bool HasIndex(string? path, string prefix) => path is not null
        && path.StartsWith(prefix, StringComparison.Ordinal) && path.Length > prefix.Length && path.Length <= prefix.Length + IndexDigitsMax
        && path.AsSpan(prefix.Length).IndexOfAnyExceptInRange('0', '9') < 0;

    private static IReadOnlyList<string>? Paths(string json, Predicate<string> isPath) => With<IReadOnlyList<string>>(json, root =>
    {
        // {"modem-list":[…]}, {"modem.messaging.sms":[…]}: one list, whatever its name.
        foreach (var property in root.EnumerateObject())
            if (property.Value.ValueKind == JsonValueKind.Array)
                return [.. property.Value.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!).Where(item => isPath(item))];
        return null;
    });

    private static T? With<T>(string json, Func<JsonElement, T?> read)
        where T : class
    {
        try
        {
            using var document = JsonDocument.Parse(json, s_options);
            return document.RootElement.ValueKind == JsonValueKind.Object ? read(document.RootElement) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Half a surrogate pair in an escape is JSON by its grammar and no text.
            return null;
        }
    }

    private static JsonElement? Branch(JsonElement? parent, string name) =>
        parent is { ValueKind: JsonValueKind.Object } element && element.TryGetProperty(name, out var child) && child.ValueKind == JsonValueKind.Object ? child : null;

    private static string? Text(JsonElement? parent, string name, int max = TextMax)
    {
        if (parent is not { ValueKind: JsonValueKind.Object } element || !element.TryGetProperty(name, out var leaf) || leaf.ValueKind != JsonValueKind.String)
            return null;
        var text = leaf.GetString()!;
        return text is "" or "--" ? null : text.Length <= max ? text : text[..max];
    }

    private static string? Texts(JsonElement? parent, string name)
    {
        if (parent is not { ValueKind: JsonValueKind.Object } element || !element.TryGetProperty(name, out var list) || list.ValueKind != JsonValueKind.Array)
            return null;
        var text = string.Join(' ', list.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()).Take(8));
        return text.Length == 0 ? null : text.Length <= TextMax ? text : text[..TextMax];
    }

    private static double? Real(JsonElement? parent, string name, double min, double max) =>
        double.TryParse(Text(parent, name), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max ? value : null;
}
