namespace Call112.Station;

/// <summary>The outputs of a cabinet, as a set of those that are energised.</summary>
[Flags]
public enum Outputs
{
    None = 0,
    Siren = 1 << 0,
    Strobe = 1 << 1,
    Door = 1 << 2,
    LampStatus = 1 << 3,
    LampLink = 1 << 4,
    Buzzer = 1 << 5,
}

/// <summary>The inputs of a cabinet, as a set of those that are active (button pressed, loop open, mains gone, battery low).</summary>
[Flags]
public enum Inputs
{
    None = 0,
    Acknowledge = 1 << 0,
    Responding = 1 << 1,
    Panic = 1 << 2,
    Test = 1 << 3,
    Tamper = 1 << 4,
    MainsFail = 1 << 5,
    BatteryLow = 1 << 6,
}

/// <summary>
/// One sample of all inputs. A supervised loop that is cut or shorted tells nothing about its contact: it is in one of the fault sets, and its
/// bit in <paramref name="Active"/> does not count.
/// </summary>
/// <param name="Cut">Inputs whose supervised loop is open beyond its end-of-line resistor.</param>
/// <param name="Shorted">Inputs whose supervised loop is shorted.</param>
public readonly record struct InputSample(Inputs Active, Inputs Cut = Inputs.None, Inputs Shorted = Inputs.None)
{
    public static implicit operator InputSample(Inputs active) => new(active);
}

/// <summary>Names of inputs and outputs as profiles, reports and the board's API write them (camelCase).</summary>
public static class Levels
{
    public static IReadOnlyList<Outputs> AllOutputs { get; } =
        [Outputs.Siren, Outputs.Strobe, Outputs.Door, Outputs.LampStatus, Outputs.LampLink, Outputs.Buzzer];

    /// <summary>What a self-test drives and reads back: nothing that would bring people out of their beds.</summary>
    public const Outputs SelfTested = Outputs.LampStatus | Outputs.LampLink | Outputs.Buzzer;

    public static IReadOnlyList<Inputs> AllInputs { get; } =
        [Inputs.Acknowledge, Inputs.Responding, Inputs.Panic, Inputs.Test, Inputs.Tamper, Inputs.MainsFail, Inputs.BatteryLow];

    public static string NameOf(Outputs output) => output switch
    {
        Outputs.Siren => "siren",
        Outputs.Strobe => "strobe",
        Outputs.Door => "door",
        Outputs.LampStatus => "lampStatus",
        Outputs.LampLink => "lampLink",
        Outputs.Buzzer => "buzzer",
        _ => throw new ArgumentOutOfRangeException(nameof(output), output, "one output at a time"),
    };

    public static string NameOf(Inputs input) => input switch
    {
        Inputs.Acknowledge => "acknowledge",
        Inputs.Responding => "responding",
        Inputs.Panic => "panic",
        Inputs.Test => "test",
        Inputs.Tamper => "tamper",
        Inputs.MainsFail => "mainsFail",
        Inputs.BatteryLow => "batteryLow",
        _ => throw new ArgumentOutOfRangeException(nameof(input), input, "one input at a time"),
    };

    /// <summary>The input of that name, or null.</summary>
    public static Inputs? InputNamed(string name)
    {
        foreach (var input in AllInputs)
            if (NameOf(input) == name)
                return input;
        return null;
    }
}
