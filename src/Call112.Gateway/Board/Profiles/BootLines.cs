using System.Globalization;

namespace Call112.Gateway.Board.Profiles;

/// <summary>
/// What the config.txt lines of a profile do to the header's lines before the service runs: firmware levels (<c>gpio=20,21=op,dh</c>) and the
/// overlays that take lines away. Knows only what this project's cabinets use; a line that it does not know changes nothing.
/// Source: Raspberry Pi documentation, config.txt; hardware.md §3.1, §5.
/// </summary>
internal sealed class BootLines
{
    private readonly Dictionary<int, bool> _driven = [];
    private readonly Dictionary<int, string> _taken = [];

    public BootLines(IReadOnlyList<string>? lines)
    {
        foreach (var raw in lines ?? [])
        {
            var line = raw.Split('#')[0].Trim();
            if (line.StartsWith("gpio=", StringComparison.Ordinal))
                Firmware(line["gpio=".Length..]);
            else if (line.StartsWith("dtoverlay=", StringComparison.Ordinal))
                Overlay(line["dtoverlay=".Length..].Split(','));
            else if (line.StartsWith("dtparam=", StringComparison.Ordinal))
                foreach (var parameter in line["dtparam=".Length..].Split(','))
                    Parameter(parameter.Trim());
            else if (line == "enable_uart=1")
                HasUart = true;
        }
    }

    public bool HasI2c { get; private set; }

    public bool HasUart { get; private set; }

    /// <summary>Outputs fall back to inputs when their owner dies (hardware.md §3.1).</summary>
    public bool HasStrictGpio { get; private set; }

    /// <summary>The level at which the firmware drives the line (<c>op,dh</c>, <c>op,dl</c>), or null when it does not.</summary>
    public bool? Driven(int gpio) => _driven.TryGetValue(gpio, out var high) ? high : null;

    /// <summary>The line of config.txt that takes this line for something else, or null.</summary>
    public string? TakenBy(int gpio) => _taken.GetValueOrDefault(gpio);

    private void Firmware(string text)
    {
        var halves = text.Split('=', 2);
        if (halves.Length != 2)
            return;
        var settings = halves[1].Split(',', StringSplitOptions.TrimEntries);
        foreach (var part in halves[0].Split(',', StringSplitOptions.TrimEntries))
            foreach (var gpio in Range(part))
                if (settings.Contains("op") && (settings.Contains("dh") || settings.Contains("dl")))
                    _driven[gpio] = settings.Contains("dh");
                else
                    _driven.Remove(gpio);
    }

    private static IEnumerable<int> Range(string part)
    {
        var ends = part.Split('-');
        if (!Number(ends[0], out var first) || !Number(ends[^1], out var last))
            return [];
        return Enumerable.Range(first, Math.Max(0, last - first + 1));
    }

    private void Overlay(string[] parts)
    {
        // The defaults are the overlays' own: gpio-hog holds 26, w1-gpio reads 4, gpio-shutdown waits on 3.
        int? fallback = parts[0].Trim() switch
        {
            "gpio-hog" => 26,
            "w1-gpio" => 4,
            "gpio-shutdown" => 3,
            _ => null,
        };
        if (fallback is not { } gpio)
            return;
        foreach (var part in parts.Skip(1))
            if (part.Split('=', 2, StringSplitOptions.TrimEntries) is ["gpio" or "gpiopin" or "gpio_pin", var value] && Number(value, out var told))
                gpio = told;
        _taken[gpio] = "dtoverlay=" + string.Join(',', parts);
    }

    private void Parameter(string parameter)
    {
        switch (parameter)
        {
            case "i2c_arm=on" or "i2c=on" or "i2c_arm" or "i2c":
                HasI2c = true;
                break;
            case "strict_gpiod" or "strict_gpiod=on":
                HasStrictGpio = true;
                break;
            case "spi=on" or "spi":
                for (var gpio = 7; gpio <= 11; gpio++)
                    _taken[gpio] = "dtparam=spi=on";
                break;
        }
    }

    private static bool Number(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= 1_000;
}
