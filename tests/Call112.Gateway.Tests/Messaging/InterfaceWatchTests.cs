using Call112.Gateway.Messaging;

namespace Call112.Gateway.Tests.Messaging;

public sealed class InterfaceWatchTests
{
    private readonly Dictionary<string, string> _interfaces = new() { ["eth0"] = "10.0.0.2 via 10.0.0.1" };
    private readonly List<string> _cameUp = [];
    private Exception? _fault;

    [Fact]
    public void An_interface_that_comes_up_or_gets_another_address_is_told_once_with_its_name()
    {
        // F8: an uplink tries at once instead of sitting out its back-off.
        using var watch = Watch();
        watch.Compare();
        Assert.Empty(_cameUp);
        _interfaces["wwan0"] = "100.64.0.7 via ";
        watch.Compare();
        watch.Compare();
        _interfaces["eth0"] = "10.0.0.3 via 10.0.0.1";
        watch.Compare();
        Assert.Equal(["wwan0", "eth0"], _cameUp);
    }

    [Fact]
    public void An_interface_that_vanishes_while_it_is_read_ends_nothing_and_its_return_is_told()
    {
        // F15: a modem that resets. .NET 10 throws an ArgumentException then ("An invalid IP address was specified"), on a thread of its own.
        using var watch = Watch();
        _fault = new ArgumentException("An invalid IP address was specified.");
        watch.Compare();
        _fault = null;
        _interfaces.Remove("eth0");
        watch.Compare();
        _interfaces["eth0"] = "10.0.0.2 via 10.0.0.1";
        watch.Compare();
        Assert.Equal(["eth0"], _cameUp);
    }

    private InterfaceWatch Watch()
    {
        var watch = new InterfaceWatch(() => _fault is { } fault ? throw fault : new Dictionary<string, string>(_interfaces));
        watch.Compare();
        watch.CameUp += _cameUp.Add;
        return watch;
    }
}
