using System.Device.I2c;

namespace Call112.Gateway.Board.I2c;

/// <summary>
/// Voltages of end-of-line loops (TI ADS1115, SBAS444D). One conversion at a time, started and awaited here: the answer is then surely that of
/// the channel that was asked, also after the chip lost its power.
/// </summary>
/// <param name="channels">Channels that carry a loop, 0 … 3.</param>
internal sealed class Ads1115(string name, I2cDevice device, IReadOnlyList<int> channels, TimeProvider time, Action<I2cPart, Exception?> told)
    : I2cPart(name, device, time, told)
{
    private const byte Conversion = 0x00, Configuration = 0x01;
    private const ushort Ready = 0x8000;

    /// <summary>Start; AINn against ground; ±4.096 V (a loop's 3.3 V fits); single shot; 860 per second; no comparator.</summary>
    private const ushort SingleShot = Ready | 0x4000 | (1 << 9) | (1 << 8) | (7 << 5) | 3;

    private const double StepVolts = 4.096 / 32768;

    /// <summary>How often the chip is asked whether it is ready. A question takes 0.1 ms or more on the wire, a conversion 1.3 ms at most.</summary>
    private const int QuestionsMax = 50;

    private readonly double[] _volts = new double[4];

    /// <summary>Voltage of a channel at the last answer, V.</summary>
    public double Volts(int channel) => Volatile.Read(ref _volts[channel]);

    protected override void Ask()
    {
        foreach (var channel in channels)
        {
            var asked = (ushort)(SingleShot | (channel << 12));
            WriteWord(Configuration, asked);
            AwaitReady(asked);
            Volatile.Write(ref _volts[channel], (short)ReadWord(Conversion) * StepVolts);
        }
    }

    private void AwaitReady(ushort asked)
    {
        for (var i = 0; i < QuestionsMax; i++)
        {
            var answer = ReadWord(Configuration);
            if ((answer | Ready) != asked)
                throw new IOException($"it was told {asked:x4} and is set to {answer:x4}");
            if ((answer & Ready) != 0)
                return;
        }

        throw new IOException($"no conversion within {QuestionsMax} questions");
    }
}
