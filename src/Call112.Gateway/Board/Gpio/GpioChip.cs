using System.Device.Gpio;
using System.Device.Gpio.Drivers;
using System.Runtime.InteropServices;
using Call112.Gateway.Board.Profiles;

namespace Call112.Gateway.Board.Gpio;

/// <summary>
/// The chip that carries a cabinet's lines, found by its label. Lines are requested one by one, so that an error names the line.
/// Invariants: an output is requested with its first level, in one step (F11); no line is asked for edge events (decision 0005).
/// Calls may come from any thread.
/// </summary>
internal sealed class GpioChip : IDisposable
{
    /// <summary>System.Device.Gpio's own variable; overrides the choice of libgpiod: <c>V1</c> (libgpiod.so.2) or <c>V2</c> (libgpiod.so.3).</summary>
    public const string DriverVariable = "DOTNET_IOT_LIBGPIOD_DRIVER_VERSION";

    private readonly GpioController _controller;
    private readonly Func<int, GpioLineInfo> _info;

    /// <param name="driver">Drives the lines; owned by the chip.</param>
    /// <param name="lines">Number of lines.</param>
    /// <param name="info">What the kernel says about a line.</param>
    public GpioChip(string label, int lines, GpioDriver driver, Func<int, GpioLineInfo> info)
    {
        (Label, Lines, _info) = (label, lines, info);
        _controller = new GpioController(driver);
    }

    public string Label { get; }

    public int Lines { get; }

    /// <summary>The first chip of this machine with one of these labels.</summary>
    /// <exception cref="BoardException">There is no such chip, or no libgpiod.</exception>
    public static GpioChip Open(IReadOnlyList<string> labels)
    {
        var chips = KernelGpio.Chips();
        foreach (var label in labels)
            foreach (var chip in chips)
                if (chip.Label == label)
                    return new GpioChip(label, chip.Lines, Driver(chip), line => KernelGpio.Line(chip, line));
        var seen = chips.Count == 0
            ? "this machine shows no GPIO chip at all"
            : $"this machine has {string.Join(", ", chips.Select(chip => $"'{chip.Label}'"))}";
        throw new BoardException(
            $"no GPIO chip is labelled {string.Join(" or ", labels.Select(label => $"'{label}'"))}; {seen}",
            "check with 'gpiodetect' that this is the computer the profile is for, and that the user of the service is in the group gpio");
    }

    /// <summary>The line's number on this chip.</summary>
    /// <param name="field">The function, for errors.</param>
    /// <exception cref="BoardException">The chip has no such line.</exception>
    public int Find(string field, WiredTo to)
    {
        if (to.Gpio is { } gpio)
            // The header's chips count their lines as BCM numbers (pinctrl-bcm2835 … bcm2711, pinctrl-rp1).
            return gpio >= 0 && gpio < Lines ? gpio : throw Missing(field, to, $"has the lines 0 … {Lines - 1}");
        for (var line = 0; line < Lines; line++)
            if (_info(line).Name == to.Line)
                return line;
        throw Missing(field, to, "has no line of that name");
    }

    /// <summary>Makes a line an output that begins at this level: no other level is ever driven.</summary>
    /// <exception cref="BoardException">The line is held, or cannot be an output.</exception>
    public void OpenOutput(string field, int line, WiredTo to, PinValue first) =>
        Request(field, line, to, () => _controller.OpenPin(line, PinMode.Output, first));

    /// <summary>Makes a line an input. <see cref="LineBias.None"/> and <see cref="LineBias.AsIs"/> both leave the bias to the firmware.</summary>
    /// <inheritdoc cref="OpenOutput" path="/exception"/>
    public void OpenInput(string field, int line, WiredTo to, LineBias bias) => Request(field, line, to, () => _controller.OpenPin(line, bias switch
    {
        LineBias.PullUp => PinMode.InputPullUp,
        LineBias.PullDown => PinMode.InputPullDown,
        _ => PinMode.Input,
    }));

    public PinValue Read(int line) => _controller.Read(line);

    public void Write(int line, PinValue level) => _controller.Write(line, level);

    /// <summary>Gives the lines back. What level an output then keeps is the kernel's business (hardware.md §3.1).</summary>
    public void Dispose() => _controller.Dispose();

    private void Request(string field, int line, WiredTo to, Action open)
    {
        if (_info(line) is { Used: true } info)
            throw Busy(field, to, info);
        try
        {
            open();
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or UnauthorizedAccessException)
        {
            if (_controller.IsPinOpen(line))
                _controller.ClosePin(line);
            // Whoever took the line between the look and the request is named all the same.
            if (_info(line) is { Used: true } taken)
                throw Busy(field, to, taken);
            throw new BoardException(
                $"{field}: {BoardException.Name(to)} of {Label} cannot be requested ({e.Message})",
                "look at dmesg, and whether the line can be what the profile asks for", BoardException.Name(to), to.Pin, inner: e);
        }
    }

    private static BoardException Busy(string field, WiredTo to, GpioLineInfo info)
    {
        var holder = LineHolder.Of(info.Consumer);
        return new BoardException(
            $"{field}: {BoardException.Name(to)} is held by {holder}",
            holder.IsService
                ? "stop the service first (systemctl stop call112-gateway)"
                : "stop that program or remove its overlay from config.txt, or wire the function to another line",
            BoardException.Name(to), to.Pin, holder);
    }

    private BoardException Missing(string field, WiredTo to, string what) => new(
        $"{field}: {BoardException.Name(to)} is not on the chip '{Label}', which {what}",
        "correct the profile; 'gpioinfo' lists the lines", BoardException.Name(to), to.Pin);

    private static GpioDriver Driver(KernelChip chip)
    {
        var asked = Environment.GetEnvironmentVariable(DriverVariable);
        if (asked is not (null or "" or "V1" or "V2"))
            throw new BoardException($"{DriverVariable} is '{asked}'", "set it to V1 or V2, or remove it");
        try
        {
            // Trixie has only v2; where both are installed, the newer one speaks the kernel's newer interface.
            if (asked == "V2" || (asked != "V1" && NativeLibrary.TryLoad("libgpiod.so.3", out _)))
                return new OneStepV2Driver(chip.Number);
            if (NativeLibrary.TryLoad("libgpiod.so.2", out _))
                return new LibGpiodDriver(chip.Number);
        }
        catch (Exception e) when (e is DllNotFoundException or TypeInitializationException or PlatformNotSupportedException or IOException)
        {
            throw new BoardException($"the GPIO chip '{chip.Label}' ({chip.Path}) cannot be opened ({e.Message})", Install, inner: e);
        }

        throw new BoardException($"the GPIO chip '{chip.Label}' cannot be driven: libgpiod is missing", Install);
    }

    private const string Install = "install libgpiod3 or libgpiod2 (apt install libgpiod2), and let the user of the service into the group gpio";
}
