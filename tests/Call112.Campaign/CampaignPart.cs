using System.Text.Json;
using System.Text.Json.Serialization;

namespace Call112.Campaign;

/// <summary>A measured number.</summary>
/// <param name="Unit">ms, MiB, kills …; empty for a plain count.</param>
/// <param name="AtMost">The goal, when less is better.</param>
/// <param name="AtLeast">The goal, when more is better.</param>
public sealed record Figure(string Name, double Value, string Unit = "", double? AtMost = null, double? AtLeast = null)
{
    /// <summary>Null for a number without a goal.</summary>
    public bool? IsMet => AtMost is null && AtLeast is null ? null : !(Value > AtMost) && !(Value < AtLeast);
}

/// <summary>Rows as they are shown, already formatted.</summary>
public sealed record FigureTable(string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows);

/// <summary>
/// What one part of the campaign found: a file of its own in the folder that <c>CALL112_RESULTS</c> names, so that a part can be run
/// alone, and a new one (another fault, another capability) needs nothing but to write its file. The page is made from all of them.
/// </summary>
/// <param name="Name">Of the file, and the order on the page: <c>kill-gateway</c>, <c>simulation</c> …</param>
/// <param name="Title">The heading on the page.</param>
public sealed record CampaignPart(string Name, string Title)
{
    /// <summary>Names the folder; unset, nothing is written.</summary>
    public const string FolderVariable = "CALL112_RESULTS";

    /// <summary>What broke, one line each. Empty: the part passed. A goal that was missed is no failure; the figure shows it.</summary>
    public IReadOnlyList<string> Failures { get; init; } = [];

    /// <summary>The field failures that this part exercises: F1 … F21.</summary>
    public IReadOnlyList<string> Covers { get; init; } = [];

    public IReadOnlyList<Figure> Figures { get; init; } = [];

    public IReadOnlyList<FigureTable> Tables { get; init; } = [];

    /// <summary>What the reader must know to believe the figures: seeds, builds, what was not measured.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>How long the part took, seconds.</summary>
    public double Seconds { get; init; }

    /// <summary>How to run this part alone.</summary>
    public string Command { get; init; } = "";

    /// <summary>Writes the file if anybody asked for it, as a whole or not at all.</summary>
    public void Write()
    {
        if (Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } folder)
            WriteInto(folder);
    }

    internal void WriteInto(string folder)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"{Name}.json");
        File.WriteAllText(path + ".part", JsonSerializer.Serialize(this, CampaignJson.Default.CampaignPart));
        File.Move(path + ".part", path, overwrite: true);
    }

    /// <exception cref="InvalidDataException">The file is no part of a campaign.</exception>
    public static CampaignPart Read(string path)
    {
        try
        {
            var part = JsonSerializer.Deserialize(File.ReadAllText(path), CampaignJson.Default.CampaignPart);
            if (part is not { Name: not null, Title: not null })
                throw new InvalidDataException($"{Path.GetFileName(path)} is no part of a campaign: no name or no title");
            // A field that the file has not is null here, whatever its type says.
            return part with
            {
                Failures = part.Failures ?? [],
                Covers = part.Covers ?? [],
                Figures = part.Figures ?? [],
                Tables = part.Tables ?? [],
                Notes = part.Notes ?? [],
                Command = part.Command ?? "",
            };
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{Path.GetFileName(path)} is no part of a campaign: {e.Message}", e);
        }
    }
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CampaignPart))]
internal sealed partial class CampaignJson : JsonSerializerContext;
