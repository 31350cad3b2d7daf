using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Call112.Center;
using Call112.Center.Book;
using Call112.Demo.Measure;
using Call112.Gateway.Options;
using Microsoft.Extensions.Logging;

namespace Call112.Demo.City;

/// <summary>What a demo city is made of.</summary>
/// <param name="Broker">An outside broker, or null for the embedded one.</param>
/// <param name="BehindRelay">Ids of stations whose link can be made silent.</param>
/// <param name="PanelFirst">Id of the station that gets the well-known panel port if it is free; null: no panels.</param>
internal sealed record CitySettings(IReadOnlyList<StationPlan> Stations, Uri? Broker = null, IReadOnlyCollection<string>? BehindRelay = null, string? PanelFirst = null);

/// <summary>
/// Centre, broker and stations in this process, talking over real MQTT. Journals and dispatch book live in a folder that goes when the city
/// ends. Watches every change at the centre and keeps the newest view of each dispatch and station.
/// </summary>
internal sealed class DemoCity : IAsyncDisposable
{
    /// <summary>The panel's usual port.</summary>
    private const int PanelPort = 8112;

    /// <summary>How long a station may take to start.</summary>
    private static readonly TimeSpan s_startWithin = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _folder;
    private readonly CancellationTokenSource _stop = new();
    private readonly TimeProvider _time;
    private readonly List<Post> _posts = [];
    private readonly ConcurrentDictionary<Guid, DispatchView> _dispatches = new();
    private readonly ConcurrentDictionary<string, StationView> _stations = new();
    private CenterHost? _center;
    private Task _watching = Task.CompletedTask;

    private DemoCity(DirectoryInfo folder, TimeProvider time)
    {
        (_folder, _time) = (folder, time);
        Tally = new Tally(time);
    }

    public CenterHost Center => _center ?? throw new InvalidOperationException("not started");

    public IReadOnlyList<Post> Posts => _posts;

    public Tally Tally { get; }

    /// <summary>Raised after a change at the centre was taken up; from one thread.</summary>
    public event Action<CenterChange>? Changed;

    public Post Of(string stationId) => _posts.First(post => post.Plan.Id == stationId);

    /// <summary>The newest view of a dispatch at one station; null before the first.</summary>
    public StationLadderView? Ladder(Guid dispatchId, string stationId) =>
        _dispatches.TryGetValue(dispatchId, out var view) ? view.Stations.FirstOrDefault(ladder => ladder.StationId == stationId) : null;

    public DispatchView? Dispatch(Guid dispatchId) => _dispatches.GetValueOrDefault(dispatchId);

    public StationView? Station(string stationId) => _stations.GetValueOrDefault(stationId);

    /// <exception cref="CenterStartException">The centre cannot start.</exception>
    /// <exception cref="TimeoutException">A station did not get through to the broker.</exception>
    public static async Task<DemoCity> StartAsync(CitySettings settings, TimeProvider time, CancellationToken cancel)
    {
        var city = new DemoCity(Directory.CreateTempSubdirectory("call112-demo-"), time);
        try
        {
            await city.BuildAsync(settings, cancel);
            return city;
        }
        catch
        {
            await city.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await Task.WhenAll(_posts.Select(post => post.DisposeAsync().AsTask()));
            await _stop.CancelAsync();
            await _watching;
            if (_center is not null)
                await _center.DisposeAsync();
            _stop.Dispose();
        }
        finally
        {
            DeleteFolder();
        }
    }

    private void DeleteFolder()
    {
        try
        {
            _folder.Delete(recursive: true);
        }
        catch (IOException)
        {
            // A temporary folder that cannot go now is the operating system's to clear.
        }
    }

    private async Task BuildAsync(CitySettings settings, CancellationToken cancel)
    {
        _center = await CenterHost.StartAsync(
            new CenterOptions
            {
                Listen = new IPEndPoint(IPAddress.Loopback, 0),
                MqttListen = new IPEndPoint(IPAddress.Loopback, 0),
                Broker = settings.Broker,
                DatabasePath = Path.Combine(_folder.FullName, "center.db"),
                InsecureLocal = true,
                LogLevel = LogLevel.Error,
            },
            _time,
            cancel);
        _center.DispatchHanded = Tally.Handed;
        _watching = WatchAsync(_center.WatchAsync(_stop.Token));
        var broker = _center.MqttAddress;
        var uplink = new UplinkOptions { Host = broker.Host, Port = broker.Port > 0 ? broker.Port : 1883 };
        await _center.WhenSubscribed.WaitAsync(s_startWithin, _time, cancel);
        foreach (var plan in settings.Stations)
        {
            var relay = settings.BehindRelay?.Contains(plan.Id) == true ? new SilentRelay(uplink.Host, uplink.Port) : null;
            var panel = settings.PanelFirst is null ? (PanelListen?)null : new PanelListen("127.0.0.1", settings.PanelFirst == plan.Id && IsFree(PanelPort) ? PanelPort : 0);
            _posts.Add(new Post(plan, uplink, _folder.FullName, panel, relay, _time));
        }

        await Task.WhenAll(_posts.Select(post => post.StartAsync(s_startWithin, cancel)));
    }

    private async Task WatchAsync(IAsyncEnumerable<CenterChange> changes)
    {
        try
        {
            await foreach (var change in changes)
                Take(change);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The city ends.
        }
    }

    private void Take(CenterChange change)
    {
        if (change.Dispatch is { } dispatch)
        {
            Tally.Observe(dispatch);
            _dispatches[dispatch.DispatchId] = dispatch;
        }

        if (change.Station is { } station)
            _stations[station.StationId] = station;
        Changed?.Invoke(change);
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, port);
            probe.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
