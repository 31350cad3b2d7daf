using System.Device.I2c;
using Iot.Device.CharacterLcd;

namespace Call112.Gateway.IotBindings.Lcd;

/// <summary>
/// A character display (HD44780) behind a PCF8574, by the binding. Opened anew after each failure, because what comes back may have lost its
/// power, and with it the four-bit mode and its text.
/// Invariants: a row is written only when it differs from what was written last; after an exception nothing is believed to be written.
/// One thread.
/// </summary>
/// <param name="open">Opens the display's address; nothing is sent yet.</param>
internal sealed class LcdScreen(LcdSize size, Func<I2cDevice> open) : IDisposable
{
    private I2cDevice? _device;
    private Hd44780? _lcd;
    private string?[] _written = [];

    /// <summary>Brings the rows onto the display.</summary>
    /// <exception cref="IOException">The display does not answer, or its bus cannot be opened.</exception>
    public void Show(IReadOnlyList<string> rows)
    {
        try
        {
            var lcd = _lcd ?? SetUp(rows.Count);
            for (var row = 0; row < rows.Count; row++)
            {
                if (_written[row] == rows[row])
                    continue;
                lcd.SetCursorPosition(0, row);
                lcd.Write(rows[row]);
                _written[row] = rows[row];
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>
    /// The next <see cref="Show"/> sets the display up anew. It never tells that it is garbled (its busy flag is not read), and a relay's spike
    /// that costs half a byte leaves it garbled for good.
    /// </summary>
    public void Forget() => Dispose();

    public void Dispose()
    {
        // The binding's interface leaves the device to whoever opened it.
        _lcd?.Dispose();
        _device?.Dispose();
        (_lcd, _device) = (null, null);
    }

    private Hd44780 SetUp(int rows)
    {
        _device = open();
        var wires = LcdInterface.CreateI2c(_device, uses8Bit: false);
        Hd44780 lcd = size == LcdSize.Lcd2004 ? new Lcd2004(wires) : new Lcd1602(wires);
        // The binding waits 1 ms after its own clear; the datasheet's 1.52 ms for "return home" is already more. This one waits 2 ms.
        lcd.Clear();
        _written = new string?[rows];
        return _lcd = lcd;
    }
}
