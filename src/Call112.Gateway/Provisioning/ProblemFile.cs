using System.Text.Json;
using System.Text.Json.Serialization;

namespace Call112.Gateway.Provisioning;

/// <summary>
/// What provisioning leaves for <c>call112-gateway problem</c>, in a folder that a reboot empties (<c>/run</c>). There is no such file while all
/// is well.
/// </summary>
/// <param name="Outcome">Name of a <see cref="ProvisioningOutcome"/>.</param>
/// <param name="Station">As people call it; null when no station is known.</param>
/// <param name="Armed">Whether the gateway runs all the same.</param>
/// <param name="Lines">Bahasa Indonesia.</param>
internal sealed record ProblemFile(string Outcome, string? Station, bool Armed, IReadOnlyList<string> Lines)
{
    /// <summary>Largest file that is read, bytes.</summary>
    private const int MaxBytes = 64 * 1024;

    /// <summary>Writes the file, or takes it away when there is no problem.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    public static void Leave(string path, ProvisioningResult result)
    {
        if (!result.IsProblem)
        {
            File.Delete(path);
            return;
        }

        var problem = new ProblemFile(result.Outcome.ToString(), result.Station, result.IsArmed, result.Indonesian);
        // Whoever reads it must never read half of it.
        var next = path + DurableFiles.NewSuffix;
        File.WriteAllBytes(next, JsonSerializer.SerializeToUtf8Bytes(problem, ProblemFileJsonContext.Default.ProblemFile));
        File.Move(next, path, overwrite: true);
    }

    /// <summary>Null when there is none, or none that can be read.</summary>
    public static ProblemFile? Read(string path)
    {
        try
        {
            if (new FileInfo(path) is not { Exists: true, Length: <= MaxBytes })
                return null;
            var read = JsonSerializer.Deserialize(File.ReadAllBytes(path), ProblemFileJsonContext.Default.ProblemFile);
            return read is { Outcome: not null, Lines: not null } ? read : null;
        }
        catch (Exception e) when (DurableFiles.IsDisk(e) || e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ProblemFile))]
internal sealed partial class ProblemFileJsonContext : JsonSerializerContext;
