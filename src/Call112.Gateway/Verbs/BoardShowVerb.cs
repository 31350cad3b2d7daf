using System.Globalization;
using Call112.Gateway.Board.Profiles;

namespace Call112.Gateway.Verbs;

/// <summary>
/// <c>call112-gateway board show FILE</c>: the wiring table of a profile for the person with the screwdriver, Bahasa Indonesia first.
/// </summary>
internal static class BoardShowVerb
{
    private static readonly string[] s_heads = ["pin", "jalur/line", "fungsi/function", "arah", "aktif", "pull", "kontak", "mati/crash", "terminal",
        "kabel/wire", "beban/load", "sekering/fuse"];

    /// <returns><see cref="CommandLine.Failed"/> when the profile cannot be read; a profile with findings is shown, and they are counted.</returns>
    public static int Run(string file, TextWriter output, TextWriter faults)
    {
        var result = ProfileReader.Parse(file);
        if (result.Profile is not { } profile)
        {
            foreach (var error in result.Errors)
                faults.WriteLine($"{file}: error: {error}");
            return CommandLine.Failed;
        }

        output.WriteLine($"{profile.Name}: {profile.Description}");
        output.WriteLine($"chip GPIO: {string.Join(", ", profile.Chip)}");
        output.WriteLine();
        Table(output, s_heads, [.. WiringTable.Of(profile).Select(Cells)]);
        Devices(profile, output);
        Hats(profile, output);
        Section(output, "config.txt", profile.ConfigTxt);
        Section(output, "dipasang untuk / built against", profile.Remedies?.Select(remedy => $"{remedy.Rule} {remedy.Function}: {remedy.Built}"));
        var errors = result.Findings.Count(finding => finding.Severity == Severity.Error);
        var warnings = result.Findings.Count(finding => finding.Severity == Severity.Warning);
        output.WriteLine();
        output.WriteLine($"board check: errors {errors}, warnings {warnings}");
        return errors > 0 ? CommandLine.Failed : CommandLine.Well;
    }

    private static string[] Cells(WiringRow row) =>
    [
        row.Pin?.ToString(CultureInfo.InvariantCulture) ?? "-", row.Place, $"{row.Label.Indonesian} / {row.Label.English}", row.IsOutput
            ? "keluar" : "masuk",
        row.Active, row.Pull, row.Contact, row.Crash, row.Terminal, row.Wire, row.Load, row.Fuse,
    ];

    private static void Devices(BoardProfile profile, TextWriter output)
    {
        if (profile.Devices is not { Count: > 0 } devices)
            return;
        output.WriteLine();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"bus I2C {profile.I2cBus}, SDA pin 3, SCL pin 5"));
        Table(output, ["alamat/address", "nama/name", "jenis/kind", "shunt", "mengukur/measures"], [.. devices.Select(device => new[]
        {
            string.Create(CultureInfo.InvariantCulture, $"0x{device.Address:X2}"), device.Name, device.Kind.ToString(),
            device.ShuntOhms is { } ohms ? string.Create(CultureInfo.InvariantCulture, $"{ohms} ohm") : "", device.Role == GaugeRole.None
                ? "" : device.Role.ToString(),
        })]);
    }

    private static void Hats(BoardProfile profile, TextWriter output)
    {
        foreach (var hat in profile.Hats ?? [])
            Section(
                output, $"HAT {hat.Name}{(hat.Verified ? "" : " (belum diuji / not verified)")}",
                hat.Pins.Where(pin => pin.Gpio is >= 0 and <= Header.GpioMax).OrderBy(pin => Header.PinOf(pin.Gpio)).Select(pin =>
                    string.Create(CultureInfo.InvariantCulture,
                        $"pin {Header.PinOf(pin.Gpio),2} GPIO{pin.Gpio}: {pin.Use}{(pin.MustStayFree ? ", jangan dipakai / keep free" : "")}")));
    }

    private static void Section(TextWriter output, string head, IEnumerable<string>? lines)
    {
        var list = lines?.ToList() ?? [];
        if (list.Count == 0)
            return;
        output.WriteLine();
        output.WriteLine(head);
        foreach (var line in list)
            output.WriteLine($"  {line}");
    }

    /// <summary>Columns as wide as their longest cell; empty columns are left out.</summary>
    private static void Table(TextWriter output, string[] heads, IReadOnlyList<string[]> rows)
    {
        var shown = Enumerable.Range(0, heads.Length).Where(column => rows.Any(row => row[column].Length > 0)).ToList();
        var widths = shown.ToDictionary(column => column, column => Math.Max(heads[column].Length, rows.Max(row => row[column].Length)));
        output.WriteLine(string.Join("  ", shown.Select(column => heads[column].PadRight(widths[column]))).TrimEnd());
        output.WriteLine(string.Join("  ", shown.Select(column => new string('-', widths[column]))));
        foreach (var row in rows)
            output.WriteLine(string.Join("  ", shown.Select(column => row[column].PadRight(widths[column]))).TrimEnd());
    }
}
