using System.Text.Json.Nodes;
using Call112.Rig.Chips;

namespace Call112.Rig.Stations;

/// <summary>An output of the rig's cabinet: its line, and whether the line is low while it is energised.</summary>
internal readonly record struct OutputWire(string Function, int Line, bool ActiveLow)
{
    /// <summary>Level while energised.</summary>
    public bool OnLevel => !ActiveLow;
}

/// <summary>An input: its line, the level while it is active, and whether the profile leaves the pull to the rig.</summary>
internal readonly record struct InputWire(string Function, int Line, bool ActiveHigh, string Bias);

/// <summary>
/// A cabinet made of lines: a simulated chip, the profile that describes it, and hands to press with. Both polarities are there: siren and
/// door are active-low on lines that pull up (GPIO0 … 8), the others active-high on lines that pull down; the loops are normally closed.
/// A simulated chip has one pull for both the board's bias and the world's contact. So a profile that asks for a pull-up lets go of every
/// button when the lines are requested; where a contact must stand open or closed at the start, the profile says <c>asIs</c>.
/// </summary>
internal sealed class Cabinet : IDisposable
{
    public static readonly OutputWire Siren = new("siren", 5, ActiveLow: true), Door = new("door", 6, ActiveLow: true), Strobe = new("strobe", 20, ActiveLow: false),
        Buzzer = new("buzzer", 21, ActiveLow: false), LampStatus = new("lampStatus", 16, ActiveLow: false), LampLink = new("lampLink", 26, ActiveLow: false);

    public static readonly InputWire Acknowledge = new("acknowledge", 17, ActiveHigh: false, "AsIs"), Responding = new("responding", 27, ActiveHigh: false, "PullUp"),
        Panic = new("panic", 22, ActiveHigh: true, "AsIs"), Test = new("test", 23, ActiveHigh: false, "PullUp"), Tamper = new("tamper", 24, ActiveHigh: true, "AsIs"),
        MainsFail = new("mainsFail", 25, ActiveHigh: false, "PullUp"), BatteryLow = new("batteryLow", 13, ActiveHigh: false, "PullUp");

    /// <summary>The siren relay's second pole, low while it is really on.</summary>
    public const int SirenFeedback = 19;

    private readonly bool _feedback;

    /// <param name="feedback">The siren is believed only by its second pole, which somebody must move.</param>
    public Cabinet(string name, bool feedback = false)
    {
        _feedback = feedback;
        Chip = new SimulatedChip($"rig-{name}");
        foreach (var output in Outputs)
            Chip.Pull(output.Line, !output.OnLevel);
        foreach (var input in Inputs)
            Set(input, active: false);
        Chip.Pull(SirenFeedback, high: true);
    }

    public static IReadOnlyList<OutputWire> Outputs { get; } = [Siren, Door, Strobe, Buzzer, LampStatus, LampLink];

    public static IReadOnlyList<InputWire> Inputs { get; } = [Acknowledge, Responding, Panic, Test, Tamper, MainsFail, BatteryLow];

    /// <summary>Lines with their safe levels.</summary>
    public static IReadOnlyList<(int Line, bool Safe)> SafeLevels { get; } = [.. Outputs.Select(output => (output.Line, !output.OnLevel))];

    public SimulatedChip Chip { get; }

    /// <summary>Presses or lets go, opens or closes.</summary>
    public void Set(InputWire input, bool active) => Chip.Pull(input.Line, active == input.ActiveHigh);

    public bool IsOn(OutputWire output) => Chip.Level(output.Line) == output.OnLevel;

    /// <summary>The first output that is not at its safe level, or null.</summary>
    public string? FirstUnsafe() => Outputs.Where(IsOn).Select(output => output.Function).FirstOrDefault();

    /// <summary>The profile as a technician would write it.</summary>
    public JsonObject Profile()
    {
        var outputs = new JsonArray();
        foreach (var output in Outputs)
        {
            var wired = new JsonObject { ["function"] = output.Function, ["to"] = Wire(output.Line), ["activeLow"] = output.ActiveLow };
            if (_feedback && output == Siren)
                wired["feedback"] = new JsonObject { ["input"] = Wire(SirenFeedback), ["activeLow"] = true, ["bias"] = "AsIs" };
            outputs.Add((JsonNode)wired);
        }

        var inputs = new JsonArray();
        foreach (var input in Inputs)
            inputs.Add((JsonNode)new JsonObject
            {
                ["function"] = input.Function,
                ["to"] = Wire(input.Line),
                ["activeLow"] = !input.ActiveHigh,
                ["bias"] = input.Bias,
                ["normallyClosed"] = input.ActiveHigh,
            });
        return new JsonObject
        {
            ["name"] = Chip.Label,
            ["description"] = "A cabinet of the rig, on a simulated chip.",
            ["chip"] = new JsonArray(Chip.Label),
            ["outputs"] = outputs,
            ["inputs"] = inputs,
            // Nothing here couples from a relay into a button's wire; blanking would only hide samples.
            ["blankInputsMs"] = 0,
        };
    }

    public void Dispose() => Chip.Dispose();

    private static JsonObject Wire(int gpio) => new() { ["gpio"] = gpio };
}
