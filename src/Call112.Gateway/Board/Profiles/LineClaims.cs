using System.Globalization;

namespace Call112.Gateway.Board.Profiles;

/// <summary>One function's claim on one place: a line, or a channel of a card.</summary>
/// <param name="Field">Path of the <see cref="WiredTo"/> in the JSON.</param>
/// <param name="Gpio">BCM number, also when the line is named; null for cards and for names that the header does not know.</param>
/// <param name="Key">Equal for two claims on the same place.</param>
/// <param name="Where">The place, for people.</param>
internal sealed record Claim(string Function, string Field, WiredTo To, bool IsOutput, int? Gpio, string Key, string Where);

/// <summary>Every place that a profile claims: outputs, their feedback lines, inputs.</summary>
internal static class LineClaims
{
    public static IReadOnlyList<Claim> Of(BoardProfile profile)
    {
        var claims = new List<Claim>();
        foreach (var (i, output) in profile.Outputs.Index())
        {
            claims.Add(Make(profile, output.Function, $"outputs[{i}].to", output.To, isOutput: true));
            if (output.Feedback?.Input is { } input)
                claims.Add(Make(profile, FeedbackOf(output.Function), $"outputs[{i}].feedback.input", input, isOutput: false));
        }

        foreach (var (i, input) in profile.Inputs.Index())
            if (input.To is { } to)
                claims.Add(Make(profile, input.Function, $"inputs[{i}].to", to, isOutput: false));
        return claims;
    }

    /// <summary>What the feedback line of an output is called.</summary>
    public static string FeedbackOf(string function) => $"{function} feedback";

    /// <summary>The header's line behind this place, or null.</summary>
    public static int? GpioOf(WiredTo to) => to.Gpio is >= 0 and <= Header.GpioMax ? to.Gpio : to.Line is { } name ? Header.GpioNamed(name) : null;

    /// <summary>The place for people: <c>GPIO26 (pin 37)</c>, <c>relay 1 of relays (I2C 0x0E)</c>.</summary>
    public static string Where(BoardProfile profile, WiredTo to, bool isOutput)
    {
        if (GpioOf(to) is { } gpio)
            return string.Create(CultureInfo.InvariantCulture, $"GPIO{gpio} (pin {Header.PinOf(gpio)})");
        if (to.Line is { } name)
            return $"line {name}{(to.Pin is { } pin ? string.Create(CultureInfo.InvariantCulture, $" (pin {pin})") : "")}";
        if (to.Card is not { } card)
            return to.Gpio is { } number ? string.Create(CultureInfo.InvariantCulture, $"GPIO{number}") : "";
        var address = profile.Devices?.FirstOrDefault(device => device.Name == card.Device) is { } found ? $" (I2C 0x{found.Address:X2})" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{(isOutput ? "relay" : "input")} {card.Channel} of {card.Device}{address}");
    }

    private static Claim Make(BoardProfile profile, string function, string field, WiredTo to, bool isOutput)
    {
        var gpio = GpioOf(to);
        var where = Where(profile, to, isOutput);
        return new Claim(function, field, to, isOutput, gpio, gpio is { } number
            ? string.Create(CultureInfo.InvariantCulture, $"GPIO{number}") : where, where);
    }
}
