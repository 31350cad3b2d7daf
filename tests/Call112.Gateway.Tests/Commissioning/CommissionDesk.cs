using Call112.Gateway.Commissioning;
using Call112.Gateway.Options;
using Call112.Gateway.Panel;
using Call112.Gateway.Tests.World;
using Call112.Messages;
using Call112.Station;
using Microsoft.Extensions.Logging.Abstractions;

namespace Call112.Gateway.Tests.Commissioning;

/// <summary>
/// A station of real parts with its panel on the loopback, a centre that beats and receipts, and a technician whose hands do what the talk asks for.
/// Virtual time: nothing waits for a clock on a wall.
/// </summary>
internal sealed class CommissionDesk : IAsyncDisposable
{
    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(50);

    private readonly PanelServer _panel;
    private readonly HttpClient _http = new() { Timeout = Wait.Deadline };
    private readonly StringWriter _told = new();
    private readonly List<(TimeSpan At, Action Act)> _due = [];
    private int _read;
    private int _drills;
    private TimeSpan _beatAt;

    private CommissionDesk(StationWorld world)
    {
        World = world;
        _panel = new PanelServer(world.Options, world.Station, world.Board, world.StationClock, NullLogger<PanelServer>.Instance, world.Acceptance);
        Hands = new Dictionary<string, Action>
        {
            ["Turn the TEST key"] = () => Press(Inputs.Test, 0.3),
            ["Ask the centre for an EXERCISE"] = () => After(1, () => World.Dispatch(Samples.Dispatch(++_drills, status: DispatchStatus.Exercise))),
            ["Press the button TERIMA"] = () => Press(Inputs.Acknowledge, 0.3),
            ["Now press the button BERANGKAT"] = () => Press(Inputs.Responding, 0.3),
            ["Tell the centre first"] = () =>
            {
                Press(Inputs.Panic, 1);
                After(3, () => Press(Inputs.Test, 4));
            },
            ["Open the door"] = () => Press(Inputs.Tamper, 2),
            ["Switch the mains"] = () => Press(Inputs.MainsFail, 2),
        };
    }

    public StationWorld World { get; }

    /// <summary>What the hands do when a line of the talk begins with these words.</summary>
    public Dictionary<string, Action> Hands { get; }

    public string Told
    {
        get
        {
            lock (_told)
                return _told.ToString();
        }
    }

    /// <summary>The technician's Ctrl+C.</summary>
    public CancellationToken Stop { get; set; }

    public byte[]? Stored => File.Exists(RecordPath) ? File.ReadAllBytes(RecordPath) : null;

    public string RecordPath => Path.Combine(World.Folder, AcceptanceFile.Name);

    public static async Task<CommissionDesk> StartAsync(Func<GatewayOptions, GatewayOptions>? change = null)
    {
        GatewayOptions WithPanel(GatewayOptions options) => (change?.Invoke(options) ?? options) with { Panel = new PanelListen("127.0.0.1", 0) };
        var desk = new CommissionDesk(await StationWorld.StartAsync(new StationWorld.Setup(Change: WithPanel)));
        await desk.World.Acceptance.StartAsync(CancellationToken.None);
        await desk._panel.StartAsync(CancellationToken.None);
        desk._http.BaseAddress = new Uri((await desk._panel.Settled)!);
        await desk.PassAsync(2);
        return desk;
    }

    /// <summary>Walks through the acceptance to its end, with these answers.</summary>
    /// <param name="serial">What the board tells.</param>
    public async Task<bool> WalkAsync(string answers, string? serial = null, string? technician = "A. Mokoagow")
    {
        var dialogue = new Dialogue(
            new StringReader(answers.Replace(' ', '\n')), new LockedWriter(_told), CommissionTexts.English, echoes: true);
        var place = new CommissionPlace(
            World.Options, dialogue, new JournalTail(World.Options.JournalPath), World.Clock,
            asked => StationPicture.OfAsync(_http, asked),
            asked => Task.FromResult(Finding.Failed("no modem in a test")));
        using var either = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken, Stop);
        var cancel = either.Token;
        var walking = Task.Run(() => new Commission(place, serial).RunAsync(technician, cancel), TestContext.Current.CancellationToken);
        while (!walking.IsCompleted)
            await PassAsync(0.1);
        return await walking;
    }

    /// <summary>Virtual time goes on; the centre lives, and the hands do what has been asked of them.</summary>
    public async Task PassAsync(double seconds)
    {
        for (var end = World.Clock.Monotonic + TimeSpan.FromSeconds(seconds); World.Clock.Monotonic < end;)
        {
            if (World.Clock.Monotonic >= _beatAt)
            {
                _beatAt = World.Clock.Monotonic + TimeSpan.FromSeconds(2);
                World.CenterBeats();
                World.Receipt(World.State.LastSequence);
            }

            Obey();
            await World.RunAsync(s_step, s_step);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        foreach (var service in new Microsoft.Extensions.Hosting.BackgroundService[] { World.Acceptance, _panel })
        {
            var stopping = service.StopAsync(CancellationToken.None);
            await Wait.UntilAsync(
                () =>
                {
                    if (!stopping.IsCompleted)
                        World.Clock.Advance(s_step);
                    return stopping.IsCompleted;
                },
                "the service stops");
        }

        _panel.Dispose();
        await World.DisposeAsync();
    }

    private void Obey()
    {
        var told = Told;
        var line = told.LastIndexOf('\n') + 1;
        foreach (var said in told[_read..line].Split('\n'))
            foreach (var (words, act) in Hands)
                if (said.StartsWith(words, StringComparison.Ordinal))
                    act();
        _read = line;
        foreach (var due in _due.Where(due => due.At <= World.Clock.Monotonic).ToList())
        {
            _due.Remove(due);
            due.Act();
        }
    }

    private void Press(Inputs input, double seconds)
    {
        World.Board.Inputs |= input;
        After(seconds, () => World.Board.Inputs &= ~input);
    }

    private void After(double seconds, Action act) => _due.Add((World.Clock.Monotonic + TimeSpan.FromSeconds(seconds), act));

    /// <summary>The talk is written by one thread and read by another.</summary>
    private sealed class LockedWriter(StringWriter told) : TextWriter
    {
        public override System.Text.Encoding Encoding => told.Encoding;

        public override void Write(char value)
        {
            lock (told)
                told.Write(value);
        }

        public override void Write(string? value)
        {
            lock (told)
                told.Write(value);
        }

        public override void WriteLine(string? value)
        {
            lock (told)
                told.WriteLine(value);
        }
    }
}
