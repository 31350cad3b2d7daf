namespace Call112.Gateway.Board.Profiles;

/// <summary>Outputs must be quiet at boot, fall when everything dies, and prove that they follow (F11, hardware.md §3.1, §3.2).</summary>
internal static class OutputRules
{
    /// <summary>Outputs that may not be energised by a boot or stay so after a crash.</summary>
    private static readonly string[] s_loud = ["siren", "strobe", "door", BoardFunctions.Health];

    /// <summary>Largest voltage over the shunt of an INA219, V (datasheet, PGA /8).</summary>
    private const double ShuntVoltsMax = 0.32;

    public static void Check(BoardProfile profile, CheckReport report)
    {
        var boot = new BootLines(profile.ConfigTxt);
        foreach (var (i, output) in profile.Outputs.Index())
        {
            var at = $"outputs[{i}]";
            var where = LineClaims.Where(profile, output.To, isOutput: true);
            if (LineClaims.GpioOf(output.To) is { } gpio)
                Pull(profile, output, at, gpio, where, boot, report);
            Contact(output, at, where, report);
            Crash(profile, output, at, where, report);
            if (output.Feedback is { } feedback)
                Feedback(profile, output, feedback, $"{at}.feedback", where, report);
        }

        var header = profile.Outputs.Any(output => LineClaims.GpioOf(output.To) is not null);
        if (header && IsPi(profile) && !boot.HasStrictGpio)
            report.Warning(
                FindingRule.ConfigTxt, "configTxt", "", "",
                    "without dtparam=strict_gpiod a dead service leaves its outputs driven (hardware.md §3.1)",
                "add dtparam=strict_gpiod");
    }

    /// <summary>The header of a Pi, whose firmware reads config.txt; a simulated chip has none.</summary>
    public static bool IsPi(BoardProfile profile) => profile.Chip.Any(chip => chip.StartsWith("pinctrl-", StringComparison.Ordinal));

    private static void Pull(BoardProfile profile, OutputLine output, string at, int gpio, string where, BootLines boot, CheckReport report)
    {
        var onHigh = !output.ActiveLow;
        if (boot.Driven(gpio) is { } high && high == onHigh)
            report.Error(
                FindingRule.ConfigTxt, "configTxt", output.Function, where,
                    $"config.txt drives it {(high ? "high" : "low")}, which energises it at every boot",
                $"write gpio={gpio}=op,{(onHigh ? "dl" : "dh")}");
        if (Header.IsPulledUpAtReset(gpio) != onHigh)
            return;
        var firmware = boot.Driven(gpio) == !onHigh || !IsPi(profile);
        report.Answerable(
            Array.IndexOf(s_loud, output.Function) >= 0 ? Severity.Error : Severity.Warning,
            FindingRule.WrongPull,
            $"{at}.activeLow",
            output.Function,
            where,
            $"the reset pulls this line {(onHigh ? "up" : "down")}, and the output is active-{(onHigh ? "high" : "low")}:"
                + " energised at every boot until the service takes it",
            $"move it to {(onHigh ? $"GPIO{Header.LastPulledUp + 1} … {Header.GpioMax}" : $"GPIO4 … {Header.LastPulledUp}")},"
                + $" or fit an external pull-{(onHigh ? "down" : "up")}"
                + $" of 4.7 … 10 kΩ, write gpio={gpio}=op,{(onHigh ? "dl" : "dh")} into configTxt and state it in remedies",
            firmware ? null : $"configTxt has no gpio={gpio}=op,{(onHigh ? "dl" : "dh")}");
    }

    private static void Contact(OutputLine output, string at, string where, CheckReport report)
    {
        if (output.Function == "siren" && output.Contact == RelayContact.NormallyClosed)
            report.Error(
                FindingRule.Contact, $"{at}.contact", output.Function, where,
                    "a siren on the normally closed contact sounds whenever the box has no power",
                "wire it to the normally open contact");
        if (output.Function == BoardFunctions.Health && output.Contact != RelayContact.NormallyClosed)
            report.Error(
                FindingRule.Contact, $"{at}.contact", output.Function, where, "the lamp of the health relay would stay dark when the box is dead",
                "wire the lamp to the normally closed contact and write NormallyClosed");
        if (output.Contact != RelayContact.None && output.Fuse is null && output.Function is "siren" or "strobe" or "door")
            report.Warning(
                FindingRule.Fuse, at, output.Function, where, "no fuse is named for what hangs on this contact: a short welds it",
                "fit one that carries the start current, 3 … 5 A slow for a 12 V motor siren, and write it into fuse");
        if (output.MaxOnSeconds is { } seconds && !(seconds > 0 && seconds <= ProfileCheck.MaxOnSecondsMax))
            report.Error(
                FindingRule.Value, $"{at}.maxOnSeconds", output.Function, where, $"{seconds} s is beyond 0 … {ProfileCheck.MaxOnSecondsMax} s",
                "write the setting of the external timer, or take it out");
    }

    private static void Crash(BoardProfile profile, OutputLine output, string at, string where, CheckReport report)
    {
        if (output.OnCrash == CrashLevel.Hold && output.Function is "siren" or "strobe" or "buzzer" or BoardFunctions.Health)
            report.Error(
                FindingRule.Crash, $"{at}.onCrash", output.Function, where, "must fall when the service dies: nobody would be left to end it",
                    "write Off, or leave onCrash out");
        if (output.To.Card is { } card && KindOf(profile, card.Device) == DeviceKind.Sequent4Rel4In)
            KeptByCard(output, at, where, report);
    }

    private static void KeptByCard(OutputLine output, string at, string where, CheckReport report)
    {
        const string Keeps = "the card has its own controller and keeps the relay as it was when the Pi dies (hardware.md §3)";
        if (output.Function == BoardFunctions.Health)
            report.Answerable(
                Severity.Warning, FindingRule.CardKeepsState, $"{at}.to.card", output.Function, where, $"{Keeps}: a dead box would look healthy",
                $"move it to a relay on GPIO{Header.LastPulledUp + 1} … {Header.GpioMax}, active-high, which falls with the Pi");
        if (output.Function is "siren" or "door")
            report.Answerable(
                Severity.Warning, FindingRule.CardKeepsState, $"{at}.to.card", output.Function, where, Keeps,
                "put a timer relay that ends it by itself into the load's feed, write maxOnSeconds, and state it in remedies",
                output.MaxOnSeconds is null ? "maxOnSeconds is not written" : null);
    }

    private static void Feedback(BoardProfile profile, OutputLine output, OutputFeedback feedback, string at, string where, CheckReport report)
    {
        if (feedback.Input is null == feedback.Current is null)
        {
            report.Error(
                FindingRule.Feedback, at, output.Function, where, feedback.Input is null ? "feedback without a source" : "feedback from two sources",
                "name either input (a second pole, an optocoupler over the load) or current (an Ina219 in the feed)");
            return;
        }

        if (feedback.Input is not null)
        {
            if (feedback.AboveMilliamperes is not null)
                report.Error(FindingRule.Feedback, $"{at}.aboveMilliamperes", output.Function, where, "a threshold without a current sensor",
                    "take it out, or name current");
            return;
        }

        var sensor = profile.Devices?.FirstOrDefault(device => device.Name == feedback.Current);
        if (!BusRules.Expect(profile, feedback.Current!, DeviceKind.Ina219, $"{at}.current", output.Function, report))
            return;
        var most = sensor!.ShuntOhms is > 0 and { } ohms ? ShuntVoltsMax / ohms * 1_000 : double.PositiveInfinity;
        if (feedback.AboveMilliamperes is not { } threshold || !(threshold > 0 && threshold < most))
            report.Error(
                FindingRule.Feedback, $"{at}.aboveMilliamperes", output.Function, where,
                feedback.AboveMilliamperes is null
                    ? "no threshold for the current" : $"{feedback.AboveMilliamperes} mA is beyond 0 … {most:0} mA, what the shunt can measure",
                "write 200 for a motor siren (hardware.md §3.2), or measure it");
    }

    private static DeviceKind? KindOf(BoardProfile profile, string name) => profile.Devices?.FirstOrDefault(device => device.Name == name)?.Kind;
}
