using System.Globalization;
using System.Text.Json;
using Call112.Station;

namespace Call112.Gateway.Position;

/// <summary>What one line of gpsd says (man gpsd_json), as far as a station wants to know.</summary>
internal abstract record GpsdReport
{
    private GpsdReport()
    {
    }

    /// <summary>A position, or that there is none.</summary>
    public sealed record Position(Fix Fix) : GpsdReport;

    /// <param name="SatellitesUsed">Null when the report does not tell.</param>
    public sealed record Sky(string Device, int? SatellitesUsed) : GpsdReport;

    /// <summary>The receivers that gpsd knows, also those that say nothing.</summary>
    public sealed record Receivers(int Count) : GpsdReport;

    /// <param name="IsActive">False when the receiver has gone.</param>
    public sealed record Receiver(string Path, bool IsActive) : GpsdReport;

    public sealed record Version(string Release) : GpsdReport;

    /// <summary>gpsd refuses something.</summary>
    public sealed record Error(string Message) : GpsdReport;

    /// <summary>A class that a station has no use for.</summary>
    public sealed record Other(string Class) : GpsdReport;

    /// <summary>Not JSON, or not what gpsd's manual says. gpsd cuts long answers in the middle, so this is no reason to leave it.</summary>
    public sealed record Garbage(string Reason) : GpsdReport;
}

/// <summary>Reads gpsd's lines. Whatever the bytes are, the answer is a report; unknown classes and fields are passed over.</summary>
internal static class GpsdReader
{
    /// <summary>Longest text that is kept of gpsd, characters.</summary>
    public const int TextMax = 128;

    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = 8 };

    public static GpsdReport Read(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line, s_options);
            return document.RootElement.ValueKind == JsonValueKind.Object ? Of(document.RootElement) : new GpsdReport.Garbage("not a JSON object");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperation: half a surrogate pair as an escape, which is JSON by its grammar, and no text.
            return new GpsdReport.Garbage($"not JSON: {Cut(e.Message)}");
        }
    }

    private static GpsdReport Of(JsonElement line) => Text(line, "class") switch
    {
        null => new GpsdReport.Garbage("no class"),
        "TPV" => Position(line),
        "SKY" => new GpsdReport.Sky(Device(line), Used(line)),
        "DEVICES" => new GpsdReport.Receivers(line.TryGetProperty("devices", out var devices) && devices.ValueKind == JsonValueKind.Array ? devices.GetArrayLength() : 0),
        "DEVICE" => new GpsdReport.Receiver(
            Cut(Text(line, "path")), !line.TryGetProperty("activated", out var activated) || activated.ValueKind != JsonValueKind.Number || activated.GetDouble() != 0),
        "VERSION" => new GpsdReport.Version(Cut(Text(line, "release"))),
        "ERROR" => new GpsdReport.Error(Cut(Text(line, "message"))),
        { } other => new GpsdReport.Other(Cut(other)),
    };

    private static GpsdReport Position(JsonElement line)
    {
        if (!TryNumber(line, "mode", out var mode) || mode is not (>= 0 and <= 9))
            return new GpsdReport.Garbage("TPV without a mode");
        DateTimeOffset? time = null;
        if (line.TryGetProperty("time", out var told))
        {
            if (told.ValueKind != JsonValueKind.String || !DateTimeOffset.TryParse(
                told.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var parsed))
                return new GpsdReport.Garbage("TPV with a time that is none");
            time = parsed;
        }

        foreach (var field in (ReadOnlySpan<string>)["lat", "lon", "eph", "epx", "epy", "speed"])
            if (line.TryGetProperty(field, out var value) && !value.TryAsNumber(out _))
                return new GpsdReport.Garbage($"TPV with a {field} that is no number");
        return new GpsdReport.Position(new Fix(
            Device(line), (int)mode!.Value, time, Number(line, "lat"), Number(line, "lon"), Number(line, "eph") ?? Larger(line, "epx", "epy"), Number(line, "speed")));
    }

    /// <summary>uSat where gpsd tells it, else the satellites of the list that are in use.</summary>
    private static int? Used(JsonElement line)
    {
        if (Number(line, "uSat") is >= 0 and <= 1000 and var used)
            return (int)used;
        if (!line.TryGetProperty("satellites", out var satellites) || satellites.ValueKind != JsonValueKind.Array)
            return null;
        var count = 0;
        foreach (var satellite in satellites.EnumerateArray())
            if (satellite.ValueKind == JsonValueKind.Object && satellite.TryGetProperty("used", out var isUsed) && isUsed.ValueKind == JsonValueKind.True)
                count++;
        return count;
    }

    private static double? Larger(JsonElement line, string a, string b) =>
        Number(line, a) is { } x && Number(line, b) is { } y ? Math.Max(x, y) : null;

    private static double? Number(JsonElement line, string field) => TryNumber(line, field, out var number) ? number : null;

    private static bool TryNumber(JsonElement line, string field, out double? number)
    {
        number = null;
        return line.TryGetProperty(field, out var value) && value.TryAsNumber(out number);
    }

    /// <summary>A number too large for a double counts as infinite, and the filter refuses it by name.</summary>
    private static bool TryAsNumber(this JsonElement value, out double? number)
    {
        number = value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var known) ? known : null;
        return number is not null;
    }

    private static string Device(JsonElement line) => Cut(Text(line, "device"));

    private static string? Text(JsonElement line, string field) =>
        line.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string Cut(string? text) => text is null ? "" : text.Length <= TextMax ? text : text[..TextMax];
}
