using Call112.Station;

namespace Call112.Gateway.Board.Profiles;

/// <summary>
/// Looks for what goes wrong in a cabinet before it is built: two functions on one line, lines that belong to a HAT, relays that the reset
/// pulls energise, inputs that can never tell, I²C addresses taken twice. Pure: the same profile gives the same findings.
/// Sources: hardware.md §0.6, §3, §5; F11, F12.
/// </summary>
public static class ProfileCheck
{
    /// <summary>Longest blanking of the inputs, ms; beyond it a press of a button could be missed.</summary>
    public const int BlankInputsMsMax = 1_000;

    public const int I2cBusMax = 255;

    /// <summary>Longest time of <see cref="OutputLine.MaxOnSeconds"/>, s.</summary>
    public const double MaxOnSecondsMax = 86_400;

    /// <summary>Shortest and longest pulse of a modem's power key, s.</summary>
    public const double PulseSecondsMin = 0.1, PulseSecondsMax = 10;

    /// <summary>Rules that a profile may answer with a <see cref="Remedy"/>; all others must be removed.</summary>
    public static IReadOnlyList<FindingRule> Remediable { get; } =
        [FindingRule.WrongPull, FindingRule.CardKeepsState, FindingRule.Bias, FindingRule.MissingFunction, FindingRule.ReservedPin];

    public static IReadOnlyList<string> OutputFunctions { get; } = [.. Levels.AllOutputs.Select(Levels.NameOf), BoardFunctions.Health];

    public static IReadOnlyList<string> InputFunctions { get; } = [.. Levels.AllInputs.Select(Levels.NameOf)];

    /// <param name="lineOf">Line of a field in the file, from 1; null when there is no file.</param>
    /// <returns>Findings, the worst first, in the order of the file.</returns>
    public static IReadOnlyList<Finding> Check(BoardProfile profile, Func<string, int>? lineOf = null)
    {
        var report = new CheckReport(profile, lineOf);
        Frame(profile, report);
        Functions(profile, report);
        var claims = LineClaims.Of(profile);
        LineRules.Check(profile, claims, report);
        BusRules.Check(profile, report);
        InputRules.Check(profile, report);
        OutputRules.Check(profile, report);
        report.UnusedRemedies(profile);
        return report.Findings;
    }

    private static void Frame(BoardProfile profile, CheckReport report)
    {
        if (profile.Name.Length == 0 || !profile.Name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
            report.Error(FindingRule.Value, "name", "", "", $"'{profile.Name}' is no short name",
                "use small letters, digits and hyphens, for example reference-a");
        if (profile.Chip.Count == 0)
            report.Error(FindingRule.Chip, "chip", "", "", "no chip is named",
                "name its label, for example pinctrl-rp1 (Pi 5) and pinctrl-bcm2711 (Pi 4)");
        for (var i = 0; i < profile.Chip.Count; i++)
            if (profile.Chip[i].Length == 0 || profile.Chip[i].StartsWith("gpiochip", StringComparison.Ordinal)
                || profile.Chip[i].Contains('/', StringComparison.Ordinal))
                report.Error(
                    FindingRule.Chip, $"chip[{i}]", "", "", $"'{profile.Chip[i]}' is no label; chip numbers move with the kernel (hardware.md §6)",
                    "write the label that gpiodetect shows in brackets, for example pinctrl-rp1");
        if (profile.I2cBus is < 0 or > I2cBusMax)
            report.Error(FindingRule.Value, "i2cBus", "", "", $"{profile.I2cBus} is beyond 0 … {I2cBusMax}", "write N of /dev/i2c-N, 1 on a Pi");
        if (profile.BlankInputsMs is < 0 or > BlankInputsMsMax)
            report.Error(FindingRule.Value, "blankInputsMs", "", "", $"{profile.BlankInputsMs} ms is beyond 0 … {BlankInputsMsMax} ms",
                "use 100 (hardware.md §3.2)");
        for (var i = 0; i < (profile.Remedies?.Count ?? 0); i++)
            if (!Remediable.Contains(profile.Remedies![i].Rule))
                report.Error(
                    FindingRule.Value, $"remedies[{i}].rule", profile.Remedies[i].Function, "",
                        $"{profile.Remedies[i].Rule} cannot be answered by a remedy",
                    $"repair it; only {string.Join(", ", Remediable)} can be");
            else if (profile.Remedies[i].Built.Length < CheckReport.BuiltMin)
                report.Error(
                    FindingRule.Value, $"remedies[{i}].built", profile.Remedies[i].Function, "",
                        "says nothing that somebody could look for in the cabinet",
                    "name the part and where it sits");
    }

    private static void Functions(BoardProfile profile, CheckReport report)
    {
        Names(profile.Outputs.Select(output => output.Function), "outputs", OutputFunctions, report);
        Names(profile.Inputs.Select(input => input.Function), "inputs", InputFunctions, report);
        if (profile.Outputs.All(output => output.Function != "siren"))
            report.Answerable(
                Severity.Error, FindingRule.MissingFunction, "outputs", "siren", "", "no output is the siren: an alert would stay silent",
                "wire it, or state for a quiet office that its annunciation is Chime or Light");
        if (profile.Outputs.All(output => output.Function != BoardFunctions.Health))
            report.Answerable(
                Severity.Warning, FindingRule.MissingFunction, "outputs", BoardFunctions.Health, "",
                    "no output is the health relay: a dead box looks like a quiet one",
                "add a relay whose normally closed contact lights a lamp");
        if (profile.Inputs.All(input => input.Function != "acknowledge"))
            report.Answerable(
                Severity.Warning, FindingRule.MissingFunction, "inputs", "acknowledge", "", "no button TERIMA: only the panel can stop the siren",
                    "wire the button");
    }

    private static void Names(IEnumerable<string> functions, string list, IReadOnlyList<string> known, CheckReport report)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (i, function) in functions.Index())
            if (!known.Contains(function))
                report.Error(FindingRule.UnknownFunction, $"{list}[{i}].function", "", "", $"'{function}' is no function of {list}",
                    $"use one of {string.Join(" ", known)}");
            else if (!seen.Add(function))
                report.Error(FindingRule.FunctionTwice, $"{list}[{i}].function", function, "", "stands twice in this list",
                    "keep one; two loads hang on one contact or on one more relay");
    }
}

/// <summary>Functions of a cabinet that the station's core does not know.</summary>
public static class BoardFunctions
{
    /// <summary>Energised while the service lives.</summary>
    public const string Health = "health";
}
