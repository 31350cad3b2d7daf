using System.Net.NetworkInformation;

namespace Call112.Gateway.Messaging;

/// <summary>
/// Tells when a network interface has become usable, so that an uplink tries at once instead of sitting out its back-off (F8). .NET says that
/// something changed (links, addresses, routes, by netlink); what changed, the interfaces themselves tell.
/// Invariants: a machine that does not tell of changes loses nothing but the early try; nothing that goes wrong here leaves this class, for it runs on
/// a thread of the runtime, where an exception ends the service (F15). Thread-safe.
/// </summary>
public sealed class InterfaceWatch : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Func<Dictionary<string, string>> _read;
    private Dictionary<string, string>? _seen;

    /// <summary>Watches this machine's interfaces.</summary>
    public InterfaceWatch()
        : this(Usable)
    {
    }

    /// <param name="read">The interfaces that can be used, each with what it can be used by.</param>
    internal InterfaceWatch(Func<Dictionary<string, string>> read) => _read = read;

    /// <summary>
    /// An interface has an address or a gateway that it had not; with its name. Raised on a thread of the runtime: must return at once.
    /// </summary>
    public event Action<string>? CameUp;

    /// <summary>Begins to watch.</summary>
    public void Start()
    {
        Compare();
        try
        {
            NetworkChange.NetworkAddressChanged += Changed;
            NetworkChange.NetworkAvailabilityChanged += Changed;
        }
        catch (NetworkInformationException)
        {
            // No netlink here: an uplink sits out its back-off.
        }
    }

    public void Dispose()
    {
        NetworkChange.NetworkAddressChanged -= Changed;
        NetworkChange.NetworkAvailabilityChanged -= Changed;
    }

    private void Changed(object? sender, EventArgs e) => Compare();

    /// <summary>Looks at the interfaces anew; the first look tells nothing.</summary>
    internal void Compare()
    {
        var changed = new List<string>();
        lock (_lock)
        {
            Dictionary<string, string> now;
            try
            {
                now = _read();
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // An interface vanished while it was read: .NET has an ArgumentException for that beside the one that it documents. Its end is a
                // change of its own, and is looked at again.
                return;
            }

            foreach (var (name, ways) in now)
                if (_seen is not null && (!_seen.TryGetValue(name, out var before) || before != ways))
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

        return usable;
    }
}
