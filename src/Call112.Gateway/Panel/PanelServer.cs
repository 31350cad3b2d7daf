using Call112.Gateway.Board;
using Call112.Gateway.Commissioning;
using Call112.Gateway.Options;
using Call112.Gateway.Time;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Call112.Gateway.Panel;

/// <summary>
/// The panel's page and API. A web host of its own inside the service: a port that is taken or a page that fails costs the panel, never
/// the station (design, promise 1). Tries again until it listens.
/// </summary>
/// <param name="acceptance">Tells whether the box has been accepted; null where nobody looks.</param>
public sealed class PanelServer(
    GatewayOptions options, StationLoop station, IBoard board, StationClock clock, ILogger<PanelServer> log, AcceptanceWatch? acceptance = null)
    : BackgroundService
{
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
        var builder = PanelWeb.Builder(options.Panel!.Value);
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, PanelJsonContext.Default));
        await using var app = builder.Build();
        PanelEndpoints.Map(app, options, station, board, clock, acceptance);
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
}
