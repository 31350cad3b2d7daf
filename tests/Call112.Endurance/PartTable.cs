using Call112.Campaign;

namespace Call112.Endurance;

/// <summary>A part of the campaign on a terminal.</summary>
internal static class PartTable
{
    public static void Print(CampaignPart part)
    {
        Console.WriteLine($"\n== {part.Title}");
        foreach (var figure in part.Figures)
            Console.WriteLine(FormattableString.Invariant($"  {figure.Name,-90} {figure.Value,12:0.###} {figure.Unit}{Goal(figure)}"));
        foreach (var table in part.Tables)
            Print(table);
        foreach (var note in part.Notes)
            Console.WriteLine($"  note: {note}");
        foreach (var failure in part.Failures)
            Console.WriteLine($"  FAILED: {failure}");
        Console.WriteLine(part.Failures.Count == 0 ? $"{part.Name}: passed" : $"{part.Name}: FAILED");
    }

    private static string Goal(Figure figure) => figure.IsMet switch
    {
        null => "",
        { } met when figure.AtMost is { } most => FormattableString.Invariant($"  (goal <= {most}: {Verdict(met)})"),
        { } met => FormattableString.Invariant($"  (goal >= {figure.AtLeast}: {Verdict(met)})"),
    };

    private static string Verdict(bool met) => met ? "met" : "MISSED";

    private static void Print(FigureTable table)
    {
        Console.WriteLine($"  {table.Title}");
        IReadOnlyList<IReadOnlyList<string>> rows = [table.Columns, .. table.Rows];
        var widths = table.Columns.Select((_, i) => rows.Max(row => row[i].Length)).ToArray();
        foreach (var row in rows)
            Console.WriteLine("    " + string.Join("  ", row.Select((cell, i) => i == 0 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]))));
    }
}
