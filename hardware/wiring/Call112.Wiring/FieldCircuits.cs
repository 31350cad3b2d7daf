using System.Globalization;
using Call112.Gateway.Board.Profiles;

namespace Call112.Wiring;

/// <summary>The lower half of sheet 2: supply, buttons and contacts, supervised loops, lamps. Values of parts: hardware.md §3.2.</summary>
internal static class FieldCircuits
{
    public static void Supply(Canvas canvas, BoardProfile profile, double x, double y)
    {
        Head(canvas, x, y, "Catu daya", "supply");
        Block(canvas, x, y + 4, 26, 10, "PLN 220 V", "MCB 2 A, petugas listrik");
        canvas.Line(x + 13, y + 14, x + 13, y + 18);
        Block(canvas, x, y + 18, 26, 12, "DC-UPS 12 V", "AC-OK, BATT-LOW");
        canvas.Line(x + 26, y + 24, x + 32, y + 24);
        Block(canvas, x + 32, y + 19, 24, 10, "Aki 12 V 7 Ah", "F0 10 A di aki");
        canvas.Line(x + 13, y + 30, x + 13, y + 36, "#d00000", 0.9);
        Block(canvas, x, y + 36, 56, 10, "X1:1 = +12 V  |  X1:2 = 0 V", "ke F1 ... F4 di atas (to F1 ... F4 above)");
        canvas.Line(x + 13, y + 46, x + 13, y + 50, "#d00000", 0.9);
        Block(canvas, x, y + 50, 26, 8, "F5 5 A", "");
        canvas.Line(x + 26, y + 54, x + 32, y + 54, "#d00000", 0.9);
        Block(canvas, x + 32, y + 50, 24, 8, "12 V ke 5,1 V 5 A", "");
        canvas.Line(x + 44, y + 58, x + 44, y + 62, "#d00000", 0.9);
        Block(canvas, x + 14, y + 62, 42, 9, "Pi: USB-C atau pin 2/4 (+), 6 (-)", "Pi and LTE HAT");
        var ups = profile.Inputs.Where(input => input.Function is "mainsFail" or "batteryLow").ToList();
        foreach (var (i, input) in ups.Index())
            canvas.Text(x, y + 75.5 + (i * 3.2), $"DC-UPS {(input.Function == "mainsFail" ? "AC-OK" : "BATT-LOW")} ke (to) {input.Terminal}",
                Canvas.Small);
        canvas.Text(x, y + 82.5, "Ukur arah kontak DC-UPS dulu! (Measure its polarity first.)", Canvas.Small, colour: Sheets.Grey);
    }

    public static void Inputs(Canvas canvas, BoardProfile profile, double x, double y)
    {
        Head(canvas, x, y, "Masukan", "inputs, one circuit for each row");
        // Field side.
        Symbols.Supply(canvas, x + 4, y + 8, "+12 V");
        canvas.Line(x + 4, y + 8, x + 4, y + 13);
        canvas.Line(x + 4, y + 13, x + 24, y + 13);
        Symbols.Flat(canvas, x + 9, y + 13, "2k2");
        Symbols.Optocoupler(canvas, x + 24, y + 10);
        canvas.Line(x + 24, y + 21, x + 12, y + 21);
        canvas.Line(x + 12, y + 21, x + 12, y + 25);
        Symbols.Terminal(canvas, x + 12, y + 25, "a");
        canvas.Line(x + 12, y + 26.3, x + 12, y + 28.2);
        Symbols.Contact(canvas, x + 12, y + 29, closed: false);
        canvas.Line(x + 12, y + 37.8, x + 12, y + 39.5);
        Symbols.Terminal(canvas, x + 12, y + 40.5, "b");
        Symbols.Ground(canvas, x + 12, y + 43.5, "0 V (X1:2)");
        canvas.Line(x + 12, y + 41.8, x + 12, y + 43.5);
        canvas.Text(x + 16, y + 33.4, "tombol/kontak di luar, kabel pilin", Canvas.Small);
        canvas.Text(x + 16, y + 36.3, "contact in the field, twisted pair", Canvas.Small, colour: Sheets.Grey);
        // Header side.
        Symbols.Supply(canvas, x + 52, y + 4.5, "3V3 (pin 17)");
        canvas.Line(x + 52, y + 4.5, x + 52, y + 13);
        Symbols.Part(canvas, x + 52, y + 5.2);
        canvas.Text(x + 54, y + 9.6, "4k7", Canvas.Small);
        canvas.Line(x + 40, y + 13, x + 84, y + 13);
        canvas.Circle(x + 52, y + 13, 0.6, "#000000");
        Symbols.Flat(canvas, x + 68, y + 13, "1k");
        canvas.Circle(x + 84, y + 13, 1.3, "#bfe3ff");
        canvas.Text(x + 86, y + 14, "GPIO", Canvas.Label, bold: true);
        canvas.Line(x + 62, y + 13, x + 62, y + 17.4);
        Symbols.Capacitor(canvas, x + 62, y + 17.4);
        canvas.Line(x + 62, y + 18.8, x + 62, y + 22);
        canvas.Text(x + 65, y + 19, "100 nF", Canvas.Small);
        Symbols.Ground(canvas, x + 62, y + 22, "GND (pin 14)");
        canvas.Line(x + 40, y + 21, x + 46, y + 21);
        canvas.Line(x + 46, y + 21, x + 46, y + 23);
        Symbols.Ground(canvas, x + 46, y + 23);
        InputRows(canvas, profile, x, y + 50);
    }

    private static void InputRows(Canvas canvas, BoardProfile profile, double x, double y)
    {
        (double At, string Text)[] heads = [(0, "masukan"), (32, "GPIO, pin"), (50, "a / b"), (68, "kontak"), (79, "aktif bila (when)")];
        foreach (var (at, text) in heads)
            canvas.Text(x + at, y, text, Canvas.Small, colour: Sheets.Grey);
        canvas.Line(x, y + 1, x + 98, y + 1, Sheets.Grey);
        var row = y + 4.6;
        foreach (var wire in WiringTable.Of(profile).Where(wire => !wire.IsOutput && wire.Pin is not null && wire.Contact.Length > 0))
        {
            canvas.Text(x, row, wire.Label.Indonesian, Canvas.Label);
            canvas.Text(x + 32, row, string.Create(CultureInfo.InvariantCulture, $"{wire.Place}, {wire.Pin}"), Canvas.Small);
            canvas.Text(x + 50, row, wire.Terminal, Canvas.Small, bold: true);
            canvas.Text(x + 68, row, wire.Contact, Canvas.Label, bold: true);
            canvas.Text(x + 79, row, wire.Contact == "NC" ? "terbuka (open)" : "tertutup (closed)", Canvas.Small);
            row += 5;
        }
    }

    public static void Loops(Canvas canvas, BoardProfile profile, double x, double y)
    {
        if (profile.Inputs.FirstOrDefault(input => input.Loop is not null) is not { Loop: { } loop } input)
            return;
        var address = profile.Devices?.FirstOrDefault(device => device.Name == loop.Device)?.Address ?? 0;
        var (feed, back) = CircuitSheet.Pair(input.Terminal);
        Head(canvas, x, y, WiringTable.LabelOf(input.Function).Indonesian, $"{WiringTable.LabelOf(input.Function).English}, supervised loop");
        Symbols.Supply(canvas, x + 8, y + 6.5, "3V3 (pin 17)");
        canvas.Line(x + 8, y + 6.5, x + 8, y + 21);
        Symbols.Part(canvas, x + 8, y + 8);
        canvas.Text(x + 10.5, y + 12.4, "4k7", Canvas.Small);
        canvas.Circle(x + 8, y + 17.5, 0.6, "#000000");
        canvas.Line(x + 8, y + 17.5, x + 32, y + 17.5);
        Symbols.Flat(canvas, x + 14, y + 17.5, "1k");
        canvas.Line(x + 26, y + 17.5, x + 26, y + 20);
        Symbols.Capacitor(canvas, x + 26, y + 20);
        canvas.Line(x + 26, y + 21.4, x + 26, y + 23.5);
        Symbols.Ground(canvas, x + 26, y + 23.5, "100 nF");
        canvas.Box(x + 32, y + 13, 25, 9, "#eef3ff");
        canvas.Text(x + 44.5, y + 16.6, $"ADS1115 A{loop.Channel}", Canvas.Label, "middle", bold: true);
        canvas.Text(x + 44.5, y + 20, string.Create(CultureInfo.InvariantCulture, $"I2C 0x{address:X2}"), Canvas.Small, "middle",
            colour: Sheets.Grey);
        Symbols.Terminal(canvas, x + 8, y + 25, feed);
        canvas.Line(x + 8, y + 21, x + 8, y + 23.7);
        canvas.Line(x + 8, y + 26.3, x + 8, y + 54, Sheets.ColourOf(input.Wire ?? ""));
        canvas.Text(x + 12, y + 29.5, input.Wire ?? "", Canvas.Small);
        canvas.Box(x + 1, y + 31, 56, 22, "none", Sheets.Grey, 1.5);
        canvas.Text(x + 55, y + 34, "di dalam tombol", Canvas.Small, "end", bold: true);
        canvas.Text(x + 55, y + 36.6, "(in the button)", Canvas.Small, "end", colour: Sheets.Grey);
        Symbols.Contact(canvas, x + 8, y + 34, closed: true);
        canvas.Box(x + 7.4, y + 34.9, 1.9, 6.2, "#ffffff", "none");
        canvas.Line(x + 8, y + 42, x + 8.6, y + 34.8, width: 0.6);
        canvas.Text(x + 6, y + 39, "NC", Canvas.Small, "end", bold: true);
        canvas.Line(x + 8, y + 32.7, x + 22, y + 32.7);
        canvas.Line(x + 22, y + 32.7, x + 22, y + 43.5);
        canvas.Line(x + 8, y + 43.5, x + 22, y + 43.5);
        Symbols.Part(canvas, x + 22, y + 34.6);
        canvas.Text(x + 24.5, y + 39.2, "4k7 paralel (across)", Canvas.Small);
        Symbols.Part(canvas, x + 8, y + 45);
        canvas.Text(x + 10.5, y + 49.4, "4k7 EOL, seri, di ujung (far end)", Canvas.Small);
        Symbols.Terminal(canvas, x + 8, y + 56, back);
        canvas.Line(x + 8, y + 57.3, x + 8, y + 59);
        Symbols.Ground(canvas, x + 8, y + 59, "GND (pin 9)");
        Windows(canvas, loop, x, y + 66);
    }

    private static void Windows(Canvas canvas, SupervisedLoop loop, double x, double y)
    {
        (string Words, string Volts)[] rows =
        [
            ("normal", "1,65 V"),
            ("ditekan (pressed)", $"2,20 V, batas {CircuitSheet.Number(loop.PressedAboveVolts)} V"),
            ("putus (cut)", $"3,30 V, batas {CircuitSheet.Number(loop.CutAboveVolts)} V"),
            ("korslet (short)", $"0 V, batas {CircuitSheet.Number(loop.ShortBelowVolts)} V"),
        ];
        canvas.Text(x, y, "ukur di terminal (measure here)", Canvas.Small, colour: Sheets.Grey);
        foreach (var (i, (words, volts)) in rows.Index())
        {
            canvas.Text(x, y + 4 + (i * 3.8), words, Canvas.Label);
            canvas.Text(x + 30, y + 4 + (i * 3.8), volts, Canvas.Small);
        }
    }

    public static void Lamps(Canvas canvas, BoardProfile profile, double x, double y)
    {
        Head(canvas, x, y, "Lampu, buzzer", "lamps");
        Symbols.Supply(canvas, x + 42, y + 7.5, "+12 V (X1:1)");
        canvas.Line(x + 42, y + 7.5, x + 42, y + 12);
        Symbols.Terminal(canvas, x + 42, y + 13, "b");
        canvas.Line(x + 42, y + 14.3, x + 42, y + 18);
        canvas.Circle(x + 42, y + 21, 3);
        canvas.Line(x + 40, y + 19, x + 44, y + 23);
        canvas.Line(x + 40, y + 23, x + 44, y + 19);
        canvas.Line(x + 42, y + 24, x + 42, y + 27);
        Symbols.Terminal(canvas, x + 42, y + 28.3, "a");
        canvas.Line(x + 42, y + 29.6, x + 42, y + 34);
        canvas.Line(x + 35, y + 34, x + 42, y + 34);
        canvas.Box(x + 15, y + 28, 20, 12, "#f6f6f6");
        canvas.Text(x + 25, y + 33, "ULN2003", Canvas.Small, "middle", bold: true);
        canvas.Text(x + 16, y + 37, "IN", Canvas.Small);
        canvas.Text(x + 34, y + 37, "OUT", Canvas.Small, "end");
        canvas.Line(x + 5, y + 34, x + 15, y + 34);
        canvas.Circle(x + 5, y + 34, 1.3, "#bfe3ff");
        canvas.Text(x + 5, y + 31.5, "GPIO", Canvas.Small, "middle", bold: true);
        canvas.Line(x + 25, y + 40, x + 25, y + 43);
        Symbols.Ground(canvas, x + 25, y + 43, "GND = 0 V");
        canvas.Text(x, y + 48.5, "COM (kaki 9) ke +12 V", Canvas.Small, colour: Sheets.Grey);
        var row = y + 56.6;
        canvas.Text(x, y + 52, "keluaran", Canvas.Small, colour: Sheets.Grey);
        canvas.Text(x + 23, y + 52, "GPIO, pin", Canvas.Small, colour: Sheets.Grey);
        canvas.Text(x + 38, y + 52, "a / b", Canvas.Small, colour: Sheets.Grey);
        canvas.Line(x, y + 53, x + 54, y + 53, Sheets.Grey);
        foreach (var wire in WiringTable.Of(profile).Where(wire => wire.IsOutput && wire.Contact.Length == 0 && wire.Pin is not null))
        {
            canvas.Text(x, row, wire.Label.Indonesian, Canvas.Small * 1.1);
            canvas.Text(x + 23, row, string.Create(CultureInfo.InvariantCulture, $"{wire.Place}, {wire.Pin}"), Canvas.Small);
            canvas.Text(x + 38, row, wire.Terminal, Canvas.Small, bold: true);
            row += 5;
        }
    }

    private static void Head(Canvas canvas, double x, double y, string text, string english)
    {
        canvas.Text(x, y, text, Canvas.Heading * 0.8, bold: true);
        canvas.Text(x + (text.Length * 2.55) + 3, y, english, Canvas.Small, colour: Sheets.Grey);
    }

    private static void Block(Canvas canvas, double x, double y, double width, double height, string text, string small)
    {
        canvas.Box(x, y, width, height, "#fafafa");
        canvas.Text(x + (width / 2), y + (small.Length > 0 ? height * 0.44 : (height * 0.5) + 0.9), text, Canvas.Small, "middle", bold: true);
        canvas.Text(x + (width / 2), y + (height * 0.82), small, 1.9, "middle", colour: Sheets.Grey);
    }
}
