namespace Call112.System.Tests.Toolkit;

/// <summary>
/// A real ModemManager, with polkit, on a bus of their own that nobody else sees, and an <see cref="AtModem"/> as its only modem. Skips the test by
/// name where one of them is not installed. ModemManager gives everything only to root, or to whom polkit lets.
/// </summary>
public sealed class ModemStack : IDisposable
{
    private const string BusPolicy = """
        <!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
        <busconfig>
          <type>system</type>
          <listen>unix:path={0}</listen>
          <auth>EXTERNAL</auth>
          <policy context="default">
            <allow send_destination="*"/><allow send_type="*"/><allow receive_type="*"/><allow own="*"/><allow user="*"/>
          </policy>
        </busconfig>
        """;

    private readonly Stack<IDisposable> _parts = new();
    private readonly List<OwnProcess> _daemons = [];

    private ModemStack(string address)
    {
        Environment = new Dictionary<string, string> { ["DBUS_SYSTEM_BUS_ADDRESS"] = address };
        _parts.Push(Modem);
    }

    public AtModem Modem { get; } = new();

    /// <summary>With it a program finds this ModemManager.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; }

    public static async Task<ModemStack> StartAsync(string folder)
    {
        var (bus, manager, send) = (Installed.Need("dbus-daemon"), Installed.Need("ModemManager"), Installed.Need("dbus-send"));
        const string polkit = "/usr/lib/polkit-1/polkitd";
        Assert.SkipUnless(File.Exists(polkit), "polkitd is not installed (tests/install brings it)");
        Assert.SkipUnless(global::System.Environment.IsPrivilegedProcess, "ModemManager serves root only");
        Installed.Need("mmcli");
        Directory.CreateDirectory(folder);
        var (socket, policy) = (Path.Combine(folder, "bus"), Path.Combine(folder, "bus.conf"));
        await File.WriteAllTextAsync(policy, BusPolicy.Replace("{0}", socket, StringComparison.Ordinal), TestContext.Current.CancellationToken);
        var stack = new ModemStack($"unix:path={socket}");
        stack.Run(bus, [$"--config-file={policy}", "--nofork", "--nopidfile", "--nosyslog"]);
        await Wait.UntilAsync(() => File.Exists(socket), "the bus listens");
        stack.Run(polkit, ["--no-debug"]);
        var own = stack.Run(manager, ["--test-enable", "--test-no-udev", "--test-no-qrtr", "--test-no-suspend-resume", "--no-auto-scan", "--debug"]);
        await Wait.UntilAsync(() => own.Said("'org.freedesktop.ModemManager1' was acquired"), "ModemManager is on the bus");
        var (code, output) = await OwnProcess.RunAsync(send,
        [
            "--system", "--print-reply", "--dest=org.freedesktop.ModemManager1", "/org/freedesktop/ModemManager1",
            "org.freedesktop.ModemManager1.Test.SetProfile", "string:post", "string:generic", $"array:string:{stack.Modem.Port}",
        ], stack.Environment);
        Assert.True(code == 0, output);
        return stack;
    }

    public IReadOnlyList<string> Lines() => [.. _daemons.SelectMany(daemon => daemon.Lines()).Where(line => !line.Contains("<debug>", StringComparison.Ordinal))];

    /// <summary>What the tool says, as the gateway asks it.</summary>
    public Task<(int ExitCode, string Output)> MmcliAsync(params string[] arguments) => OwnProcess.RunAsync(Installed.Need("mmcli"), arguments, Environment);

    public void Dispose()
    {
        while (_parts.TryPop(out var part))
            part.Dispose();
    }

    private OwnProcess Run(string program, IEnumerable<string> arguments)
    {
        var process = OwnProcess.Start(program, arguments, Environment);
        _parts.Push(process);
        _daemons.Add(process);
        return process;
    }
}
