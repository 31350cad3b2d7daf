using System.Globalization;

namespace Call112.Gateway.Board.Profiles;

/// <summary>
/// Who may have which line: one function for each, none that belongs to a HAT, the EEPROM, a bus or the console; and where it sits.
/// </summary>
internal static class LineRules
{
    /// <summary>How many free lines a remedy proposes.</summary>
    private const int ProposalsMax = 3;

    public static void Check(BoardProfile profile, IReadOnlyList<Claim> claims, CheckReport report)
    {
        var boot = new BootLines(profile.ConfigTxt);
        foreach (var claim in claims)
        {
            Place(claim, report);
            if (claim.Gpio is { } gpio)
            {
                Reserved(profile, claim, gpio, boot, Free(profile, claims, boot, claim), report);
                OfHats(profile, claim, gpio, Free(profile, claims, boot, claim), report);
                if (!claim.IsOutput && boot.Driven(gpio) is not null)
                    report.Error(
                        FindingRule.ConfigTxt, "configTxt", claim.Function, claim.Where,
                            "config.txt drives this input as an output: a closed contact shorts the line",
                        $"write gpio={gpio}=ip,pu");
            }
        }

        Twice(profile, claims, boot, report);
        HatsAmongThemselves(profile, report);
    }

    /// <summary>Exactly one place, within its limits, on the pin that the profile says.</summary>
    private static void Place(Claim claim, CheckReport report)
    {
        var to = claim.To;
        var places = (to.Gpio is null ? 0 : 1) + (to.Line is null ? 0 : 1) + (to.Card is null ? 0 : 1);
        if (places != 1)
            report.Error(FindingRule.Value, claim.Field, claim.Function, "", $"is wired to {places} places; gpio, line and card exclude each other",
                "keep exactly one of the three");
        if (to.Gpio is < 0 or > Header.GpioMax)
            report.Error(
                FindingRule.Value, $"{claim.Field}.gpio", claim.Function, "", $"GPIO{to.Gpio} is not on the header",
                    $"use a BCM number, 0 … {Header.GpioMax}, not the number of the pin");
        if (to.Pin is < 1 or > Header.PinCount)
        {
            report.Error(FindingRule.Value, $"{claim.Field}.pin", claim.Function, "", $"pin {to.Pin} is not on the header",
                $"pins count 1 … {Header.PinCount}");
            return;
        }

        if (to.Pin is not { } pin)
            return;
        if (to.Card is not null)
            report.Error(FindingRule.PinMismatch, $"{claim.Field}.pin", claim.Function, claim.Where,
                $"a card's channel has no pin, the profile says {pin}", "take pin out");
        else if (claim.Gpio is { } gpio && Header.PinOf(gpio) != pin)
            report.Error(
                FindingRule.PinMismatch, $"{claim.Field}.pin", claim.Function, claim.Where,
                    $"the profile says pin {pin}, which is {Header.NameOf(pin)}",
                $"write pin {Header.PinOf(gpio)}"
                    + (Header.GpioOf(pin) is { } other ? $", or gpio {other} if the wire really sits on pin {pin}" : ""));
        else if (claim.Gpio is null && to.Line is not null && Header.GpioOf(pin) is null)
            report.Error(FindingRule.PinMismatch, $"{claim.Field}.pin", claim.Function, claim.Where, $"pin {pin} is {Header.NameOf(pin)}, no line",
                "correct the pin");
    }

    private static void Reserved(BoardProfile profile, Claim claim, int gpio, BootLines boot, string free, CheckReport report)
    {
        var field = Field(claim);
        if (gpio is 0 or 1)
            report.Error(FindingRule.ReservedPin, field, claim.Function, claim.Where, "the firmware reads the EEPROM of HATs here at every start",
                free);
        else if (gpio is 2 or 3 && (profile.Devices is { Count: > 0 } || boot.HasI2c || profile.Hats?.Any(hat => hat.I2c is { Count: > 0 }) == true))
            report.Error(FindingRule.ReservedPin, field, claim.Function, claim.Where, "this is the I²C bus, and the cabinet uses it", free);
        else if (gpio is 14 or 15 && (boot.HasUart || claim.IsOutput))
            report.Error(
                FindingRule.ReservedPin, field, claim.Function, claim.Where,
                    "the serial console speaks here, from the first second of the boot on if enable_uart=1 is set", free);
        else if (gpio is 14 or 15)
            report.Answerable(Severity.Warning, FindingRule.ReservedPin, field, claim.Function, claim.Where, "kept free for the serial console",
                free);
        if (boot.TakenBy(gpio) is { } taker)
            report.Error(FindingRule.ReservedPin, field, claim.Function, claim.Where, $"{taker} in config.txt takes this line for itself",
                $"take that out of configTxt, or {free}");
    }

    private static void OfHats(BoardProfile profile, Claim claim, int gpio, string free, CheckReport report)
    {
        foreach (var hat in profile.Hats ?? [])
            foreach (var pin in hat.Pins)
                if (pin.Gpio == gpio && pin.MustStayFree)
                    report.Error(FindingRule.HatPin, Field(claim), claim.Function, claim.Where, $"belongs to {hat.Name} ({pin.Use})", free);
    }

    private static void Twice(BoardProfile profile, IReadOnlyList<Claim> claims, BootLines boot, CheckReport report)
    {
        foreach (var place in claims.Where(claim => claim.Where.Length > 0).GroupBy(claim => claim.Key))
            foreach (var second in place.Skip(1))
            {
                var remedy = second.To.Card is null ? Free(profile, claims, boot, second) : "move it to a free channel";
                report.Error(FindingRule.LineTwice, Field(second), second.Function, second.Where, $"is taken by {place.First().Function} already",
                    remedy);
            }
    }

    private static void HatsAmongThemselves(BoardProfile profile, CheckReport report)
    {
        var owners = new Dictionary<int, (string Hat, string Use)>();
        var roles = new HashSet<HatPinRole>();
        foreach (var (i, hat) in (profile.Hats ?? []).Index())
        {
            foreach (var (j, pin) in hat.Pins.Index())
            {
                var field = $"hats[{i}].pins[{j}].gpio";
                if (pin.Gpio is < 0 or > Header.GpioMax)
                {
                    report.Error(FindingRule.Value, field, "", "", $"GPIO{pin.Gpio} of {hat.Name} is not on the header",
                        $"use a BCM number, 0 … {Header.GpioMax}");
                    continue;
                }

                var where = string.Create(CultureInfo.InvariantCulture, $"GPIO{pin.Gpio} (pin {Header.PinOf(pin.Gpio)})");
                if (owners.TryGetValue(pin.Gpio, out var owner))
                    report.Error(
                        FindingRule.HatConflict, field, "", where, $"{hat.Name} ({pin.Use}) and {owner.Hat} ({owner.Use}) both use this line",
                        "choose another HAT, or cut the line to one of them with its jumper and say so in the profile");
                else
                    owners[pin.Gpio] = (hat.Name, pin.Use);
                OfRole(roles, pin, $"hats[{i}].pins[{j}]", where, report);
            }

            if (!hat.Verified)
                report.Note(FindingRule.HatUnverified, $"hats[{i}].verified", "", "", $"the pins of {hat.Name} were never checked on a real one",
                    "Measure them, then set verified");
        }
    }

    /// <summary>The recovery ladder drives one line of each role, for as long as its part needs.</summary>
    private static void OfRole(HashSet<HatPinRole> roles, HatPin pin, string at, string where, CheckReport report)
    {
        if (pin.Role != HatPinRole.None && !roles.Add(pin.Role))
            report.Error(FindingRule.Value, $"{at}.role", "", where, $"a second line is the modem's {pin.Role}", "give the role to one line only");
        foreach (var (name, seconds) in new[] { ("offPulseSeconds", pin.OffPulseSeconds), ("onPulseSeconds", pin.OnPulseSeconds) })
            if (!(seconds >= ProfileCheck.PulseSecondsMin && seconds <= ProfileCheck.PulseSecondsMax))
                report.Error(
                    FindingRule.Value, $"{at}.{name}", "", where,
                    string.Create(CultureInfo.InvariantCulture, $"{seconds} s is beyond {ProfileCheck.PulseSecondsMin} … {ProfileCheck.PulseSecondsMax} s"),
                    "write the length of the modem's data sheet");
    }

    /// <summary>Where the function could go: lines that nobody has, for an output only those whose reset pull keeps it off.</summary>
    private static string Free(BoardProfile profile, IReadOnlyList<Claim> claims, BootLines boot, Claim claim)
    {
        var activeLow = profile.Outputs.FirstOrDefault(output => output.Function == claim.Function)?.ActiveLow;
        var free = Enumerable.Range(4, Header.GpioMax - 3)
            .Where(gpio => gpio is not (14 or 15) && boot.TakenBy(gpio) is null && claims.All(other => other.Gpio != gpio))
            .Where(gpio => profile.Hats?.Any(hat => hat.Pins.Any(pin => pin.Gpio == gpio)) != true)
            .Where(gpio => !claim.IsOutput || activeLow is null || Header.IsPulledUpAtReset(gpio) == activeLow)
            .Take(ProposalsMax)
            .Select(gpio => string.Create(CultureInfo.InvariantCulture, $"GPIO{gpio} (pin {Header.PinOf(gpio)})"))
            .ToList();
        return free.Count == 0
            ? "no line of the header is free for it: use a relay card" : $"move {claim.Function} to a free line: {string.Join(", ", free)}";
    }

    private static string Field(Claim claim) => claim.To switch
    {
        { Gpio: not null } => $"{claim.Field}.gpio",
        { Line: not null } => $"{claim.Field}.line",
        _ => $"{claim.Field}.card",
    };
}
