using System.Globalization;

namespace Call112.Gateway.Board.Profiles;

/// <summary>The I²C bus: one device for each address, each name known and of the right kind, channels that the card has.</summary>
internal static class BusRules
{
    public const int Ads1115Channels = 4, Sequent4Rel4InChannels = 4;

    /// <summary>Addresses of 7 bits that the I²C specification leaves to devices.</summary>
    private const int AddressMin = 0x08, AddressMax = 0x77;

    public static void Check(BoardProfile profile, CheckReport report)
    {
        var owners = new Dictionary<int, string>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (i, device) in (profile.Devices ?? []).Index())
        {
            var at = $"devices[{i}]";
            if (device.Name.Length == 0 || !names.Add(device.Name))
                report.Error(FindingRule.Value, $"{at}.name", "", "", $"the name '{device.Name}' is empty or stands twice",
                    "give each device a name of its own");
            Address(device, at, report);
            Taken(owners, device.Address, $"{device.Name} ({device.Kind})", $"{at}.address", report);
            Sensor(device, at, report);
        }

        foreach (var (i, hat) in (profile.Hats ?? []).Index())
            foreach (var (j, address) in (hat.I2c ?? []).Index())
                Taken(owners, address, hat.Name, $"hats[{i}].i2c[{j}]", report);
        foreach (var claim in LineClaims.Of(profile))
            if (claim.To.Card is { } card
                && Expect(profile, card.Device, DeviceKind.Sequent4Rel4In, $"{claim.Field}.card.device", claim.Function, report)
                && card.Channel is < 1 or > Sequent4Rel4InChannels)
                report.Error(FindingRule.Channel, $"{claim.Field}.card.channel", claim.Function, claim.Where,
                    $"the card has 1 … {Sequent4Rel4InChannels}", "correct the channel");
        Boot(profile, report);
    }

    /// <summary>Whether this name is a device of this kind; if not it is reported.</summary>
    public static bool Expect(BoardProfile profile, string name, DeviceKind kind, string field, string function, CheckReport report)
    {
        var device = profile.Devices?.FirstOrDefault(device => device.Name == name);
        if (device?.Kind == kind)
            return true;
        if (device is null)
            report.Error(
                FindingRule.UnknownDevice, field, function, "", $"'{name}' is none of the devices",
                profile.Devices is { Count: > 0 } devices
                    ? $"name one of {string.Join(" ", devices.Select(known => known.Name))}, or add it to devices" : "add it to devices");
        else
            report.Error(FindingRule.DeviceKind, field, function, "", $"'{name}' is of kind {device.Kind}, and {kind} is needed",
                "name another device");
        return false;
    }

    private static void Address(BoardDevice device, string at, CheckReport report)
    {
        // Datasheets: ADS1115 by ADDR, INA219 by A0 and A1, MAX17040 fixed; 4rel4in 0x0e and seven above it by its stack jumpers.
        var (first, last) = device.Kind switch
        {
            DeviceKind.Ads1115 => (0x48, 0x4B),
            DeviceKind.Ina219 => (0x40, 0x4F),
            DeviceKind.Max17040 => (0x36, 0x36),
            DeviceKind.Sequent4Rel4In => (0x0E, 0x15),
            _ => (AddressMin, AddressMax),
        };
        if (device.Address < first || device.Address > last)
            report.Error(
                FindingRule.Value, $"{at}.address", "", $"I2C {Hex(device.Address)}",
                    $"{device.Name} is a {device.Kind}, which answers at {Hex(first)} … {Hex(last)}",
                $"write the address as a decimal number, {first} for {Hex(first)}");
    }

    private static void Sensor(BoardDevice device, string at, CheckReport report)
    {
        if (device.Kind == DeviceKind.Ina219 && !(device.ShuntOhms is > 0 and <= 1))
            report.Error(FindingRule.Value, $"{at}.shuntOhms", "", $"I2C {Hex(device.Address)}",
                $"{device.Name} needs its shunt, above 0 and up to 1 Ω", "read it on the board: R100 is 0.1, R010 is 0.01");
        if (device.Kind != DeviceKind.Ina219 && (device.ShuntOhms is not null || device.Role != GaugeRole.None))
            report.Error(FindingRule.Value, at, "", $"I2C {Hex(device.Address)}",
                $"{device.Name} is a {device.Kind}; shuntOhms and role belong to an Ina219", "take them out");
    }

    private static void Taken(Dictionary<int, string> owners, int address, string owner, string field, CheckReport report)
    {
        if (owners.TryGetValue(address, out var first))
            report.Error(
                FindingRule.AddressClash, field, "", $"I2C {Hex(address)}", $"{owner} answers at the address of {first}",
                "set another address by the jumpers of one of them (Ina219 0x40 … 0x4F, Ads1115 0x48 … 0x4B, 4rel4in 0x0E … 0x15)");
        else
            owners[address] = owner;
    }

    private static void Boot(BoardProfile profile, CheckReport report)
    {
        if (!OutputRules.IsPi(profile) || profile.Devices is not { Count: > 0 } devices)
            return;
        if (!new BootLines(profile.ConfigTxt).HasI2c)
            report.Warning(FindingRule.ConfigTxt, "configTxt", "", "", "there are I²C devices, and nothing turns the bus on",
                "add dtparam=i2c_arm=on");
        if (devices.Any(device => device.Kind == DeviceKind.KernelRtc)
            && profile.ConfigTxt?.Any(line => line.Contains("i2c-rtc", StringComparison.Ordinal)) != true)
            report.Warning(FindingRule.ConfigTxt, "configTxt", "", "", "there is a clock chip, and nothing binds the kernel to it",
                "add dtoverlay=i2c-rtc,ds3231");
    }

    private static string Hex(int address) => string.Create(CultureInfo.InvariantCulture, $"0x{address:X2}");
}
