using System.Net.NetworkInformation;

namespace Call112.Gateway.Messaging;

/// <summary>
/// Tells when a network interface has become usable, so that an uplink tries at once instead of sitting out its back-off (F8). .NET says that
/// something changed (links, addresses, routes, by netlink); what changed, the interfaces themselves tell.
/// Invariant: a machine that does not tell of changes loses nothing but the early try. Thread-safe.
/// </summary>
public sealed class InterfaceWatch : IDisposable
{
    private readonly Lock _lock = new();
    private Dictionary<string, string> _seen = [];

    /// <summary>
    /// An interface has an address or a gateway that it had not; with its name. Raised on a thread of the runtime: must return at once.
    /// </summary>
    public event Action<string>? CameUp;

    /// <summary>Begins to watch.</summary>
    public void Start()
    {
        _seen = Usable();
        try
        {
            NetworkChange.NetworkAddressChanged += Compare;
            NetworkChange.NetworkAvailabilityChanged += Compare;
        }
        catch (NetworkInformationException)
        {
            // No netlink here: an uplink sits out its back-off.
        }
    }

    public void Dispose()
    {
        NetworkChange.NetworkAddressChanged -= Compare;
        NetworkChange.NetworkAvailabilityChanged -= Compare;
    }

    private void Compare(object? sender, EventArgs e)
    {
        var changed = new List<string>();
        lock (_lock)
        {
            var now = Usable();
            foreach (var (name, ways) in now)
                if (!_seen.TryGetValue(name, out var before) || before != ways)
                    changed.Add(name);
            _seen = now;
        }

        foreach (var name in changed)
            CameUp?.Invoke(name);
    }

    /// <summary>Interfaces that are up and have an address, with their addresses and gateways.</summary>
    private static Dictionary<string, string> Usable()
    {
        var usable = new Dictionary<string, string>();
        try
        {
            foreach (var one in NetworkInterface.GetAllNetworkInterfaces())
            {
                // A modem's interface says "unknown" while it is up.
                if (one.OperationalStatus is not (OperationalStatus.Up or OperationalStatus.Unknown)
                    || one.NetworkInterfaceType == NetworkInterfaceType.Loopback)
                    continue;
                var properties = one.GetIPProperties();
                var addresses = properties.UnicastAddresses.Select(each => each.Address).Where(each => !each.IsIPv6LinkLocal)
                    .Select(each => each.ToString());
                if (string.Join(' ', addresses.Order()) is { Length: > 0 } own)
                    usable[one.Name] = $"{own} via {string.Join(' ', properties.GatewayAddresses.Select(each => each.Address.ToString()).Order())}";
            }
        }
        catch (NetworkInformationException)
        {
            // It changes while it is read; the next change is looked at again.
        }

        return usable;
    }
}
