using System.Device.I2c;

namespace Call112.Gateway.Tests.Board;

/// <summary>A chip on a bus: answers by registers, and with nothing (NAK) while it is unplugged. Any thread.</summary>
internal abstract class SimulatedI2c(int address) : I2cDevice
{
    private readonly Lock _lock = new();
    private byte _register;

    /// <summary>Pulled off the bus.</summary>
    public volatile bool Unplugged;

    /// <summary>Transactions that were answered.</summary>
    public int Answered { get; private set; }

    public override I2cConnectionSettings ConnectionSettings { get; } = new(1, address);

    public override void Read(Span<byte> buffer)
    {
        lock (_lock)
        {
            Acknowledge();
            Get(_register, buffer);
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        lock (_lock)
        {
            Acknowledge();
            _register = buffer[0];
            if (buffer.Length > 1)
                Set(_register, buffer[1..]);
        }
    }

    public override void WriteRead(ReadOnlySpan<byte> writeBuffer, Span<byte> readBuffer)
    {
        Write(writeBuffer);
        Read(readBuffer);
    }

    /// <summary>The supply was cut and came back.</summary>
    public abstract void PowerUp();

    protected abstract void Get(byte register, Span<byte> answer);

    protected abstract void Set(byte register, ReadOnlySpan<byte> value);

    protected static void PutWord(Span<byte> answer, ushort value) => (answer[0], answer[1]) = ((byte)(value >> 8), (byte)value);

    private void Acknowledge()
    {
        if (Unplugged)
            throw new IOException("Error 121 (Remote I/O error) performing I2C data transfer.");
        Answered++;
    }
}

/// <summary>Sequent 4rel4in by the maker's register map: value, set, clear, inputs. All relays are off at power-up.</summary>
internal sealed class SimulatedRelayCard(int address = 0x0e) : SimulatedI2c(address)
{
    private volatile byte _relays;

    public byte Relays => _relays;

    public byte Inputs { get; set; }

    /// <summary>Relays that are welded or have lost their coil: they stay as they are.</summary>
    public byte Stuck { get; set; }

    public override void PowerUp() => _relays = 0;

    protected override void Get(byte register, Span<byte> answer) => answer[0] = register switch
    {
        0 => Relays,
        3 => Inputs,
        _ => 0,
    };

    protected override void Set(byte register, ReadOnlySpan<byte> value)
    {
        var wanted = register switch
        {
            0 => value[0] & 0x0f,
            1 => Relays | (1 << (value[0] - 1)),
            2 => Relays & ~(1 << (value[0] - 1)),
            _ => Relays,
        };
        _relays = (byte)((wanted & ~Stuck) | (Relays & Stuck));
    }
}

internal sealed class SimulatedIna219(int address = 0x40) : SimulatedI2c(address)
{
    private ushort _configuration = 0x399F;

    /// <summary>Over 0.1 Ω.</summary>
    public double Amperes { get; set; }

    public double Volts { get; set; } = 12;

    public override void PowerUp() => _configuration = 0x399F;

    protected override void Get(byte register, Span<byte> answer) => PutWord(answer, register switch
    {
        0 => _configuration,
        1 => (ushort)(short)Math.Round(Amperes * 0.1 / 10e-6),
        2 => (ushort)((int)Math.Round(Volts / 4e-3) << 3),
        _ => 0,
    });

    protected override void Set(byte register, ReadOnlySpan<byte> value)
    {
        if (register == 0)
            _configuration = (ushort)((value[0] << 8) | value[1]);
    }
}

internal sealed class SimulatedMax17040() : SimulatedI2c(0x36)
{
    public ushort Cell { get; set; }

    public ushort Charge { get; set; }

    public override void PowerUp()
    {
        // Measures by itself.
    }

    protected override void Get(byte register, Span<byte> answer) => PutWord(answer, register switch
    {
        2 => Cell,
        4 => Charge,
        _ => 0,
    });

    protected override void Set(byte register, ReadOnlySpan<byte> value) => throw new InvalidOperationException("nobody writes to the gauge");
}

/// <summary>ADS1115: converts when it is told to, and is busy for a few questions.</summary>
internal sealed class SimulatedAds1115() : SimulatedI2c(0x48)
{
    private const ushort PowerUpConfiguration = 0x8583;

    private ushort _configuration = PowerUpConfiguration;
    private short _conversion;
    private int _busy;

    /// <summary>Questions for which a conversion is under way; more than the driver's patience and it never ends.</summary>
    public int BusyFor { get; set; } = 3;

    public double[] Volts { get; } = new double[4];

    public override void PowerUp() => _configuration = PowerUpConfiguration;

    protected override void Get(byte register, Span<byte> answer)
    {
        if (register == 0)
            PutWord(answer, (ushort)_conversion);
        else
            PutWord(answer, (ushort)(_busy-- > 0 ? _configuration & 0x7fff : _configuration | 0x8000));
    }

    protected override void Set(byte register, ReadOnlySpan<byte> value)
    {
        _configuration = (ushort)((value[0] << 8) | value[1]);
        if ((_configuration & 0x8000) == 0)
            return;
        Assert.Equal(1, (_configuration >> 9) & 7);
        Assert.True((_configuration & 0x4000) != 0, "against ground");
        _busy = BusyFor;
        _conversion = (short)Math.Round(Math.Clamp(Volts[(_configuration >> 12) & 3], -4.095, 4.095) * 32768 / 4.096);
    }
}
