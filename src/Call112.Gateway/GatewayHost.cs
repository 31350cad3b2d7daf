using Call112.Gateway.Board;
using Call112.Gateway.Cellular;
using Call112.Gateway.Commissioning;
using Call112.Gateway.Health;
using Call112.Gateway.Messaging;
using Call112.Gateway.Options;
using Call112.Gateway.Panel;
using Call112.Gateway.Position;
using Call112.Gateway.Time;
using Call112.Gateway.Updates;

namespace Call112.Gateway;

/// <summary>
/// One station, put together. The composition is this file: what exists, in which order it starts, in which it stops. The demo runs
/// several in one process.
/// </summary>
public sealed partial class GatewayHost : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly OfferDesk _offers;
    private bool _running;

    private GatewayHost(
        IHost host,
        StationLoop station,
        IBoard board,
        Uplinks uplinks,
        PanelServer? panel,
        ModemWatch? modem,
        AcceptanceWatch acceptance,
        OfferDesk offers)
    {
        (_host, Station, Board, Uplinks, Panel, Modem, Acceptance, _offers) = (host, station, board, uplinks, panel, modem, acceptance, offers);
    }

    public StationLoop Station { get; }

    public IBoard Board { get; }

    public Uplinks Uplinks { get; }

    public PanelServer? Panel { get; }

    /// <summary>Null when station.json has no section cellular.</summary>
    public ModemWatch? Modem { get; }

    /// <summary>Whether the box has been accepted at its post.</summary>
    internal AcceptanceWatch Acceptance { get; }

    /// <summary>Builds the station; nothing runs yet.</summary>
    /// <param name="configureLogging">Where the log goes; nowhere by default.</param>
    /// <exception cref="ArgumentException">An option is outside its limits; the message names the field.</exception>
    /// <exception cref="BoardException">The cabinet cannot be driven as its profile says.</exception>
    /// <param name="readyFile">See <see cref="Readiness"/>.</param>
    public static GatewayHost Create(GatewayOptions options, TimeProvider time, Action<ILoggingBuilder>? configureLogging = null, string? readyFile = null)
    {
        if (options.Station.Validate() is { Count: > 0 } errors)
            throw new ArgumentException(string.Join("; ", errors), nameof(options));
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "call112-gateway" });
        configureLogging?.Invoke(builder.Logging);
        builder.Services.AddSingleton<IHostLifetime, GuestLifetime>();
        builder.Services.Configure<HostOptions>(host =>
        {
            host.ShutdownTimeout = TimeSpan.FromSeconds(5);
            host.BackgroundServiceExceptionBehavior = BackgroundServiceExceptionBehavior.StopHost;
        });

        var clock = new StationClock(time, options.TrustClock);
        GatewayHost? composed = null;
        // Stopped in the reverse order: outputs off first, the uplink tells about it, the panel last, and the display, whose bus may hang, after it.
        AddDisplay(builder.Services, options, services => Compose(services).Station, time);
        if (options.Panel is not null)
            builder.Services.AddSingleton<IHostedService>(services => Compose(services).Panel!);
        if (options.Gpsd is { } gpsd)
            builder.Services.AddSingleton<IHostedService>(services =>
            {
                var station = Compose(services).Station;
                return new GnssClient(gpsd, station, clock, new Random(station.BootId.GetHashCode(StringComparison.Ordinal)), services.GetRequiredService<ILogger<GnssClient>>());
            });
        if (options.Cellular is not null)
            builder.Services.AddSingleton<IHostedService>(services => Compose(services).Modem!);
        builder.Services.AddSingleton<IHostedService>(services => Compose(services).Acceptance);
        builder.Services.AddSingleton<IHostedService>(services => Compose(services)._offers);
        builder.Services.AddSingleton<IHostedService>(services => Compose(services).Uplinks);
        builder.Services.AddSingleton<IHostedService>(services => Compose(services).Station);
        builder.Services.AddSingleton<IHostedService>(services =>
        {
            var parts = Compose(services);
            return new Readiness(parts.Station, parts.Uplinks, parts.Panel, clock, ServiceManager.Notifier(), options.Station.Id, readyFile);
        });
        var host = builder.Build();
        try
        {
            return Compose(host.Services);
        }
        catch
        {
            host.Dispose();
            throw;
        }

        GatewayHost Compose(IServiceProvider services)
        {
            if (composed is not null)
                return composed;
            var logs = services.GetRequiredService<ILoggerFactory>();
            IBoard board = options.Board.Cabinet is { } cabinet
                ? new LinuxBoard(cabinet, logs.CreateLogger<LinuxBoard>())
                : new SimulatedBoard(options.Board.TracePath, time);
            var station = new StationLoop(options, board, clock, logs.CreateLogger<StationLoop>());
            var modem = options.Cellular is null ? null : new ModemWatch(options, station, clock, logs.CreateLogger<ModemWatch>());
            var renewal = new CertificateRenewal(options, clock, logs.CreateLogger<CertificateRenewal>());
            var acceptance = new AcceptanceWatch(options, time, logs.CreateLogger<AcceptanceWatch>());
            var vitals = new Vitals(options, station, clock, board)
            {
                Modem = () => modem?.Vitals,
                Acceptance = acceptance,
                ImageVersion = MachineImage.Version(),
            };
            var offers = new OfferDesk(options.UpdatesFolder, station, vitals, time, logs.CreateLogger<OfferDesk>());
            var uplinks = new Uplinks(
                options,
                station,
                uplink => new MqttBroker(uplink, time, logs.CreateLogger<MqttBroker>(), renewal),
                clock,
                vitals,
                new Random(station.BootId.GetHashCode(StringComparison.Ordinal)),
                logs.CreateLogger<Uplinks>(),
                new InterfaceWatch(),
                renewal);
            var panel = options.Panel is null ? null : new PanelServer(options, station, board, clock, logs.CreateLogger<PanelServer>(), acceptance);
            return composed = new GatewayHost(services.GetRequiredService<IHost>(), station, board, uplinks, panel, modem, acceptance, offers);
        }
    }

    public Task StartAsync(CancellationToken cancel = default)
    {
        _running = true;
        return _host.StartAsync(cancel);
    }

    public Task StopAsync(CancellationToken cancel = default)
    {
        _running = false;
        return _host.StopAsync(cancel);
    }

    public async ValueTask DisposeAsync()
    {
        if (_running)
            await StopAsync();
        if (_host is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
        else
            _host.Dispose();
        Board.Dispose();
    }

    /// <summary>Empty without <c>-p:IotBindings=true</c>; then <c>IotBindings/StatusDisplays.cs</c> has its body.</summary>
    static partial void AddDisplay(
        IServiceCollection services, GatewayOptions options, Func<IServiceProvider, StationLoop> station, TimeProvider time);

    /// <summary>Signals belong to whoever started the host: the run verb, or the demo.</summary>
    private sealed class GuestLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
