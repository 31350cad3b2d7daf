using System.Device.I2c;

namespace Call112.Gateway.Tests.IotBindings;

/// <summary>
/// An HD44780 behind a PCF8574 in memory: RS is bit 0, RW 1, E 2, the backlight 3, D4 … D7 the high half; E's falling edge takes the half byte
/// (HD44780U datasheet, figure 9 and table 6). It powers up in eight-bit mode with garbage in its memory.
/// </summary>
internal sealed class SimulatedLcd : I2cDevice
{
    private const int Rs = 1, Rw = 2, Enable = 4, Light = 8;

    private readonly char[] _memory = new char[128];
    private byte _port;
    private bool _fourBits;
    private bool _on;
    private int? _high;
    private int _address;
    private int _step = 1;

    public SimulatedLcd() => PowerUp();

    public override I2cConnectionSettings ConnectionSettings { get; } = new(1, 0x27);

    /// <summary>Pulled off the bus.</summary>
    public bool Unplugged { get; set; }

    /// <summary>Half bytes that were taken.</summary>
    public int Taken { get; private set; }

    public int Disposed { get; private set; }

    public bool IsLit => (_port & Light) != 0;

    /// <summary>What a person reads; nothing while the display is off. Rows of four begin at 0, 64, 20, 84.</summary>
    public string Row(int row, int width) => _on ? new string(_memory, new[] { 0, 64, 20, 84 }[row], width) : "";

    public void PowerUp()
    {
        Array.Fill(_memory, '#');
        (_fourBits, _on, _high, _address) = (false, false, null, 0);
    }

    /// <summary>A spike on E: a half byte that nobody sent, and from then on high and low halves are swapped.</summary>
    public void Spike() => Take(0);

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (Unplugged)
            throw new IOException("Error 121 (Remote I/O error) performing I2C data transfer.");
        foreach (var value in buffer)
        {
            Assert.Equal(0, value & Rw);
            if ((_port & Enable) != 0 && (value & Enable) == 0)
                Take(_port);
            _port = value;
        }
    }

    public override void Read(Span<byte> buffer) => throw new InvalidOperationException("the display is never read");

    public override void WriteRead(ReadOnlySpan<byte> writeBuffer, Span<byte> readBuffer) =>
        throw new InvalidOperationException("the display is never read");

    protected override void Dispose(bool disposing)
    {
        Disposed++;
        base.Dispose(disposing);
    }

    private void Take(byte port)
    {
        Taken++;
        var half = port >> 4;
        if (!_fourBits)
            Do(half << 4, data: (port & Rs) != 0);
        else if (_high is { } high)
        {
            _high = null;
            Do((high << 4) | half, data: (port & Rs) != 0);
        }
        else
            _high = half;
    }

    private void Do(int value, bool data)
    {
        if (data)
        {
            _memory[_address & 127] = (char)value;
            _address += _step;
        }
        else if (value >= 0x80)
            _address = value & 127;
        else if (value >= 0x40)
            throw new InvalidOperationException("nobody draws characters");
        else if (value >= 0x20)
            (_fourBits, _high) = ((value & 0x10) == 0, null);
        else if (value >= 0x10)
            throw new InvalidOperationException("nobody shifts the display");
        else if (value >= 8)
            _on = (value & 4) != 0;
        else if (value >= 4)
        {
            Assert.Equal(0, value & 1);
            _step = (value & 2) != 0 ? 1 : -1;
        }
        else if (value == 1)
        {
            Array.Fill(_memory, ' ');
            (_address, _step) = (0, 1);
        }
        else if (value >= 2)
            _address = 0;
    }
}
