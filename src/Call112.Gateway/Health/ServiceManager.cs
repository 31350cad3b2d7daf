using Microsoft.Extensions.Hosting.Systemd;

namespace Call112.Gateway.Health;

/// <summary>The way to systemd, or to nobody where no service manager started this process (<c>NOTIFY_SOCKET</c>, sd_notify(3)).</summary>
internal static class ServiceManager
{
    public static ISystemdNotifier Notifier() => Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is null ? new Nobody() : new SystemdNotifier();

    private sealed class Nobody : ISystemdNotifier
    {
        public bool IsEnabled => false;

        public void Notify(ServiceState state)
        {
        }
    }
}
