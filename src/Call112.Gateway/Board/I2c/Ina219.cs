using System.Device.I2c;

namespace Call112.Gateway.Board.I2c;

/// <summary>
/// Current and voltage of one feed (TI INA219, SBOS448G). Nothing but the raw shunt and bus registers is used: the chip's own calibration
/// register would only move the division from here to there, and is lost with its power.
/// </summary>
internal sealed class Ina219(string name, I2cDevice device, double shuntOhms, TimeProvider time, Action<I2cPart, Exception?> told)
    : I2cPart(name, device, time, told)
{
    private const byte Configuration = 0x00, ShuntVoltage = 0x01, BusVoltage = 0x02;

    /// <summary>32 V range, ±320 mV over the shunt, 12 bits, shunt and bus measured without end (datasheet, table 4).</summary>
    private const ushort Continuous = 0x399F;

    private const double ShuntStepVolts = 10e-6, BusStepVolts = 4e-3;

    private double _amperes, _volts;

    /// <summary>Shunt of the usual module, Ω.</summary>
    public const double UsualShuntOhms = 0.1;

    /// <summary>Current of the last answer, A; positive from VIN+ to VIN−.</summary>
    public double Amperes => Volatile.Read(ref _amperes);

    /// <summary>Voltage at VIN− of the last answer, V.</summary>
    public double Volts => Volatile.Read(ref _volts);

    protected override void SetUp() => WriteWord(Configuration, Continuous);

    protected override void Ask()
    {
        // A chip that lost its power between two polls measures in its own way again: nearly the same registers, other meaning.
        if (ReadWord(Configuration) != Continuous)
            throw new IOException("it has forgotten its configuration");
        Volatile.Write(ref _amperes, (short)ReadWord(ShuntVoltage) * ShuntStepVolts / shuntOhms);
        Volatile.Write(ref _volts, (ReadWord(BusVoltage) >> 3) * BusStepVolts);
    }
}
