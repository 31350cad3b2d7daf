using System.Globalization;
using Call112.Gateway.Board.Profiles;

namespace Call112.Wiring;

/// <summary>Sheet 2: what hangs on the relay contacts, with supply, fuse and proof; then the supply, the loops, the inputs and the lamps.</summary>
internal static class CircuitSheet
{
    private const double RelayTop = 26, RelayWidth = 70, FieldTop = 113;

    public static string Draw(BoardProfile profile)
    {
        var canvas = new Canvas();
        Sheets.Frame(canvas, profile, 2, "rangkaian beban dan masukan", "Circuits of loads and inputs, at rest: everything off, box without power");
        var x = 10.0;
        foreach (var output in profile.Outputs.Where(output => output.Contact != RelayContact.None))
        {
            RelayCircuit.Draw(canvas, profile, output, x, RelayTop);
            x += RelayWidth;
        }

        canvas.Line(6, FieldTop - 6.5, Canvas.Width - 6, FieldTop - 6.5, Sheets.Grey);
        FieldCircuits.Supply(canvas, profile, 10, FieldTop);
        FieldCircuits.Inputs(canvas, profile, 72, FieldTop);
        FieldCircuits.Loops(canvas, profile, 173, FieldTop);
        FieldCircuits.Lamps(canvas, profile, 235, FieldTop);
        return canvas.Finish();
    }

    /// <summary>Feed and return of a pair such as <c>X2:1 / X2:2</c>.</summary>
    public static (string Feed, string Return) Pair(string? terminal)
    {
        var ends = (terminal ?? "").Split(" / ", 2);
        return (ends[0].Length > 0 ? ends[0] : "-", ends.Length > 1 ? ends[1] : "0 V");
    }

    public static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture).Replace('.', ',');
}
