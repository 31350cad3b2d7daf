using Call112.Gateway.Board;
using Call112.Gateway.Board.Profiles;
using Call112.Gateway.Tests.World;

namespace Call112.Gateway.Tests.Board;

/// <summary>A cabinet on a desk: a chip and a bus in memory, a clock that stands still, and the board between them.</summary>
internal sealed class BoardDesk : IDisposable
{
    private readonly Dictionary<int, SimulatedI2c> _bus = [];

    public TestClock Clock { get; } = new();

    public SimulatedChip Chip { get; } = new();

    public RecordingLogs Logs { get; } = new();

    public BoardSeat Seat => new()
    {
        OpenChip = _ => Chip.Open(),
        OpenI2c = (_, address) => _bus.TryGetValue(address, out var device)
            ? device
            : throw new IOException($"nothing was laid on the desk for 0x{address:x2}"),
        Time = Clock,
    };

    public LinuxBoard? Board { get; private set; }

    public T Lay<T>(T device)
        where T : SimulatedI2c
    {
        _bus[device.ConnectionSettings.DeviceAddress] = device;
        return device;
    }

    public LinuxBoard Start(BoardProfile profile) => Board = new LinuxBoard(profile, new LogOf(Logs), Seat);

    /// <summary>Time passes in ticks of the station loop; each reads the inputs.</summary>
    public void Tick(int ticks)
    {
        for (var i = 0; i < ticks; i++)
        {
            Clock.Advance(TimeSpan.FromMilliseconds(10));
            Board!.ReadInputs();
        }
    }

    public void Dispose() => Board?.Dispose();

    public static BoardProfile Profile(
        IReadOnlyList<OutputLine>? outputs = null,
        IReadOnlyList<InputLine>? inputs = null,
        IReadOnlyList<BoardDevice>? devices = null,
        int blankInputsMs = 0) =>
        new("desk", "On a desk.", ["simulated-chip"], outputs ?? [], inputs ?? [], devices, BlankInputsMs: blankInputsMs);

    public static OutputLine Relay(string function, int gpio, CrashLevel onCrash = CrashLevel.Off, OutputFeedback? feedback = null) =>
        new(function, new WiredTo(gpio), ActiveLow: true, onCrash, RelayContact.NormallyOpen, feedback);

    public static OutputLine CardRelay(string function, int channel, OutputFeedback? feedback = null) =>
        new(function, new WiredTo(Card: new CardChannel("relays", channel)), Contact: RelayContact.NormallyOpen, Feedback: feedback);

    public static BoardDevice Relays { get; } = new("relays", DeviceKind.Sequent4Rel4In, 0x0e);

    private sealed class LogOf(RecordingLogs logs) : Microsoft.Extensions.Logging.ILogger<LinuxBoard>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(Microsoft.Extensions.Logging.LogLevel logLevel) => true;

        public void Log<TState>(
            Microsoft.Extensions.Logging.LogLevel logLevel, Microsoft.Extensions.Logging.EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) => logs.Log(logLevel, eventId, state, exception, formatter);
    }
}
