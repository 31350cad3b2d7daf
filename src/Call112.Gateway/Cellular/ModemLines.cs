using System.Device.Gpio;
using Call112.Gateway.Board;
using Call112.Gateway.Board.Gpio;
using Call112.Gateway.Board.Profiles;

namespace Call112.Gateway.Cellular;

/// <summary>
/// The lines of the modem's HAT: power key and power-down. Requested apart from the cabinet's, so that no output of the cabinet knows of them.
/// Invariants: a line is asked for at its first use and then held at its resting level, low; whatever ends a pulse, the level goes back to low.
/// </summary>
internal sealed class ModemLines(BoardProfile profile, BoardSeat seat) : IDisposable
{
    private readonly Dictionary<int, int> _open = [];
    private GpioChip? _chip;

    /// <summary>The power key's pin, or null when the board has none.</summary>
    public HatPin? PowerKey { get; } = PinOf(profile, HatPinRole.PowerKey);

    /// <summary>The supply's pin, or null when the board has none.</summary>
    public HatPin? PowerDown { get; } = PinOf(profile, HatPinRole.PowerDown);

    /// <summary>High for a while, then low.</summary>
    /// <exception cref="BoardException">The line cannot be had.</exception>
    public async Task PulseAsync(HatPin pin, TimeSpan high, CancellationToken cancel)
    {
        var line = Line(pin);
        _chip!.Write(line, PinValue.High);
        try
        {
            await Task.Delay(high, seat.Time, cancel);
        }
        finally
        {
            _chip.Write(line, PinValue.Low);
        }
    }

    public void Dispose() => _chip?.Dispose();

    private int Line(HatPin pin)
    {
        if (_open.TryGetValue(pin.Gpio, out var open))
            return open;
        var to = new WiredTo(pin.Gpio);
        _chip ??= seat.OpenChip(profile.Chip);
        var line = _chip.Find(pin.Use, to);
        _chip.OpenOutput(pin.Use, line, to, PinValue.Low);
        return _open[pin.Gpio] = line;
    }

    private static HatPin? PinOf(BoardProfile profile, HatPinRole role) => (profile.Hats ?? []).SelectMany(hat => hat.Pins).FirstOrDefault(pin => pin.Role == role);
}
