using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Call112.Wiring;

/// <summary>
/// One A4 sheet in landscape as SVG; all lengths in mm, so that it prints at its size. Numbers are written with two decimals: equal drawings are
/// equal bytes.
/// </summary>
internal sealed class Canvas
{
    public const double Width = 297, Height = 210;

    /// <summary>Sizes of text, mm: a label (8 pt), its English (6 pt), a heading.</summary>
    public const double Label = 2.9, Small = 2.2, Heading = 4.6;

    private readonly StringBuilder _svg = new();

    public Canvas() => _svg.Append(CultureInfo.InvariantCulture, $"""
        <svg xmlns="http://www.w3.org/2000/svg" width="297mm" height="210mm" viewBox="0 0 {Width} {Height}"
          font-family="DejaVu Sans, Arial, sans-serif">
        <rect width="{Width}" height="{Height}" fill="#ffffff"/>

        """);

    public void Line(double x1, double y1, double x2, double y2, string colour = "#000000", double width = 0.35, bool dashed = false) => _svg.Append(
        CultureInfo.InvariantCulture,
        $"<line x1=\"{x1:0.##}\" y1=\"{y1:0.##}\" x2=\"{x2:0.##}\" y2=\"{y2:0.##}\""
            + $" stroke=\"{colour}\" stroke-width=\"{width:0.##}\"{(dashed ? " stroke-dasharray=\"1.2 0.8\"" : "")}/>\n");

    public void Box(double x, double y, double width, double height, string fill = "#ffffff", string stroke = "#000000", double corner = 0) =>
        _svg.Append(
        CultureInfo.InvariantCulture,
        $"<rect x=\"{x:0.##}\" y=\"{y:0.##}\" width=\"{width:0.##}\" height=\"{height:0.##}\""
            + $" rx=\"{corner:0.##}\" fill=\"{fill}\" stroke=\"{stroke}\" stroke-width=\"0.3\"/>\n");

    public void Circle(double x, double y, double radius, string fill = "#ffffff", string stroke = "#000000") => _svg.Append(
        CultureInfo.InvariantCulture,
            $"<circle cx=\"{x:0.##}\" cy=\"{y:0.##}\" r=\"{radius:0.##}\" fill=\"{fill}\" stroke=\"{stroke}\" stroke-width=\"0.3\"/>\n");

    public void Path(string data, string fill = "none", double width = 0.35) =>
        _svg.Append(CultureInfo.InvariantCulture, $"<path d=\"{data}\" fill=\"{fill}\" stroke=\"#000000\" stroke-width=\"{width:0.##}\"/>\n");

    public void Text(double x, double y, string text, double size = Label, string anchor = "start", bool bold = false, string colour = "#000000") =>
        _svg.Append(
        CultureInfo.InvariantCulture,
        $"<text x=\"{x:0.##}\" y=\"{y:0.##}\" font-size=\"{size:0.##}\" text-anchor=\"{anchor}\""
            + $"{(bold ? " font-weight=\"bold\"" : "")} fill=\"{colour}\">{WebUtility.HtmlEncode(text)}</text>\n");

    /// <summary>Text in lines of at most so many characters, broken at spaces; returns the number of lines.</summary>
    public int Wrapped(double x, double y, string text, int columns, double size = Label, string anchor = "start", string colour = "#000000")
    {
        var lines = Wrap(text, columns);
        foreach (var (i, line) in lines.Index())
            Text(x, y + (i * size * 1.2), line, size, anchor, colour: colour);
        return lines.Count;
    }

    public string Finish() => _svg.ToString() + "</svg>\n";

    private static List<string> Wrap(string text, int columns)
    {
        var lines = new List<string>();
        var line = new StringBuilder();
        // A number stays with its unit.
        text = Regex.Replace(text, @"(\d) (m?A|V|Ah|ohm)\b", "$1\u00A0$2", RegexOptions.CultureInvariant);
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > columns)
            {
                lines.Add(line.ToString());
                line.Clear();
            }

            line.Append(line.Length > 0 ? " " : "").Append(word);
        }

        if (line.Length > 0)
            lines.Add(line.ToString());
        return lines;
    }
}
