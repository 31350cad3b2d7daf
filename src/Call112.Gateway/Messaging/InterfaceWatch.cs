using System.Net.NetworkInformation;
using System.Runtime.InteropServices;

namespace Call112.Gateway.Messaging;

/// <summary>
/// Tells when a network interface has become usable, so that an uplink tries at once instead of sitting out its back-off (F8). The kernel says so by
/// netlink (links, addresses, routes); .NET's own NetworkChange is no help, for it speaks only when the whole machine gains or loses its last
/// network.
/// Invariants: looks at most ten times a second, however much the kernel says; a machine without netlink loses nothing but the early try.
/// </summary>
public sealed partial class InterfaceWatch : IDisposable
{
    /// <summary>
    /// AF_NETLINK, SOCK_RAW with SOCK_CLOEXEC, NETLINK_ROUTE; RTMGRP_LINK, RTMGRP_IPV4_IFADDR, RTMGRP_IPV4_ROUTE, RTMGRP_IPV6_IFADDR.
    /// </summary>
    private const int AfNetlink = 16, SockRaw = 3 | 0x80000, NetlinkRoute = 0, Groups = 0x1 | 0x10 | 0x40 | 0x100;

    private const int MsgDontWait = 0x40, PollIn = 1, PollMs = 500;

    /// <summary>What happens within this is looked at once.</summary>
    private static readonly TimeSpan s_settle = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan s_joinWithin = TimeSpan.FromSeconds(2);

    private readonly ManualResetEvent _stop = new(false);
    private Dictionary<string, string> _seen = [];
    private Thread? _thread;

    /// <summary>
    /// An interface has an address or a route that it had not; with its name. Raised on the watch's own thread: must return at once.
    /// </summary>
    public event Action<string>? CameUp;

    /// <summary>Begins to watch; does nothing where there is no netlink.</summary>
    public void Start()
    {
        if (!OperatingSystem.IsLinux())
            return;
        var netlink = socket(AfNetlink, SockRaw, NetlinkRoute);
        if (netlink < 0)
            return;
        var address = new Address { Family = AfNetlink, Groups = Groups };
        if (bind(netlink, ref address, 12) != 0)
        {
            _ = close(netlink);
            return;
        }

        _seen = Usable();
        _thread = new Thread(() => Watch(netlink)) { Name = "netlink", IsBackground = true };
        _thread.Start();
    }

    public void Dispose()
    {
        _stop.Set();
        if (_thread is null || _thread.Join(s_joinWithin))
            _stop.Dispose();
    }

    private void Watch(int netlink)
    {
        Span<byte> news = stackalloc byte[8192];
        while (!_stop.WaitOne(TimeSpan.Zero))
        {
            var wait = new Poll { Handle = netlink, Events = PollIn };
            if (poll(ref wait, 1, PollMs) <= 0)
                continue;
            if (_stop.WaitOne(s_settle))
                break;
            while (recv(netlink, ref MemoryMarshal.GetReference(news), news.Length, MsgDontWait) > 0)
            {
                // That something changed is all that is asked; what, the interfaces themselves tell.
            }

            Compare();
        }

        _ = close(netlink);
    }

    private void Compare()
    {
        var now = Usable();
        foreach (var (name, ways) in now)
            if (!_seen.TryGetValue(name, out var before) || before != ways)
                CameUp?.Invoke(name);
        _seen = now;
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
            // It changes while it is read; the kernel has said so, and the next look comes.
        }

        return usable;
    }

    [LibraryImport("libc")]
    private static partial int socket(int domain, int type, int protocol);

    [LibraryImport("libc")]
    private static partial int bind(int handle, ref Address address, int length);

    [LibraryImport("libc")]
    private static partial nint recv(int handle, ref byte buffer, nint length, int flags);

    [LibraryImport("libc")]
    private static partial int poll(ref Poll polls, nuint count, int milliseconds);

    [LibraryImport("libc")]
    private static partial int close(int handle);

    /// <summary>struct sockaddr_nl.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Address
    {
        public ushort Family;
        public ushort Padding;
        public uint Process;
        public uint Groups;
    }

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Poll
    {
        public int Handle;
        public short Events;
        public short Returned;
    }
}
