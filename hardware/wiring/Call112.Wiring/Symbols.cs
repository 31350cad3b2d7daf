using System.Globalization;

namespace Call112.Wiring;

/// <summary>Symbols of a circuit diagram (IEC 60617), drawn around a vertical wire at <c>x</c>, or a horizontal one at <c>y</c>.</summary>
internal static class Symbols
{
    /// <summary>Resistor or fuse on a vertical wire, 7 mm long from <paramref name="y"/>; a fuse has the wire through it.</summary>
    public static void Part(Canvas canvas, double x, double y, bool fuse = false)
    {
        canvas.Box(x - 1.3, y, 2.6, 7);
        if (fuse)
            canvas.Line(x, y, x, y + 7);
    }

    /// <summary>Resistor on a horizontal wire, 7 mm long from <paramref name="x"/>, its value above.</summary>
    public static void Flat(Canvas canvas, double x, double y, string value)
    {
        canvas.Box(x, y - 1.3, 7, 2.6);
        canvas.Text(x + 3.5, y - 2.1, value, Canvas.Small, "middle");
    }

    /// <summary>Ground or 0 V below a wire's end.</summary>
    public static void Ground(Canvas canvas, double x, double y, string name = "")
    {
        canvas.Line(x - 2.6, y, x + 2.6, y, width: 0.5);
        canvas.Line(x - 1.6, y + 1, x + 1.6, y + 1);
        canvas.Line(x - 0.6, y + 2, x + 0.6, y + 2);
        canvas.Text(x + 3.6, y + 1.4, name, Canvas.Small);
    }

    /// <summary>Supply above a wire's end.</summary>
    public static void Supply(Canvas canvas, double x, double y, string name)
    {
        canvas.Line(x - 2.6, y, x + 2.6, y, "#d00000", 0.7);
        canvas.Text(x, y - 1.2, name, Canvas.Small, "middle", bold: true);
    }

    /// <summary>A terminal on a vertical wire, its name to the right.</summary>
    public static void Terminal(Canvas canvas, double x, double y, string name, string wire = "")
    {
        canvas.Circle(x, y, 1.3);
        canvas.Text(x + 2.6, y + 1, name, Canvas.Label, bold: true);
        canvas.Text(x + 2.6 + (name.Length * 2.2) + 1.5, y + 0.9, wire, Canvas.Small);
    }

    /// <summary>Capacitor on a vertical wire, from <paramref name="y"/> 1.4 mm down.</summary>
    public static void Capacitor(Canvas canvas, double x, double y)
    {
        canvas.Line(x - 2.2, y, x + 2.2, y, width: 0.6);
        canvas.Line(x - 2.2, y + 1.4, x + 2.2, y + 1.4, width: 0.6);
    }

    /// <summary>Contact on a vertical wire, 8 mm from <paramref name="y"/>, at rest.</summary>
    public static void Contact(Canvas canvas, double x, double y, bool closed)
    {
        canvas.Circle(x, y, 0.8);
        canvas.Circle(x, y + 8, 0.8);
        canvas.Line(x, y + 8, closed ? x + 0.6 : x - 3.4, y + 0.8, width: 0.6);
    }

    /// <summary>
    /// Optocoupler as a box of 16 × 14 mm: its diode between the left connections at <c>y + 3</c> and <c>y + 11</c>, its transistor between
    /// the right ones at the same heights.
    /// </summary>
    public static void Optocoupler(Canvas canvas, double x, double y)
    {
        canvas.Box(x, y, 16, 14, "#f6f6f6");
        canvas.Line(x, y + 3, x + 4, y + 3);
        canvas.Line(x + 4, y + 3, x + 4, y + 11);
        canvas.Line(x, y + 11, x + 4, y + 11);
        canvas.Path(Data($"M {x + 2.3:0.##} {y + 5.4:0.##} L {x + 5.7:0.##} {y + 5.4:0.##} L {x + 4:0.##} {y + 8.4:0.##} Z"), "#000000");
        canvas.Line(x + 2.3, y + 8.4, x + 5.7, y + 8.4, width: 0.5);
        canvas.Line(x + 7, y + 6, x + 9.4, y + 6, "#e87000");
        canvas.Line(x + 7, y + 8, x + 9.4, y + 8, "#e87000");
        canvas.Line(x + 10.5, y + 4, x + 10.5, y + 10, width: 0.7);
        canvas.Path(Data($"M {x + 10.5:0.##} {y + 5.6:0.##} L {x + 13:0.##} {y + 3:0.##} L {x + 16:0.##} {y + 3:0.##}"));
        canvas.Path(Data($"M {x + 10.5:0.##} {y + 8.4:0.##} L {x + 13:0.##} {y + 11:0.##} L {x + 16:0.##} {y + 11:0.##}"));
        canvas.Text(x + 8, y + 13.3, "PC817", 1.8, "middle");
    }

    private static string Data(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
