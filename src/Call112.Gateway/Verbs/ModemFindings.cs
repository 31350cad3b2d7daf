using System.Globalization;
using Call112.Gateway.Cellular;
using Call112.Gateway.Options;
using Microsoft.Extensions.Logging.Abstractions;

namespace Call112.Gateway.Verbs;

/// <summary>The doctor's look at the LTE modem. It only asks; the running service keeps its modem.</summary>
internal static class ModemFindings
{
    /// <returns>What was found, and what to do about it; null when all is well.</returns>
    public static async Task<(string Verdict, string? Remedy)> LookAsync(GatewayOptions options, CancellationToken cancel)
    {
        if (options.Cellular is not { } cellular)
            return ("off by configuration", null);
        var tools = new ToolRunner(TimeProvider.System);
        var listed = await tools.RunAsync(cellular.Mmcli, ["-L", "-J"], cellular.ToolDeadline, cancel);
        if (!listed.IsWell)
            return ($"{cellular.Mmcli}: {listed.Failure}", "check that ModemManager is installed and runs (systemctl status ModemManager)");
        var mmcli = new Mmcli(cellular, tools, NullLogger.Instance);
        if (await mmcli.FindAsync(cancel) is not { } modem)
            return (
                cellular.Imei is { } imei ? $"none with the IMEI {imei}" : "none is shown by ModemManager",
                "check the HAT's USB cable and supply (lsusb), and cellular.imei in station.json");
        var signal = await mmcli.SignalAsync(modem.Path, cancel) ?? SignalFacts.None;
        var verdict = string.Create(
            CultureInfo.InvariantCulture,
            $"{modem.Model}, IMEI {modem.Imei ?? "unknown"}, at {modem.Path}: {modem.State}, SIM {modem.Sim}, {modem.Operator ?? "no operator"}, {modem.Technology ?? "no network"}, "
            + $"registration {modem.Registration ?? "none"}, signal {Word(modem.SignalPercent)} %, RSRP {Word(signal.RsrpDbm)} dBm, RSRQ {Word(signal.RsrqDb)} dB, "
            + $"SINR {Word(signal.SinrDb)} dB; SMS {(options.Sms is null ? "off" : $"answers to {options.Sms.ReplyTo}")}");
        return modem switch
        {
            { Sim: "missing" } => (verdict, "put the SIM in, and check that it is the right way round"),
            { Sim: not "ready" } => (verdict, "take the PIN off the SIM (in a telephone)"),
            { State: "failed" } => (verdict, "restart ModemManager; if it fails again, look at journalctl -u ModemManager"),
            { IsRegistered: false } => (verdict, "check the antenna and the SIM's credit; a post in a hollow may need an outside antenna"),
            _ => (verdict, null),
        };
    }

    private static string Word(double? value) => value is { } known ? known.ToString("0.#", CultureInfo.InvariantCulture) : "?";
}
