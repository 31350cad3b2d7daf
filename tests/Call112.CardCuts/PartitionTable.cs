using System.Globalization;
using System.Text.RegularExpressions;

namespace Call112.CardCuts;

/// <summary>The partitions that a card's table names, in sectors; read by sfdisk, which takes the copy at the card's end when the first one is torn.</summary>
internal static partial class PartitionTable
{
    /// <summary>Where the table lies at the card's beginning: header, entries, and room up to the first partition.</summary>
    public const int HeadSectors = 2048;

    /// <summary>Where its copy lies at the card's end.</summary>
    public const int TailSectors = 33;

    /// <returns>Null when neither the table nor its copy is whole: such a card starts nothing.</returns>
    public static IReadOnlyDictionary<string, (long First, long Sectors)>? Read(string card)
    {
        if (Tool.Run("sfdisk", "-d", card) is not (0, var text))
            return null;
        var rows = Row().Matches(text).ToDictionary(row => row.Groups["name"].Value, row => (Number(row, "start"), Number(row, "size")));
        return rows.Count > 0 ? rows : null;
    }

    private static long Number(Match row, string group) => long.Parse(row.Groups[group].Value, NumberStyles.None, CultureInfo.InvariantCulture);

    [GeneratedRegex("""start= *(?<start>\d+), size= *(?<size>\d+),.*name="(?<name>[^"]+)""")]
    private static partial Regex Row();
}
