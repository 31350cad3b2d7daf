namespace Call112.Gateway.Board.Profiles;

/// <summary>An input must be able to tell: its pull against its contact, the windows of a supervised loop (F12, hardware.md §3.2).</summary>
internal static class InputRules
{
    /// <summary>Supply of a supervised loop, V: a cut loop reads it.</summary>
    public const double LoopSupplyVolts = 3.3;

    /// <summary>Least distance between two thresholds of a loop, V: tolerances of the resistors and of the supply.</summary>
    public const double LoopGapVolts = 0.1;

    public static void Check(BoardProfile profile, CheckReport report)
    {
        foreach (var (i, input) in profile.Inputs.Index())
        {
            var at = $"inputs[{i}]";
            if (input.To is null == input.Loop is null)
            {
                report.Error(
                    FindingRule.Value, at, input.Function, "", input.To is null ? "is wired to nothing" : "has a line and a supervised loop",
                    input.To is null
                        ? "name its line in to, or its converter in loop"
                        : "keep one: the loop's 1.65 V and 2.20 V are no logic levels, and the line's own pull shifts them"
                            + " (hardware/boards/README.md)");
                continue;
            }

            if (input.Loop is { } loop)
                Loop(profile, input, loop, $"{at}.loop", report);
            else if (input.To!.Card is null)
                Pull(input.Function, LineClaims.Where(profile, input.To, isOutput: false), $"{at}.bias", input.Bias, input.ActiveLow,
                    input.NormallyClosed, report);
        }

        foreach (var (i, output) in profile.Outputs.Index())
            if (output.Feedback is { Input: { Card: null } line, Bias: LineBias.None or LineBias.AsIs } feedback)
                Floating(LineClaims.FeedbackOf(output.Function), LineClaims.Where(profile, line, isOutput: false), $"outputs[{i}].feedback.bias",
                    feedback.Bias, report);
    }

    /// <summary>The pull gives the level of an open contact, and the contact goes to the other side.</summary>
    private static void Pull(string function, string where, string field, LineBias bias, bool activeLow, bool normallyClosed, CheckReport report)
    {
        if (bias is LineBias.None or LineBias.AsIs)
        {
            Floating(function, where, field, bias, report);
            return;
        }

        var up = bias == LineBias.PullUp;
        if (activeLow == (up != normallyClosed))
            return;
        var contact = normallyClosed ? "normally closed" : "normally open";
        report.Error(
            FindingRule.Bias, field, function, where,
            $"a {contact} contact with a pull-{(up ? "up" : "down")} is {(up == normallyClosed ? "high" : "low")} while it tells,"
                + $" and the profile says active-{(activeLow ? "low" : "high")}:"
                + " it would be active at rest",
            $"for a {contact} contact to ground write bias PullUp and activeLow {(normallyClosed ? "false" : "true")}");
    }

    private static void Floating(string function, string where, string field, LineBias bias, CheckReport report) => report.Answerable(
        Severity.Warning, FindingRule.Bias, field, function, where,
            $"bias {bias}: an open contact leaves the line floating unless a resistor outside pulls it",
        "write PullUp, or fit 2.2 … 4.7 kΩ to 3V3 and state it in remedies");

    private static void Loop(BoardProfile profile, InputLine input, SupervisedLoop loop, string at, CheckReport report)
    {
        BusRules.Expect(profile, loop.Device, DeviceKind.Ads1115, $"{at}.device", input.Function, report);
        var where = $"channel A{loop.Channel} of {loop.Device}";
        if (loop.Channel is < 0 or >= BusRules.Ads1115Channels)
            report.Error(FindingRule.Channel, $"{at}.channel", input.Function, where, "an Ads1115 has channels 0 … 3", "correct the channel");
        if (profile.Inputs.TakeWhile(other => !ReferenceEquals(other, input)).FirstOrDefault(other => other.Loop?.Device == loop.Device
            && other.Loop.Channel == loop.Channel) is { } first)
            report.Error(FindingRule.Channel, $"{at}.channel", input.Function, where, $"is taken by {first.Function} already",
                "give each loop a channel of its own");
        if (!input.NormallyClosed)
            report.Error(
                FindingRule.Bias, $"{at[..^".loop".Length]}.normallyClosed", input.Function, where,
                    "a supervised loop tells a press by a contact that opens",
                "use a normally closed contact with its resistor across it, and write normallyClosed true");
        var (low, pressed, cut) = (loop.ShortBelowVolts, loop.PressedAboveVolts, loop.CutAboveVolts);
        if (!(low >= LoopGapVolts && pressed - low >= LoopGapVolts && cut - pressed >= LoopGapVolts && LoopSupplyVolts - cut >= LoopGapVolts))
            report.Error(
                FindingRule.LoopWindows, at, input.Function, where,
                $"the windows are out of order: short below {low} V, pressed from {pressed} V, cut from {cut} V",
                $"keep 0 < short < pressed < cut < {LoopSupplyVolts} V, at least {LoopGapVolts} V apart; for 4.7 kΩ resistors 0.8, 1.93, 2.75");
    }
}
