using System.Device.I2c;

namespace Call112.Gateway.Board.I2c;

/// <summary>
/// Sequent 4rel4in: four relays and four isolated inputs behind a microcontroller (hardware.md §3; register map of the maker's 4rel4in.h). The
/// card keeps its relays when the Pi dies and loses them when its own power does.
/// Invariants: what the relays should be is one value, written whole, so that no order of events leaves one behind; the station loop writes
/// while the card answers, the bus's thread while it does not, and nobody waits for the other; a card that came back is given that value
/// before it counts as answering.
/// </summary>
internal sealed class RelayCard(string name, I2cDevice device, TimeProvider time, Action<I2cPart, Exception?> told)
    : I2cPart(name, device, time, told)
{
    /// <summary>Relays, and inputs, of one card; counted from 1.</summary>
    public const int Channels = 4;

    private const byte Relays = 0x00, Inputs = 0x03;
    private const byte AllChannels = 0x0F;

    /// <summary>The maker's own tool writes and reads back up to ten times; a relay that follows late is what the core's retry is for.</summary>
    private const int AttemptsMax = 3;

    private volatile byte _wanted;
    private volatile byte _relays;
    private volatile byte _inputs;
    private volatile bool _lost;

    /// <summary>What the relays should be; bit 0 is relay 1.</summary>
    public void Want(int channel, bool energised) => _wanted = (byte)(energised ? _wanted | BitOf(channel) : _wanted & ~BitOf(channel));

    /// <summary>
    /// Drives the relays to what is wanted, from the station loop. While the card is silent this does nothing: a bus that hangs takes as long as
    /// the kernel's patience for each attempt, and the loop pays for that once.
    /// </summary>
    /// <exception cref="IOException">The card does not answer; the bus's thread goes on trying.</exception>
    public void Drive()
    {
        // The order matters: whoever finds the card again looks at what is wanted after it has said so (see SetUp).
        Interlocked.MemoryBarrier();
        if (_lost)
            throw new IOException($"the relay card '{Name}' (0x{Address:x2}) does not answer");
        try
        {
            Put();
        }
        catch (IOException)
        {
            _lost = true;
            throw;
        }
    }

    /// <summary>Drives the relays also while the card counts as silent: the last attempt before the process ends.</summary>
    /// <exception cref="IOException">The card does not answer.</exception>
    public void Insist() => Put();

    /// <summary>A relay as the card last told it. Null while the card is silent.</summary>
    public bool? IsEnergised(int channel) => _lost ? null : (_relays & BitOf(channel)) != 0;

    /// <summary>An input as the card last told it: true while current flows.</summary>
    public bool InputOn(int channel) => (_inputs & BitOf(channel)) != 0;

    /// <summary>Wants what the relays are: for whoever moves one of them without knowing the others. A new beginning with a card that was lost.</summary>
    /// <exception cref="IOException">The card does not answer.</exception>
    public void Adopt()
    {
        _wanted = ReadRegister(Relays);
        _lost = false;
    }

    protected override void SetUp()
    {
        byte given;
        do
        {
            given = _wanted;
            Put();
            _lost = false;
            Interlocked.MemoryBarrier();
        }
        while (given != _wanted);
    }

    protected override void Ask()
    {
        try
        {
            _relays = ReadRegister(Relays);
            _inputs = ReadRegister(Inputs);
            if (_lost)
                // The loop's write failed while this thread's questions were answered.
                SetUp();
        }
        catch (IOException)
        {
            _lost = true;
            throw;
        }
    }

    private void Put()
    {
        for (var i = 0; i < AttemptsMax; i++)
        {
            var value = _wanted;
            Device.Write([Relays, value]);
            _relays = ReadRegister(Relays);
            if (_relays == value)
                return;
        }
    }

    private byte ReadRegister(byte register)
    {
        Span<byte> answer = stackalloc byte[1];
        Device.WriteRead([register], answer);
        return (byte)(answer[0] & AllChannels);
    }

    private static int BitOf(int channel) => 1 << (channel - 1);
}
