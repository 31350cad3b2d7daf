using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Call112.Gateway.Board;
using Call112.Gateway.Options;
using Call112.Gateway.Panel;
using Call112.Gateway.Tests.World;
using Call112.Gateway.Time;
using Call112.Messages;
using Call112.Station;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Call112.Gateway.Tests.Panel;

/// <summary>A station on a simulated board and virtual time, its panel on a real socket of the loopback, and a browser without a screen.</summary>
internal sealed class PanelDesk : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("call112-panel-");
    private readonly StationClock _clock;

    private PanelDesk(int port, IBoard? board)
    {
        Options = new GatewayOptions
        {
            Station = new StationOptions { Id = StationWorld.Id, Name = "Puskesmas Gogagoman", Groups = ["puskesmas"] },
            Uplink = new UplinkOptions { Host = "127.0.0.1", Port = 1883 },
            JournalPath = Path.Combine(_folder.FullName, "journal.db"),
            Panel = new PanelListen("127.0.0.1", port),
            TrustClock = true,
        };
        _clock = new StationClock(Clock, trusted: true);
        Board = new SimulatedBoard(null, Clock);
        Station = new StationLoop(Options, board ?? Board, _clock, NullLogger<StationLoop>.Instance);
        Server = new PanelServer(Options, Station, board ?? Board, _clock, Logs.CreateLogger<PanelServer>());
    }

    public TestClock Clock { get; } = new();

    public RecordingLogs Logs { get; } = new();

    public GatewayOptions Options { get; }

    public SimulatedBoard Board { get; }

    public StationLoop Station { get; }

    public PanelServer Server { get; }

    public HttpClient Http { get; } = new() { Timeout = Wait.Deadline };

    /// <param name="port">0 takes a free one.</param>
    /// <param name="board">Another board than the simulated one.</param>
    public static async Task<PanelDesk> StartAsync(int port = 0, IBoard? board = null)
    {
        var desk = new PanelDesk(port, board);
        await desk.Station.StartAsync(CancellationToken.None);
        await desk.Station.Armed;
        await desk.Server.StartAsync(CancellationToken.None);
        if (await desk.Server.Settled is { } address)
            desk.Http.BaseAddress = new Uri(address);
        return desk;
    }

    public async Task<JsonElement> GetAsync(string path) => JsonDocument.Parse(await Http.GetStringAsync(path)).RootElement;

    public Task<HttpResponseMessage> PostAsync(string path, string json) => Http.PostAsync(path, new StringContent(json, Encoding.UTF8, "application/json"));

    public async Task DispatchAsync(Dispatch dispatch)
    {
        await Station.PostAsync(new StationInput.DispatchArrived(dispatch));
        await Wait.UntilAsync(() => Station.State.Find(dispatch.DispatchId) is not null || Station.State.Ended.ContainsKey(dispatch.DispatchId), "the dispatch is known");
    }

    /// <summary>Virtual time goes on until the condition holds.</summary>
    public Task UntilAsync(Func<bool> condition, string what) => Wait.UntilAsync(
        () =>
        {
            if (!condition())
                Clock.Advance(StationLoop.TickEvery);
            return condition();
        },
        what);

    /// <summary>The error of a refused request: field and status.</summary>
    public static async Task<(int Status, string Field)> RefusalOf(HttpResponseMessage answer)
    {
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>(JsonSerializerOptions.Default);
        var error = Assert.Single(body.GetProperty("errors").EnumerateArray());
        Assert.NotEqual("", error.GetProperty("reason").GetString());
        return ((int)answer.StatusCode, error.GetProperty("field").GetString()!);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        foreach (var service in new Microsoft.Extensions.Hosting.BackgroundService[] { Station, Server })
        {
            var stopping = service.StopAsync(CancellationToken.None);
            await UntilAsync(() => stopping.IsCompleted, "the service stops");
            service.Dispose();
        }

        Board.Dispose();
        _folder.Delete(recursive: true);
    }
}
