using System.Net;
using Call112.Gateway.Board;
using Call112.Gateway.Options;
using Call112.Gateway.Time;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Call112.Gateway.Panel;

/// <summary>
/// The panel's page and API. A web host of its own inside the service: a port that is taken or a page that fails costs the panel, never
/// the station (design, promise 1). Tries again until it listens.
/// </summary>
public sealed class PanelServer(GatewayOptions options, StationLoop station, IBoard board, StationClock clock, ILogger<PanelServer> log) : BackgroundService
{
    /// <summary>Largest request body, bytes.</summary>
    private const long BodyMaxBytes = 4 * 1024;

    /// <summary>Most connections at once: the kiosk, a technician, a few more.</summary>
    private const long ConnectionsMax = 64;

    private static readonly TimeSpan s_retryEvery = TimeSpan.FromSeconds(10);

    private readonly TaskCompletionSource<string?> _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with the panel's address when it listens, or null when its first attempt failed.</summary>
    public Task<string?> Settled => _settled.Task;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ServeAsync(stoppingToken);
                return;
            }
            catch (Exception e) when (e is IOException or InvalidOperationException or System.Net.Sockets.SocketException)
            {
                log.LogError(LogEvents.PanelFailed, "The panel cannot listen on {Host}:{Port}: {Reason}. The station works without it; next attempt in {Wait} s.", options.Panel!.Value.Host, options.Panel.Value.Port, e.Message, s_retryEvery.TotalSeconds);
                _settled.TrySetResult(null);
            }

            try
            {
                await Task.Delay(s_retryEvery, clock.Time, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(CancellationToken stop)
    {
        // No file in the working directory is this service's configuration, and none is to be watched.
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "call112-gateway", Args = ["--hostBuilder:reloadConfigOnChange=false"] });
        builder.Configuration.Sources.Clear();
        builder.Logging.ClearProviders();
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, PanelJsonContext.Default));
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.ConfigureKestrel(Limit);
        await using var app = builder.Build();
        PanelEndpoints.Map(app, options, station, board, clock);
        await app.StartAsync(stop);
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault();
        log.LogInformation(LogEvents.PanelListening, "Panel on {Address}", address);
        _settled.TrySetResult(address);
        var stopped = new TaskCompletionSource();
        await using (stop.Register(stopped.SetResult))
            await stopped.Task;
        using var hurry = new CancellationTokenSource(TimeSpan.FromMilliseconds(200), clock.Time);
        await app.StopAsync(hurry.Token);
    }

    private void Limit(KestrelServerOptions kestrel)
    {
        var listen = options.Panel!.Value;
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = BodyMaxBytes;
        kestrel.Limits.MaxConcurrentConnections = ConnectionsMax;
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
        if (IPAddress.TryParse(listen.Host, out var address))
            kestrel.Listen(address, listen.Port);
        else if (listen.Host == "localhost" && listen.Port != 0)
            kestrel.ListenLocalhost(listen.Port);
        else
            throw new InvalidOperationException($"'{listen.Host}' is no address of this machine; write an IP address");
    }

    /// <summary>The process's signals belong to the service's host, not to the panel's.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
