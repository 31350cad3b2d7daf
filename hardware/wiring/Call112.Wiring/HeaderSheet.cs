using System.Globalization;
using Call112.Gateway.Board.Profiles;

namespace Call112.Wiring;

/// <summary>
/// Sheet 1: the 40 pins as one looks at the board with pin 1 on top, odd pins to the left and even ones to the right, and on each row the
/// wire that leaves it. No wire crosses another.
/// </summary>
internal static class HeaderSheet
{
    private const double Top = 29, Row = 8.2, Middle = Canvas.Width / 2, PinDistance = 5.5, Function = 11, Wire = 54, Terminal = 88;

    private const string Free = "#ffffff", Supply3V3 = "#ffd9a0", Supply5V = "#ffb0b0", Ground = "#c8c8c8", Used = "#bfe3ff", Reserved = "#f4d0f0";

    public static string Draw(BoardProfile profile)
    {
        var canvas = new Canvas();
        Sheets.Frame(canvas, profile, 1, "kabel pada header 40 pin", "Wires on the 40-pin header");
        var rows = WiringTable.Of(profile).Where(row => row.Pin is not null).ToLookup(row => row.Pin!.Value);
        canvas.Box(Middle - 10, Top - 5.5, 20, (Row * 20) + 2, "#3a3a3a", corner: 1.5);
        canvas.Text(Middle, Top + (Row * 20) + 0.5, "pin 1 di sisi kartu SD (pin 1: SD card end)", Canvas.Small, "middle", colour: Sheets.Grey);
        Heads(canvas);
        for (var pin = 1; pin <= Header.PinCount; pin++)
        {
            var side = pin % 2 == 1 ? -1 : 1;
            var y = Top + ((pin - 1) / 2 * Row);
            Pin(canvas, profile, pin, side, y, rows[pin].FirstOrDefault());
        }

        Legend(canvas);
        return canvas.Finish();
    }

    private static void Heads(Canvas canvas)
    {
        foreach (var side in (int[])[-1, 1])
        {
            var anchor = side < 0 ? "end" : "start";
            foreach (var (at, text) in ((double, string)[])[(Function, "fungsi (function)"), (Wire, "kabel (wire)"),
                (Terminal + 3, "terminal, beban (load)")])
                canvas.Text(Middle + (side * at), Top - 5.2, text, Canvas.Small, anchor, colour: Sheets.Grey);
        }
    }

    private static void Pin(Canvas canvas, BoardProfile profile, int pin, int side, double y, WiringRow? row)
    {
        var hat = HatPinOf(profile, pin);
        var bus = BusOf(profile, pin);
        var name = Header.NameOf(pin);
        var fill = name switch
        {
            "3V3" => Supply3V3,
            "5V" => Supply5V,
            "GND" => Ground,
            _ when row is not null || bus is not null => Used,
            _ when hat is not null || Kept(pin) is not null => Reserved,
            _ => Free,
        };
        var x = Middle + (side * (PinDistance - 0.7));
        canvas.Circle(x, y - 1, 3.1, fill);
        canvas.Text(x, y + 0.1, pin.ToString(CultureInfo.InvariantCulture), Canvas.Label, "middle", bold: true);
        var anchor = side < 0 ? "end" : "start";
        var text = Middle + (side * Function);
        if (row is not null)
            Wired(canvas, row, side, y, anchor, text, hat);
        else if (bus is not null)
        {
            canvas.Text(text, y - 1, $"{name}: {bus.Value.Line}", Canvas.Label, anchor, bold: true);
            canvas.Text(text, y + 2, bus.Value.Devices, Canvas.Small, anchor, colour: Sheets.Grey);
        }
        else if (hat is not null)
        {
            canvas.Text(text, y - 1, $"{name}: milik HAT, {hat.Value.Use}", Canvas.Label, anchor);
            canvas.Text(text, y + 2, $"{hat.Value.Hat}: {(hat.Value.Free ? "may be reused" : "keep free")}", Canvas.Small, anchor,
                colour: Sheets.Grey);
        }
        else if (Kept(pin) is { } owner)
            canvas.Text(text, y, $"{name}: {owner}, jangan dipakai (keep free)", Canvas.Small, anchor, colour: Sheets.Grey);
        else
            canvas.Text(text, y, name + SupplyUse(name), Canvas.Small, anchor, colour: Sheets.Grey);
    }

    private static void Wired(Canvas canvas, WiringRow row, int side, double y, string anchor, double text, (string Hat, string Use, bool Free)? hat)
    {
        canvas.Text(text, y - 1, row.Label.Indonesian, Canvas.Label, anchor, bold: true);
        canvas.Text(text, y + 2, $"{row.Place}, {row.Label.English}, {(row.IsOutput ? "out" : "in")}, on = {row.Active}", Canvas.Small, anchor,
            colour: Sheets.Grey);
        var through = hat is not null ? $"{hat.Value.Use} di HAT (on the HAT)"
            : row.Contact.Length > 0 && row.IsOutput ? "masukan relai (relay input)"
            : row.Terminal.Length == 0 ? "kontak umpan balik (feedback)" : "";
        canvas.Line(Middle + (side * Wire), y + 1, Middle + (side * Terminal), y + 1, through.Length > 0
            ? "#000000" : Sheets.ColourOf(row.Wire), through.Length > 0 ? 0.4 : 0.9);
        canvas.Text(Middle + (side * (Wire + 1)), y - 0.6, through.Length > 0 ? through : row.Wire, Canvas.Small, anchor);
        if (through.Length > 0)
        {
            canvas.Text(Middle + (side * (Terminal + 3)), y, row.IsOutput
                ? "relai di lembar 2 (sheet 2)" : "lihat lembar 2 (sheet 2)", Canvas.Label, anchor);
            if (row.IsOutput && row.Pull == (row.Active == "low" ? "reset down" : "reset up"))
                canvas.Text(Middle + (side * (Terminal + 3)), y + 3, $"+ 10k ke {(row.Active == "low" ? "3V3" : "GND")} (resistor outside)",
                    Canvas.Small, anchor, bold: true);
            return;
        }

        canvas.Circle(Middle + (side * Terminal), y + 1, 1.1);
        canvas.Text(Middle + (side * (Terminal + 3)), y - 0.6, row.Terminal.Length > 0 ? row.Terminal : "-", Canvas.Label, anchor, bold: true);
        canvas.Wrapped(Middle + (side * (Terminal + 3)), y + 2.2, row.Load, 36, Canvas.Small, anchor);
    }

    private static (string Hat, string Use, bool Free)? HatPinOf(BoardProfile profile, int pin)
    {
        if (Header.GpioOf(pin) is not { } gpio)
            return null;
        foreach (var hat in profile.Hats ?? [])
            foreach (var used in hat.Pins)
                if (used.Gpio == gpio)
                    return (hat.Name, used.Use, !used.MustStayFree);
        return null;
    }

    /// <summary>Who has a pin that no profile may give away.</summary>
    private static string? Kept(int pin) => pin switch
    {
        27 or 28 => "EEPROM HAT",
        8 or 10 => "konsol serial",
        _ => null,
    };

    private static (string Line, string Devices)? BusOf(BoardProfile profile, int pin)
    {
        if (pin is not (3 or 5) || profile.Devices is not { Count: > 0 } devices)
            return null;
        return pin == 3
            ? ("I2C SDA", string.Join(", ",
                devices.Select(device => string.Create(CultureInfo.InvariantCulture, $"{device.Name} 0x{device.Address:X2}"))))
            : ("I2C SCL", "bus yang sama, kabel pendek (same bus, short wires, < 30 cm)");
    }

    private static string SupplyUse(string name) => name switch
    {
        "5V" => "  dari konverter 5,1 V (from the converter), lembar 2",
        "3V3" => "  hanya untuk pull-up dan I2C (pull-ups and I2C only)",
        "GND" => "",
        _ => ": kosong (free)",
    };

    private static void Legend(Canvas canvas)
    {
        var x = 12.0;
        const double Y = 198;
        foreach (var (fill, text) in ((string, string)[])[(Used, "dipakai (used)"), (Reserved, "milik HAT / EEPROM (reserved)"),
            (Free, "kosong (free)"), (Supply5V, "5 V"), (Supply3V3, "3,3 V"), (Ground, "GND")])
        {
            canvas.Circle(x, Y, 2, fill);
            canvas.Text(x + 3.2, Y + 1, text, Canvas.Small);
            x += 8 + (text.Length * 1.35);
        }

        canvas.Text(Canvas.Width - 10, Y + 1,
            "on = level saat aktif (level while active). Jangan sambung 12 V ke header! (Never 12 V on the header!)", Canvas.Small, "end",
            bold: true);
    }
}
