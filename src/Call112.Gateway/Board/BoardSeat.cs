using System.Device.I2c;
using Call112.Gateway.Board.Gpio;

namespace Call112.Gateway.Board;

/// <summary>What a cabinet takes from the machine it hangs on. The defaults are this machine's; a test gives it simulated chips.</summary>
internal sealed record BoardSeat
{
    /// <summary>Opens the first GPIO chip with one of these labels; throws a <see cref="BoardException"/>.</summary>
    public Func<IReadOnlyList<string>, GpioChip> OpenChip { get; init; } = GpioChip.Open;

    /// <summary>Opens an address on a bus; nothing is sent yet.</summary>
    public Func<int, int, I2cDevice> OpenI2c { get; init; } = (bus, address) => I2cDevice.Create(new I2cConnectionSettings(bus, address));

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
