using Call112.Gateway.Commissioning;
using Call112.Gateway.Messaging;
using Call112.Gateway.Options;
using Call112.Gateway.Time;
using Call112.Messages;
using Call112.Station;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Call112.Gateway.Tests.World;

/// <summary>
/// One station of real parts (loop, journal, uplink, vitals) on virtual time, with a cabinet and a broker in memory and a disk that fails on
/// demand. Nothing happens in it but by <c>RunAsync</c>, except the journal's thread, which writes to a real file.
/// </summary>
public sealed class StationWorld : IAsyncDisposable
{
    public const string Id = "pkm-gogagoman";

    public static readonly string ClientId = $"call112-{Id}";

    private static readonly TimeSpan s_tick = StationLoop.TickEvery;

    private readonly bool _ownsFolder;
    private readonly Hands _hands = new();
    private readonly CancellationTokenSource _stopUplinks = new();
    private Task _uplinking = Task.CompletedTask;
    private bool _stopped;

    private StationWorld(Setup setup)
    {
        _ownsFolder = setup.Folder is null;
        Folder = setup.Folder ?? Directory.CreateTempSubdirectory("call112-").FullName;
        Clock = setup.Clock ?? new TestClock();
        Broker = setup.Broker ?? new MemoryBroker(Clock);
        Board = setup.Board ?? new RecordingBoard(Clock);
        Disk = new FaultyDisk(Folder);
        Options = new GatewayOptions
        {
            Station = new StationOptions { Id = Id, Name = "Puskesmas Gogagoman", Groups = ["puskesmas", "kota-utara"] },
            Uplink = new UplinkOptions { Host = "127.0.0.1", Port = 1883 },
            JournalPath = Path.Combine(Folder, "journal.db"),
            TrustClock = true,
        };
        Options = setup.Change?.Invoke(Options) ?? Options;
        var logs = setup.Logs ?? NullLoggerFactory.Instance;
        StationClock = new StationClock(Clock, Options.TrustClock);
        Station = new StationLoop(Options, Board, StationClock, logs.CreateLogger<StationLoop>());
        Acceptance = new AcceptanceWatch(Options, Clock, NullLogger<AcceptanceWatch>.Instance, BoardSerialFile);
        Vitals = new Vitals(Options, Station, StationClock) { Acceptance = Acceptance };
        Uplinks = new Uplinks(
            Options, Station, BrokerOf, StationClock, Vitals, new Random(setup.Seed), logs.CreateLogger<Uplinks>(), renewal: setup.Renewal);
        IBroker BrokerOf(UplinkOptions uplink) => (uplink.Name == Options.Uplink.Name ? setup.First : setup.Second) ?? Broker;
    }

    public string Folder { get; }

    public TestClock Clock { get; }

    public MemoryBroker Broker { get; }

    public RecordingBoard Board { get; }

    public FaultyDisk Disk { get; }

    public GatewayOptions Options { get; }

    public StationClock StationClock { get; }

    public StationLoop Station { get; }

    public Vitals Vitals { get; }

    public Uplinks Uplinks { get; }

    /// <summary>Looks at acceptance.json at its making; later only when a test makes it look, or starts it.</summary>
    public AcceptanceWatch Acceptance { get; }

    /// <summary>There is none until a test writes it.</summary>
    public string BoardSerialFile => Path.Combine(Folder, "serial-number");

    public StationState State => Station.State;

    /// <summary>A line and a modem.</summary>
    public static GatewayOptions WithTwoUplinks(GatewayOptions options) => options with
    {
        Uplink = options.Uplink with { Name = "lan" },
        SecondUplink = options.Uplink with { Name = "lte", Metered = true },
    };

    /// <summary>What the world is made of; everything has a default.</summary>
    /// <param name="Folder">Where the journal lies; a temporary folder, deleted at the end, when null.</param>
    /// <param name="Seed">Of the back-off's jitter.</param>
    /// <param name="Second">Broker of the second uplink, if the options have one; <paramref name="Broker"/> when null.</param>
    /// <param name="First">What the first uplink takes for its broker; <paramref name="Broker"/> when null.</param>
    /// <param name="Renewal">Renews the certificate; nobody does when null.</param>
    public sealed record Setup(
        string? Folder = null,
        TestClock? Clock = null,
        MemoryBroker? Broker = null,
        RecordingBoard? Board = null,
        ILoggerFactory? Logs = null,
        int Seed = 112,
        IBroker? Second = null,
        Func<GatewayOptions, GatewayOptions>? Change = null,
        IBroker? First = null,
        CertificateRenewal? Renewal = null);

    /// <summary>Builds a station; nothing runs yet.</summary>
    public static StationWorld Create(Setup? setup = null) => new(setup ?? new Setup());

    /// <summary>A station that is armed and, if the broker lets it, subscribed.</summary>
    public static async Task<StationWorld> StartAsync(Setup? setup = null)
    {
        var world = Create(setup);
        await world.StartAsync();
        return world;
    }

    public async Task StartAsync()
    {
        await Station.StartAsync(CancellationToken.None);
        await Wait.UntilAsync(() => Station.Armed.IsCompleted || Station.ExecuteTask?.IsFaulted == true, "the station is armed");
        await Station.Armed;
        _uplinking = _hands.Run(() => Uplinks.RunAsync(_stopUplinks.Token));
        await Wait.UntilAsync(() => Broker.Attempts.Count > 0, "the uplink tries to connect");
        if (Broker is { Refuses: null, IsHalfOpen: false, Kicks: false })
            await Wait.UntilAsync(() => Uplinks.Subscribed.IsCompleted, "the uplink is subscribed");
        await RunAsync(s_tick);
    }

    /// <summary>Lets virtual time pass, in steps, and the station live in it.</summary>
    /// <param name="step">A tick by default. Longer steps are faster and coarser: inputs are sampled at their end.</param>
    public async Task RunAsync(TimeSpan time, TimeSpan? step = null)
    {
        for (var left = time; left > TimeSpan.Zero;)
        {
            var by = step is { } given ? given < left ? given : left : s_tick;
            Clock.Advance(by);
            left -= by;
            await SettleAsync();
        }
    }

    public Task RunAsync(double seconds, double stepSeconds = 0.01) => RunAsync(TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(stepSeconds));

    /// <summary>Lets virtual time pass until the condition holds.</summary>
    /// <param name="atMostSeconds">Virtual; then it is a failure.</param>
    public async Task RunUntilAsync(Func<bool> condition, double atMostSeconds, string what, double stepSeconds = 0.01)
    {
        var end = Clock.Monotonic + TimeSpan.FromSeconds(atMostSeconds);
        while (!condition() && Clock.Monotonic < end)
            await RunAsync(TimeSpan.FromSeconds(stepSeconds), TimeSpan.FromSeconds(stepSeconds));
        // Time stands still now: threads that lag behind it may still finish what it has caused, and nothing more.
        await Wait.UntilAsync(condition, $"within {atMostSeconds} virtual s: {what}");
    }

    /// <summary>Publishes a dispatch to the station's own topic.</summary>
    public void Dispatch(Dispatch dispatch, bool retain = false) => Broker.Publish(Topics.Dispatch(Id), MessageWriter.Write(dispatch), retain: retain);

    public void Receipt(long upTo) => Broker.Publish(Topics.Receipt(Id), MessageWriter.Write(new Receipt(upTo)));

    public void Command(CommandKind kind) => Broker.Publish(Topics.Command(Id), MessageWriter.Write(new StationCommand(kind, Guid.NewGuid(), Clock.GetUtcNow())));

    /// <summary>The centre's heartbeat.</summary>
    public void CenterBeats(bool retain = false) =>
        Broker.Publish(Topics.CenterHeartbeat, MessageWriter.Write(new CenterHeartbeat(Clock.GetUtcNow())), atLeastOnce: false, retain: retain);

    /// <summary>Reports that reached the broker, in order of arrival.</summary>
    public IReadOnlyList<Report> ReportsSent => [.. Broker.Publications.Where(message => message.Topic == Topics.Report(Id)).Select(message => MessageReader.ReadReport(message.Payload).Value!)];

    public IReadOnlyList<StationStatus> StatusSent => [.. Broker.Publications.Where(message => message.Topic == Topics.State(Id)).Select(message => MessageReader.ReadStatus(message.Payload).Value!)];

    public IReadOnlyList<Publication> Sent(string topic) => [.. Broker.Publications.Where(message => message.Topic == topic)];

    /// <summary>Everything the station has decided so far is on the disk, or held because the disk fails.</summary>
    public Task JournaledAsync() => Wait.UntilAsync(
        () => Station.ReadReports(State.LastSequence - 1, 1) is [{ } last] && last.Sequence == State.LastSequence, "the journal has everything");

    /// <summary>Reads the reports of the journal, as the uplink does.</summary>
    public IReadOnlyList<Report> Journaled() => Station.ReadReports(0, int.MaxValue);

    /// <summary>An orderly stop: station first, then uplink, as the service does it.</summary>
    public async Task StopAsync()
    {
        if (_stopped)
            return;
        _stopped = true;
        await WithTimeAsync(Station.StopAsync(CancellationToken.None));
        await _stopUplinks.CancelAsync();
        await WithTimeAsync(_uplinking);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Uplinks.Dispose();
        Acceptance.Dispose();
        _stopUplinks.Dispose();
        Station.Dispose();
        Board.Dispose();
        Disk.Dispose();
        if (_ownsFolder)
            Directory.Delete(Folder, recursive: true);
    }

    /// <summary>A stop may wait for a deadline of virtual time, which nobody else moves any more.</summary>
    private async Task WithTimeAsync(Task stopping) =>
        await Wait.UntilAsync(
            () =>
            {
                if (!stopping.IsCompleted)
                    Clock.Advance(s_tick);
                return stopping.IsCompleted;
            },
            "the service stops");

    /// <summary>The loop has seen the present moment, the journal rests, and continuations of this step had their turn.</summary>
    private async Task SettleAsync()
    {
        if (!_stopped && Station.ExecuteTask is { IsCompleted: false } && Clock.Monotonic - Station.LastTickAt >= s_tick)
            await Wait.UntilAsync(() => Clock.Monotonic - Station.LastTickAt < s_tick || Station.ExecuteTask is { IsCompleted: true }, "the loop ticks");
        if (Station.JournalWaiting > 0)
            await Wait.UntilAsync(() => Station.JournalWaiting == 0, "the journal rests");
        // Also what a thread has in hand: a method that is compiled at its first call takes as long as minutes of virtual time.
        do
            await Task.Yield();
        while (ThreadPool.PendingWorkItemCount > 0);
        if (_hands.AreBusy)
            await Wait.UntilAsync(() => !_hands.AreBusy, "the uplinks rest");
    }
}
