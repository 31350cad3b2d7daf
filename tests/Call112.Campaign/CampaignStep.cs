using System.Globalization;

namespace Call112.Campaign;

/// <summary>
/// One line of <c>steps.tsv</c>, which <c>tests/campaign</c> writes: a command, how it ended, and the parts that it should have written.
/// A step that did not run has a line too, so that nothing can be left out in silence.
/// </summary>
/// <param name="ExitCode">Null: not run.</param>
/// <param name="Started">When it began, UTC; null when it did not run.</param>
/// <param name="Commit">The commit of the tree that it ran from.</param>
/// <param name="Dirty">The tree held more than the commit.</param>
/// <param name="Parts">Names of the part files that it writes; some steps only run tests.</param>
public sealed record CampaignStep(
    string Name,
    int? ExitCode,
    DateTimeOffset? Started,
    double Seconds,
    string Commit,
    bool Dirty,
    string Profile,
    IReadOnlyList<string> Parts,
    string Command)
{
    private const int Columns = 9;

    /// <exception cref="InvalidDataException">A line is none of this list.</exception>
    public static IReadOnlyList<CampaignStep> Read(string path) => !File.Exists(path)
        ? []
        : [.. File.ReadLines(path).Where(line => line.Length > 0).Select(Parse)];

    public static CampaignStep Parse(string line)
    {
        var columns = line.Split('\t');
        if (columns.Length != Columns)
            throw new InvalidDataException($"a line of steps.tsv has {Columns} columns: {line}");
        return new CampaignStep(
            columns[0],
            columns[1].Length == 0 ? null : int.Parse(columns[1], CultureInfo.InvariantCulture),
            columns[2].Length == 0 ? null : DateTimeOffset.Parse(columns[2], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
            columns[3].Length == 0 ? 0 : double.Parse(columns[3], CultureInfo.InvariantCulture),
            columns[4],
            columns[5] == "1",
            columns[6],
            columns[7].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
            columns[8]);
    }
}
