using System.Text.Json.Serialization;

namespace Call112.Gateway.Board.Profiles;

/// <summary>
/// A cabinet as <c>hardware/boards/*.json</c> describes it: what is wired to which line, with which polarity, and what must hold when nothing
/// runs. The form is <c>hardware/boards/board.schema.json</c>; <see cref="ProfileReader"/> reads and checks it. Immutable.
/// </summary>
/// <param name="Name">Short name, for example <c>reference-a</c>.</param>
/// <param name="Description">One sentence for people.</param>
/// <param name="Chip">Label of the GPIO chips that may carry the lines, best first: <c>pinctrl-rp1</c>, <c>pinctrl-bcm2711</c>. Never a chip number.</param>
/// <param name="I2cBus">Bus number of the I²C devices, <c>/dev/i2c-N</c>.</param>
/// <param name="BlankInputsMs">Inputs keep their last level for so long after a relay edge, ms, 0 … 1,000; 0 does not blank (hardware.md §3.2).</param>
/// <param name="ConfigTxt">Lines of config.txt that this cabinet needs.</param>
/// <param name="Remedies">What the wiring does against a finding of <see cref="ProfileCheck"/> that would refuse or warn;
/// the check then tells it as a note.</param>
/// <param name="Schema">Where an editor finds the form; the service does not read it.</param>
public sealed record BoardProfile(
    string Name,
    string Description,
    IReadOnlyList<string> Chip,
    IReadOnlyList<OutputLine> Outputs,
    IReadOnlyList<InputLine> Inputs,
    IReadOnlyList<BoardDevice>? Devices = null,
    IReadOnlyList<Hat>? Hats = null,
    int I2cBus = 1,
    int BlankInputsMs = 100,
    IReadOnlyList<string>? ConfigTxt = null,
    IReadOnlyList<Remedy>? Remedies = null,
    [property: JsonPropertyName("$schema")] string? Schema = null);

/// <summary>A known weakness of the wiring, and what was built against it. It answers a finding; it never silences one.</summary>
/// <param name="Rule">The rule that the check would name; only those of <see cref="ProfileCheck.Remediable"/>.</param>
/// <param name="Function">The function that the finding names.</param>
/// <param name="Built">What was built, for people.</param>
public sealed record Remedy(FindingRule Rule, string Function, string Built);

/// <summary>Where a function is wired: a GPIO line by BCM number or by name, or a relay or input of a card. Exactly one of the three.</summary>
/// <param name="Gpio">BCM number, 0 … 27.</param>
/// <param name="Line">Name of the line, as <c>gpioinfo</c> shows it.</param>
/// <param name="Card">A channel of a relay card.</param>
/// <param name="Pin">Physical pin of the header, 1 … 40, for people; checked against <paramref name="Gpio"/>.</param>
public sealed record WiredTo(int? Gpio = null, string? Line = null, CardChannel? Card = null, int? Pin = null);

/// <param name="Device">Name of one of <see cref="BoardProfile.Devices"/>.</param>
/// <param name="Channel">Relay or input, counted from 1.</param>
public sealed record CardChannel(string Device, int Channel);

/// <summary>One output.</summary>
/// <param name="Function"><c>siren strobe door lampStatus lampLink buzzer</c>, or <c>health</c>: energised while the service lives, so that its normally closed contact lights a lamp by itself.</param>
/// <param name="ActiveLow">The line is low while the output is energised.</param>
/// <param name="OnCrash">What <c>board safe</c> does: <c>Off</c>, or <c>Hold</c> for an output that must keep its level.</param>
/// <param name="Contact">Which relay contact carries the load.</param>
/// <param name="Feedback">How it is known that the output really follows; the line's own level when null.</param>
/// <param name="MaxOnSeconds">Longest time energised without a break that the wiring allows, s; told in the wiring table.</param>
/// <param name="Terminal">Where the load's wire ends.</param>
/// <param name="Wire">Colour and cross-section.</param>
/// <param name="Load">What hangs on it.</param>
/// <param name="Fuse">Fuse of the load's feed; a relay contact without one is a warning.</param>
/// <param name="Suppressor">What takes the load's switching spike: flyback diode, TVS, MOV.</param>
/// <param name="PowerRelay">The relay whose contact carries the load where the board's own only drives its coil (hardware/wiring-rules.md, section 3); told in the drawing.</param>
public sealed record OutputLine(
    string Function,
    WiredTo To,
    bool ActiveLow = false,
    CrashLevel OnCrash = CrashLevel.Off,
    RelayContact Contact = RelayContact.None,
    OutputFeedback? Feedback = null,
    double? MaxOnSeconds = null,
    string? Terminal = null,
    string? Wire = null,
    string? Load = null,
    string? Fuse = null,
    string? Suppressor = null,
    string? PowerRelay = null);

public enum CrashLevel
{
    Off,
    Hold,
}

public enum RelayContact
{
    /// <summary>No relay: the line drives the load.</summary>
    None,
    NormallyOpen,
    NormallyClosed,
}

/// <summary>Proof that an output follows, within 500 ms (design, promise 4): an input line (second pole, current switch), or a current sensor. Exactly one.</summary>
/// <param name="Input">A line that is active while the output is really on.</param>
/// <param name="ActiveLow">That line is low while the output is really on.</param>
/// <param name="Current">Name of an <c>Ina219</c> device in the load's feed.</param>
/// <param name="AboveMilliamperes">The output is on above this current, mA.</param>
public sealed record OutputFeedback(WiredTo? Input = null, bool ActiveLow = true, LineBias Bias = LineBias.PullUp, string? Current = null, double? AboveMilliamperes = null);

/// <summary>One input.</summary>
/// <param name="Function"><c>acknowledge responding panic test tamper mainsFail batteryLow</c>.</param>
/// <param name="ActiveLow">The line is low while the input is active. A normally closed loop to ground with a pull-up is active when it opens: false.</param>
/// <param name="NormallyClosed">The contact opens to tell; for the wiring table.</param>
/// <param name="Loop">A supervised loop measured by a converter instead of a level.</param>
public sealed record InputLine(
    string Function,
    WiredTo? To = null,
    bool ActiveLow = true,
    LineBias Bias = LineBias.PullUp,
    bool NormallyClosed = false,
    SupervisedLoop? Loop = null,
    string? Terminal = null,
    string? Wire = null,
    string? Load = null);

public enum LineBias
{
    /// <summary>As the firmware left it.</summary>
    AsIs,
    None,
    PullUp,
    PullDown,
}

/// <summary>An end-of-line loop on a converter's channel, by voltage windows (hardware.md §3.2): short &lt; normal &lt; pressed &lt; cut.</summary>
/// <param name="Device">Name of an <c>Ads1115</c> device.</param>
/// <param name="Channel">0 … 3.</param>
/// <param name="ShortBelowVolts">Below it the loop is shorted.</param>
/// <param name="PressedAboveVolts">From it on the contact is open: pressed.</param>
/// <param name="CutAboveVolts">From it on the wire is cut.</param>
public sealed record SupervisedLoop(string Device, int Channel, double ShortBelowVolts = 0.8, double PressedAboveVolts = 1.93, double CutAboveVolts = 2.75);

/// <summary>A chip on the I²C bus.</summary>
/// <param name="ShuntOhms">Ina219: shunt, Ω.</param>
/// <param name="Role">Ina219: what it measures.</param>
public sealed record BoardDevice(string Name, DeviceKind Kind, int Address, double? ShuntOhms = null, GaugeRole Role = GaugeRole.None);

public enum DeviceKind
{
    Sequent4Rel4In,
    Ads1115,
    Ina219,
    Max17040,

    /// <summary>A real-time clock that the kernel drives; named so that its address is taken.</summary>
    KernelRtc,
}

public enum GaugeRole
{
    None,
    Siren,
    Battery,
}

/// <summary>A HAT on the header, with the pins that belong to it.</summary>
/// <param name="Name">As it is sold.</param>
/// <param name="Verified">False while nobody has tried it on a real one.</param>
/// <param name="I2c">Addresses that it takes.</param>
public sealed record Hat(string Name, IReadOnlyList<HatPin> Pins, bool Verified = false, IReadOnlyList<int>? I2c = null);

/// <param name="Gpio">BCM number.</param>
/// <param name="Use">What the HAT does with it, for example <c>PWRKEY</c>.</param>
/// <param name="MustStayFree">Nothing else may be wired to it.</param>
/// <param name="Role">What the recovery ladder may do with it; a role makes the line an output while a rung needs it (decision 0017).</param>
/// <param name="OffPulseSeconds">PowerKey: how long the line is high to switch the modem off, s, 0.1 … 10.</param>
/// <param name="OnPulseSeconds">PowerKey: how long the line is high to switch the modem on, s, 0.1 … 10.</param>
public sealed record HatPin(
    int Gpio,
    string Use,
    bool MustStayFree = true,
    HatPinRole Role = HatPinRole.None,
    double OffPulseSeconds = 3,
    double OnPulseSeconds = 2);

public enum HatPinRole
{
    /// <summary>The service leaves it alone.</summary>
    None,

    /// <summary>A high pulse switches the modem off or on.</summary>
    PowerKey,

    /// <summary>High cuts the modem's supply.</summary>
    PowerDown,
}

/// <summary>JSON of a profile: camelCase, unknown fields are errors, comments allowed.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    AllowDuplicateProperties = false,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    ReadCommentHandling = System.Text.Json.JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    WriteIndented = true,
    Converters =
    [
        typeof(NamedOnly<CrashLevel>), typeof(NamedOnly<RelayContact>), typeof(NamedOnly<LineBias>), typeof(NamedOnly<DeviceKind>),
        typeof(NamedOnly<GaugeRole>), typeof(NamedOnly<FindingRule>), typeof(NamedOnly<HatPinRole>),
    ])]
[JsonSerializable(typeof(BoardProfile))]
internal sealed partial class BoardProfileJsonContext : JsonSerializerContext;

/// <summary>An enum by its name only: a number would name whatever stands there after the next change.</summary>
internal sealed class NamedOnly<T>() : JsonStringEnumConverter<T>(namingPolicy: null, allowIntegerValues: false)
    where T : struct, Enum;
