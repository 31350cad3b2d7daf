using System.Net;
using Call112.Gateway.Options;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Call112.Gateway.Panel;

/// <summary>
/// The web host behind whatever the post's screen shows: bounded, without a configuration of its own, and without a say in the process's end.
/// </summary>
internal static class PanelWeb
{
    /// <summary>Largest request body, bytes.</summary>
    private const long BodyMaxBytes = 4 * 1024;

    /// <summary>Most connections at once: the kiosk, a technician, a few more.</summary>
    private const long ConnectionsMax = 64;

    /// <exception cref="InvalidOperationException">When it starts: <paramref name="listen"/> is no address of this machine.</exception>
    public static WebApplicationBuilder Builder(PanelListen listen)
    {
        // No file in the working directory is this service's configuration, and none is to be watched.
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ApplicationName = "call112-gateway",
            Args = ["--hostBuilder:reloadConfigOnChange=false"],
        });
        builder.Configuration.Sources.Clear();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.ConfigureKestrel(kestrel => Limit(kestrel, listen));
        return builder;
    }

    private static void Limit(KestrelServerOptions kestrel, PanelListen listen)
    {
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
