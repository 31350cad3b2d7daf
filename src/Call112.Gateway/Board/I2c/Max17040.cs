using System.Device.I2c;

namespace Call112.Gateway.Board.I2c;

/// <summary>Fuel gauge of the usual UPS HATs (hardware.md §4): voltage in steps of 1.25 mV in the upper 12 bits, charge in 1/256 %.</summary>
internal sealed class Max17040(string name, I2cDevice device, TimeProvider time, Action<I2cPart, Exception?> told) : I2cPart(name, device, time, told)
{
    private const byte CellVoltage = 0x02, StateOfCharge = 0x04;

    private double _volts, _percent;

    /// <summary>Cell voltage, V.</summary>
    public double Volts => Volatile.Read(ref _volts);

    /// <summary>Charge, %, 0 … 100; the chip's model may tell a little more than 100.</summary>
    public double Percent => Volatile.Read(ref _percent);

    protected override void Ask()
    {
        var cell = ReadWord(CellVoltage);
        var charge = ReadWord(StateOfCharge);
        Volatile.Write(ref _volts, cell * 1.25e-3 / 16);
        Volatile.Write(ref _percent, Math.Min(100, charge / 256.0));
    }
}
