using System.Globalization;
using Call112.Gateway.Board;
using Call112.Gateway.Options;
using Call112.Station;

namespace Call112.Gateway.Cellular;

/// <summary>
/// Does what the ladder decides (decision 0017). Every action ends by itself: tools have deadlines, pulses have lengths.
/// Not its business: when a rung is due, and whether it helped.
/// </summary>
internal sealed class Rungs(CellularOptions options, Mmcli mmcli, ITools tools, ModemLines? lines, IUsbBus bus, TimeProvider time)
{
    /// <summary>How long NetworkManager may take to connect, s; its own limit is below the tool's.</summary>
    private const int ConnectSeconds = 45;

    /// <summary>The device stays off the bus for so long.</summary>
    private static readonly TimeSpan s_offBus = TimeSpan.FromSeconds(2);

    /// <summary>After the off pulse, and after the on pulse (hardware.md §1: off, then wait 18 s; on, then wait 20 s).</summary>
    private static readonly TimeSpan s_afterOff = TimeSpan.FromSeconds(18), s_afterOn = TimeSpan.FromSeconds(20);

    /// <summary>Without supply for so long (hardware.md §1.3: at least 10 s).</summary>
    private static readonly TimeSpan s_unsupplied = TimeSpan.FromSeconds(12);

    private string? _device = options.UsbPath;

    /// <summary>The modem was seen: where it hangs on the bus is remembered for the time when it does not show itself.</summary>
    public void Saw(ModemFacts modem)
    {
        if (options.UsbPath is null && IsDevice(modem.Device))
            _device = modem.Device;
    }

    /// <summary>What this board can do at all, whether or not the modem is there now.</summary>
    public IReadOnlySet<ModemRung> Fitted
    {
        get
        {
            var able = new HashSet<ModemRung> { ModemRung.DisableEnable, ModemRung.ModemReset, ModemRung.UsbReenumeration };
            if (options.Connection is not null)
                able.Add(ModemRung.Reconnect);
            if (lines?.PowerKey is not null)
                able.Add(ModemRung.PowerKey);
            if (lines?.PowerDown is not null)
                able.Add(ModemRung.SupplyCut);
            if (options.RebootCommand.Count > 0)
                able.Add(ModemRung.PiReboot);
            return able;
        }
    }

    /// <summary>What can be done now: ModemManager does nothing for a modem that it does not show.</summary>
    public IReadOnlySet<ModemRung> Able(bool present)
    {
        var able = new HashSet<ModemRung>(Fitted);
        if (!present)
            able.ExceptWith([ModemRung.Reconnect, ModemRung.DisableEnable, ModemRung.ModemReset]);
        if (_device is null)
            able.Remove(ModemRung.UsbReenumeration);
        return able;
    }

    /// <param name="modem">Path of the modem, for the rungs that need one.</param>
    /// <returns>Null when the action was done, else why not.</returns>
    public async Task<string?> DoAsync(ModemRung rung, string? modem, CancellationToken cancel)
    {
        try
        {
            return rung switch
            {
                ModemRung.Reconnect => await ReconnectAsync(cancel),
                ModemRung.DisableEnable => modem is null ? NoModem : await mmcli.DisableEnableAsync(modem, cancel),
                ModemRung.ModemReset => modem is null ? NoModem : await mmcli.ResetAsync(modem, cancel),
                ModemRung.UsbReenumeration => await ReenumerateAsync(cancel),
                ModemRung.PowerKey => await PressPowerKeyAsync(cancel),
                ModemRung.SupplyCut => await CutSupplyAsync(cancel),
                ModemRung.PiReboot => await RebootAsync(cancel),
                _ => throw new ArgumentOutOfRangeException(nameof(rung), rung, "a rung without an action"),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or BoardException or InvalidOperationException)
        {
            return e is BoardException board ? $"{board.Problem}; {board.Remedy}" : e.Message;
        }
    }

    private const string NoModem = "ModemManager shows no modem";

    private async Task<string?> ReconnectAsync(CancellationToken cancel)
    {
        string[] arguments = ["--wait", ConnectSeconds.ToString(CultureInfo.InvariantCulture), "connection", "up", "id", options.Connection!];
        var result = await tools.RunAsync(options.Nmcli, arguments, TimeSpan.FromSeconds(ConnectSeconds) + options.ToolDeadline, cancel);
        return result.IsWell ? null : result.Failure;
    }

    private async Task<string?> ReenumerateAsync(CancellationToken cancel)
    {
        if (_device is not { } device)
            return "the modem's place on the bus is not known; set cellular.usbPath";
        var failure = await bus.TakeOffAsync(device);
        if (failure is not null)
            return failure;
        try
        {
            await Task.Delay(s_offBus, time, cancel);
        }
        finally
        {
            // A service that stops now must not leave the modem off the bus.
            failure = await bus.PutBackAsync();
        }

        return failure;
    }

    private async Task<string?> PressPowerKeyAsync(CancellationToken cancel)
    {
        if (lines?.PowerKey is not { } key)
            return "the board profile has no power key";
        await lines.PulseAsync(key, TimeSpan.FromSeconds(key.OffPulseSeconds), cancel);
        await Task.Delay(s_afterOff, time, cancel);
        await lines.PulseAsync(key, TimeSpan.FromSeconds(key.OnPulseSeconds), cancel);
        await Task.Delay(s_afterOn, time, cancel);
        return null;
    }

    private async Task<string?> CutSupplyAsync(CancellationToken cancel)
    {
        if (lines?.PowerDown is not { } supply)
            return "the board profile has no line for the supply";
        await lines.PulseAsync(supply, s_unsupplied, cancel);
        return null;
    }

    private async Task<string?> RebootAsync(CancellationToken cancel)
    {
        var result = await tools.RunAsync(options.RebootCommand[0], [.. options.RebootCommand.Skip(1)], options.ToolDeadline, cancel);
        return result.IsWell ? null : result.Failure;
    }

    private bool IsDevice(string? path) => path is not null && path.StartsWith(SysRoot, StringComparison.Ordinal) && !path.Split('/').Contains("..");

    /// <summary>Below this a device's path is believed; a test has a tree of its own.</summary>
    internal string SysRoot { get; init; } = "/sys/devices/";
}
