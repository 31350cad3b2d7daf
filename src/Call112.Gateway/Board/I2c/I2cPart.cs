using System.Device.I2c;

namespace Call112.Gateway.Board.I2c;

/// <summary>
/// A chip on the I²C bus that is asked again and again by the bus's own thread, and may vanish and come back. It is set up before its first
/// answer and again after every failure, for what came back may have lost its power in between.
/// Invariants: <see cref="Poll"/> runs on one thread and throws nothing (F12: a thread that dies silently); what it read may be asked by any
/// thread; a value is never older than <see cref="Age"/> says.
/// </summary>
internal abstract class I2cPart(string name, I2cDevice device, TimeProvider time, Action<I2cPart, Exception?> told) : IDisposable
{
    private bool _ready;
    private bool _toldSilent;
    private long _answeredAt = long.MinValue;

    /// <summary>Name in the profile.</summary>
    public string Name { get; } = name;

    public int Address => Device.ConnectionSettings.DeviceAddress;

    /// <summary>Time between two polls.</summary>
    public required TimeSpan Every { get; init; }

    protected I2cDevice Device { get; } = device;

    /// <summary>Time since the last answer; endless before the first.</summary>
    public TimeSpan Age => Interlocked.Read(ref _answeredAt) is var at && at == long.MinValue ? TimeSpan.MaxValue : time.GetElapsedTime(at);

    /// <summary>Asks the chip. A failure is told once, and so is the first answer after it.</summary>
    public void Poll()
    {
        try
        {
            if (!_ready)
                SetUp();
            Ask();
            _ready = true;
            Interlocked.Exchange(ref _answeredAt, time.GetTimestamp());
            if (_toldSilent)
                told(this, null);
            _toldSilent = false;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            _ready = false;
            if (!_toldSilent)
                told(this, e);
            _toldSilent = true;
        }
    }

    public virtual void Dispose() => Device.Dispose();

    /// <summary>Brings the chip from whatever state into the one that <see cref="Ask"/> needs.</summary>
    protected virtual void SetUp()
    {
    }

    /// <summary>One round of questions.</summary>
    /// <exception cref="IOException">The chip does not answer, or answers what it cannot have meant.</exception>
    protected abstract void Ask();

    /// <summary>Registers of 16 bits, high byte first: all the gauges and converters here.</summary>
    protected ushort ReadWord(byte register)
    {
        Span<byte> answer = stackalloc byte[2];
        Device.WriteRead([register], answer);
        return (ushort)((answer[0] << 8) | answer[1]);
    }

    protected void WriteWord(byte register, ushort value) => Device.Write([register, (byte)(value >> 8), (byte)value]);
}
