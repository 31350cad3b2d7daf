using Call112.Gateway.Messaging;
using Call112.Gateway.Panel;
using Call112.Gateway.Time;
using Microsoft.Extensions.Hosting.Systemd;

namespace Call112.Gateway.Health;

/// <summary>
/// Tells the outside. To systemd: ready as soon as the station is armed, for boot must not depend on a network (F16), then alive, from the
/// loop's own tick and only if that tick is fresh (F17). To <c>--ready-file</c>: subscribed and armed, with the panel's address.
/// </summary>
public sealed class Readiness(StationLoop station, Uplinks uplinks, PanelServer? panel, StationClock clock, ISystemdNotifier systemd, string stationId, string? readyFile) : BackgroundService
{
    /// <summary>A tick older than this is no life.</summary>
    private static readonly TimeSpan s_freshTick = TimeSpan.FromSeconds(1);

    /// <summary>Well below any WatchdogSec that makes sense.</summary>
    private static readonly TimeSpan s_petEvery = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await station.Armed.WaitAsync(stoppingToken);
            systemd.Notify(ServiceState.Ready);
            await Task.WhenAll(WriteReadyFileAsync(stoppingToken), PetAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // Asked to stop.
        }
    }

    private async Task WriteReadyFileAsync(CancellationToken cancel)
    {
        if (readyFile is null)
            return;
        await uplinks.Subscribed.WaitAsync(cancel);
        await station.InputsKnown.WaitAsync(cancel);
        var address = panel is null ? null : await panel.Settled.WaitAsync(cancel);
        var panelOrNull = address is null ? "null" : $"\"{address}\"";
        var body = $$"""{"stationId":"{{stationId}}","bootId":"{{station.BootId}}","panel":{{panelOrNull}}}""";
        // Whoever waits for the file must never read half of it.
        await File.WriteAllTextAsync(readyFile + ".new", body + "\n", cancel);
        File.Move(readyFile + ".new", readyFile, overwrite: true);
    }

    private async Task PetAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(s_petEvery, clock.Time);
        while (await timer.WaitForNextTickAsync(cancel))
            if (clock.Monotonic - station.LastTickAt <= s_freshTick)
                systemd.Notify(new ServiceState("WATCHDOG=1"));
    }
}
