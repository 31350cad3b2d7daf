using System.Globalization;

namespace Call112.Gateway.Board.Profiles;

/// <summary>
/// The 40-pin header of a Raspberry Pi (B+ and later): which pin carries which line, which way each line is pulled before any software runs,
/// and what else it does. Source: Raspberry Pi documentation, "GPIO and the 40-pin header"; pulls: hardware.md §3.1 (on RP1 assumed the same).
/// </summary>
public static class Header
{
    public const int PinCount = 40, GpioMax = 27;

    /// <summary>GPIO 0 … 8 are pulled up at reset, 9 … 27 down (hardware.md §3.1).</summary>
    public const int LastPulledUp = 8;

    /// <summary>What each pin carries: a BCM number, or −1 and below for supplies. Index 0 is pin 1.</summary>
    private static readonly int[] s_pins =
    [
        Supply3V3, Supply5V, 2, Supply5V, 3, Ground, 4, 14, Ground, 15,
        17, 18, 27, Ground, 22, 23, Supply3V3, 24, 10, Ground,
        9, 25, 11, 8, Ground, 7, 0, 1, 5, Ground,
        6, 12, 13, Ground, 19, 16, 26, 20, Ground, 21,
    ];

    private const int Ground = -1, Supply3V3 = -2, Supply5V = -3;

    /// <summary>Names that kernels of the Pi give to lines beside <c>GPIOn</c>.</summary>
    private static readonly Dictionary<string, int> s_names = new(StringComparer.Ordinal)
    {
        ["ID_SDA"] = 0,
        ["ID_SDA0"] = 0,
        ["ID_SD"] = 0,
        ["ID_SCL"] = 1,
        ["ID_SCL0"] = 1,
        ["ID_SC"] = 1,
        ["SDA1"] = 2,
        ["SCL1"] = 3,
        ["GPIO_GCLK"] = 4,
        ["SPI_CE1_N"] = 7,
        ["SPI_CE0_N"] = 8,
        ["SPI_MISO"] = 9,
        ["SPI_MOSI"] = 10,
        ["SPI_SCLK"] = 11,
        ["TXD1"] = 14,
        ["RXD1"] = 15,
    };

    /// <summary>The BCM number on a pin, or null for a supply or ground.</summary>
    /// <param name="pin">1 … 40.</param>
    public static int? GpioOf(int pin) => s_pins[pin - 1] is >= 0 and var gpio ? gpio : null;

    /// <summary>The pin of a BCM number.</summary>
    /// <param name="gpio">0 … 27.</param>
    public static int PinOf(int gpio) => Array.IndexOf(s_pins, gpio) + 1;

    /// <summary>The BCM number of a line's name, or null when the name is none of the header's.</summary>
    public static int? GpioNamed(string name)
    {
        if (s_names.TryGetValue(name, out var known))
            return known;
        return name.StartsWith("GPIO", StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(4), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= GpioMax
            ? number
            : null;
    }

    /// <summary>What a pin is called: <c>GPIO17</c>, <c>3V3</c>, <c>5V</c>, <c>GND</c>.</summary>
    /// <param name="pin">1 … 40.</param>
    public static string NameOf(int pin) => s_pins[pin - 1] switch
    {
        Ground => "GND",
        Supply3V3 => "3V3",
        Supply5V => "5V",
        var gpio => string.Create(CultureInfo.InvariantCulture, $"GPIO{gpio}"),
    };

    /// <summary>The level at which the line floats in from reset until software takes it.</summary>
    public static bool IsPulledUpAtReset(int gpio) => gpio <= LastPulledUp;

    /// <summary>What the line does beside being a line, or null.</summary>
    public static string? SpecialUse(int gpio) => gpio switch
    {
        0 or 1 => "ID EEPROM",
        2 => "I2C SDA",
        3 => "I2C SCL",
        7 => "SPI CE1",
        8 => "SPI CE0",
        9 => "SPI MISO",
        10 => "SPI MOSI",
        11 => "SPI SCLK",
        14 => "UART TXD",
        15 => "UART RXD",
        _ => null,
    };
}
