using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Call112.Rig.Chips;

/// <summary>
/// A GPIO chip of the kernel's gpio-sim driver, made through configfs: what stands for the wires of one cabinet. The program under test sees
/// an ordinary character device; from here a button is pressed by pulling a line, and a relay is read by a line's level.
/// Invariants: the chip exists from the constructor to <see cref="Dispose"/>; a pull never overrides a line that is driven, as on a real chip.
/// Any thread may read and pull.
/// </summary>
internal sealed class SimulatedChip : IDisposable
{
    /// <summary>Lines of the Pi's header: GPIO0 … GPIO27.</summary>
    public const int Lines = 28;

    private const string ConfigFs = "/sys/kernel/config/gpio-sim", KernelList = "/sys/kernel/debug/gpio";

    private static readonly byte[] s_up = "pull-up"u8.ToArray(), s_down = "pull-down"u8.ToArray();

    private readonly string _config;
    private readonly SafeFileHandle[] _values = new SafeFileHandle[Lines];
    private readonly SafeFileHandle[] _pulls = new SafeFileHandle[Lines];

    public SimulatedChip(string label)
    {
        Label = label;
        _config = Path.Combine(ConfigFs, label);
        var bank = Path.Combine(_config, "bank0");
        Directory.CreateDirectory(_config);
        Directory.CreateDirectory(bank);
        Set(Path.Combine(bank, "label"), label);
        Set(Path.Combine(bank, "num_lines"), Lines.ToString(CultureInfo.InvariantCulture));
        for (var line = 0; line < Lines; line++)
        {
            var folder = Path.Combine(bank, $"line{line}");
            Directory.CreateDirectory(folder);
            Set(Path.Combine(folder, "name"), $"GPIO{line}");
        }

        Set(Path.Combine(_config, "live"), "1");
        Name = File.ReadAllText(Path.Combine(bank, "chip_name")).Trim();
        var device = File.ReadAllText(Path.Combine(_config, "dev_name")).Trim();
        FirstNumber = NumberOf(Name);
        for (var line = 0; line < Lines; line++)
        {
            var folder = $"/sys/devices/platform/{device}/{Name}/sim_gpio{line}";
            _values[line] = File.OpenHandle(Path.Combine(folder, "value"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            _pulls[line] = File.OpenHandle(Path.Combine(folder, "pull"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        }
    }

    public string Label { get; }

    /// <summary><c>gpiochipN</c>.</summary>
    public string Name { get; }

    /// <summary>Number of line 0 in the kernel's trace.</summary>
    public int FirstNumber { get; }

    /// <summary>The level of a line now: driven, or pulled.</summary>
    public bool Level(int line)
    {
        Span<byte> text = stackalloc byte[4];
        return RandomAccess.Read(_values[line], text, 0) > 0 && text[0] == (byte)'1';
    }

    /// <summary>What the world outside does to a line: a contact that opens or closes, a pull resistor.</summary>
    public void Pull(int line, bool high) => RandomAccess.Write(_pulls[line], high ? s_up : s_down, 0);

    public void Dispose()
    {
        foreach (var handle in _values.Concat(_pulls))
            handle.Dispose();
        Set(Path.Combine(_config, "live"), "0");
        var bank = Path.Combine(_config, "bank0");
        for (var line = 0; line < Lines; line++)
            Directory.Delete(Path.Combine(bank, $"line{line}"));
        Directory.Delete(bank);
        Directory.Delete(_config);
    }

    /// <summary>One write for the whole value: an attribute of the kernel takes no halves, and no byte order mark.</summary>
    private static void Set(string path, string value)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        RandomAccess.Write(file, Encoding.ASCII.GetBytes(value), 0);
    }

    /// <summary>From <c>gpiochip0: GPIOs 484-511, parent: …</c>.</summary>
    private static int NumberOf(string chip)
    {
        foreach (var line in File.ReadLines(KernelList))
            if (line.StartsWith(chip + ": GPIOs ", StringComparison.Ordinal))
                return int.Parse(line.AsSpan(chip.Length + ": GPIOs ".Length, line[(chip.Length + ": GPIOs ".Length)..].IndexOf('-')), CultureInfo.InvariantCulture);
        throw new InvalidOperationException($"{KernelList} does not list {chip}");
    }
}
