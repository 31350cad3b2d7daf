using System.Globalization;
using Call112.Gateway.Board.Profiles;

namespace Call112.Wiring;

/// <summary>One load from +12 V through fuse, contact, timer and sensor to 0 V, top to bottom, 70 mm wide and 78 mm high.</summary>
internal static class RelayCircuit
{
    private const double Axis = 16;

    /// <summary>A relay module of one channel that sits on no HAT.</summary>
    private const string OwnModule = "modul relai 1 kanal";

    public static void Draw(Canvas canvas, BoardProfile profile, OutputLine output, double left, double top)
    {
        var label = WiringTable.LabelOf(output.Function);
        var x = left + Axis;
        canvas.Text(left, top, $"{label.Indonesian}", Canvas.Heading * 0.8, bold: true);
        canvas.Text(left + (label.Indonesian.Length * 2.55) + 3, top, label.English, Canvas.Small, colour: Sheets.Grey);
        Symbols.Supply(canvas, x, top + 6.5, "+12 V (X1:1)");
        canvas.Line(x, top + 6.5, x, top + 18.5, Sheets.ColourOf(output.Wire ?? ""), 0.7);
        Symbols.Part(canvas, x, top + 8.5, fuse: true);
        canvas.Text(x + 3, top + 13, output.Fuse ?? "tanpa sekering! (no fuse)", Canvas.Label, bold: true);
        Contact(canvas, profile, output, x, top + 18.5);
        Load(canvas, profile, output, left, top + 46);
        Behind(canvas, profile, output, x, top);
    }

    /// <summary>What stands behind the contact, so that it ends and measures also what a welded contact feeds.</summary>
    private static void Behind(Canvas canvas, BoardProfile profile, OutputLine output, double x, double top)
    {
        if (output.Feedback?.Current is { } name && profile.Devices?.FirstOrDefault(device => device.Name == name) is { } sensor)
        {
            canvas.Box(x - 9, top + 38.5, 18, 6, "#eef7ee");
            canvas.Text(x, top + 42.5, string.Create(CultureInfo.InvariantCulture, $"INA219 0x{sensor.Address:X2}"), Canvas.Small, "middle");
            canvas.Text(x + 10, top + 41, $"Vin+ atas, Vin- bawah, shunt {CircuitSheet.Number(sensor.ShuntOhms ?? 0)} ohm", Canvas.Small);
            canvas.Text(x + 10, top + 43.9, $"on > {CircuitSheet.Number(output.Feedback.AboveMilliamperes ?? 0)} mA (proof)", Canvas.Small,
                colour: Sheets.Grey);
        }

        if (output.MaxOnSeconds is not { } seconds)
            return;
        canvas.Box(x - 9, top + 30.5, 18, 6, "#fff6dd");
        canvas.Text(x, top + 34.5, "relai waktu", Canvas.Small, "middle");
        canvas.Text(x + 10, top + 33, $"putus setelah {Duration(seconds)}", Canvas.Small, bold: true);
        canvas.Text(x + 10, top + 35.9, $"external timer, {CircuitSheet.Number(seconds)} s, fed from behind the contact", Canvas.Small,
            colour: Sheets.Grey);
    }

    private static string Duration(double seconds) => seconds >= 120
        ? $"{CircuitSheet.Number(seconds / 60)} menit" : $"{CircuitSheet.Number(seconds)} detik";

    /// <summary>The changeover contact at rest: the blade lies on NC.</summary>
    private static void Contact(Canvas canvas, BoardProfile profile, OutputLine output, double x, double y)
    {
        var closed = output.Contact == RelayContact.NormallyClosed;
        // The used contact lies on the axis, so that its wire goes straight on.
        var other = x - 7;
        canvas.Circle(x, y, 0.9, "#000000");
        canvas.Text(x + 2, y + 0.8, "COM", Canvas.Small);
        canvas.Circle(x, y + 8, 0.9);
        canvas.Circle(other, y + 8, 0.9);
        canvas.Line(x, y, (closed ? x : other) + 0.4, y + 7.2, width: 0.7);
        canvas.Text(x + 2, y + 8.8, closed ? "NC" : "NO", Canvas.Label, bold: true);
        canvas.Text(other - 2, y + 8.8, closed ? "NO" : "NC", Canvas.Small, "end", colour: Sheets.Grey);
        canvas.Line(x - (closed ? 0 : 3), y + 4, x + 13, y + 4, Sheets.Grey, dashed: true);
        canvas.Box(x + 13, y - 0.5, 38, 9, "#eef3ff");
        var (first, second) = Coil(profile, output);
        if (output.PowerRelay is { } relay)
            (first, second) = (relay, $"F6 - {(output.To.Card is { } card ? $"kartu {card.Device} R{card.Channel}" : first)} - koil");
        canvas.Text(x + 32, y + 3.1, first, Canvas.Label, "middle", bold: true);
        canvas.Text(x + 32, y + 6.7, second, Canvas.Small, "middle", colour: Sheets.Grey);
        if (first == OwnModule)
            canvas.Text(x + 51, y - 1.8, "VCC 5 V (pin 4), GND (pin 39)", Canvas.Small, "end");
    }

    private static (string First, string Second) Coil(BoardProfile profile, OutputLine output)
    {
        if (output.To.Card is { } card)
        {
            var address = profile.Devices?.FirstOrDefault(device => device.Name == card.Device)?.Address ?? 0;
            return (string.Create(CultureInfo.InvariantCulture, $"kartu, relai {card.Channel}"),
                string.Create(CultureInfo.InvariantCulture, $"{card.Device} R{card.Channel}, I2C 0x{address:X2}"));
        }

        var row = WiringTable.Of(profile).First(row => row.Function == output.Function && row.IsOutput);
        foreach (var hat in profile.Hats ?? [])
            foreach (var pin in hat.Pins)
                if (pin.Gpio == output.To.Gpio)
                    return ($"modul relai {pin.Use}", $"{row.Place} pin {row.Pin}, {(output.ActiveLow ? "low" : "high")} = on");
        return (OwnModule, $"{row.Place} pin {row.Pin}, {(output.ActiveLow ? "low" : "high")} = on");
    }

    private static void Load(Canvas canvas, BoardProfile profile, OutputLine output, double left, double y)
    {
        var x = left + Axis;
        var (feed, back) = CircuitSheet.Pair(output.Terminal);
        canvas.Line(x, y - 18.7, x, y + 29, Sheets.ColourOf(output.Wire ?? ""), 0.7);
        Symbols.Terminal(canvas, x, y + 3, feed, output.Wire ?? "");
        canvas.Box(left + 1, y + 9, 30, 13, "#fafafa");
        canvas.Wrapped(x, y + 12.3, output.Load ?? "beban (load)", 24, Canvas.Small, "middle");
        Symbols.Terminal(canvas, x, y + 26, back, "hitam (black)");
        Symbols.Ground(canvas, x, y + 29, "0 V (X1:2)");
        var parallel = left + 36;
        if (output.Suppressor is { } suppressor)
        {
            Parallel(canvas, x, parallel, y);
            Symbols.Part(canvas, parallel, y + 12);
            canvas.Wrapped(parallel + 2.2, y + 11.5, suppressor, 9, Canvas.Small);
            if (suppressor.StartsWith("dioda", StringComparison.Ordinal))
            {
                canvas.Line(parallel - 1.3, y + 13, parallel + 1.3, y + 13, width: 0.7);
                canvas.Text(parallel + 2.2, y + 18.3, "pita: atas", Canvas.Small);
                canvas.Text(parallel + 2.2, y + 21, "(band up)", Canvas.Small, colour: Sheets.Grey);
            }
        }

        if (output.Feedback?.Input is not { } input
            || WiringTable.Of(profile).FirstOrDefault(row => row.Function == LineClaims.FeedbackOf(output.Function)) is not { } proof)
            return;
        // The power relay's second pole closes the line to GND by itself; without one an optocoupler across the load does.
        if (output.PowerRelay is null)
            Parallel(canvas, x, left + 60, y);
        canvas.Box(left + 51.5, y + 9.5, 17, 11.5, "#eef7ee");
        canvas.Text(left + 60, y + 12.6, output.PowerRelay is null ? "2k2 + PC817" : "kutub 2 (K1)", Canvas.Small, "middle");
        canvas.Text(left + 60, y + 15.8, $"ke {proof.Place}", Canvas.Small, "middle", bold: true);
        canvas.Text(left + 60, y + 19, $"pin {proof.Pin} (proof)", Canvas.Small, "middle", colour: Sheets.Grey);
    }

    /// <summary>A branch beside the load.</summary>
    private static void Parallel(Canvas canvas, double x, double branch, double y)
    {
        canvas.Line(x, y + 7, branch, y + 7);
        canvas.Line(branch, y + 7, branch, y + 23.2);
        canvas.Line(x, y + 23.2, branch, y + 23.2);
        canvas.Circle(x, y + 7, 0.6, "#000000");
        canvas.Circle(x, y + 23.2, 0.6, "#000000");
    }
}
