using Call112.Gateway.Board.Profiles;
using Call112.Gateway.Cellular;
using Call112.Gateway.Options;
using Call112.Gateway.Tests.Board;
using Call112.Gateway.Tests.World;
using Call112.Messages.Sms;

namespace Call112.Gateway.Tests.Cellular;

/// <summary>A station on virtual time whose only uplink has no broker, its modem behind the false mmcli, and the keeper of the modem, turned by
/// hand.</summary>
internal sealed class ModemDesk : IAsyncDisposable
{
    public const string Center = "+6281100112112";

    private static readonly TimeSpan s_rest = TimeSpan.FromMilliseconds(30);

    private readonly DirectoryInfo _devices = Directory.CreateTempSubdirectory("call112-devices-");

    private ModemDesk()
    {
    }

    public FakeModem Modem { get; } = new();

    public RecordingLogs Logs { get; } = new();

    public SimulatedChip Chip { get; } = new();

    public StationWorld World { get; private set; } = null!;

    public ModemWatch Watch { get; private set; } = null!;

    public static SmsKey Key { get; } = new(StationWorld.Id, Enumerable.Range(7, 32).Select(i => (byte)i).ToArray());

    /// <summary>The modem's place in the tree of devices.</summary>
    public string Device => Path.Combine(_devices.FullName, "3-1");

    /// <param name="withSms">The last path is on.</param>
    /// <param name="fitted">A HAT with power key and supply line, and a NetworkManager connection.</param>
    public static async Task<ModemDesk> StartAsync(bool withSms = false, bool fitted = false, MemoryBroker? broker = null, TestClock? clock = null, string? folder = null)
    {
        var desk = new ModemDesk();
        Directory.CreateDirectory(desk.Device);
        File.WriteAllText(Path.Combine(desk.Device, "authorized"), "1");
        desk.Modem.At(0, device: desk.Device);
        clock ??= new TestClock();
        desk.World = await StationWorld.StartAsync(new StationWorld.Setup(
            folder, clock, broker ?? new MemoryBroker(clock) { Refuses = "no network" },
            Logs: desk.Logs,
            Change: options => options with
            {
                Cellular = desk.Modem.Options with { Connection = fitted ? "lte" : null },
                Sms = withSms ? new SmsOptions { Key = Key, KeyPath = "sms.key", ReplyTo = Center } : null,
                Board = fitted ? options.Board with { Cabinet = Cabinet } : options.Board,
            }));
        desk.Watch = new ModemWatch(
            desk.World.Options, desk.World.Station, desk.World.StationClock, desk.Logs, new() { OpenChip = _ => desk.Chip.Open(), Time = desk.World.Clock },
            desk.Modem.Tools, desk._devices.FullName + "/");
        return desk;
    }

    /// <summary>One turn of the keeper; virtual time passes only while it waits for it.</summary>
    public async Task TurnAsync()
    {
        var turn = Watch.CycleAsync(CancellationToken.None);
        while (!turn.IsCompleted)
        {
            var calls = Modem.Calls.Count;
            await Task.WhenAny(turn, Task.Delay(s_rest, TimeProvider.System));
            // No program runs: it waits for a pulse or a pause.
            if (!turn.IsCompleted && calls == Modem.Calls.Count)
                await World.RunAsync(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        }

        await turn;
    }

    /// <summary>Turns every so many virtual seconds.</summary>
    public async Task TurnForAsync(TimeSpan time, double everySeconds = 10)
    {
        for (var end = World.Clock.Monotonic + time; World.Clock.Monotonic < end;)
        {
            await World.RunAsync(everySeconds, everySeconds);
            await TurnAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Watch.Dispose();
        await World.DisposeAsync();
        Modem.Dispose();
        _devices.Delete(recursive: true);
    }

    private static BoardProfile Cabinet => BoardDesk.Profile() with
    {
        Hats =
        [
            new Hat("modem", [new HatPin(6, "PWRKEY", Role: HatPinRole.PowerKey), new HatPin(26, "POWER DOWN", Role: HatPinRole.PowerDown)], Verified: true),
        ],
    };
}
