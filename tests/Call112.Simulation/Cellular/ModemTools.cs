using System.Globalization;
using System.Text.Json;
using Call112.Gateway.Cellular;
using Call112.Station;

namespace Call112.Simulation.Cellular;

/// <summary>
/// <c>mmcli</c>, <c>nmcli</c> and the command that reboots, as one run of the process sees them: their answers are those of the modem in memory, in
/// ModemManager's words. A question about a modem that hangs ends at its deadline.
/// </summary>
/// <param name="send">The modem sends a text.</param>
/// <param name="reboot">The computer is asked to start anew.</param>
internal sealed class ModemTools(SimulatedModem modem, TimeProvider time, Random dice, Action<string, string> send, Action reboot) : ITools
{
    public const string Reboot = "reboot", Mmcli = "mmcli", Nmcli = "nmcli";

    private const string ModemPrefix = "/org/freedesktop/ModemManager1/Modem/", SmsPrefix = "/org/freedesktop/ModemManager1/SMS/";

    public async Task<ToolResult> RunAsync(string file, IReadOnlyList<string> arguments, TimeSpan deadline, CancellationToken cancel)
    {
        // The list is ModemManager's own; everything else asks the modem.
        if (file == Mmcli && modem.Trouble == ModemTrouble.Hung && arguments[0] != "-L")
        {
            await Task.Delay(deadline, time, cancel);
            return new ToolResult(ToolEnd.TimedOut, -1, "", "did not end and was killed");
        }

        await Task.Delay(TimeSpan.FromMilliseconds(20 + dice.Next(200)), time, cancel);
        return file switch
        {
            Mmcli => arguments[0] switch
            {
                "-L" => Done($$"""{"modem-list":[{{(modem.IsThere ? $"\"{Path}\"" : "")}}]}"""),
                "-m" => arguments[1] == Path && modem.IsThere ? OfModem(arguments[2]) : Failed("couldn't find modem"),
                "-s" => OfSms(arguments[1], arguments[2]),
                _ => Failed("unknown option"),
            },
            Nmcli => Reconnect(),
            Reboot => Restart(),
            _ => new ToolResult(ToolEnd.NotStarted, -1, "", "no such program"),
        };
    }

    private string Path => string.Create(CultureInfo.InvariantCulture, $"{ModemPrefix}{modem.Index}");

    private ToolResult OfModem(string option)
    {
        switch (option)
        {
            case "-J":
                return Done(Facts());
            case "--signal-get":
                return Done("""{"modem":{"signal":{"lte":{"rsrp":"-104.00","rsrq":"-14.00","snr":"2.00"},"refresh":{"rate":"10"}}}}""");
            case "--messaging-list-sms":
                return Done($$"""{"modem.messaging.sms":[{{string.Join(',', modem.Store.Select(sms => $"\"{PathOf(sms)}\""))}}]}""");
            case "--enable":
                modem.Take(ModemRung.DisableEnable);
                return Done("");
            case "--reset":
                modem.Take(ModemRung.ModemReset);
                return Done("");
        }

        if (Value(option, "--messaging-delete-sms=") is { } path)
            return PlaceOf(path) is { } place && modem.Delete(place) ? Done("") : Failed("couldn't find SMS");
        if (Value(option, "--messaging-create-sms=") is { } properties)
        {
            // text='…',number='…'
            var words = properties.Split('\'');
            return Done($"Successfully created new SMS: {PathOf(modem.Create(words[3], words[1]))}");
        }

        return Done("");
    }

    private ToolResult OfSms(string path, string option)
    {
        if (!modem.IsThere || PlaceOf(path) is not { } place || modem.Find(place) is not { } sms)
            return Failed("couldn't find SMS");
        if (option == "-J")
            return Done(
                $$$$"""
                {"sms":{"content":{"number":"{{{{sms.Number}}}}","text":"{{{{JsonEncodedText.Encode(sms.Text)}}}}"},
                "properties":{"state":"{{{{sms.State}}}}"}}}
                """);
        if (!modem.CarriesSms)
            return Failed("no network");
        send(sms.Number, sms.Text);
        return Done("");
    }

    private string Facts() => $$$$"""
        {"modem":{"3gpp":{"imei":"{{{{SimulatedModem.Imei}}}}","operator-name":"TELKOMSEL","registration-state":"{{{{Registration}}}}"},
        "generic":{"state":"{{{{(modem.Trouble == ModemTrouble.NoNetwork ? "searching" : "connected")}}}}","access-technologies":["lte"],
        "device":"{{{{SimulatedModem.Device}}}}","model":"EG25-G","signal-quality":{"recent":"yes","value":"75"},
        "sim":"/org/freedesktop/ModemManager1/SIM/0","unlock-required":"sim-pin2"}}}
        """;

    private string Registration => modem.Trouble == ModemTrouble.NoNetwork ? "searching" : "home";

    private ToolResult Reconnect()
    {
        modem.Take(ModemRung.Reconnect);
        return modem.Trouble == ModemTrouble.None ? Done("") : Failed("connection activation failed");
    }

    private ToolResult Restart()
    {
        modem.Take(ModemRung.PiReboot);
        reboot();
        return Done("");
    }

    private static string PathOf(StoredSms sms) => string.Create(CultureInfo.InvariantCulture, $"{SmsPrefix}{sms.Place}");

    private static int? PlaceOf(string path) =>
        path.StartsWith(SmsPrefix, StringComparison.Ordinal)
            && int.TryParse(path.AsSpan(SmsPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var place)
            ? place
            : null;

    private static string? Value(string option, string name) => option.StartsWith(name, StringComparison.Ordinal) ? option[name.Length..] : null;

    private static ToolResult Done(string output) => new(ToolEnd.Exited, 0, output, "");

    private static ToolResult Failed(string problem) => new(ToolEnd.Exited, 1, "", problem);
}
