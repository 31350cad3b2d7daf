using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Call112.Gateway.Board.Acceptance;

public enum StepResult
{
    Passed,
    Failed,

    /// <summary>Left out by the technician: no proof of anything.</summary>
    Skipped,
}

/// <summary>One output or input that was tried.</summary>
/// <param name="Kind"><c>output</c> or <c>input</c>.</param>
/// <param name="Line">The line as people name it.</param>
/// <param name="ReadBack">Outputs: the board saw it follow, on and off. Null for inputs, and for what was not tried.</param>
/// <param name="Note">Why it failed, or what the technician wrote.</param>
internal sealed record BoardTestStep(string Kind, string Function, string Line, StepResult Result, bool? ReadBack = null, string? Note = null);

/// <summary>What a technician signs: the state of one cabinet at one moment, under exactly this profile.</summary>
/// <param name="ProfileSha256">Of the profile's file, lower-case hexadecimal.</param>
/// <param name="At">End of the test, by the machine's clock.</param>
/// <param name="SignedBy">As the technician typed it.</param>
internal sealed record BoardTestRecord(
    string Station, string Profile, string ProfileSha256, DateTimeOffset At, string SignedBy, StepResult Result, IReadOnlyList<BoardTestStep> Steps)
{
    /// <summary>The result of all steps: failed if one failed, skipped if one was left out.</summary>
    public static StepResult Of(IReadOnlyList<BoardTestStep> steps) =>
        steps.Any(step => step.Result == StepResult.Failed) ? StepResult.Failed
        : steps.Count == 0 || steps.Any(step => step.Result == StepResult.Skipped) ? StepResult.Skipped
        : StepResult.Passed;

    /// <summary>Writes the record as JSON and as text; neither overwrites an older one.</summary>
    /// <returns>The path without extension.</returns>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public string WriteTo(string folder)
    {
        var name = new string([.. Station.Select(c => char.IsAsciiLetterOrDigit(c) || c == '-' ? c : '_')]);
        var path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"board-test-{name}-{At.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}"));
        using (var json = new FileStream(path + ".json", FileMode.CreateNew))
            JsonSerializer.Serialize(json, this, BoardTestJsonContext.Default.BoardTestRecord);
        using (var text = new FileStream(path + ".txt", FileMode.CreateNew))
            text.Write(Encoding.UTF8.GetBytes(ToText()));
        return path;
    }

    private string ToText()
    {
        var text = new StringBuilder();
        text.AppendLine("BERITA ACARA UJI KABINET / CABINET TEST RECORD");
        Line("Pos / station", Station);
        Line("Profil / profile", Profile);
        Line("SHA-256", ProfileSha256);
        Line("Waktu / time", string.Create(CultureInfo.InvariantCulture, $"{At.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC"));
        text.AppendLine();
        foreach (var step in Steps)
        {
            var readBack = step.ReadBack switch { true => ", terbaca / read back", false => ", TIDAK TERBACA / NOT READ BACK", null => "" };
            var note = step.Note is null ? "" : $": {step.Note}";
            text.AppendLine(CultureInfo.InvariantCulture, $"{Word(step.Result),-8} {step.Kind,-6} {step.Function,-12} {step.Line}{readBack}{note}");
        }

        text.AppendLine();
        Line("Hasil / result", Result switch
        {
            StepResult.Passed => "LULUS / PASSED",
            StepResult.Failed => "GAGAL / FAILED",
            StepResult.Skipped => "TIDAK LENGKAP / INCOMPLETE",
            _ => throw new InvalidOperationException($"{Result}"),
        });
        Line("Ditandatangani oleh / signed by", SignedBy);
        return text.ToString();

        void Line(string name, string value) => text.AppendLine(CultureInfo.InvariantCulture, $"{name,-32} {value}");
    }

    private static string Word(StepResult result) => result switch
    {
        StepResult.Passed => "lulus",
        StepResult.Failed => "GAGAL",
        StepResult.Skipped => "dilewati",
        _ => throw new InvalidOperationException($"{result}"),
    };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true)]
[JsonSerializable(typeof(BoardTestRecord))]
internal sealed partial class BoardTestJsonContext : JsonSerializerContext;
