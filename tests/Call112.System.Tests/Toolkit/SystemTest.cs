using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Call112.System.Tests.Toolkit;

/// <summary>
/// One test's site: a folder of its own, the processes in it, and their logs in the test's output, which a failure shows. Everything
/// that was started is gone afterwards.
/// </summary>
public abstract class SystemTest : IAsyncDisposable
{
    private const int LogLinesShown = 80;

    // Concurrent: some tests run several sites at once.
    private readonly ConcurrentQueue<(string Name, Func<IReadOnlyList<string>> Lines)> _logs = new();
    private readonly ConcurrentStack<Func<ValueTask>> _ends = new();
    private int _names;

    protected SystemTest()
    {
        Directory.CreateDirectory(Folder);
        _ends.Push(() =>
        {
            Directory.Delete(Folder, recursive: true);
            return ValueTask.CompletedTask;
        });
    }

    protected string Folder { get; } = Path.Combine(Path.GetTempPath(), $"call112-system-{Guid.NewGuid():N}");

    public async ValueTask DisposeAsync()
    {
        foreach (var (name, lines) in _logs)
            Say($"--- {name}, last lines ---\n{string.Join('\n', lines().TakeLast(LogLinesShown))}");
        while (_ends.TryPop(out var end))
            await end();
        GC.SuppressFinalize(this);
    }

    /// <summary>Writes into the test's output.</summary>
    protected static void Say(string text) => TestContext.Current.TestOutputHelper?.WriteLine(text);

    /// <summary>Runs at the end, before what was registered earlier.</summary>
    protected void AtEnd(Action end) => _ends.Push(() =>
    {
        end();
        return ValueTask.CompletedTask;
    });

    protected async Task<BrokerProcess> BrokerAsync(bool persistence = false, IReadOnlyList<string>? addresses = null)
    {
        var broker = new BrokerProcess(NewFolder("broker"), persistence, addresses);
        AtEnd(broker.Dispose);
        _logs.Enqueue(("mosquitto", broker.Lines));
        await broker.StartAsync();
        return broker;
    }

    /// <summary>A station with a name of its own; not started.</summary>
    protected GatewayProcess Station(string brokerAddress, IReadOnlyList<string>? command = null, string? id = null)
    {
        var station = new GatewayProcess(NewFolder("station"), id ?? $"pos-{Guid.NewGuid().ToString("N")[..8]}", brokerAddress, command);
        AtEnd(station.Dispose);
        _logs.Enqueue((station.StationId, station.Lines));
        return station;
    }

    /// <summary>Puts the failing file layer under a station's journal, from its next start on.</summary>
    protected FailingFiles FilesUnder(GatewayProcess station)
    {
        var files = new FailingFiles(NewFolder("files"), station.JournalPath);
        AtEnd(files.Dispose);
        station.Environment = files.Environment;
        return files;
    }

    protected async Task<RecordingCentre> RecordingCentreAsync(GatewayProcess station, BrokerProcess broker, bool sendsReceipts = true)
    {
        var centre = new RecordingCentre(station.StationId, broker.Port) { SendsReceipts = sendsReceipts };
        _ends.Push(centre.DisposeAsync);
        _logs.Enqueue(("reports as they came", () => centre.Account(account => account.Arrivals
            .Select(report => $"#{report.Sequence} {report.Event} {report.DispatchId} {report.Reason} {report.Detail}").ToList())));
        await centre.ConnectAsync();
        return centre;
    }

    /// <summary>A city with identities: authority, broker by the configuration that is shipped, both certificates; started.</summary>
    protected async Task<CityIdentities> CityAsync()
    {
        var city = new CityIdentities(NewFolder("city"));
        AtEnd(city.Dispose);
        _logs.Enqueue(("mosquitto of the city", city.Broker.Lines));
        await city.StartAsync();
        return city;
    }

    /// <summary>The city's centre, by its own certificate.</summary>
    /// <param name="more">Arguments beside.</param>
    protected async Task<CenterProcess> CenterAsync(CityIdentities city, params string[] more)
    {
        var center = new CenterProcess(NewFolder("center"), city.Address, more: [.. city.CenterArguments, .. more]);
        AtEnd(center.Dispose);
        _logs.Enqueue(("call112-center", center.Lines));
        await center.StartReadyAsync();
        return center;
    }

    /// <summary>A station with the station.json that it was enrolled with; not started.</summary>
    protected GatewayProcess Station(JsonObject enrolled)
    {
        var station = Station("mqtts://unused", id: (string)enrolled["station"]!["id"]!);
        station.Take(enrolled);
        return station;
    }

    protected Task<CenterProcess> CenterAsync(BrokerProcess broker) => CenterAsync(broker.Address, embedded: false);

    protected async Task<CenterProcess> CenterAsync(string broker, bool embedded)
    {
        var center = new CenterProcess(NewFolder("center"), broker, embedded);
        AtEnd(center.Dispose);
        _logs.Enqueue(("call112-center", center.Lines));
        await center.StartReadyAsync();
        return center;
    }

    /// <summary>A seeded source of moments; the seed is in the output of a failure, and CALL112_SEED sets it.</summary>
    protected static Random Dice() => Dice(out _);

    protected static Random Dice(out int seed)
    {
        seed = int.TryParse(Environment.GetEnvironmentVariable("CALL112_SEED"), out var given) ? given : Random.Shared.Next();
        Say($"seed {seed} (CALL112_SEED={seed} repeats the choices)");
        return new Random(seed);
    }

    protected static async Task SirenAsync(GatewayProcess station, bool on)
    {
        var page = await station.PageAsync();
        await Wait.UntilAsync(async () => await page.IsOnAsync("siren") == on, $"the siren of {station.StationId} is {(on ? "on" : "off")}");
    }

    protected string NewFolder(string name) => Path.Combine(Folder, $"{name}-{Interlocked.Increment(ref _names)}");
}
