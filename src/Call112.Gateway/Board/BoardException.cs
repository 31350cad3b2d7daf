using Call112.Gateway.Board.Profiles;

namespace Call112.Gateway.Board;

/// <summary>A cabinet that cannot be driven as its profile says. The message names line and pin; <see cref="Remedy"/> says what to do.</summary>
/// <param name="problem">What is wrong, without a full stop.</param>
/// <param name="remedy">What a technician does about it, without a full stop.</param>
/// <param name="line">The GPIO line or relay, or null when the fault is not one line's.</param>
/// <param name="pin">Physical pin of the header, when the profile names it.</param>
/// <param name="holder">Who holds the line, when that is the fault.</param>
public sealed class BoardException(
    string problem, string remedy, string? line = null, int? pin = null, LineHolder? holder = null, Exception? inner = null)
    : Exception($"{problem}. Remedy: {remedy}.", inner)
{
    public string Problem { get; } = problem;

    public string Remedy { get; } = remedy;

    public string? Line { get; } = line;

    public int? Pin { get; } = pin;

    public LineHolder? Holder { get; } = holder;

    /// <summary>A line's name for people: <c>GPIO26 (pin 37)</c>, <c>relay 1 of relays</c>.</summary>
    internal static string Name(WiredTo to) => to switch
    {
        { Gpio: { } gpio } => $"GPIO{gpio}{PinOf(to)}",
        { Line: { } line } => $"line '{line}'{PinOf(to)}",
        { Card: { } card } => $"channel {card.Channel} of '{card.Device}'",
        _ => "a line that is not named",
    };

    private static string PinOf(WiredTo to) => to.Pin is { } pin ? $" (pin {pin})" : "";
}

/// <summary>Who holds a GPIO line.</summary>
/// <param name="Consumer">The name that the holder gave to the kernel; empty when it gave none.</param>
/// <param name="Program">The process behind it, where it can be told.</param>
public sealed record LineHolder(string Consumer, string? Program)
{
    /// <summary>The name of this program in the kernel's lists, both of processes and of consumers: 15 characters, the kernel's limit.</summary>
    public const string OurProgram = "call112-gateway";

    private const string V2Prefix = "C#-LibGpiodV2Driver-";

    /// <summary>True when this very program, in whichever process, holds the line: the running service.</summary>
    public bool IsService => Program == OurProgram;

    /// <summary>
    /// Reads a consumer's name. libgpiod v1 lines carry the process's name, v2 lines the driver's name and the process id, behind which the
    /// kernel knows the process.
    /// </summary>
    public static LineHolder Of(string consumer)
    {
        if (consumer == OurProgram)
            return new LineHolder(consumer, OurProgram);
        if (!consumer.StartsWith(V2Prefix, StringComparison.Ordinal) || !consumer.AsSpan(V2Prefix.Length).ContainsAnyInRange('0', '9'))
            return new LineHolder(consumer, null);
        try
        {
            return new LineHolder(consumer, File.ReadAllText($"/proc/{consumer.AsSpan(V2Prefix.Length)}/comm").Trim());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new LineHolder(consumer, null);
        }
    }

    public override string ToString() => (Consumer, Program) switch
    {
        ("", _) => "a holder without a name (the kernel itself, or a device-tree overlay)",
        (_, null) => $"'{Consumer}'",
        _ when Consumer == Program => $"'{Consumer}'",
        _ => $"'{Program}' ({Consumer})",
    };
}
